"""What happened when: patrol hours and incidents by day, by hour and by day of the week."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.patrol_timeline import patrol_by_hour
from geogrid.model.window import ALL_TIME, Window
from geogrid.service.analyses import in_window
from geogrid.service.months import PatrolYear
from geogrid.service.outlook import Outlook
from geogrid.service.units import units_of_group

HOURS: Final = 24
_MS_PER_HOUR: Final = 3_600_000
_NO_COUNTS: Final = np.zeros((0, HOURS), np.int64)


class Timelines(Outlook):
    """Everything that can be asked of a workspace about when things happened."""

    def timeline(self, window: Window = ALL_TIME) -> dict[str, Any]:
        """Return patrol hours and incidents of a window by day, hour and day of the week.

        Parameters
        ----------
        window
            Days and hours.

        Returns
        -------
        dict
            ``days`` (ISO, every local day from the first to the last of the window with data),
            ``patrol_h`` and ``incidents`` of each (``None`` for patrols of a day that is not
            imported, and for both on a weekday that the window leaves out), and ``by_hour`` (24
            values) and ``by_weekday`` (7, from Monday) with the same two.
        """
        return self._kept(("timeline", window), lambda: self._timeline(window))

    def _timeline(self, window: Window) -> dict[str, Any]:
        year = self._year() if self._shelf.tracks.calendar() else None
        known = [] if year is None else list(year.calendar)
        moments = self._incident_moments(window)
        days = _span([*known, *_days_of(moments)], window)
        incidents = _counted(moments, days)
        patrol = np.zeros((len(days), HOURS))
        if year is not None:
            patrol = patrol_by_hour(year.months, window, days) / _MS_PER_HOUR
        held = np.array([window.holds_day(day) for day in days], np.bool_)
        there = frozenset(known)
        imported = held & np.array([day in there for day in days], np.bool_)
        weekday = np.array([day.weekday() for day in days], np.int64)
        return {
            "days": [day.isoformat() for day in days],
            "patrol_h": _rounded(patrol.sum(axis=1), imported),
            "incidents": _rounded(incidents.sum(axis=1), held),
            "by_hour": {
                "patrol_h": np.round(patrol.sum(axis=0), 2).tolist(),
                "incidents": incidents.sum(axis=0).tolist(),
            },
            "by_weekday": {
                "patrol_h": _by_weekday(patrol.sum(axis=1), weekday),
                "incidents": _by_weekday(incidents.sum(axis=1), weekday),
            },
        }

    def _incident_moments(self, window: Window) -> pd.DatetimeIndex:
        """Return when the window's incidents began, on the local clock."""
        if not self._shelf.incidents.fingerprint():
            return pd.DatetimeIndex([])
        begun = self._shelf.incidents.frame()["t_from"].to_numpy(np.int64)
        zone = self._shelf.config.time_zone
        inside = begun[in_window(begun, window, zone)]
        utc = pd.DatetimeIndex(pd.to_datetime(inside, unit="ms", utc=True))
        return utc.tz_convert(zone).tz_localize(None)

    def _year(self) -> PatrolYear:
        group = self._questions.group
        units = None if group is None else units_of_group(self._shelf, group)
        return PatrolYear.of(self._shelf, self._questions.rules, units=units)


def _days_of(moments: pd.DatetimeIndex) -> list[date]:
    """Return the first and the last day of some moments."""
    return [] if moments.empty else [moments.min().date(), moments.max().date()]


def _span(known: list[date], window: Window) -> list[date]:
    """Return every day from the first to the last that is known, cut to a window's limits."""
    if not known:
        return []
    first = max(min(known), window.first or date.min)
    last = min(max(known), window.last or date.max)
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


def _counted(moments: pd.DatetimeIndex, days: list[date]) -> NDArray[np.int64]:
    """Return how many moments each hour of each day has, shape (n_days, 24)."""
    if not days:
        return _NO_COUNTS
    counts = np.zeros((len(days), HOURS), np.int64)
    day = (moments.normalize() - pd.Timestamp(days[0])).days.to_numpy()
    np.add.at(counts, (day, moments.hour.to_numpy()), 1)
    return counts


def _rounded(values: NDArray[Any], known: NDArray[np.bool_]) -> list[float | int | None]:
    """Return values as JSON numbers, ``None`` where they are not known."""
    return [
        value if here else None
        for value, here in zip(np.round(values, 2).tolist(), known.tolist(), strict=True)
    ]


def _by_weekday(values: NDArray[Any], weekday: NDArray[np.int64]) -> list[float]:
    """Return the sums of days by day of the week, from Monday."""
    sums: list[float] = np.round(np.bincount(weekday, values, 7), 2).tolist()
    return sums
