"""What sites reach by distance, in whole millimetres, in a plane CRS in metres."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geogrid.analysis.siting_problem import Reach
from geogrid.errors import InputError
from geogrid.kernels.siting_reach import Buckets, bucketed, points_within

_MM: Final = 1000.0
MAX_RANGE_M: Final = 200_000.0  # its square in mm2 has room in 64 bits
_FARTHEST_M: Final = 1e9  # coordinates beyond are degrees or metres no more
_PER_BUCKET: Final = 4.0  # points, about


def reach_within(
    sites: ArrayLike,
    points: ArrayLike,
    range_m: ArrayLike,
    *,
    bearing_deg: ArrayLike | None = None,
    view_angle_deg: ArrayLike = 360.0,
) -> Reach:
    """Return which points each site reaches.

    A point exactly at the range is reached; coordinates and ranges count in whole millimetres.
    What stands between is not looked at.

    Parameters
    ----------
    sites, points
        Coordinates in metres in one plane CRS, shape (n, 2) and (m, 2).
    range_m
        Of all sites or of each, metres, > 0.
    bearing_deg
        Direction of each site's view, degrees clockwise from the y axis; ``None`` for all round.
    view_angle_deg
        Of all sites or of each, degrees in (0, 360].

    Returns
    -------
    Reach
        Of the sites, in order.

    Raises
    ------
    InputError
        A coordinate, range or angle is out of its range; there are no points.
    """
    radius = np.asarray(range_m, dtype=np.float64)
    usual = float(np.max(radius, initial=0.0, where=np.isfinite(radius)))
    index = PointIndex.of(points, usual)
    return index.reach(sites, range_m, bearing_deg=bearing_deg, view_angle_deg=view_angle_deg)


@dataclass(frozen=True, slots=True, eq=False)
class PointIndex:
    """Points that are asked again and again who reaches them; make one with `PointIndex.of`.

    Parameters
    ----------
    corner
        Of the points' box, metres.
    buckets
        The points, in whole millimetres from there.
    n_points
        How many points there are.
    """

    corner: NDArray[np.float64]
    buckets: Buckets
    n_points: int

    @classmethod
    def of(cls, points: ArrayLike, usual_range_m: float) -> PointIndex:
        """Return points, ready to be asked.

        Parameters
        ----------
        points
            Coordinates in metres in a plane CRS, shape (m, 2).
        usual_range_m
            Of most questions; others are answered too, only slower.

        Returns
        -------
        PointIndex
            Over buckets of a few points and no finer than needed.

        Raises
        ------
        InputError
            A coordinate is out of its range; there are no points.
        """
        target = checked_coordinates(points, "points of demand")
        if not len(target):
            raise InputError("there is no demand: no point has a weight")
        corner = target.min(axis=0)
        at = np.rint((target - corner) * _MM).astype(np.int64)
        width, height = (at.max(axis=0) + 1).tolist()
        even = math.sqrt(width * height * _PER_BUCKET / len(at))
        long = max(width, height) * _PER_BUCKET / len(at)  # all points on one line
        coarse = min(usual_range_m, MAX_RANGE_M) * _MM / 8
        return cls(corner, bucketed(at, int(max(even, long, coarse, 1))), len(at))

    def reach(
        self,
        sites: ArrayLike,
        range_m: ArrayLike,
        *,
        bearing_deg: ArrayLike | None = None,
        view_angle_deg: ArrayLike = 360.0,
    ) -> Reach:
        """Return which points each site reaches; see `reach_within`.

        Parameters
        ----------
        sites
            Coordinates in metres, shape (n, 2).
        range_m
            Of all sites or of each, metres, > 0.
        bearing_deg
            Degrees clockwise from the y axis; ``None`` for all round.
        view_angle_deg
            Of all sites or of each, degrees in (0, 360].

        Returns
        -------
        Reach
            Of the sites, in order.

        Raises
        ------
        InputError
            A coordinate, range or angle is out of its range.
        """
        place = checked_coordinates(sites, "candidates")
        n = len(place)
        radius = checked_ranges(range_m, n)
        angle = np.broadcast_to(np.asarray(view_angle_deg, dtype=np.float64), (n,))
        if not ((angle > 0.0) & (angle <= 360.0)).all():
            raise InputError("view angles must be in (0, 360] degrees")
        bearing = np.zeros(n) if bearing_deg is None else np.asarray(bearing_deg, dtype=np.float64)
        if bearing.shape != (n,) or not np.isfinite(bearing).all():
            raise InputError("a bearing in degrees is needed for each candidate")
        half = np.full(n, math.pi) if bearing_deg is None else np.radians(angle) / 2.0
        at = np.rint((place - self.corner) * _MM).astype(np.int64)
        whole = np.rint(radius * _MM).astype(np.int64)
        start, point = points_within(at, whole, np.radians(bearing), half, self.buckets)
        return Reach(start, point, self.n_points)


def checked_ranges(range_m: ArrayLike, n: int) -> NDArray[np.float64]:
    """Return the range of each of so many sites.

    Parameters
    ----------
    range_m
        Of all sites or of each, metres, > 0.
    n
        How many sites there are.

    Returns
    -------
    ndarray of float, shape (n,)
        Metres.

    Raises
    ------
    InputError
        A range is out of its range.
    """
    radius = np.broadcast_to(np.asarray(range_m, dtype=np.float64), (n,))
    bad = ~((radius > 0.0) & (radius <= MAX_RANGE_M))
    if bad.any():
        raise InputError(
            "the range must be over 0 m and at most {most:g} m, got {got}",
            most=MAX_RANGE_M,
            got=float(radius[np.argmax(bad)]),
        )
    return radius


def checked_coordinates(given: ArrayLike, what: str) -> NDArray[np.float64]:
    """Return finite coordinates in metres.

    Parameters
    ----------
    given
        Of places in one plane CRS, shape (n, 2).
    what
        What they are, for messages.

    Returns
    -------
    ndarray of float, shape (n, 2)
        Metres.

    Raises
    ------
    InputError
        One is not finite, or cannot be in metres.
    """
    values = np.asarray(given, dtype=np.float64).reshape(-1, 2)
    if not (np.isfinite(values) & (np.abs(values) <= _FARTHEST_M)).all():
        raise InputError(
            "coordinates of {what} must be finite and in metres of one plane CRS", what=what
        )
    return values
