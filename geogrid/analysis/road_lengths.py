"""Metres of road in each cell, and the part of them inside convex polygons."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from geogrid.crs import WGS84, reprojection
from geogrid.errors import InputError
from geogrid.kernels.convex_clip import convex_intervals, merged_intervals
from geogrid.kernels.line_walk import line_cell_lengths
from geogrid.model.grid import Grid, GridSpec
from geogrid.model.places import Places


def require_lines(roads: Places) -> None:
    """Refuse roads that are no lines.

    Parameters
    ----------
    roads
        What is registered as roads.

    Raises
    ------
    InputError
        A road is a point or a polygon.
    """
    line_types = (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING)
    wrong = ~np.isin(shapely.get_type_id(roads.geometry), line_types)
    if wrong.any():
        at = int(np.argmax(wrong))
        raise InputError(
            "road {road!r} is a {kind}, but roads must be lines; leave it out or draw its axis",
            road=roads.ids[at],
            kind=roads.geometry[at].geom_type,
        )


def road_segments(roads: Places, crs: CRS) -> NDArray[np.float64]:
    """Return roads as straight segments in a projected CRS.

    Parameters
    ----------
    roads
        Lines, WGS-84.
    crs
        The CRS of the result.

    Returns
    -------
    ndarray of float, shape (n, 4)
        Ends ``x0, y0, x1, y1`` in ``crs``; segments beyond the projection's reach are left
        out.

    Raises
    ------
    InputError
        A road is no line.
    """
    require_lines(roads)
    xy, line = shapely.get_coordinates(shapely.get_parts(roads.geometry), return_index=True)
    if not len(xy):
        return np.empty((0, 4))
    local = reprojection(WGS84, crs)(xy)
    joined = line[1:] == line[:-1]
    segments = np.hstack([local[:-1], local[1:]])[joined]
    return np.asarray(segments[np.isfinite(segments).all(axis=1)])


def segment_metres(segments: NDArray[np.float64], grid: Grid) -> NDArray[np.float64]:
    """Return the length of segments in each active cell.

    Parameters
    ----------
    segments
        Ends ``x0, y0, x1, y1`` in the grid's CRS, shape (n, 4).
    grid
        The grid.

    Returns
    -------
    ndarray of float, shape (n_cells,)
        Metres in the grid's CRS; 0 where there is none.
    """
    spec = grid.spec
    near = _within(segments, spec)
    corner = np.array([spec.x_min, spec.y_min, spec.x_min, spec.y_min])
    lengths = line_cell_lengths((near - corner) / spec.cell_size, spec.n_rows, spec.n_cols)
    return np.asarray(lengths.ravel()[grid.cells] * spec.cell_size)


def road_metres(roads: Places, grid: Grid) -> NDArray[np.float64]:
    """Return the metres of road in each cell.

    Every line counts once, so a road drawn as two carriageways counts twice. Metres are those
    of the grid's CRS: in the equal-area CRS within 2e-4 of the ground out to 200 km.

    Parameters
    ----------
    roads
        Lines, WGS-84.
    grid
        The grid.

    Returns
    -------
    ndarray of float, shape (n_cells,)
        Metres in the whole square of each active cell; 0 where there is no road.

    Raises
    ------
    InputError
        A road is no line.
    """
    return segment_metres(road_segments(roads, grid.spec.crs), grid)


def segments_inside(
    segments: NDArray[np.float64], convex: NDArray[np.object_]
) -> NDArray[np.float64]:
    """Return the parts of segments that lie in the union of convex polygons.

    Parameters
    ----------
    segments
        Ends ``x0, y0, x1, y1``, shape (n, 4).
    convex
        Convex polygons, counter-clockwise, in the same CRS; they may overlap.

    Returns
    -------
    ndarray of float, shape (k, 4)
        Disjoint parts: nothing is there twice.
    """
    if not len(segments) or not len(convex):
        return np.empty((0, 4))
    lines = shapely.linestrings(segments.reshape(-1, 2, 2))
    found = shapely.STRtree(convex).query(lines)
    pairs = np.ascontiguousarray(found.T.astype(np.int64))
    xy, ring = shapely.get_coordinates(convex, return_index=True)
    starts = np.append(np.flatnonzero(np.diff(ring, prepend=-1)), len(xy)).astype(np.int64)
    intervals = convex_intervals(segments, pairs, xy, starts)
    order = np.lexsort((intervals[:, 0], pairs[:, 0]))
    owner, part = merged_intervals(pairs[order, 0].copy(), intervals[order])
    base, delta = segments[owner, :2], segments[owner, 2:] - segments[owner, :2]
    return np.hstack([base + part[:, :1] * delta, base + part[:, 1:] * delta])


def _within(segments: NDArray[np.float64], spec: GridSpec) -> NDArray[np.float64]:
    """Return the segments whose box meets the lattice."""
    xmin, ymin, xmax, ymax = spec.bounds
    x, y = segments[:, 0::2], segments[:, 1::2]
    meets = (x.max(axis=1) >= xmin) & (x.min(axis=1) <= xmax)
    meets &= (y.max(axis=1) >= ymin) & (y.min(axis=1) <= ymax)
    return np.asarray(segments[meets])
