"""Layers as files, by ending: GeoJSON, GeoParquet, GeoPackage, CSV, FlatGeobuf and office formats.

Every file says what it is and where it comes from, in the place its format has for that, and
the same layer gives the same bytes: containers carry the data's time and not the clock's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
from numpy.typing import ArrayLike

from geogrid.crs import Datum
from geogrid.errors import InputError
from geogrid.export.aside import written_aside
from geogrid.export.contents import ALL, FileContents, bounding_box, file_contents
from geogrid.export.file_columns import coordinate_columns, csv_values, harmless, tidy
from geogrid.export.geojson import write_geojson_contents
from geogrid.export.json_values import json_text, plain
from geogrid.export.office_files import write_kml, write_shapefile, write_xlsx
from geogrid.export.selection import BBox, Selection
from geogrid.model.layer import Layer

PROVENANCE_KEY: Final = "geogrid"
SIDECAR_ENDING: Final = ".provenance.json"
_NO_TIME: Final = "1970-01-01T00:00:00.000Z"
_GDAL_OPTION: Final = "OGR_CURRENT_DATE"
_gdal_clock = threading.Lock()  # GDAL keeps one clock for the whole process


def write_layer(
    layer: Layer,
    path: Path,
    *,
    fmt: str | None = None,
    datum: Datum = Datum.WGS84,
    bbox: BBox | None = None,
    district: str | None = None,
) -> Path:
    """Write a layer in the format of the file's ending.

    Parameters
    ----------
    layer
        The layer.
    path
        The file, ending in one of `ENDINGS`; it appears whole or not at all.
    fmt
        An ending to go by instead of the file's own, with or without its dot.
    datum
        What the coordinates shall be in. All but WGS-84 are labelled: in the CRS, in the
        layer's name and in the names of coordinate columns. GeoJSON is WGS-84 only.
    bbox
        Only features that touch this box (xmin, ymin, xmax, ymax), degrees, WGS-84.
    district
        Only features of the district with this id or name.

    Returns
    -------
    Path
        The file. CSV has no place for provenance: it stands in a file beside it, with
        ``.provenance.json`` after the name.

    Raises
    ------
    InputError
        The ending is unknown, or the datum does not go with it.
    """
    chosen = Selection(bbox, district, datum)
    path = Path(path)
    return write_selection(layer, path, chosen, fmt=fmt)


def write_selection(
    layer: Layer, path: Path, selection: Selection = ALL, *, fmt: str | None = None
) -> Path:
    """Write the chosen rows of a layer, as `write_layer` does.

    Parameters
    ----------
    layer
        The layer.
    path
        The file.
    selection
        Which rows, and what their coordinates shall be in.
    fmt
        An ending to go by instead of the file's own.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        The ending is unknown, the coordinates do not go with it, or a condition is not of
        this layer.
    """
    ending = "." + (fmt or path.suffix).lower().lstrip(".")
    writer = WRITERS.get(ending)
    if writer is None:
        raise InputError(
            "cannot tell the format from {ending!r}; end the file's name in one of {endings}",
            ending=ending if ending != "." else path.name,
            endings=", ".join(WRITERS),
        )
    writer(file_contents(layer, selection), path)
    return path


def _write_parquet(contents: FileContents, path: Path) -> None:
    """Write GeoParquet 1.1: WKB geometry, zstd, provenance in the file's metadata."""
    geometry = contents.frame.geometry
    rest = tidy(contents)
    table = pa.Table.from_pandas(rest, preserve_index=False)
    wkb = shapely.to_wkb(shapely.force_2d(geometry.to_numpy()), byte_order=1)
    table = table.append_column(geometry.name, pa.array(wkb, type=pa.binary()))
    box = bounding_box(geometry.to_numpy())
    column = {
        "encoding": "WKB",
        "geometry_types": sorted(set(geometry.geom_type.dropna())),
        "crs": contents.axes.crs.to_json_dict(),
        "orientation": "counterclockwise",
        "edges": "planar",
    }
    if box is not None:
        column["bbox"] = box
    geo = {"version": "1.1.0", "primary_column": geometry.name, "columns": {geometry.name: column}}
    table = table.replace_schema_metadata(
        {"geo": json_text(plain(geo)), PROVENANCE_KEY: json_text(dict(contents.about))}
    )
    with written_aside(path) as part:
        pq.write_table(table, part, compression="zstd")


