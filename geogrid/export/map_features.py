"""Registers and districts as short arrays: what a one-file map holds besides the lattice."""

from __future__ import annotations

from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geogrid.crs import WGS84
from geogrid.model.boundary import Boundary
from geogrid.model.layer import Layer

STEPS: Final = 100_000  # of a degree: about a metre
SIMPLIFY_DEG: Final = 2.5e-4  # about 25 m, a tenth of a 250 m cell
MAX_VERTICES: Final = 60_000  # of a layer's lines and polygons: drawn smoothly, 150 kB packed
MAX_POINTS: Final = 30_000
MAX_TEXTS: Final = 4  # columns of a feature that are shown
_PLAIN: Final = (str, int, float, bool)


def district_outlines(boundary: Boundary) -> dict[str, Any]:
    """Return the outlines of districts with a place for each name.

    Parameters
    ----------
    boundary
        The districts.

    Returns
    -------
    dict
        A JSON object: ``ids``, ``names``, ``labels`` (lon, lat of a point inside), ``rings`` of
        each district as rising differences in 1e-5 degree. Shared borders stay shared.
    """
    shapes = np.array(boundary.to_crs(WGS84).geometries)
    places = shapely.point_on_surface(shapes)
    return {
        "ids": list(boundary.ids),
        "names": list(boundary.names),
        "labels": np.round(shapely.get_coordinates(places), 5).tolist(),
        "parts": [_parts(shape) for shape in shapely.coverage_simplify(shapes, SIMPLIFY_DEG)],
    }


def feature_arrays(layer: Layer) -> dict[str, Any] | None:
    """Return a register's features as short arrays.

    Parameters
    ----------
    layer
        Features in WGS-84.

    Returns
    -------
    dict or None
        A JSON object: ``ids``, ``columns`` (title and values of up to four columns) and
        either ``points`` (differences of lon, lat in 1e-5 degree) or ``parts`` (of each
        feature, with ``closed``). ``None`` where the layer is empty or too large to be drawn
        well in one file.
    """
    frame = layer.to_geodataframe()
    shapes = np.asarray(frame.geometry.array, dtype=object)
    if len(frame) == 0 or shapely.is_missing(shapes).any():
        return None
    about = {
        "ids": [str(index) for index in frame.index],
        "columns": _texts(layer, frame),
    }
    kinds = set(shapely.get_type_id(shapes).tolist())
    if kinds == {shapely.GeometryType.POINT}:
        if len(frame) > MAX_POINTS:
            return None
        return {**about, "points": _differences(shapely.get_coordinates(shapes))}
    closed = kinds <= {shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON}
    lines = {shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING}
    if not (closed or kinds <= lines):
        shapes, closed = shapely.buffer(shapes, 1e-5), True  # a mix: points become small discs
    simple = shapely.simplify(shapes, SIMPLIFY_DEG / 5)
    if int(shapely.get_num_coordinates(simple).sum()) > MAX_VERTICES:
        return None
    return {**about, "closed": closed, "parts": [_parts(shape) for shape in simple]}


def _parts(shape: shapely.Geometry) -> list[list[int]]:
    """Return each ring or line of a geometry as differences in 1e-5 degree."""
    parts = shapely.get_parts(shape)
    polygons = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    lines = [*shapely.get_rings(parts[polygons]), *parts[~polygons]]
    return [_differences(shapely.get_coordinates(line)) for line in lines]


def _differences(lonlat: NDArray[np.float64]) -> list[int]:
    """Return positions in 1e-5 degree, each less the one before: lon, lat, lon, lat, ..."""
    steps = np.rint(lonlat * STEPS).astype(np.int64)
    differences: list[int] = (
        np.diff(steps, axis=0, prepend=np.zeros((1, 2), np.int64)).ravel().tolist()
    )
    return differences


def _texts(layer: Layer, frame: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return the columns of a register that are shown with a feature."""
    titles = {field.name: field.title for field in layer.fields}
    named = [name for name in titles if name in frame.columns] or [
        str(name) for name in frame.columns if name != frame.geometry.name
    ]
    shown = [name for name in named if name != frame.geometry.name and frame[name].notna().any()]
    return [
        {"title": titles.get(name, name), "values": [_plain(value) for value in frame[name]]}
        for name in shown[:MAX_TEXTS]
    ]


def _plain(value: object) -> str | int | float | bool | None:
    """Return a cell of a table as a JSON value; ``None`` for what is not known."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NaT or (isinstance(value, float) and not np.isfinite(value)):
        return None
    return value if isinstance(value, _PLAIN) else str(value)
