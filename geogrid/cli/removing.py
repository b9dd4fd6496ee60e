"""The command that takes data of one source out of a workspace: remove."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Final

import click

from geogrid.cli.options import common, option
from geogrid.cli.speech import Speech
from geogrid.cli.usage import SpokenCommand
from geogrid.errors import InputError

_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_FILE: Final = click.Path(path_type=Path, dir_okay=True)


def day_of(text: str | None) -> date | None:
    """Return the local day that a text names.

    Parameters
    ----------
    text
        Such as 2026-03-06; ``None`` or empty for no day.

    Returns
    -------
    date or None
        The day.

    Raises
    ------
    InputError
        The text is no day.
    """
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InputError("a day is like 2026-03-06, got {text!r}", text=text) from error


@click.command(cls=SpokenCommand, epilog="geogrid remove ws tracks --to 2025-12-31 --yes")
@click.argument("ws", type=_FOLDER)
@click.argument("kind")
@option("--file", type=_FILE, help="What this file brought: its fixes, or the entries it lists.")
@option("--datum", help="Datum of coordinates: wgs84, cgcs2000, gcj02 or bd09.")
@option("--tz", help="Zone of times without an offset, such as Asia/Shanghai.")
@option("--map", "columns", multiple=True, metavar="FIELD=COLUMN", help="Column of a field.")
@option("--profile", metavar="NAME|FILE.toml", help="What is known of the source; see profiles.")
@option("--unit", "units", multiple=True, help="Only fixes of this unit; may be given again.")
@option("--from", "first", metavar="YYYY-MM-DD", help="First local day.")
@option("--to", "last", metavar="YYYY-MM-DD", help="Last local day, included.")
@option("--yes", is_flag=True, help="Do it; without it only the count is told.")
@option("--for-good", is_flag=True, help="Drop also what undo would put back.")
@common
@click.pass_obj
def remove(speech: Speech, /, ws: Path, kind: str, **settings: Any) -> None:
    """Take data of one source out: a file's, a unit's, or that of some days.

    Without --yes only the count is told. With it, undo puts everything back until the next
    change; with --for-good nothing does but a backup.
    """
    from geogrid.cli.workspaces import declared_of
    from geogrid.service.removal import Source
    from geogrid.workspace import Workspace

    source = Source(
        kind,
        settings["file"],
        declared_of(settings, ws),
        settings["units"],
        day_of(settings["first"]),
        day_of(settings["last"]),
    )
    result = Workspace.open(ws).remove(
        source, confirmed=settings["yes"], for_good=settings["for_good"]
    )
    if result["done"]:
        speech.say("removed from {kind}: {count:,}", kind=kind, count=result["removed"])
    else:
        speech.say(
            "would be removed from {kind}: {count:,}; do it with --yes",
            kind=kind,
            count=result["removed"],
        )
    if result.get("in_sums"):
        speech.say(
            "{count} days are kept as hourly sums of all units; what they hold of this stays there",
            count=len(result["in_sums"]),
        )
    speech.answer(result)


COMMANDS: Final = (remove,)
