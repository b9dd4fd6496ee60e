"""Which places cameras see: a point as an entrance, an area by the share of its outline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geogrid.analysis.camera_lines import SeenLines, grouped_lines, lengths_m, seen_lines
from geogrid.analysis.counted_views import Looking
from geogrid.analysis.obstacles import Obstacles
from geogrid.crs import WGS84, reprojection
from geogrid.model.grid import Grid
from geogrid.model.places import Places

# A view ends at a wall; the outline of what stands behind it is looked for just in front of it.
BEFORE_WALL_M: Final = 0.1
AT_ENTRANCE_M: Final = 1.0  # no register puts an entrance nearer to its true place


@dataclass(frozen=True, slots=True, eq=False)
class SeenPlaces:
    """Who sees which place, made by `seen_places`.

    Parameters
    ----------
    district
        Position of the district that each place is in; -1 outside, shape (n,).
    place, view
        Each place and view that sees some of it, once; by place, shape (k,).
    once_share, twice_share
        Of a point 1 where at least one or two views come within `AT_ENTRANCE_M` of it, else 0; of
        an area the share of its outline that they see, shape (n,).
    """

    district: NDArray[np.int64]
    place: NDArray[np.int64]
    view: NDArray[np.int64]
    once_share: NDArray[np.float64]
    twice_share: NDArray[np.float64]

    def seen_by(self, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Tell which places inside the districts some views see.

        Parameters
        ----------
        chosen
            Which views, shape (n_views,).

        Returns
        -------
        ndarray of bool, shape (n,)
            True where some of a place is seen.
        """
        seen = np.zeros(len(self.district), dtype=bool)
        seen[self.place[chosen[self.view]]] = True
        return seen & (self.district >= 0)

    def alone(self, group: NDArray[np.int64], n_groups: int) -> NDArray[np.int64]:
        """Return how many places inside the districts only this group of views sees.

        Parameters
        ----------
        group
            Group of each view, 0 to ``n_groups`` - 1, shape (n_views,).
        n_groups
            How many groups there are.

        Returns
        -------
        ndarray of int, shape (n_groups,)
            What nothing sees any more without the group.
        """
        inside = self.district[self.place] >= 0
        pair = np.unique(self.place[inside] * n_groups + group[self.view[inside]])
        place, owner = np.divmod(pair, n_groups)
        single = np.bincount(place, minlength=len(self.district))[place] == 1
        return np.bincount(owner[single], minlength=n_groups).astype(np.int64)


def seen_places(
    places: Places, views: Looking, grid: Grid, *, obstacles: Obstacles | None = None
) -> SeenPlaces:
    """Return which views see which places, and how much of each is seen.

    Parameters
    ----------
    places
        Points, or areas whose outline is looked at, WGS-84.
    views
        What cameras see, in the grid's CRS.
    grid
        The grid.
    obstacles
        Buildings that the views were cut by: a point inside one stands for the building, since no
        view reaches under a roof. ``None`` where there are none.

    Returns
    -------
    SeenPlaces
        In the order of the places.
    """
    shape = shapely.transform(places.geometry, reprojection(WGS84, grid.spec.crs))
    district = _districts(shapely.point_on_surface(shape), grid)
    if obstacles is not None:
        shape = _housed(shape, obstacles)
    n, n_views = len(places), len(views.polygon)
    is_point = shapely.get_dimensions(shape) == 0
    once, twice = np.zeros(n), np.zeros(n)
    at = np.flatnonzero(is_point)
    point, view = shapely.STRtree(views.polygon).query(
        shape[at], predicate="dwithin", distance=AT_ENTRANCE_M
    )
    count = np.bincount(at[point], minlength=n)
    once[at], twice[at] = count[at] >= 1, count[at] >= 2
    segments, owner = _outlines(shape, np.flatnonzero(~is_point))
    seen: SeenLines = seen_lines(segments, views)
    length = lengths_m(segments)
    some, both, _ = grouped_lines(seen, length, np.arange(n_views), n_views)
    total = np.maximum(np.bincount(owner, length, n), np.finfo(float).tiny)
    once += np.minimum(np.bincount(owner, some, n) / total, 1.0)
    twice += np.minimum(np.bincount(owner, both, n) / total, 1.0)
    pair = np.concatenate([at[point] * n_views + view, owner[seen.line] * n_views + seen.view])
    place, who = np.divmod(np.unique(pair), max(n_views, 1))
    return SeenPlaces(district, place, who, once, twice)


def _districts(points: NDArray[np.object_], grid: Grid) -> NDArray[np.int64]:
    """Return the district of each point; -1 outside."""
    found = np.full(len(points), -1, dtype=np.int64)
    tree = shapely.STRtree(points)
    for district, land in reversed([*enumerate(grid.boundary.geometries)]):
        found[tree.query(land, predicate="intersects")] = district
    return found


def _housed(shape: NDArray[np.object_], obstacles: Obstacles) -> NDArray[np.object_]:
    """Return places with the building in place of a point inside it."""
    at = np.flatnonzero(shapely.get_dimensions(shape) == 0)
    point, building = obstacles.tree.query(shape[at], predicate="within")
    order = np.lexsort((building, point))[::-1]  # the first building is written last
    housed = shape.copy()
    housed[at[point[order]]] = obstacles.footprint[building[order]]
    return housed


def _outlines(
    shape: NDArray[np.object_], which: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the outlines of some places as segments, just in front of them, and whose each is."""
    grown = shapely.buffer(shape[which], BEFORE_WALL_M, join_style="mitre")
    parts, owner = shapely.get_parts(grown, return_index=True)
    xy, part = shapely.get_coordinates(shapely.get_exterior_ring(parts), return_index=True)
    joined = part[1:] == part[:-1]
    segments = np.hstack([xy[:-1], xy[1:]])[joined]
    return segments, which[owner[part[:-1]][joined]]
