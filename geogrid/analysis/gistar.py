"""Getis-Ord Gi* of counts on a masked lattice, with exact p-values, or drawn ones.

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

from geogrid.kernels.drawn_tails import drawn_conditional_tails, drawn_total_tails
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
        Chance of a sum of at most, and of at least, the one seen, shape (n,).
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


@dataclass(frozen=True, slots=True)
class Draws:
    """Chance by seeded random draws, where sums are too many for a table.

    Parameters
    ----------
    number
        Samples drawn, >= 1.
    seed
        Of the random numbers, >= 0.
    """

    number: int = 99_999
    seed: int = 1

    @property
    def floor(self) -> float:
        """Least two-sided p that can come out."""
        return 2.0 / (self.number + 1)


def gistar(
    counts: NDArray[np.int64],
    mask: NDArray[np.bool_],
    half_widths: NDArray[np.int64],
    *,
    null: Null = "total",
    draws: Draws | None = None,
) -> GiStar:
    """Return Gi* of the cells of a mask, with their tails.

    Parameters
    ----------
    counts
        Counts, >= 0, shape (n_rows, n_cols); never looked at outside the mask. They sum to
        less than 2^31, so that squares stay exact.
    mask
        At least one cell, same shape.
    half_widths
        The window; see `geogrid.kernels.window_sums.disc_half_widths`.
    null
        ``total``: all counts are dealt to the cells at random. ``conditional``: each cell
        keeps its own.
    draws
        How tails are drawn; ``None`` for exact ones.

    Returns
    -------
    GiStar
        Arrays over the cells of the mask.
    """
    rows, cols = np.nonzero(mask)
    support, window_cells = window_sums_at(counts, mask, rows, cols, half_widths)
    own = counts[rows, cols]
    p_lo, p_hi = _tails(own, support, window_cells, null, draws)
    expected, z = _scores(own, support, window_cells)
    return GiStar(support, window_cells, expected, z, p_lo, p_hi)


def gistar_z(
    counts: NDArray[np.int64], mask: NDArray[np.bool_], half_widths: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the statistic alone.

    Parameters
    ----------
    counts, mask, half_widths
        As for `gistar`.

    Returns
    -------
    ndarray of float64, shape (n,)
        Over the cells of the mask; it says nothing of chance where counts are sparse.
    """
    rows, cols = np.nonzero(mask)
    support, window_cells = window_sums_at(counts, mask, rows, cols, half_widths)
    return _scores(counts[rows, cols], support, window_cells)[1]


def gistar_by_part(
    counts: NDArray[np.int64],
    parts: NDArray[np.int64],
    half_widths: NDArray[np.int64],
    *,
    null: Null = "total",
    draws: Draws | None = None,
) -> GiStar:
    """Return Gi* of each part of a lattice by itself.

    Mean, variance and chance are the part's own, and windows end where the part does.

    Parameters
    ----------
    counts
        Counts, >= 0, shape (n_rows, n_cols).
    parts
        Number of the part of each cell, negative outside all; same shape.
    half_widths, null, draws
        As for `gistar`.

    Returns
    -------
    GiStar
        Arrays over the cells of all parts, row by row.
    """
    rows, cols = np.nonzero(parts >= 0)
    part = parts[rows, cols]
    support, window_cells = np.zeros((2, rows.size), dtype=np.int64)
    expected, z, p_lo, p_hi = np.zeros((4, rows.size))
    for number in np.unique(part):
        at = np.flatnonzero(part == number)
        box = (_span(rows[at]), _span(cols[at]))
        one = gistar(counts[box], parts[box] == number, half_widths, null=null, draws=draws)
        support[at], window_cells[at], expected[at] = one.support, one.window_cells, one.expected
        z[at], p_lo[at], p_hi[at] = one.z, one.p_lo, one.p_hi
    return GiStar(support, window_cells, expected, z, p_lo, p_hi)


def support_by_part(
    counts: NDArray[np.int64], parts: NDArray[np.int64], half_widths: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the sum and the cells in the window of each cell, windows ending with the part.

    Parameters
    ----------
    counts, parts, half_widths
        As for `gistar_by_part`.

    Returns
    -------
    sums, sizes : ndarray of int64, shape (n,)
        Over the cells of all parts, row by row.
    """
    rows, cols = np.nonzero(parts >= 0)
    part = parts[rows, cols]
    sums, sizes = np.zeros((2, rows.size), dtype=np.int64)
    for number in np.unique(part):
        at = np.flatnonzero(part == number)
        mask = parts == number
        sums[at], sizes[at] = window_sums_at(counts, mask, rows[at], cols[at], half_widths)
    return sums, sizes


def _span(places: NDArray[np.int64]) -> slice:
    return slice(int(places.min()), int(places.max()) + 1)


def _tails(
    own: NDArray[np.int64],
    support: NDArray[np.int64],
    window_cells: NDArray[np.int64],
    null: Null,
    draws: Draws | None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both tails, by the table of all sums or by drawing."""
    if draws is not None:
        rng = np.random.default_rng(draws.seed)
        drawn = drawn_total_tails if null == "total" else drawn_conditional_tails
        return drawn(own, window_cells, support, draws.number, rng)
    values, members = np.unique(own, return_counts=True)
    if null == "total":
        return total_tails(values, members, window_cells, support)
    return conditional_tails(values, members, own, window_cells, support)


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
