"""The command that holds patrols to what was promised: dosage."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from geogrid.cli.options import common, option, window_of, windowed
from geogrid.cli.speech import ProgressLine, Speech
from geogrid.cli.usage import SpokenCommand

_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_SHOWN: Final = 40  # rows on a terminal; a file has all
_HEAD: Final = ("kept", "visits", "drive-pasts", "10 to 16 min", "minutes", "longest absence")
_KEYS: Final = {"place": "place", "district": "district", "shift": "shift"}


@click.command(
    cls=SpokenCommand, epilog="geogrid dosage ws --from 2026-03-01 --to 2026-03-31 -o visits.xlsx"
)
@click.argument("ws", type=_FOLDER)
@windowed
@option("--units", metavar="GROUP", help="Only units of this group.")
@option(
    "--catchment",
    type=float,
    default=200.0,
    show_default=True,
    help="Cells this near to a point count as being there, metres.",
)
@option(
    "--by",
    type=click.Choice(list(_KEYS)),
    default="district",
    show_default=True,
    help="What the rows on the terminal are.",
)
@option("-o", "--output", type=_FILE, help="Write a row per place and shift: .csv .parquet .xlsx")
@common
@click.pass_obj
def dosage(speech: Speech, /, ws: Path, output: Path | None, **settings: Any) -> None:
    """Promised visits to places, and what was delivered, shift by shift.

    Promises come from the registers dosage and shifts; without shifts a promise is for each day.
    """
    from geogrid.workspace import Workspace

    with ProgressLine(speech.translate) as progress:
        workspace = Workspace.open(ws)
        answer = workspace.dosage(
            window_of(settings),
            group=settings["units"],
            catchment_m=settings["catchment"],
            path=output,
            progress=progress,
        )
    if workspace.synthetic:
        speech.say("Synthetic data")
    _say(speech, answer, settings["by"])
    speech.answer(answer)


def _say(speech: Speech, answer: dict[str, Any], key: str) -> None:
    """Print the whole in a sentence, then a row for each place, district or shift."""
    total = answer["total"]
    speech.say(
        "{kept:,} of {shifts:,} promises kept, at {places:,} places on {days} days",
        kept=total["kept"],
        shifts=total["shifts"],
        places=answer["places"],
        days=answer["days"],
    )
    if total["delivered_share"] is not None:
        speech.say(
            "{delivered:,.0f} of {promised:,.0f} promised minutes ({share:.0%}), in {units:,.0f} "
            "unit-minutes",
            delivered=total["delivered_min"],
            promised=total["promised_min"],
            share=total["delivered_share"],
            units=total["unit_min"],
        )
    rows = answer[f"by_{key}"]
    head = (speech.translate(_KEYS[key]), *map(speech.translate, _HEAD))
    speech.table([head, *(_row(speech, row, key) for row in rows[:_SHOWN])] if rows else [])
    if len(rows) > _SHOWN:
        speech.say("and {count:,} more; -o writes all", count=len(rows) - _SHOWN)
    for row in answer["by_shift"]:
        if row.get("units_due"):
            speech.say(
                "shift {shift}: {out:,} of {due:,} units that were due were out",
                shift=row["shift"],
                out=row["units_out"],
                due=row["units_due"],
            )
    if answer["missing_days"]:
        speech.say("{count} days of the window are not imported", count=answer["missing_days"])


def _row(speech: Speech, row: dict[str, Any], key: str) -> tuple[str, ...]:
    band = row["band_share"]
    return (
        str(row[key]) or speech.translate("whole day"),
        f"{row['kept']:,} / {row['shifts']:,}",
        f"{row['visits']:,.0f} / {row['promised_visits']:,.0f}",
        f"{row['drive_pasts']:,.0f}",
        "" if band is None else f"{band:.0%}",
        f"{row['delivered_min']:,.0f} / {row['promised_min']:,.0f}",
        speech.translate("{hours:,.1f} h").format(hours=row["longest_absence_h"]),
    )


COMMANDS: Final = (dosage,)
