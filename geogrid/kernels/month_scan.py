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
    back, least = limits.back_ms, limits.least_ms
    length_bits = SHARED_BITS - frame.unit_bits
    unit_mask, length_mask = (1 << frame.unit_bits) - 1, (1 << length_bits) - 1
    n_parts, n_days, start_ms = parts.start.size, frame.day_start.size - 1, frame.start_ms
    n_units = seen.shape[1] * 64
    where = np.full(n_units, -1, np.int64)  # the cell in which a unit was last seen; its state:
    gone, stayed, part_of = np.empty((3, n_units), np.int64)
    here = np.empty(n_units, np.int64)  # units seen in this cell
    kept, n_kept = np.empty((64, 5), np.int64), 0
    at = 0  # in the open visits
    for i in range(begin, end):
        cell = np.int64(cells.position[i]) - limits.first_cell
        while at < before.cell.size and before.cell[at] < cell:
            counts[before.cell[at], VISITS] += before.stayed[at] >= least
            at += 1
        n_here = 0
        while at < before.cell.size and before.cell[at] == cell:
            unit = before.unit[at]
            where[unit], gone[unit] = cell, before.until[at]
            stayed[unit], part_of[unit] = before.stayed[at], before.part[at]
            here[n_here] = unit
            n_here += 1
            at += 1
        until, longest = counts[cell, UNTIL], counts[cell, LONGEST]
        present, last_day = counts[cell, PRESENT], counts[cell, LAST_DAY]
        first, last = counts[cell, FIRST], counts[cell, LAST]
        n_passes, n_visits, n_new_units, n_new_days = 0, 0, 0, 0
        for k in range(cells.start[i], cells.start[i + 1]):
            row = cells.rows[k]
            since = row >> SHARED_BITS
            hour = since // HOUR_MS
            enter = start_ms + since
            leave = enter + ((row >> frame.unit_bits) & length_mask)
            part = frame.part_at[hour]
            while part < n_parts and parts.end[part] <= enter:
                part += 1
            if part == n_parts or parts.start[part] >= leave:
                continue
            unit = frame.unit[row & unit_mask]
            begins, ends = max(enter, parts.start[part]), enter
            if where[unit] != cell:
                where[unit], gone[unit], stayed[unit], part_of[unit] = cell, begins, 0, -1
                here[n_here] = unit
                n_here += 1
                bit = np.uint64(1) << np.uint64(unit & 63)
                if not seen[cell, unit >> 6] & bit:
                    seen[cell, unit >> 6] |= bit
                    n_new_units += 1
            elapsed = parts.before[part] + begins - parts.start[part]
            first = min(first, begins)
            is_new = False
            while part < n_parts and parts.start[part] < leave:
                begins, ends = max(enter, parts.start[part]), min(leave, parts.end[part])
                if part_of[unit] != part or gone[unit] != begins:
                    is_new = True
                    n_passes += 1
                if begins - gone[unit] > back:
                    n_visits += stayed[unit] >= least
                    stayed[unit] = 0
                stayed[unit] += ends - begins
                gone[unit], part_of[unit] = ends, part
                part += 1
            stop = parts.before[part - 1] + ends - parts.start[part - 1]
            if elapsed > until:
                longest = max(longest, elapsed - until)
                present += stop - elapsed
                until = stop
            elif stop > until:
                present += stop - until
                until = stop
            last = max(last, ends)
            if is_new or leave > enter:  # a sight that ends a stay adds no day
                day = frame.day_at[hour]
                while day < n_days and frame.day_start[day + 1] <= since:
                    day += 1
                n_new_days += frame.day_number + day != last_day
                last_day = frame.day_number + day
        for j in range(n_here):
            unit = here[j]
            if gone[unit] + back < limits.end_ms:
                n_visits += stayed[unit] >= least
                continue
            if n_kept == kept.shape[0]:
                wider = np.empty((2 * n_kept, 5), np.int64)
                wider[:n_kept] = kept
                kept = wider
            kept[n_kept, 0], kept[n_kept, 1], kept[n_kept, 2] = cell, unit, gone[unit]
            kept[n_kept, 3], kept[n_kept, 4] = stayed[unit], part_of[unit]
            n_kept += 1
        counts[cell, UNTIL], counts[cell, LONGEST] = until, longest
        counts[cell, PRESENT], counts[cell, LAST_DAY] = present, last_day
        counts[cell, FIRST], counts[cell, LAST] = first, last
        counts[cell, PASSES] += n_passes
        counts[cell, VISITS] += n_visits
        counts[cell, UNITS] += n_new_units
        counts[cell, DAYS] += n_new_days
    while at < before.cell.size:
        counts[before.cell[at], VISITS] += before.stayed[at] >= least
        at += 1
    lines = kept[:n_kept].T.copy()
    return OpenVisits(lines[0], lines[1], lines[2], lines[3], lines[4])
