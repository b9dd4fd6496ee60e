"""The command that compares districts fairly: districts-table."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from geogrid.cli.options import common, option, window_of, windowed
from geogrid.cli.speech import ProgressLine, Speech
from geogrid.cli.usage import SpokenCommand

_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_PER: Final = {"km2": "km2", "persons": "1000_persons", "roads": "road_km"}
_HEAD: Final = ("incidents", "rate", "95 % interval", "shrunk", "rank", "patrol hours", "")


@click.command(
    "districts-table",
    cls=SpokenCommand,
    epilog="geogrid districts-table ws --from 2026-03-01 --to 2026-03-31 --per persons -o t.xlsx",
)
@click.argument("ws", type=_FOLDER)
@windowed
@option(
    "--per",
    type=click.Choice(list(_PER)),
    default="km2",
    show_default=True,
    help="What the rows on the terminal are per: km2, 1,000 persons, or kilometre of road.",
)
@option("--category", "categories", multiple=True, help="Only incidents of this category.")
@option("-o", "--output", type=_FILE, help="Write a row per district and kind: .csv .parquet .xlsx")
@common
@click.pass_obj
def districts_table(speech: Speech, /, ws: Path, output: Path | None, **settings: Any) -> None:
    """Compare districts: rates of incidents with intervals, and patrol hours.

    Counts alone say where the land, the people and the roads are. Ranks are by the shrunk rate.
    """
    from geogrid.service.analyses import IncidentChoice
    from geogrid.workspace import Workspace

    choice = IncidentChoice(categories=tuple(settings["categories"]))
    with ProgressLine(speech.translate) as progress:
        workspace = Workspace.open(ws)
        told = workspace.compared_districts(
            window_of(settings), choice=choice, path=output, progress=progress
        )
    if workspace.synthetic:
        speech.say("Synthetic data")
    _say(speech, told, _PER[settings["per"]])
    speech.answer(told)


def _say(speech: Speech, told: dict[str, Any], per: str) -> None:
    """Print a row for each district, the highest shrunk rate first."""
    if per not in told["tables"]:
        kind = "population" if per == "1000_persons" else "roads"
        speech.say("nothing is known per {per}: no {kind} are imported", per=per, kind=kind)
        return
    rows = sorted(told["tables"][per]["rows"], key=lambda row: row["rank"])
    head = (f"{speech.translate('per')} {per}", *map(speech.translate, _HEAD))
    speech.table([head, *(_row(speech, row) for row in rows)])
    if any(row["small"] for row in rows):
        speech.say("* under 20 incidents: go by the shrunk rate")
    if told["outside"]:
        speech.say("{count:,} incidents lie in no district", count=told["outside"])
    if told["missing_days"]:
        speech.say("{count} days of the window are not imported", count=told["missing_days"])


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.3g}"


def _row(speech: Speech, row: dict[str, Any]) -> tuple[str, ...]:
    counted = row["incidents"] is not None
    hours = f"{_number(row['patrol_h'])}"
    if row["patrol_low_h"] is not None:
        hours += f" ({_number(row['patrol_low_h'])} - {_number(row['patrol_high_h'])})"
    return (
        f"{row['district']} {row['name']}",
        f"{row['incidents']:,.0f}{'*' if row['small'] else ''}" if counted else "",
        _number(row["rate"]),
        f"{_number(row['low'])} - {_number(row['high'])}" if counted else "",
        _number(row["shrunk"]),
        str(row["rank"] or ""),
        hours,
        speech.translate(row["against"]) if row["against"] else "",
    )


COMMANDS: Final = (districts_table,)
