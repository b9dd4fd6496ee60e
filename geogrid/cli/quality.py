"""The command that looks at the units' receivers: quality."""

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
_HEAD: Final = (
    "unit",
    "days",
    "fixes",
    "a fix every",
    "tracked",
    "silent on duty",
    "rejected",
    "jumps",
    "old places",
    "clock",
)


@click.command(
    cls=SpokenCommand, epilog="geogrid quality ws --from 2026-03-01 --to 2026-03-31 -o units.xlsx"
)
@click.argument("ws", type=_FOLDER)
@windowed
@option(
    "--max-gap",
    type=float,
    default=300.0,
    show_default=True,
    help="A longer silence between fixes is unknown time, seconds.",
)
@option(
    "--max-speed",
    type=float,
    default=160.0,
    show_default=True,
    help="Faster than a unit can go, km/h.",
)
@option("--units", metavar="GROUP", help="Only units of this group.")
@option("-o", "--output", type=_FILE, help="Write the table: .csv .parquet .xlsx")
@common
@click.pass_obj
def quality(speech: Speech, /, ws: Path, output: Path | None, **settings: Any) -> None:
    """How well each unit's receiver reports: silence, jumps, old places, its clock.

    Units are vehicles or call signs, never persons. Nothing is corrected.
    """
    from geogrid.workspace import PatrolRules, Workspace

    rules = PatrolRules(settings["max_gap"], settings["max_speed"])
    with ProgressLine(speech.translate) as progress:
        workspace = Workspace.open(ws)
        report = workspace.quality(
            window_of(settings),
            rules=rules,
            group=settings["units"],
            path=output,
            language=speech.language,
            progress=progress,
        )
    if workspace.synthetic:
        speech.say("Synthetic data")
    _say(speech, report)
    speech.answer(report)


def _say(speech: Speech, report: dict[str, Any]) -> None:
    """Print what is wrong, then the figures, worst first."""
    units = report["units"]
    speech.say(
        "{wrong} of {units} units have something wrong, on {days} days",
        wrong=report["wrong"],
        units=len(units),
        days=report["days"],
    )
    for unit in units[:_SHOWN]:
        if unit["reason"]:
            speech.say("  {unit}: {reason}", **unit)
    rows = [_row(speech, unit) for unit in units[:_SHOWN]]
    speech.table([tuple(map(speech.translate, _HEAD)), *rows] if rows else [])
    if len(units) > _SHOWN:
        speech.say("and {count:,} more; -o writes all", count=len(units) - _SHOWN)


def _row(speech: Speech, unit: dict[str, Any]) -> tuple[str, ...]:
    hours = speech.translate("{hours:,.1f} h")
    return (
        unit["unit"],
        f"{unit['days']}",
        f"{unit['fixes']:,}",
        "" if unit["step_s"] is None else f"{unit['step_s']:.0f} s",
        hours.format(hours=unit["tracked_h"]),
        "" if unit["silent_share"] is None else f"{unit['silent_share']:.1%}",
        hours.format(hours=unit["rejected_h"]),
        f"{unit['spikes']:,}",
        f"{unit['frozen']:,}",
        _clock(speech, unit["clock_off_h"]),
    )


def _clock(speech: Speech, off_h: float | None) -> str:
    if off_h is None:
        return speech.translate("cannot be told")
    return f"{off_h:+.0f} h" if off_h else speech.translate("agrees")


COMMANDS: Final = (quality,)
