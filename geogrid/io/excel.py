"""Workbooks: XLSX and XLS; the container is judged before a cell is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from io import BytesIO
from itertools import islice
from typing import Final

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from geogrid.errors import FileFormatError, InputError
from geogrid.io.detect import FileType, SourceFile, open_zip, read_member
from geogrid.io.fields import words
from geogrid.io.headers import HeaderMap
from geogrid.io.kinds import KINDS
from geogrid.io.rawtable import Plan, RawTable
from geogrid.io.report import Message

_Rows = Sequence[Sequence[object]]
MAX_CELLS: Final = 30_000_000  # of the box around all cells: what a reader would allocate
_CELL: Final = re.compile(rb"""<(?:\w+:)?c\s[^>]*?r\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_MAC_DAYS: Final = re.compile(rb"""workbookPr\s[^>]*?date1904\s*=\s*["'](?:1|true|on)["']""")
_DAYS_TO_1904: Final = 1462.0
_DAY_NUMBER: Final = re.compile(r"[2345][0-9]{4}(\.[0-9]+)?")  # 1958 to 2068, from 1904
_TIMES: Final = frozenset(
    spec.name for fields in KINDS.values() for spec in fields if spec.type == "time"
)
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_TITLES: Final = 5
_ERRORS: Final = frozenset(words("#N/A #DIV/0! #VALUE! #REF! #NAME? #NUM! #NULL!"))


def read_workbook(source: SourceFile, plan: Plan) -> RawTable:
    """Return the rows of the first visible sheet that has the needed columns, as strings.

    Parameters
    ----------
    source
        A file of type ``XLSX`` or ``XLS``.
    plan
        Says which columns to keep.

    Returns
    -------
    RawTable
        Numbers as their shortest text, times in ISO 8601.

    Raises
    ------
    FileFormatError
        The workbook is damaged, encrypted, or holds XML that it should not.
    InputError
        It is too large, or no sheet has the columns.
    """
    if source.type is FileType.XLS and _ENCRYPTED in source.data:
        raise FileFormatError(
            "{file}: the workbook is encrypted with a password; save it without one",
            file=source.name,
        )
    if source.type is FileType.XLSX:
        _check_container(source)
    filled = [(name, rows) for name, rows in _sheets(source) if any(map(_has_content, rows))]
    if not filled:
        raise InputError("{file}: the workbook is empty, no data", file=source.name)
    fitting = [(name, *found) for name, rows in filled if (found := _try(rows, plan))]
    if not fitting:
        candidates = [texts for _, rows in filled for _, texts in _headers(rows)]
        plan(max(candidates, key=lambda texts: sum(map(bool, texts))))  # says what is missing
    name, first, mapping, rows = fitting[0]
    table = _table(first, rows, mapping, source.name)
    if source.type is FileType.XLSX and _counts_from_1904(source):
        table = _from_1904(table)
    others = [other for other, *_ in fitting[1:]]
    return _with_warning(table, name, others) if others else table


def _counts_from_1904(source: SourceFile) -> bool:
    """Tell whether day 0 of a workbook is 1904-01-01, as on old Macs (ECMA-376, 18.2.28)."""
    book = open_zip(source.data, source.name).read("xl/workbook.xml")
    return _MAC_DAYS.search(book) is not None


def _has_content(row: Sequence[object]) -> bool:
    return any(cell != "" for cell in row)


def _check_container(source: SourceFile) -> None:
    """Refuse XML with a DTD, and sheets whose cells span more than can be held."""
    archive = open_zip(source.data, source.name)
    for info in archive.infolist():
        if not info.filename.lower().endswith((".xml", ".rels")):
            continue
        content = read_member(archive, info, source.name)
        if b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content:
            raise FileFormatError(
                "{file}: the XML in {member!r} defines entities (a DTD), which no workbook needs; "
                "save it again in a spreadsheet program",
                file=source.name,
                member=info.filename,
            )
        if "worksheets/" in info.filename:
            _check_extent(content, source.name)


def _check_extent(content: bytes, name: str) -> None:
    rows, columns = 0, 0
    for match in _CELL.finditer(content):
        letters, digits = match.groups()
        rows = max(rows, int(digits))
        columns = max(columns, _column_number(letters))
        if rows * columns > MAX_CELLS:
            raise InputError(
                "{file}: a cell as far out as {cell} makes the sheet {rows} rows by {columns} "
                "columns, over the limit of {limit} cells; delete the stray cell",
                file=name,
                cell=(letters + digits).decode(),
                rows=rows,
                columns=columns,
                limit=MAX_CELLS,
            )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _sheets(source: SourceFile) -> list[tuple[str, _Rows]]:
    """Return the names and cells of the visible sheets."""
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(source.data))
        return [
            (sheet.name, book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False))
            for sheet in book.sheets_metadata
            if sheet.visible is SheetVisibleEnum.Visible
        ]
    except BaseException as error:
        # A damaged file can trip an assertion in the parser, whose panic is no Exception.
        if not isinstance(error, CalamineError) and type(error).__name__ != "PanicException":
            raise
        raise FileFormatError(
            "{file}: the format is not one of Excel that can be read: {reason}",
            file=source.name,
            reason=str(error)[:200],
        ) from error


def _headers(rows: _Rows) -> list[tuple[int, list[str]]]:
    """Return the first filled rows; a title may stand above the header."""
    filled = (i for i, row in enumerate(rows) if _has_content(row))
    return [(i, [_text(cell) for cell in rows[i]]) for i in islice(filled, _TITLES)]


def _try(rows: _Rows, plan: Plan) -> tuple[int, HeaderMap, _Rows] | None:
    for first, headers in _headers(rows):
        try:
            return first, plan(headers), rows
        except InputError as error:
            if type(error) is not InputError:  # a column about persons is final
                raise
    return None


def _table(first: int, rows: _Rows, mapping: HeaderMap, name: str) -> RawTable:
    kept = [i for i in range(first + 1, len(rows)) if _has_content(rows[i])]
    if not kept:
        raise InputError("{file}: there are no rows under the header, no data", file=name)
    columns = {
        field: pa.array([_text(rows[i][at]) for i in kept], pa.string())
        for field, at in mapping.columns.items()
    }
    return RawTable(columns, np.array(kept, dtype=np.int64) - first, mapping, above=first + 1)


def _from_1904(table: RawTable) -> RawTable:
    """Return rows whose bare day numbers, counted from 1904, are counted from 1900 as usual."""
    shifted = {
        field: pa.array([_later(text) for text in column.to_pylist()], pa.string())
        for field, column in table.columns.items()
        if field in _TIMES
    }
    return replace(table, columns={**table.columns, **shifted})


def _later(text: str) -> str:
    return repr(float(text) + _DAYS_TO_1904) if _DAY_NUMBER.fullmatch(text) else text


def _with_warning(table: RawTable, name: str, others: Sequence[str]) -> RawTable:
    note = Message(
        "more than one sheet has the columns: {name!r} is read, and not {others}",
        {"name": name, "others": ", ".join(map(repr, others))},
    )
    return replace(table, warnings=(note,))


def _text(cell: object) -> str:
    """Return a cell as the text a person sees, numbers in full."""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    text = str(cell)
    return "" if text in _ERRORS else text
