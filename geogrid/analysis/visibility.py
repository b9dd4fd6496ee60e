"""What cameras see of the ground where buildings stand in the way.

The ground is flat and roofs are flat. A point of the ground is seen if it lies in the camera's
sector and no building is on the straight line to it: in plan where a height is not known or the
camera is no higher than the roof; else the line may pass over the roof. The ground under a
building is never seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon

from geogrid.analysis.obstacles import Obstacles
from geogrid.analysis.overlap import polygons_only
from geogrid.analysis.sectors import Sectors
from geogrid.errors import InputError
from geogrid.kernels.ray_buffer import ray_polygons, ray_ranges
from geogrid.kernels.star_fans import star_fans
from geogrid.kernels.visible_sweep import visible_polygons
from geogrid.kernels.wall_scan import Cameras

Method = Literal["auto", "sweep", "rays"]
METHODS: Final[tuple[Method, ...]] = ("auto", "sweep", "rays")
SWEEP_UP_TO: Final = 200_000  # views: 11 s at 100 m in dense blocks, and 10 s by rays
RAYS: Final = 1_440  # of a full circle: four a degree
WALL_DEPTH_M: Final = 5.0  # as far as registers and brackets put a camera behind its own wall
_ON_OUTLINE_M: Final = 1e-9  # coordinates of 1e6 m end at 1e-10 m
_NOTHING_M2: Final = 0.01
_FARTHEST: Final = 1e5  # times the distance of a wall: shadows of roofs as high as the camera
_EMPTY: Final = Polygon()


@dataclass(frozen=True, slots=True, eq=False)
class VisibleViews:
    """What is seen by each view, made by `visible_views`.

    Parameters
    ----------
    polygon
        The ground seen, shape (n,): a polygon, several of them where roofs hide a strip, or an
        empty polygon for a camera deep inside a building.
    inside
        Which cameras stand inside or on the outline of a building in plan, shape (n,).
    over
        Which cameras look over a building, shape (n,).
    method
        ``sweep`` (exact) or ``rays``.
    sectors
        The views without buildings.
    star
        Where the corners of each view in plan start, shape (n + 1,), and the corners.
    """

    polygon: NDArray[np.object_]
    inside: NDArray[np.bool_]
    over: NDArray[np.bool_]
    method: str
    sectors: Sectors
    star: tuple[NDArray[np.int64], NDArray[np.float64]]

    @property
    def indoors(self) -> NDArray[np.bool_]:
        """Which views see nothing of the ground outside, shape (n,)."""
        return np.asarray(shapely.is_empty(self.polygon))

    def convex_parts(self) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
        """Return the same ground as convex polygons.

        Returns
        -------
        convex : ndarray of shapely.Polygon, shape (k,)
            Counter-clockwise: fans of views that are whole stars, triangles of others.
        owner : ndarray of int, shape (k,)
            View of each, rising.
        """
        all_round = self.sectors.angle >= 2.0 * np.pi
        owner, start, corners = star_fans(*self.star, self.sectors.centre, all_round)
        ring = np.repeat(np.arange(len(owner)), np.diff(start))
        fans = np.asarray(shapely.polygons(shapely.linearrings(corners, indices=ring)))
        whole = ~(self.inside | self.over)
        kept = (whole & ~self.indoors)[owner]
        rest = np.flatnonzero(~whole)
        pieces, piece_of = shapely.get_parts(
            shapely.constrained_delaunay_triangles(self.polygon[rest]), return_index=True
        )
        convex = np.concatenate([fans[kept], shapely.orient_polygons(pieces)])
        owner = np.concatenate([owner[kept], rest[piece_of]])
        order = np.argsort(owner, kind="stable")
        return convex[order], owner[order]


def visible_views(
    sectors: Sectors,
    obstacles: Obstacles,
    *,
    height_m: NDArray[np.float64] | None = None,
    method: Method = "auto",
) -> VisibleViews:
    """Return what is seen of each sector between buildings.

    Parameters
    ----------
    sectors
        One view each; several of one pole have the same centre.
    obstacles
        The buildings, in the same plane.
    height_m
        Of cameras above ground, metres; NaN or ``None`` where not known.
    method
        ``sweep``: exact; ``rays``: four rays a degree with corners put back; ``auto``: exact up
        to `SWEEP_UP_TO` views.

    Returns
    -------
    VisibleViews
        In the order of the sectors.

    Raises
    ------
    InputError
        There is no such method.

    Notes
    -----
    A camera inside a building stands on its wall: of its rays those go on that leave the building
    within `WALL_DEPTH_M`. It is not moved, so that a building more never shows more.
    """
    if method not in METHODS:
        raise InputError(
            "unknown method of views {method!r}; give one of {known}",
            method=method,
            known=", ".join(METHODS),
        )
    if method == "auto":
        method = "sweep" if len(sectors) <= SWEEP_UP_TO else "rays"
    height = np.full(len(sectors), np.nan) if height_m is None else height_m
    pairs = _inside(sectors, obstacles, height)
    cameras = _cameras(sectors, obstacles, height, pairs)
    if method == "sweep":
        start, corners = visible_polygons(obstacles.walls, cameras)
    else:
        start, corners = ray_polygons(obstacles.walls, cameras, RAYS)
    corners += obstacles.corner
    polygon = _polygons(start, corners)
    inside = np.zeros(len(sectors), dtype=bool)
    inside[pairs[0]] = True
    _cut(polygon, pairs, obstacles.footprint)
    over = _cut_shadows(polygon, sectors.centre, height, obstacles)
    polygon[(inside | over) & (shapely.area(polygon) < _NOTHING_M2)] = _EMPTY
    return VisibleViews(polygon, inside, over, method, sectors, (start, corners))


def visible_ranges(
    sectors: Sectors,
    obstacles: Obstacles,
    *,
    height_m: NDArray[np.float64] | None = None,
    rays: int = RAYS,
) -> NDArray[np.float32]:
    """Return how far can be seen around each sector's camera, whatever its direction.

    One row serves all bearings of a pole. Heights decide which buildings hide something; the strip
    behind a lower one is not in a range.

    Parameters
    ----------
    sectors
        Their centres and ranges count; ray 0 goes in their first direction.
    obstacles
        The buildings, in the same plane.
    height_m
        As for `visible_views`.
    rays
        Of a full circle.

    Returns
    -------
    ndarray of float32, shape (n, rays)
        Metres; ray k goes ``2 pi k / rays`` counter-clockwise from the first direction. A camera
        inside a building begins at its own place.
    """
    height = np.full(len(sectors), np.nan) if height_m is None else height_m
    pairs = _inside(sectors, obstacles, height)
    cameras = _cameras(sectors, obstacles, height, pairs)._replace(radius=sectors.radius_m)
    return ray_ranges(obstacles.walls, cameras, rays)


def _inside(
    sectors: Sectors, obstacles: Obstacles, height: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return pairs of a camera and a building around it that is not below it, cameras rising."""
    camera, building = obstacles.tree.query(
        shapely.points(sectors.centre), predicate="dwithin", distance=_ON_OUTLINE_M
    )
    with np.errstate(invalid="ignore"):
        kept = ~(height[camera] > obstacles.height_m[building])
    order = np.lexsort((building[kept], camera[kept]))
    return camera[kept][order], building[kept][order]


