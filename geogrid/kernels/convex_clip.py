"""Parts of segments that lie inside a union of convex polygons.

Each polygon cuts one interval out of a segment; the union of the intervals on a segment is
what lies inside any of them. Working along the line keeps a union of thousands of polygons
out of it, and rounding moves an end by 1e-15 of the segment at most.

References
----------
Cyrus, M. & Beck, J. (1978). Generalized two- and three-dimensional clipping. Computers &
Graphics 3, 23-28.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def convex_intervals(
    segments: NDArray[np.float64],
    pairs: NDArray[np.int64],
    xy: NDArray[np.float64],
    ring_starts: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return which part of a segment lies in a convex polygon, for pairs of both.

    Parameters
    ----------
    segments
        Ends ``x0, y0, x1, y1``, shape (n, 4).
    pairs
        Positions of a segment and a polygon, shape (m, 2).
    xy
        Vertices of the polygons, shape (k, 2); closed rings, counter-clockwise.
    ring_starts
        Position of the first vertex of each polygon, and k at the end.

    Returns
    -------
    ndarray of float, shape (m, 2)
        First and last parameter on the segment, in [0, 1]; equal where it stays outside.
    """
    out = np.zeros((pairs.shape[0], 2))
    for pair in range(pairs.shape[0]):
        segment, polygon = pairs[pair, 0], pairs[pair, 1]
        x0, y0, x1, y1 = (
            segments[segment, 0],
            segments[segment, 1],
            segments[segment, 2],
            segments[segment, 3],
        )
        first, last = 0.0, 1.0
        for i in range(ring_starts[polygon], ring_starts[polygon + 1] - 1):
            ex, ey = xy[i + 1, 0] - xy[i, 0], xy[i + 1, 1] - xy[i, 1]
            side_0 = ex * (y0 - xy[i, 1]) - ey * (x0 - xy[i, 0])
            side_1 = ex * (y1 - xy[i, 1]) - ey * (x1 - xy[i, 0])
            if side_0 < 0.0 and side_1 < 0.0:
                first, last = 0.0, 0.0
                break
            if side_0 < 0.0:
                first = max(first, side_0 / (side_0 - side_1))
            elif side_1 < 0.0:
                last = min(last, side_0 / (side_0 - side_1))
        if last > first:
            out[pair, 0], out[pair, 1] = first, last
    return out


@njit(cache=True, nogil=True)
def merged_intervals(
    owner: NDArray[np.int64], intervals: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the union of the intervals of each owner.

    Parameters
    ----------
    owner
        Whose interval each is, rising, shape (m,).
    intervals
        First and last value, shape (m, 2); the first values rise inside an owner. Intervals
        without length are left out.

    Returns
    -------
    owner : ndarray of int, shape (k,)
        Whose each merged interval is, rising.
    intervals : ndarray of float, shape (k, 2)
        Disjoint, in order.
    """
    whose = np.empty(owner.size, dtype=np.int64)
    merged = np.empty((owner.size, 2))
    n = 0
    for i in range(owner.size):
        first, last = intervals[i, 0], intervals[i, 1]
        if last <= first:
            continue
        if n > 0 and whose[n - 1] == owner[i] and first <= merged[n - 1, 1]:
            merged[n - 1, 1] = max(merged[n - 1, 1], last)
        else:
            whose[n], merged[n, 0], merged[n, 1] = owner[i], first, last
            n += 1
    return whose[:n].copy(), merged[:n].copy()
