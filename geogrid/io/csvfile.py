"""Tables as text: CSV, TSV, semicolons; every row is kept, refused by number, or blank."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable
from io import BytesIO, StringIO
from typing import Final, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

from geogrid.errors import FileFormatError, InputError
from geogrid.io.detect import SourceFile
from geogrid.io.headers import HeaderMap
from geogrid.io.rawtable import Plan, RawTable, Table
from geogrid.io.report import Refusal
from geogrid.io.text import to_utf8

_BLOCK: Final = 8 << 20
_HEAD: Final = 1 << 20
_SEPARATORS: Final = ",\t;|"
_SHOWN: Final = 60  # characters of a row in a refusal


class _InvalidRow(Protocol):
    number: int
    actual_columns: int
    text: str


class _Header(NamedTuple):
    """Where the header begins, the lines up to its own, and what it says."""

    start: int
    above: int
    titles: list[str]
    separator: str
    mapping: HeaderMap


_EMPTY_LINES: Final = re.compile(rb"[\s,;|]*[\r\n]")  # above the header
_LINE_END: Final = re.compile(rb"\r\n|\n|\r")
_TITLES: Final = 5  # lines that are tried as the header
_SetAside = Callable[[_InvalidRow], str]


def read_csv(source: SourceFile, plan: Plan) -> RawTable:
    """Return the rows of a text table as strings.

    Parameters
    ----------
    source
        A file of type ``TEXT``.
    plan
        Says which columns to keep.

    Returns
    -------
    RawTable
        Rows with too many or too few fields are refused; blank lines are counted, not read.

    Raises
    ------
    FileFormatError
        A quotation mark opens and never closes, or the encoding is unknown.
    InputError
        There is no header or no row.
    """
    whole = to_utf8(source.data, source.name)
    head = _find_header(whole, plan, source.name)
    data = whole[head.start :] if head.start else whole
    headers, separator, mapping = head.titles, head.separator, head.mapping
    _check_quotes(data, separator, source.name)
    broken: list[tuple[int, int, str]] = []

    def set_aside(row: _InvalidRow) -> str:
        broken.append((row.number - 1, row.actual_columns, row.text))
        return "skip"

    wanted = sorted(set(mapping.columns.values()))
    table = _parse(data, separator, wanted, set_aside, source.name)
    blank = _blank_rows(table)
    if blank.any():  # maybe something stands in the other columns
        blank = _blank_rows(
            _parse(data, separator, range(len(headers)), lambda _: "skip", source.name)
        )
    total = table.num_rows + sum(number > 0 for number, _, _ in broken)
    skipped = np.zeros(total, dtype=bool)
    skipped[[number for number, _, _ in broken if number < total]] = True
    numbers = np.flatnonzero(~skipped)[1:]
    table, blank = table.slice(1), blank[1:]
    if blank.any():
        table, numbers = table.filter(pa.array(~blank)), numbers[~blank]
    refusals = tuple(
        Refusal(
            number,
            "row",
            text[:_SHOWN],
            "the row has {got} fields where the header has {expected} columns",
            {"got": got, "expected": len(headers)},
        )
        for number, got, text in broken
        if number > 0 and text.strip()
    )
    if numbers.size == 0 and not refusals:
        raise InputError("{file}: there are no rows under the header, no data", file=source.name)
    columns = {name: table.column(f"f{at}") for name, at in mapping.columns.items()}
    return RawTable(columns, numbers.astype(np.int64), mapping, refusals, above=head.above)


def _find_header(data: bytes, plan: Plan, name: str) -> _Header:
    """Return the first line that has the needed columns; a title may stand above it."""
    start, above = 0, 1
    failed: list[tuple[int, InputError]] = []
    while len(failed) < _TITLES and start < min(len(data), _HEAD):
        empty = _EMPTY_LINES.match(data, start)
        if empty:
            above += len(_LINE_END.findall(empty[0]))
            start = empty.end()
        titles, separator = _header(data[start : start + _HEAD], name)
        try:
            return _Header(start, above, titles, separator, plan(titles))
        except InputError as error:
            if type(error) is not InputError:  # a column about persons is final
                raise
            failed.append((sum(map(bool, titles)), error))
        end = _LINE_END.search(data, start)
        start, above = (end.end() if end else len(data)), above + 1
    if not failed:
        _header(b"", name)  # says that there is none
    most = max(filled for filled, _ in failed)
    raise next(error for filled, error in failed if 2 * filled > most)


def _header(data: bytes, name: str) -> tuple[list[str], str]:
    """Return the names of the columns and the separator."""
    head = data[:_HEAD].decode("utf-8", "ignore")
    first = head.lstrip("\r\n").splitlines()[0] if head.strip() else ""
    if first.lower().startswith("sep=") and len(first) == 5:
        raise FileFormatError(
            "{file}: the first line {line!r} is not a header; remove it", file=name, line=first
        )
    bare = "".join(first.split('"')[::2])
    separator = max(_SEPARATORS, key=bare.count)
    records = csv.reader(StringIO(head, newline=""), delimiter=separator)
    try:
        headers = next((record for record in records if any(record)), [])
    except csv.Error as error:
        raise FileFormatError("{file}: the header cannot be read", file=name) from error
    if not any(text.strip() for text in headers):
        raise InputError("{file}: the file is empty: there is no header", file=name)
    return headers, separator


def _parse(
    data: bytes, separator: str, wanted: Iterable[int], set_aside: _SetAside, name: str
) -> Table:
    names = [f"f{at}" for at in wanted]
    try:
        return pa_csv.read_csv(
            BytesIO(data),
            read_options=pa_csv.ReadOptions(
                use_threads=False,  # only then are broken rows numbered
                block_size=min(max(_BLOCK, _longest_need(data)), 1 << 30),
                autogenerate_column_names=True,
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=separator,
                newlines_in_values=b'"' in data,
                ignore_empty_lines=False,
                invalid_row_handler=set_aside,
            ),
            convert_options=pa_csv.ConvertOptions(
                include_columns=names,
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
                null_values=[],
                check_utf8=False,  # checked when decoded
            ),
        )
    except pa.ArrowInvalid as error:
        raise FileFormatError(
            "{file}: the table cannot be read: {reason}", file=name, reason=str(error)
        ) from error


def _longest_need(data: bytes) -> int:
    """Return a block size in which the longest line fits twice."""
    longest, place = 0, 0
    if len(data) <= _BLOCK:
        return len(data) + 1
    while place < len(data):
        end = data.rfind(b"\n", place, place + _BLOCK)
        if end < 0:
            end = data.find(b"\n", place + _BLOCK)
            end = len(data) if end < 0 else end
            longest = max(longest, end - place)
        place = end + 1
    return 2 * longest + 1


def _blank_rows(table: Table) -> NDArray[np.bool_]:
    blank = np.ones(table.num_rows, dtype=bool)
    for column in table.columns:
        blank &= np.asarray(pc.equal(column, "").to_numpy(), dtype=bool)
    return blank


def _check_quotes(data: bytes, separator: str, name: str) -> None:
    """Refuse a table in which a quotation mark opens and never closes.

    A lenient reader takes all rows after it for one value.
    """
    if data.count(b'"') % 2 == 0:
        return
    row, opened = 0, 0
    csv.field_size_limit(1 << 30)
    for row, record in enumerate(
        csv.reader(StringIO(data.decode(), newline=""), delimiter=separator)
    ):
        if any("\n" in value or "\r" in value for value in record):
            opened = row
    if opened == row and opened:
        raise FileFormatError(
            "{file}: row {row}: a quotation mark opens and never closes, which swallows all rows "
            "after it; close it or remove it",
            file=name,
            row=opened,
        )
