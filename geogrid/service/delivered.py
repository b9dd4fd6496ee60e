"""What the places of a workspace were promised, and what its patrols delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd

from geogrid.analysis.cell_history import stays_in_cell
from geogrid.analysis.dosage import (
    COLUMNS,
    CellStays,
    DutyClocks,
    PromisedPlace,
    dosage_compliance,
)
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.analysis.shift_clock import DutyPeriods, Shift, duty_periods, parts_inside
from geogrid.analysis.window_clock import WindowClock
from geogrid.errors import LayerNotFoundError
from geogrid.model.window import Window
from geogrid.service.months import PatrolYear
from geogrid.service.patrols import derived_days, window_days
from geogrid.service.promises import CATCHMENT_M, SHIFTS, promised_places, shifts_of
from geogrid.service.reduced import with_fixes
from geogrid.service.rosters import heard_minutes, manned, roster_rows, rostered_units
from geogrid.service.shelf import Progress, Shelf, no_progress
from geogrid.service.units import units_of_group

_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class DosageReport:
    """What places were promised and got.

    Parameters
    ----------
    places
        Places with what they are promised.
    rows
        Of `geogrid.analysis.dosage.dosage_compliance`.
    shifts
        The shifts.
    periods
        Each time that one was on.
    roster
        Of `geogrid.service.rosters.roster_rows`; ``None`` where nobody is rostered.
    """

    places: Sequence[PromisedPlace]
    rows: pd.DataFrame
    shifts: Sequence[Shift]
    periods: DutyPeriods
    roster: pd.DataFrame | None = None

    def table(self) -> pd.DataFrame:
        """Return the rows with names of places, districts, shifts and days."""
        at = self.rows["at"].to_numpy(np.int64)
        period = self.rows["period"].to_numpy(np.int64)
        days = [_EPOCH + timedelta(days=int(day)) for day in self.periods.day]
        names = [shift.name for shift in self.shifts]
        told = {
            "place": [self.places[i].place for i in at],
            "class": [self.places[i].kind for i in at],
            "district": [self.places[i].district for i in at],
            "shift": [names[self.periods.shift[i]] for i in period],
            "day": [days[i].isoformat() for i in period],
        }
        return pd.DataFrame(told, index=self.rows.index).join(self.rows[["part", *COLUMNS]])


def dosage_report(
    shelf: Shelf,
    window: Window,
    rules: PatrolRules,
    *,
    group: str | None = None,
    catchment_m: float = CATCHMENT_M,
    progress: Progress = no_progress,
) -> DosageReport:
    """Return what the places of a workspace were promised and got in a window.

    Parameters
    ----------
    shelf
        The workspace.
    window
        Which days and hours count; days that are not imported promise nothing.
    rules
        Thresholds of patrol time.
    group
        Only units of this group count; all do if ``None``.
    catchment_m
        See `geogrid.service.promises.promised_places`.
    progress
        Is told how many stale days are derived.

    Returns
    -------
    DosageReport
        Rows by place and shift.

    Raises
    ------
    LayerNotFoundError
        Nothing is promised, or no tracks are imported.
    InputError
        There is no such group, or a promise is to what is not known.
    """
    places = promised_places(shelf, catchment_m)
    _require_tracks(shelf)
    with_fixes(shelf, window)
    units = None if group is None else units_of_group(shelf, group)
    year = PatrolYear.of(shelf, rules, progress, units=units)
    report = delivered_to(shelf, places, window, year, shifts_of(shelf))
    return replace(report, roster=_roster(shelf, report, window, rules, units))


def _roster(
    shelf: Shelf,
    report: DosageReport,
    window: Window,
    rules: PatrolRules,
    units: tuple[str, ...] | None,
) -> pd.DataFrame | None:
    """Return who works the shifts of a report, and who was heard of in them."""
    due = rostered_units(shelf, report.shifts, report.periods)
    days, zone = window_days(shelf, window)[0], shelf.config.time_zone
    if due is None or not days:
        return None
    if units is not None:
        due = tuple(one & frozenset(units) for one in due)
    known = WindowClock.of(window, days, zone)
    parts = parts_inside(report.periods.start, report.periods.end, known)
    held = np.unique(parts.of[parts.end > parts.start])
    around = [day for day in derived_days(shelf, rules) if days[0] <= day.day <= days[-1]]
    return roster_rows(due, held, report.periods, heard_minutes(around, report.periods, zone))


def _require_tracks(shelf: Shelf) -> None:
    if not shelf.tracks.days():
        raise LayerNotFoundError(
            "no tracks are imported, so nothing is known of visits; import them with: geogrid "
            "import WS tracks FILE"
        )


def delivered_to(
    shelf: Shelf,
    places: Sequence[PromisedPlace],
    window: Window,
    year: PatrolYear,
    shifts: Sequence[Shift],
) -> DosageReport:
    """Return what some places were promised and got in a window, whatever is registered.

    Parameters
    ----------
    shelf
        The workspace.
    places
        Places and promises; one without a promise still tells what it got.
    window
        Which days and hours count; days that are not imported promise nothing.
    year
        Its patrols.
    shifts
        What promises are for; time in none of them counts nowhere.

    Returns
    -------
    DosageReport
        Rows by place and shift.
    """
    zone = shelf.config.time_zone
    days = window_days(shelf, window)[0]
    if not days:
        nothing = duty_periods((), _EPOCH, _EPOCH, zone)
        empty = dosage_compliance([], CellStays(*np.empty((4, 0), np.int64)), nothing, {})
        return DosageReport(places, empty, shifts, nothing)
    periods = duty_periods(shifts, days[0], days[-1], zone)
    clocks = {p.promise.hours: _clocks(p.promise.hours, window, days, zone) for p in places}
    stays = _stays(year, places)
    return DosageReport(places, dosage_compliance(places, stays, periods, clocks), shifts, periods)


def _clocks(
    hours: tuple[int, int] | None, window: Window, days: Sequence[date], zone: str
) -> DutyClocks:
    """Return the hours of duty on every day around a window, and those in it."""
    around = [days[0] + timedelta(days=k) for k in range(-2, (days[-1] - days[0]).days + 3)]
    duty = WindowClock.of(Window(hours=hours), around, zone)
    asked = WindowClock.of(window, days, zone)
    both = parts_inside(asked.start, asked.end, duty)
    return DutyClocks(duty, WindowClock(both.start, both.end))


def _stays(year: PatrolYear, places: Sequence[PromisedPlace]) -> CellStays:
    """Return the stays in all cells of the places."""
    every = [np.empty(0, np.int64), *(place.cells for place in places)]
    numbers: dict[str, int] = {}
    parts = [np.empty((4, 0), np.int64)]
    for cell in np.unique(np.concatenate(every)):
        unit, enter, leave = stays_in_cell(year.months, int(cell), year.time_zone, numbers)
        parts.append(np.stack([np.full(unit.size, cell), unit, enter, leave]))
    return CellStays(*np.concatenate(parts, axis=1))


def duty_ms(shelf: Shelf, window: Window) -> int | None:
    """Return how much of a window's imported days a shift is on that somebody works.

    Parameters
    ----------
    shelf
        The workspace.
    window
        Which days and hours count.

    Returns
    -------
    int or None
        Milliseconds; ``None`` where no shifts are registered, or no day is imported. Without
        rosters every shift counts, with them those that have a unit.
    """
    days, _ = window_days(shelf, window)
    if SHIFTS not in shelf.registers.kinds() or not days:
        return None
    zone = shelf.config.time_zone
    shifts = shifts_of(shelf)
    periods = duty_periods(shifts, days[0], days[-1], zone)
    on = manned(rostered_units(shelf, shifts, periods), periods.start.size)
    clock = WindowClock.of(window, days, zone)
    parts = parts_inside(periods.start[on], periods.end[on], clock)
    return int(parts.length_ms(int(on.sum())).sum())
