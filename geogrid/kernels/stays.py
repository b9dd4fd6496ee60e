"""Unions, visits and absences of stays in cells: one pass over sorted intervals."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def presence(
    cell: NDArray[np.int64],
    enter: NDArray[np.int64],
    leave: NDArray[np.int64],
    n_cells: int,
    window_ms: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return time with at least one unit, and the longest time without, per cell.

    Parameters
    ----------
    cell
        Position of the cell of each stay, sorted; ties by ``enter``.
    enter, leave
        Limits of each stay on the clock of the window, milliseconds in [0, window_ms].
    n_cells
        Number of cells.
    window_ms
        Length of the window.

    Returns
    -------
    present, absent : ndarray of int, shape (n_cells,)
        Milliseconds; the edges of the window bound an absence.
    """
    present = np.zeros(n_cells, np.int64)
    absent = np.full(n_cells, window_ms, np.int64)
    i = 0
    while i < cell.size:
        at, until, longest, total = cell[i], np.int64(0), np.int64(0), np.int64(0)
        while i < cell.size and cell[i] == at:
            if enter[i] > until:
                longest = max(longest, enter[i] - until)
                total += leave[i] - enter[i]
                until = leave[i]
            elif leave[i] > until:
                total += leave[i] - until
                until = leave[i]
            i += 1
        present[at] = total
        absent[at] = max(longest, window_ms - until)
    return present, absent


@njit(cache=True, nogil=True)
def visits(
    cell: NDArray[np.int64],
    unit: NDArray[np.int64],
    enter: NDArray[np.int64],
    leave: NDArray[np.int64],
    n_cells: int,
    back_within_ms: int,
    at_least_ms: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return visits and distinct units per cell.

    A unit's stays are one visit when it is back in time; a visit whose stays are shorter in
    sum than the least stay is left out.

    Parameters
    ----------
    cell, unit
        Of each stay, sorted by cell, unit and ``enter``.
    enter, leave
        Milliseconds.
    n_cells
        Number of cells.
    back_within_ms, at_least_ms
        The two thresholds.

    Returns
    -------
    n_visits, n_units : ndarray of int, shape (n_cells,)
        Counts.
    """
    n_visits = np.zeros(n_cells, np.int64)
    n_units = np.zeros(n_cells, np.int64)
    i = 0
    while i < cell.size:
        at, who = cell[i], unit[i]
        n_units[at] += 1
        stayed, until = np.int64(0), enter[i]
        while i < cell.size and cell[i] == at and unit[i] == who:
            if enter[i] - until > back_within_ms:
                n_visits[at] += stayed >= at_least_ms
                stayed = np.int64(0)
            stayed += leave[i] - enter[i]
            until = max(until, leave[i])
            i += 1
        n_visits[at] += stayed >= at_least_ms
    return n_visits, n_units
