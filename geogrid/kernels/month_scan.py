"""Patrol of a window from the rows of a month: one pass over each cell's, in order of time."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geogrid.kernels.month_rows import (
    AMOUNT_BITS,
    MARK_SHIFT,
    MOST,
    SHARED_BITS,
    SLOT_SHIFT,
    SLOTS,
    CellRows,
)

HOUR_MS: Final = 3_600_000
UNTIL, LONGEST, PRESENT, PASSES, VISITS, UNITS, DAYS, LAST_DAY, FIRST, LAST = range(10)
COUNTS: Final = 10
NEVER: Final = np.iinfo(np.int64).max


class Frame(NamedTuple):
    """How the stays of a month are read.

    Parameters
    ----------
    start_ms
        The instant at which the month begins, ms UTC.
    unit_bits
        Bits of a row that are the unit's.
    unit
        The number in the window of each of the month's units.
    part_at
        The first part of the window that is not over at each hour of the month and at its end.
    day_at
        The day of the month at each of these hours, from 0.
    day_start
        The instant of each day of the month and of the day after it, ms since it began.
    day_number
        Number of the month's first day.
    """

    start_ms: int
    unit_bits: int
    unit: NDArray[np.int64]
    part_at: NDArray[np.int64]
    day_at: NDArray[np.int64]
    day_start: NDArray[np.int64]
    day_number: int


class Parts(NamedTuple):
    """The unbroken parts of a window.

    Parameters
    ----------
    start, end
        Limits, ms UTC, rising.
    before
        How much of the window is over when a part begins, ms.
    """

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    before: NDArray[np.int64]


class Limits(NamedTuple):
    """What is one visit, and of which month and cells.

    Parameters
    ----------
    back_ms
        A unit that is back by then is on the same visit.
    least_ms
        A visit is at least as long.
    end_ms
        When the month is over, ms UTC.
    first_cell
        Position of the first cell that the counts are for.
    """

    back_ms: int
    least_ms: int
    end_ms: int
    first_cell: int


class OpenVisits(NamedTuple):
    """Visits that may go on in the next month, ordered by cell.

    Parameters
    ----------
    cell, unit
        Where and who.
    until
        When the unit was last there, ms UTC.
    stayed
        How long it was there, ms.
    part
        The part of the window in which it was last there.
    """

    cell: NDArray[np.int64]
    unit: NDArray[np.int64]
    until: NDArray[np.int64]
    stayed: NDArray[np.int64]
    part: NDArray[np.int64]


def no_visits() -> OpenVisits:
    """Return no visits, as before the first month."""
    return OpenVisits(*(np.empty(0, np.int64) for _ in OpenVisits._fields))


def no_counts(n_cells: int) -> NDArray[np.int64]:
    """Return the counts of cells in which nothing was seen yet.

    Parameters
    ----------
    n_cells
        Number of cells.

    Returns
    -------
    ndarray of int, shape (n_cells, 10)
        Columns `UNTIL` to `LAST`; times are ms, of the window or UTC.
    """
    counts = np.zeros((n_cells, COUNTS), np.int64)
    counts[:, LAST_DAY] = counts[:, LAST] = -NEVER
    counts[:, FIRST] = NEVER
    return counts


@njit(cache=True, nogil=True)
def add_sums(
    cells: CellRows,
    begin: int,
    end: int,
    wanted: NDArray[np.uint64],
    sums: NDArray[np.int64],
    marked: NDArray[np.bool_],
) -> None:
    """Add up the amounts of some slots in each cell.

    Parameters
    ----------
    cells
        Sums, as `month_rows.slot_rows` lays them out.
    begin, end
        The entries of ``cells.position`` that are added.
    wanted
        All bits for each slot that counts, else none, shape (1024,).
    sums
        Both amounts of each cell, shape (2, n_cells); changed.
    marked
        Whether a cell has a mark, shape (n_cells,); changed.
    """
    most, slots = np.uint64(MOST), np.uint64(SLOTS - 1)
    to_slot, to_second = np.uint64(SLOT_SHIFT), np.uint64(AMOUNT_BITS)
    for i in range(begin, end):
        # A slice, indexed without a sign: the compiler then adds up eight rows at once.
        rows = cells.rows[cells.start[i] : cells.start[i + 1]].view(np.uint64)
        first, second, marks = np.uint64(0), np.uint64(0), np.uint64(0)
        for k in range(rows.size):
            row = rows[k]
            row &= wanted[(row >> to_slot) & slots]
            first += row & most
            second += (row >> to_second) & most
            marks |= row
        at = cells.position[i]
        sums[0, at] += np.int64(first)
        sums[1, at] += np.int64(second)
        marked[at] |= marks >> np.uint64(MARK_SHIFT) > 0


class _Units(NamedTuple):
    """What is known of each unit in the cell that is worked on."""

    cell: NDArray[np.int64]  # in which it was last seen; the rest holds there
    until: NDArray[np.int64]
    stayed: NDArray[np.int64]
    part: NDArray[np.int64]
    here: NDArray[np.int64]  # units seen in this cell


@njit(cache=True, nogil=True)
def _resumed(before: OpenVisits, at: int, cell: int, units: _Units) -> int:
    """Go on with the open visits of a cell, which begin at a place; return how many they are."""
    count = 0
    while at + count < before.cell.size and before.cell[at + count] == cell:
        unit = before.unit[at + count]
        units.cell[unit], units.until[unit] = cell, before.until[at + count]
        units.stayed[unit], units.part[unit] = before.stayed[at + count], before.part[at + count]
        units.here[count] = unit
        count += 1
    return count


@njit(cache=True, nogil=True)
def _noted(unit: int, seen: NDArray[np.uint64]) -> int:
    """Set a unit's bit; return 1 when it was not set."""
    bit = np.uint64(1) << np.uint64(unit & 63)
    if seen[unit >> 6] & bit:
        return 0
    seen[unit >> 6] |= bit
    return 1


