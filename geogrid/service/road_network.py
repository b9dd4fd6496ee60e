"""The roads of a workspace as a network of minutes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.reach import ReachGround
from geogrid.analysis.road_graph import road_graph
from geogrid.analysis.road_travel import RoadNetwork
from geogrid.analysis.travel_speeds import TravelParams, road_speeds
from geogrid.crs import WGS84, reprojection
from geogrid.service.analyses import roads
from geogrid.service.shelf import Shelf


@dataclass(frozen=True, slots=True, eq=False)
class DrivenRoads:
    """A network, and how much of its speeds the register itself knows.

    Parameters
    ----------
    network
        The roads; ``None`` where none are registered.
    count
        Roads.
    own_speed_share
        Share of roads whose speed is the register's; ``None`` without roads.
    """

    network: RoadNetwork | None
    count: int
    own_speed_share: float | None


def driven_roads(shelf: Shelf) -> DrivenRoads:
    """Return the roads of a workspace with the minutes that driving them takes.

    Parameters
    ----------
    shelf
        The workspace.

    Returns
    -------
    DrivenRoads
        Bridges and tunnels meet other roads at their ends only.
    """
    lines = roads(shelf)
    if lines is None:
        return DrivenRoads(None, 0, None)
    frame = shelf.registers.read("roads")
    level = np.zeros(len(lines), dtype=np.int64)
    for flag, number in (("bridge", 1), ("tunnel", -1)):
        level[_flagged(shelf, flag, lines.ids)] = number
    silent = np.full(len(lines), np.nan)
    speed = frame["speed_kmh"].to_numpy(np.float64) if "speed_kmh" in frame else silent
    kmh, own = road_speeds(lines.kind, speed)
    graph = road_graph(lines, shelf.config.crs, level=level)
    network = RoadNetwork.of(graph, kmh, _flagged(shelf, "oneway", lines.ids))
    return DrivenRoads(network, len(lines), float(own.mean()))


def _flagged(shelf: Shelf, flag: str, ids: tuple[str, ...]) -> NDArray[np.bool_]:
    marked = shelf.registers.flagged("roads", flag).index.astype(str)
    return np.isin(np.array(ids, dtype=object), marked)


def reach_ground(shelf: Shelf, params: TravelParams) -> tuple[ReachGround, DrivenRoads]:
    """Return the cells of a workspace and how they are come to.

    Parameters
    ----------
    shelf
        The workspace.
    params
        Speeds beside the roads.

    Returns
    -------
    ground : ReachGround
        Over straight lines where no roads are registered.
    roads : DrivenRoads
        What it goes by.
    """
    driven = driven_roads(shelf)
    return ReachGround.of(shelf.grid, driven.network, params), driven


def plane(shelf: Shelf, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return places in the CRS of a workspace.

    Parameters
    ----------
    shelf
        The workspace.
    lonlat
        Degrees, WGS-84, shape (n, 2).

    Returns
    -------
    ndarray of float, shape (n, 2)
        Metres.
    """
    if not len(lonlat):
        return np.empty((0, 2))
    return reprojection(WGS84, shelf.config.crs)(np.asarray(lonlat, dtype=np.float64))
