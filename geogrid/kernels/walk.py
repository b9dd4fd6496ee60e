"""Where a unit was between two fixes, cell by cell and hour by hour, in whole milliseconds.

A segment is followed at constant speed through the lines of the lattice and through the
hours of the day at once: Amanatides, J. & Woo, A. (1987), A Fast Voxel Traversal Algorithm
for Ray Tracing, with time as a third axis. The number of steps on each axis is counted
beforehand, so no comparison of floats decides where the walk ends; times and distances at
the crossings are rounded and subtracted, so the pieces sum to the segment exactly.

What comes out is a log of stays, one row of whole numbers each, in order of unit and time. One
array, because numba hands an array to a function ten times faster than it does eight.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

SEEN = 0  # a fix and no time after it in this cell
SILENT = 1  # longer than the allowed gap: nobody knows
REJECTED = 2  # faster than a unit can go: one of the two fixes is wrong
STANDING = 3
MOVING = 4
DEPOT = 5

# Columns of the log.
WHO = 0  # unit << 8 | hour of the day << 3 | kind of time
PLACE = 1  # row << 32 | column, as `packed` has it
ENTER, LEAVE = 2, 3  # ms
MM = 4
FIXES = 5
_COLUMNS = 6

UNIT_BITS, HOUR_BITS, PLACE_BITS = 8, 3, 32  # how far each is shifted
HALF_PLACE = 1 << (PLACE_BITS - 1)  # so that a column west of the origin packs as well
KINDS_MASK = (1 << HOUR_BITS) - 1
HOURS_MASK = (1 << (UNIT_BITS - HOUR_BITS)) - 1

Log = NDArray[np.int64]
Whole = int | np.int64
Times = NDArray[np.int64]
Track = tuple[Times, NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]


class WalkRules(NamedTuple):
    """Thresholds of the walk, in milliseconds and millimetres."""

    max_gap_ms: int
    max_mm_per_ms: float
    standing_mm_per_ms: float


class Runs(NamedTuple):
    """Stays, a column each: one per unit, cell, hour and kind of time."""

    unit: NDArray[np.int64]
    col: NDArray[np.int64]
    row: NDArray[np.int64]
    hour: NDArray[np.int64]
    kind: NDArray[np.int64]
    enter: NDArray[np.int64]
    leave: NDArray[np.int64]
    mm: NDArray[np.int64]


def runs_of(log: Log) -> Runs:
    """Return the stays of a log that last, or lead anywhere.

    Parameters
    ----------
    log
        From `walk_on`, shape (n, 6).

    Returns
    -------
    Runs
        ``hour`` counts from the day's beginning.
    """
    log = log[(log[:, ENTER] < log[:, LEAVE]) | (log[:, MM] > 0)]
    who, place = log[:, WHO], log[:, PLACE]
    row = place >> PLACE_BITS
    return Runs(
        unit=who >> UNIT_BITS,
        col=place - (row << PLACE_BITS) - HALF_PLACE,
        row=row,
        hour=(who >> HOUR_BITS) & HOURS_MASK,
        kind=who & KINDS_MASK,
        enter=log[:, ENTER],
        leave=log[:, LEAVE],
        mm=log[:, MM],
    )


@njit(cache=True, nogil=True)
def packed(col: Whole, row: Whole) -> int:
    """Return a cell as one number; cells of a row follow each other.

    Parameters
    ----------
    col, row
        Cell from the lattice's origin, at most 2**31 either way.

    Returns
    -------
    int
        The number.
    """
    return int((row << PLACE_BITS) + col + HALF_PLACE)


@njit(cache=True, nogil=True)
def _kind_of(dt: Whole, mm: float, in_depot: np.bool_, rules: WalkRules) -> int:
    """Return what the time between two fixes is."""
    if dt > rules.max_gap_ms:
        return SILENT
    if mm > rules.max_mm_per_ms * dt:
        return REJECTED
    if mm >= rules.standing_mm_per_ms * dt:
        return MOVING
    return DEPOT if in_depot else STANDING


@njit(cache=True, nogil=True)
def _hour_of(t: Whole, edges: NDArray[np.int64]) -> int:
    """Return the hour that holds a time: -1 before the day, n_hours after it."""
    return int(np.searchsorted(edges, t, side="right")) - 1


@njit(cache=True, nogil=True)
def _larger(log: Log, n: int, room: int) -> Log:
    """Return the log with room for as many more rows."""
    larger = np.empty((2 * (n + room), _COLUMNS), np.int64)
    larger[:n] = log[:n]
    return larger


@njit(cache=True, nogil=True)
def _put(log: Log, n: int, who: Whole, place: int, piece: tuple[int, int, int, int]) -> int:
    """Append a piece, or lengthen the last row where it goes on; return the number of rows."""
    enter, leave, mm, fixes = piece
    if enter == leave and mm == 0 and fixes == 0:
        return n
    last = n - 1
    if n > 0 and log[last, WHO] == who and log[last, PLACE] == place and log[last, LEAVE] == enter:
        log[last, LEAVE] = leave
        log[last, MM] += mm
        log[last, FIXES] += fixes
        return n
    log[n, WHO], log[n, PLACE], log[n, ENTER], log[n, LEAVE] = who, place, enter, leave
    log[n, MM], log[n, FIXES] = mm, fixes
    return n + 1


@njit(cache=True, nogil=True)
def _follow(
    log: Log,
    n: int,
    who: Whole,
    span: tuple[int, int, int, int],
    ends: tuple[float, float, float, float, int],
    edges: NDArray[np.int64],
) -> int:
    """Split one segment over cells and hours into the log; return the number of rows."""
    t0, t1, hour, last_hour = span
    x0, y0, x1, y1, total_mm = ends
    fixes = int(who & KINDS_MASK >= STANDING)  # the one that it begins with, where it is known
    dt, dx, dy, n_hours = t1 - t0, x1 - x0, y1 - y0, edges.size - 1
    col, row, left_h = math.floor(x0), math.floor(y0), last_hour - hour
    left_x, left_y = abs(math.floor(x1) - col), abs(math.floor(y1) - row)
    step_x, step_y = (1 if dx > 0.0 else -1), (1 if dy > 0.0 else -1)
    then, then_mm = t0, 0
    while left_x + left_y + left_h > 0:
        at_x = (col + (step_x > 0) - x0) / dx if left_x > 0 else 2.0
        at_y = (row + (step_y > 0) - y0) / dy if left_y > 0 else 2.0
        at_h = (edges[hour + 1] - t0) / dt if left_h > 0 else 2.0
        at = min(at_x, at_y, at_h, 1.0)
        now = edges[hour + 1] if at == at_h and left_h > 0 else t0 + round(at * dt)
        now = min(max(now, then), t1)
        mm = max(round(at * total_mm), then_mm)
        if 0 <= hour < n_hours:
            piece = (then, now, mm - then_mm, fixes)
            n = _put(log, n, who | (hour << HOUR_BITS), packed(col, row), piece)
        then, then_mm, fixes = now, mm, 0
        if left_h > 0 and at_h <= at_x and at_h <= at_y:
            hour, left_h = hour + 1, left_h - 1
        elif left_x > 0 and at_x <= at_y:
            col, left_x = col + step_x, left_x - 1
        else:
            row, left_y = row + step_y, left_y - 1
    if 0 <= hour < n_hours:
        piece = (then, t1, total_mm - then_mm, fixes)
        n = _put(log, n, who | (hour << HOUR_BITS), packed(col, row), piece)
    return n


@njit(cache=True, nogil=True)
def empty_log(fixes: int) -> Log:
    """Return room for the stays of a day.

    Parameters
    ----------
    fixes
        How many fixes the day has.

    Returns
    -------
    Log
        Shape (rows, 6).
    """
    return np.empty((fixes // 3 + 64, _COLUMNS), np.int64)


@njit(cache=True, nogil=True)
def walk_on(
    log: Log, n: int, unit: int, track: Track, cell_mm: float, rules: WalkRules, edges: Times
) -> tuple[Log, int]:
    """Add one unit's stays to a log.

    Parameters
    ----------
    log, n
        The log, and how many rows of it are in use.
    unit
        Number of the unit.
    track
        Its fixes in order: time (ms), x and y in cells, whether in a depot (may be empty).
    cell_mm, rules, edges
        As for `walk`.

    Returns
    -------
    log : Log
        The same, or a larger one. A row is a stay, or a fix in a cell where no known time
        begins. Each fix inside the day is counted in its cell and hour, once.
    n : int
        Rows in use.
    """
    i = 0
    while i < track[0].size:
        n, i, room = _walk_in_room(log, n, (unit, i), track, cell_mm, rules, edges)
        if room > 0:
            log = _larger(log, n, room)
    return log, n


@njit(cache=True, nogil=True)
def _walk_in_room(
    log: Log,
    n: int,
    begin: tuple[int, int],
    track: Track,
    cell_mm: float,
    rules: WalkRules,
    edges: Times,
) -> tuple[int, int, int]:
    """Follow a unit from a fix on while there is room; return rows, the next fix, room it needs.

    The log stays the same array: one that is exchanged in the loop costs numba 4 ns a fix.
    """
    (t, x, y, in_depot), (unit, first) = track, begin
    after = -1  # hour of fix i where the segment before led to it
    next_col, next_row = math.floor(x[first]), math.floor(y[first])
    for i in range(first, t.size):
        at = after if after >= 0 else _hour_of(t[i], edges)
        x0, y0, col, row = x[i], y[i], next_col, next_row
        who, steps = np.int64(unit) << UNIT_BITS, 0
        after, kind, inside = -1, SEEN, 0 <= at < edges.size - 1
        if i + 1 < t.size:
            t1, x1, y1 = t[i + 1], x[i + 1], y[i + 1]
            next_col, next_row = math.floor(x1), math.floor(y1)
            if t1 > edges[0] and t[i] < edges[-1]:
                after = at if at >= 0 and t1 < edges[at + 1] else _hour_of(t1, edges)
                mm = math.sqrt((x1 - x0) ** 2 + (y1 - y0) ** 2) * cell_mm
                parked = np.bool_(in_depot.size > 0) and in_depot[i] and in_depot[i + 1]
                kind = _kind_of(t1 - t[i], mm, parked, rules)
        if kind >= STANDING:
            steps = abs(next_col - col) + abs(next_row - row)
        if n + steps + edges.size + 1 > log.shape[0]:
            return n, i, steps + edges.size + 1
        if inside and kind in (SEEN, SILENT, REJECTED):
            seen = who | (at << HOUR_BITS) | SEEN
            n = _put(log, n, seen, packed(col, row), (t[i], t[i], 0, 1))
        if kind == SEEN:
            continue
        if kind in (SILENT, REJECTED):
            x1, y1, mm = x0, y0, 0.0
        if steps == 0 and at == after:
            who |= (at << HOUR_BITS) | kind
            piece = (t[i], t1, round(mm), int(kind >= STANDING))
            n = _put(log, n, who, packed(col, row), piece)
        else:
            span, ends = (t[i], t1, at, after), (x0, y0, x1, y1, round(mm))
            n = _follow(log, n, who | kind, span, ends, edges)
    return n, t.size, 0


def walked(
    unit: NDArray[np.int32],
    t: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    in_depot: NDArray[np.bool_],
    cell_mm: float,
    rules: WalkRules,
    edges: NDArray[np.int64],
) -> Log:
    """Return the log of every unit's stays of one day; parameters as for `walk`.

    Parameters
    ----------
    unit, t, x, y, in_depot, cell_mm, rules, edges
        As for `walk`.

    Returns
    -------
    Log
        In order of unit and time.
    """
    log, n = empty_log(t.size), 0
    begins = np.flatnonzero(np.diff(unit, prepend=-1))
    for first, after in zip(begins, np.append(begins[1:], t.size), strict=False):
        track = (t[first:after], x[first:after], y[first:after], in_depot[first:after])
        log, n = walk_on(log, n, int(unit[first]), track, cell_mm, rules, edges)
    return log[:n]


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
        Whether a fix lies in a registered depot; none does where it is empty.
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
    return runs_of(walked(unit, t, x, y, in_depot, cell_mm, rules, edges))
