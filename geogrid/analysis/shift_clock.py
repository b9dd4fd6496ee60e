"""Duty on the local clock: shifts that repeat by day, across midnights and changes of clocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.window_clock import WindowClock
from geogrid.errors import InputError

DAY_MIN: Final = 1_440
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift that begins on some days of the week.

    Parameters
    ----------
    name
        Its name.
    start_min, end_min
        Minutes after local midnight, 0 to 1,440. A shift that ends at its start, or before
        it, ends on the next day.
    weekdays
        Days on which it begins, 0 for Monday; ``None`` for every day.

    Raises
    ------
    InputError
        A time is not in the day.
    """

    name: str
    start_min: int
    end_min: int
    weekdays: frozenset[int] | None = None

    def __post_init__(self) -> None:
        if not (0 <= self.start_min < DAY_MIN and 0 <= self.end_min <= DAY_MIN):
            raise InputError(
                "shift {name!r} must begin and end within a day, got minutes {start} and {end}",
                name=self.name,
                start=self.start_min,
                end=self.end_min,
            )

    @property
    def length_min(self) -> int:
        """Length on the clock from its start to its end, minutes."""
        return (self.end_min - self.start_min - 1) % DAY_MIN + 1


WHOLE_DAY: Final = Shift("", 0, DAY_MIN)


@dataclass(frozen=True, slots=True, eq=False)
class DutyPeriods:
    """Each time that a shift is on, in order of their starts.

    Parameters
    ----------
    shift
        Which shift, shape (n,).
    day
        Local day on which it begins, as days since 1970-01-01.
    start, end
        Milliseconds UTC.
    """

    shift: NDArray[np.int64]
    day: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]


def duty_periods(shifts: Sequence[Shift], first: date, last: date, time_zone: str) -> DutyPeriods:
    """Return every time that a shift is on which touches some local days.

    Parameters
    ----------
    shifts
        The shifts.
    first, last
        Local days, both included. A shift that began the day before and reaches into the first
        is one of them.
    time_zone
        IANA name.

    Returns
    -------
    DutyPeriods
        Shifts are as long as the clock says, an hour more or less where clocks change.
    """
    zone, rows = ZoneInfo(time_zone), []
    begin = _instant_ms(first, 0, zone)
    for number in range(-1, (last - first).days + 1):
        day = first + timedelta(days=number)
        for at, shift in enumerate(shifts):
            if shift.weekdays is not None and day.weekday() not in shift.weekdays:
                continue
            start = _instant_ms(day, shift.start_min, zone)
            end = _instant_ms(day, shift.start_min + shift.length_min, zone)
            if end > begin:
                rows.append((start, end, at, (day - _EPOCH).days))
    table = np.array(sorted(rows), dtype=np.int64).reshape(-1, 4)
    return DutyPeriods(shift=table[:, 2], day=table[:, 3], start=table[:, 0], end=table[:, 1])


def _instant_ms(day: date, minute: int, zone: ZoneInfo) -> int:
    """Return the instant of a local time; minutes are those of the clock on the wall."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return round((midnight + timedelta(minutes=minute)).timestamp() * 1000)


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What is left of some periods inside a clock.

    Parameters
    ----------
    of
        Which period, shape (n,), not falling.
    start, end
        Milliseconds UTC.
    """

    of: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]

    def length_ms(self, periods: int) -> NDArray[np.int64]:
        """Return how much is left of each period.

        Parameters
        ----------
        periods
            How many periods there are.

        Returns
        -------
        ndarray of int64, shape (periods,)
            Milliseconds.
        """
        lengths = np.zeros(periods, np.int64)
        np.add.at(lengths, self.of, self.end - self.start)
        return lengths


def parts_inside(start: NDArray[np.int64], end: NDArray[np.int64], clock: WindowClock) -> Parts:
    """Return the parts of periods that lie inside a clock.

    Parameters
    ----------
    start, end
        Periods, which may overlap each other, milliseconds UTC, shape (n,).
    clock
        The clock.

    Returns
    -------
    Parts
        In order of the periods, then of time; none of them empty.
    """
    begin = np.searchsorted(clock.end, start, side="right")
    count = np.maximum(np.searchsorted(clock.start, end, side="left") - begin, 0)
    of = np.repeat(np.arange(start.size), count)
    at = begin[of] + np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return Parts(of, np.maximum(start[of], clock.start[at]), np.minimum(end[of], clock.end[at]))


def clock_of(start: NDArray[np.int64], end: NDArray[np.int64]) -> WindowClock:
    """Return the clock that runs while any of some periods does.

    Parameters
    ----------
    start, end
        Periods in any order, milliseconds UTC, shape (n,).

    Returns
    -------
    WindowClock
        Periods that touch or overlap are joined.
    """
    order = np.argsort(start, kind="stable")
    start, end = start[order], np.maximum.accumulate(end[order]) if end.size else end
    new = np.ones(start.size, dtype=np.bool_)
    new[1:] = start[1:] > end[:-1]
    last = np.append(np.flatnonzero(new)[1:], start.size)[: int(new.sum())] - 1
    return WindowClock(start[new], end[last])
