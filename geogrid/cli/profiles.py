"""The command that keeps what is known of each source: profiles."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from geogrid.cli.options import common, option
from geogrid.cli.speech import Speech
from geogrid.cli.usage import SpokenCommand
from geogrid.errors import InputError

_FOLDER: Final = click.Path(path_type=Path, file_okay=False)


@click.command(cls=SpokenCommand, epilog="geogrid profiles ws --save taxis --from taxis.toml")
@click.argument("ws", type=_FOLDER)
@option("--show", metavar="NAME", help="Print one profile as TOML.")
@option("--save", metavar="NAME", help="Keep the profile of a file under this name.")
@option("--from", "file", metavar="FILE.toml", help="The file for --save.")
@option("--remove", metavar="NAME", help="Forget a profile.")
@common
@click.pass_obj
def profiles(
    speech: Speech, /, ws: Path, show: str | None, save: str | None, file: str | None, **more: str
) -> None:
    """List, show, save or remove profiles: what is known of each source of files.

    A profile says datum, tz, speed_unit, unit and credit, and in a table map which column has
    which field. An import uses it with --profile NAME, or --profile FILE.toml.
    """
    from geogrid.service import profiles as kept

    remove = more.get("remove")
    if sum(name is not None for name in (show, save, remove)) > 1 or (file is None) != (
        save is None
    ):
        raise InputError("give one of --show, --remove, or --save with --from")
    if show is not None:
        profile = kept.show_profile(ws, show)
        speech.say("{text}", text=profile.as_toml().rstrip())
        speech.answer({"name": show, "profile": profile.as_json()})
        return
    if save is not None and file is not None:
        kept.save_profile(ws, save, kept.find_profile(file))
    if remove is not None:
        kept.remove_profile(ws, remove)
    found = kept.list_profiles(ws)
    for name, values in found.items():
        said = [f"{key}={value}" for key, value in values.items() if key != "map"]
        said += [f"{field}={column}" for field, column in values["map"].items()]
        speech.say("{name}: {values}", name=name, values=", ".join(said))
    speech.say("{count} profiles", count=len(found))
    speech.answer({"profiles": found})


COMMANDS: Final = (profiles,)
