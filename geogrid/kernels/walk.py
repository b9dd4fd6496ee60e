"""Where a unit was between two fixes, cell by cell and hour by hour, in whole milliseconds.

A segment is followed at constant speed through the lines of the lattice and through the
hours of the day at once: Amanatides, J. & Woo, A. (1987), A Fast Voxel Traversal Algorithm
for Ray Tracing, with time as a third axis. The number of steps on each axis is counted
beforehand, so no comparison of floats decides where the walk ends; times and distances at
the crossings are rounded and subtracted, so the pieces sum to the segment exactly.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

SILENT = 1  # longer than the allowed gap: nobody knows
REJECTED = 2  # faster than a unit can go: one of the two fixes is wrong
STANDING = 3
MOVING = 4
DEPOT = 5


class WalkRules(NamedTuple):
    """Thresholds of the walk, in milliseconds and millimetres."""

    max_gap_ms: int
    max_mm_per_ms: float
    standing_mm_per_ms: float


class Runs(NamedTuple):
    """Stays in order of unit and time: one per unit, cell, hour and kind of time."""

    unit: NDArray[np.int32]
    col: NDArray[np.int32]
    row: NDArray[np.int32]
    hour: NDArray[np.int8]
    kind: NDArray[np.int8]
    enter: NDArray[np.int64]
    leave: NDArray[np.int64]
    mm: NDArray[np.int64]


@njit(cache=True, nogil=True)
def kept_fixes(
    unit: NDArray[np.int32],
    t: NDArray[np.int64],
    x_mm: NDArray[np.float64],
    y_mm: NDArray[np.float64],
    max_mm_per_ms: float,
) -> NDArray[np.bool_]:
    """Tell which fixes are no spikes: too far from both neighbours, which are near each other.

    A lasting jump is no spike: its one impossible segment is rejected by the walk. Nor is
    one of several fixes in a row that all look like spikes, as when two devices report under
    one name: nobody knows which is right. Whether a fix is kept depends on the two before it
    and the two after it, and the neighbours of a spike are always kept, so that days can be
    cleaned apart with three fixes of each neighbouring day at hand.

    Parameters
    ----------
    unit, t
        Sorted by unit, then time (ms).
    x_mm, y_mm
        Positions in millimetres.
    max_mm_per_ms
        Top speed; mm/ms is m/s.

    Returns
    -------
    ndarray of bool, shape (n,)
        False for a spike.
    """
    keep = np.ones(t.size, dtype=np.bool_)
    run = 0  # fixes in a row, up to i - 2, that look like spikes
    into = False  # whether the way from fix i - 2 to fix i - 1 is too far
    for i in range(1, t.size):
        away = unit[i] == unit[i - 1] and _too_far(i - 1, i, t, x_mm, y_mm, max_mm_per_ms)
        if into and away and not _too_far(i - 2, i, t, x_mm, y_mm, max_mm_per_ms):
            run += 1
        else:
            if run == 1:
                keep[i - 2] = False
            run = 0
        into = away
    if run == 1:
        keep[t.size - 2] = False
    return keep


@njit(cache=True, nogil=True)
def _too_far(
    i: int,
    j: int,
    t: NDArray[np.int64],
    x_mm: NDArray[np.float64],
    y_mm: NDArray[np.float64],
    max_mm_per_ms: float,
) -> bool:
    """Tell whether nothing gets from fix ``i`` to fix ``j`` in time."""
    dx, dy, most = x_mm[j] - x_mm[i], y_mm[j] - y_mm[i], max_mm_per_ms * (t[j] - t[i])
    return bool(dx * dx + dy * dy > most * most)


@njit(cache=True, nogil=True)
def _kind_of(dt: int, mm: float, in_depot: np.bool_, rules: WalkRules) -> int:
    """Return what the time between two fixes is."""
    if dt > rules.max_gap_ms:
        return SILENT
    if mm > rules.max_mm_per_ms * dt:
        return REJECTED
    if mm >= rules.standing_mm_per_ms * dt:
        return MOVING
    return DEPOT if in_depot else STANDING


@njit(cache=True, nogil=True)
def _hour_of(t: int, edges: NDArray[np.int64]) -> int:
    """Return the hour that holds a time: -1 before the day, n_hours after it."""
    return int(np.searchsorted(edges, t, side="right")) - 1


@njit(cache=True, nogil=True)
def _empty_runs(size: int) -> Runs:
    """Return room for runs."""
    return Runs(
        np.empty(size, np.int32),
        np.empty(size, np.int32),
        np.empty(size, np.int32),
        np.empty(size, np.int8),
        np.empty(size, np.int8),
        np.empty(size, np.int64),
        np.empty(size, np.int64),
        np.empty(size, np.int64),
    )


@njit(cache=True, nogil=True)
def _resized(runs: Runs, n: int, size: int) -> Runs:
    """Return the first ``n`` runs in arrays of another size."""
    new = _empty_runs(size)
    new.unit[:n], new.col[:n], new.row[:n] = runs.unit[:n], runs.col[:n], runs.row[:n]
    new.hour[:n], new.kind[:n] = runs.hour[:n], runs.kind[:n]
    new.enter[:n], new.leave[:n], new.mm[:n] = runs.enter[:n], runs.leave[:n], runs.mm[:n]
    return new


@njit(cache=True, nogil=True)
def _add(
    runs: Runs, n: int, unit: int, place: tuple[int, int, int, int], span: tuple[int, int, int]
) -> int:
    """Append a piece, or lengthen the last run where it goes on; return the number of runs."""
    col, row, hour, kind = place
    enter, leave, mm = span
    if enter == leave and mm == 0:
        return n
    last = n - 1
    if (
        n > 0
        and runs.unit[last] == unit
        and runs.leave[last] == enter
        and runs.col[last] == col
        and runs.row[last] == row
        and runs.hour[last] == hour
        and runs.kind[last] == kind
    ):
        runs.leave[last] = leave
        runs.mm[last] += mm
        return n
    runs.unit[n], runs.col[n], runs.row[n] = unit, col, row
    runs.hour[n], runs.kind[n] = hour, kind
    runs.enter[n], runs.leave[n], runs.mm[n] = enter, leave, mm
    return n + 1


@njit(cache=True, nogil=True)
def _follow(
    runs: Runs,
    n: int,
    unit: int,
    kind: int,
    span: tuple[int, int, int, int],
    ends: tuple[float, float, float, float],
    total_mm: int,
    edges: NDArray[np.int64],
) -> int:
    """Split one segment over cells and hours into ``runs``; return the number of runs."""
    t0, t1, hour, last_hour = span
    x0, y0, x1, y1 = ends
    dt, dx, dy, n_hours = t1 - t0, x1 - x0, y1 - y0, edges.size - 1
    col, row, left_h = math.floor(x0), math.floor(y0), last_hour - hour
    left_x, left_y = abs(math.floor(x1) - col), abs(math.floor(y1) - row)
    step_x, step_y = (1 if dx > 0.0 else -1), (1 if dy > 0.0 else -1)
    then, then_mm = t0, 0
    while True:
        at_x = (col + (step_x > 0) - x0) / dx if left_x > 0 else 2.0
        at_y = (row + (step_y > 0) - y0) / dy if left_y > 0 else 2.0
        at_h = (edges[hour + 1] - t0) / dt if left_h > 0 else 2.0
        at = min(at_x, at_y, at_h, 1.0)
        now = edges[hour + 1] if at == at_h and left_h > 0 else t0 + round(at * dt)
        now = min(max(now, then), t1)
        mm = max(round(at * total_mm), then_mm)
        if left_x + left_y + left_h == 0:
            now, mm = t1, total_mm
        if 0 <= hour < n_hours:
            n = _add(runs, n, unit, (col, row, hour, kind), (then, now, mm - then_mm))
        if left_x + left_y + left_h == 0:
            return n
        then, then_mm = now, mm
        if left_h > 0 and at_h <= at_x and at_h <= at_y:
            hour, left_h = hour + 1, left_h - 1
        elif left_x > 0 and at_x <= at_y:
            col, left_x = col + step_x, left_x - 1
        else:
            row, left_y = row + step_y, left_y - 1


@njit(cache=True, nogil=True)
def walk(
    unit: NDArray[np.int32],
    t: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    in_depot: NDArray[np.bool_],
    cell_mm: float,
    rules: WalkRules,
    edges: NDArray[np.int64],
) -> Runs:
    """Return every unit's stays of one day, split at cells and hours.

    Parameters
    ----------
    unit, t
        Unit and time (ms) of each fix, sorted by both; fixes of the days around included.
    x, y
        Positions in cells from the lattice's origin; a point on a line belongs to the upper
        or right cell.
    in_depot
        Whether a fix lies in a registered depot.
    cell_mm
        Size of a cell, millimetres.
    rules
        Thresholds.
    edges
        Limits of the day's hours, milliseconds UTC, rising, shape (n_hours + 1,).

    Returns
    -------
    Runs
        In order of unit and time. Silent and rejected time has the cell of the fix before it.
    """
    runs = _empty_runs(t.size // 4 + 64)
    n, at, after = 0, -1, -1  # hours of fix i and of the one after it
    for i in range(t.size - 1):
        at = after
        if unit[i + 1] != unit[i] or t[i + 1] <= edges[0] or t[i] >= edges[-1]:
            after = -1
            continue
        if at < 0:
            at = _hour_of(t[i], edges)
        after = at if at >= 0 and t[i + 1] < edges[at + 1] else _hour_of(t[i + 1], edges)
        x0, y0, x1, y1 = x[i], y[i], x[i + 1], y[i + 1]
        mm = math.sqrt((x1 - x0) ** 2 + (y1 - y0) ** 2) * cell_mm
        kind = _kind_of(t[i + 1] - t[i], mm, in_depot[i] and in_depot[i + 1], rules)
        if kind in (SILENT, REJECTED):
            x1, y1, mm = x0, y0, 0.0
        col, row = math.floor(x0), math.floor(y0)
        steps = abs(math.floor(x1) - col) + abs(math.floor(y1) - row)
        room = n + steps + edges.size
        if room >= runs.unit.size:
            runs = _resized(runs, n, 2 * room)
        if steps == 0 and at == after:
            n = _add(runs, n, unit[i], (col, row, at, kind), (t[i], t[i + 1], round(mm)))
        else:
            span, ends = (t[i], t[i + 1], at, after), (x0, y0, x1, y1)
            n = _follow(runs, n, unit[i], kind, span, ends, round(mm), edges)
    return _resized(runs, n, n)


@njit(cache=True, nogil=True)
def group_sums(
    runs: Runs, fixes: NDArray[np.int64], order: NDArray[np.int64], first: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return sums of runs and of numbers of fixes over groups of both.

    Parameters
    ----------
    runs
        Stays in known cells.
    fixes
        Numbers of fixes, shape (n_counts,).
    order
        Runs (their position) and numbers of fixes (theirs, after all runs), group by group.
    first
        Where in ``order`` each group begins, shape (n_groups,).

    Returns
    -------
    ndarray of int, shape (5, n_groups)
        Milliseconds moving, standing and in depots, millimetres, fixes.
    """
    sums = np.zeros((5, first.size), np.int64)
    for group in range(first.size):
        end = first[group + 1] if group + 1 < first.size else order.size
        for i in order[first[group] : end]:
            if i >= runs.enter.size:
                sums[4, group] += fixes[i - runs.enter.size]
                continue
            kind = runs.kind[i]
            column = 0 if kind == MOVING else 1 if kind == STANDING else 2
            sums[column, group] += runs.leave[i] - runs.enter[i]
            sums[3, group] += runs.mm[i]
    return sums
