"""The fixes of a day that are kept, on the lattice, and figures of each unit's receiver."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geogrid.kernels.cleaning import FROZEN, SPIKE

LONGEST_STEP_S = 3600  # longer ways between two fixes count as this in the usual one


class UnitFixes(NamedTuple):
    """Per unit: fixes kept, spikes, frozen ones, and the usual time between two, seconds."""

    kept: NDArray[np.int64]
    spike: NDArray[np.int64]
    frozen: NDArray[np.int64]
    step_s: NDArray[np.int64]


@njit(cache=True, nogil=True)
def unit_fixes(
    unit: NDArray[np.int32],
    t: NDArray[np.int64],
    reason: NDArray[np.int8],
    n_units: int,
    day: tuple[int, int],
) -> UnitFixes:
    """Return how many fixes of the day each unit has by what became of them, and how often.

    Parameters
    ----------
    unit, t
        Unit and time (ms) of each fix, sorted by both.
    reason
        What became of it, as in `geogrid.kernels.cleaning`.
    n_units
        Number of units.
    day
        Limits of the local day, ms.

    Returns
    -------
    UnitFixes
        ``step_s`` is the median of the times between a fix and the next one, whole seconds; 0
        for a unit with one fix.
    """
    out = UnitFixes(
        np.zeros(n_units, np.int64),
        np.zeros(n_units, np.int64),
        np.zeros(n_units, np.int64),
        np.zeros(n_units, np.int64),
    )
    steps = np.zeros(LONGEST_STEP_S + 1, np.int64)
    first = 0
    while first < t.size:
        who, after = unit[first], first + 1
        while after < t.size and unit[after] == who:
            after += 1
        begin, end = first, after  # of the day
        while begin < end and t[begin] < day[0]:
            begin += 1
        while end > begin and t[end - 1] >= day[1]:
            end -= 1
        spike, frozen = 0, 0
        for i in range(begin, end):
            spike += reason[i] == SPIKE
            frozen += reason[i] == FROZEN
        out.spike[who], out.frozen[who] = spike, frozen
        out.kept[who] = end - begin - spike - frozen
        end = min(end, after - 1)
        _count_steps(steps, t[begin : end + 1])
        if end > begin:
            out.step_s[who] = _median(steps, end - begin)
            steps[:] = 0
        first = after
    return out


@njit(cache=True, nogil=True)
def _count_steps(counts: NDArray[np.int64], t: NDArray[np.int64]) -> None:
    """Count the times between fixes, whole seconds; equal ones in a row at once."""
    ms, run = np.int64(0), 0
    for i in range(t.size - 1):
        step = t[i + 1] - t[i]
        if step != ms:
            counts[min(int(ms + 500) // 1000, LONGEST_STEP_S)] += run
            ms, run = step, 0
        run += 1
    counts[min(int(ms + 500) // 1000, LONGEST_STEP_S)] += run


@njit(cache=True, nogil=True)
def _median(counts: NDArray[np.int64], n: int) -> int:
    """Return the median of ``n`` whole numbers, given how often each of 0, 1, 2, ... occurs."""
    below, value = counts[0], 0
    while 2 * below < n:
        value += 1
        below += counts[value]
    return value


@njit(cache=True, nogil=True)
def silent_after(
    unit: NDArray[np.int32], t: NDArray[np.int64], max_gap_ms: int, day: tuple[int, int]
) -> NDArray[np.int64]:
    """Return the fixes after which a unit is silent for too long, at some time of the day.

    Parameters
    ----------
    unit, t
        Unit and time (ms) of each fix that is kept, sorted by both.
    max_gap_ms
        The longest time that is no silence.
    day
        Limits of the local day, ms.

    Returns
    -------
    ndarray of int
        Positions, rising.
    """
    found = np.empty(t.size, np.int64)
    n = 0
    for i in range(t.size - 1):
        if t[i + 1] - t[i] > max_gap_ms and unit[i + 1] == unit[i]:
            found[n] = i
            n += t[i + 1] > day[0] and t[i] < day[1]
    return found[:n].copy()
