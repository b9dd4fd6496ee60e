"""Shapefiles, alone or in a zip, read record by record; the index file is not needed."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from geogrid.crs import make_crs
from geogrid.errors import FileFormatError, InputError
from geogrid.io.dbf import read_dbf
from geogrid.io.detect import SHAPEFILE_PARTS, FileType, SourceFile, open_zip, read_member
from geogrid.io.features import Feature, features_to_table
from geogrid.io.rawtable import Plan, RawTable
from geogrid.io.report import Message
from geogrid.io.shapes import BAD_COORDINATES, NO_GEOMETRY, WRONG_TYPE, ShapeFault, line, polygon

MAX_PRJ_BYTES: Final = 20_000
_NAMES: Final = {1: "Point", 3: "LineString", 5: "Polygon", 8: "MultiPoint"}


def read_shapefile(source: SourceFile, plan: Plan) -> RawTable:
    """Return the features of a Shapefile.

    Parameters
    ----------
    source
        A zip with one Shapefile, or the ``.shp`` beside its other parts.
    plan
        Says which attributes to keep.

    Returns
    -------
    RawTable
        ``crs`` is ``None`` where there is no ``.prj``.

    Raises
    ------
    FileFormatError
        A part is missing or damaged.
    InputError
        The zip holds no Shapefile, or more than one.
    """
    parts = _members(source) if source.type is FileType.ZIP else _siblings(source)
    if ".dbf" not in parts:
        raise FileFormatError(
            "{file}: the Shapefile has no .dbf part (its attributes); add it", file=source.name
        )
    shapes = _records(parts[".shp"], source.name)
    rows, warnings = read_dbf(parts[".dbf"], parts.get(".cpg"), source.name)
    if len(rows) != len(shapes):
        raise FileFormatError(
            "{file}: the .dbf has {rows} records and the .shp has {shapes}: the parts do not "
            "belong together; export the Shapefile again",
            file=source.name,
            rows=len(rows),
            shapes=len(shapes),
        )
    if not any(row is not None for row in rows):
        raise InputError("{file}: there are no features in it, no data", file=source.name)
    features = [
        Feature(number, row, partial(_shape, content), f"record {number}")
        for number, (row, content) in enumerate(zip(rows, shapes, strict=True), start=1)
        if row is not None
    ]
    crs, note = _crs(parts.get(".prj"))
    return features_to_table(features, plan, crs=crs, warnings=[*warnings, *note])


def _siblings(source: SourceFile) -> Mapping[str, bytes]:
    parts = {".shp": source.data}
    for place in source.path.parent.iterdir():
        ending = place.suffix.lower()
        if place.stem == source.path.stem and ending in SHAPEFILE_PARTS[1:] and place.is_file():
            parts[ending] = place.read_bytes()
    return parts


def _members(source: SourceFile) -> Mapping[str, bytes]:
    archive = open_zip(source.data, source.name)
    names = [info for info in archive.infolist() if not _is_junk(info)]
    found = [info for info in names if Path(info.filename).suffix.lower() == ".shp"]
    if len(found) != 1:
        raise InputError(
            "{file}: the zip holds {count} Shapefiles (.shp); one is needed",
            file=source.name,
            count=len(found),
        )
    stem = str(Path(found[0].filename).with_suffix(""))
    parts = {
        Path(info.filename).suffix.lower(): read_member(archive, info, source.name)
        for info in names
        if str(Path(info.filename).with_suffix("")) == stem
        and Path(info.filename).suffix.lower() in SHAPEFILE_PARTS
    }
    if not parts[".shp"].startswith(b"\x00\x00\x27\x0a"):
        raise FileFormatError(
            "{file}: the .shp in the zip is not of the Shapefile format", file=source.name
        )
    return parts


def _is_junk(info: zipfile.ZipInfo) -> bool:
    name = info.filename.replace("\\", "/")
    return name.endswith("/") or name.startswith("__MACOSX/") or "/._" in f"/{name}"


def _records(data: bytes, name: str) -> list[bytes]:
    """Return the contents of the records, by their own lengths."""
    records: list[bytes] = []
    place = 100
    while place + 8 <= len(data):
        words = struct.unpack_from(">i", data, place + 4)[0]
        end = place + 8 + 2 * words
        if words < 2 or end > len(data):
            raise FileFormatError(
                "{file}: the .shp is damaged or cut off at record {record}",
                file=name,
                record=len(records) + 1,
            )
        records.append(data[place + 8 : end])
        place = end
    return records


def _shape(content: bytes) -> shapely.Geometry:
    kind = struct.unpack_from("<i", content)[0]
    base = kind % 10  # 11 and 21 are points with z or m
    if kind == 0:
        raise ShapeFault(NO_GEOMETRY)
    if base not in {1, 3, 5}:
        raise ShapeFault(
            WRONG_TYPE, got=_NAMES.get(base, str(kind)), expected="Point, LineString or Polygon"
        )
    try:
        if base == 1:
            xy = _floats(content, 4, 1)
            return shapely.Point(xy[0])
        parts = _part_points(content)
    except (struct.error, ValueError) as error:
        raise ShapeFault(BAD_COORDINATES) from error
    if base == 3:
        lines = [line(part) for part in parts]
        return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)
    return _polygons(parts)


def _floats(content: bytes, place: int, count: int) -> NDArray[np.float64]:
    xy = np.frombuffer(content, "<f8", 2 * count, place).reshape(count, 2)
    if not np.isfinite(xy).all():
        raise ShapeFault(BAD_COORDINATES)
    return xy


def _part_points(content: bytes) -> list[NDArray[np.float64]]:
    n_parts, n_points = struct.unpack_from("<ii", content, 36)
    if not (0 < n_parts <= n_points and 44 + 4 * n_parts + 16 * n_points <= len(content)):
        raise ShapeFault(BAD_COORDINATES)
    starts = np.frombuffer(content, "<i4", n_parts, 44)
    if starts[0] != 0 or np.any(np.diff(starts) <= 0) or starts[-1] >= n_points:
        raise ShapeFault(BAD_COORDINATES)
    return np.split(_floats(content, 44 + 4 * n_parts, n_points), starts[1:])


def _polygons(rings: list[NDArray[np.float64]]) -> shapely.Geometry:
    """Return polygons of rings: clockwise ones are shells, the others holes in them.

    A file in which no ring is clockwise has its rings the wrong way round; all are shells then,
    except those that lie inside another.
    """
    made = [polygon([ring]) for ring in rings]
    shells = [i for i, shape in enumerate(made) if not shape.exterior.is_ccw]
    if not shells:
        shells = [
            i
            for i, shape in enumerate(made)
            if not any(i != j and other.contains(shape) for j, other in enumerate(made))
        ]
    holes: dict[int, list[NDArray[np.float64]]] = {i: [] for i in shells}
    for i in range(len(rings)):
        if i not in holes:
            holes[_owner(made, i, shells)].append(rings[i])
    parts = [polygon([rings[i], *inner]) for i, inner in holes.items()]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _owner(made: list[Any], hole: int, shells: list[int]) -> int:
    """Return the smallest shell that holds a hole; the first one if none does."""
    around = [i for i in shells if made[i].covers(made[hole].representative_point())]
    return min(around, key=lambda i: float(made[i].area), default=shells[0])


def _crs(prj: bytes | None) -> tuple[CRS | None, list[Message]]:
    if prj is None:
        return None, []
    if len(prj) > MAX_PRJ_BYTES:
        return None, [Message("the .prj is too long to be a CRS; it is left aside")]
    text = prj.decode("utf-8", "ignore").strip()
    try:
        return make_crs(text), []
    except InputError:
        return None, [Message("the .prj names no CRS that is known; it is left aside")]
