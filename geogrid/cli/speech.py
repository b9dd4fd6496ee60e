"""How the command line talks: language, sentences or JSON, progress, errors."""

from __future__ import annotations

import copy
import json
import logging
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import click

from geogrid.errors import GeogridError
from geogrid.i18n import LANGUAGES, language_of, translator

PROGRESS_AFTER_S: Final = 1.0
_ERASE_LINE: Final = "\r\x1b[K"


@dataclass(frozen=True, slots=True)
class Speech:
    """What one command prints, and how.

    Parameters
    ----------
    language
        ``en`` or ``zh``.
    as_json
        Print one JSON object as the last line of standard output, and nothing else there.
    """

    language: str
    as_json: bool

    @property
    def translate(self) -> Callable[[str], str]:
        """From an English template to one in the language."""
        return translator(self.language)

    def say(self, template: str, /, **values: object) -> None:
        """Print a sentence for people; nothing when JSON is asked for.

        Parameters
        ----------
        template
            English, with ``{name}`` fields.
        **values
            The values of the fields.
        """
        if not self.as_json:
            click.echo(self.translate(template).format(**values))

    def answer(self, result: dict[str, Any]) -> None:
        """Print a result as JSON where that is asked for.

        Parameters
        ----------
        result
            JSON values.
        """
        if self.as_json:
            click.echo(json.dumps(result, ensure_ascii=False, allow_nan=False))

    def refuse(self, error: GeogridError) -> None:
        """Print why something was refused, on standard error, and as JSON where asked for.

        Parameters
        ----------
        error
            What was raised.
        """
        message = error.render(self.translate)
        click.echo(f"{self.translate('Error')}: {message}", err=True)
        self.answer(
            {
                "status": "reject",
                "accepted": 0,
                "duplicates": 0,
                "bad_rows": [],
                "message": message,
                "warnings": [],
                "error": type(error).__name__,
            }
        )


class ProgressLine:
    """One line on a terminal that says how far long work is.

    It shows nothing in the first second, and nothing where standard error is no terminal.

    Parameters
    ----------
    translate
        From an English stage to one in the language.
    """

    def __init__(self, translate: Callable[[str], str]) -> None:
        self._translate = translate
        self._started = time.monotonic()
        self._shown = False
        self._live = sys.stderr.isatty()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show a stage and how much of it is done."""
        if not self._live or time.monotonic() - self._started < PROGRESS_AFTER_S:
            return
        count = f" {done}/{total}" if total else ""
        click.echo(f"{_ERASE_LINE}{self._translate(stage)}{count}", err=True, nl=False)
        self._shown = True

    def close(self) -> None:
        """Take the line away."""
        if self._shown:
            click.echo(_ERASE_LINE, err=True, nl=False)


def wanted_language(arguments: list[str]) -> str:
    """Return the language of a command line: ``--lang``, else ``LC_ALL`` or ``LANG``.

    Parameters
    ----------
    arguments
        The words of the command line.

    Returns
    -------
    str
        ``en`` or ``zh``.
    """
    for at, word in enumerate(arguments):
        value = word.removeprefix("--lang=") if word.startswith("--lang=") else None
        if word == "--lang" and at + 1 < len(arguments):
            value = arguments[at + 1]
        if value in LANGUAGES:
            return value
    return language_of(os.environ.get("LC_ALL") or os.environ.get("LANG"))


def set_up_logging(*, verbose: bool) -> None:
    """Send log lines to standard error.

    Parameters
    ----------
    verbose
        Show what each stage did; warnings only otherwise.
    """
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    for name in ("geogrid", "webmap"):
        logging.getLogger(name).setLevel(logging.INFO if verbose else logging.WARNING)


def _words(ctx: click.Context) -> Callable[[str], str]:
    return translator(ctx.find_root().meta.get("geogrid.language", "en"))


class SpokenOption(click.Option):
    """An option whose help is shown in the language of the command line."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the names and the translated help of the option."""
        spoken = copy.copy(self)
        spoken.help = _words(ctx)(self.help) if self.help else self.help
        return super(SpokenOption, spoken).get_help_record(ctx)


class SpokenCommand(click.Command):
    """A command whose help is shown in the language of the command line."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the translated help."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(_words(ctx)(self.help or ""))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example as it is to be typed."""
        if self.epilog:
            formatter.write_paragraph()
            formatter.write(f"{_words(ctx)('Example')}:\n  {self.epilog}\n")


class SpokenGroup(click.Group):
    """A group whose list of commands is shown in the language of the command line."""

    command_class = SpokenCommand

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the translated help."""
        SpokenCommand.format_help_text(self, ctx, formatter)  # type: ignore[arg-type] # same parts

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with the first sentence of their translated help."""
        words = _words(ctx)
        rows = []
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is not None and not command.hidden:
                first = words(command.help or "").split("\n")[0]
                rows.append((name, first))
        with formatter.section(words("Commands")):
            formatter.write_dl(rows)