@njit(cache=True, nogil=True)
def _pieces(
    enter: int, leave: int, part: int, parts: Parts, limits: Limits, unit: int, units: _Units
) -> tuple[int, int, int, int]:
    """Count a stay in each part of the window that it reaches.

    Returns
    -------
    part, ends, n_passes, n_visits : int
        The last of these parts, when the stay ends in it, stays that are no longer one with what
        was before, and visits that are over.
    """
    ends, n_passes, n_visits = enter, 0, 0
    while part < parts.start.size and parts.start[part] < leave:
        begins, ends = max(enter, parts.start[part]), min(leave, parts.end[part])
        n_passes += units.part[unit] != part or units.until[unit] != begins
        if begins - units.until[unit] > limits.back_ms:
            n_visits += units.stayed[unit] >= limits.least_ms
            units.stayed[unit] = 0
        units.stayed[unit] += ends - begins
        units.until[unit], units.part[unit] = ends, part
        part += 1
    return part - 1, ends, n_passes, n_visits


@njit(cache=True, nogil=True)
def _day(frame: Frame, since: int) -> int:
    """Return the number of the day of an instant of the month."""
    day = frame.day_at[since // HOUR_MS]
    while day + 1 < frame.day_start.size and frame.day_start[day + 1] <= since:
        day += 1
    return frame.day_number + int(day)


@njit(cache=True, nogil=True)
def _left_open(
    n_here: int, units: _Units, limits: Limits, kept: NDArray[np.int64], n_kept: int
) -> tuple[int, NDArray[np.int64], int]:
    """Close the visits in a cell or, near the month's end, keep them; return how many closed."""
    n_visits = 0
    for unit in units.here[:n_here]:
        if units.until[unit] + limits.back_ms < limits.end_ms:
            n_visits += units.stayed[unit] >= limits.least_ms
            continue
        if n_kept == kept.shape[0]:
            wider = np.empty((2 * n_kept, 5), np.int64)
            wider[:n_kept] = kept
            kept = wider
        kept[n_kept, 0], kept[n_kept, 1] = units.cell[unit], unit
        kept[n_kept, 2], kept[n_kept, 3] = units.until[unit], units.stayed[unit]
        kept[n_kept, 4] = units.part[unit]
        n_kept += 1
    return n_visits, kept, n_kept


@njit(cache=True, nogil=True)
def add_stays(
    cells: CellRows,
    begin: int,
    end: int,
    frame: Frame,
    parts: Parts,
    limits: Limits,
    before: OpenVisits,
    counts: NDArray[np.int64],
    seen: NDArray[np.uint64],
) -> OpenVisits:
    """Add a month's stays to the counts of their cells.

    Months come in order. The counts of a cell are those that `geogrid.kernels.stays` gives for
    all its stays at once: a stay covers one stretch of the window's clock, stretches come in
    order of their begin, and a unit's stays in order of time.

    Parameters
    ----------
    cells
        Stays, as `month_rows.stay_rows` lays them out, those of a cell sorted.
    begin, end
        The entries of ``cells.position`` that are added.
    frame
        How the rows are read.
    parts
        The window.
    limits
        What is one visit, and when the month is over.
    before
        Visits that the month before left open.
    counts
        As `no_counts` makes them, for a stretch of cells; changed.
    seen
        A bit for each unit, shape (n_cells, n_words) as ``counts``; changed.

    Returns
    -------
    OpenVisits
        Visits whose unit could still be back in time when the month is over.
    """
    length_bits = SHARED_BITS - frame.unit_bits
    unit_mask, length_mask = (1 << frame.unit_bits) - 1, (1 << length_bits) - 1
    n_units = seen.shape[1] * 64
    state = np.full((5, n_units), -1, np.int64)
    units = _Units(state[0], state[1], state[2], state[3], state[4])
    kept, n_kept, at = np.empty((64, 5), np.int64), 0, 0
    for i in range(begin, end):
        cell = int(cells.position[i]) - limits.first_cell
        while at < before.cell.size and before.cell[at] < cell:
            counts[before.cell[at], VISITS] += before.stayed[at] >= limits.least_ms
            at += 1
        n_here = _resumed(before, at, cell, units)
        at += n_here
        until, longest, present = counts[cell, UNTIL], counts[cell, LONGEST], counts[cell, PRESENT]
        first, last, last_day = counts[cell, FIRST], counts[cell, LAST], counts[cell, LAST_DAY]
        n_passes, n_visits, n_new_units, n_new_days = 0, 0, 0, 0
        for k in range(cells.start[i], cells.start[i + 1]):
            row = cells.rows[k]
            since = row >> SHARED_BITS
            enter = frame.start_ms + since
            leave = enter + ((row >> frame.unit_bits) & length_mask)
            part = frame.part_at[since // HOUR_MS]
            while part < parts.end.size and parts.end[part] <= enter:
                part += 1
            if part == parts.end.size or parts.start[part] >= leave:
                continue
            unit = frame.unit[row & unit_mask]
            begins = max(enter, parts.start[part])
            if units.cell[unit] != cell:
                units.cell[unit], units.until[unit] = cell, begins
                units.stayed[unit], units.part[unit] = 0, -1
                units.here[n_here] = unit
                n_here += 1
                n_new_units += _noted(unit, seen[cell])
            elapsed = parts.before[part] + begins - parts.start[part]
            part, ends, new, over = _pieces(enter, leave, part, parts, limits, unit, units)
            stop = parts.before[part] + ends - parts.start[part]
            longest = max(longest, elapsed - until)
            present += max(stop - max(elapsed, until), 0)
            until = max(until, stop)
            first, last = min(first, begins), max(last, ends)
            n_passes, n_visits = n_passes + new, n_visits + over
            if new > 0 or leave > enter:  # a sight that ends a stay adds no day
                day = _day(frame, since)
                n_new_days += day != last_day
                last_day = day
        over, kept, n_kept = _left_open(n_here, units, limits, kept, n_kept)
        counts[cell, UNTIL], counts[cell, LONGEST], counts[cell, PRESENT] = until, longest, present
        counts[cell, FIRST], counts[cell, LAST], counts[cell, LAST_DAY] = first, last, last_day
        counts[cell, PASSES] += n_passes
        counts[cell, VISITS] += n_visits + over
        counts[cell, UNITS] += n_new_units
        counts[cell, DAYS] += n_new_days
    for rest in range(at, before.cell.size):
        counts[before.cell[rest], VISITS] += before.stayed[rest] >= limits.least_ms
    lines = kept[:n_kept].T.copy()
    return OpenVisits(lines[0], lines[1], lines[2], lines[3], lines[4])
