"""Points that the same sites reach, counted as one while they go by.

What a point is reached by is a row of bits, one a site. Rows are found again in a table by open
addressing (Knuth 1998, The Art of Computer Programming 3, section 6.4, algorithm L), compared in
full, so that no two different rows are ever one.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_EMPTY = -1
_FIRST_SLOTS = 1 << 12
_WORD = 64  # bits
_A, _B, _C = np.uint64(13), np.uint64(7), np.uint64(17)
_ONE = np.uint64(1)


@njit(cache=True, nogil=True)
def _slot(row: NDArray[np.uint64], n_slots: int) -> np.int64:
    """Return where a row of bits is looked for first (xorshift; Marsaglia 2003)."""
    key = np.uint64(0)
    for k in range(row.size):
        key = key ^ row[k]
        for _ in range(2):
            key ^= key << _A
            key ^= key >> _B
            key ^= key << _C
    return np.int64(key & np.uint64(n_slots - 1))


@njit(cache=True, nogil=True)
def _rehashed(rows: NDArray[np.uint64], n_rows: int, n_slots: int) -> NDArray[np.int64]:
    """Return a larger table of the rows that are known."""
    slots = np.full(n_slots, _EMPTY, np.int64)
    for row in range(n_rows):
        at = _slot(rows[row], n_slots)
        while slots[at] != _EMPTY:
            at = (at + 1) & (n_slots - 1)
        slots[at] = row
    return slots


@njit(cache=True, nogil=True)
def merged_points(
    point: NDArray[np.float64],
    weight: NDArray[np.int64],
    corner: NDArray[np.float64],
    site: NDArray[np.int64],
    reach: NDArray[np.int64],
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the different sets of sites that reach points, and what the points of each weigh.

    Parameters
    ----------
    point
        Points, metres, shape (m, 2).
    weight
        Of each, shape (m,).
    corner
        Where millimetres are counted from, shape (2,).
    site
        Sites, mm from there, shape (n, 2).
    reach
        Range of each site, mm, shape (n,).

    Returns
    -------
    rows : ndarray of uint64, shape (n_sets, n_words)
        Bit ``i % 64`` of word ``i // 64`` is site ``i``; sets in the order of their first point.
    total : ndarray of int, shape (n_sets,)
        Weights.
    """
    n_words = (reach.size + _WORD - 1) // _WORD
    n_slots = _FIRST_SLOTS
    slots = np.full(n_slots, _EMPTY, np.int64)
    rows = np.zeros((n_slots // 2, n_words), np.uint64)
    total = np.zeros(n_slots // 2, np.int64)
    row = np.zeros(n_words, np.uint64)
    n_rows = 0
    for j in range(weight.size):
        x = np.int64(np.rint((point[j, 0] - corner[0]) * 1000.0))
        y = np.int64(np.rint((point[j, 1] - corner[1]) * 1000.0))
        for k in range(n_words):
            word = np.uint64(0)
            first = k * _WORD
            for i in range(first, min(first + _WORD, reach.size)):
                dx, dy = x - site[i, 0], y - site[i, 1]
                if dx * dx + dy * dy <= reach[i] * reach[i]:
                    word |= _ONE << np.uint64(i - first)
            row[k] = word
        at = _slot(row, n_slots)
        while slots[at] != _EMPTY and not np.array_equal(rows[slots[at]], row):
            at = (at + 1) & (n_slots - 1)
        if slots[at] == _EMPTY:
            slots[at] = n_rows
            rows[n_rows] = row
            n_rows += 1
        total[slots[at]] += weight[j]
        if n_rows == rows.shape[0]:  # half full
            n_slots *= 2
            slots = _rehashed(rows, n_rows, n_slots)
            rows = np.concatenate((rows, np.zeros_like(rows)))
            total = np.concatenate((total, np.zeros_like(total)))
    return rows[:n_rows].copy(), total[:n_rows].copy()
