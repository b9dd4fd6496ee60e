"""What a forecast may know: the incidents before a moment, on the ground that is at risk.

A model gets a `Past`, which holds ages. An incident that comes later has no age there, so no
model can look at it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.forecast_ground import Ground
from geogrid.analysis.forecast_prior import Prior
from geogrid.errors import InputError
from geogrid.model.grid import Grid
from geogrid.model.incidents import Incidents

MAX_HORIZON_DAYS: Final = 366
YEAR_DAYS: Final = 365.0
LONG_DAYS: Final = 3.0 * YEAR_DAYS
_MS_PER_DAY: Final = 86_400_000.0
_EPOCH: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class ForecastTime:
    """The moment of a forecast and how far it looks.

    Parameters
    ----------
    as_of
        Local day; the forecast knows what was over before it began.
    horizon_days
        Days that are forecast, ``as_of`` the first of them; 1 to 366.
    time_zone
        IANA name of the local time.

    Raises
    ------
    InputError
        The horizon is out of its range.
    """

    as_of: date
    horizon_days: int
    time_zone: str

    def __post_init__(self) -> None:
        if not 1 <= self.horizon_days <= MAX_HORIZON_DAYS:
            raise InputError(
                "the horizon must be 1 to {most} days, got {days}",
                most=MAX_HORIZON_DAYS,
                days=self.horizon_days,
            )

    @property
    def as_of_day(self) -> int:
        """``as_of`` in days since 1970-01-01."""
        return day_number(self.as_of)


def day_number(day: date) -> int:
    """Return the number of a calendar day.

    Parameters
    ----------
    day
        The day.

    Returns
    -------
    int
        Days since 1970-01-01.
    """
    return day.toordinal() - _EPOCH


def day_named(day: float) -> date:
    """Return the calendar day of a day number.

    Parameters
    ----------
    day
        Days since 1970-01-01.

    Returns
    -------
    date
        The day that holds it.
    """
    return date.fromordinal(int(np.floor(day)) + _EPOCH)


def known_days(incidents: Incidents, time_zone: str) -> NDArray[np.float64]:
    """Return from when on each incident can be known: the end of its time range.

    Parameters
    ----------
    incidents
        The incidents.
    time_zone
        IANA name of the local time.

    Returns
    -------
    ndarray of float64, shape (n,)
        Days since 1970-01-01 on the local clock.
    """
    utc = pd.DatetimeIndex(pd.to_datetime(incidents.t_to, unit="ms", utc=True))
    local = utc.tz_convert(time_zone).tz_localize(None).as_unit("ms")
    return np.asarray(local.asi8 / _MS_PER_DAY, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Past:
    """The incidents on a ground before a moment.

    Parameters
    ----------
    ground
        The ground, n cells.
    first
        Where the incidents of each cell begin, shape (n + 1,).
    age_days
        Days from each incident to the moment, > 0, by cell and then falling.
    weight
        What each counts for, >= 0.
    span_days
        Days that the records reach back, > 0.

    Raises
    ------
    InputError
        An incident is not before the moment.
    """

    ground: Ground
    first: NDArray[np.int64]
    age_days: NDArray[np.float64]
    weight: NDArray[np.float64]
    span_days: float

    def __post_init__(self) -> None:
        if self.age_days.size and float(self.age_days.min()) <= 0.0:
            raise InputError("a forecast cannot know an incident that is not over")

    @property
    def cell(self) -> NDArray[np.int64]:
        """The cell of the ground of each incident."""
        return np.repeat(np.arange(len(self.ground)), np.diff(self.first))

    @cached_property
    def prior(self) -> Prior:
        """What neighbours say of each cell, from three years at most; worked out once."""
        counts, days = self.counts(LONG_DAYS), min(LONG_DAYS, self.span_days)
        return Prior.of(counts, days, self.ground)

    def counts(self, days: float) -> NDArray[np.float64]:
        """Return the incidents of the last days in each cell.

        Parameters
        ----------
        days
            How far back, > 0.

        Returns
        -------
        ndarray of float64, shape (n,)
            Sums of weights.
        """
        weight = np.where(self.age_days <= days, self.weight, 0.0)
        return self.sums(weight)

    def sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum of values over the incidents of each cell.

        Parameters
        ----------
        values
            One an incident.

        Returns
        -------
        ndarray of float64, shape (n,)
            0 where there is none.
        """
        sums = np.bincount(self.cell, weights=values, minlength=len(self.ground))
        return sums.astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """Incidents on a grid by day, in order of time.

    Parameters
    ----------
    position
        Cell of each, as a position in the grid, shape (n,).
    day
        When each was over, days since 1970-01-01 on the local clock, rising, shape (n,).
    weight
        What each counts for, >= 0, shape (n,).
    outside
        Incidents outside the grid, which are not here.
    """

    position: NDArray[np.int64]
    day: NDArray[np.float64]
    weight: NDArray[np.float64]
    outside: int

    @classmethod
    def of(cls, incidents: Incidents, grid: Grid, time_zone: str) -> Events:
        """Return incidents as events on a grid.

        Parameters
        ----------
        incidents
            The incidents; each counts for its weight.
        grid
            The grid.
        time_zone
            IANA name of the local time.

        Returns
        -------
        Events
            Those in the grid.
        """
        position = grid.position_at(incidents.lon, incidents.lat)
        day = known_days(incidents, time_zone)
        inside = np.flatnonzero(position >= 0)
        order = inside[np.lexsort((position[inside], day[inside]))]
        outside = int((position < 0).sum())
        return cls(position[order], day[order], incidents.weight[order], outside)

    def __len__(self) -> int:
        return int(self.day.size)

    def before(self, day: float) -> Events:
        """Return the events that were over before a day.

        Parameters
        ----------
        day
            Days since 1970-01-01.

        Returns
        -------
        Events
            Nothing of the others.
        """
        n = int(np.searchsorted(self.day, day, side="left"))
        return Events(self.position[:n], self.day[:n], self.weight[:n], self.outside)

    def past(self, ground: Ground, day: float) -> Past:
        """Return what is known on a ground as a day begins.

        Parameters
        ----------
        ground
            The ground.
        day
            Days since 1970-01-01.

        Returns
        -------
        Past
            Its span is the days from the first event on.
        """
        known = self.before(day)
        cell = ground.at(known.position)
        kept = np.flatnonzero(cell >= 0)
        order = kept[np.argsort(cell[kept], kind="stable")]
        first = np.searchsorted(cell[order], np.arange(len(ground) + 1))
        return Past(
            ground=ground,
            first=first.astype(np.int64),
            age_days=day - known.day[order],
            weight=known.weight[order],
            span_days=day - float(np.floor(known.day[0])) if len(known) else 0.0,
        )

    def observed(
        self, ground: Ground, start: float, end: float
    ) -> tuple[NDArray[np.float64], float]:
        """Return what happened from a day to another.

        Parameters
        ----------
        ground
            The ground.
        start, end
            Days since 1970-01-01; the end is not included.

        Returns
        -------
        counts : ndarray of float64, shape (n,)
            Weights in each cell of the ground.
        total : float
            Weights on the whole grid, on the ground or not.
        """
        at_start, at_end = np.searchsorted(self.day, [start, end], side="left")
        weight = self.weight[at_start:at_end]
        cell = ground.at(self.position[at_start:at_end])
        kept = cell >= 0
        counts = np.bincount(cell[kept], weights=weight[kept], minlength=len(ground))
        return counts.astype(np.float64), float(weight.sum())
