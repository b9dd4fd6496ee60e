"""Minutes by road between all of some cells, and from units to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csgraph

from geogrid.analysis.reach import ReachGround
from geogrid.analysis.road_travel import Footing, Starts
from geogrid.analysis.travel_speeds import minutes_at

LONGEST_DRIVE_MIN: Final = 60.0  # ways longer than this are no part of a tour


@dataclass(frozen=True, slots=True, eq=False)
class DriveTimes:
    """Minutes between cells, and from units to cells.

    Parameters
    ----------
    travel
        From cell to cell, shape (n, n); infinite where a way is longer than an hour.
    depart
        From each unit to each cell, shape (u, n).
    stop_xy
        Where a unit stops for each cell: on the nearest road, in the grid's CRS, shape (n, 2).
    """

    travel: NDArray[np.float64]
    depart: NDArray[np.float64]
    stop_xy: NDArray[np.float64]


def drive_times(
    ground: ReachGround, cells: NDArray[np.int64], units_xy: NDArray[np.float64]
) -> DriveTimes:
    """Return minutes of driving between cells and from units.

    Parameters
    ----------
    ground
        Cells and roads.
    cells
        Positions of cells, shape (n,).
    units_xy
        Places of units in the grid's CRS, shape (u, 2).

    Returns
    -------
    DriveTimes
        Over straight lines where there are no roads; a stop is then at the cell's centre.
    """
    x, y = ground.grid.spec.centres(ground.grid.cells[cells])
    if ground.network is None:
        centres = np.column_stack([x, y])
        return DriveTimes(
            _straight(ground, centres, centres), _straight(ground, units_xy, centres), centres
        )
    network, params = ground.network, ground.params
    stops, units = network.footing(x, y), network.footing(units_xy[:, 0], units_xy[:, 1])
    both = Footing(
        *(
            np.concatenate([getattr(stops, name), getattr(units, name)])
            for name in ("edge", "share", "leg_m", "x", "y")
        )
    )
    leg = np.concatenate([np.zeros(len(cells)), minutes_at(units.leg_m, params.yard_kmh)])
    starts = Starts.of(network, both, leg)
    minutes = csgraph.dijkstra(starts.minutes, indices=starts.node, limit=LONGEST_DRIVE_MIN)
    between = minutes[:, starts.node[: len(cells)]]
    stop_xy = np.column_stack([stops.x, stops.y])
    return DriveTimes(between[: len(cells)].copy(), between[len(cells) :].copy(), stop_xy)


def _straight(
    ground: ReachGround, one: NDArray[np.float64], other: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return minutes over straight lines between all of some places and all of others."""
    step = one[:, None] - other[None]
    metres = np.hypot(step[..., 0], step[..., 1]) * ground.params.straight_factor
    minutes = minutes_at(metres, ground.params.straight_kmh)
    return np.where(minutes <= LONGEST_DRIVE_MIN, minutes, np.inf)
