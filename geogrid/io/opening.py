"""From a path to a raw table: the one place that knows which reader takes which file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import pyarrow as pa

from geogrid.errors import FileFormatError, InputError
from geogrid.io.apart import READ_APART, read_apart
from geogrid.io.csvfile import read_csv
from geogrid.io.detect import FileType, SourceFile
from geogrid.io.excel import read_workbook
from geogrid.io.gdalfile import read_gdal
from geogrid.io.geojson import read_geojson
from geogrid.io.gpx import read_gpx
from geogrid.io.headers import HeaderMap, map_header
from geogrid.io.kml import holds_kml, looks_like_kml, read_kml, read_kmz
from geogrid.io.nmea import read_nmea
from geogrid.io.parquet import read_parquet
from geogrid.io.rawtable import Plan, RawTable
from geogrid.io.report import ReadOptions
from geogrid.io.shapefile import read_shapefile
from geogrid.io.tomlfile import read_toml


def _read_xml(source: SourceFile, plan: Plan) -> RawTable:
    return read_kml(source, plan) if looks_like_kml(source) else read_gpx(source, plan)


def _read_zip(source: SourceFile, plan: Plan) -> RawTable:
    return read_kmz(source, plan) if holds_kml(source) else read_shapefile(source, plan)


_READERS: Final[Mapping[FileType, Callable[[SourceFile, Plan], RawTable]]] = {
    FileType.TEXT: read_csv,
    FileType.JSON: read_geojson,
    FileType.NMEA: read_nmea,
    FileType.XML: _read_xml,
    FileType.XLSX: read_workbook,
    FileType.XLS: read_workbook,
    FileType.ZIP: _read_zip,
    FileType.SHAPEFILE: read_shapefile,
    FileType.PARQUET: read_parquet,
    FileType.GPKG: read_gdal,
    FileType.FLATGEOBUF: read_gdal,
}
# Formats of one receiver, whose reader names the unit by the track or the file.
_OF_ONE_RECEIVER: Final = frozenset({FileType.NMEA, FileType.XML})


def read_raw(source: SourceFile, kind: str, options: ReadOptions) -> RawTable:
    """Return the rows of a file as columns by field, before any value is judged.

    Parameters
    ----------
    source
        From `geogrid.io.detect.open_source`.
    kind
        One of `geogrid.io.kinds.KINDS`.
    options
        What the user says of the file.

    Returns
    -------
    RawTable
        Rows and what the container refused.

    Raises
    ------
    FileFormatError
        No reader takes a file of this type, or it is damaged.
    InputError
        Columns are missing or ambiguous.
    """
    if source.type in READ_APART:
        table = read_apart(source, kind, options)
    else:
        table = read_here(source, kind, options)
    return _of_one_unit(table, source, options.unit) if kind == "tracks" else table


def read_here(source: SourceFile, kind: str, options: ReadOptions) -> RawTable:
    """Return the rows of a file, read in this process.

    Parameters
    ----------
    source
        From `geogrid.io.detect.open_source`.
    kind
        One of `geogrid.io.kinds.KINDS`.
    options
        What the user says of the file.

    Returns
    -------
    RawTable
        As `read_raw` returns them.

    Raises
    ------
    FileFormatError
        No reader takes a file of this type, or it is damaged.
    InputError
        Columns are missing or ambiguous.
    """
    reader = _READERS.get(source.type)
    if source.type is FileType.TOML:  # the only one whose rows depend on what is wanted
        reader = partial(read_toml, kind=kind)
    if reader is None:
        raise FileFormatError(
            "{file}: files of the format {format} cannot be read yet; convert it to CSV or GeoJSON",
            file=source.name,
            format=source.type,
        )

    def plan(headers: Sequence[str], *, has_geometry: bool = False) -> HeaderMap:
        return map_header(headers, kind, options, has_geometry=has_geometry)

    return reader(source, plan)


def _of_one_unit(table: RawTable, source: SourceFile, unit: str | None) -> RawTable:
    """Return rows that name no unit as rows of the declared one."""
    if unit is None:
        return table
    if "unit" in table.columns and source.type not in _OF_ONE_RECEIVER:
        raise InputError(
            "the unit is declared as {unit}, but the column {column!r} names units; leave one out",
            unit=unit,
            column=table.header.header("unit"),
        )
    column = pa.array([unit], pa.string()).take(pa.array([0] * table.row.size, pa.int32()))
    return replace(table, columns={**table.columns, "unit": column})
