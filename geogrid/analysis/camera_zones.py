"""Cameras that stand in forbidden zones, or look into them, and what stopping it would cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geogrid.analysis.camera_land import land_m2, seen_land
from geogrid.analysis.camera_scene import Scene
from geogrid.analysis.road_lengths import segments_inside
from geogrid.analysis.siting_zones import inside_zones

LEAST_M2: Final = 0.1  # outlines are within 5 cm of the true ones


@dataclass(frozen=True, slots=True, eq=False)
class ZoneReach:
    """What views see of zones, made by `zone_reach`.

    Parameters
    ----------
    views
        A row for each view and zone it reaches into: ``view``, ``zone`` (positions), ``seen_m2``.
    lost_m2
        Land in zones that cameras see: coverage lost if views were cut there. Union, never sum.
    lost_road_m
        Road in zones that cameras see, metres.
    """

    views: pd.DataFrame
    lost_m2: float
    lost_road_m: float


def zone_reach(scene: Scene, zones: NDArray[np.object_]) -> ZoneReach:
    """Return which views reach into zones, and what coverage is there.

    Parameters
    ----------
    scene
        What cameras see.
    zones
        Polygons in the grid's CRS, shape (n,).

    Returns
    -------
    ZoneReach
        Views that see less than `LEAST_M2` of a zone are left out of its rows.
    """
    views = scene.views.polygon
    nothing = np.empty(0, dtype=np.int64)
    view, zone = nothing, nothing
    if len(zones) and len(views):
        zone, view = shapely.STRtree(views).query(zones, predicate="intersects")
    area = shapely.area(shapely.intersection(views[view], zones[zone]))
    rows = pd.DataFrame({"view": view, "zone": zone, "seen_m2": area})
    rows = rows[rows["seen_m2"] >= LEAST_M2].sort_values(["view", "zone"], ignore_index=True)
    if rows.empty:
        return ZoneReach(rows, 0.0, 0.0)
    forbidden = shapely.union_all(zones)
    piece, seen = seen_land(scene.land)
    inside = shapely.intersection(seen, forbidden)
    n_districts = len(scene.ground.grid.boundary)
    lost_m2 = float(land_m2(scene.land, piece, inside, n_districts).sum())
    return ZoneReach(rows, lost_m2, _road_metres(scene, forbidden))


def cameras_in_zones(
    xy: NDArray[np.float64], zones: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the cameras that stand in a zone, its edge included.

    Parameters
    ----------
    xy
        Places of cameras in a plane CRS, shape (n, 2).
    zones
        Polygons in that CRS.

    Returns
    -------
    camera, zone : ndarray of int
        Positions, by camera; the first zone where several hold a camera.
    """
    zone = inside_zones(xy, zones)
    camera = np.flatnonzero(zone >= 0)
    return camera, zone[camera]


def _road_metres(scene: Scene, forbidden: shapely.Geometry) -> float:
    """Return the metres of road in zones that cameras see."""
    segments = scene.roads.segments
    lines = np.asarray(shapely.linestrings(segments.reshape(-1, 2, 2)))
    near = shapely.STRtree(lines).query(forbidden, predicate="intersects")
    parts = segments_inside(segments[np.sort(near)], scene.views.convex)
    seen = shapely.linestrings(parts.reshape(-1, 2, 2))
    return float(shapely.length(shapely.intersection(seen, forbidden)).sum())
