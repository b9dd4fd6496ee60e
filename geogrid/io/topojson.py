"""TopoJSON: outlines that share their borders, put together to features.

Reference: The TopoJSON Format Specification 1.0 (Bostock & Metcalf 2013), sections 2.1 to 2.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geogrid.errors import FileFormatError, InputError
from geogrid.io.features import Feature
from geogrid.io.shapes import (
    BAD_COORDINATES,
    MAX_VERTICES,
    NO_GEOMETRY,
    TOO_LARGE,
    WRONG_TYPE,
    ShapeFault,
    line,
    polygon,
)

MAX_DEPTH: Final = 8  # of collections in collections
_Line = NDArray[np.float64]


def topology_features(document: dict[str, Any], name: str) -> list[Feature]:
    """Return the features of the only object of a topology.

    Parameters
    ----------
    document
        As ``json`` reads it, with the type ``Topology``.
    name
        The file, for messages.

    Returns
    -------
    list of Feature
        A geometry that cannot be put together is found when its shape is asked for.

    Raises
    ------
    FileFormatError
        The arcs or the transform cannot be read.
    InputError
        There is not exactly one object.
    """
    objects = document.get("objects")
    known = list(objects) if isinstance(objects, dict) else []
    if not isinstance(objects, dict) or len(known) != 1:
        raise InputError(
            "{file}: {count} layers have geometry ({found}); one is needed: export it to a file of "
            "its own",
            file=name,
            count=len(known),
            found=", ".join(map(str, known[:10])),
        )
    try:
        place = _transform(document.get("transform"))
        arcs = [
            place(_differences(arc)) if document.get("transform") else _pairs(arc)
            for arc in document.get("arcs", [])
        ]
    except (TypeError, ValueError, KeyError, IndexError, OverflowError) as error:
        raise FileFormatError(
            "{file}: the TopoJSON is damaged: its arcs or its transform cannot be read", file=name
        ) from error
    geometries = list(_flat(objects[known[0]], 0))
    return [_feature(number, item, arcs, place) for number, item in enumerate(geometries, start=1)]


def _transform(raw: object) -> Callable[[_Line], _Line]:
    """Return the way from whole numbers to coordinates."""
    if raw is None:
        return lambda points: points
    if not isinstance(raw, dict):
        raise TypeError(raw)
    scale = np.asarray(raw["scale"], dtype=np.float64).reshape(2)
    shift = np.asarray(raw["translate"], dtype=np.float64).reshape(2)

    def to_coordinates(points: _Line) -> _Line:
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused later
            return points * scale + shift

    return to_coordinates


def _pairs(raw: object) -> _Line:
    if not isinstance(raw, list) or len(raw) > MAX_VERTICES:
        raise TypeError(raw)
    return np.array([[point[0], point[1]] for point in raw], dtype=np.float64).reshape(-1, 2)


def _differences(raw: object) -> _Line:
    """Return the points of an arc, each of which is written as the step from the one before."""
    return np.cumsum(_pairs(raw), axis=0)


def _flat(item: object, depth: int) -> Iterator[dict[str, Any]]:
    """Yield the geometries of an object; each member of a collection is a feature."""
    if isinstance(item, dict) and item.get("type") == "GeometryCollection" and depth < MAX_DEPTH:
        for member in item.get("geometries") or []:
            yield from _flat(member, depth + 1)
    else:
        yield item if isinstance(item, dict) else {}


def _feature(
    number: int, item: dict[str, Any], arcs: list[_Line], place: Callable[[_Line], _Line]
) -> Feature:
    properties = item.get("properties")
    known = dict(properties) if isinstance(properties, dict) else {}
    if "id" in item and "id" not in known:
        known["id"] = item["id"]
    return Feature(number, known, partial(_shape, item, arcs, place), str(item.get("type"))[:60])


def _shape(
    item: dict[str, Any], arcs: list[_Line], place: Callable[[_Line], _Line]
) -> shapely.Geometry:
    kind, raw = item.get("type"), item.get("arcs")
    if kind is None:
        raise ShapeFault(NO_GEOMETRY)
    try:
        if kind == "Point":
            point = place(_pairs([item.get("coordinates")]))[0]
            return _finite(shapely.Point(point))
        if kind == "LineString":
            return line(_joined(raw, arcs))
        if kind == "MultiLineString":
            return shapely.MultiLineString([line(_joined(part, arcs)) for part in raw or ()])
        if kind == "Polygon":
            return _polygon(raw, arcs)
        if kind == "MultiPolygon":
            return shapely.MultiPolygon([_polygon(part, arcs) for part in raw or ()])
    except (TypeError, ValueError, IndexError, OverflowError) as error:
        raise ShapeFault(BAD_COORDINATES) from error
    raise ShapeFault(WRONG_TYPE, got=str(kind)[:40], expected="Point, LineString or Polygon")


def _polygon(raw: object, arcs: list[_Line]) -> shapely.Polygon:
    if not isinstance(raw, list):
        raise ShapeFault(BAD_COORDINATES)
    return polygon([_joined(ring, arcs) for ring in raw])


def _joined(indices: object, arcs: list[_Line]) -> _Line:
    """Return arcs one after the other; ``~i`` is arc ``i`` backwards."""
    if not isinstance(indices, list) or not all(type(i) is int for i in indices) or not indices:
        raise ShapeFault(BAD_COORDINATES)
    if any(not -len(arcs) <= i < len(arcs) for i in indices):
        raise ShapeFault(BAD_COORDINATES)
    total = sum(len(arcs[i if i >= 0 else ~i]) for i in indices)
    if total > MAX_VERTICES:
        raise ShapeFault(TOO_LARGE, limit=MAX_VERTICES)
    parts = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices]
    points = np.concatenate([parts[0], *(part[1:] for part in parts[1:])])
    if not np.isfinite(points).all():
        raise ShapeFault(BAD_COORDINATES)
    return points


def _finite(point: shapely.Point) -> shapely.Point:
    if not np.isfinite([point.x, point.y]).all():
        raise ShapeFault(BAD_COORDINATES)
    return point
