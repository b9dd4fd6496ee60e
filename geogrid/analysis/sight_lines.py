"""What cameras see of points of demand where buildings stand in the way.

The same ground as `geogrid.analysis.visibility` draws, asked a point at a time: a point that a
camera reaches is seen if no building is on the straight line to it. A point inside a building
stands for that building: it alone hides nothing from those outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geogrid.analysis.obstacles import Obstacles
from geogrid.analysis.siting_cameras import SitedCameras
from geogrid.analysis.siting_problem import Reach
from geogrid.analysis.siting_reach import PointIndex, checked_coordinates
from geogrid.analysis.visibility import WALL_DEPTH_M
from geogrid.kernels.sight_lines import Eyes, Targets, free_lines

_ON_OUTLINE_M: Final = 1e-9  # coordinates of 1e6 m end at 1e-10 m


@dataclass(frozen=True, slots=True, eq=False)
class SightPoints:
    """Points that are asked again and again who sees them; make them with `SightPoints.of`.

    Parameters
    ----------
    index
        The points by place.
    obstacles
        Buildings; ``None`` where none are looked at.
    targets
        The points in the frame of the walls; ``None`` without buildings.
    """

    index: PointIndex
    obstacles: Obstacles | None
    targets: Targets | None

    @classmethod
    def of(
        cls, points: ArrayLike, usual_range_m: float, obstacles: Obstacles | None = None
    ) -> SightPoints:
        """Return points, ready to be asked.

        Parameters
        ----------
        points
            Coordinates in metres in a plane CRS, shape (m, 2).
        usual_range_m
            Of most questions.
        obstacles
            Buildings in the same plane; ``None`` where none are looked at.

        Returns
        -------
        SightPoints
            In the order given.

        Raises
        ------
        InputError
            A coordinate is out of its range; there are no points.
        """
        index = PointIndex.of(points, usual_range_m)
        if obstacles is None or not len(obstacles):
            return cls(index, None, None)
        xy = checked_coordinates(points, "points of demand")
        start, under = _around(xy, obstacles)
        targets = Targets(np.ascontiguousarray(xy - obstacles.corner), start, under)
        return cls(index, obstacles, targets)

    def reach(self, cameras: SitedCameras) -> Reach:
        """Return which points each camera sees.

        Parameters
        ----------
        cameras
            In the CRS of the points.

        Returns
        -------
        Reach
            Of the cameras, in order: never more than without buildings.
        """
        open_reach = cameras.reach(self.index)
        if self.obstacles is None or self.targets is None or not len(open_reach):
            return open_reach
        eyes = _eyes(cameras, self.obstacles)
        start, point = open_reach.start, open_reach.point
        free = free_lines(start, point, eyes, self.targets, self.obstacles.walls)
        kept = np.concatenate([[0], np.cumsum(free)])[start].astype(np.int64)
        return Reach(kept, point[free], open_reach.n_points)

    def weight_seen(
        self, cameras: SitedCameras, weight: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the weight of the points that each camera sees.

        Parameters
        ----------
        cameras
            In the CRS of the points.
        weight
            Of each point.

        Returns
        -------
        ndarray of float, shape (n,)
            At least 0.
        """
        return _summed(self.reach(cameras), weight)

    def weight_hidden(
        self, cameras: SitedCameras, weight: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the weight of the points that buildings hide from each camera.

        Parameters
        ----------
        cameras
            In the CRS of the points.
        weight
            Of each point.

        Returns
        -------
        ndarray of float, shape (n,)
            At least 0; 0 without buildings.
        """
        if self.obstacles is None:
            return np.zeros(len(cameras))
        open_weight = _summed(cameras.reach(self.index), weight)
        return np.maximum(open_weight - self.weight_seen(cameras, weight), 0.0)


def _summed(reach: Reach, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    total = np.concatenate([[0.0], np.cumsum(weight[reach.point])])
    return np.asarray(total[reach.start[1:]] - total[reach.start[:-1]])


def indoors(cameras: SitedCameras, obstacles: Obstacles) -> NDArray[np.bool_]:
    """Tell which cameras stand too deep inside a building to look out.

    Parameters
    ----------
    cameras
        In the plane of the buildings.
    obstacles
        The buildings.

    Returns
    -------
    ndarray of bool, shape (n,)
        True where a wall of a building around the camera that is not below it is over
        `WALL_DEPTH_M` away on all sides.
    """
    at, building = obstacles.tree.query(shapely.points(cameras.xy), predicate="intersects")
    outline = shapely.boundary(obstacles.footprint[building])
    deep = shapely.distance(outline, shapely.points(cameras.xy[at])) > WALL_DEPTH_M
    with np.errstate(invalid="ignore"):
        deep &= ~(cameras.heights()[at] > obstacles.height_m[building])
    found = np.zeros(len(cameras), dtype=bool)
    found[at[deep]] = True
    return found


def sight_json(
    obstacles: Obstacles | None, cameras: SitedCameras, *, left_out: bool = False
) -> dict[str, Any]:
    """Return what was looked at to find what is seen, as JSON values.

    Parameters
    ----------
    obstacles
        The buildings; ``None`` where none are registered, or where they are left out.
    cameras
        All cameras and candidates that were looked from.
    left_out
        Whether they are left out on request.

    Returns
    -------
    dict
        ``buildings``: ``used``, ``none`` or ``left out``; ``heights``: ``known`` where all
        cameras and buildings have one, ``in part`` where some have on both sides, ``plan view``
        where a wall hides everything behind it.
    """
    if obstacles is None:
        return {"buildings": "left out" if left_out else "none", "heights": "plan view"}
    have = (~np.isnan(cameras.heights()), ~np.isnan(obstacles.height_m))
    heights = "plan view"
    if all(some.any() for some in have):
        heights = "known" if all(some.all() for some in have) else "in part"
    return {"buildings": "used", "heights": heights}


def _around(
    xy: NDArray[np.float64], obstacles: Obstacles
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return where each place's buildings start, and the buildings, edges included."""
    place, building = obstacles.tree.query(
        shapely.points(xy), predicate="dwithin", distance=_ON_OUTLINE_M
    )
    order = np.lexsort((building, place))
    count = np.bincount(place, minlength=len(xy))
    start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    return start, building[order].astype(np.int32)


def _eyes(cameras: SitedCameras, obstacles: Obstacles) -> Eyes:
    """Return cameras as the kernel takes them."""
    start, inside = _around(cameras.xy, obstacles)
    place = np.ascontiguousarray(cameras.xy - obstacles.corner)
    return Eyes(place, cameras.heights(), start, inside, WALL_DEPTH_M)
