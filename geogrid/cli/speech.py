"""How the command line talks: language, sentences or JSON, progress, errors."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

import click

from geogrid.errors import GeogridError
from geogrid.i18n import LANGUAGES, catalogue, language_of, retold, translator

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

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Print rows in columns, the first to the left, the others to the right.

        Parameters
        ----------
        rows
            Texts in the reader's language, as many in each row.
        """
        if self.as_json or not rows:
            return
        widths = [max(map(_columns, column)) for column in zip(*rows, strict=True)]
        for first, *others in rows:
            line = first + " " * (widths[0] - _columns(first))
            for width, text in zip(widths[1:], others, strict=True):
                line += "  " + " " * (width - _columns(text)) + text
            click.echo(f"  {line}".rstrip())

    def retell(self, sentence: str) -> str:
        """Return a sentence of a record, which is kept in English, in the reader's language.

        Parameters
        ----------
        sentence
            Such as the reason for which a row was refused.

        Returns
        -------
        str
            Unchanged when the catalogue does not know it.
        """
        known = [text for text in catalogue(self.language) if not text.startswith("{")]
        return retold(sentence, known, self.translate)

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
        rows = error.values.get("bad_rows", ())
        self.fail(
            error.render(self.translate),
            kind=type(error).__name__,
            bad_rows=list(rows) if isinstance(rows, tuple) else [],
        )

    def fail(
        self, message: str, *, kind: str, status: str = "reject", bad_rows: Sequence[int] = ()
    ) -> None:
        """Print why a command did not do its work.

        Parameters
        ----------
        message
            In the reader's language.
        kind
            Name of the kind of error, for programs.
        status
            ``reject``, or ``fault`` when the program itself is to blame.
        bad_rows
            Numbers of refused rows.
        """
        click.echo(f"{self.translate('Error')}: {message}", err=True)
        self.answer(
            {
                "status": status,
                "accepted": 0,
                "duplicates": 0,
                "bad_rows": list(bad_rows),
                "message": message,
                "warnings": [],
                "error": kind,
            }
        )


def _columns(text: str) -> int:
    """Return how many columns of a terminal a text takes: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the line away."""
        if self._shown:
            click.echo(_ERASE_LINE, err=True, nl=False)


def wanted_language(arguments: list[str]) -> str:
    """Return the language of a command line: ``--lang``, else the locale's.

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
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return language_of(next(filter(None, names), None))


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
