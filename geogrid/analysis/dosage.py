"""What was promised to places, and what patrols delivered: visits, minutes, absences.

A visit is the time of one unit in the cells of a place, joined when it is back in 300 s; what
is under 10 s in all is left out. It counts in the shift in which it begins, its minutes in the
shifts in which they pass. A visit shorter than promised is a drive-past: its minutes count, it
does not. Delivered minutes are those with at least one unit there; unit-minutes stand beside them.

References
----------
Koper, C. S. (1995). Just enough police presence: Reducing crime and disorderly behavior by
optimizing patrol time in crime hot spots. Justice Quarterly 12, 649-672 (what a visit does rises
to about 10 to 16 minutes and falls after).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.patrol_coverage import BACK_WITHIN_S, LEAST_VISIT_S
from geogrid.analysis.shift_clock import DutyPeriods, Parts, clock_of, parts_inside
from geogrid.analysis.window_clock import WindowClock
from geogrid.errors import InputError

BAND_MIN: Final = (10.0, 16.0)  # minutes of a visit that do most, both included
MOST_ROWS: Final = 3_000_000  # places times shifts that are worked out at once
_MIN_MS: Final = 60_000
_HOUR_MS: Final = 3_600_000
_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Promise:
    """What a place is promised in each shift.

    Parameters
    ----------
    visits
        Visits in a whole shift, >= 0.
    minutes_min, minutes_max
        Least and most minutes of a visit.
    longest_absence_h
        Longest time without any unit, on the clock of the hours of duty; infinite for none.
    hours
        Start and end of the hours of duty on the local clock; ``None`` for all.

    Raises
    ------
    InputError
        A number is below 0, or the most minutes are fewer than the least.
    """

    visits: float = 0.0
    minutes_min: float = 0.0
    minutes_max: float = np.inf
    longest_absence_h: float = np.inf
    hours: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        numbers = (self.visits, self.minutes_min, self.longest_absence_h)
        if not (min(numbers) >= 0.0 and self.minutes_max >= self.minutes_min):
            raise InputError(
                "a promise needs numbers that are not below 0: {promise}", promise=self
            )


@dataclass(frozen=True, slots=True, eq=False)
class PromisedPlace:
    """A place and what it is promised.

    Parameters
    ----------
    place
        Its id.
    kind
        Its class, such as ``room_1``.
    district
        Id of the district that it is in.
    cells
        Positions in the grid of the cells that count as being there, shape (n,).
    promise
        What it is promised.
    """

    place: str
    kind: str
    district: str
    cells: NDArray[np.int64]
    promise: Promise


@dataclass(frozen=True, slots=True, eq=False)
class CellStays:
    """Stays of units in cells, ordered by cell.

    Parameters
    ----------
    cell
        Position in the grid, shape (n,).
    unit
        Number of the unit.
    enter, leave
        Milliseconds UTC. Stays of a unit do not overlap.
    """

    cell: NDArray[np.int64]
    unit: NDArray[np.int64]
    enter: NDArray[np.int64]
    leave: NDArray[np.int64]

    def in_cells(self, cells: NDArray[np.int64]) -> CellStays:
        """Return the stays in some cells, ordered by unit and time.

        Parameters
        ----------
        cells
            Positions, each once.

        Returns
        -------
        CellStays
            No longer ordered by cell.
        """
        first = np.searchsorted(self.cell, cells, side="left")
        last = np.searchsorted(self.cell, cells, side="right")
        at = np.concatenate(
            [np.arange(a, b) for a, b in zip(first, last, strict=True)] or [np.arange(0)]
        )
        at = at[np.lexsort((self.enter[at], self.unit[at]))]
        return CellStays(self.cell[at], self.unit[at], self.enter[at], self.leave[at])


@dataclass(frozen=True, slots=True, eq=False)
class DutyClocks:
    """When promises hold and what of it is known, for one choice of hours of duty.

    Parameters
    ----------
    hours
        The hours of duty on every day, so that whole shifts can be measured.
    known
        Those of the window whose tracks are imported.
    """

    hours: WindowClock
    known: WindowClock


COLUMNS: Final = (
    "promised_visits",
    "visits",
    "drive_pasts",
    "too_long",
    "all_visits",
    "in_band",
    "promised_min",
    "delivered_min",
    "unit_min",
    "longest_absence_h",
    "kept",
)


def dosage_compliance(
    places: Sequence[PromisedPlace],
    stays: CellStays,
    periods: DutyPeriods,
    clocks: dict[tuple[int, int] | None, DutyClocks],
) -> pd.DataFrame:
    """Return what each place was promised and got in each shift of a window.

    Parameters
    ----------
    places
        Places and promises.
    stays
        Of all units, ordered by cell.
    periods
        The shifts; see `geogrid.analysis.shift_clock.duty_periods`.
    clocks
        By the hours of duty of the promises.

    Returns
    -------
    pandas.DataFrame
        A row for each place and shift that the window holds a part of: ``at`` (position in
        ``places``), ``period``, ``part`` (share of the shift's hours of duty that the window
        holds; visits and minutes are promised in proportion), and `COLUMNS`. ``kept`` where there
        were as many visits as the whole ones promised, and no longer absence.

    Raises
    ------
    InputError
        Places times shifts are more than can be worked out at once.
    """
    if len(places) * periods.start.size > MOST_ROWS:
        raise InputError(
            "{places} places times {shifts} shifts are more than {limit:,}; ask for fewer days",
            places=len(places),
            shifts=periods.start.size,
            limit=MOST_ROWS,
        )
    tables = []
    for at, place in enumerate(places):
        duty = clocks[place.promise.hours]
        parts = parts_inside(periods.start, periods.end, duty.known)
        left = parts.length_ms(periods.start.size)
        whole = parts_inside(periods.start, periods.end, duty.hours).length_ms(periods.start.size)
        held = np.flatnonzero(left)
        columns = _place_columns(place.promise, stays.in_cells(place.cells), parts, duty.known)
        share = left[held] / whole[held]
        table = pd.DataFrame({name: values[held] for name, values in columns.items()})
        table.insert(0, "at", at)
        table.insert(1, "period", held)
        table.insert(2, "part", share)
        tables.append(_judged(table, place.promise))
    empty = pd.DataFrame(columns=["at", "period", "part", *COLUMNS])
    return pd.concat(tables, ignore_index=True) if tables else empty


def _judged(table: pd.DataFrame, promise: Promise) -> pd.DataFrame:
    """Return a place's rows with what was promised, and whether it was kept."""
    table["promised_visits"] = promise.visits * table["part"]
    table["promised_min"] = table["promised_visits"] * promise.minutes_min
    enough = table["visits"] >= np.floor(table["promised_visits"] + _ROUNDING)
    near = table["longest_absence_h"] <= promise.longest_absence_h + _ROUNDING
    table["kept"] = enough & near
    return table[["at", "period", "part", *COLUMNS]]


