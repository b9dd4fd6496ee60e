"""Which parts of lines each camera sees: roads by district and class, outlines of places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geogrid.analysis.counted_views import Looking
from geogrid.analysis.road_lengths import require_lines
from geogrid.crs import WGS84, reprojection
from geogrid.kernels.convex_clip import convex_intervals
from geogrid.kernels.sole_cover import sole_cover
from geogrid.model.grid import Grid
from geogrid.model.places import Places


@dataclass(frozen=True, slots=True, eq=False)
class DistrictRoads:
    """Roads as straight segments that end at the districts' borders.

    Parameters
    ----------
    segments
        Ends ``x0, y0, x1, y1`` in the grid's CRS, shape (n, 4).
    road
        Position of the road that each is a part of, shape (n,).
    district
        Position of the district that it lies in, shape (n,).
    """

    segments: NDArray[np.float64]
    road: NDArray[np.int64]
    district: NDArray[np.int64]

    @property
    def length_m(self) -> NDArray[np.float64]:
        """Length of each segment, metres in the grid's CRS, shape (n,)."""
        return lengths_m(self.segments)


@dataclass(frozen=True, slots=True, eq=False)
class SeenLines:
    """Parts of segments in views, made by `seen_lines`.

    Parameters
    ----------
    line
        Segment of each part, rising, shape (k,).
    view
        View that sees it, shape (k,).
    interval
        First and last parameter on the segment, in [0, 1], shape (k, 2).
    """

    line: NDArray[np.int64]
    view: NDArray[np.int64]
    interval: NDArray[np.float64]

    def of_views(self, chosen: NDArray[np.bool_]) -> SeenLines:
        """Return the parts that some views see.

        Parameters
        ----------
        chosen
            Which views, shape (n_views,).

        Returns
        -------
        SeenLines
            The others are left out.
        """
        kept = chosen[self.view]
        return SeenLines(self.line[kept], self.view[kept], self.interval[kept])


def district_roads(roads: Places, grid: Grid) -> DistrictRoads:
    """Return the roads inside the districts, cut at their borders.

    Parameters
    ----------
    roads
        Lines, WGS-84.
    grid
        The grid.

    Returns
    -------
    DistrictRoads
        A segment along a border is in the first of its districts alone.

    Raises
    ------
    InputError
        A road is no line.
    """
    require_lines(roads)
    parts, owner = shapely.get_parts(roads.geometry, return_index=True)
    xy, part_of = shapely.get_coordinates(parts, return_index=True)
    local = reprojection(WGS84, grid.spec.crs)(xy) if len(xy) else np.empty((0, 2))
    joined = part_of[1:] == part_of[:-1]
    segments = np.hstack([local[:-1], local[1:]])[joined]
    road = owner[part_of[:-1]][joined].astype(np.int64)
    usable = np.isfinite(segments).all(axis=1)
    usable &= (segments[:, :2] != segments[:, 2:]).any(axis=1)
    segments, road = segments[usable], road[usable]
    inside, line, district, part = _by_district(segments, grid)
    base, along = segments[line, :2], segments[line, 2:] - segments[line, :2]
    cut = np.hstack([base + part[:, :1] * along, base + part[:, 1:] * along])
    kept = inside >= 0
    return DistrictRoads(
        np.concatenate([segments[kept], cut]),
        np.concatenate([road[kept], road[line]]),
        np.concatenate([inside[kept], district]),
    )


