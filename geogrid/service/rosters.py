"""Who works which shift on which day, from the register of rosters, and who was heard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.patrol_day import PatrolDay, hour_edges
from geogrid.analysis.shift_clock import DutyPeriods, Shift
from geogrid.errors import InputError
from geogrid.model.window import Window
from geogrid.service.shelf import Shelf

ROSTERS: Final = "rosters"
HEARD_MIN: Final = 30.0  # a unit that reports for less of its shift was not out
_EPOCH: Final = date(1970, 1, 1)
_HOUR_MS: Final = 3_600_000


def rostered_units(
    shelf: Shelf, shifts: Sequence[Shift], periods: DutyPeriods
) -> tuple[frozenset[str], ...] | None:
    """Return which units work each shift.

    Parameters
    ----------
    shelf
        The workspace.
    shifts
        Its shifts.
    periods
        Each time that one is on.

    Returns
    -------
    tuple of frozenset of str or None
        The units of each period, of the day on which it begins; ``None`` where there are no
        rosters.

    Raises
    ------
    InputError
        A roster names a shift that is not registered.
    """
    if ROSTERS not in shelf.registers.kinds():
        return None
    rows = list(_rows(shelf.registers.read(ROSTERS), [shift.name for shift in shifts]))
    due = []
    for at, number in zip(periods.shift.tolist(), periods.day.tolist(), strict=True):
        day = _EPOCH + timedelta(days=number)
        due.append(frozenset(unit for unit, shift, days in rows if shift == at and _on(days, day)))
    return tuple(due)


_Days = tuple[str | None, str | None, frozenset[int] | None]  # first, last, days of the week


def _rows(frame: pd.DataFrame, names: Sequence[str]) -> Iterable[tuple[str, int, _Days]]:
    for _, row in frame.iterrows():
        if row["shift"] not in names:
            raise InputError(
                "unit {unit} is on the roster of the shift {shift!r}, but there is none of that "
                "name; there are {known}",
                unit=row["unit"],
                shift=row["shift"],
                known=", ".join(name for name in names if name) or "-",
            )
        first, last, week = (
            row[name] if isinstance(row[name], str) else None
            for name in ("first", "last", "weekdays")
        )
        days = Window.parse(weekdays=week).weekdays if week else None
        yield str(row["unit"]), names.index(row["shift"]), (first, last, days)


def _on(days: _Days, day: date) -> bool:
    first, last, week = days
    text = day.isoformat()
    in_span = (first is None or first <= text) and (last is None or text <= last)
    return in_span and (week is None or day.weekday() in week)


def manned(due: Sequence[frozenset[str]] | None, periods: int) -> NDArray[np.bool_]:
    """Tell which shifts somebody works.

    Parameters
    ----------
    due
        Units of each period; ``None`` where nothing is known of them.
    periods
        How many there are.

    Returns
    -------
    ndarray of bool, shape (periods,)
        All, where nothing is known.
    """
    if due is None:
        return np.ones(periods, dtype=np.bool_)
    return np.array([bool(units) for units in due], dtype=np.bool_)


def heard_minutes(
    days: Iterable[PatrolDay], periods: DutyPeriods, time_zone: str
) -> dict[tuple[int, str], float]:
    """Return how long each unit was heard of in each shift.

    Parameters
    ----------
    days
        Derived days.
    periods
        Each time that a shift is on.
    time_zone
        IANA name.

    Returns
    -------
    dict
        Minutes on patrol or in a yard by number of the period and unit. An hour counts for the
        shift that its middle lies in.
    """
    found: dict[tuple[int, str], float] = {}
    for day in days:
        ledger, begin = day.ledger, int(hour_edges(day.day, time_zone)[0])
        known_ms = ledger[["moving_ms", "standing_ms", "depot_ms"]].sum(axis=1).to_numpy()
        middle = begin + ledger["hour"].to_numpy(np.int64) * _HOUR_MS + _HOUR_MS // 2
        units = ledger["unit"].astype(str).to_numpy()
        for number in np.flatnonzero(
            (periods.start < middle.max(initial=0)) & (periods.end > begin)
        ):
            inside = (middle >= periods.start[number]) & (middle < periods.end[number])
            for unit, ms in zip(units[inside], known_ms[inside], strict=True):
                key = (int(number), str(unit))
                found[key] = found.get(key, 0.0) + float(ms) / 60_000.0
    return found


def roster_rows(
    due: Sequence[frozenset[str]],
    held: NDArray[np.int64],
    periods: DutyPeriods,
    heard: dict[tuple[int, str], float],
) -> pd.DataFrame:
    """Return a row for each unit and shift that it works.

    Parameters
    ----------
    due
        Units of each period.
    held
        Numbers of the periods that the window holds a part of.
    periods
        Each time that a shift is on.
    heard
        As `heard_minutes` returns it.

    Returns
    -------
    pandas.DataFrame
        ``period`` ``shift`` (its number) ``day`` (ISO 8601) ``unit`` ``heard_min`` ``out``
        (at least half an hour).
    """
    rows: list[dict[str, Any]] = []
    for number in held.tolist():
        day = _EPOCH + timedelta(days=int(periods.day[number]))
        for unit in sorted(due[number]):
            minutes = heard.get((number, unit), 0.0)
            rows.append(
                {
                    "period": number,
                    "shift": int(periods.shift[number]),
                    "day": day.isoformat(),
                    "unit": unit,
                    "heard_min": minutes,
                    "out": minutes >= HEARD_MIN,
                }
            )
    return pd.DataFrame(rows, columns=["period", "shift", "day", "unit", "heard_min", "out"])