def _place_columns(
    promise: Promise, stays: CellStays, parts: Parts, clock: WindowClock
) -> dict[str, NDArray[np.generic]]:
    """Return what one place got in each period, zeros where the window holds nothing of it."""
    inside = parts_inside(stays.enter, stays.leave, clock)
    begin, stayed = _visits(stays.unit[inside.of], inside.start, inside.end)
    minutes = stayed / _MIN_MS
    kept = minutes >= promise.minutes_min - _ROUNDING
    band = (minutes >= BAND_MIN[0]) & (minutes <= BAND_MIN[1])
    union = clock_of(inside.start, inside.end)
    n = int(parts.of.max(initial=-1)) + 1
    return {
        "visits": _begun(begin[kept], parts, n),
        "drive_pasts": _begun(begin[~kept], parts, n),
        "too_long": _begun(begin[minutes > promise.minutes_max], parts, n),
        "all_visits": _begun(begin, parts, n),
        "in_band": _begun(begin[band], parts, n),
        "delivered_min": _passed(union.start, union.end, parts, n) / _MIN_MS,
        "unit_min": _passed(inside.start, inside.end, parts, n) / _MIN_MS,
        "longest_absence_h": _absences(union, parts, clock, n) / _HOUR_MS,
    }


def _visits(
    unit: NDArray[np.int64], enter: NDArray[np.int64], leave: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return when visits began and how long they were in all, in order of their beginnings."""
    new = np.ones(unit.size, dtype=np.bool_)
    new[1:] = (unit[1:] != unit[:-1]) | (enter[1:] - leave[:-1] > BACK_WITHIN_S * 1000)
    first = np.flatnonzero(new)
    stayed = np.add.reduceat(leave - enter, first) if first.size else np.zeros(0, np.int64)
    long_enough = stayed >= LEAST_VISIT_S * 1000
    begin, stayed = enter[first][long_enough], stayed[long_enough]
    order = np.argsort(begin, kind="stable")
    return begin[order], stayed[order]


def _begun(begin: NDArray[np.int64], parts: Parts, periods: int) -> NDArray[np.int64]:
    """Return how many of some sorted instants lie in each period."""
    counts = np.searchsorted(begin, parts.end) - np.searchsorted(begin, parts.start)
    return np.bincount(parts.of, counts, periods).astype(np.int64)


def _passed(
    start: NDArray[np.int64], end: NDArray[np.int64], parts: Parts, periods: int
) -> NDArray[np.float64]:
    """Return how much of some stays lies in each period, ms; stays may overlap."""
    starts, ends = np.sort(start), np.sort(end)
    before_start, before_end = (np.append(0, np.cumsum(side)) for side in (starts, ends))

    def until(t: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the time spent before instants: from all starts, less from all ends."""
        begun, over = np.searchsorted(starts, t), np.searchsorted(ends, t)
        return np.asarray(begun * t - before_start[begun] - over * t + before_end[over])

    spent = (until(parts.end) - until(parts.start)).astype(np.float64)
    return np.bincount(parts.of, spent, periods).astype(np.float64)


def _absences(
    union: WindowClock, parts: Parts, clock: WindowClock, periods: int
) -> NDArray[np.float64]:
    """Return the longest time without any unit that was reached in each period, ms."""
    first = np.searchsorted(clock.end, union.start, side="right")
    last = np.searchsorted(clock.end, union.end, side="left")
    gone = np.append(0, clock.elapsed(union.end, last))
    back = np.append(clock.elapsed(union.start, first), clock.length_ms)
    within = np.searchsorted(clock.end, parts.start, side="right")
    opened, closed = clock.elapsed(parts.start, within), clock.elapsed(parts.end, within)
    longest = np.zeros(periods)
    low = np.searchsorted(back, opened, side="right")
    high = np.searchsorted(gone, closed, side="left")
    for k in range(parts.of.size):
        gaps = slice(low[k], high[k])
        reached = np.minimum(back[gaps], closed[k]) - gone[gaps]
        longest[parts.of[k]] = max(longest[parts.of[k]], float(reached.max(initial=0)))
    return longest