def _write_gpkg(contents: FileContents, path: Path) -> None:
    """Write a GeoPackage: title and provenance in its tables of contents and metadata."""
    options = {
        "IDENTIFIER": f"{contents.about['title']} ({contents.name})",
        "DESCRIPTION": json_text(dict(contents.about)),
        "GEOMETRY_NAME": _gdal_geometry(contents),
        "FID": "feature_no",
    }
    with written_aside(path) as part, _gdal_time(contents):
        _write_gdal(contents, part, "GPKG", options)


def _write_fgb(contents: FileContents, path: Path) -> None:
    """Write FlatGeobuf: title and provenance in its header."""
    options = {
        "TITLE": str(contents.about["title"]),
        "DESCRIPTION": json_text(dict(contents.about)),
    }
    with written_aside(path) as part:
        _write_gdal(contents, part, "FlatGeobuf", options)


def _write_csv(contents: FileContents, path: Path) -> None:
    """Write CSV that spreadsheets read as UTF-8, with no cell they would run as a formula."""
    table = tidy(contents)
    columns: dict[str, ArrayLike] = {str(name): csv_values(table[name]) for name in table.columns}
    if not contents.is_lattice:
        columns = columns | coordinate_columns(contents)
    table = pd.DataFrame({harmless(name): values for name, values in columns.items()})
    with (
        written_aside(path.with_name(path.name + SIDECAR_ENDING)) as sidecar,
        written_aside(path) as part,
    ):
        sidecar.write_text(json_text(dict(contents.about)) + "\n", encoding="utf-8")
        table.to_csv(part, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def _gdal_geometry(contents: FileContents) -> str:
    return f"geom{contents.axes.label}"


def _write_gdal(
    contents: FileContents, path: Path, driver: str, options: Mapping[str, str]
) -> None:
    shapes = shapely.force_2d(contents.frame.geometry.to_numpy())
    frame = type(contents.frame)(tidy(contents), geometry=shapes, crs=contents.axes.crs)
    pyogrio.write_dataframe(
        frame,
        path,
        layer=contents.name,
        driver=driver,
        geometry_type=None if len(frame) else "Unknown",
        layer_options=dict(options),
    )


@contextmanager
def _gdal_time(contents: FileContents) -> Iterator[None]:
    """Make GDAL stamp what it writes with the data's time."""
    provenance = contents.about["provenance"]
    as_of = provenance.get("data_as_of") if isinstance(provenance, dict) else None
    stamp = _NO_TIME
    if as_of:
        moment = pd.Timestamp(str(as_of))
        moment = moment.tz_localize("UTC") if moment.tzinfo is None else moment.tz_convert("UTC")
        stamp = moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
    with _gdal_clock:
        before = pyogrio.get_gdal_config_option(_GDAL_OPTION)
        pyogrio.set_gdal_config_options({_GDAL_OPTION: stamp})
        try:
            yield
        finally:
            pyogrio.set_gdal_config_options({_GDAL_OPTION: before})


WRITERS: Final[Mapping[str, Callable[[FileContents, Path], None]]] = MappingProxyType(
    {
        ".geojson": write_geojson_contents,
        ".parquet": _write_parquet,
        ".gpkg": _write_gpkg,
        ".csv": _write_csv,
        ".fgb": _write_fgb,
        ".xlsx": write_xlsx,
        ".zip": write_shapefile,
        ".kml": write_kml,
    }
)
ENDINGS: Final = tuple(WRITERS)
