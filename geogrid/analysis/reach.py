"""Response reach: minutes from police rooms, and from where units are, to every cell.

A way is: from the room or the vehicle straight to the nearest road, along the quickest roads
(Dijkstra 1959), then from the nearest point of the roads on foot to the cell's edge. Whoever is in
the cell is there; who is near may walk straight to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geogrid.analysis.road_travel import (
    Footing,
    Landing,
    RoadNetwork,
    Starts,
)
from geogrid.analysis.travel_speeds import TravelParams, minutes_at
from geogrid.model.cells import Field
from geogrid.model.grid import Grid
from geogrid.model.window import HOUR_NAMES

HOURS: Final = 24
WALK_CELLS: Final = 3.0  # cells around a start to which one may walk straight
FIELDS: Final = (
    Field(
        "minutes",
        "Minutes from the nearest room",
        "min",
        meaning="by road at usual speed, then on foot to the cell's edge; null where no way leads",
    ),
    Field("room", "Nearest room", scale="text", meaning="id of the police room, by minutes"),
    Field(
        "walk_min",
        "Of them on foot",
        "min",
        meaning="from the nearest road to the cell's edge; 0 where a road is in the cell",
    ),
    Field(
        "unit_min",
        "Minutes from the nearest unit",
        "min",
        meaning="from where units really were: median over the hours of the day; null where not "
        "known",
    ),
    Field(
        "unit_worst_min",
        "In the worst hour",
        "min",
        meaning="the greatest of the hours' medians",
    ),
    Field(
        "worst_hour",
        "Worst hour",
        scale="category",
        meaning="hour of the local day in which the median is greatest, such as 03",
        categories=HOUR_NAMES,
    ),
    Field(
        "responses",
        "Measured responses",
        meaning="incidents with times of dispatch and arrival",
    ),
    Field(
        "measured_min",
        "Measured minutes",
        "min",
        meaning="median from dispatch to arrival; null where there were none",
    ),
    Field("q", "Chance", "", "share", "That all cells are alike, corrected; null where untested"),
    Field(
        "response",
        "Response",
        scale="category",
        meaning="slow: slower than the city more than chance explains; null where untested",
        categories=("slow", "usual"),
    ),
)


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """Minutes to every cell from the nearest of some places.

    Parameters
    ----------
    minutes
        Shape (n_cells,); NaN where no way leads.
    start
        Position of the place that is nearest; -1 where no way leads.
    """

    minutes: NDArray[np.float64]
    start: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ReachGround:
    """Cells of a grid and how they are come to; ask it for minutes as often as needed.

    Parameters
    ----------
    grid
        The grid.
    network
        The roads; ``None`` where there are none: all ways are straight.
    params
        Speeds beside the roads.
    """

    grid: Grid
    network: RoadNetwork | None
    params: TravelParams = field(default_factory=TravelParams)
    _cells: Footing | None = None
    _walk: NDArray[np.float64] | None = None

    @classmethod
    def of(
        cls, grid: Grid, network: RoadNetwork | None, params: TravelParams | None = None
    ) -> ReachGround:
        """Return cells with the road that each is come to by.

        Parameters
        ----------
        grid
            The grid.
        network
            The roads, or ``None``.
        params
            Speeds beside the roads; the defaults if ``None``.

        Returns
        -------
        ReachGround
            The nearest road of each cell is looked for once.
        """
        params = params or TravelParams()
        if network is None or not network.landing.any():
            return cls(grid, None, params)
        x, y = grid.spec.centres(grid.cells)
        cells = network.footing(x, y)
        walk = minutes_at(_beyond(cells.x - x, cells.y - y, grid.spec.cell_size), params.foot_kmh)
        return cls(grid, network, params, cells, walk)

    @property
    def walk_min(self) -> NDArray[np.float64]:
        """The minutes on foot from the nearest road to each cell's edge; NaN without roads."""
        return np.full(len(self.grid), np.nan) if self._walk is None else self._walk

    def places(self, xy: NDArray[np.float64]) -> Sources:
        """Return places to start from, all in one network.

        Parameters
        ----------
        xy
            Places in the grid's CRS, shape (k, 2).

        Returns
        -------
        Sources
            Of which any may be asked for.
        """
        if self.network is None or self._cells is None or not len(xy):
            return Sources(self, xy)
        footing = self.network.footing(xy[:, 0], xy[:, 1])
        starts = Starts.of(self.network, footing, minutes_at(footing.leg_m, self.params.yard_kmh))
        return Sources(self, xy, starts, starts.onto(self._cells))


