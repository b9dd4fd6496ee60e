"""What a city's cameras see of demand while single cameras are placed, turned, moved or dropped.

Each camera is a sector of the plane, less what buildings hide where some are given; only the
points of the cameras that change are looked at, so a change takes microseconds whatever the size
of the city.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.obstacles import Obstacles
from geogrid.analysis.sight_lines import SightPoints
from geogrid.analysis.siting_cameras import SitedCameras
from geogrid.analysis.siting_demand import Demand
from geogrid.analysis.siting_problem import Reach
from geogrid.analysis.siting_rules import second_views, whole_weights
from geogrid.kernels.siting_greedy import add_views


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """Demand with the cameras that stand; make one with `Desk.of`.

    Parameters
    ----------
    points
        Points of demand, and the buildings around them.
    first, second
        Whole worth of a first and a second view of each.
    district
        Of each point.
    unit
        What one of worth stands for.
    existing
        The cameras that stand and can be counted.
    reach
        What each of them sees.
    views
        How many of them see each point.
    seen, sums
        What they see; see `Trial`.
    total
        Worth of all points seen once, in each district.
    forbidden
        Points in zones; ``None`` where there are none.
    forbidden_weight
        Their weight.
    """

    points: SightPoints
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    district: NDArray[np.int64]
    unit: float
    existing: SitedCameras
    reach: Reach
    views: NDArray[np.int64]
    seen: NDArray[np.int64]
    sums: NDArray[np.int64]
    total: NDArray[np.int64]
    forbidden: SightPoints | None
    forbidden_weight: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        demand: Demand,
        existing: SitedCameras,
        n_districts: int,
        *,
        backup: float = 0.0,
        obstacles: Obstacles | None = None,
    ) -> Desk:
        """Return a desk.

        Parameters
        ----------
        demand
            The points.
        existing
            Cameras that stand, in the same CRS.
        n_districts
            How many districts there are.
        backup
            Worth of a second view, as a share of the first's, in [0, 1].
        obstacles
            Buildings in the same CRS; ``None`` where none are looked at.

        Returns
        -------
        Desk
            Ready for trials.

        Raises
        ------
        InputError
            There is no demand, or a weight or the share cannot be used.
        """
        first, unit = whole_weights(demand.weight, len(demand))
        second = second_views(first, backup)
        usual = float(np.median(existing.range_m)) if len(existing) else 0.0
        points = SightPoints.of(demand.xy, usual, obstacles)
        reach = points.reach(existing)
        views = np.bincount(reach.point, minlength=len(demand)).astype(np.int64)
        total, seen = np.zeros((2, n_districts), np.int64)
        np.add.at(total, demand.district, first)
        np.add.at(seen, demand.district[views >= 1], first[views >= 1])
        twice = views >= 2
        sums = np.array([first[twice].sum(), seen.sum() + second[twice].sum()])
        apart = None
        if len(demand.forbidden_xy):
            apart = SightPoints.of(demand.forbidden_xy, usual, obstacles)
        return cls(
            points,
            first,
            second,
            demand.district,
            unit,
            existing,
            reach,
            views,
            seen,
            sums,
            total,
            apart,
            demand.forbidden_weight,
        )

    def trial(self) -> Trial:
        """Return a copy of what is seen, to be changed."""
        return Trial(self, self.views.copy(), self.seen.copy(), self.sums.copy())

    def lost_in_zones(self, cameras: SitedCameras) -> NDArray[np.float64]:
        """Return the weight that each camera would see in zones, were it not cut there.

        Parameters
        ----------
        cameras
            In the CRS of the points.

        Returns
        -------
        ndarray of float, shape (n,)
            At least 0.
        """
        if self.forbidden is None:
            return np.zeros(len(cameras))
        return self.forbidden.weight_seen(cameras, self.forbidden_weight)


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """What is seen in a trial; `switch` changes it.

    Parameters
    ----------
    desk
        The points.
    views
        How many cameras see each point.
    seen
        Worth of points seen at least once, by district.
    sums
        Worth of points seen at least twice (first views only), and worth of everything seen.
    """

    desk: Desk
    views: NDArray[np.int64]
    seen: NDArray[np.int64]
    sums: NDArray[np.int64]

    def switch(self, points: NDArray[np.int32], by: int) -> int:
        """Add a view of some points, or take one away.

        Parameters
        ----------
        points
            What one camera sees.
        by
            1 to add, -1 to take away.

        Returns
        -------
        int
            By how much worth changes.
        """
        desk = self.desk
        before = int(self.sums[1])
        add_views(
            points, by, (self.views, self.seen, self.sums), (desk.first, desk.second, desk.district)
        )
        return int(self.sums[1]) - before

    def lone_worth(self, points: NDArray[np.int32]) -> int:
        """Return what would be lost without a camera that stands.

        Parameters
        ----------
        points
            What it sees.

        Returns
        -------
        int
            At least 0.
        """
        views = self.views[points]
        first, second = self.desk.first[points], self.desk.second[points]
        return int(first[views == 1].sum() + second[views == 2].sum())

    @property
    def worth(self) -> int:
        """Worth of everything seen, second views included."""
        return int(self.sums[1])

    @property
    def seen_share(self) -> float:
        """Share of the demand that is seen."""
        return float(self.seen.sum() / self.desk.total.sum())

    @property
    def twice_share(self) -> float:
        """Share of the demand that is seen at least twice."""
        return float(self.sums[0] / self.desk.total.sum())
