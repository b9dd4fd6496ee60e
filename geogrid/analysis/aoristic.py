"""Incidents of uncertain time, shared out over the hours in which they may have happened.

A burglary found on Monday morning happened at some time since Friday evening. Each hour of that
range gets the part of the incident that it is of the range: overlap over duration. The parts of
an incident sum to one, whatever edges of hours, shifts, days or months it crosses. A range
takes in its beginning and not its end; a range of no length lies in the hour that holds it.

References
----------
Ratcliffe, J. H. & McCullagh, M. J. (1998). Aoristic crime analysis. International Journal of
Geographical Information Science 12, 751-764.
Ratcliffe, J. H. (2000). Aoristic analysis: the spatial interpretation of unspecific temporal
events. International Journal of Geographical Information Science 14, 669-679.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.errors import InputError
from geogrid.kernels.range_overlap import label_totals, overlaps_by_label
from geogrid.model.window import ALL_TIME, Window

HOURS: Final = 24
_STEP_MS: Final = 900_000  # zones differ from UTC by whole quarters of an hour
_EPOCH: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, eq=False)
class LocalHours:
    """The hours of a local clock, laid end to end over a stretch of time.

    Parameters
    ----------
    edges
        Instants at which an hour of the clock begins, and the end of the last; milliseconds
        UTC, rising, shape (n + 1,). Where clocks are set back an hour is two hours long.
    hour
        Hour of the day, 0 to 23, shape (n,).
    day
        Local day, in days since 1970-01-01, shape (n,).
    """

    edges: NDArray[np.int64]
    hour: NDArray[np.int64]
    day: NDArray[np.int64]

    @classmethod
    def over(cls, first_ms: int, last_ms: int, time_zone: str) -> LocalHours:
        """Return the hours that hold all instants from the first to the last.

        Parameters
        ----------
        first_ms, last_ms
            Milliseconds UTC, the last not before the first.
        time_zone
            IANA name.

        Returns
        -------
        LocalHours
            At least one hour.
        """
        start = (first_ms // _STEP_MS - 8) * _STEP_MS  # two hours: an hour may last as long
        steps = np.arange(start, last_ms + 9 * _STEP_MS, _STEP_MS, dtype=np.int64)
        local = pd.DatetimeIndex(pd.to_datetime(steps, unit="ms", utc=True)).tz_convert(
            ZoneInfo(time_zone)
        )
        wall = local.tz_localize(None).as_unit("ms").asi8
        day, hour = wall // 86_400_000, wall // 3_600_000 % 24
        begins = np.flatnonzero((np.diff(day) != 0) | (np.diff(hour) != 0)) + 1
        return cls(steps[begins], hour[begins[:-1]], day[begins[:-1]])

    def weekday(self) -> NDArray[np.int64]:
        """Return the day of the week of each hour, 0 for Monday."""
        return (self.day + 3) % 7  # 1970-01-01 was a Thursday

    def in_window(self, window: Window) -> NDArray[np.bool_]:
        """Return which hours a window takes.

        Parameters
        ----------
        window
            The window.

        Returns
        -------
        ndarray of bool, shape (n,)
            True inside.
        """
        keep = np.array(window.hour_mask())[self.hour]
        if window.first is not None:
            keep &= self.day >= window.first.toordinal() - _EPOCH
        if window.last is not None:
            keep &= self.day <= window.last.toordinal() - _EPOCH
        if window.weekdays is not None:
            keep &= np.isin(self.weekday(), sorted(window.weekdays))
        return keep

    def shift(self, starts: tuple[int, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the shift of each hour, and the local day on which that shift began.

        Parameters
        ----------
        starts
            Hours at which shifts begin, rising; the last one runs over midnight to the first,
            unless that is 0.

        Returns
        -------
        number : ndarray of int, shape (n,)
            Position in ``starts``.
        day : ndarray of int, shape (n,)
            Days since 1970-01-01: hours after midnight belong to the day before.

        Raises
        ------
        InputError
            The hours do not rise or are not hours.
        """
        require_shifts(starts)
        number = np.searchsorted(np.array(starts), self.hour, side="right") - 1
        before = number < 0
        return np.where(before, len(starts) - 1, number), self.day - before


def require_shifts(starts: tuple[int, ...]) -> None:
    """Refuse hours at which shifts cannot begin.

    Parameters
    ----------
    starts
        The hours.

    Raises
    ------
    InputError
        They do not rise, or are not hours.
    """
    if not starts or any(b <= a for a, b in pairwise(starts)):
        raise InputError("shifts must begin at rising hours, got {starts}", starts=starts)
    if starts[0] < 0 or starts[-1] >= HOURS:
        raise InputError("shifts must begin at hours from 0 to 23, got {starts}", starts=starts)


