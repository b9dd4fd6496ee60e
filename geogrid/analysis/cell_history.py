"""When one cell was patrolled: its visits, and its patrol time by day and hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.month_coverage import wanted_slots
from geogrid.analysis.patrol_coverage import BACK_WITHIN_S, LEAST_VISIT_S
from geogrid.analysis.patrol_day import hour_edges
from geogrid.analysis.patrol_month import HOURS, PatrolMonth, unit_bits
from geogrid.analysis.window_clock import WindowClock
from geogrid.kernels.month_rows import (
    MOST,
    SHARED_BITS,
    SLOT_SHIFT,
    SLOTS,
    CellRows,
)
from geogrid.model.window import Window

_Stays = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]  # unit, enter, leave


@dataclass(frozen=True, slots=True, eq=False)
class CellHistory:
    """When one cell was patrolled in a window.

    Parameters
    ----------
    days
        The window's known days, rising.
    patrol_ms
        Unit-milliseconds of patrol by day and local hour, shape (n_days, 24).
    visits
        Visits that began in each of these hours, shape (n_days, 24).
    units
        Number of different units.
    enter, leave
        Begin and end of each visit, ms UTC, in order of their begin, shape (n,).
    first_seen, last_seen
        Instants, ms UTC; ``None`` for a cell in which no unit was seen.
    """

    days: tuple[date, ...]
    patrol_ms: NDArray[np.int64]
    visits: NDArray[np.int64]
    units: int
    enter: NDArray[np.int64]
    leave: NDArray[np.int64]
    first_seen: int | None
    last_seen: int | None


def cell_history(
    months: Sequence[PatrolMonth],
    position: int,
    window: Window,
    *,
    calendar: Sequence[date],
    time_zone: str,
) -> CellHistory:
    """Return when one cell was patrolled.

    Visits are those that the column ``visits`` of
    `geogrid.analysis.patrol_coverage.coverage_of_days` counts.

    Parameters
    ----------
    months
        Every month of the window with derived days, in order.
    position
        The cell's position in the grid that the months were laid out for.
    window
        Which days and hours count.
    calendar
        Local days with imported tracks.
    time_zone
        IANA name.

    Returns
    -------
    CellHistory
        Its visits, and its patrol time.
    """
    days = tuple(day for day in calendar if window.holds_day(day))
    clock = WindowClock.of(window, days, time_zone)
    unit, enter, leave = _within(stays_in_cell(months, position, time_zone, {}), clock)
    begin, end = _visits(unit, enter, leave)
    return CellHistory(
        days=days,
        patrol_ms=_patrol_ms(months, position, window, days),
        visits=_begun(begin, days, time_zone),
        units=int(np.unique(unit).size),
        enter=begin,
        leave=end,
        first_seen=int(enter.min()) if enter.size else None,
        last_seen=int(leave.max()) if leave.size else None,
    )


def _rows(cells: CellRows, position: int) -> NDArray[np.int64]:
    """Return the rows of one cell."""
    at = int(np.searchsorted(cells.position, position))
    if at == cells.position.size or cells.position[at] != position:
        return cells.rows[:0]
    return cells.rows[cells.start[at] : cells.start[at + 1]]


def stays_in_cell(
    months: Sequence[PatrolMonth], position: int, time_zone: str, numbers: dict[str, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return a cell's stays, whole, ordered by unit and time.

    Parameters
    ----------
    months
        In order.
    position
        The cell's position in the grid that the months were laid out for.
    time_zone
        IANA name.
    numbers
        Numbers of units; those that are not in it are added, so that cells can be joined.

    Returns
    -------
    unit, enter, leave : ndarray of int64, shape (n,)
        Numbers of units, ms UTC.
    """
    parts = [np.empty((3, 0), np.int64)]
    for month in months:
        rows = _rows(month.stays, position)
        bits = unit_bits(month.units)
        names = np.array([numbers.setdefault(n, len(numbers)) for n in month.units], np.int64)
        enter = int(hour_edges(month.first, time_zone)[0]) + (rows >> SHARED_BITS)
        stayed = (rows >> bits) & ((1 << (SHARED_BITS - bits)) - 1)
        unit = names[rows & ((1 << bits) - 1)] if rows.size else rows
        parts.append(np.stack([unit, enter, enter + stayed]))
    unit, enter, leave = np.concatenate(parts, axis=1)
    order = np.argsort(unit, kind="stable")  # a unit's are in order
    unit, enter, leave = unit[order], enter[order], leave[order]
    new = np.ones(unit.size, dtype=np.bool_)
    new[1:] = (unit[1:] != unit[:-1]) | (enter[1:] != leave[:-1])
    first = np.flatnonzero(new)
    last = np.append(first[1:], unit.size)[: first.size] - 1
    return unit[first], enter[first], leave[last]


def _within(stays: _Stays, clock: WindowClock) -> _Stays:
    """Return the pieces of stays that lie in the window."""
    unit, enter, leave = stays
    begin = np.searchsorted(clock.end, enter, side="right")
    count = np.maximum(np.searchsorted(clock.start, leave, side="left") - begin, 0)
    at = np.repeat(np.arange(unit.size), count)
    part = np.repeat(begin - (np.cumsum(count) - count), count) + np.arange(at.size)
    return (
        unit[at],
        np.maximum(enter[at], clock.start[part]),
        np.minimum(leave[at], clock.end[part]),
    )


def _visits(
    unit: NDArray[np.int64], enter: NDArray[np.int64], leave: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return begin and end of the visits that are long enough, in order of their begin."""
    new = np.ones(unit.size, dtype=np.bool_)
    new[1:] = (unit[1:] != unit[:-1]) | (enter[1:] - leave[:-1] > BACK_WITHIN_S * 1000)
    first = np.flatnonzero(new)
    last = np.append(first[1:], unit.size)[: first.size] - 1
    stayed = np.add.reduceat(leave - enter, first) if first.size else first
    enough = stayed >= LEAST_VISIT_S * 1000
    begin, end = enter[first[enough]], leave[last[enough]]
    order = np.argsort(begin, kind="stable")
    return begin[order], end[order]


def _patrol_ms(
    months: Sequence[PatrolMonth], position: int, window: Window, days: Sequence[date]
) -> NDArray[np.int64]:
    """Return moving and standing time in the cell by day and hour."""
    line = {day: i for i, day in enumerate(days)}
    total = np.zeros((len(days), HOURS), np.int64)
    for month in months:
        if not any(day in line for day in month.days):
            continue
        by_slot = np.zeros(SLOTS, np.int64)
        for cells in (month.driven, month.still):
            rows = _rows(cells, position)
            np.add.at(by_slot, (rows >> SLOT_SHIFT) & (SLOTS - 1), rows & MOST)
        by_slot[wanted_slots(month, window) == 0] = 0
        for day in month.days:
            if day in line:
                at = (day.day - 1) * HOURS
                total[line[day]] = by_slot[at : at + HOURS]
    return total


def _begun(begin: NDArray[np.int64], days: Sequence[date], time_zone: str) -> NDArray[np.int64]:
    """Return how many visits began in each local hour of the days."""
    count = np.zeros((len(days), HOURS), np.int64)
    local = pd.DatetimeIndex(pd.to_datetime(begin, unit="ms", utc=True)).tz_convert(time_zone)
    day = local.tz_localize(None).to_numpy().astype("datetime64[D]")
    line = np.searchsorted(np.array(days, "datetime64[D]"), day)
    np.add.at(count, (line, local.hour.to_numpy()), 1)
    return count
