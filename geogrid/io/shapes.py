"""Geometry from the arrays of a format to shapely, with every way to be wrong named."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

MAX_VERTICES: Final = 1_000_000  # of one geometry
MAX_WKB_BYTES: Final = 64 << 20

NO_GEOMETRY: Final = "there is no geometry"
BAD_COORDINATES: Final = (
    "the coordinates of the geometry cannot be read; a position is two finite numbers, x then y"
)
WRONG_TYPE: Final = "the geometry is a {got}, where {expected} is needed"
BAD_RING: Final = "a ring of the geometry has fewer than three distinct points"
TOO_LARGE: Final = "the geometry has more than {limit} vertices"

_TYPES: Final = ("Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon")


class ShapeFault(Exception):  # noqa: N818 - it is caught and becomes a refused row
    """Why one geometry cannot be used.

    Parameters
    ----------
    reason
        English template.
    **values
        The values of its fields.
    """

    def __init__(self, reason: str, /, **values: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = values


def _positions(raw: object) -> NDArray[np.float64]:
    """Return positions of shape (n, 2); further numbers of a position are heights."""
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        raise ShapeFault(BAD_COORDINATES)
    if len(raw) > MAX_VERTICES:
        raise ShapeFault(TOO_LARGE, limit=MAX_VERTICES)
    return np.array([_position(item) for item in raw], dtype=np.float64).reshape(-1, 2)


def _position(raw: object) -> tuple[float, float]:
    if not isinstance(raw, Sequence) or isinstance(raw, str) or len(raw) < 2:
        raise ShapeFault(BAD_COORDINATES)
    x, y = raw[0], raw[1]
    if type(x) not in {int, float} or type(y) not in {int, float}:
        raise ShapeFault(BAD_COORDINATES)
    try:
        pair = float(x), float(y)
    except OverflowError as error:
        raise ShapeFault(BAD_COORDINATES) from error
    if not (math.isfinite(pair[0]) and math.isfinite(pair[1])):
        raise ShapeFault(BAD_COORDINATES)
    return pair


def polygon(rings: Sequence[NDArray[np.float64]]) -> shapely.Polygon:
    """Return a polygon of its rings.

    Parameters
    ----------
    rings
        Shell, then holes, each of shape (n, 2).

    Returns
    -------
    shapely.Polygon
        Maybe invalid; that is for the caller to judge.

    Raises
    ------
    ShapeFault
        A ring has fewer than three distinct points.
    """
    for ring in rings:
        if len(ring) < 3 or len(np.unique(ring, axis=0)) < 3:
            raise ShapeFault(BAD_RING)
    if not rings:
        raise ShapeFault(NO_GEOMETRY)
    return shapely.Polygon(rings[0], list(rings[1:]))


def line(points: NDArray[np.float64]) -> shapely.LineString:
    """Return a line of its points.

    Parameters
    ----------
    points
        Shape (n, 2).

    Returns
    -------
    shapely.LineString
        With two points or more.

    Raises
    ------
    ShapeFault
        There are fewer than two points.
    """
    if len(points) < 2:
        raise ShapeFault(BAD_COORDINATES)
    return shapely.LineString(points)


def from_geojson(raw: object) -> shapely.Geometry:
    """Return the geometry of a GeoJSON geometry object.

    Parameters
    ----------
    raw
        As ``json`` reads it.

    Returns
    -------
    shapely.Geometry
        A point, line or polygon, or several lines or polygons.

    Raises
    ------
    ShapeFault
        It is missing, malformed, or of another type.
    """
    if raw is None:
        raise ShapeFault(NO_GEOMETRY)
    kind = raw.get("type") if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or kind not in _TYPES:
        raise ShapeFault(WRONG_TYPE, got=str(kind)[:40], expected="Point, LineString or Polygon")
    coordinates = raw.get("coordinates")
    if kind == "Point":
        return shapely.Point(_position(coordinates))
    if kind == "LineString":
        return line(_positions(coordinates))
    if not isinstance(coordinates, list):
        raise ShapeFault(BAD_COORDINATES)
    if kind == "MultiLineString":
        return shapely.MultiLineString([line(_positions(part)) for part in coordinates])
    if kind == "Polygon":
        return polygon([_positions(ring) for ring in coordinates])
    if not all(isinstance(part, list) for part in coordinates) or not coordinates:
        raise ShapeFault(BAD_COORDINATES)
    return shapely.MultiPolygon(
        [polygon([_positions(ring) for ring in part]) for part in coordinates]
    )


def from_wkt(text: str | None) -> shapely.Geometry:
    """Return the geometry of a WKT text.

    Parameters
    ----------
    text
        A point, line or polygon.

    Returns
    -------
    shapely.Geometry
        In two dimensions.

    Raises
    ------
    ShapeFault
        It is missing, malformed, or of another type.
    """
    if text is None:
        raise ShapeFault(NO_GEOMETRY)
    kind = text.split("(")[0].split()
    if not kind or kind[0].upper() not in {name.upper() for name in _TYPES}:
        raise ShapeFault(WRONG_TYPE, got=text[:20], expected="Point, LineString or Polygon")
    if text.count("(") > MAX_VERTICES or "((((" in text.replace(" ", ""):
        raise ShapeFault(TOO_LARGE, limit=MAX_VERTICES)
    try:
        with np.errstate(over="ignore"):  # what is not finite is refused
            return _checked(shapely.from_wkt(text))
    except shapely.errors.GEOSException as error:
        raise ShapeFault(BAD_COORDINATES) from error


def from_wkb(blob: bytes | None) -> shapely.Geometry:
    """Return the geometry of a WKB blob.

    Parameters
    ----------
    blob
        Only in the process apart (`geogrid.io.apart`): nested collections crash the parser.

    Returns
    -------
    shapely.Geometry
        In two dimensions.

    Raises
    ------
    ShapeFault
        It is missing, malformed, or too large.
    """
    if not blob:
        raise ShapeFault(NO_GEOMETRY)
    if len(blob) > MAX_WKB_BYTES:
        raise ShapeFault(TOO_LARGE, limit=MAX_VERTICES)
    kind = int.from_bytes(blob[1:5], "little" if blob[0] else "big") & 0xFF
    if kind % 1000 == 7:
        raise ShapeFault(
            WRONG_TYPE, got="GeometryCollection", expected="Point, LineString or Polygon"
        )
    try:
        return _checked(shapely.from_wkb(blob))
    except shapely.errors.GEOSException as error:
        raise ShapeFault(BAD_COORDINATES) from error


def _checked(shape: BaseGeometry) -> BaseGeometry:
    if shape.geom_type not in _TYPES:
        raise ShapeFault(WRONG_TYPE, got=shape.geom_type, expected="Point, LineString or Polygon")
    if shape.is_empty:
        raise ShapeFault(NO_GEOMETRY)
    if shapely.get_num_coordinates(shape) > MAX_VERTICES:
        raise ShapeFault(TOO_LARGE, limit=MAX_VERTICES)
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        raise ShapeFault(BAD_COORDINATES)
    return shapely.force_2d(shape)
