"""The command that reduces old fixes to hourly sums: retain."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import click

from geogrid.cli.options import common, option
from geogrid.cli.removing import day_of
from geogrid.cli.speech import ProgressLine, Speech
from geogrid.cli.usage import SpokenCommand

_FOLDER: Final = click.Path(path_type=Path, file_okay=False)


@click.command(cls=SpokenCommand, epilog="geogrid retain ws --days 90 --save --yes")
@click.argument("ws", type=_FOLDER)
@option(
    "--days", type=int, metavar="N", help="Keep fixes of N days; the workspace's rule if not said."
)
@option("--save", is_flag=True, help="Keep N as the workspace's rule.")
@option(
    "--as-of", metavar="YYYY-MM-DD", help="Count back from this local day; from today if not said."
)
@option("--yes", is_flag=True, help="Do it; without it only the count is told.")
@option("--for-good", is_flag=True, help="Drop also what undo would put back.")
@common
@click.pass_obj
def retain(
    speech: Speech,
    /,
    ws: Path,
    days: int | None,
    as_of: str | None,
    **flags: bool,
) -> None:
    """Reduce the fixes of old days to hourly sums per cell.

    Times and distances stay exact; passes, visits, units and instants are no longer known of
    these days. Without --yes only the count is told. With it, undo puts the fixes back until the
    next change; with --for-good nothing does but a backup.
    """
    from geogrid.service.retention import RetentionWish
    from geogrid.workspace import Workspace

    workspace = Workspace.open(ws)
    today: date = day_of(as_of) or datetime.now(ZoneInfo(workspace.time_zone)).date()
    wish = RetentionWish(today, days, save=flags["save"], for_good=flags["for_good"])
    with ProgressLine(speech.translate) as progress:
        result = workspace.retain(wish, confirmed=flags["yes"], progress=progress)
    told = {
        "days": len(result["days"]),
        "fixes": result["fixes"],
        "first": result["kept_from"],
        "columns": ", ".join(result["null_columns"]),
    }
    if not result["days"]:
        speech.say("no fixes are older than {first}; nothing to reduce", **told)
    elif result["done"]:
        speech.say("reduced to hourly sums: {days} days, {fixes:,} fixes before {first}", **told)
    else:
        speech.say(
            "would be reduced to hourly sums: {days} days, {fixes:,} fixes before {first}; windows "
            "that reach into them will not tell {columns}; do it with --yes",
            **told,
        )
    if result["rule"] is not None:
        speech.say("the workspace's rule: fixes are kept {days} days", days=result["rule"])
    speech.answer(result)


COMMANDS: Final = (retain,)
