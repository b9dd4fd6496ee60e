"""Events in cylinders of discs and last days, and how unlikely their number is.

References
----------
Kulldorff, M., Heffernan, R., Hartman, J., Assunção, R. & Mostashari, F. (2005). A space-time
permutation scan statistic for disease outbreak detection. PLoS Medicine 2(3), e59.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def count_in_cylinders(
    cells: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    offsets: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    centre_at: NDArray[np.int64],
    counts: NDArray[np.int64],
) -> None:
    """Count the events in each disc around each centre, over each number of last days.

    Only centres near an event are visited: most of a city had none this week.

    Parameters
    ----------
    cells
        Row, column and age (whole days, 0 for the last day) of each event, shape (n,).
    offsets
        Rows and columns from a cell to those in the largest disc, and the smallest disc that
        holds each, shape (n_offsets,). Discs hold one another.
    centre_at
        The centre in each cell of the lattice, -1 for none; shape (n_rows, n_cols).
    counts
        Shape (n_centres, n_discs, n_windows); every entry is written. ``[i, r, w]`` counts the
        events in disc r of age w or less.
    """
    row, col, age = cells
    down, right, disc = offsets
    n_rows, n_cols = centre_at.shape
    n_discs, n_windows = counts.shape[1], counts.shape[2]
    touched = np.zeros(counts.shape[0], dtype=np.bool_)
    counts[:] = 0
    for k in range(row.size):
        for o in range(down.size):
            at_row, at_col = row[k] - down[o], col[k] - right[o]
            if 0 <= at_row < n_rows and 0 <= at_col < n_cols:
                centre = centre_at[at_row, at_col]
                if centre >= 0:
                    counts[centre, disc[o], age[k]] += 1
                    touched[centre] = True
    for i in range(counts.shape[0]):
        if touched[i]:
            for r in range(n_discs):
                for w in range(1, n_windows):
                    counts[i, r, w] += counts[i, r, w - 1]
            for r in range(1, n_discs):
                for w in range(n_windows):
                    counts[i, r, w] += counts[i, r - 1, w]


@njit(cache=True, nogil=True)
def likelihood_ratio(
    count: int, in_disc: int, in_window: int, total: int, least: int, most: int
) -> float:
    """Return the logarithm of the likelihood ratio of one cylinder; 0 where it is no cluster.

    Parameters
    ----------
    count
        Events in the cylinder.
    in_disc, in_window
        Events in its disc at any time, and in its days anywhere.
    total
        All events.
    least
        Fewer events than this are no cluster.
    most
        Nor is a disc with more events than this, at any time.

    Returns
    -------
    float
        ``c ln(c / E) + (C - c) ln((C - c) / (C - E))`` with ``E = in_disc in_window / C``
        where ``c > E``, else 0.
    """
    if count < least or in_disc > most or count * total <= in_disc * in_window:
        return 0.0
    expected = in_disc * in_window / total
    outside = total - count
    ratio = count * math.log(count / expected)
    if outside > 0:
        ratio += outside * math.log(outside / (total - expected))
    return ratio


@njit(cache=True, nogil=True)
def likelihood_ratios(
    counts: NDArray[np.int64],
    in_disc: NDArray[np.int64],
    in_window: NDArray[np.int64],
    limits: tuple[int, int, int],
    out: NDArray[np.float64],
) -> float:
    """Fill in the logarithm of each cylinder's likelihood ratio and return the greatest.

    Parameters
    ----------
    counts
        From `count_in_cylinders`, shape (n_centres, n_discs, n_windows).
    in_disc
        Events in each disc at any time, shape (n_centres, n_discs).
    in_window
        Events of each age or less anywhere, shape (n_windows,).
    limits
        ``total``, ``least`` and ``most`` of `likelihood_ratio`.
    out
        Of the shape of ``counts``, or of no size where only the greatest is wanted.

    Returns
    -------
    float
        0 where no cylinder is a cluster.
    """
    total, least, most = limits
    greatest = 0.0
    for i in range(counts.shape[0]):
        for r in range(counts.shape[1]):
            for w in range(counts.shape[2]):
                ratio = likelihood_ratio(
                    counts[i, r, w], in_disc[i, r], in_window[w], total, least, most
                )
                if out.size > 0:
                    out[i, r, w] = ratio
                greatest = max(greatest, ratio)
    return greatest
