"""Positions and geometry of rows: from columns or shapes, any datum or CRS, to WGS-84."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import ProjError

from geogrid.crs import WGS84, Datum, crs_label, reprojection, to_wgs84
from geogrid.errors import InputError
from geogrid.io.gates import MISSING, NOT_NUMBER, OUT_OF_RANGE, Gate
from geogrid.io.kinds import SHAPES
from geogrid.io.rawtable import RawTable
from geogrid.io.report import ReadOptions
from geogrid.io.roads_say import heed_roads
from geogrid.io.shapes import WRONG_TYPE, ShapeFault, from_wkt
from geogrid.io.values import Numbers, numbers, texts

# Where the GCJ-02 distortion is defined (the box that every published implementation tests).
CHINA_BOX: Final = (72.004, 0.8293, 137.8347, 55.8271)
_PART: Final = 16_384
_MOST: Final = 0.9  # share of rows from which on a fault is the file's and not a row's
NO_FIX: Final = "the position is 0, 0, which is what a receiver without a fix writes"
ACROSS: Final = (
    "the geometry crosses the 180th meridian in one step; cut it there (RFC 7946, section 3.1.9)"
)
_HALF_TURN: Final = 180.0  # degrees
OUTSIDE_AREA: Final = "the position is outside the area of the districts ({box}, WGS-84)"


def gate_positions(
    gate: Gate, kind: str, options: ReadOptions
) -> tuple[NDArray[np.float64], NDArray[np.float64], Datum]:
    """Return positions in WGS-84; rows without a true one are refused.

    Parameters
    ----------
    gate
        The rows; positions come from lon and lat columns, or from point geometry.
    kind
        What the file is read as.
    options
        Declared datum and area.

    Returns
    -------
    lon, lat : ndarray of float, shape (n,)
        Degrees, WGS-84; NaN where the row is refused.
    datum : Datum
        What the coordinates were in.

    Raises
    ------
    InputError
        Coordinates of the whole file are swapped or projected, or the datum is not known.
    """
    table = gate.table
    if has_lonlat(table):
        lon, lat = numbers(table.columns["lon"]), numbers(table.columns["lat"])
    else:
        points = gate_shapes(gate, kind)
        nothing = np.zeros(points.size, dtype=bool)
        x, y = shapely.get_x(points), shapely.get_y(points)
        lon, lat = Numbers(x, nothing, ~np.isfinite(x)), Numbers(y, nothing, ~np.isfinite(y))
    for field, part in (("lon", lon), ("lat", lat)):
        gate.refuse(part.blank, field, MISSING)
        gate.refuse(part.bad, field, NOT_NUMBER)
    _check_axes(gate, lon.value[gate.ok], lat.value[gate.ok], options)
    for field, part, limit in (("lon", lon, 180.0), ("lat", lat, 90.0)):
        with np.errstate(invalid="ignore"):
            outside = np.abs(part.value) > limit
        gate.refuse(outside, field, OUT_OF_RANGE, {"low": -limit, "high": limit})
    gate.refuse((lon.value == 0.0) & (lat.value == 0.0), "lon", NO_FIX)
    x, y = np.where(gate.ok, lon.value, np.nan), np.where(gate.ok, lat.value, np.nan)
    if options.guard is not None:
        verdict = options.guard.judge(x, y)
        heed_roads(verdict, gate.table.header.datum or options.datum, gate.table)
    datum = choose_datum(gate, options, x, y)
    x, y = _to_wgs84_in_parts(x, y, datum)
    refuse_outside(gate, options, x, y)
    return np.where(gate.ok, x, np.nan), np.where(gate.ok, y, np.nan), datum


def _to_wgs84_in_parts(
    lon: NDArray[np.float64], lat: NDArray[np.float64], datum: Datum
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return positions in WGS-84, a cache-sized part at a time: half the time of one pass."""
    if datum in {Datum.WGS84, Datum.CGCS2000}:
        return lon, lat
    x, y = np.empty_like(lon), np.empty_like(lat)
    for start in range(0, lon.size, _PART):
        part = slice(start, start + _PART)
        x[part], y[part] = to_wgs84(lon[part], lat[part], datum)
    return x, y


def has_lonlat(table: RawTable) -> bool:
    """Tell whether positions come from columns and not from geometry.

    Parameters
    ----------
    table
        Rows of a file.

    Returns
    -------
    bool
        True where there are columns for longitude and latitude.
    """
    return table.geometry is None and "lon" in table.columns and "lat" in table.columns


