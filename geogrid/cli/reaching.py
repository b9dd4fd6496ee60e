"""The command that tells how far cells are: reach."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from geogrid.cli.options import common, option, window_of, windowed
from geogrid.cli.speech import ProgressLine, Speech
from geogrid.cli.usage import SpokenCommand

_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_FILE: Final = click.Path(path_type=Path, dir_okay=False)


@click.command(cls=SpokenCommand, epilog="geogrid reach ws --hours 22-06 -o reach.gpkg")
@click.argument("ws", type=_FOLDER)
@windowed
@option(
    "--foot",
    type=float,
    default=4.0,
    show_default=True,
    help="Speed from the nearest road to a cell without one, km/h.",
)
@option(
    "--q",
    type=float,
    default=0.05,
    show_default=True,
    help="Share of false ones among the cells that are called slow.",
)
@option("-o", "--output", type=_FILE, help="Write the cells: .parquet .geojson .gpkg .csv .fgb")
@common
@click.pass_obj
def reach(speech: Speech, /, ws: Path, output: Path | None, **settings: Any) -> None:
    """How many minutes every cell is from police rooms and from units.

    Ways are the quickest by road. Units are where they really were in the middle of each hour;
    where incidents have times of dispatch and arrival, measured minutes stand beside.
    """
    from geogrid.analysis.travel_speeds import TravelParams
    from geogrid.workspace import Workspace

    with ProgressLine(speech.translate) as progress:
        layer = Workspace.open(ws).reach(
            window_of(settings),
            travel=TravelParams(foot_kmh=settings["foot"]),
            level=settings["q"],
            path=output,
            progress=progress,
        )
    summary = dict(layer.summary)
    if layer.synthetic:
        speech.say("Synthetic data")
    for warning in summary["warnings"]:
        speech.say("{message}", message=speech.retell(warning))
    speech.say("{reached:,} of {cells:,} cells are reached from {rooms:,} rooms", **summary)
    _say_shares(speech, summary)
    measured = summary["measured"]
    if measured["responses"]:
        speech.say(
            "{responses:,} measured responses: half within {median_min:.1f} minutes, nine in ten "
            "within {p90_min:.1f}; {slow:,} of {tested:,} cells are slower than the city",
            **measured,
        )
    speech.answer(summary)


def _say_shares(speech: Speech, summary: dict[str, Any]) -> None:
    """Print what share of land and incidents lies within some minutes."""
    rows = []
    sources = (("from rooms", summary["within"]), ("from units", summary["units"]["median"]))
    for title, within in sources:
        for what, name in (("land", "land"), ("incidents", "incidents")):
            shares = within[what] if within else []
            if shares and shares[0]["share"] is not None:
                label = f"{speech.translate(title)}, {speech.translate(name)}"
                rows.append((label, *(f"{one['share']:.0%}" for one in shares)))
    limits = [f"{one['minutes']:g}" for one in summary["within"]["land"]]
    speech.table([(speech.translate("within minutes"), *limits), *rows])


COMMANDS: Final = (reach,)
