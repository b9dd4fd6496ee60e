"""The command that looks at the edges of zones: cordon."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from geogrid.cli.options import common, option
from geogrid.cli.speech import ProgressLine, Speech
from geogrid.cli.usage import SpokenCommand
from geogrid.errors import InputError

_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_HEAD: Final = ("zone", "crossings", "guarded", "leaks", "points that close it", "cost")


def _costs(texts: tuple[str, ...]) -> tuple[tuple[str, float], ...]:
    """Return classes of road and costs, of ``class=cost``."""
    costs = []
    for text in texts:
        name, _, value = text.partition("=")
        try:
            costs.append((name, float(value)))
        except ValueError as error:
            raise InputError(
                "--cost wants a class of road and a number, such as street=0.5, got {text!r}",
                text=text,
            ) from error
    return tuple(costs)


def _say_zones(speech: Speech, summary: dict[str, Any]) -> None:
    """Print a row for each zone, and why a zone has no points."""
    rows = [tuple(map(speech.translate, _HEAD))]
    for zone in summary["zones"]:
        cut = zone["cut"]
        known = cut["points"] is not None
        rows.append(
            (
                f"{zone['zone']} {zone['name']}",
                f"{zone['crossings']:,}",
                f"{zone['guarded']:,}",
                f"{len(zone['leaks']):,}",
                f"{len(cut['points']):,}" if known else "?",
                f"{cut['cost']:,g}" if known else "?",
            )
        )
    speech.table(rows)
    for zone in summary["zones"]:
        if zone["cut"]["reason"]:
            speech.say(
                "{zone}: {reason}",
                zone=zone["name"],
                reason=speech.translate(zone["cut"]["reason"]),
            )


@click.command(cls=SpokenCommand, epilog="geogrid cordon ws --zone all -o cordon.geojson")
@click.argument("ws", type=_FOLDER)
@option(
    "--zone",
    metavar="ZONE",
    default="city",
    show_default=True,
    help="District or area, by id or name; city for its outer edge; all for each district "
    "and the city.",
)
@option(
    "--inner",
    metavar="ZONE",
    help="District or area that is to be protected; by default all that lies deeper inside "
    "than the band.",
)
@option(
    "--guard",
    type=float,
    default=200.0,
    show_default=True,
    help="A checkpoint guards a crossing this far along its road, metres.",
)
@option(
    "--band",
    type=float,
    default=1000.0,
    show_default=True,
    help="Further points stand no farther from the zone's edge, metres.",
)
@option(
    "--watch",
    type=float,
    default=30.0,
    show_default=True,
    help="A checkpoint stands on every road within this, metres.",
)
@option(
    "--cost",
    "costs",
    multiple=True,
    metavar="CLASS=COST",
    help="Cost of a point on roads of a class; 1 on others.",
)
@option("--without", multiple=True, metavar="CLASS", help="Leave out roads of this class.")
@option("-o", "--output", type=_FILE, help="Write the points: .parquet .geojson .gpkg .csv .fgb")
@common
@click.pass_obj
def cordon(speech: Speech, /, ws: Path, output: Path | None, **settings: Any) -> None:
    """Where roads cross a zone's edge unguarded, and the fewest points that close it.

    Each crossing without a checkpoint on its road, before the next turning, is a leak. A
    bridge that gathers three leaks costs one point.
    """
    from geogrid.analysis.cordon import CordonParams
    from geogrid.service.cordons import CordonQuestion
    from geogrid.workspace import Workspace

    question = CordonQuestion(
        zone=settings["zone"],
        inner=settings["inner"],
        params=CordonParams(settings["guard"], settings["band"], settings["watch"]),
        cost=_costs(settings["costs"]),
        without=tuple(settings["without"]),
    )
    with ProgressLine(speech.translate) as progress:
        layer, summary = Workspace.open(ws).cordon(question, path=output, progress=progress)
    if layer.synthetic:
        speech.say("Synthetic data")
    speech.say(
        "{roads:,} roads; {in_service} checkpoints in service, {out_of_service} not counted",
        roads=summary["roads"],
        **summary["checkpoints"],
    )
    _say_zones(speech, summary)
    speech.answer(summary)


COMMANDS: Final = (cordon,)
