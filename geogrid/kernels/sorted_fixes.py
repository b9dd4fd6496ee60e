"""Fixes in order of unit and time: whether they are, and two such lists made one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray


class Fixes(NamedTuple):
    """Unit (its number), time (ms UTC), longitude and latitude (1e-7 degrees) of each fix."""

    unit: NDArray[np.int32]
    t: NDArray[np.int64]
    lon: NDArray[np.int32]
    lat: NDArray[np.int32]


@njit(cache=True, nogil=True)
def out_of_order(unit: NDArray[np.int32], t: NDArray[np.int64]) -> int:
    """Return how many fixes do not follow the one before: by unit, then by rising time.

    Parameters
    ----------
    unit, t
        Unit and time of each fix, shape (n,).

    Returns
    -------
    int
        0 for fixes in order, one per unit and time.
    """
    wrong = 0
    for i in range(1, t.size):
        same = unit[i] == unit[i - 1]
        wrong += (unit[i] < unit[i - 1]) | (same & (t[i] <= t[i - 1]))
    return wrong


@njit(cache=True, nogil=True)
def merged(many: Fixes, few: Fixes) -> Fixes:
    """Return two lists of fixes as one; both are in order, and no unit and time is in both.

    Parameters
    ----------
    many, few
        In order of unit and time, with the same numbers for units.

    Returns
    -------
    Fixes
        In order of unit and time.
    """
    size = many.t.size + few.t.size
    unit, t = np.empty(size, np.int32), np.empty(size, np.int64)
    lon, lat = np.empty(size, np.int32), np.empty(size, np.int32)
    i, copied = 0, 0  # taken from many; from both
    for j in range(few.t.size + 1):
        end = many.t.size
        if j < few.t.size:
            end = _place(many, i, few.unit[j], few.t[j])
        for k in range(end - i):
            unit[copied + k], t[copied + k] = many.unit[i + k], many.t[i + k]
            lon[copied + k], lat[copied + k] = many.lon[i + k], many.lat[i + k]
        i, copied = end, copied + end - i
        if j < few.t.size:
            unit[copied], t[copied] = few.unit[j], few.t[j]
            lon[copied], lat[copied] = few.lon[j], few.lat[j]
            copied += 1
    return Fixes(unit, t, lon, lat)


@njit(cache=True, nogil=True)
def _place(fixes: Fixes, low: int, unit: int, t: int) -> int:
    """Return the first position from ``low`` on that does not come before a unit and time."""
    high = fixes.t.size
    while low < high:
        middle = (low + high) // 2
        here = fixes.unit[middle]
        if here < unit or (here == unit and fixes.t[middle] < t):
            low = middle + 1
        else:
            high = middle
    return low
