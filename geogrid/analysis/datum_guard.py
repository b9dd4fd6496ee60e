"""Which datum coordinates are in, judged by roads: most positions of a city are on or near one.

Outlines and roads are judged by points along them; buildings by how few a road runs through.

In China, GCJ-02 coordinates taken for WGS-84 lie about 600 m off and BD-09 ones about 1,170 m,
in a direction that changes slowly. Each datum is tried: under the true one many positions are
within a few metres of a road, under the others only as many as chance puts there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import shapely
from numpy.typing import NDArray

from geogrid.crs import Datum, to_wgs84

TRIED: Final = (Datum.WGS84, Datum.GCJ02, Datum.BD09)  # CGCS2000 is within a metre of WGS-84
NEAR_M: Final = 25.0  # a receiver's error and half a carriageway
LEAST_PLACES: Final = 60  # places tried; fewer tell too little
_MOST_PLACES: Final = 3_000
_THIN_M: Final = 40.0  # fixes of a unit at rest, or on one stretch of road, are one place
_LEAST_SHARE: Final = 0.2  # of places near a road under the datum that is taken for the true one
_LEAST_LEAD: Final = 0.12  # of its share before that of the declared datum
_LEAST_Z: Final = 4.0  # standard errors of that lead
_BESIDE_M: Final = 60.0  # a building so far from a road says something of it
_LEAST_CLEAR: Final = 0.8  # of buildings that no road runs through, under the true datum
_LEAST_CLEAR_LEAD: Final = 0.06
_METRES_PER_DEGREE: Final = 111_195.0  # of a great circle


@dataclass(frozen=True, slots=True)
class DatumVerdict:
    """What roads say of a file's datum.

    Parameters
    ----------
    shares
        For each datum tried, the share of places near a road.
    places
        Number of places that were looked at.
    best
        The datum that puts clearly more places near roads than every other, or ``None``.
    """

    shares: Mapping[Datum, float]
    places: int
    best: Datum | None

    def contradicts(self, declared: Datum) -> bool:
        """Tell whether roads speak clearly for another datum than the declared one.

        Parameters
        ----------
        declared
            The datum that the coordinates are said to be in.

        Returns
        -------
        bool
            False also where nothing is clear.
        """
        same = Datum.WGS84 if declared is Datum.CGCS2000 else declared
        return self.best is not None and self.best is not same


@dataclass(frozen=True, eq=False)
class DatumGuard:
    """Roads of a city, ready to be asked.

    Parameters
    ----------
    tree
        Road lines in metres on a plane that touches at ``middle``.
    middle
        Longitude and latitude, degrees.
    """

    tree: shapely.STRtree
    middle: tuple[float, float]

    @classmethod
    def of(cls, roads: NDArray[np.object_]) -> Self:
        """Return the guard of a city's roads.

        Parameters
        ----------
        roads
            Lines in WGS-84 degrees; at least one.

        Returns
        -------
        DatumGuard
            Ready to be asked.
        """
        west, south, east, north = shapely.total_bounds(roads)
        middle = (float(west + east) / 2, float(south + north) / 2)
        plane = shapely.transform(roads, lambda xy: _metres(xy, middle))
        return cls(shapely.STRtree(plane), middle)

    def judge(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> DatumVerdict:
        """Return what roads say of coordinates whose datum is in doubt.

        Parameters
        ----------
        lon, lat
            Degrees as they stand in the file, shape (n,); NaN where there is no position.

        Returns
        -------
        DatumVerdict
            ``best`` is ``None`` where there are too few places, or no clear lead.
        """
        places = self._places(lon, lat)
        shares = {datum: self._share(places, datum) for datum in TRIED}
        ranked = sorted(shares, key=lambda datum: -shares[datum])
        first, second = (shares[datum] for datum in ranked[:2])
        is_clear = first >= _LEAST_SHARE and _leads(first, second, len(places), _LEAST_LEAD)
        return DatumVerdict(shares, len(places), ranked[0] if is_clear else None)

    def judge_outlines(self, shapes: NDArray[np.object_]) -> DatumVerdict:
        """Return what roads say of lines, or of the outlines of polygons.

        Parameters
        ----------
        shapes
            Lines or polygons in degrees as they stand in the file, shape (n,); ``None`` where
            there is none.

        Returns
        -------
        DatumVerdict
            Of points every 40 m along them.
        """
        edges = shapely.boundary(shapes)
        lines = np.where(shapely.get_dimensions(shapes) == 2, edges, shapes)
        known = lines[~(shapely.is_missing(lines) | shapely.is_empty(lines))]
        step = _THIN_M / _METRES_PER_DEGREE
        lonlat = shapely.get_coordinates(shapely.segmentize(known, step))
        return self.judge(lonlat[:, 0], lonlat[:, 1])

    def judge_buildings(self, shapes: NDArray[np.object_]) -> DatumVerdict:
        """Return what roads say of buildings: under the true datum they run through few.

        Parameters
        ----------
        shapes
            Polygons in degrees as they stand in the file, shape (n,); ``None`` where there is
            none.

        Returns
        -------
        DatumVerdict
            ``shares`` are those of buildings near a road that none runs through; ``places`` is
            the least number of them under any datum.
        """
        known = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
        thinned = known[:: max(1, -(-known.size // _MOST_PLACES))]
        told = {datum: self._clear(thinned, datum) for datum in TRIED}
        shares = {datum: share for datum, (share, _) in told.items()}
        ranked = sorted(shares, key=lambda datum: -shares[datum])
        first, second = (shares[datum] for datum in ranked[:2])
        count = min(number for _, number in told.values())
        is_clear = first >= _LEAST_CLEAR and _leads(first, second, count, _LEAST_CLEAR_LEAD)
        return DatumVerdict(shares, count, ranked[0] if is_clear else None)

    def _clear(self, shapes: NDArray[np.object_], datum: Datum) -> tuple[float, int]:
        """Return which share of the buildings with a road nearby no road runs through."""

        def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
            return _metres(np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], datum)), self.middle)

        moved: Any = shapely.transform(shapes, move)
        plane = np.asarray(moved, dtype=object)
        near = np.unique(self.tree.query(plane, predicate="dwithin", distance=_BESIDE_M)[0])
        through = np.unique(self.tree.query(plane, predicate="intersects")[0])
        return 1.0 - through.size / max(near.size, 1), int(near.size)

    def _places(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return positions at least a little apart, shape (m, 2), the same for the same file."""
        known = np.isfinite(lon) & np.isfinite(lat)
        lonlat = np.column_stack([lon[known], lat[known]])
        if not len(lonlat):
            return lonlat
        squares = np.floor(_metres(lonlat, self.middle) / _THIN_M).astype(np.int64)
        _, first = np.unique(squares, axis=0, return_index=True)
        kept = np.sort(first)
        step = max(1, -(-kept.size // _MOST_PLACES))
        return lonlat[kept[::step]]

    def _share(self, places: NDArray[np.float64], datum: Datum) -> float:
        if not len(places):
            return 0.0
        lonlat = np.column_stack(to_wgs84(places[:, 0], places[:, 1], datum))
        points = shapely.points(_metres(lonlat, self.middle))
        near = self.tree.query(points, predicate="dwithin", distance=NEAR_M)[0]
        return float(np.unique(near).size / len(places))


def _leads(first: float, second: float, count: int, least: float) -> bool:
    """Tell whether a share is clearly greater than the next."""
    lead = first - second
    spread = np.sqrt((first * (1 - first) + second * (1 - second)) / max(count, 1))
    return bool(count >= LEAST_PLACES and lead >= least and lead >= _LEAST_Z * spread)


def _metres(lonlat: NDArray[np.float64], middle: tuple[float, float]) -> NDArray[np.float64]:
    """Return metres on a plane: right to 1 % within 100 km, of which 25 m need no more."""
    scale = np.array([np.cos(np.radians(middle[1])), 1.0]) * _METRES_PER_DEGREE
    metres: NDArray[np.float64] = (lonlat - np.array(middle)) * scale
    return metres
