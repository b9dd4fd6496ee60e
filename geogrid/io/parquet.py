"""Parquet: only the columns that are needed, after the footer was judged."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from geogrid.crs import WGS84, make_crs
from geogrid.errors import FileFormatError, InputError
from geogrid.io.detect import SourceFile
from geogrid.io.headers import HeaderMap
from geogrid.io.rawtable import Column, Plan, RawTable
from geogrid.io.report import Refusal
from geogrid.io.shapes import ShapeFault, from_wkb

MAX_ROWS: Final = 20_000_000
_LARGEST_METADATA: Final = 1 << 20  # bytes; a CRS in full takes a few thousand


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
        Other columns are not touched; of metadata only that of GeoParquet is read, as JSON.

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
        schema = file.schema_arrow
        geo = _geometry_column(schema, source.name)
        flat = [name for name in schema.names if not _nested(schema, name)]
        mapping = plan(flat, has_geometry=geo is not None)
        names = {field: flat[at] for field, at in mapping.columns.items()}
        wanted = {*names.values(), *([geo.name] if geo else ())}
        table = file.read(columns=sorted(wanted))
        table.validate(full=True)
    except MemoryError:  # Arrow's is an ArrowException, too
        raise
    except (pa.ArrowException, CRSError, OSError) as error:
        raise FileFormatError(
            "{file}: the Parquet file is damaged and cannot be read: {reason}",
            file=source.name,
            reason=str(error)[:200],
        ) from error
    if rows == 0:
        raise InputError("{file}: there are no rows, no data", file=source.name)
    columns = {field: table.column(name).combine_chunks() for field, name in names.items()}
    row = np.arange(1, rows + 1, dtype=np.int64)
    if geo is None:
        return RawTable(columns, row, mapping)
    return _with_shapes(columns, row, mapping, table.column(geo.name).to_pylist(), geo.crs)


@dataclass(frozen=True, slots=True)
class _GeometryColumn:
    name: str
    crs: CRS


def _geometry_column(schema: pa.Schema, name: str) -> _GeometryColumn | None:
    """Return the main geometry of a GeoParquet file (specification 1.1, "File metadata")."""
    raw = (schema.metadata or {}).get(b"geo")
    if raw is None or len(raw) > _LARGEST_METADATA:
        return None
    try:
        about = json.loads(raw)
        column = about["primary_column"]
        facts = about["columns"][column]
        encoding, crs = facts["encoding"], facts.get("crs", "OGC:CRS84")
    except (ValueError, KeyError, TypeError, RecursionError):
        return None  # other programs use this key, too; positions may be columns
    if column not in schema.names or not pa.types.is_binary(schema.field(column).type):
        return None
    if encoding != "WKB" or crs is None:
        raise FileFormatError(
            "{file}: geometry in the encoding {encoding} or without a CRS cannot be read; write it "
            "as WKB with its CRS",
            file=name,
            encoding=str(encoding)[:40],
        )
    said = CRS.from_user_input(crs)
    return _GeometryColumn(column, WGS84 if said == CRS("OGC:CRS84") else make_crs(said))


def _with_shapes(
    columns: dict[str, Column],
    row: NDArray[np.int64],
    mapping: HeaderMap,
    blobs: list[bytes | None],
    crs: CRS,
) -> RawTable:
    """Return rows with their geometry; those without a usable one are refused."""
    shapes: list[shapely.Geometry] = []
    kept: list[int] = []
    refusals: list[Refusal] = []
    for at, blob in enumerate(blobs):
        try:
            shapes.append(from_wkb(blob))
            kept.append(at)
        except ShapeFault as fault:
            shown = (blob or b"")[:20].hex()
            refusals.append(Refusal(at + 1, "geometry", shown, fault.reason, fault.values))
    geometry = np.empty(len(shapes), dtype=object)
    geometry[:] = shapes
    chosen = {field: column.take(pa.array(kept, pa.int64())) for field, column in columns.items()}
    return RawTable(chosen, row[kept], mapping, tuple(refusals), geometry, crs)


def _nested(schema: pa.Schema, name: str) -> bool:
    kind = schema.field(name).type
    return bool(pa.types.is_nested(kind) or pa.types.is_binary(kind))
