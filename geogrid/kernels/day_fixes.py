"""The fixes of a day that are kept, on the lattice, and figures of each unit's receiver."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geogrid.kernels.cleaning import FROZEN, KEPT, SPIKE

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
    n_steps = 0
    for i in range(t.size):
        inside = day[0] <= t[i] < day[1]
        out.kept[unit[i]] += inside and reason[i] == KEPT
        out.spike[unit[i]] += inside and reason[i] == SPIKE
        out.frozen[unit[i]] += inside and reason[i] == FROZEN
        ends = i + 1 == t.size or unit[i + 1] != unit[i]
        if inside and not ends:
            steps[min((t[i + 1] - t[i] + 500) // 1000, LONGEST_STEP_S)] += 1
            n_steps += 1
        if ends and n_steps > 0:
            below, second = steps[0], 0
            while 2 * below < n_steps:
                second += 1
                below += steps[second]
            out.step_s[unit[i]] = second
            steps[:], n_steps = 0, 0
    return out


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
