"""From a path to a raw table: the one place that knows which reader takes which file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from geogrid.errors import FileFormatError
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
    reader = _READERS.get(source.type)
    if reader is None:
        raise FileFormatError(
            "{file}: files of the format {format} cannot be read yet; convert it to CSV or GeoJSON",
            file=source.name,
            format=source.type,
        )

    def plan(headers: Sequence[str], *, has_geometry: bool = False) -> HeaderMap:
        return map_header(headers, kind, options, has_geometry=has_geometry)

    return reader(source, plan)
