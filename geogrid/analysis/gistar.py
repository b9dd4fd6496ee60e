"""Getis-Ord Gi* of counts on a masked lattice, with exact p-values.

References
----------
Ord, J. K. & Getis, A. (1995). Local spatial autocorrelation statistics. Geographical
Analysis 27, 286-306, eq. 14b.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geogrid.kernels.exact_tail import conditional_tails, total_tails
from geogrid.kernels.window_sums import window_sums_at

Null = Literal["total", "conditional"]


@dataclass(frozen=True, slots=True, eq=False)
class GiStar:
    """Gi* of each cell of the mask, row by row from the lattice's first.

    Parameters
    ----------
    support
        Sum of counts in the window, shape (n,).
    window_cells
        Cells of the mask in the window, shape (n,).
    expected
        Sum expected under the null of dealing all counts at random, shape (n,).
    z
        The statistic, shape (n,); 0 where the window or the counts allow no other value.
    p_lo, p_hi
        Exact chance of a sum of at most, and of at least, the one seen, shape (n,).
    """

    support: NDArray[np.int64]
    window_cells: NDArray[np.int64]
    expected: NDArray[np.float64]
    z: NDArray[np.float64]
    p_lo: NDArray[np.float64]
    p_hi: NDArray[np.float64]

    @property
    def p(self) -> NDArray[np.float64]:
        """Two-sided p: twice the smaller tail, at most 1."""
        return np.minimum(2.0 * np.minimum(self.p_lo, self.p_hi), 1.0)


def gistar(
    counts: NDArray[np.int64],
    mask: NDArray[np.bool_],
    half_widths: NDArray[np.int64],
    *,
    null: Null = "total",
) -> GiStar:
    """Return Gi* of the cells of a mask, with exact tails.

    Parameters
    ----------
    counts
        Counts, >= 0, shape (n_rows, n_cols); never looked at outside the mask.
    mask
        At least one cell, same shape.
    half_widths
        The window; see `geogrid.kernels.window_sums.disc_half_widths`.
    null
        ``total``: all counts are dealt to the cells at random. ``conditional``: each cell
        keeps its own.

    Returns
    -------
    GiStar
        Arrays over the cells of the mask.
    """
    rows, cols = np.nonzero(mask)
    support, window_cells = window_sums_at(counts, mask, rows, cols, half_widths)
    own = counts[rows, cols]
    values, members = np.unique(own, return_counts=True)
    if null == "total":
        p_lo, p_hi = total_tails(values, members, window_cells, support)
    else:
        p_lo, p_hi = conditional_tails(values, members, own, window_cells, support)
    expected, z = _scores(own, support, window_cells)
    return GiStar(support, window_cells, expected, z, p_lo, p_hi)


def _scores(
    own: NDArray[np.int64], support: NDArray[np.int64], window_cells: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return expected sums and z, from integer sums so that no order of cells matters."""
    n, total = own.size, int(own.sum())
    spread2 = (n * int((own * own).sum()) - total * total) / n**2
    room = n * window_cells - window_cells**2
    scale = np.sqrt(spread2 * room / max(n - 1, 1))
    excess = (n * support - total * window_cells) / n
    z = np.divide(excess, scale, out=np.zeros(n), where=scale > 0.0)
    return total * window_cells / n, z
