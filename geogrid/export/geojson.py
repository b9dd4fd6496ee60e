"""GeoJSON as RFC 7946 has it: WGS-84, right-hand rings, at most 7 decimals, finite numbers.

Written in chunks and without the clock, so that the same layer gives the same bytes. What a
layer is stands in members of the collection: ``name``, ``title``, ``synthetic``,
``provenance``, ``completeness``, ``fields``. Heights are left out.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geogrid.errors import InputError
from geogrid.export.aside import written_aside
from geogrid.export.contents import FileContents, bounding_box, file_contents
from geogrid.export.json_values import Json, column_texts, column_values, json_text
from geogrid.model.cells import Field
from geogrid.model.layer import Layer

logger = logging.getLogger(__name__)

DECIMALS: Final = 7  # 1 cm, the most that RFC 7946 section 11.2 sees a use for
CELL_DECIMALS: Final = 6  # 11 cm: a twentieth of a percent of a 250 m cell's side
CHUNK: Final = 20_000  # features formatted at a time: about 10 MB of text
_EVERY_CELL_HAS: Final = ("cell", "district", "area_m2", "lon", "lat")
_LONG_FRACTION: Final = re.compile(rf"\.\d{{{DECIMALS + 1},}}")
_MAX_LON, _MAX_LAT = 180.0, 90.0


def write_geojson(layer: Layer, path: Path) -> Path:
    """Write a layer as a GeoJSON file.

    Parameters
    ----------
    layer
        Cells or features, WGS-84.
    path
        The file; it appears whole or not at all.

    Returns
    -------
    Path
        ``path``.

    Raises
    ------
    InputError
        A coordinate is not on the globe, or the folder does not exist.

    Notes
    -----
    Cells have 6 decimals, features 7. A polygon that rounding would collapse keeps 7; what
    is smaller than that has no geometry (``null``).
    """
    write_geojson_contents(file_contents(layer), path)
    return path


def write_geojson_contents(contents: FileContents, path: Path) -> None:
    """Write rows that were already chosen, as `write_geojson` does.

    Parameters
    ----------
    contents
        The rows.
    path
        The file.

    Raises
    ------
    InputError
        The coordinates are not WGS-84, or not on the globe.
    """
    started = time.perf_counter()
    if not contents.axes.is_wgs84:
        raise InputError(
            "GeoJSON is WGS-84 by its standard (RFC 7946), not {datum}; "
            "write .gpkg, .parquet, .csv or .fgb for another datum",
            datum=contents.axes.name,
        )
    ids = contents.frame[contents.id_column]
    shapes = rounded_shapes(
        contents.frame.geometry.to_numpy(), CELL_DECIMALS if contents.is_lattice else DECIMALS
    )
    _require_on_globe(shapes, ids.to_numpy(dtype=object))
    head: dict[str, Json] = {"type": "FeatureCollection", "name": contents.name}
    head |= {name: value for name, value in contents.about.items() if name != "datum"}
    with written_aside(path) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        members = [f"{json_text(key)}:{json_text(value)}" for key, value in head.items()]
        box = bounding_box(shapes)
        if box is not None:
            members.append(f'"bbox":{json_text(box)}')
        file.write("{" + ",\n".join(members) + ',\n"features":[\n')
        for number, chunk in enumerate(_chunks(contents, shapes)):
            file.write((",\n" if number else "") + chunk)
        file.write("\n]}\n")
    logger.info("GeoJSON: %d features, %.1f s", len(contents.frame), time.perf_counter() - started)


def feature_collection(
    frame: gpd.GeoDataFrame,
    fields: tuple[Field, ...],
    *,
    decimals: int = DECIMALS,
    members: Mapping[str, Json] | None = None,
) -> dict[str, Json]:
    """Return a page of features as a GeoJSON object.

    Parameters
    ----------
    frame
        Features in WGS-84; the feature id is the column ``cell`` where there is one, else
        the index.
    fields
        The columns to give, after those that every table of cells has.
    decimals
        Of degrees, at most 7.
    members
        Further members of the collection, such as ``links``.

    Returns
    -------
    dict
        Ready for `json.dumps`.

    Raises
    ------
    InputError
        The features are not in WGS-84, or not on the globe.
    """
    if frame.crs is None or frame.crs.to_epsg() != 4326:
        raise InputError("GeoJSON needs features in WGS-84, got {crs}", crs=frame.crs)
    ids = frame["cell"] if "cell" in frame.columns else frame.index.to_series()
    shapes = rounded_shapes(frame.geometry.to_numpy(), min(decimals, DECIMALS))
    _require_on_globe(shapes, ids.to_numpy(dtype=object))
    names = [name for name in _EVERY_CELL_HAS if name in frame.columns]
    names += [f.name for f in fields if f.name in frame.columns and f.name not in names]
    table = _short_centres(frame[names])
    columns = [column_values(table[name]) for name in names]
    rows = zip(*columns, strict=True) if columns else iter([()] * len(frame))
    features: list[Json] = [
        {
            "type": "Feature",
            "id": feature_id,
            "geometry": json.loads(text) if text else None,
            "properties": dict(zip(names, row, strict=True)),
        }
        for feature_id, text, row in zip(
            column_values(ids), shapely.to_geojson(shapes), rows, strict=True
        )
    ]
    box = bounding_box(shapes)
    bbox: dict[str, Json] = {} if box is None else {"bbox": box}
    return {"type": "FeatureCollection", **(members or {}), **bbox, "features": features}


def rounded_shapes(shapes: NDArray[np.object_], decimals: int) -> NDArray[np.object_]:
    """Return geometries with rounded coordinates and right-hand rings.

    Parameters
    ----------
    shapes
        Degrees, WGS-84; missing ones stay missing, empty ones become missing.
    decimals
        How many to keep, at most 7.

    Returns
    -------
    ndarray of shapely.Geometry or None
        In two dimensions. What was valid stays valid: where rounding would break a geometry,
        7 decimals are kept, and what is too small for those becomes missing.
    """
    flat = shapely.force_2d(shapes) if shapely.has_z(shapes).any() else shapes.copy()
    flat[shapely.is_empty(flat)] = None
    rounded = shapely.transform(flat, lambda xy: np.round(xy, decimals) + 0.0)
    broken = np.flatnonzero(~_sound(rounded))
    broken = broken[shapely.is_valid(flat[broken])]
    if broken.size:
        finer = shapely.transform(flat[broken], lambda xy: np.round(xy, DECIMALS) + 0.0)
        tiny = np.flatnonzero(~_sound(finer))
        snapped = shapely.set_precision(flat[broken[tiny]], 10.0**-DECIMALS)
        snapped[shapely.is_empty(snapped)] = None
        finer[tiny] = shapely.transform(snapped, lambda xy: np.round(xy, DECIMALS) + 0.0)
        rounded[broken] = finer
    return np.asarray(shapely.orient_polygons(rounded), dtype=object)


def _sound(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell which geometries are valid; missing ones are."""
    areal = shapely.get_dimensions(shapes) == 2
    flat = areal & (shapely.area(shapes) == 0.0)
    return np.asarray(shapely.is_missing(shapes) | (shapely.is_valid(shapes) & ~flat))


