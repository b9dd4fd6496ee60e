"""A workbook to be filled in: a header that a person reads and a program knows, and choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import xlsxwriter

from geogrid.export.aside import written_aside

_ROWS: Final = 5_000  # that have drop-downs
_WIDTH: Final = 18
_NO_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # the same bytes each time
_MOST_LISTED: Final = 250  # characters of a list in a drop-down: the format's own limit is 255


@dataclass(frozen=True, slots=True)
class FormColumn:
    """One column of a form.

    Parameters
    ----------
    name
        The header that the program knows.
    title
        What stands above it for people.
    meaning
        A sentence for the second sheet.
    example
        What stands in the example row; empty for none.
    needed
        Whether a row without it is refused.
    choices
        What may be chosen; empty for anything.
    limits
        Least and greatest number; ``None`` for any.
    """

    name: str
    title: str
    meaning: str
    example: str | float
    needed: bool = False
    choices: tuple[str, ...] = ()
    limits: tuple[float, float] | None = None


def write_form(columns: Sequence[FormColumn], notes: Sequence[str], path: Path) -> Path:
    """Write a form: titles, the header, one example row, drop-downs, and a sheet of notes.

    Parameters
    ----------
    columns
        In the order of the sheet.
    notes
        Sentences for the top of the second sheet.
    path
        The file, ending in .xlsx; it appears whole or not at all.

    Returns
    -------
    Path
        The file.
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with written_aside(path) as part, xlsxwriter.Workbook(str(part), options) as book:
        book.set_properties({"created": _NO_TIME})
        _write_sheet(book, columns)
        _write_notes(book, columns, notes)
    return path


def _write_sheet(book: xlsxwriter.Workbook, columns: Sequence[FormColumn]) -> None:
    sheet = book.add_worksheet("data")
    small = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#555555"})
    needed = book.add_format({"bold": True, "bg_color": "#FFE9B3", "border": 1})
    free = book.add_format({"bold": True, "bg_color": "#EEEEEE", "border": 1})
    example = book.add_format({"italic": True, "font_color": "#777777"})
    as_text = book.add_format({"num_format": "@"})
    sheet.freeze_panes(2, 0)
    for at, column in enumerate(columns):
        is_number = column.limits is not None
        sheet.set_column(at, at, _WIDTH, None if is_number else as_text)
        sheet.write_string(0, at, column.title, small)
        sheet.write_string(1, at, column.name, needed if column.needed else free)
        if isinstance(column.example, float):
            sheet.write_number(2, at, column.example, example)
        else:
            sheet.write_string(2, at, column.example, example)
        rule = _rule(column)
        if rule is not None:
            sheet.data_validation(2, at, _ROWS, at, rule)


def _rule(column: FormColumn) -> dict[str, object] | None:
    """Return what a cell of a column may hold; a spreadsheet warns and lets other values pass."""
    message = column.meaning[:_MOST_LISTED]
    warning = {"error_type": "warning", "error_title": column.name, "error_message": message}
    if column.choices and len(",".join(column.choices)) <= _MOST_LISTED:
        return {"validate": "list", "source": list(column.choices), **warning}
    if column.limits is not None:
        low, high = column.limits
        bounds = {"criteria": "between", "minimum": low, "maximum": high}
        return {"validate": "decimal", **bounds, **warning}
    return None


def _write_notes(
    book: xlsxwriter.Workbook, columns: Sequence[FormColumn], notes: Sequence[str]
) -> None:
    sheet = book.add_worksheet("说明 notes")
    sheet.set_column(0, 0, _WIDTH)
    sheet.set_column(1, 1, 100)
    for row, note in enumerate(notes):
        sheet.write_string(row, 0, note)
    for row, column in enumerate(columns, start=len(notes) + 1):
        sheet.write_string(row, 0, column.name)
        sheet.write_string(row, 1, column.meaning)
