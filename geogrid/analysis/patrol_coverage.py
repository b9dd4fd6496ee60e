"""Patrol effort per cell in a window, from the days that fall into it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.patrol_day import BUCKETS, EDGE_FIXES, PatrolDay, patrol_day
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.analysis.window_clock import WindowClock
from geogrid.kernels.stays import presence, visits
from geogrid.model.cells import CellTable, Field
from geogrid.model.grid import Grid
from geogrid.model.projection import FastProjection
from geogrid.model.tracks import Tracks
from geogrid.model.window import ALL_TIME, Window

BACK_WITHIN_S: Final = 300  # a unit that is back by then is on the same visit
LEAST_VISIT_S: Final = 10  # shorter visits are drive-bys of a corner
_EPOCH: Final = date(1970, 1, 1)
_MEANING_NULL: Final = "null: no imported day falls in the window"

FIELDS: Final = (
    Field("moving_s", "Moving time", "s", meaning=f"Unit-seconds in motion; {_MEANING_NULL}"),
    Field("standing_s", "Standing time", "s", meaning=f"Unit-seconds at rest; {_MEANING_NULL}"),
    Field("depot_s", "Depot time", "s", meaning="Unit-seconds at rest in a registered depot"),
    Field("patrol_s", "Patrol time", "s", meaning="Moving and standing outside depots"),
    Field("presence_s", "Presence", "s", meaning="Seconds with at least one unit on patrol"),
    Field("distance_m", "Distance driven", "m", meaning="Metres driven inside the cell"),
    Field("passes", "Passes", meaning="Entries of a unit into the cell"),
    Field("visits", "Visits", meaning="Passes of one unit joined when it is back in 300 s"),
    Field("units", "Units", meaning="Different units seen"),
    Field("days", "Days", meaning="Local days with presence"),
    Field("first_seen", "First seen", "UTC", "time", "null: never in the window"),
    Field("last_seen", "Last seen", "UTC", "time", "null: never in the window"),
    Field(
        "longest_absence_h",
        "Longest absence",
        "h",
        meaning="Longest time without any unit; the window's edges count",
    ),
    Field(
        "patrol_lo_s",
        "Patrol time, at least",
        "s",
        meaning="Least time that fix spacing and usual top speed allow; silent time is not in it",
    ),
    Field(
        "patrol_hi_s",
        "Patrol time, at most",
        "s",
        meaning="Most time that fix spacing and usual top speed allow; silent time is not in it",
    ),
    Field(
        "road_patrolled_share",
        "Road length patrolled",
        "",
        "share",
        "Of the cell's road length; null: no road is in the cell, or no imported day in the window",
    ),
)


def patrol_coverage(
    tracks: Tracks,
    grid: Grid,
    *,
    window: Window = ALL_TIME,
    time_zone: str = "UTC",
    rules: PatrolRules | None = None,
) -> CellTable:
    """Return patrol effort per cell of tracks that fit into memory.

    A workspace does the same day by day and keeps the days; see `geogrid.workspace`.

    Parameters
    ----------
    tracks
        Fixes, WGS-84.
    grid
        The grid.
    window
        Which local days and hours count.
    time_zone
        IANA name of the local time.
    rules
        Thresholds; a gap of 300 s and a speed of 160 km/h if ``None``.

    Returns
    -------
    CellTable
        The columns of `FIELDS`; null everywhere when no fix falls into the window's days. Its
        summary is that of `coverage_of_days`.
    """
    projection = FastProjection.fit(grid.spec)
    rules = rules or PatrolRules()
    number = _local_day(tracks.t, time_zone)
    known = np.unique(number)
    every = range(known[0], known[-1] + 1) if known.size else range(0)
    days = (
        patrol_day(
            tracks.where(_around(tracks.unit, number, day)),
            _EPOCH + timedelta(days=day),
            time_zone,
            projection,
            rules=rules,
        )
        for day in every
    )
    calendar = [_EPOCH + timedelta(days=day) for day in known.tolist()]
    return coverage_of_days(days, grid, window, calendar=calendar, time_zone=time_zone)


def _local_day(t: NDArray[np.int64], time_zone: str) -> NDArray[np.int64]:
    """Return the local days of instants, counted from 1970-01-01."""
    local = pd.DatetimeIndex(pd.to_datetime(t, unit="ms", utc=True)).tz_convert(time_zone)
    return local.tz_localize(None).to_numpy().astype("datetime64[D]").astype(np.int64)


def _around(unit: NDArray[np.int32], number: NDArray[np.int64], day: int) -> NDArray[np.bool_]:
    """Return which fixes are a day's, or one of a unit's few next to it on either side."""
    keep: NDArray[np.bool_] = number == day
    for steps in range(1, EDGE_FIXES + 1):
        same = unit[steps:] == unit[:-steps]
        keep[:-steps] |= same & (number[:-steps] < day) & (number[steps:] >= day)
        keep[steps:] |= same & (number[steps:] > day) & (number[:-steps] <= day)
    return keep


def coverage_of_days(
    days: Iterable[PatrolDay],
    grid: Grid,
    window: Window,
    *,
    calendar: Sequence[date],
    time_zone: str,
) -> CellTable:
    """Return patrol effort per cell, and where every second of tracked time went.

    Parameters
    ----------
    days
        Derived days of the window, in order; other days are passed over.
    grid
        The grid.
    window
        Which days and hours count.
    calendar
        Local days with imported tracks; of the window's days these are the known ones.
    time_zone
        IANA name.

    Returns
    -------
    CellTable
        The columns of `FIELDS`; null everywhere when no imported day falls in the window. Its
        summary has ``cells_patrolled``, ``cells_with_fix``, ``ledger`` (seconds by bucket, and
        their ``total``), ``fixes`` (counts), ``tunnels`` (silences that were a way through one)
        and ``days``.
    """
    clock = WindowClock.of(window, [d for d in calendar if window.holds_day(d)], time_zone)
    wanted = np.array(window.hour_mask())
    sums = _Sums(grid)
    passes: list[pd.DataFrame] = []
    for day in days:
        if not window.holds_day(day.day):
            continue
        sums.add(day, wanted)
        passes.append(day.passes)
    if clock.length_ms == 0:
        return CellTable(grid, FIELDS, _unknown(grid), sums.summary())
    stays = _stays(passes, grid, clock)
    columns = sums.columns() | _stay_columns(stays, grid, clock, time_zone)
    columns["road_patrolled_share"] = np.full(len(grid), np.nan)
    ordered = {field.name: columns[field.name] for field in FIELDS}
    return CellTable(grid, FIELDS, ordered, sums.summary())


def _unknown(grid: Grid) -> dict[str, NDArray[np.generic]]:
    """Return columns in which nothing is known."""
    never = np.full(len(grid), "NaT", "datetime64[ms]")
    nothing = np.full(len(grid), np.nan)
    return {field.name: never if field.scale == "time" else nothing for field in FIELDS}


class _Sums:
    """Whole milliseconds and millimetres per cell, and the ledger, added up day by day."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.cells = {
            name: np.zeros(len(grid), np.int64)
            for name in ("moving_ms", "standing_ms", "depot_ms", "mm", "fixes")
        }
        self.bounds = {name: np.zeros(len(grid), np.int64) for name in ("lo_ms", "hi_ms")}
        self.ledger_ms = dict.fromkeys(BUCKETS, 0)
        self.fixes: dict[str, int] = {}
        self.days: list[date] = []
        self.tunnels = 0

    def add(self, day: PatrolDay, wanted: NDArray[np.bool_]) -> None:
        """Add the wanted hours of a day."""
        hours = day.hours[wanted[day.hours["hour"].to_numpy()]]
        at = _positions(hours, self.grid)
        on = at >= 0
        for name, total in self.cells.items():
            values = hours[name].to_numpy()
            total[:] += np.bincount(at[on], values[on], len(self.grid)).astype(np.int64)
            if name.endswith("_ms"):
                self.ledger_ms[name.removesuffix("_ms")] += int(values[on].sum())
                self.ledger_ms["off_grid"] += int(values[~on].sum())
        bounds = day.bounds[wanted[day.bounds["hour"].to_numpy()]]
        at = _positions(bounds, self.grid)
        on = at >= 0
        for name, total in self.bounds.items():
            values = bounds[name].to_numpy()
            total[:] += np.bincount(at[on], values[on], len(self.grid)).astype(np.int64)
        ledger = day.ledger[wanted[day.ledger["hour"].to_numpy()]]
        self.ledger_ms["silent"] += int(ledger["silent_ms"].sum())
        self.ledger_ms["rejected"] += int(ledger["rejected_ms"].sum())
        for name, count in day.fixes.items():
            self.fixes[name] = self.fixes.get(name, 0) + count
        self.days.append(day.day)
        self.tunnels += day.tunnels

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """Return the summed columns of the contract."""
        seconds = {name: self.cells[f"{name}_ms"] / 1e3 for name in ("moving", "standing", "depot")}
        return {
            "moving_s": seconds["moving"],
            "standing_s": seconds["standing"],
            "depot_s": seconds["depot"],
            "patrol_s": (self.cells["moving_ms"] + self.cells["standing_ms"]) / 1e3,
            "distance_m": self.cells["mm"] / 1e3,
            "patrol_lo_s": self.bounds["lo_ms"] / 1e3,
            "patrol_hi_s": self.bounds["hi_ms"] / 1e3,
        }

    def summary(self) -> dict[str, Any]:
        """Return the ledger and the counts, in seconds and fixes."""
        ledger = {name: ms / 1e3 for name, ms in self.ledger_ms.items()}
        return {
            "cells_patrolled": int((self.cells["moving_ms"] + self.cells["standing_ms"] > 0).sum()),
            "cells_with_fix": int((self.cells["fixes"] > 0).sum()),
            "ledger": ledger | {"total": sum(self.ledger_ms.values()) / 1e3},
            "fixes": self.fixes,
            "tunnels": self.tunnels,
            "days": [day.isoformat() for day in self.days],
        }


