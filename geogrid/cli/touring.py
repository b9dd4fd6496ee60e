"""The command that plans the next hours: plan."""

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
_SHOWN: Final = 40  # tours on a terminal; a file has all
_HEAD: Final = ("unit", "kept", "short", "others only", "missed", "minutes")


@click.command(
    cls=SpokenCommand, epilog="geogrid plan ws --from 2026-03-09T20:00 --hours 4 -o tours.gpx"
)
@click.argument("ws", type=_FOLDER)
@option("--from", "start", metavar="TIME", help="When tours begin, such as 2026-03-09T20:00.")
@option("--hours", type=float, default=4.0, show_default=True, help="How long tours last.")
@option("--units", metavar="GROUP", help="Only units of this group.")
@option(
    "--stay", type=float, default=10.0, show_default=True, help="Least minutes of a stop, to 16."
)
@option("--rounds", type=int, help="Rounds of the search; by default 4 to 60, by size.")
@option("--seed", type=int, default=1, show_default=True, help="Of the search.")
@option(
    "--compare",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Plan, as .geojson or .gpx, to compare with what was driven; plans nothing.",
)
@option("-o", "--output", type=_FILE, help="Write the stops: .gpx .geojson .gpkg .csv .parquet")
@common
@click.pass_obj
def plan(speech: Speech, /, ws: Path, output: Path | None, **settings: Any) -> None:
    """Plan a tour for each unit on duty, over the cells that are most worth a stop.

    A stop is worth the incidents expected in its cell times what the cell is short of. Beside
    the plan stands what dealing out the hottest cells first, and cells in any order, is worth.
    """
    from geogrid.workspace import Workspace

    workspace = Workspace.open(ws)
    if settings["compare"] is not None:
        with ProgressLine(speech.translate) as progress:
            driven = workspace.plan_driven(settings["compare"], progress=progress)
        _say_driven(speech, driven)
        speech.answer(driven)
        return
    if settings["start"] is None:
        raise InputError("say when tours begin: --from 2026-03-09T20:00; or --compare a plan")
    _planned(speech, workspace, output, settings)


def _planned(speech: Speech, workspace: Any, output: Path | None, settings: dict[str, Any]) -> None:
    """Plan, write and say it."""
    from geogrid.analysis.tours import TourParams

    tours = TourParams(stay_min=settings["stay"], rounds=settings["rounds"], seed=settings["seed"])
    with ProgressLine(speech.translate) as progress:
        layer, summary = workspace.plan(
            settings["start"],
            settings["hours"],
            group=settings["units"],
            tours=tours,
            path=output,
            progress=progress,
        )
    if layer.synthetic:
        speech.say("Synthetic data")
    for warning in summary["warnings"]:
        speech.say("{message}", message=speech.retell(warning))
    speech.say(
        "{tours} tours of {units} units from {from} to {to} (UTC), {stops:,} stops", **summary
    )
    if not summary["reporting"]:
        speech.say("no unit reported in the hour before: all begin where they were last seen")
    speech.say(
        "worth {worth:.2f} of {expected_total:.2f} expected incidents; hottest first "
        "{hottest_first:.2f}, cells in any order {equal_time:.2f}, no tours 0",
        **summary,
    )
    speech.answer(summary)


def _say_driven(speech: Speech, driven: dict[str, Any]) -> None:
    """Print how much of a plan was driven, and a row for each tour."""
    speech.say(
        "{kept:,} of {stops:,} stops kept ({kept_share:.0%}), {short:,} too short, {other:,} made "
        "by others only, {missed:,} missed",
        **driven,
    )
    rows = [tuple(map(speech.translate, _HEAD))]
    rows += [
        (
            tour["unit"],
            f"{tour['kept']} / {tour['stops']}",
            *(str(tour[state]) for state in ("short", "other", "missed")),
            f"{tour['own_min']:,.0f} / {tour['planned_min']:,.0f}",
        )
        for tour in driven["tours"][:_SHOWN]
    ]
    speech.table(rows)
    if len(driven["tours"]) > _SHOWN:
        speech.say("and {count:,} more tours; --json has all", count=len(driven["tours"]) - _SHOWN)


COMMANDS: Final = (plan,)
