"""Coordinates that somebody types, in whatever system, as a place on the map."""

from __future__ import annotations

import math
import re
from typing import Any, Final

import numpy as np

from geogrid.crs import WGS84, Datum, crs_label, make_crs, reprojection, to_wgs84
from geogrid.errors import InputError
from geogrid.service.outlook import Outlook

WORKING: Final = "working"
_EPSG: Final = re.compile(r"epsg:(\d{4,6})", re.ASCII)
_MILLION: Final = 1_000_000.0
# CGCS2000 / Gauss-Kruger: first zone or meridian, how many, EPSG code of the first. GB/T 17798.
_NUMBERED_3: Final = (25, 21, 4513)  # zones 25 to 45, their number before the easting
_NUMBERED_6: Final = (13, 11, 4491)  # zones 13 to 23
_MERIDIANS_3: Final = (75.0, 21, 4534)  # 75 E to 135 E, three degrees apart


class NamedCoordinates(Outlook):
    """Everything that can be asked of a workspace about where typed coordinates lie."""

    def place_of(self, x: float, y: float, system: str = WORKING) -> dict[str, Any]:
        """Return where coordinates lie, in whichever order they were given.

        Of two orders the one that lies in the districts counts, the given one first: Chinese
        surveyors name the northing first, most programs the easting.

        Parameters
        ----------
        x, y
            Metres, or degrees where the system has them.
        system
            ``working`` (that of the grid), ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09`` or
            ``epsg:n``. ``cgcs2000`` in metres is Gauss-Kruger: by the zone before the easting,
            else the 3-degree zone of the districts' middle.

        Returns
        -------
        dict
            ``lon`` and ``lat`` (degrees, WGS-84), ``system`` (what they were taken to be in),
            ``cell`` (its code; ``None`` outside the districts).

        Raises
        ------
        InputError
            There is no such system, or it has no such place.
        """
        if not (math.isfinite(x) and math.isfinite(y)):
            raise InputError("coordinates must be finite numbers, got {x}, {y}", x=x, y=y)
        tried = [self._placed(a, b, system.lower()) for a, b in ((x, y), (y, x))]
        for found in tried:
            if found is not None and found["cell"] is not None:
                return found
        for found in tried:
            if found is not None:
                return found
        raise InputError("{system} has no place {x}, {y}", system=system, x=x, y=y)

    def _placed(self, x: float, y: float, system: str) -> dict[str, Any] | None:
        """Return the place of an easting and a northing; ``None`` where there is none."""
        lon, lat, name = self._degrees(x, y, system)
        if not (abs(lon) <= 180.0 and abs(lat) <= 90.0):
            return None
        at = int(self.grid.position_at([lon], [lat])[0])
        cell = None if at < 0 else str(self.grid.spec.codes(self.grid.cells[[at]])[0])
        return {"lon": round(lon, 7), "lat": round(lat, 7), "system": name, "cell": cell}

    def _degrees(self, x: float, y: float, system: str) -> tuple[float, float, str]:
        in_degrees = abs(x) <= 180.0 and abs(y) <= 90.0
        if system in tuple(Datum) and (in_degrees or system != Datum.CGCS2000):
            lon, lat = to_wgs84([x], [y], Datum(system))
            return float(lon[0]), float(lat[0]), system
        if system == WORKING:
            crs = self.grid.spec.crs
        elif system == Datum.CGCS2000:
            crs = make_crs(self._gauss_kruger(x))
        elif named := _EPSG.fullmatch(system):
            crs = make_crs(int(named[1]))
        else:
            raise InputError(
                "no coordinates are named {system!r}; give one of {known} or EPSG:n",
                system=system,
                known=", ".join((WORKING, *Datum)),
            )
        if not (crs.is_projected or crs.is_geographic):
            raise InputError("{system} is no system of places on a plane or globe", system=system)
        lon, lat = reprojection(crs, WGS84)(np.array([[x, y]]))[0]
        return float(lon), float(lat), crs_label(crs)

    def _gauss_kruger(self, easting: float) -> int:
        """Return the EPSG code of the CGCS2000 zone that an easting is in."""
        zone = int(easting // _MILLION)
        for first, count, code in (_NUMBERED_3, _NUMBERED_6):
            if first <= zone < first + count:
                return code + zone - first
        first_deg, count, code = _MERIDIANS_3
        middle = float(np.mean(self.grid.lonlat()[0]))
        at = min(max(round((middle - first_deg) / 3.0), 0), count - 1)
        return code + at