def _positions(frame: pd.DataFrame, grid: Grid) -> NDArray[np.int64]:
    """Return positions in the grid of cells counted from the lattice's origin; -1 off it."""
    spec = grid.spec
    row = frame["row"].to_numpy().astype(np.int64) - round(
        (spec.y_min - spec.origin[1]) / spec.cell_size
    )
    col = frame["col"].to_numpy().astype(np.int64) - round(
        (spec.x_min - spec.origin[0]) / spec.cell_size
    )
    inside = (row >= 0) & (row < spec.n_rows) & (col >= 0) & (col < spec.n_cols)
    return np.where(inside, grid.position_of(np.where(inside, row * spec.n_cols + col, -1)), -1)


class _Stays(NamedTuple):
    """Stays on the grid, ordered by cell, unit and time; ``part`` is a part of the window."""

    cell: NDArray[np.int64]
    unit: NDArray[np.int64]
    enter: NDArray[np.int64]
    leave: NDArray[np.int64]
    part: NDArray[np.intp]


def _stays(passes: list[pd.DataFrame], grid: Grid, clock: WindowClock) -> _Stays:
    """Return stays on the grid, joined over midnights and cut to the window's parts."""
    numbers: dict[str, int] = {}
    parts: list[NDArray[np.int64]] = [np.empty((4, 0), np.int64)]
    for day in passes:
        named = pd.Categorical(day["unit"])
        unit = np.array([numbers.setdefault(n, len(numbers)) for n in named.categories], np.int64)
        columns = (_positions(day, grid), unit[named.codes], day["enter"], day["leave"])
        parts.append(np.stack([np.asarray(column, np.int64) for column in columns]))
    stays = np.concatenate(parts, axis=1)
    stays = stays[:, stays[0] >= 0]
    order = np.argsort(stays[0] * len(numbers) + stays[1], kind="stable")  # a unit's are in order
    cell, unit, enter, leave = stays[:, order]
    new = np.ones(cell.size, dtype=np.bool_)
    new[1:] = (cell[1:] != cell[:-1]) | (unit[1:] != unit[:-1]) | (enter[1:] != leave[:-1])
    first = np.flatnonzero(new)
    last = np.append(first[1:], cell.size)[: first.size] - 1
    return _cut(cell[first], unit[first], (enter[first], leave[last]), clock)


