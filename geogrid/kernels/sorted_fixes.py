"""Two lists of fixes, each in order of unit and time, made one."""

from __future__ import annotations

import numpy as np
from numba import njit

from geogrid.kernels.fixes import Fixes


def empty_fixes(size: int) -> Fixes:
    """Return room for fixes.

    Parameters
    ----------
    size
        How many.

    Returns
    -------
    Fixes
        To be filled by `merge_on`.
    """
    return Fixes(
        np.empty(size, np.int32),
        np.empty(size, np.int64),
        np.empty(size, np.int32),
        np.empty(size, np.int32),
    )


@njit(cache=True, nogil=True)
def merge_on(out: Fixes, n: int, part: Fixes, few: Fixes, used: int) -> tuple[int, int]:
    """Append a part of a list of fixes, and of a few others those that come before its end.

    Parameters
    ----------
    out, n
        Takes the fixes; how many it has.
    part
        The next of the list.
    few
        The others, in order.
    used
        How many of them ``out`` has.

    Returns
    -------
    n, used : int
        How many of all, and of the few, ``out`` has now.
    """
    i = 0  # taken from the part
    while i < part.t.size:
        end = part.t.size
        if used < few.t.size:
            end = _place(part, i, few.unit[used], few.t[used])
        size = end - i
        out.unit[n : n + size], out.t[n : n + size] = part.unit[i:end], part.t[i:end]
        out.lon[n : n + size], out.lat[n : n + size] = part.lon[i:end], part.lat[i:end]
        i, n = end, n + size
        if i < part.t.size:
            out.unit[n], out.t[n] = few.unit[used], few.t[used]
            out.lon[n], out.lat[n] = few.lon[used], few.lat[used]
            n, used = n + 1, used + 1
    return n, used


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
    out = empty_fixes(many.t.size + few.t.size)
    n, used = merge_on(out, 0, many, few, 0)
    put_rest(out, n, few, used)
    return out


def put_rest(out: Fixes, n: int, few: Fixes, used: int) -> None:
    """Append those of a few fixes that come after all of a list.

    Parameters
    ----------
    out, n, few, used
        As `merge_on` left them.
    """
    out.unit[n:], out.t[n:] = few.unit[used:], few.t[used:]
    out.lon[n:], out.lat[n:] = few.lon[used:], few.lat[used:]


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
