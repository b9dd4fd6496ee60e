"""Sums over a disc around each cell of a masked lattice, in integers.

A disc of cells is a stack of row runs, and a run is a difference of two prefix sums. The
cost of a window is therefore its number of rows, not its number of cells.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_ROUNDING = 1e-9  # relative: a centre at exactly the radius is inside, 600 m / 200 m or not


def disc_half_widths(radius_cells: float) -> NDArray[np.int64]:
    """Return the half-width of each row of a disc of cells, its own cell included.

    A cell belongs to the disc when its centre is at most the radius away.

    Parameters
    ----------
    radius_cells
        Radius in cell sizes, >= 0.

    Returns
    -------
    ndarray of int64, shape (2 * r + 1,)
        ``h[i]`` for row offset ``i - r``, with ``r = floor(radius_cells)``: the row's cells
        are those at column offsets ``-h[i] ... h[i]``.
    """
    radius = radius_cells * (1.0 + _ROUNDING)
    reach = int(np.floor(radius))
    offsets = np.arange(-reach, reach + 1, dtype=np.float64)
    return np.floor(np.sqrt(np.maximum(radius**2 - offsets**2, 0.0))).astype(np.int64)


@njit(cache=True, nogil=True)
def _row_prefixes(
    counts: NDArray[np.int64], mask: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return running row sums of masked counts and of the mask, one column wider."""
    n_rows, n_cols = counts.shape
    sums = np.zeros((n_rows, n_cols + 1), dtype=np.int64)
    sizes = np.zeros((n_rows, n_cols + 1), dtype=np.int64)
    for row in range(n_rows):
        for col in range(n_cols):
            inside = 1 if mask[row, col] else 0
            sums[row, col + 1] = sums[row, col] + inside * counts[row, col]
            sizes[row, col + 1] = sizes[row, col] + inside
    return sums, sizes


@njit(cache=True, nogil=True)
def window_sums(
    counts: NDArray[np.int64], mask: NDArray[np.bool_], half_widths: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return, around every cell, the sum of the masked counts and the number of masked cells.

    Counts outside the mask are never looked at; the window ends at the lattice's edge.

    Parameters
    ----------
    counts
        Shape (n_rows, n_cols).
    mask
        True for the cells that count; same shape.
    half_widths
        The disc; see `disc_half_widths`.

    Returns
    -------
    sums, sizes : ndarray of int64, shape (n_rows, n_cols)
        Sum of counts and number of masked cells in the window, for masked and other cells.
    """
    n_rows, n_cols = counts.shape
    prefix, prefix_n = _row_prefixes(counts, mask)
    sums = np.zeros((n_rows, n_cols), dtype=np.int64)
    sizes = np.zeros((n_rows, n_cols), dtype=np.int64)
    reach = half_widths.size // 2
    for row in range(n_rows):
        for other in range(max(0, row - reach), min(n_rows, row + reach + 1)):
            half = half_widths[other - row + reach]
            for col in range(n_cols):
                left, right = max(0, col - half), min(n_cols, col + half + 1)
                sums[row, col] += prefix[other, right] - prefix[other, left]
                sizes[row, col] += prefix_n[other, right] - prefix_n[other, left]
    return sums, sizes


@njit(cache=True, nogil=True)
def window_sums_at(
    counts: NDArray[np.int64],
    mask: NDArray[np.bool_],
    rows: NDArray[np.int64],
    cols: NDArray[np.int64],
    half_widths: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the same as `window_sums`, at some cells only.

    Parameters
    ----------
    counts
        Shape (n_rows, n_cols).
    mask
        True for the cells that count; same shape.
    rows, cols
        Shape (n,): the cells asked for, inside the lattice.
    half_widths
        The disc; see `disc_half_widths`.

    Returns
    -------
    sums, sizes : ndarray of int64, shape (n,)
        Sum of counts and number of masked cells in the window, in the order asked for.
    """
    n_rows, n_cols = counts.shape
    prefix, prefix_n = _row_prefixes(counts, mask)
    sums = np.zeros(rows.size, dtype=np.int64)
    sizes = np.zeros(rows.size, dtype=np.int64)
    reach = half_widths.size // 2
    for i in range(rows.size):
        row, col = rows[i], cols[i]
        for other in range(max(0, row - reach), min(n_rows, row + reach + 1)):
            half = half_widths[other - row + reach]
            left, right = max(0, col - half), min(n_cols, col + half + 1)
            sums[i] += prefix[other, right] - prefix[other, left]
            sizes[i] += prefix_n[other, right] - prefix_n[other, left]
    return sums, sizes