def _cut(
    cell: NDArray[np.int64],
    unit: NDArray[np.int64],
    span: tuple[NDArray[np.int64], NDArray[np.int64]],
    clock: WindowClock,
) -> _Stays:
    """Return the parts of stays that lie in the window."""
    enter, leave = span
    begin = np.searchsorted(clock.end, enter, side="right")
    count = np.maximum(np.searchsorted(clock.start, leave, side="left") - begin, 0)
    at = np.repeat(np.arange(cell.size), count)
    part = begin[at] + _counted(count)
    return _Stays(
        cell[at],
        unit[at],
        np.maximum(enter[at], clock.start[part]),
        np.minimum(leave[at], clock.end[part]),
        part,
    )


def _counted(count: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return 0, 1, ..., count - 1 for each count, end to end."""
    return np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)


def _stay_columns(
    stays: _Stays, grid: Grid, clock: WindowClock, time_zone: str
) -> dict[str, NDArray[np.generic]]:
    """Return the columns that need single stays: unions, visits, units, days, absences."""
    n, cell = len(grid), stays.cell
    limits = (BACK_WITHIN_S * 1000, LEAST_VISIT_S * 1000)
    n_visits, n_units = visits(cell, stays.unit, stays.enter, stays.leave, n, *limits)
    started = clock.elapsed(stays.enter, stays.part)
    order = np.argsort(cell * (clock.length_ms + 1) + started)
    ended = clock.elapsed(stays.leave, stays.part)
    present, absent = presence(cell[order], started[order], ended[order], n, clock.length_ms)
    passes = np.bincount(cell, minlength=n)
    seen = np.flatnonzero(passes)
    at = np.cumsum(passes)[seen] - passes[seen]
    first, last = np.full((2, n), np.datetime64("NaT", "ms"))
    if seen.size:
        first[seen] = np.minimum.reduceat(stays.enter, at).astype("datetime64[ms]")
        last[seen] = np.maximum.reduceat(stays.leave, at).astype("datetime64[ms]")
    return {
        "presence_s": present / 1e3,
        "passes": passes.astype(np.float64),
        "visits": n_visits.astype(np.float64),
        "units": n_units.astype(np.float64),
        "days": _days(stays, n, time_zone),
        "first_seen": first,
        "last_seen": last,
        "longest_absence_h": absent / 3.6e6,
    }


def _days(stays: _Stays, n_cells: int, time_zone: str) -> NDArray[np.float64]:
    """Return the number of local days with presence in each cell."""
    first = _local_day(stays.enter, time_zone)
    last = np.maximum(_local_day(stays.leave - 1, time_zone), first)
    count = last - first + 1
    cell, day = np.repeat(stays.cell, count), np.repeat(first, count) + _counted(count)
    base = day.min(initial=0)
    width = int(day.max(initial=0) - base) + 1
    pairs = np.sort(cell * width + (day - base))
    once = pairs[np.diff(pairs, prepend=-1) > 0]
    return np.bincount(once // width, minlength=n_cells).astype(np.float64)
