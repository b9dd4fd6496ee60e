"""Which demand points a site reaches: a closed disc, or a closed sector of one.

Points and ranges are whole millimetres, so that a point exactly at the range is inside on every
machine. Points are put into square buckets first (Bentley & Friedman 1979, Data structures for
range searching, section 2.3), so that a site looks at its neighbourhood only.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

_SLACK = 1e-12  # rad: a point on the edge of a sector is inside


class Buckets(NamedTuple):
    """Points in square buckets, row by row; make it with `bucketed`."""

    x: NDArray[np.int64]  # mm from the corner
    y: NDArray[np.int64]
    size: int  # edge of a bucket, mm
    n_cols: int
    n_rows: int
    start: NDArray[np.int64]  # where each bucket starts in `order`
    order: NDArray[np.int32]  # points by bucket


@njit(cache=True, nogil=True)
def bucketed(point: NDArray[np.int64], size: int) -> Buckets:
    """Return points in buckets, for many questions about the same points.

    Parameters
    ----------
    point
        Points, x and y, mm, >= 0, shape (m, 2).
    size
        Edge of a bucket, mm, > 0.

    Returns
    -------
    Buckets
        The points by bucket.
    """
    x, y = point[:, 0].copy(), point[:, 1].copy()
    n_cols, n_rows = 1, 1
    for j in range(x.size):
        n_cols = max(n_cols, x[j] // size + 1)
        n_rows = max(n_rows, y[j] // size + 1)
    start = np.zeros(n_cols * n_rows + 1, np.int64)
    for j in range(x.size):
        start[(y[j] // size) * n_cols + x[j] // size + 1] += 1
    for k in range(n_cols * n_rows):
        start[k + 1] += start[k]
    at = start.copy()
    order = np.empty(x.size, np.int32)
    for j in range(x.size):
        bucket = (y[j] // size) * n_cols + x[j] // size
        order[at[bucket]] = j
        at[bucket] += 1
    return Buckets(x, y, size, n_cols, n_rows, start, order)


@njit(cache=True, nogil=True)
def _is_seen(dx: int, dy: int, reach: int, bearing: float, half: float) -> bool:
    """Tell whether an offset is in a closed disc, and in a closed sector of it."""
    if dx * dx + dy * dy > reach * reach:
        return False
    if half >= math.pi or (dx == 0 and dy == 0):
        return True
    turn = abs(math.atan2(float(dx), float(dy)) - bearing) % (2.0 * math.pi)
    return min(turn, 2.0 * math.pi - turn) <= half + _SLACK


@njit(cache=True, nogil=True)
def points_within(
    site: NDArray[np.int64],
    reach: NDArray[np.int64],
    bearing: NDArray[np.float64],
    half: NDArray[np.float64],
    points: Buckets,
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the points that each site reaches, as compressed rows.

    Parameters
    ----------
    site
        Sites, x and y, mm from the corner of the points' box, shape (n, 2).
    reach
        Range of each site, mm, shape (n,).
    bearing
        Clockwise from the y axis, rad, shape (n,).
    half
        Half the view angle, rad; pi and more is all round, shape (n,).
    points
        The points.

    Returns
    -------
    start : ndarray of int, shape (n + 1,)
        Where each site's points start.
    found : ndarray of int32, shape (start[-1],)
        Points of each site, rising.
    """
    x, y, size, n_cols, n_rows, bucket_start, order = points
    start = np.zeros(reach.size + 1, np.int64)
    found = np.empty(0, np.int32)
    for fill in range(2):
        if fill == 1:
            found = np.empty(start[-1], np.int32)
        for i in range(reach.size):
            n = start[i] if fill == 1 else 0
            col_0 = max(0, (site[i, 0] - reach[i]) // size)
            col_1 = min(n_cols - 1, (site[i, 0] + reach[i]) // size)
            row_0 = max(0, (site[i, 1] - reach[i]) // size)
            row_1 = min(n_rows - 1, (site[i, 1] + reach[i]) // size)
            for row in range(row_0, row_1 + 1):
                if col_0 > col_1:
                    continue
                first = bucket_start[row * n_cols + col_0]
                for at in range(first, bucket_start[row * n_cols + col_1 + 1]):
                    j = order[at]
                    dx, dy = x[j] - site[i, 0], y[j] - site[i, 1]
                    if _is_seen(dx, dy, reach[i], bearing[i], half[i]):
                        if fill == 1:
                            found[n] = j
                        n += 1
            if fill == 1:
                found[start[i] : n].sort()
            else:
                start[i + 1] = start[i] + n
    return start, found
