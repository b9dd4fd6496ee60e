"""Zones where no camera may stand and that no view may reach into.

A place on the edge of a zone is in it. A view is cut by the zones that it reaches into: what lies
behind a zone stays in it, since a zone is masked and hides nothing.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from geogrid.analysis.overlap import polygons_only


def inside_zones(xy: NDArray[np.float64], zones: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return the zone that each place is in, edges included.

    Parameters
    ----------
    xy
        Places in a plane CRS, shape (n, 2).
    zones
        Polygons in that CRS.

    Returns
    -------
    ndarray of int, shape (n,)
        Position of the first such zone; -1 for none.
    """
    found = np.full(len(xy), -1, dtype=np.int64)
    if len(zones) and len(xy):
        place, zone = shapely.STRtree(zones).query(shapely.points(xy), predicate="intersects")
        order = np.lexsort((zone, place))[::-1]  # the first zone is written last
        found[place[order]] = zone[order]
    return found


def cut_by_zones(
    views: NDArray[np.object_], zones: NDArray[np.object_]
) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
    """Return views without what lies in zones.

    Parameters
    ----------
    views
        Polygons in a plane CRS, shape (n,).
    zones
        Polygons in that CRS.

    Returns
    -------
    cut : ndarray of shapely.Geometry, shape (n,)
        Polygons or multi-polygons, empty where nothing is left.
    lost_m2 : ndarray of float, shape (n,)
        Area that was cut away.
    """
    cut = views.copy()
    if len(zones) and len(views):
        pairs = shapely.STRtree(zones).query(views, predicate="intersects")
        for at in np.unique(pairs[0]):
            there = shapely.union_all(zones[pairs[1][pairs[0] == at]])
            cut[at] = shapely.difference(views[at], there)
    cut = polygons_only(cut)
    return cut, np.maximum(shapely.area(views) - shapely.area(cut), 0.0)