def aoristic_shares(
    t_from: NDArray[np.int64],
    t_to: NDArray[np.int64],
    *,
    edges: NDArray[np.int64],
    label: NDArray[np.int64],
    n_labels: int,
) -> NDArray[np.float64]:
    """Return what part of each incident falls to each label of a row of bins.

    Parameters
    ----------
    t_from, t_to
        Range of each incident, milliseconds UTC, shape (n,).
    edges
        Edges of the bins, rising, shape (b + 1,).
    label
        Label of each bin, such as its hour of the day, shape (b,); negative for none.
    n_labels
        How many labels there are.

    Returns
    -------
    ndarray of float64, shape (n, n_labels)
        Overlap over duration. Rows sum to one where the bins cover the range and all have a
        label.
    """
    duration = np.maximum(t_to - t_from, 1)  # a known time counts as one millisecond
    overlap = overlaps_by_label(t_from, t_from + duration, edges, label, n_labels)
    return np.asarray(overlap / duration[:, None], dtype=np.float64)


def window_shares(
    t_from: NDArray[np.int64], t_to: NDArray[np.int64], window: Window, time_zone: str
) -> NDArray[np.float64]:
    """Return what part of each incident falls into a window of time.

    Parameters
    ----------
    t_from, t_to
        Range of each incident, milliseconds UTC, shape (n,).
    window
        Local days, hours and days of the week.
    time_zone
        IANA name.

    Returns
    -------
    ndarray of float64, shape (n,)
        In [0, 1]; 1 where the whole range lies inside.
    """
    if not t_from.size:
        return np.zeros(0)
    hours = LocalHours.over(int(t_from.min()), int(t_to.max()), time_zone)
    label = np.where(hours.in_window(window), 0, -1)
    return aoristic_shares(t_from, t_to, edges=hours.edges, label=label, n_labels=1)[:, 0]


def hour_profile(
    t_from: NDArray[np.int64],
    t_to: NDArray[np.int64],
    time_zone: str,
    *,
    weights: NDArray[np.float64] | None = None,
    window: Window = ALL_TIME,
) -> NDArray[np.float64]:
    """Return how many incidents fall to each hour of the week.

    Parameters
    ----------
    t_from, t_to
        Range of each incident, milliseconds UTC, shape (n,).
    time_zone
        IANA name.
    weights
        What each incident counts, shape (n,); one each if ``None``.
    window
        Parts of ranges outside it count nowhere.

    Returns
    -------
    ndarray of float64, shape (7, 24)
        Monday first; it sums to the weights where the window takes all time.
    """
    if not t_from.size:
        return np.zeros((7, HOURS))
    hours = LocalHours.over(int(t_from.min()), int(t_to.max()), time_zone)
    label = np.where(hours.in_window(window), hours.weekday() * HOURS + hours.hour, -1)
    counted = np.ones(t_from.size) if weights is None else weights
    end = np.maximum(t_to, t_from + 1)
    total = label_totals(t_from, end, hours.edges, label, counted, 7 * HOURS)
    return total.reshape(7, HOURS)


def shift_counts(
    t_from: NDArray[np.int64],
    t_to: NDArray[np.int64],
    time_zone: str,
    *,
    starts: tuple[int, ...],
    window: Window = ALL_TIME,
) -> pd.DataFrame:
    """Return how many incidents fall to each shift of each day.

    Parameters
    ----------
    t_from, t_to
        Range of each incident, milliseconds UTC, shape (n,).
    time_zone
        IANA name.
    starts
        Hours at which shifts begin, rising, such as (6, 14, 22).
    window
        Parts of ranges outside it count nowhere.

    Returns
    -------
    pandas.DataFrame
        ``day`` (the local day on which the shift began), ``shift`` (position in ``starts``)
        and ``incidents``, shifts without any left out; it sums to the incidents where the window
        takes all time.

    Raises
    ------
    InputError
        The hours do not rise or are not hours.
    """
    if not t_from.size:
        return pd.DataFrame({"day": [], "shift": [], "incidents": []})
    hours = LocalHours.over(int(t_from.min()), int(t_to.max()), time_zone)
    number, day = hours.shift(starts)
    first = int(day.min())
    label = (day - first) * len(starts) + number
    end, one = np.maximum(t_to, t_from + 1), np.ones(t_from.size)
    n_labels = int(label.max()) + 1
    label = np.where(hours.in_window(window), label, -1)
    total = label_totals(t_from, end, hours.edges, label, one, n_labels)
    found = np.flatnonzero(total)
    days = [date.fromordinal(_EPOCH + first + int(one)) for one in found // len(starts)]
    return pd.DataFrame({"day": days, "shift": found % len(starts), "incidents": total[found]})
