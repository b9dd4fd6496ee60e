"""Tables without places as files: CSV, Parquet and workbooks that office programs open."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from geogrid.errors import InputError
from geogrid.export.aside import written_aside
from geogrid.export.file_columns import FORMULA_STARTS
from geogrid.export.files import PROVENANCE_KEY, SIDECAR_ENDING
from geogrid.export.json_values import Json, json_text, plain
from geogrid.export.sheets import BOOK_OPTIONS, fill_sheet

_NO_TIME: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - a workbook's times have no zone


def write_table(table: pd.DataFrame, path: Path, about: Mapping[str, Json]) -> Path:
    """Write a table in the format of the file's ending.

    Parameters
    ----------
    table
        Columns of text and numbers; NaN is not known.
    path
        The file, ending in .csv, .parquet or .xlsx; it appears whole or not at all.
    about
        What the table is and where it comes from.

    Returns
    -------
    Path
        The file. What it is about stands in a file beside CSV, as for layers, in the metadata
        of Parquet and in the comments of a workbook.

    Raises
    ------
    InputError
        The ending is unknown.
    """
    path = Path(path)
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise InputError(
            "a table cannot be written as {ending!r}; give a file ending in {known}",
            ending=path.suffix,
            known=", ".join(_WRITERS),
        )
    write(table, path, json_text(dict(about)))
    return path


def write_workbook(
    tables: Mapping[str, pd.DataFrame], path: Path, about: Mapping[str, Json]
) -> Path:
    """Write tables as one workbook, a sheet each.

    Parameters
    ----------
    tables
        By the name of their sheet; columns of text and numbers, NaN is not known.
    path
        The file, ending in .xlsx; it appears whole or not at all.
    about
        What the tables are and where they come from.

    Returns
    -------
    Path
        The file.
    """
    _write_book([*tables.items()], Path(path), json_text(dict(about)))
    return Path(path)


def _write_csv(table: pd.DataFrame, path: Path, about: str) -> None:
    """Write CSV that spreadsheets read as UTF-8, with no cell they would run as a formula."""
    tidy = table.apply(lambda column: column if _is_number(column) else column.map(_harmless))
    with (
        written_aside(path.with_name(path.name + SIDECAR_ENDING)) as sidecar,
        written_aside(path) as part,
    ):
        sidecar.write_text(f"{about}\n", encoding="utf-8")
        tidy.to_csv(part, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def _write_parquet(table: pd.DataFrame, path: Path, about: str) -> None:
    columns = {
        str(name): pa.array(
            column.to_numpy() if _is_number(column) else [plain(value) for value in column],
            type=None if _is_number(column) else pa.string(),
            from_pandas=True,
        )
        for name, column in table.items()
    }
    made = pa.table(columns).replace_schema_metadata({PROVENANCE_KEY: about})
    with written_aside(path) as part:
        pq.write_table(made, part)


def _write_xlsx(table: pd.DataFrame, path: Path, about: str) -> None:
    """Write one sheet with a header that stays in sight."""
    _write_book([(None, table)], path, about)


def _write_book(tables: Sequence[tuple[str | None, pd.DataFrame]], path: Path, about: str) -> None:
    """Write a sheet for each table; text is never a formula or a link."""
    with written_aside(path) as part, xlsxwriter.Workbook(str(part), BOOK_OPTIONS) as book:
        book.set_properties({"created": _NO_TIME, "comments": about})
        bold = book.add_format({"bold": True})
        for name, table in tables:
            fill_sheet(book.add_worksheet(name), table, bold)


def _is_number(column: pd.Series) -> bool:
    return isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf"


def _harmless(value: object) -> str | None:
    """Return text that no spreadsheet takes for a formula."""
    known = plain(value)
    text = None if known is None else str(known)
    return "'" + text if text and text.startswith(FORMULA_STARTS) else text


_WRITERS: Final[Mapping[str, Callable[[pd.DataFrame, Path, str], None]]] = MappingProxyType(
    {".csv": _write_csv, ".parquet": _write_parquet, ".xlsx": _write_xlsx}
)
