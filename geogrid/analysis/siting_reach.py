"""What sites reach by distance, in whole millimetres, in a plane CRS in metres."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geogrid.analysis.siting_problem import Reach
from geogrid.errors import InputError
from geogrid.kernels.siting_reach import points_within

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
    place, target = _coordinates(sites, "candidates"), _coordinates(points, "points of demand")
    if not len(target):
        raise InputError("there is no demand: no point has a weight")
    n = len(place)
    radius = np.broadcast_to(np.asarray(range_m, dtype=np.float64), (n,))
    if not ((radius > 0.0) & (radius <= MAX_RANGE_M)).all():
        raise InputError(
            "the range must be over 0 m and at most {most:g} m, got {got}",
            most=MAX_RANGE_M,
            got=float(radius[np.argmax(~((radius > 0.0) & (radius <= MAX_RANGE_M)))]),
        )
    angle = np.broadcast_to(np.asarray(view_angle_deg, dtype=np.float64), (n,))
    if not ((angle > 0.0) & (angle <= 360.0)).all():
        raise InputError("view angles must be in (0, 360] degrees")
    bearing = np.zeros(n) if bearing_deg is None else np.asarray(bearing_deg, dtype=np.float64)
    if bearing.shape != (n,) or not np.isfinite(bearing).all():
        raise InputError("a bearing in degrees is needed for each candidate")
    half = np.full(n, math.pi) if bearing_deg is None else np.radians(angle) / 2.0
    return _reach(place, target, np.rint(radius * _MM).astype(np.int64), (bearing, half))


def _reach(
    place: NDArray[np.float64],
    target: NDArray[np.float64],
    radius: NDArray[np.int64],
    view: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> Reach:
    """Return the reach of checked sites, over buckets of a few points and no finer than needed."""
    corner = target.min(axis=0)
    at = np.rint((target - corner) * _MM).astype(np.int64)
    site = np.rint((place - corner) * _MM).astype(np.int64)
    width, height = (at.max(axis=0) + 1).tolist()
    even = math.sqrt(width * height * _PER_BUCKET / len(at))
    long = max(width, height) * _PER_BUCKET / len(at)  # all points on one line
    size = int(max(even, long, radius.max(initial=1) / 8, 1))
    start, point = points_within(site, radius, np.radians(view[0]), view[1], at, size)
    return Reach(start, point, len(at))


def _coordinates(given: ArrayLike, what: str) -> NDArray[np.float64]:
    """Return finite coordinates in metres."""
    values = np.asarray(given, dtype=np.float64).reshape(-1, 2)
    if not (np.isfinite(values) & (np.abs(values) <= _FARTHEST_M)).all():
        raise InputError(
            "coordinates of {what} must be finite and in metres of one plane CRS", what=what
        )
    return values