def refuse_outside(
    gate: Gate, options: ReadOptions, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> None:
    """Refuse rows outside the area, where one is given.

    Parameters
    ----------
    gate
        The rows.
    options
        With ``area``.
    lon, lat
        Degrees, WGS-84, shape (n,).
    """
    if options.area is None:
        return
    xmin, ymin, xmax, ymax = options.area
    with np.errstate(invalid="ignore"):
        outside = ~((lon >= xmin) & (lon <= xmax) & (lat >= ymin) & (lat <= ymax))
    box = ", ".join(f"{value:.3f}" for value in options.area)
    # One mapping for all: a file of another city has a million such rows.
    gate.refuse(outside, "lon, lat", OUTSIDE_AREA, {"box": box})


def _check_axes(
    gate: Gate, x: NDArray[np.float64], y: NDArray[np.float64], options: ReadOptions
) -> None:
    """Refuse a file whose coordinates are swapped or in metres."""
    if x.size == 0:
        return
    swapped = (np.abs(y) > 90.0) & (np.abs(y) <= 180.0) & (np.abs(x) <= 90.0)
    if options.area is not None:
        xmin, ymin, xmax, ymax = options.area

        def inside(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.bool_]:
            return (a >= xmin) & (a <= xmax) & (b >= ymin) & (b <= ymax)

        swapped |= inside(y, x) & ~inside(x, y)
    if swapped.mean() >= _MOST:
        raise _swapped(gate, float(x[0]), float(y[0]))
    large = (np.abs(x) > 180.0) | (np.abs(y) > 90.0)
    if large.mean() >= _MOST and np.median(np.maximum(np.abs(x), np.abs(y))) > 1_000.0:
        raise InputError(
            "lon and lat are out of the range of degrees in the whole file: the first row says "
            "{lon}, {lat}; projected coordinates need a CRS: give degrees, or a format that says "
            "its CRS (GeoPackage, Shapefile with .prj)",
            lon=float(x[0]),
            lat=float(y[0]),
        )


def _swapped(gate: Gate, x: float, y: float) -> InputError:
    if not has_lonlat(gate.table):
        return InputError(
            "lon and lat are swapped in the whole file: the first feature says x {lon}, y {lat}; "
            "write x (longitude) first",
            lon=x,
            lat=y,
        )
    return InputError(
        "lon and lat are swapped in the whole file: the first row says lon {lon}, lat {lat}; "
        "import it with --map lon={lat_column} --map lat={lon_column}",
        lon=x,
        lat=y,
        lon_column=gate.table.header.header("lon"),
        lat_column=gate.table.header.header("lat"),
    )


def choose_datum(
    gate: Gate, options: ReadOptions, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> Datum:
    """Return the datum of a file's coordinates, never a guessed one.

    Parameters
    ----------
    gate
        The rows; the header or the format may name the datum.
    options
        The declared datum.
    lon, lat
        Degrees, NaN where there is no position.

    Returns
    -------
    Datum
        Declared by the user, the header or the format, or WGS-84 where no position is in China.

    Raises
    ------
    InputError
        Nothing declares it and positions are in China, or two declarations differ.
    """
    said = gate.table.header.datum
    if options.datum is not None and said is not None and said is not options.datum:
        raise InputError(
            "the datum is declared as {declared}, but the header says {said}; correct one of them",
            declared=options.datum.value,
            said=said.value,
        )
    declared = options.datum or said
    if declared is not None:
        return declared
    xmin, ymin, xmax, ymax = CHINA_BOX
    with np.errstate(invalid="ignore"):
        in_china = (lon >= xmin) & (lon <= xmax) & (lat >= ymin) & (lat <= ymax)
    if gate.table.crs is not None or not in_china.any():
        return Datum.WGS84
    raise InputError(
        "the datum of the coordinates is not declared, and in China a wrong one moves everything "
        "by about 600 m; say it with --datum wgs84, cgcs2000, gcj02 or bd09"
    )


def _to_lonlat(shapes: NDArray[np.object_], table: RawTable) -> NDArray[np.object_]:
    if table.crs is None or table.crs == WGS84:
        return shapes
    if table.crs.is_projected:
        _refuse_degrees(shapes, table.crs)
    try:
        way = reprojection(table.crs, WGS84)
    except ProjError as error:
        raise InputError(
            "there is no way from the file's CRS {crs} to WGS-84; export it in WGS-84 (EPSG:4326)",
            crs=crs_label(table.crs),
        ) from error
    moved: NDArray[np.object_] = shapely.transform(shapes, way)
    return moved


def _refuse_degrees(shapes: NDArray[np.object_], crs: CRS) -> None:
    """Refuse degrees in a file that says that they are metres; as such they are all one place."""
    xy = shapely.get_coordinates(shapes)
    if len(xy) and (np.abs(xy) <= (180.0, 90.0)).all():
        raise InputError(
            "the file says that its CRS is {crs}, in {unit}, but its coordinates are degrees: the "
            "first is {x}, {y}; correct the CRS of the file",
            crs=crs_label(crs),
            unit=crs.axis_info[0].unit_name,
            x=float(xy[0, 0]),
            y=float(xy[0, 1]),
        )


def gate_shapes(gate: Gate, kind: str) -> NDArray[np.object_]:
    """Return each row's geometry in longitude and latitude of the file's own datum.

    Parameters
    ----------
    gate
        The rows; geometry comes from the format, from a WKT column, or from lon and lat.
    kind
        Says which types are right.

    Returns
    -------
    ndarray of object, shape (n,)
        ``None`` where the row is refused.
    """
    table = gate.table
    shapes = np.full(gate.ok.size, None, dtype=object)
    if table.geometry is not None:
        shapes[:] = _to_lonlat(table.geometry, table)
    else:
        for i, text in enumerate(texts(table.columns["geometry"])):
            try:
                shapes[i] = from_wkt(text)
            except ShapeFault as fault:
                here = np.zeros(gate.ok.size, dtype=bool)
                here[i] = True
                gate.refuse(here, "geometry", fault.reason, fault.values)
    expected = SHAPES[kind]
    wrong = np.array([s is not None and s.geom_type not in expected for s in shapes], dtype=bool)
    gate.refuse(
        wrong,
        "geometry",
        WRONG_TYPE,
        lambda i: {"got": shapes[i].geom_type, "expected": " or ".join(sorted(expected))},
    )
    shapes[~gate.ok] = None
    return shapes


def gate_extent(gate: Gate, shapes: NDArray[np.object_]) -> None:
    """Refuse rows whose geometry leaves the globe.

    Parameters
    ----------
    gate
        The rows.
    shapes
        Their geometry in degrees.
    """
    bounds = np.abs(shapely.bounds(shapes))
    with np.errstate(invalid="ignore"):
        outside: NDArray[np.bool_] = np.maximum(bounds[:, 0], bounds[:, 2]) > 180.0
        outside |= np.maximum(bounds[:, 1], bounds[:, 3]) > 90.0
    gate.refuse(outside, "geometry", OUT_OF_RANGE, {"low": "-180, -90", "high": "180, 90"})
    across = np.zeros(gate.ok.size, dtype=bool)
    west, _, east, _ = np.where(gate.ok[:, None], shapely.bounds(shapes), 0.0).T
    for i in np.flatnonzero(east - west > _HALF_TURN):
        across[i] = _steps_over(shapes[i])
    gate.refuse(across, "geometry", ACROSS)


def _steps_over(shape: shapely.Geometry) -> bool:
    """Tell whether a line of a geometry steps from one side of the map to the other."""
    rings = shapely.get_rings(shape)
    for part in rings if len(rings) else shapely.get_parts(shape):
        steps = np.abs(np.diff(shapely.get_coordinates(part)[:, 0]))
        if ((steps > _HALF_TURN) & (steps < 2.0 * _HALF_TURN)).any():  # 360: around the world
            return True
    return False


def shapes_to_wgs84(shapes: NDArray[np.object_], datum: Datum) -> NDArray[np.object_]:
    """Return geometry moved from a datum to WGS-84, vertex by vertex.

    Parameters
    ----------
    shapes
        Geometry in degrees, with ``None`` where there is none.
    datum
        What it is in.

    Returns
    -------
    ndarray of object
        In WGS-84.
    """
    if datum in {Datum.WGS84, Datum.CGCS2000}:
        return shapes

    def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], datum))

    moved: Any = shapely.transform(shapes, move)
    return np.asarray(moved, dtype=object)
