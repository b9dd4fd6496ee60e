"""The command that tells how much of the roads was patrolled: roads."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from geogrid.cli.options import common, option, window_of, windowed
from geogrid.cli.speech import ProgressLine, Speech
from geogrid.cli.usage import SpokenCommand

_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_SHOWN: Final = 20  # never driven roads on a terminal; a file has all
_BY: Final = {"class": "by_class", "district": "by_district", "area": "by_area"}


@click.command(cls=SpokenCommand, epilog="geogrid roads ws --from 2026-03-01 -o never.geojson")
@click.argument("ws", type=_FOLDER)
@windowed
@option("--units", metavar="GROUP", help="Only units of this group.")
@option(
    "--by",
    type=click.Choice(list(_BY)),
    default="district",
    show_default=True,
    help="What the rows on the terminal are: classes of road, districts, or beats and areas.",
)
@option(
    "-o", "--output", type=_FILE, help="Write the roads not driven: .parquet .geojson .gpkg .csv"
)
@common
@click.pass_obj
def roads(speech: Speech, /, ws: Path, output: Path | None, **settings: Any) -> None:
    """Share of the road length that was patrolled, and roads that never were.

    Fixes are joined along the roads; a piece of 50 m counts when its middle was driven over.
    """
    from geogrid.workspace import Workspace

    with ProgressLine(speech.translate) as progress:
        layer, told = Workspace.open(ws).roads(
            window_of(settings), group=settings["units"], path=output, progress=progress
        )
    if layer.synthetic:
        speech.say("Synthetic data")
    _say(speech, told, settings["by"])
    speech.answer(told)


def _say(speech: Speech, told: dict[str, Any], by: str) -> None:
    """Print the share of the whole, a row for each part, and the longest roads never driven."""
    total = told["total"]
    if total["share"] is None:
        speech.say("no day with tracks falls in the window: nothing is known of the roads")
        return
    speech.say(
        "{driven:,.1f} of {length:,.1f} km of road patrolled ({share:.1%}) on {days} days",
        driven=total["patrolled_km"],
        length=total["length_km"],
        share=total["share"],
        days=told["days"],
    )
    rows = told[_BY[by]]
    head = (speech.translate(by), "km", speech.translate("patrolled"))
    speech.table([head, *(_row(row, by) for row in rows)] if rows else [])
    speech.say(
        "{count:,} roads were never driven, {length:,.1f} km in all",
        count=len(told["never"]),
        length=told["never_km"],
    )
    for road in told["never"][:_SHOWN]:
        speech.say(
            "  {id} {kind} {name} {length:,.0f} m",
            id=road["id"],
            kind=road["class"],
            name=road["name"],
            length=road["length_m"],
        )
    if len(told["never"]) > _SHOWN:
        speech.say("and {count:,} more; -o writes all", count=len(told["never"]) - _SHOWN)
    if told["missing_days"]:
        speech.say("{count} days of the window are not imported", count=told["missing_days"])


def _row(row: dict[str, Any], by: str) -> tuple[str, ...]:
    name = str(row[by]) if by == "class" else f"{row[by]} {row['name']}"
    share = row["share"]
    return name, f"{row['length_km']:,.1f}", "" if share is None else f"{share:.1%}"


COMMANDS: Final = (roads,)
