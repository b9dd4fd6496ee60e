"""The command that makes import forms to hand out: template."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from geogrid.cli.options import common, option
from geogrid.cli.speech import Speech
from geogrid.cli.usage import SpokenCommand

_FILE: Final = click.Path(path_type=Path, dir_okay=False)


@click.command(cls=SpokenCommand, epilog="geogrid template cameras -o cameras.xlsx")
@click.argument("kind")
@option(
    "-o",
    "--output",
    type=_FILE,
    required=True,
    help="Write the form: .xlsx, or .toml for lists without places.",
)
@common
@click.pass_obj
def template(speech: Speech, /, kind: str, output: Path) -> None:
    """Write a form in which somebody else lists cameras, incidents or any other kind.

    A workbook with headers in both languages, units, drop-downs and one example row, or a TOML
    file with one example table, which the import of that kind reads as it is.
    """
    from geogrid.service.templates import write_template

    columns = write_template(kind, output)
    speech.say(
        "{file}: a form for {kind} with {count} columns", file=output, kind=kind, count=len(columns)
    )
    speech.answer({"file": str(output), "kind": kind, "columns": columns})


COMMANDS: Final = (template,)