def _by_district(
    segments: NDArray[np.float64], grid: Grid
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return the district that holds each segment, and of those that none holds the parts in each.

    Parts are cut on the line itself: on a border that it follows, one district's part ends where
    the other's begins, whatever the rounding of corners.
    """
    lines = np.asarray(shapely.linestrings(segments.reshape(-1, 2, 2)))
    tree = shapely.STRtree(lines)
    inside = np.full(len(lines), -1, dtype=np.int64)
    taken: dict[int, list[tuple[float, float]]] = {}
    rows: list[tuple[int, int, float, float]] = []
    for district, land in enumerate(grid.boundary.geometries):
        inside[tree.query(land, predicate="contains")] = district
        met = tree.query(land, predicate="intersects")
        crossing = np.sort(met[inside[met] < 0])
        pieces, owner = shapely.get_parts(
            shapely.intersection(lines[crossing], land), return_index=True
        )
        for piece, at in zip(pieces, crossing[owner], strict=True):
            first, last = _parameters(piece, segments[at])
            before = taken.setdefault(int(at), [])
            for start, end in _free(first, last, before):
                rows.append((int(at), district, start, end))
                before.append((start, end))
    line, of_district, start_end = (
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.int64),
        np.array([row[2:] for row in rows], dtype=np.float64).reshape(-1, 2),
    )
    open_line = inside[line] < 0
    return inside, line[open_line], of_district[open_line], start_end[open_line]


def _parameters(piece: shapely.Geometry, segment: NDArray[np.float64]) -> tuple[float, float]:
    """Return where on a segment a piece of it begins and ends, in [0, 1]."""
    along = segment[2:] - segment[:2]
    at = (shapely.get_coordinates(piece) - segment[:2]) @ along / (along @ along)
    return float(at.min().clip(0.0, 1.0)), float(at.max().clip(0.0, 1.0))


def _free(first: float, last: float, taken: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the parts of an interval that are in none of some others."""
    free = [(first, last)]
    for start, end in taken:
        free = [
            part
            for a, b in free
            for part in ((a, min(b, start)), (max(a, end), b))
            if part[1] > part[0]
        ]
    return [part for part in free if part[1] > part[0]]


def lengths_m(segments: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the length of segments.

    Parameters
    ----------
    segments
        Ends ``x0, y0, x1, y1``, shape (n, 4).

    Returns
    -------
    ndarray of float, shape (n,)
        In the unit of the ends.
    """
    return np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1])


def seen_lines(segments: NDArray[np.float64], views: Looking) -> SeenLines:
    """Return which parts of segments each view sees.

    Parameters
    ----------
    segments
        Ends ``x0, y0, x1, y1`` in the CRS of the views, shape (n, 4).
    views
        What cameras see.

    Returns
    -------
    SeenLines
        A view of several convex polygons may see several parts, which may touch.
    """
    if not len(segments) or not len(views.convex):
        nothing = np.empty(0, dtype=np.int64)
        return SeenLines(nothing, nothing, np.empty((0, 2)))
    lines = shapely.linestrings(segments.reshape(-1, 2, 2))
    line, convex = shapely.STRtree(views.convex).query(lines)
    order = np.lexsort((views.owner[convex], line))
    pairs = np.column_stack([line[order], convex[order]]).astype(np.int64)
    xy, ring = shapely.get_coordinates(views.convex, return_index=True)
    starts = np.append(np.flatnonzero(np.diff(ring, prepend=-1)), len(xy)).astype(np.int64)
    interval = convex_intervals(segments, pairs, xy, starts)
    real = interval[:, 1] > interval[:, 0]
    pairs = pairs[real]
    return SeenLines(pairs[:, 0].copy(), views.owner[pairs[:, 1]].astype(np.int64), interval[real])


def grouped_lines(
    seen: SeenLines, weight: NDArray[np.float64], group: NDArray[np.int64], n_groups: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return how much of each segment groups of views see, and what each sees alone.

    Parameters
    ----------
    seen
        Parts of segments.
    weight
        Length of each segment, shape (n_lines,).
    group
        Group of each view, 0 to ``n_groups`` - 1, shape (n_views,).
    n_groups
        How many groups there are.

    Returns
    -------
    once, twice : ndarray of float, shape (n_lines,)
        What at least one and at least two groups see of each segment.
    alone : ndarray of float, shape (n_groups,)
        What only this group sees of all segments.
    """
    of_view = group.astype(np.int64)[seen.view]
    return sole_cover(seen.line, of_view, seen.interval, weight, n_groups)
