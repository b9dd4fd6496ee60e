"""Walls in the plane, found by place: every wall is listed in the buckets that its box meets.

A wall is a directed edge of a footprint with the building on its left: outlines run
counter-clockwise and courtyards clockwise.

References
----------
Bentley, J. L. & Friedman, J. H. (1979). Data structures for range searching. Computing Surveys
11, 397-409, section 2.3.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray


class Walls(NamedTuple):
    """Walls and the buckets that list them; made by `index_walls`.

    Parameters
    ----------
    xy
        Ends ``ax, ay, bx, by`` in metres from the corner of the buckets, shape (n, 4).
    building
        Whose wall each is, shape (n,).
    height
        Of that building, metres; NaN where not known, shape (n,).
    start
        Where each bucket's walls start in ``listed``, row by row, shape (rows * cols + 1,).
    listed
        Walls by bucket.
    size
        Edge of a bucket, metres.
    n_rows, n_cols
        Number of buckets.
    """

    xy: NDArray[np.float64]
    building: NDArray[np.int32]
    height: NDArray[np.float64]
    start: NDArray[np.int64]
    listed: NDArray[np.int32]
    size: float
    n_rows: int
    n_cols: int


@njit(cache=True, nogil=True)
def bucket_of(value: float, size: float, count: int) -> int:
    """Return the row or column of a coordinate, the nearest one where it lies outside.

    Parameters
    ----------
    value
        Metres from the corner.
    size
        Edge of a bucket, metres.
    count
        Number of rows or columns.

    Returns
    -------
    int
        In [0, count).
    """
    return int(min(max(np.floor(value / size), 0.0), count - 1.0))


@njit(cache=True, nogil=True)
def _list_walls(
    xy: NDArray[np.float64], size: float, n_rows: int, n_cols: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return where each bucket's walls start, and the walls by bucket."""
    start = np.zeros(n_rows * n_cols + 1, np.int64)
    listed = np.empty(0, np.int32)
    at = start
    for fill in range(2):
        if fill == 1:
            for k in range(n_rows * n_cols):
                start[k + 1] += start[k]
            listed = np.empty(start[-1], np.int32)
            at = start.copy()
        for e in range(xy.shape[0]):
            row_0 = bucket_of(min(xy[e, 1], xy[e, 3]), size, n_rows)
            row_1 = bucket_of(max(xy[e, 1], xy[e, 3]), size, n_rows)
            col_0 = bucket_of(min(xy[e, 0], xy[e, 2]), size, n_cols)
            col_1 = bucket_of(max(xy[e, 0], xy[e, 2]), size, n_cols)
            for row in range(row_0, row_1 + 1):
                for col in range(col_0, col_1 + 1):
                    bucket = row * n_cols + col
                    if fill == 1:
                        listed[at[bucket]] = e
                        at[bucket] += 1
                    else:
                        start[bucket + 1] += 1
    return start, listed


def index_walls(
    xy: NDArray[np.float64],
    building: NDArray[np.int32],
    height: NDArray[np.float64],
    size: float,
) -> Walls:
    """Return walls with their buckets.

    Parameters
    ----------
    xy
        Ends ``ax, ay, bx, by``, metres, all >= 0, shape (n, 4).
    building
        Whose wall each is, shape (n,).
    height
        Of that building, metres, NaN where not known, shape (n,).
    size
        Edge of a bucket, metres, > 0.

    Returns
    -------
    Walls
        Ready to be asked.
    """
    top = xy.max(axis=0) if len(xy) else np.zeros(4)
    n_cols = int(max(top[0], top[2]) // size) + 1
    n_rows = int(max(top[1], top[3]) // size) + 1
    start, listed = _list_walls(xy, size, n_rows, n_cols)
    return Walls(xy, building, height, start, listed, size, n_rows, n_cols)