def _require_on_globe(shapes: NDArray[np.object_], ids: NDArray[np.object_]) -> None:
    bounds = shapely.bounds(shapes)
    limit = np.array([_MAX_LON, _MAX_LAT, _MAX_LON, _MAX_LAT])
    off = (np.abs(bounds) > limit).any(axis=1) | (
        np.isnan(bounds).any(axis=1) & ~shapely.is_missing(shapes)
    )
    if off.any():
        at = int(np.argmax(off))
        raise InputError(
            "feature {feature!r} reaches {bounds}, which is not on the globe; "
            "longitudes are within 180 degrees, latitudes within 90",
            feature=ids[at],
            bounds=tuple(bounds[at].tolist()),
        )


def _geometry_texts(shapes: NDArray[np.object_]) -> list[str]:
    """Return rounded geometries as JSON.

    GEOS writes one number in a thousand with 17 digits where fewer name the same double
    (117.07001700000001 for 117.070017); those are written anew.
    """
    texts = [text or "null" for text in shapely.to_geojson(shapes)]
    whole = "\n".join(texts)
    pieces, done = [], 0
    for found in _LONG_FRACTION.finditer(whole):  # starts at the point: ten times faster so
        start = found.start()
        while whole[start - 1].isdigit():
            start -= 1
        pieces += [whole[done:start], repr(float(whole[start : found.end()]))]
        done = found.end()
    return "".join([*pieces, whole[done:]]).split("\n")


def _short_centres(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose columns lon and lat have no more decimals than coordinates."""
    centres = [name for name in ("lon", "lat") if name in table.columns]
    return table.assign(**{name: table[name].round(DECIMALS) for name in centres})


def _chunks(contents: FileContents, shapes: NDArray[np.object_]) -> Iterator[str]:
    """Yield the texts of some thousand features at a time."""
    table = _short_centres(contents.frame.drop(columns=contents.frame.geometry.name))
    names = [json_text(str(name)).replace("%", "%%") + ":%s" for name in table.columns]
    form = '{"type":"Feature","id":%s,"geometry":%s,"properties":{' + ",".join(names) + "}}"
    for start in range(0, len(table), CHUNK):
        rows = table.iloc[start : start + CHUNK]
        geometry = _geometry_texts(shapes[start : start + CHUNK])
        columns = [column_texts(rows[name]) for name in table.columns]
        ids = column_texts(rows[contents.id_column])
        yield ",\n".join([form % row for row in zip(ids, geometry, *columns, strict=True)])
