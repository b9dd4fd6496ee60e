"""Length of lines in every cell of a lattice, by walking each segment from cell to cell.

The walk ends by step counts, not by comparing distances: how many cell lines a segment
crosses is known from its ends alone, so no rounding can add or lose a cell.

References
----------
Amanatides, J. & Woo, A. (1987). A fast voxel traversal algorithm for ray tracing.
Eurographics '87, 3-10.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def _add_length(
    x0: float, y0: float, x1: float, y1: float, length: float, out: NDArray[np.float64]
) -> None:
    """Share the length of one segment among the cells it crosses."""
    col, row = math.floor(x0), math.floor(y0)
    dx, dy = x1 - x0, y1 - y0
    step_x, step_y = (1 if dx > 0.0 else -1), (1 if dy > 0.0 else -1)
    left_x, left_y = abs(math.floor(x1) - col), abs(math.floor(y1) - row)
    done = 0.0  # part of the segment already shared out
    while True:
        at_x = (col + (1 if step_x > 0 else 0) - x0) / dx if left_x > 0 else math.inf
        at_y = (row + (1 if step_y > 0 else 0) - y0) / dy if left_y > 0 else math.inf
        upto = max(done, min(at_x, at_y, 1.0))
        if left_x == 0 and left_y == 0:
            upto = 1.0
        if 0 <= row < out.shape[0] and 0 <= col < out.shape[1]:
            out[row, col] += (upto - done) * length
        done = upto
        if left_x == 0 and left_y == 0:
            return
        if at_x <= at_y:
            col, left_x = col + step_x, left_x - 1
        else:
            row, left_y = row + step_y, left_y - 1


@njit(cache=True, nogil=True)
def line_cell_lengths(
    segments: NDArray[np.float64], n_rows: int, n_cols: int
) -> NDArray[np.float64]:
    """Return the length of segments in every cell.

    Parameters
    ----------
    segments
        Ends ``x0, y0, x1, y1`` in cells from the lattice corner, finite, shape (n, 4). A cell
        is half open: a segment along a cell line belongs to the cell north or east of it.
    n_rows, n_cols
        Shape of the lattice; what lies outside is left out.

    Returns
    -------
    ndarray of float, shape (n_rows, n_cols)
        Length in cells. The pieces of a segment inside the lattice sum to its length.
    """
    out = np.zeros((n_rows, n_cols))
    for i in range(segments.shape[0]):
        x0, y0, x1, y1 = segments[i, 0], segments[i, 1], segments[i, 2], segments[i, 3]
        _add_length(x0, y0, x1, y1, math.hypot(x1 - x0, y1 - y0), out)
    return out
