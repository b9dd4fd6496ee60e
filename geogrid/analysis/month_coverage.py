"""Patrol effort of any window from months laid out by cell: the sums, the stays, one cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.patrol_coverage import BACK_WITHIN_S, FIELDS, LEAST_VISIT_S
from geogrid.analysis.patrol_day import BUCKETS, hour_edges
from geogrid.analysis.patrol_month import HOURS, UNPLACED, PatrolMonth, unit_bits
from geogrid.analysis.window_clock import WindowClock
from geogrid.kernels import month_scan as scan
from geogrid.kernels.month_rows import SLOTS
from geogrid.model.cells import CellTable
from geogrid.model.grid import Grid
from geogrid.model.window import Window
from geogrid.scale.local import run_local

_EPOCH: Final = date(1970, 1, 1)
_STRETCHES: Final = 16  # of cells, for each thread: towns are uneven
_SUMMED: Final = (
    "moving_s",
    "standing_s",
    "depot_s",
    "patrol_s",
    "distance_m",
    "patrol_lo_s",
    "patrol_hi_s",
)
SUMMED_FIELDS: Final = tuple(field for field in FIELDS if field.name in _SUMMED)


def sums_of_months(
    months: Sequence[PatrolMonth],
    grid: Grid,
    window: Window,
    *,
    calendar: Sequence[date],
    time_zone: str,
    threads: int = 2,
) -> CellTable:
    """Return the summed columns of patrol effort, and where every second went.

    Parameters
    ----------
    months
        Every month of the window with derived days, in order, laid out for ``grid``.
    grid
        The grid.
    window
        Which days and hours count.
    calendar
        Local days with imported tracks; of the window's days these are the known ones.
    time_zone
        IANA name.
    threads
        How many stretches of cells are worked on at once.

    Returns
    -------
    CellTable
        The columns of `SUMMED_FIELDS` and the summary, equal to those of
        `geogrid.analysis.patrol_coverage.coverage_of_days`.
    """
    sums = _Sums.of(months, grid, window, threads)
    known = [day for day in calendar if window.holds_day(day)]
    if _length_is_zero(window, known, time_zone):
        return CellTable(grid, SUMMED_FIELDS, _unknown(grid, SUMMED_FIELDS), sums.summary)
    return CellTable(grid, SUMMED_FIELDS, sums.columns(), sums.summary)


def coverage_of_months(
    months: Sequence[PatrolMonth],
    grid: Grid,
    window: Window,
    *,
    calendar: Sequence[date],
    time_zone: str,
    threads: int = 2,
) -> CellTable:
    """Return patrol effort per cell, and where every second of tracked time went.

    Parameters
    ----------
    months
        Every month of the window with derived days, in order, laid out for ``grid``.
    grid
        The grid.
    window
        Which days and hours count.
    calendar
        Local days with imported tracks; of the window's days these are the known ones.
    time_zone
        IANA name.
    threads
        How many stretches of cells are worked on at once.

    Returns
    -------
    CellTable
        The same as `geogrid.analysis.patrol_coverage.coverage_of_days`, column by column.
    """
    sums = _Sums.of(months, grid, window, threads)
    clock = WindowClock.of(window, [d for d in calendar if window.holds_day(d)], time_zone)
    if clock.length_ms == 0:
        return CellTable(grid, FIELDS, _unknown(grid, FIELDS), sums.summary)
    counts = _counts(months, len(grid), clock, time_zone, threads)
    columns = sums.columns() | _stay_columns(counts, clock.length_ms)
    columns["road_patrolled_share"] = np.full(len(grid), np.nan)
    ordered = {field.name: columns[field.name] for field in FIELDS}
    return CellTable(grid, FIELDS, ordered, sums.summary)


def presence_of_months(
    months: Sequence[PatrolMonth],
    grid: Grid,
    clock: WindowClock,
    *,
    time_zone: str,
    threads: int = 2,
) -> NDArray[np.float64]:
    """Return the time with at least one unit in each cell, over any instants.

    Parameters
    ----------
    months
        Every month of the clock with derived days, in order, laid out for ``grid``.
    grid
        The grid.
    clock
        The instants; they need not begin or end on an hour.
    time_zone
        IANA name.
    threads
        How many stretches of cells are worked on at once.

    Returns
    -------
    ndarray of float, shape (n_cells,)
        Seconds; the column ``presence_s`` of a window whose clock it is.
    """
    if clock.length_ms == 0:
        return np.zeros(len(grid))
    counts = _counts(months, len(grid), clock, time_zone, threads)
    return np.asarray(counts[:, scan.PRESENT] / 1e3)


def _length_is_zero(window: Window, known: Sequence[date], time_zone: str) -> bool:
    """Tell whether no instant of the days is in the window."""
    return all(WindowClock.of(window, [day], time_zone).length_ms == 0 for day in known)


def _unknown(grid: Grid, fields: Sequence[Any]) -> dict[str, NDArray[np.generic]]:
    """Return columns in which nothing is known."""
    never = np.full(len(grid), "NaT", "datetime64[ms]")
    nothing = np.full(len(grid), np.nan)
    return {field.name: never if field.scale == "time" else nothing for field in fields}


def _stretches(n_cells: int, threads: int) -> list[tuple[int, int]]:
    """Return limits of stretches of cells, about equally long."""
    edges = np.linspace(0, n_cells, threads * _STRETCHES + 1).astype(int).tolist()
    return [(a, b) for a, b in pairwise(edges) if a < b]


def wanted_slots(month: PatrolMonth, window: Window) -> NDArray[np.uint64]:
    """Return a mask of the slots of a month that are in a window.

    Parameters
    ----------
    month
        The month.
    window
        The window.

    Returns
    -------
    ndarray of uint64, shape (1024,)
        All bits for each slot in the window; else none.
    """
    hours = np.where(window.hour_mask(), ~np.uint64(0), np.uint64(0))
    wanted = np.zeros(SLOTS, np.uint64)
    for number in range((month.after - month.first).days):
        if window.holds_day(month.first + timedelta(days=number)):
            wanted[number * HOURS : (number + 1) * HOURS] = hours
    return wanted


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Whole milliseconds and millimetres per cell, and the summary.

    ``driven`` has moving time and distance, ``still`` standing and depot time, ``bounds`` the
    least and the most time; each has shape (2, n_cells).
    """

    driven: NDArray[np.int64]
    still: NDArray[np.int64]
    bounds: NDArray[np.int64]
    summary: Mapping[str, Any]

    @classmethod
    def of(cls, months: Sequence[PatrolMonth], grid: Grid, window: Window, threads: int) -> _Sums:
        """Add up the slots of a window, each stretch of cells in a thread."""
        n_cells = len(grid)
        driven, still, bounds = np.zeros((3, 2, n_cells), np.int64)
        fixed, ignored = np.zeros((2, n_cells), np.bool_)
        held = [month for month in months if any(map(window.holds_day, month.days))]
        wanted = [wanted_slots(month, window) for month in held]

        def add(stretch: tuple[int, int]) -> None:
            for month, mask in zip(held, wanted, strict=True):
                for rows, sums, marked in (
                    (month.driven, driven, fixed),
                    (month.still, still, ignored),
                    (month.bounds, bounds, ignored),
                ):
                    begin, end = np.searchsorted(rows.position, stretch).tolist()
                    scan.add_sums(rows, begin, end, mask, sums, marked)

        for _ in run_local(add, _stretches(n_cells, threads), threads=threads):
            pass
        ledger = dict.fromkeys(BUCKETS, 0)
        ledger["moving"] = int(driven[0].sum())
        ledger["standing"], ledger["depot"] = (int(column.sum()) for column in still)
        for month, mask in zip(held, wanted, strict=True):
            for name, by_slot in zip(UNPLACED, month.unplaced, strict=True):
                ledger[name] += int(by_slot[mask > 0].sum())
        seconds = {name: ms / 1e3 for name, ms in ledger.items()}
        summary = {
            "cells_patrolled": int((driven[0] + still[0] > 0).sum()),
            "cells_with_fix": int(fixed.sum()),
            "ledger": seconds | {"total": sum(ledger.values()) / 1e3},
            **_counts_of_days(held, window),
        }
        return cls(driven, still, bounds, summary)

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """Return the summed columns of the contract."""
        (moving, mm), (standing, depot), (low, high) = self.driven, self.still, self.bounds
        return {
            "moving_s": moving / 1e3,
            "standing_s": standing / 1e3,
            "depot_s": depot / 1e3,
            "patrol_s": (moving + standing) / 1e3,
            "distance_m": mm / 1e3,
            "patrol_lo_s": low / 1e3,
            "patrol_hi_s": high / 1e3,
        }


