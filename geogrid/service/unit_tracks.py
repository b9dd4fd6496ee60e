"""Where units were last, and the track of one unit, each look written down with its purpose."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.unit_positions import last_places
from geogrid.errors import InputError, LayerNotFoundError
from geogrid.model.tracks import DEGREE_STEPS, Tracks
from geogrid.model.window import ALL_TIME, Window
from geogrid.service.analyses import in_window
from geogrid.service.layer_kinds import NOTHING
from geogrid.service.outlook import Outlook
from geogrid.store.looks import LookStore

LEAST_PURPOSE: Final = 4  # characters: an empty word is no purpose
MOST_PURPOSE: Final = 300
MOST_DAYS: Final = 7  # of one look
LISTED_LOOKS: Final = 200
_LAST_AGE_S: Final = 86_400.0


class UnitTracks(Outlook):
    """Everything that can be asked of a workspace about single units: places, never people."""

    def unit_names(self) -> list[str]:
        """Return the names of all units of the last days with tracks, sorted."""
        days = self._shelf.tracks.days()[-MOST_DAYS:]
        return self._shared(
            ("unit_names", days),
            lambda: sorted({unit for day in days for unit in self._shelf.tracks.read(day).units}),
        )

    def last_positions(self, window: Window = ALL_TIME) -> dict[str, Any]:
        """Return the last known place of each unit on the last imported day of a window.

        Parameters
        ----------
        window
            Days and hours.

        Returns
        -------
        dict
            A GeoJSON feature collection: ``unit``, ``at`` (ISO 8601 UTC) and ``age_min`` before
            the newest fix of them all; ``as_of`` is the time of that one.

        Raises
        ------
        LayerNotFoundError
            No tracks are imported.
        """
        return self._kept(("last_positions", window), lambda: self._last_positions(window))

    def _last_positions(self, window: Window) -> dict[str, Any]:
        days = [day for day in self._known_days() if window.holds_day(day)]
        if not days:
            return {"type": "FeatureCollection", "features": [], "numberMatched": 0, "as_of": None}
        tracks = self._shelf.tracks.read(days[-1])
        wanted = in_window(tracks.t, window, self._shelf.config.time_zone)
        newest = int(tracks.t[wanted].max()) if wanted.any() else 0
        seen = _kept_fixes(tracks, wanted)
        unit, lonlat = last_places(seen, newest, _LAST_AGE_S)
        features = []
        for number, (lon, lat) in zip(unit.tolist(), lonlat.tolist(), strict=True):
            at = int(seen.t[seen.unit == number].max())
            about = {"unit": seen.units[number], "at": _iso(at), "age_min": (newest - at) // 60_000}
            place = {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]}
            features.append(
                {"type": "Feature", "id": about["unit"], "geometry": place, "properties": about}
            )
        return {
            "type": "FeatureCollection",
            "features": features,
            "numberMatched": len(features),
            "as_of": _iso(newest) if features else None,
        }

    def _known_days(self) -> tuple[date, ...]:
        days = self._shelf.tracks.days()
        if not days:
            raise LayerNotFoundError(NOTHING, kind="tracks")
        return days

    def look_at_track(
        self, unit: str, window: Window, *, purpose: str, at: datetime
    ) -> dict[str, Any]:
        """Return the track of a unit, after the look is written down.

        Parameters
        ----------
        unit
            Its name.
        window
            Days and hours; at most `MOST_DAYS` imported days.
        purpose
            What for, in words.
        at
            Now.

        Returns
        -------
        dict
            A GeoJSON feature with a line for each stretch between silences, and the ``from`` and
            ``to`` of each; ``look`` is the number in the log.

        Raises
        ------
        InputError
            No purpose is given, or the window has too many days.
        LayerNotFoundError
            The unit has no fix in the window.
        """
        said = " ".join(purpose.split())
        if not LEAST_PURPOSE <= len(said) <= MOST_PURPOSE:
            raise InputError(
                "say in {least} to {most} characters what the track is looked at for",
                least=LEAST_PURPOSE,
                most=MOST_PURPOSE,
            )
        days = [day for day in self._known_days() if window.holds_day(day)]
        if len(days) > MOST_DAYS:
            raise InputError(
                "a track is shown for at most {most} days at once, and the window has {days}; "
                "choose fewer days",
                most=MOST_DAYS,
                days=len(days),
            )
        t, lonlat = self._fixes(unit, days, window)
        if t.size == 0:
            raise LayerNotFoundError("unit {unit!r} has no fix in the chosen time", unit=unit)
        span = " ".join(f"{name}={value}" for name, value in window.as_json().items() if value)
        stamp = at.isoformat(timespec="seconds")
        number = LookStore(self._shelf.root).add(unit, span or "all", said, stamp)
        return _track_json(unit, t, lonlat, self._questions.rules.max_gap_s) | {"look": number}

    def _fixes(
        self, unit: str, days: list[date], window: Window
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return times and places of a unit's fixes in a window."""
        times, places = [np.empty(0, np.int64)], [np.empty((0, 2))]
        for day in days:
            tracks = self._shelf.tracks.read(day)
            if unit in tracks.units:
                mine = tracks.unit == tracks.units.index(unit)
                mine &= in_window(tracks.t, window, self._shelf.config.time_zone)
                times.append(tracks.t[mine])
                lonlat = np.column_stack([tracks.lon[mine], tracks.lat[mine]])
                places.append(lonlat / DEGREE_STEPS)
        return np.concatenate(times), np.concatenate(places)

    def looks(self) -> list[dict[str, Any]]:
        """Return the last looks at tracks, the newest first."""
        return LookStore(self._shelf.root).last(LISTED_LOOKS)


def _kept_fixes(tracks: Tracks, wanted: NDArray[np.bool_]) -> Tracks:
    """Return the fixes that are wanted, under the same units."""
    return Tracks(
        tracks.units, tracks.unit[wanted], tracks.t[wanted], tracks.lon[wanted], tracks.lat[wanted]
    )


def _iso(ms: int) -> str:
    return f"{np.datetime64(ms, 'ms').astype('datetime64[s]')}Z"


def _track_json(
    unit: str, t: NDArray[np.int64], lonlat: NDArray[np.float64], max_gap_s: float
) -> dict[str, Any]:
    """Return a track as a GeoJSON feature, cut where nothing was heard for too long."""
    cuts = [0, *(np.flatnonzero(np.diff(t) > max_gap_s * 1000.0) + 1).tolist(), t.size]
    parts = [(a, b) for a, b in pairwise(cuts) if b - a > 1]
    lines = [lonlat[a:b].round(6).tolist() for a, b in parts]
    return {
        "type": "Feature",
        "id": unit,
        "geometry": {"type": "MultiLineString", "coordinates": lines},
        "properties": {
            "unit": unit,
            "fixes": int(t.size),
            "from": _iso(int(t[0])),
            "to": _iso(int(t[-1])),
            "stretches": [[_iso(int(t[a])), _iso(int(t[b - 1]))] for a, b in parts],
        },
    }
