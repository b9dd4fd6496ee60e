"""Places at which so many incidents have the same coordinate that it is no place of theirs.

An address that a geocoder cannot find gets a default: the middle of a town, the police room
that took the report. Such a stack looks like the hottest spot of the city.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geogrid.model.incidents import Incidents

STACK_SHARE: Final = 0.01  # of all incidents; the fullest true address of three cities has 0.9 %
STACK_LEAST: Final = 10  # incidents; fewer may meet by chance
ROOM_M: Final = 50.0  # a register and a geocoder place a room this far apart
_STEPS: Final = 1_000_000  # of a degree, 0.1 m: the same coordinate written twice
_METRES: Final = 111_320.0  # of a degree of latitude


@dataclass(frozen=True, slots=True)
class StackedPlace:
    """One coordinate that many incidents share.

    Parameters
    ----------
    lon, lat
        Degrees, WGS-84.
    incidents
        How many have it.
    share
        Of all incidents that were looked at.
    at_room
        Whether a police room stands there.
    """

    lon: float
    lat: float
    incidents: int
    share: float
    at_room: bool

    def as_json(self) -> dict[str, Any]:
        """Return the place as JSON values."""
        return {
            "lon": self.lon,
            "lat": self.lat,
            "incidents": self.incidents,
            "share": self.share,
            "at_room": self.at_room,
        }


def stacked_places(
    incidents: Incidents, *, rooms: NDArray[np.float64] | None = None
) -> tuple[StackedPlace, ...]:
    """Return the coordinates that hold too many incidents to be believed.

    Parameters
    ----------
    incidents
        All there are, not those of a short window, so that the answer does not change with it.
    rooms
        Longitude and latitude of police rooms, shape (n, 2).

    Returns
    -------
    tuple of StackedPlace
        Those with at least 10 incidents that make more than 1 % of all, or lie within 50 m of a
        room; the fullest first.
    """
    if not len(incidents):
        return ()
    every = _steps(incidents)
    _, first, count = np.unique(_keys(every), return_index=True, return_counts=True)
    steps = every[first]
    share = count / len(incidents)
    at_room = np.zeros(count.size, dtype=np.bool_)
    many = np.flatnonzero(count >= STACK_LEAST)
    if rooms is not None and len(rooms):
        at_room[many] = _nearest_m(steps[many] / _STEPS, rooms) <= ROOM_M
    doubted = many[(share[many] > STACK_SHARE) | at_room[many]]
    order = doubted[np.argsort(-count[doubted], kind="stable")]
    return tuple(
        StackedPlace(
            float(steps[at, 0] / _STEPS),
            float(steps[at, 1] / _STEPS),
            int(count[at]),
            float(share[at]),
            bool(at_room[at]),
        )
        for at in order
    )


def at_places(incidents: Incidents, places: tuple[StackedPlace, ...]) -> NDArray[np.bool_]:
    """Tell which incidents have the coordinate of one of some places.

    Parameters
    ----------
    incidents
        The incidents.
    places
        From `stacked_places`.

    Returns
    -------
    ndarray of bool, shape (n,)
        True at such a place.
    """
    steps = np.array([(one.lon, one.lat) for one in places]).reshape(-1, 2) * _STEPS
    wanted = _keys(np.rint(steps).astype(np.int64))
    return np.isin(_keys(_steps(incidents)), wanted)


def _keys(steps: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return one number for each pair of steps: latitudes have under 2^28 of them."""
    return np.asarray((steps[:, 0] << 28) + steps[:, 1], dtype=np.int64)


def _steps(incidents: Incidents) -> NDArray[np.int64]:
    """Return coordinates as whole millionths of a degree, shape (n, 2)."""
    lonlat = np.column_stack([incidents.lon, incidents.lat])
    return np.rint(lonlat * _STEPS).astype(np.int64)


def _nearest_m(lonlat: NDArray[np.float64], rooms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far the nearest room is; true to a part in a thousand at such distances."""
    east = (lonlat[:, None, 0] - rooms[:, 0]) * np.cos(np.radians(lonlat[:, None, 1]))
    north = lonlat[:, None, 1] - rooms[:, 1]
    return np.asarray(np.hypot(east, north).min(axis=1) * _METRES, dtype=np.float64)