def _counts_of_days(months: Sequence[PatrolMonth], window: Window) -> dict[str, Any]:
    """Return what became of the fixes of a window's days, ways through tunnels, and the days."""
    fixes: dict[str, int] = {}
    tunnels = 0
    days = []
    for month in months:
        for day, counts in zip(month.days, month.counts, strict=True):
            if window.holds_day(day):
                days.append(day.isoformat())
                tunnels += counts.tunnels
                for name, count in counts.fixes.items():
                    fixes[name] = fixes.get(name, 0) + count
    return {"fixes": fixes, "tunnels": tunnels, "days": days}


def _counts(
    months: Sequence[PatrolMonth],
    n_cells: int,
    clock: WindowClock,
    time_zone: str,
    threads: int,
) -> NDArray[np.int64]:
    """Return what the stays of the window say of each cell, as `scan.no_counts` lays it out."""
    lengths = clock.end - clock.start
    parts = scan.Parts(clock.start, clock.end, np.cumsum(lengths) - lengths)
    reached = [month for month in months if _overlaps(month, clock, time_zone)]
    numbers: dict[str, int] = {}
    frames = [_frame(month, clock, time_zone, numbers) for month in reached]
    counts = scan.no_counts(n_cells)
    n_words = -(-max(len(numbers), 1) // 64)

    def add(stretch: tuple[int, int]) -> None:
        first, end = stretch
        seen = np.zeros((end - first, n_words), np.uint64)
        here, open_visits = counts[first:end], scan.no_visits()
        for month, frame in zip(reached, frames, strict=True):
            limits = scan.Limits(
                BACK_WITHIN_S * 1000,
                LEAST_VISIT_S * 1000,
                frame.start_ms + int(frame.day_start[-1]),
                first,
            )
            rows = month.stays
            at, after = np.searchsorted(rows.position, stretch).tolist()
            open_visits = scan.add_stays(
                rows, at, after, frame, parts, limits, open_visits, here, seen
            )
        np.add.at(
            here[:, scan.VISITS], open_visits.cell, open_visits.stayed >= LEAST_VISIT_S * 1000
        )

    for _ in run_local(add, _stretches(n_cells, threads), threads=threads):
        pass
    return counts


def _overlaps(month: PatrolMonth, clock: WindowClock, time_zone: str) -> bool:
    """Tell whether a month and a window share an instant."""
    start, end = (int(hour_edges(day, time_zone)[0]) for day in (month.first, month.after))
    part = int(np.searchsorted(clock.end, start, side="right"))
    return part < clock.start.size and bool(clock.start[part] < end)


def _frame(
    month: PatrolMonth, clock: WindowClock, time_zone: str, numbers: dict[str, int]
) -> scan.Frame:
    """Return how the stays of a month are read; new units get the next numbers."""
    every = range((month.after - month.first).days + 1)
    starts = [hour_edges(month.first + timedelta(days=i), time_zone)[0] for i in every]
    day_start = np.array(starts, np.int64) - starts[0]
    hours = np.arange(0, day_start[-1] + scan.HOUR_MS, scan.HOUR_MS, dtype=np.int64)
    return scan.Frame(
        start_ms=int(starts[0]),
        unit_bits=unit_bits(month.units),
        unit=np.array([numbers.setdefault(n, len(numbers)) for n in month.units], np.int64),
        part_at=np.searchsorted(clock.end, starts[0] + hours, side="right"),
        day_at=np.searchsorted(day_start, hours, side="right") - 1,
        day_start=day_start,
        day_number=(month.first - _EPOCH).days,
    )


def _stay_columns(counts: NDArray[np.int64], length_ms: int) -> dict[str, NDArray[np.generic]]:
    """Return the columns that need single stays: unions, visits, units, days, absences."""
    never = counts[:, scan.PASSES] == 0
    seen = {}
    for name, column in (("first_seen", scan.FIRST), ("last_seen", scan.LAST)):
        seen[name] = counts[:, column].astype("datetime64[ms]")
        seen[name][never] = np.datetime64("NaT")
    absent = np.maximum(counts[:, scan.LONGEST], length_ms - counts[:, scan.UNTIL])
    return {
        "presence_s": counts[:, scan.PRESENT] / 1e3,
        "passes": counts[:, scan.PASSES].astype(np.float64),
        "visits": counts[:, scan.VISITS].astype(np.float64),
        "units": counts[:, scan.UNITS].astype(np.float64),
        "days": counts[:, scan.DAYS].astype(np.float64),
        "longest_absence_h": absent / 3.6e6,
        **seen,
    }
