"""Tables on the sheets of a workbook, row by row, so that a million rows need little memory."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import xlsxwriter

from geogrid.errors import InputError
from geogrid.export.json_values import plain

SHEET_ROWS: Final = 1_048_575  # below the header
CELL_CHARACTERS: Final = 32_767
# Text is never a formula or a link.
BOOK_OPTIONS: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "constant_memory": True,
}
_WHOLE_DIGITS: Final = 10**15  # a sheet keeps 15 digits of a number
_WIDEST: Final = 60  # characters of a column
_SEEN_ROWS: Final = 200  # of which the width of a column is taken


def fill_sheet(
    sheet: xlsxwriter.worksheet.Worksheet, table: pd.DataFrame, bold: xlsxwriter.format.Format
) -> None:
    """Write a table on a sheet under a header that stays in sight.

    Parameters
    ----------
    sheet
        Empty, of a workbook made with `BOOK_OPTIONS`.
    table
        Columns of text, numbers and truth; what is not known stays empty.
    bold
        The format of the header.

    Raises
    ------
    InputError
        There are more rows than a sheet has, or a text is too long for a cell.
    """
    if len(table) > SHEET_ROWS:
        raise InputError(
            "{rows} rows do not fit into a workbook, which has {most}; "
            "choose a district or a box, or write .csv or .parquet",
            rows=len(table),
            most=SHEET_ROWS,
        )
    names = [str(name) for name in table.columns]
    columns = [_values(column) for _, column in table.items()]
    for at, (name, shown) in enumerate(zip(names, columns, strict=True)):
        longest = max(len(name), *(len(str(value)) for value in shown[:_SEEN_ROWS]), 0)
        sheet.set_column(at, at, min(longest + 2, _WIDEST))
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(table), max(len(names) - 1, 0))
    for at, name in enumerate(names):
        sheet.write_string(0, at, name, bold)
    for row, values in enumerate(zip(*columns, strict=True), start=1):
        for at, value in enumerate(values):
            _write(sheet, (row, at), value, names[at])


def _values(column: pd.Series) -> list[object]:
    """Return a column as Python's own values; ``None`` where a value is not known."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iub":
        return list(column.tolist())
    return [plain(value) for value in column]


def _write(
    sheet: xlsxwriter.worksheet.Worksheet, place: tuple[int, int], value: object, column: str
) -> None:
    """Write one value by its type."""
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(*place, value)
    elif isinstance(value, int | float) and abs(value) < _WHOLE_DIGITS:
        sheet.write_number(*place, value)
    else:
        text = str(value)
        if len(text) > CELL_CHARACTERS:
            raise InputError(
                "row {row}, column {column}: a text of {length} characters does not fit into "
                "a workbook; write .csv or .parquet",
                row=place[0],
                column=column,
                length=len(text),
            )
        sheet.write_string(*place, text)
