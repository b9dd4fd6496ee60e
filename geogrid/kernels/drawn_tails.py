"""Tails of the sum of k values drawn without replacement, counted on seeded draws.

Where a table of all sums would be too large, random samples of cells stand in for it. One
sample serves every window: its first k cells are a sample of k, so that the work does not grow
with windows times draws. For a cell that keeps its own value, a sample that holds this cell
drops it and takes the next one drawn, which again is a sample of the others.

References
----------
Davison, A. C. & Hinkley, D. V. (1997). Bootstrap Methods and their Application, eq. 4.11, for
counting the map that was seen among those drawn.
Knuth, D. E. (1997). The Art of Computer Programming 2, 3rd ed., algorithm 3.4.2 P.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numba import njit
from numpy.typing import NDArray

_BLOCK = 10_000  # draws kept at a time
_Tails = tuple[NDArray[np.float64], NDArray[np.float64]]


@njit(cache=True, nogil=True)
def draw_cells(
    shuffled: NDArray[np.int64], uniform: NDArray[np.float64], out: NDArray[np.int64]
) -> None:
    """Fill in distinct cells, each row a random sample in random order.

    Parameters
    ----------
    shuffled
        All cells in any order, shape (n,); it is shuffled on.
    uniform
        Random numbers in [0, 1), shape (draws, k), k at most n.
    out
        Same shape; every entry is written.
    """
    n = shuffled.size
    for draw in range(uniform.shape[0]):
        for at in range(uniform.shape[1]):
            other = at + min(int(uniform[draw, at] * (n - at)), n - at - 1)
            cell = shuffled[other]
            shuffled[other] = shuffled[at]
            shuffled[at] = cell
            out[draw, at] = cell


@njit(cache=True, nogil=True)
def add_total_ranks(
    sums: NDArray[np.int64],
    k: NDArray[np.int64],
    s: NDArray[np.int64],
    order: NDArray[np.int64],
    at_most: NDArray[np.int64],
    at_least: NDArray[np.int64],
) -> None:
    """Add how many draws have a sum of at most, and of at least, the one seen.

    Parameters
    ----------
    sums
        Sums of the first k values drawn in column ``k``, shape (draws, k_max + 1).
    k
        Cells in each window, 0 to k_max; shape (n,).
    s
        Sum in each window, shape (n,).
    order
        The windows, sorted by ``k``.
    at_most, at_least
        Shape (n,); added to.
    """
    current = -1
    column = np.empty(0, dtype=np.int64)
    for i in order:
        if k[i] != current:
            current = k[i]
            column = np.sort(sums[:, current])
        at_most[i] += np.searchsorted(column, s[i], side="right")
        at_least[i] += column.size - np.searchsorted(column, s[i], side="left")


@njit(cache=True, nogil=True)
def replace_own(
    cells: NDArray[np.int64],
    sums: NDArray[np.int64],
    own: NDArray[np.int64],
    k: NDArray[np.int64],
    s: NDArray[np.int64],
    at_most: NDArray[np.int64],
    at_least: NDArray[np.int64],
) -> None:
    """Correct the ranks of cells that were drawn for their own window.

    Parameters
    ----------
    cells
        The cells drawn, shape (draws, k_max + 1).
    sums
        Sums of the first k values drawn in column ``k``, shape (draws, k_max + 2).
    own
        Value of each cell, shape (n,).
    k
        Others in each cell's window, 0 to k_max; shape (n,).
    s
        Sum of those others, shape (n,).
    at_most, at_least
        From `add_total_ranks`, shape (n,); corrected.
    """
    for draw in range(cells.shape[0]):
        for at in range(cells.shape[1]):
            cell = cells[draw, at]
            if at >= k[cell]:
                continue
            wrong = sums[draw, k[cell]]
            right = sums[draw, k[cell] + 1] - own[cell]
            at_most[cell] += int(right <= s[cell]) - int(wrong <= s[cell])
            at_least[cell] += int(right >= s[cell]) - int(wrong >= s[cell])


def drawn_total_tails(
    own: NDArray[np.int64],
    k: NDArray[np.int64],
    s: NDArray[np.int64],
    draws: int,
    rng: np.random.Generator,
) -> _Tails:
    """Return both tails of window sums when all values are dealt to the cells at random.

    Parameters
    ----------
    own
        Value of each cell, shape (n,).
    k
        Cells in the window of each cell, 1 to n; shape (n,).
    s
        Sum in that window, shape (n,).
    draws
        Samples drawn, >= 1.
    rng
        Where chance comes from.

    Returns
    -------
    p_lo, p_hi : ndarray of float64, shape (n,)
        ``(1 + samples as far out) / (1 + draws)``; ties count in both.
    """
    at_most, at_least = np.zeros((2, own.size), dtype=np.int64)
    order = np.argsort(k, kind="stable")
    for _, sums in _blocks(own, int(k.max()), draws, rng):
        add_total_ranks(sums, k, s, order, at_most, at_least)
    return _shares(at_most, draws), _shares(at_least, draws)


def drawn_conditional_tails(
    own: NDArray[np.int64],
    k: NDArray[np.int64],
    s: NDArray[np.int64],
    draws: int,
    rng: np.random.Generator,
) -> _Tails:
    """Return both tails of window sums when each cell keeps its own value.

    Parameters
    ----------
    own
        Value of each cell, shape (n,).
    k
        Cells in the window of each cell, that cell included, 1 to n; shape (n,).
    s
        Sum in that window, that cell included; shape (n,).
    draws
        Samples drawn, >= 1.
    rng
        Where chance comes from.

    Returns
    -------
    p_lo, p_hi : ndarray of float64, shape (n,)
        ``(1 + samples as far out) / (1 + draws)``; ties count in both.
    """
    at_most, at_least = np.zeros((2, own.size), dtype=np.int64)
    others, beside = k - 1, s - own
    order = np.argsort(others, kind="stable")
    for cells, sums in _blocks(own, int(k.max()), draws, rng):
        add_total_ranks(sums, others, beside, order, at_most, at_least)
        replace_own(cells, sums, own, others, beside, at_most, at_least)
    return _shares(at_most, draws), _shares(at_least, draws)


def _shares(ranks: NDArray[np.int64], draws: int) -> NDArray[np.float64]:
    """Return ranks among the draws and what was seen, as shares."""
    return np.asarray((1.0 + ranks) / (1.0 + draws), dtype=np.float64)


def _blocks(
    own: NDArray[np.int64], k_max: int, draws: int, rng: np.random.Generator
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield cells drawn, and the sums of the first 0, 1, ... k_max of their values."""
    shuffled = np.arange(own.size)
    for start in range(0, draws, _BLOCK):
        size = min(_BLOCK, draws - start)
        cells = np.empty((size, k_max), dtype=np.int64)
        draw_cells(shuffled, rng.random((size, k_max)), cells)
        sums = np.zeros((size, k_max + 1), dtype=np.int64)
        np.cumsum(own[cells], axis=1, out=sums[:, 1:])
        yield cells, sums
