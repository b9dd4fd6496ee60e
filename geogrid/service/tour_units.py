"""Which units of a workspace are on duty at an instant, and where they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.shift_clock import duty_periods, parts_inside
from geogrid.analysis.unit_positions import last_places
from geogrid.analysis.window_clock import WindowClock
from geogrid.errors import InputError
from geogrid.service.promises import SHIFTS, shifts_of
from geogrid.service.road_network import plane
from geogrid.service.shelf import Shelf
from geogrid.service.units import UNITS, units_of_group

MINUTE_MS: Final = 60_000
_HOUR_MS: Final = 3_600_000
_KNOWN_DAYS: Final = 7  # a place that is older is no place to start from
_ON_DUTY_S: Final = 3600.0


@dataclass(frozen=True, slots=True, eq=False)
class UnitsOnDuty:
    """Units and where each begins.

    Parameters
    ----------
    names
        Sorted.
    xy
        Places in the CRS of the workspace, shape (n, 2).
    without_place
        Registered units of which no place of the last seven days is known.
    reporting
        Whether these are the units that reported in the last hour; if not, they are all whose
        place is known.
    """

    names: tuple[str, ...]
    xy: NDArray[np.float64]
    without_place: int
    reporting: bool


def instant_ms(text: str, time_zone: str) -> int:
    """Return the instant that a text names.

    Parameters
    ----------
    text
        ISO 8601, such as ``2026-03-09T20:00``; local time where it has no offset.
    time_zone
        IANA name.

    Returns
    -------
    int
        Milliseconds UTC.

    Raises
    ------
    InputError
        The text is no time.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            "{text!r} is not a time; write it as 2026-03-09T20:00", text=text
        ) from error
    local = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(time_zone))
    return round(local.timestamp() * 1000)


def local_day(t_ms: int, time_zone: str) -> date:
    """Return the local day of an instant.

    Parameters
    ----------
    t_ms
        Milliseconds UTC.
    time_zone
        IANA name.

    Returns
    -------
    date
        The day.
    """
    return datetime.fromtimestamp(t_ms / 1000, ZoneInfo(time_zone)).date()


def duty_span(shelf: Shelf, start_ms: int, hours: float) -> tuple[int, int]:
    """Return the part of some hours in which a shift is on, the first where there are several.

    Parameters
    ----------
    shelf
        The workspace.
    start_ms
        Milliseconds UTC.
    hours
        How many, over 0 and at most 24.

    Returns
    -------
    tuple of int
        From and to, milliseconds UTC; all of the hours where no shifts are registered.

    Raises
    ------
    InputError
        No shift is on in these hours, or there are too many of them.
    """
    if not 0.0 < hours <= 24.0:
        raise InputError("a plan is for over 0 and at most 24 hours, got {hours:g}", hours=hours)
    end_ms = start_ms + round(hours * _HOUR_MS)
    if SHIFTS not in shelf.registers.kinds():
        return start_ms, end_ms
    zone = shelf.config.time_zone
    first, last = local_day(start_ms, zone), local_day(end_ms, zone)
    periods = duty_periods(shifts_of(shelf), first, last, zone)
    asked = WindowClock(np.array([start_ms]), np.array([end_ms]))
    parts = parts_inside(periods.start, periods.end, asked)
    if not parts.start.size:
        raise InputError("no shift is on in these hours; see the register of shifts")
    begin = int(parts.start.min())
    until = begin
    while (further := parts.end[(parts.start <= until) & (parts.end > until)]).size:
        until = int(further.max())
    return begin, until


def units_on_duty(shelf: Shelf, start_ms: int, group: str | None = None) -> UnitsOnDuty:
    """Return the units that can be sent out at an instant, with their places.

    Parameters
    ----------
    shelf
        The workspace.
    start_ms
        Milliseconds UTC; no later fix is looked at.
    group
        Only units of this group; all if ``None``.

    Returns
    -------
    UnitsOnDuty
        Those that reported in the hour before; where none did, as ahead of time, all whose
        place of the last seven days is known.

    Raises
    ------
    InputError
        There is no such group, or no place of any unit is known.
    """
    chosen = None if group is None else set(units_of_group(shelf, group))
    registered = set(shelf.registers.read(UNITS).index.astype(str)) if _known(shelf) else set()
    recent, known = _last(shelf, start_ms)
    if chosen is not None:
        registered &= chosen
        recent = {name: xy for name, xy in recent.items() if name in chosen}
        known = {name: xy for name, xy in known.items() if name in chosen}
    if not known:
        raise InputError(
            "of no unit a place in the seven days before is known; import tracks, or plan for a "
            "time that follows them"
        )
    places = recent or known
    names = tuple(sorted(places))
    lonlat = np.array([places[name] for name in names]).reshape(-1, 2)
    missing = len(registered - set(known))
    return UnitsOnDuty(names, plane(shelf, lonlat), missing, bool(recent))


def _known(shelf: Shelf) -> bool:
    return UNITS in shelf.registers.kinds()


_Lonlat = tuple[float, float]


def _last(shelf: Shelf, start_ms: int) -> tuple[dict[str, _Lonlat], dict[str, _Lonlat]]:
    """Return last places of units that reported in the hour before, and of all of seven days."""
    recent: dict[str, _Lonlat] = {}
    known: dict[str, _Lonlat] = {}
    day = local_day(start_ms, shelf.config.time_zone)
    west, south, east, north = shelf.import_area()
    imported = set(shelf.tracks.days())
    for back in range(_KNOWN_DAYS + 1):
        then = day - timedelta(days=back)
        if then not in imported:
            continue
        tracks = shelf.tracks.read(then)
        for found, age_s in ((recent, _ON_DUTY_S), (known, _KNOWN_DAYS * 86_400.0)):
            unit, lonlat = last_places(tracks, start_ms, age_s)
            near = (lonlat >= (west, south)).all(axis=1) & (lonlat <= (east, north)).all(axis=1)
            for number, (lon, lat) in zip(unit[near].tolist(), lonlat[near].tolist(), strict=True):
                found.setdefault(tracks.units[number], (lon, lat))
    return recent, known