def _cameras(
    sectors: Sectors,
    obstacles: Obstacles,
    height: NDArray[np.float64],
    pairs: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> Cameras:
    """Return sectors as the kernels take them."""
    count = np.bincount(pairs[0], minlength=len(sectors))
    return Cameras(
        np.ascontiguousarray(sectors.centre - obstacles.corner),
        np.asarray(sectors.start, dtype=np.float64),
        np.asarray(sectors.angle, dtype=np.float64),
        sectors.chord_radius_m(),
        np.asarray(sectors.chords, dtype=np.int64),
        np.asarray(height, dtype=np.float64),
        np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        pairs[1].astype(np.int32),
        WALL_DEPTH_M,
    )


def _polygons(start: NDArray[np.int64], corners: NDArray[np.float64]) -> NDArray[np.object_]:
    """Return stars as valid polygons."""
    count = np.diff(start)
    out = np.full(len(count), _EMPTY, dtype=object)
    drawn = np.flatnonzero(count >= 3)
    if not drawn.size:
        return out
    ring = np.repeat(np.cumsum(count >= 3) - 1, count)
    kept = np.repeat(count >= 3, count)
    out[drawn] = shapely.polygons(shapely.linearrings(corners[kept], indices=ring[kept]))
    # Coordinates of 1e6 m end at 1e-10 m: two rays that near may change places.
    broken = drawn[~shapely.is_valid(out[drawn])]
    out[broken] = polygons_only(shapely.make_valid(out[broken], method="structure"))
    return out


def _cut(
    polygon: NDArray[np.object_],
    pairs: tuple[NDArray[np.int64], NDArray[np.int64]],
    shape: NDArray[np.object_],
) -> None:
    """Take from each view the shapes that are paired with it; views rise in ``pairs``."""
    view, first, count = np.unique(pairs[0], return_index=True, return_counts=True)
    for at, start, n in zip(view, first, count, strict=True):
        hidden = shapely.union_all(shape[pairs[1][start : start + n]])
        polygon[[at]] = polygons_only(shapely.difference(polygon[[at]], hidden))


def _cut_shadows(
    polygon: NDArray[np.object_],
    centre: NDArray[np.float64],
    height: NDArray[np.float64],
    obstacles: Obstacles,
) -> NDArray[np.bool_]:
    """Take the shadows of lower buildings from views; tell which look over one."""
    over = np.zeros(len(polygon), dtype=bool)
    known = np.flatnonzero(~np.isnan(height))
    if not known.size or np.isnan(obstacles.height_m).all():
        return over
    view, building = obstacles.tree.query(polygon[known], predicate="intersects")
    view = known[view]
    with np.errstate(invalid="ignore"):
        lower = height[view] > obstacles.height_m[building]
    view, building = view[lower], building[lower]
    order = np.argsort(view, kind="stable")
    view, building = view[order], building[order]
    if view.size:
        above = height[view] - obstacles.height_m[building]
        reach = np.minimum(height[view] / above, _FARTHEST)
        shadow = np.empty(len(view), dtype=object)
        for k, at in enumerate(building):
            shadow[k] = _shadow(obstacles.footprint[at], centre[view[k]], float(reach[k]))
        _cut(polygon, (view, np.arange(len(view))), shadow)
        over[view] = True
    return over


def _shadow(footprint: Polygon, eye: NDArray[np.float64], reach: float) -> shapely.Geometry:
    """Return what a building hides: itself, moved away from the eye by 1 to ``reach`` times."""

    def away(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(eye + reach * (xy - eye))

    far = shapely.transform(footprint, away)
    hull = shapely.convex_hull(footprint)
    if not footprint.interiors and hull.area <= footprint.area * (1.0 + 1e-12):
        return shapely.convex_hull(shapely.union(footprint, far))
    rings = [shapely.get_coordinates(ring) for ring in (footprint.exterior, *footprint.interiors)]
    near = np.concatenate([np.stack([ring[:-1], ring[1:]], axis=1) for ring in rings])
    quads = np.asarray(shapely.polygons(np.concatenate([near, away(near[:, ::-1])], axis=1)))
    return shapely.union_all(np.concatenate([[footprint, far], quads[shapely.area(quads) > 0.0]]))
