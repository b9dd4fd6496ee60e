"""Parquet: only the columns that are needed, after the footer was judged."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from geogrid.errors import FileFormatError, InputError
from geogrid.io.detect import SourceFile
from geogrid.io.rawtable import Plan, RawTable

MAX_ROWS: Final = 20_000_000


def read_parquet(source: SourceFile, plan: Plan) -> RawTable:
    """Return the rows of a Parquet file, typed as they are.

    Parameters
    ----------
    source
        A file of type ``PARQUET``.
    plan
        Says which columns to keep.

    Returns
    -------
    RawTable
        Other columns are not touched, nor is any metadata.

    Raises
    ------
    FileFormatError
        The file is damaged.
    InputError
        It has too many rows or none.
    """
    try:
        file = pq.ParquetFile(
            pa.BufferReader(source.data),
            page_checksum_verification=True,
            arrow_extensions_enabled=False,
        )
        rows = file.metadata.num_rows
        if rows > MAX_ROWS:
            raise InputError(
                "{file}: {rows} rows are more than the limit of {limit}; split the file",
                file=source.name,
                rows=rows,
                limit=MAX_ROWS,
            )
        flat = [name for name in file.schema_arrow.names if not _nested(file.schema_arrow, name)]
        mapping = plan(flat)
        names = {field: flat[at] for field, at in mapping.columns.items()}
        table = file.read(columns=sorted(set(names.values())))
        table.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        raise FileFormatError(
            "{file}: the Parquet file is damaged and cannot be read: {reason}",
            file=source.name,
            reason=str(error)[:200],
        ) from error
    if rows == 0:
        raise InputError("{file}: there are no rows, no data", file=source.name)
    columns = {field: table.column(name).combine_chunks() for field, name in names.items()}
    return RawTable(columns, np.arange(1, rows + 1, dtype=np.int64), mapping)


def _nested(schema: pa.Schema, name: str) -> bool:
    kind = schema.field(name).type
    return bool(pa.types.is_nested(kind) or pa.types.is_binary(kind))
