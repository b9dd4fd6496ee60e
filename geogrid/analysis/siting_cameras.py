"""Cameras and candidates as sectors of a plane: the one form that siting and what-ifs work with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from geogrid.analysis.siting_problem import Reach
from geogrid.analysis.siting_reach import PointIndex
from geogrid.crs import WGS84, transformer

_STEP_DEG: Final = 1e-4  # 11 m along the meridian
ALL_ROUND_DEG: Final = 360.0


@dataclass(frozen=True, slots=True, eq=False)
class SitedCameras:
    """Cameras in a plane CRS.

    Parameters
    ----------
    ids
        Names, unique.
    xy
        Metres, shape (n, 2).
    range_m
        How far each sees, metres, shape (n,).
    azimuth_deg
        Direction of each view, clockwise from the plane's y axis, shape (n,); 0 where a camera
        sees all round.
    view_angle_deg
        In (0, 360], shape (n,).
    height_m
        Above ground, metres, NaN where not known, shape (n,); ``None`` where none is known.
    """

    ids: tuple[str, ...]
    xy: NDArray[np.float64]
    range_m: NDArray[np.float64]
    azimuth_deg: NDArray[np.float64]
    view_angle_deg: NDArray[np.float64]
    height_m: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def heights(self) -> NDArray[np.float64]:
        """Return the height of each above ground, metres; NaN where not known."""
        if self.height_m is None:
            return np.full(len(self), np.nan)
        return np.asarray(self.height_m, dtype=np.float64)

    def and_then(self, others: SitedCameras) -> SitedCameras:
        """Return these cameras and some more.

        Parameters
        ----------
        others
            In the same CRS.

        Returns
        -------
        SitedCameras
            These first.
        """
        return SitedCameras(
            (*self.ids, *others.ids),
            np.concatenate([self.xy, others.xy]),
            np.concatenate([self.range_m, others.range_m]),
            np.concatenate([self.azimuth_deg, others.azimuth_deg]),
            np.concatenate([self.view_angle_deg, others.view_angle_deg]),
            np.concatenate([self.heights(), others.heights()]),
        )

    def reach(self, points: PointIndex) -> Reach:
        """Return which points each camera sees in plan.

        Parameters
        ----------
        points
            In the same CRS.

        Returns
        -------
        Reach
            Of the cameras, in order.
        """
        return points.reach(
            self.xy,
            self.range_m,
            bearing_deg=self.azimuth_deg,
            view_angle_deg=self.view_angle_deg,
        )

    def take(self, at: NDArray[np.int64] | NDArray[np.bool_]) -> SitedCameras:
        """Return some of the cameras.

        Parameters
        ----------
        at
            Positions, or a mask.

        Returns
        -------
        SitedCameras
            In that order.
        """
        return SitedCameras(
            tuple(np.array(self.ids, dtype=object)[at]),
            self.xy[at],
            self.range_m[at],
            self.azimuth_deg[at],
            self.view_angle_deg[at],
            self.heights()[at],
        )


def grid_azimuths(
    lon: NDArray[np.float64], lat: NDArray[np.float64], crs: CRS
) -> NDArray[np.float64]:
    """Return the direction of true north in a plane CRS.

    Parameters
    ----------
    lon, lat
        Degrees, WGS-84, shape (n,).
    crs
        The plane CRS.

    Returns
    -------
    ndarray of float, shape (n,)
        Degrees clockwise from the y axis; add it to a bearing from true north.
    """
    change = transformer(WGS84, crs)
    low, high = np.maximum(lat - _STEP_DEG, -90.0), np.minimum(lat + _STEP_DEG, 90.0)
    dx, dy = np.subtract(change.transform(lon, high), change.transform(lon, low))
    return np.asarray(np.degrees(np.arctan2(dx, dy)))


def lonlat_of(xy: NDArray[np.float64], crs: CRS) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the degrees that a projection takes back to the same places.

    Inverse projections are series: that of the equal-area azimuthal one is off by a millimetre or
    two in PROJ, which is enough to lose points that lie exactly at a camera's range. One step of
    correction leaves under a micrometre.

    Parameters
    ----------
    xy
        Places in a plane CRS, metres, shape (n, 2).
    crs
        That CRS.

    Returns
    -------
    lon, lat : ndarray of float, shape (n,)
        Degrees, WGS-84.
    """
    back, forth = transformer(crs, WGS84), transformer(WGS84, crs)
    again = np.column_stack(forth.transform(*back.transform(xy[:, 0], xy[:, 1])))
    corrected = xy + (xy - again)
    lon, lat = back.transform(corrected[:, 0], corrected[:, 1])
    return np.asarray(lon), np.asarray(lat)


def bearings_around(cameras: SitedCameras, count: int, angle_deg: float) -> SitedCameras:
    """Return each camera with several bearings, of which one is to be chosen.

    Parameters
    ----------
    cameras
        The poles; those that state a view of their own keep it.
    count
        Bearings per pole, > 0: the first is the pole's own, the others evenly around.
    angle_deg
        View angle of each, degrees in (0, 360].

    Returns
    -------
    SitedCameras
        ``count`` after each other for each pole, ids ``POLE@DEGREES`` with the turn from the
        pole's own bearing.
    """
    turn = np.arange(count) * (ALL_ROUND_DEG / count)
    n = len(cameras)
    return SitedCameras(
        tuple(f"{name}@{degrees:g}" for name in cameras.ids for degrees in turn),
        np.repeat(cameras.xy, count, axis=0),
        np.repeat(cameras.range_m, count),
        (np.repeat(cameras.azimuth_deg, count) + np.tile(turn, n)) % ALL_ROUND_DEG,
        np.full(n * count, float(angle_deg)),
        np.repeat(cameras.heights(), count),
    )