def _beyond(dx: NDArray[np.float64], dy: NDArray[np.float64], side: float) -> NDArray[np.float64]:
    """Return how far places are from the edge of squares whose centres are (dx, dy) away."""
    out_x = np.maximum(np.abs(dx) - side / 2, 0.0)
    out_y = np.maximum(np.abs(dy) - side / 2, 0.0)
    return np.asarray(np.hypot(out_x, out_y))


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """Places to start from, over a ground.

    Parameters
    ----------
    ground
        Cells and roads.
    xy
        Places in the grid's CRS, shape (k, 2).
    starts, landing
        The same in the network; ``None`` where all ways are straight.
    """

    ground: ReachGround
    xy: NDArray[np.float64]
    starts: Starts | None = None
    landing: Landing | None = None

    def reached(self, some: NDArray[np.int64] | None = None) -> Reached:
        """Return minutes to every cell from the nearest of some of the places.

        Parameters
        ----------
        some
            Positions of places, each once; all if ``None``.

        Returns
        -------
        Reached
            NaN everywhere where there are none.
        """
        some = np.arange(len(self.xy)) if some is None else some
        n = len(self.ground.grid)
        if not some.size:
            return Reached(np.full(n, np.nan), np.full(n, -1))
        if self.starts is None or self.landing is None:
            minutes, start = self._straight(some)
        else:
            minutes, start = self.landing.minutes(*self.starts.nearest(some))
            minutes = minutes + self.ground.walk_min
        minutes, start = self._walked(minutes, start, some)
        known = np.isfinite(minutes)
        return Reached(np.where(known, minutes, np.nan), np.where(known, start, -1))

    def _straight(self, some: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return minutes over straight lines to the centres of cells."""
        grid, params = self.ground.grid, self.ground.params
        centres = np.column_stack(grid.spec.centres(grid.cells))
        metres, at = cKDTree(self.xy[some]).query(centres)
        return minutes_at(metres * params.straight_factor, params.straight_kmh), some[at]

    def _walked(
        self, minutes: NDArray[np.float64], start: NDArray[np.int64], some: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return minutes with those of cells around a start that are quicker on foot."""
        spec = self.ground.grid.spec
        reach = np.arange(-WALK_CELLS, WALK_CELLS + 1.0) * spec.cell_size
        east, north = (side.ravel() for side in np.meshgrid(reach, reach))
        here = self.xy[some]
        x, y = (here[:, :1] + east).ravel(), (here[:, 1:] + north).ravel()
        who = np.repeat(some, east.size)
        near = (x >= spec.bounds[0]) & (x < spec.bounds[2])
        near &= (y >= spec.bounds[1]) & (y < spec.bounds[3])
        x, y, who = x[near], y[near], who[near]
        cell = spec.cell_at(x, y)
        at = self.ground.grid.position_of(cell)
        centre_x, centre_y = spec.centres(cell)
        gone = _beyond(self.xy[who, 0] - centre_x, self.xy[who, 1] - centre_y, spec.cell_size)
        on_foot = minutes_at(gone, self.ground.params.foot_kmh)
        inside = at >= 0
        at, who, on_foot = at[inside], who[inside], on_foot[inside]
        order = np.lexsort((who, on_foot, at))
        first = order[np.diff(at[order], prepend=-1) != 0]
        quicker = first[on_foot[first] < minutes[at[first]]]
        minutes, start = minutes.copy(), start.copy()
        minutes[at[quicker]], start[at[quicker]] = on_foot[quicker], who[quicker]
        return minutes, start


@dataclass(frozen=True, slots=True, eq=False)
class UnitReach:
    """Minutes from the nearest unit, by hour of the local day.

    Parameters
    ----------
    hours
        Hours of which something is known, rising, shape (h,).
    minutes
        Median over the sampled days, shape (h, n_cells), float32; NaN where not known.
    samples
        How many instants each hour's median is of.
    units
        Mean number of units that reported at them.
    """

    hours: tuple[int, ...]
    minutes: NDArray[np.float32]
    samples: tuple[int, ...]
    units: tuple[float, ...]

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """Return ``unit_min``, ``unit_worst_min`` and ``worst_hour`` of every cell."""
        n = self.minutes.shape[1]
        if not self.hours:
            unknown = np.full(n, np.nan)
            return {
                "unit_min": unknown,
                "unit_worst_min": unknown,
                "worst_hour": np.full(n, None, dtype=object),
            }
        filled = np.where(np.isnan(self.minutes), np.inf, self.minutes)
        worst = np.argmax(filled, axis=0)
        greatest = filled[worst, np.arange(n)].astype(np.float64)
        median = np.median(filled, axis=0).astype(np.float64)
        names = np.array([f"{hour:02d}" for hour in self.hours], dtype=object)
        known = np.isfinite(greatest)
        named = np.where(known, names[worst], np.array(None, dtype=object))
        return {
            "unit_min": np.where(np.isfinite(median), median, np.nan),
            "unit_worst_min": np.where(known, greatest, np.nan),
            "worst_hour": np.asarray(named, dtype=object),
        }


def unit_reach(
    ground: ReachGround, sampled: Mapping[int, Sequence[NDArray[np.float64]]]
) -> UnitReach:
    """Return minutes from the nearest unit to every cell, hour by hour.

    Parameters
    ----------
    ground
        Cells and roads.
    sampled
        Places of units in the grid's CRS at some instants of each hour of the local day, each of
        shape (k, 2).

    Returns
    -------
    UnitReach
        An instant without any unit makes every cell infinitely far.
    """
    hours, rows = tuple(sorted(sampled)), []
    for hour in hours:
        parts = sampled[hour]
        sources = ground.places(np.concatenate(parts))
        ends = np.cumsum([len(part) for part in parts])
        minutes = [
            sources.reached(np.arange(end - len(part), end)).minutes
            for part, end in zip(parts, ends.tolist(), strict=True)
        ]
        filled = np.where(np.isnan(minutes), np.inf, minutes)
        middle = np.median(filled, axis=0)
        rows.append(np.where(np.isfinite(middle), middle, np.nan).astype(np.float32))
    return UnitReach(
        hours,
        np.array(rows, dtype=np.float32).reshape(len(hours), len(ground.grid)),
        tuple(len(sampled[hour]) for hour in hours),
        tuple(float(np.mean([len(part) for part in sampled[hour]])) for hour in hours),
    )


def shares_within(
    minutes: NDArray[np.float64],
    weight: NDArray[np.float64],
    limits: tuple[float, ...] = (5.0, 10.0, 15.0, 30.0),
) -> list[dict[str, Any]]:
    """Return what share of something lies within some minutes.

    Parameters
    ----------
    minutes
        Of every cell; NaN counts as beyond.
    weight
        What each cell counts, >= 0.
    limits
        Minutes.

    Returns
    -------
    list of dict
        ``minutes`` and ``share``; the share is ``None`` where nothing counts.
    """
    total = float(weight.sum())
    return [
        {
            "minutes": limit,
            "share": float(weight[minutes <= limit].sum()) / total if total else None,
        }
        for limit in limits
    ]
