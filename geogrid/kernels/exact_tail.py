"""Exact tails of the sum of k counts drawn without replacement from a finite population.

This is what a permutation test of a window sum simulates: deal the counts to the cells at
random, and a window of k cells holds a simple random sample of k of them. The sum's
distribution is ``[t^k x^s] prod_v (1 + t x^v)^{m_v} / C(N, k)`` for ``m_v`` cells of count
``v`` (Cochran 1977, ch. 2, for the sampling; David & Barton 1962 for the generating function).

The product is built one value at a time, in probabilities: of k draws, j come from the new
value's cells with hypergeometric probability. Only positive numbers are added, so tails keep
their relative accuracy however small, and nothing over- or underflows for large k.
Sums over the largest one asked for are kept together in one last column.

References
----------
Cochran, W. G. (1977). Sampling Techniques, 3rd ed., ch. 2. Wiley.
David, F. N. & Barton, D. E. (1962). Combinatorial Chance. Griffin.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_Tails = tuple[NDArray[np.float64], NDArray[np.float64]]
_NEGLIGIBLE = 1e-40  # share of the mode's; far below any p-value that a correction can use


@njit(cache=True, nogil=True)
def _hypergeometric(k: int, others: int, members: int, weights: NDArray[np.float64]) -> int:
    """Fill in the chance that j of k draws are members, and return the largest j that counts.

    The weights come from their ratios, outwards from the mode: logarithms of factorials
    would cost seven digits at a million cells.
    """
    weights[:] = 0.0
    least, most = max(0, k - others), min(members, k)
    mode = min(max((k + 1) * (members + 1) // (others + members + 2), least), most)
    weights[mode] = 1.0
    total, last = 1.0, mode
    for j in range(mode, most):
        weight = weights[j] * (members - j) * (k - j) / ((j + 1.0) * (others - k + j + 1.0))
        if weight < _NEGLIGIBLE:
            break
        weights[j + 1] = weight
        total += weight
        last = j + 1
    for j in range(mode, least, -1):
        weight = weights[j] * j * (others - k + j) / ((members - j + 1.0) * (k - j + 1.0))
        if weight < _NEGLIGIBLE:
            break
        weights[j - 1] = weight
        total += weight
    for j in range(last + 1):
        weights[j] /= total
    return last


@njit(cache=True, nogil=True)
def draw_sum_table(
    values: NDArray[np.int64], members: NDArray[np.int64], k_max: int, s_max: int
) -> NDArray[np.float64]:
    """Return the distribution of the sum of k draws without replacement, for every k.

    Parameters
    ----------
    values
        Distinct counts, rising, >= 0; shape (v,).
    members
        How many of the population have each count, >= 1; shape (v,).
    k_max
        Largest number of draws, at most the population's size.
    s_max
        Largest sum told apart.

    Returns
    -------
    ndarray of float64, shape (k_max + 1, s_max + 2)
        ``[k, s]`` is the chance that k draws sum to s; ``[k, s_max + 1]`` that they sum to
        more than ``s_max``. Each row sums to one.
    """
    table = np.zeros((k_max + 1, s_max + 2))
    table[0, 0] = 1.0
    top = np.zeros(k_max + 1, dtype=np.int64)  # largest sum of k draws so far, up to s_max
    weights = np.zeros(k_max + 1)
    others = 0
    for index in range(values.size):
        value = values[index]
        # From the largest k down, the rows of fewer draws still lack the new value.
        for k in range(min(k_max, others + members[index]), 0, -1):
            last = _hypergeometric(k, others, members[index], weights)
            for s in range(top[k] + 1):
                table[k, s] *= weights[0]
            table[k, s_max + 1] *= weights[0]
            for j in range(1, last + 1):
                weight = weights[j]
                if weight == 0.0:
                    continue
                shift, source = j * value, k - j
                fits = min(top[source], s_max - shift)
                beyond = table[source, s_max + 1]
                for s in range(fits + 1):
                    table[k, s + shift] += weight * table[source, s]
                for s in range(max(fits + 1, 0), top[source] + 1):
                    beyond += table[source, s]
                table[k, s_max + 1] += weight * beyond
                top[k] = max(top[k], min(top[source] + shift, s_max))
        others += members[index]
    return table


@njit(cache=True, nogil=True)
def without_one(
    table: NDArray[np.float64], size: int, value: int, out: NDArray[np.float64]
) -> None:
    """Fill in the table of the population that lacks one member.

    Divides the generating function by ``1 + t x^value``: the first draw is that member with
    chance k / size, or it is not drawn. The errors shrink with k as long as
    ``2 * k < size``.

    Parameters
    ----------
    table
        From `draw_sum_table`, with fewer rows than half of ``size``.
    size
        Population size of ``table``.
    value
        The count of the member taken out.
    out
        Of the shape of ``table``; every entry is written.
    """
    n_rows, n_cols = table.shape
    over = n_cols - 1
    out[0] = 0.0
    out[0, 0] = 1.0
    for k in range(1, n_rows):
        drawn = k / size
        beyond = out[k - 1, over]
        for s in range(max(over - value, 0), over):
            beyond += out[k - 1, s]
        for s in range(over):
            rest = table[k, s] - (drawn * out[k - 1, s - value] if s >= value else 0.0)
            out[k, s] = max(rest, 0.0) / (1.0 - drawn)
        out[k, over] = max(table[k, over] - drawn * beyond, 0.0) / (1.0 - drawn)


@njit(cache=True, nogil=True)
def _look_up(
    table: NDArray[np.float64],
    k: NDArray[np.int64],
    s: NDArray[np.int64],
    order: NDArray[np.int64],
) -> _Tails:
    """Return P(S <= s) and P(S >= s) for queries that ``order`` sorts by k."""
    n_cols = table.shape[1]
    p_lo, p_hi = np.empty(k.size), np.empty(k.size)
    lower, upper = np.empty(n_cols), np.empty(n_cols)
    current = -1
    for i in order:
        if k[i] != current:
            current = k[i]
            below, above = 0.0, 0.0
            for column in range(n_cols):
                below += table[current, column]
                above += table[current, n_cols - 1 - column]
                lower[column] = below
                upper[n_cols - 1 - column] = above
        p_lo[i] = min(lower[s[i]], 1.0)
        p_hi[i] = min(upper[s[i]], 1.0)
    return p_lo, p_hi


def total_tails(
    values: NDArray[np.int64],
    members: NDArray[np.int64],
    k: NDArray[np.int64],
    s: NDArray[np.int64],
) -> _Tails:
    """Return both tails of window sums when all counts are dealt to the cells at random.

    Parameters
    ----------
    values, members
        The population: distinct counts, rising, and how many cells have each; shape (v,).
    k
        Cells in each window, 1 to the population's size; shape (n,).
    s
        Sum in each window, >= 0; shape (n,).

    Returns
    -------
    p_lo, p_hi : ndarray of float64, shape (n,)
        Chance of a sum of at most, and of at least, the one seen. Ties count in both.
    """
    table = draw_sum_table(values, members, int(k.max()), int(s.max()))
    return _look_up(table, k, s, np.argsort(k, kind="stable"))


def conditional_tails(
    values: NDArray[np.int64],
    members: NDArray[np.int64],
    own: NDArray[np.int64],
    k: NDArray[np.int64],
    s: NDArray[np.int64],
) -> _Tails:
    """Return both tails of window sums when each cell keeps its own count.

    The other cells of the window are then a sample from the population without that cell.

    Parameters
    ----------
    values, members
        The population: distinct counts, rising, and how many cells have each; shape (v,).
    own
        Count of the cell in the middle of each window; shape (n,).
    k
        Cells in each window, that cell included, 1 to the population's size; shape (n,).
    s
        Sum in each window, that cell included; shape (n,).

    Returns
    -------
    p_lo, p_hi : ndarray of float64, shape (n,)
        Chance of a sum of at most, and of at least, the one seen. Ties count in both.
    """
    size = int(members.sum())
    k_max, s_max = int(k.max()) - 1, int((s - own).max())
    divide = 2 * k_max < size
    table = draw_sum_table(values, members, k_max, s_max) if divide else np.zeros((0, 0))
    rest = np.empty_like(table)  # one for all: fresh pages would cost more than the sums
    p_lo, p_hi = np.empty(k.size), np.empty(k.size)
    for value, group in _groups(own):
        if divide:
            without_one(table, size, value, rest)
        else:
            fewer = members - (values == value)
            rest = draw_sum_table(values[fewer > 0], fewer[fewer > 0], k_max, s_max)
        draws, sums = k[group] - 1, s[group] - value
        tails = _look_up(rest, draws, sums, np.argsort(draws, kind="stable"))
        p_lo[group], p_hi[group] = tails
    return p_lo, p_hi


def _groups(own: NDArray[np.int64]) -> list[tuple[int, NDArray[np.int64]]]:
    """Return each distinct count with the positions that have it."""
    order = np.argsort(own, kind="stable")
    distinct, starts = np.unique(own[order], return_index=True)
    return list(zip(distinct.tolist(), np.split(order, starts[1:]), strict=True))
