"""Incidents of a window counted in squares of the map, for drawing where points lie too near."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geogrid.errors import InputError, LayerNotFoundError
from geogrid.model.window import ALL_TIME, Window
from geogrid.service.analyses import in_window
from geogrid.service.layer_kinds import NOTHING
from geogrid.service.outlook import Outlook

WORLD_PX: Final = 256.0  # a side of the world at level 0
SQUARE_PX: Final = 64.0  # of a cluster on the screen
DEEPEST: Final = 22
_MOST_LAT: Final = 85.05  # where the square of Web Mercator ends


class IncidentClusters(Outlook):
    """Everything that can be asked of a workspace about incidents by squares of the map."""

    def incident_clusters(
        self, zoom: int, window: Window = ALL_TIME, *, without: Collection[str] = ()
    ) -> dict[str, Any]:
        """Return the incidents of a window counted in squares of 64 pixels of the map.

        Parameters
        ----------
        zoom
            Level of the map, 0 to 22.
        window
            Days and hours; an incident counts by when it began.
        without
            Categories that are left out.

        Returns
        -------
        dict
            ``clusters`` (longitude and latitude of the middle of the incidents in it, degrees
            WGS-84, and how many), ``categories`` of the window in order, ``numberMatched``: the
            sum of all counts.

        Raises
        ------
        LayerNotFoundError
            There are no incidents.
        InputError
            There is no such level.
        """
        if not 0 <= zoom <= DEEPEST:
            raise InputError(
                "level {zoom} of the map is not there; give 0 to {deepest}",
                zoom=zoom,
                deepest=DEEPEST,
            )
        if not self._shelf.incidents.fingerprint():
            raise LayerNotFoundError(NOTHING, kind="incidents")
        frame = self._shelf.incidents.frame()
        begun = frame["t_from"].to_numpy(np.int64)
        inside = frame[in_window(begun, window, self._shelf.config.time_zone)]
        category = inside["category"].astype(str)
        shown = inside[~category.isin(list(without)).to_numpy()]
        lon, lat = (shown[name].to_numpy(np.float64) for name in ("lon", "lat"))
        return {
            "clusters": counted_squares(lon, lat, zoom),
            "categories": sorted(set(category)),
            "numberMatched": len(shown),
        }


def counted_squares(
    lon: NDArray[np.float64], lat: NDArray[np.float64], zoom: int
) -> list[list[float | int]]:
    """Return where points lie, counted in squares of the map.

    Parameters
    ----------
    lon, lat
        Degrees, WGS-84.
    zoom
        Level of the map; its world has ``256 * 2**zoom`` pixels a side.

    Returns
    -------
    list
        Longitude and latitude of the mean of a square's points, and how many; by square.
    """
    if lon.size == 0:
        return []
    pixels = WORLD_PX * 2.0**zoom
    sine = np.sin(np.radians(np.clip(lat, -_MOST_LAT, _MOST_LAT)))
    x = (lon + 180.0) / 360.0 * pixels
    y = (0.5 - np.log((1.0 + sine) / (1.0 - sine)) / (4.0 * np.pi)) * pixels
    square = np.stack([np.floor(x / SQUARE_PX), np.floor(y / SQUARE_PX)]).astype(np.int64)
    _, member, count = np.unique(square, axis=1, return_inverse=True, return_counts=True)
    member = member.ravel()
    east, north = (np.round(np.bincount(member, values) / count, 6) for values in (lon, lat))
    return [list(one) for one in zip(east.tolist(), north.tolist(), count.tolist(), strict=True)]
