"""Cells that a unit could have visited between two fixes: an ellipse on the lattice."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def mark_reachable(
    foci: NDArray[np.float64], reach: NDArray[np.float64], marked: NDArray[np.uint8]
) -> None:
    """Mark the cells whose centre lies on some way of at most ``reach`` between two points.

    Parameters
    ----------
    foci
        Two points each, (x0, y0, x1, y1) in cells from the lattice corner, shape (n, 4).
    reach
        Longest way from the first over the cell to the second, in cells, shape (n,).
    marked
        Shape (n_rows, n_cols); cells are set to 1 in place.
    """
    n_rows, n_cols = marked.shape
    for k in range(foci.shape[0]):
        x0, y0, x1, y1 = foci[k, 0], foci[k, 1], foci[k, 2], foci[k, 3]
        apart = math.hypot(x1 - x0, y1 - y0)
        if not apart <= reach[k]:  # also where a place is not a number
            continue
        half = 0.5 * reach[k]
        mid_x, mid_y = 0.5 * (x0 + x1), 0.5 * (y0 + y1)
        first_row = max(0, math.floor(mid_y - half))
        last_row = min(n_rows - 1, math.floor(mid_y + half))
        first_col = max(0, math.floor(mid_x - half))
        last_col = min(n_cols - 1, math.floor(mid_x + half))
        for row in range(first_row, last_row + 1):
            for col in range(first_col, last_col + 1):
                if marked[row, col] == 0:
                    way = math.hypot(col + 0.5 - x0, row + 0.5 - y0)
                    way += math.hypot(col + 0.5 - x1, row + 0.5 - y1)
                    if way <= reach[k]:
                        marked[row, col] = 1
