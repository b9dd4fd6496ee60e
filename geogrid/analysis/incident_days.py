"""Incidents by local day, with the period in which they were recorded."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.hotspot_params import HotspotParams
from geogrid.errors import InputError
from geogrid.model.incidents import Incidents

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class DatedIncidents:
    """Incidents by local day, and the days on which any would have been recorded.

    Parameters
    ----------
    incidents
        The incidents.
    day
        Local day of each, in days since 1970-01-01, int64, shape (n,). A range of times
        counts by its beginning.
    first_day, last_day
        First and last day of the record, both included; days without an incident count.

    Raises
    ------
    InputError
        Days are not aligned to the incidents, or one lies outside the record.
    """

    incidents: Incidents
    day: NDArray[np.int64]
    first_day: int
    last_day: int

    def __post_init__(self) -> None:
        if self.day.shape != (len(self.incidents),) or self.day.dtype.kind != "i":
            raise InputError(
                "incidents need one whole day each: got {dtype} of shape {shape} for {count}",
                dtype=str(self.day.dtype),
                shape=self.day.shape,
                count=len(self.incidents),
            )
        if self.last_day < self.first_day:
            raise InputError(
                "the record of incidents ends ({last}) before it begins ({first})",
                last=day_text(self.last_day),
                first=day_text(self.first_day),
            )
        outside = self.day[(self.day < self.first_day) | (self.day > self.last_day)]
        if outside.size:
            raise InputError(
                "an incident of {day} lies outside the record, {first} to {last}",
                day=day_text(int(outside[0])),
                first=day_text(self.first_day),
                last=day_text(self.last_day),
            )

    @classmethod
    def of(cls, incidents: Incidents, time_zone: str) -> DatedIncidents:
        """Return incidents with a record from the first of them to the last.

        Parameters
        ----------
        incidents
            At least one.
        time_zone
            IANA name of the local time.

        Returns
        -------
        DatedIncidents
            By the beginnings of their time ranges.

        Raises
        ------
        InputError
            There are none.
        """
        if not len(incidents):
            raise InputError("a record needs at least one incident")
        day = local_days(incidents.t_from, time_zone)
        return cls(incidents, day, int(day.min()), int(day.max()))

    @property
    def n_days(self) -> int:
        """Length of the record, days."""
        return self.last_day - self.first_day + 1


def local_days(t_ms: NDArray[np.int64], time_zone: str) -> NDArray[np.int64]:
    """Return the local day of instants.

    Parameters
    ----------
    t_ms
        Milliseconds UTC, shape (n,).
    time_zone
        IANA name.

    Returns
    -------
    ndarray of int64, shape (n,)
        Days since 1970-01-01.
    """
    local = pd.DatetimeIndex(pd.to_datetime(t_ms, unit="ms", utc=True)).tz_convert(time_zone)
    clock = local.tz_localize(None).to_numpy().astype("datetime64[D]")
    return np.asarray(clock.astype(np.int64), dtype=np.int64)


def day_text(day: int) -> str:
    """Return a day as people write it.

    Parameters
    ----------
    day
        Days since 1970-01-01.

    Returns
    -------
    str
        ``YYYY-MM-DD``.
    """
    return (_EPOCH + timedelta(days=day)).isoformat()


def require_used(base: HotspotParams, method: str, *used: str) -> None:
    """Refuse a parameter that a method would pass over in silence.

    Parameters
    ----------
    base
        What all methods may be asked with.
    method
        The method's name.
    *used
        Names of the parameters that mean something to it; the others must have their defaults.

    Raises
    ------
    InputError
        Another parameter was given.
    """
    for one in fields(base):
        if one.name not in (*used, "seed") and getattr(base, one.name) != one.default:
            raise InputError(
                "the hotspot method {method} has no use for {option}; leave it out",
                method=method,
                option="--" + one.name.removesuffix("_m").replace("_", "-"),
            )
