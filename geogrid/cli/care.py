"""Commands that look after a workspace: doctor, backup, restore, migrate."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from geogrid.cli.options import common, option
from geogrid.cli.speech import Speech
from geogrid.cli.usage import SpokenCommand

_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_FILE: Final = click.Path(path_type=Path, dir_okay=False)
EXIT_UNSOUND: Final = 2


@click.command(cls=SpokenCommand, epilog="geogrid doctor ws")
@click.argument("ws", type=_FOLDER)
@common
@click.pass_context
def doctor(ctx: click.Context, /, ws: Path) -> None:
    """Check that a workspace is sound, and say what to do where it is not.

    Version, registers, log, hashes of every day, incidents, files that do not belong there.
    Nothing is changed. Exit status 2 when data is lost or cannot be read.
    """
    from geogrid.service.care import inspect

    speech: Speech = ctx.obj
    seen = inspect(ws)
    answer = seen.as_json(speech.translate)
    for finding in answer["findings"]:
        speech.say("{place}: {problem}. What to do: {remedy}", **finding)
    if answer["sound"]:
        speech.say("{workspace} is sound: {counts}", workspace=ws, counts=_listed(answer["counts"]))
    else:
        speech.say("{workspace} is not sound", workspace=ws)
    speech.answer(answer)
    if not answer["sound"]:
        ctx.exit(EXIT_UNSOUND)


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


@click.command(cls=SpokenCommand, epilog="geogrid backup ws ws-2026-03-06.zip")
@click.argument("ws", type=_FOLDER)
@click.argument("file", type=_FILE)
@common
@click.pass_obj
def backup(speech: Speech, /, ws: Path, file: Path) -> None:
    """Write a workspace into one file, with the hash of everything in it.

    What can be worked out again is left out. Nobody can write to the workspace meanwhile; a
    workspace that is not sound is refused.
    """
    from geogrid.service.care import back_up

    result = back_up(ws, file)
    speech.say("{file}: {files:,} files, {bytes:,} bytes", **result)
    speech.answer(result)


@click.command(cls=SpokenCommand, epilog="geogrid restore ws-2026-03-06.zip ws2")
@click.argument("file", type=_FILE)
@click.argument("ws", type=_FOLDER)
@common
@click.pass_obj
def restore(speech: Speech, /, file: Path, ws: Path) -> None:
    """Make a workspace in a new folder of a backup: all of it, or nothing."""
    from geogrid.service.care import restore_from

    result = restore_from(file, ws)
    speech.say("{workspace}: {files:,} files restored, each with the hash it had", **result)
    speech.answer(result)


@click.command("migrate", cls=SpokenCommand, epilog="geogrid migrate ws")
@click.argument("ws", type=_FOLDER)
@option("--backup", "backup_file", type=_FILE, help="Backup that is made first; beside the folder.")
@common
@click.pass_obj
def migrate(speech: Speech, /, ws: Path, backup_file: Path | None) -> None:
    """Bring a workspace of an earlier version of the program up to date.

    A backup is made first. The change is whole or not at all, and undo takes it back.
    """
    from geogrid.service.care import bring_up_to_date

    result = bring_up_to_date(ws, backup_file)
    if result["from"] == result["to"]:
        speech.say("{workspace} has schema version {to} already; nothing was changed", **result)
    else:
        speech.say(
            "{workspace}: schema version {from} -> {to}; as it was it is in {backup}", **result
        )
    speech.answer(result)


COMMANDS: Final = (doctor, backup, restore, migrate)
