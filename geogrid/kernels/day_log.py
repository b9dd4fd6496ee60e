"""A day of fixes, unit by unit: projected, cleaned and walked while they are in the cache.

One unit's day is some hundred kilobytes. Doing each step for all units before the next one would
read and write the whole day at each, and take twice as long.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geogrid.kernels.cleaning import (
    KEPT,
    Cleaned,
    Thresholds,
    hold_stays,
    mark_frozen,
    mark_spikes,
)
from geogrid.kernels.fixes import Fixes
from geogrid.kernels.polynomial import Lattice, fill_pair
from geogrid.kernels.walk import Log, WalkRules, empty_log, walk_on


class Beyond(NamedTuple):
    """Fixes that the polynomials do not reach: which, rising, and where they are, metres."""

    at: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]


class DayLog(NamedTuple):
    """Stays; what became of each fix; the kept ones: unit, time, place in cells, in a depot."""

    log: Log
    reason: NDArray[np.int8]
    unit: NDArray[np.int32]
    t: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    in_depot: NDArray[np.bool_]


@njit(cache=True, nogil=True)
def day_log(
    fixes: Fixes,
    in_depot: NDArray[np.bool_],
    lattice: Lattice,
    beyond: Beyond,
    rules: tuple[Thresholds, WalkRules],
    edges: NDArray[np.int64],
) -> DayLog:
    """Return the stays of a day's fixes.

    Parameters
    ----------
    fixes
        Those of the day and of each unit its last three before and first three after, in 1e-7
        degrees, sorted by unit and time.
    in_depot
        Whether a fix lies in a registered depot; none does where it is empty.
    lattice
        How places become cells.
    beyond
        Fixes outside the polynomials' frame.
    rules
        Thresholds of cleaning, and of the walk.
    edges
        Limits of the day's hours, milliseconds UTC, rising.

    Returns
    -------
    DayLog
        The log as `geogrid.kernels.walk.walk` has it. Of kept fixes next to the day and of
        those in it, in order.
    """
    size = fixes.t.size
    out = DayLog(
        empty_log(size),
        np.zeros(size, np.int8),
        np.empty(size, np.int32),
        np.empty(size, np.int64),
        np.empty(size, np.float64),
        np.empty(size, np.float64),
        np.zeros(size, np.bool_),
    )
    log, n, kept, first, far = out.log, 0, 0, 0, 0
    while first < size:
        after = first + 1
        while after < size and fixes.unit[after] == fixes.unit[first]:
            after += 1
        x, y = np.empty(after - first), np.empty(after - first)
        lon, lat = fixes.lon[first:after], fixes.lat[first:after]
        fill_pair(x, y, lattice.x, lattice.y, lattice.frame, lon, lat, 1e7)
        while far < beyond.at.size and beyond.at[far] < after:
            x[beyond.at[far] - first], y[beyond.at[far] - first] = beyond.x[far], beyond.y[far]
            far += 1
        reason, t = out.reason[first:after], fixes.t[first:after]
        clean = Cleaned(reason, np.zeros(reason.size, np.bool_), x.copy(), y.copy())
        _clean(clean, t, x, y, rules[0], edges)
        _to_cells(clean, lattice.cells)
        until = kept + _keep(out, kept, clean, t, in_depot[first:after])
        out.unit[kept:until] = fixes.unit[first]
        place = out.x[kept:until], out.y[kept:until], out.in_depot[kept:until]
        track, cell_mm = (out.t[kept:until], *place), lattice.cells[2] * 1e3
        log, n = walk_on(log, n, fixes.unit[first], track, cell_mm, rules[1], edges)
        kept = until
        first = after
    return DayLog(
        log[:n],
        out.reason,
        out.unit[:kept],
        out.t[:kept],
        out.x[:kept],
        out.y[:kept],
        out.in_depot[:kept],
    )


@njit(cache=True, nogil=True)
def _clean(
    clean: Cleaned,
    t: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    thresholds: Thresholds,
    edges: NDArray[np.int64],
) -> None:
    """Clean one unit's fixes by the rules of `geogrid.kernels.cleaning`."""
    start, end = edges[0], edges[-1]
    mark_spikes(clean.reason, 0, t.size, t, x, y, thresholds.max_m_s)
    mark_frozen(clean.reason, 0, t.size, t, x, y, thresholds, start, end)
    hold_stays(clean, 0, t.size, t, x, y, thresholds, start, end)


@njit(cache=True, nogil=True)
def _to_cells(clean: Cleaned, cells: tuple[float, float, float]) -> None:
    """Turn metres into cells from the lattice's origin, in place."""
    x, y = clean.x, clean.y
    west, south, size = cells
    for i in range(x.size):
        x[i], y[i] = (x[i] - west) / size, (y[i] - south) / size


@njit(cache=True, nogil=True)
def _keep(
    out: DayLog, n: int, clean: Cleaned, t: NDArray[np.int64], in_depot: NDArray[np.bool_]
) -> int:
    """Append one unit's kept fixes to those of the day; return how many there are."""
    reason, x, y = clean.reason, clean.x, clean.y
    out_t, out_x, out_y, out_depot = out.t, out.x, out.y, out.in_depot
    k = n
    for i in range(t.size):
        out_t[k], out_x[k], out_y[k] = t[i], x[i], y[i]
        k += reason[i] == KEPT
    if in_depot.size > 0:
        k = n
        for i in range(t.size):
            out_depot[k] = in_depot[i]
            k += reason[i] == KEPT
    return k - n
