"""How much of each cell's land the cameras in service can see, and of its roads.

A view is a disc or sector, less what buildings hide where they are known. Ground that several
cameras see counts once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geogrid.analysis.overlap import Tiling, covered_once_and_twice, cut_by_tiles, polygons_only
from geogrid.analysis.road_lengths import road_segments, segment_metres, segments_inside
from geogrid.analysis.views import CameraParams, Views, camera_views
from geogrid.kernels.cell_area import polygon_cell_areas
from geogrid.model.buildings import Buildings
from geogrid.model.cells import CellTable, Field
from geogrid.model.grid import Grid, GridSpec
from geogrid.model.places import Places
from geogrid.model.sensors import CameraStatus, Sensors

__all__ = ["CameraParams", "camera_coverage"]

logger = logging.getLogger(__name__)

TILE_M: Final = 500.0  # measured best between 250 m and 1 km for views of 30 to 150 m
MAX_LISTED: Final = 200  # ids told under one reason; the count tells how many there are
_FULL_SHARE: Final = 1.0 - 1e-9
_M2_PER_KM2: Final = 1e6

FIELDS: Final = (
    Field(
        "cameras",
        title="Cameras",
        scale="amount",
        meaning="Cameras in service that stand in the cell.",
    ),
    Field(
        "covered_share",
        title="Seen by cameras",
        scale="share",
        meaning="Share of the cell's land that at least one camera in service can see; "
        "null where the only cameras are of unknown range, bearing or angle.",
    ),
    Field(
        "twice_share",
        title="Seen by two cameras",
        scale="share",
        meaning="Share of the cell's land that at least two cameras in service can see; "
        "null where the only cameras are of unknown range, bearing or angle.",
    ),
    Field(
        "road_covered_share",
        title="Roads seen by cameras",
        scale="share",
        meaning="Share of the cell's road metres that a camera in service can see; "
        "null where the cell has no road or no roads are known.",
    ),
)


def camera_coverage(
    sensors: Sensors,
    grid: Grid,
    *,
    roads: Places | None = None,
    buildings: Buildings | None = None,
    params: CameraParams | None = None,
) -> CellTable:
    """Return the share of each cell's land that cameras in service can see.

    Parameters
    ----------
    sensors
        The cameras, WGS-84.
    grid
        The grid.
    roads
        Lines, WGS-84; ``None`` where no roads are known.
    buildings
        What may hide the ground, WGS-84; ``None`` where none are known.
    params
        What to assume where the register is silent; by default nothing, and such cameras are
        counted but not drawn.

    Returns
    -------
    CellTable
        Columns ``cameras``, ``covered_share``, ``twice_share``, ``road_covered_share``. Shares
        are of each cell's land, its square clipped to the districts; a cell that no view reaches
        has 0, or null where a camera stands whose view is not known. Road shares are of the
        metres in the whole square. Its summary has cameras by
        what was done with them (see `geogrid.analysis.views.Views`) and ``outside`` (in service
        and off the grid); ``told_apart`` with the ids under each reason, at most `MAX_LISTED`;
        ``buildings``, ``heights``, ``method`` (see `geogrid.analysis.views.Sight`);
        ``views_km2`` (sum of all views), ``open_views_km2`` (the same without buildings),
        ``union_km2`` (ground seen inside the lattice, land or not), ``covered_km2`` and
        ``twice_km2`` (land seen); ``roads_km`` and ``roads_covered_km``, null without roads.

    Raises
    ------
    InputError
        A range is over 50 km, or a road is no line.

    Notes
    -----
    Exact for the polygons of `camera_views`: over all cells, seen land sums to the area of
    the union of the views inside the districts.
    """
    started = time.perf_counter()
    views = camera_views(sensors, grid.spec.crs, params, buildings=buildings)
    once, twice, union_m2 = _seen_land(views.polygon, grid)
    covered = _land_shares(once, grid)
    columns = {
        "cameras": _cameras_in_cells(sensors, grid),
        "covered_share": covered,
        "twice_share": np.minimum(_land_shares(twice, grid), covered),
        "road_covered_share": np.full(len(grid), np.nan),
    }
    road_km = None
    if roads is not None:
        metres, seen = _road_metres_seen(roads, views, grid)
        with np.errstate(invalid="ignore"):
            columns["road_covered_share"] = np.where(metres > 0.0, seen / metres, np.nan)
        road_km = (float(metres.sum()) / 1e3, float(seen.sum()) / 1e3)
    logger.info(
        "camera views: %d cameras, %d drawn, %.1f s",
        len(sensors),
        len(views.camera),
        time.perf_counter() - started,
    )
    summary = _summary(views, columns, grid, road_km)
    summary["union_km2"] = union_m2 / _M2_PER_KM2
    summary["told_apart"] = {
        reason: [sensors.ids[at] for at in cameras[:MAX_LISTED]]
        for reason, cameras in views.told_apart.items()
        if cameras.size
    }
    unknown = _unknown_views(sensors, views, grid) & (covered == 0.0)
    for name in ("covered_share", "twice_share"):
        columns[name] = np.where(unknown, np.nan, columns[name])
    return CellTable(grid, FIELDS, columns, summary)


def _cameras_in_cells(sensors: Sensors, grid: Grid) -> NDArray[np.float64]:
    on = np.array([status == CameraStatus.ON for status in sensors.status], dtype=bool)
    at = grid.position_at(sensors.lon[on], sensors.lat[on])
    return np.bincount(at[at >= 0], minlength=len(grid)).astype(np.float64)


def _unknown_views(sensors: Sensors, views: Views, grid: Grid) -> NDArray[np.bool_]:
    """Tell which cells hold a camera in service of which nobody knows what it sees."""
    on = np.array([status == CameraStatus.ON for status in sensors.status], dtype=bool)
    on[views.camera] = False
    on[views.told_apart["indoors"]] = False
    at = grid.position_at(sensors.lon[on], sensors.lat[on])
    return np.asarray(np.bincount(at[at >= 0], minlength=len(grid)) > 0)


def _seen_land(
    polygons: NDArray[np.object_], grid: Grid
) -> tuple[NDArray[np.object_], NDArray[np.object_], float]:
    """Return the land seen once and twice, in disjoint parts, and the ground seen (m2)."""
    tile, part = cut_by_tiles(polygons, _tiling(grid.spec))
    once, twice = covered_once_and_twice(tile, part)
    union_m2 = float(shapely.area(once).sum())
    coast = np.flatnonzero(~_wholly_on_land(once, grid))
    if coast.size:
        land = shapely.union_all(np.array(grid.boundary.geometries))
        clipped = [shapely.clip_by_rect(land, *once[at].bounds) for at in coast]
        near = polygons_only(np.array(clipped, dtype=object))
        once[coast] = polygons_only(shapely.intersection(once[coast], near))
        twice[coast] = polygons_only(shapely.intersection(twice[coast], near))
    return once, twice, union_m2


def _tiling(spec: GridSpec) -> Tiling:
    """Return tiles of whole cells, near `TILE_M` wide."""
    cells = max(1, round(TILE_M / spec.cell_size))
    n_rows, n_cols = -(-spec.n_rows // cells), -(-spec.n_cols // cells)
    return Tiling(spec.x_min, spec.y_min, cells * spec.cell_size, n_rows, n_cols)


def _wholly_on_land(parts: NDArray[np.object_], grid: Grid) -> NDArray[np.bool_]:
    """Tell which parts' boxes meet nothing but cells that are all land."""
    spec = grid.spec
    sea = grid.dense(np.where(grid.land_share >= _FULL_SHARE, 0, 1), fill=1)
    sums = np.zeros((spec.n_rows + 1, spec.n_cols + 1), dtype=np.int64)
    sums[1:, 1:] = sea.cumsum(axis=0).cumsum(axis=1)
    bounds = shapely.bounds(parts)
    shape = np.array([spec.n_cols, spec.n_rows])
    corner = np.array([spec.x_min, spec.y_min])
    low = np.floor((bounds[:, :2] - corner) / spec.cell_size).astype(np.int64)
    high = np.ceil((bounds[:, 2:] - corner) / spec.cell_size).astype(np.int64)
    (col_0, row_0), (col_1, row_1) = low.clip(0, shape).T, high.clip(0, shape).T
    count = sums[row_1, col_1] - sums[row_0, col_1] - sums[row_1, col_0] + sums[row_0, col_0]
    return np.asarray((count == 0) & (low >= 0).all(axis=1) & (high <= shape).all(axis=1))


def _land_shares(parts: NDArray[np.object_], grid: Grid) -> NDArray[np.float64]:
    """Return the share of each cell's land that disjoint parts cover."""
    spec = grid.spec
    pieces = shapely.get_parts(parts)
    if not len(pieces):
        return np.zeros(len(grid))
    rings = shapely.get_rings(shapely.orient_polygons(pieces))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    starts = np.append(np.flatnonzero(np.diff(ring, prepend=-1)), len(xy)).astype(np.int64)
    xy = (xy - (spec.x_min, spec.y_min)) / spec.cell_size
    xy = xy.clip(0.0, (spec.n_cols, spec.n_rows))  # rounding may leave an edge 1e-13 outside
    covered = polygon_cell_areas(xy, starts, spec.n_rows, spec.n_cols).ravel()[grid.cells]
    return np.asarray(np.minimum(covered / grid.land_share, 1.0))


def _road_metres_seen(
    roads: Places, views: Views, grid: Grid
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the road metres in each cell and those inside a view."""
    segments = road_segments(roads, grid.spec.crs)
    metres = segment_metres(segments, grid)
    seen = segment_metres(segments_inside(segments, views.convex), grid)
    return metres, np.minimum(seen, metres)


def _summary(
    views: Views,
    columns: Mapping[str, NDArray[np.float64]],
    grid: Grid,
    road_km: tuple[float, float] | None,
) -> dict[str, Any]:
    roads_km, seen_km = road_km or (None, None)
    return {
        **views.counts,
        "outside": views.counts["in_service"] - int(columns["cameras"].sum()),
        "buildings": views.sight.buildings,
        "heights": views.sight.heights,
        "method": views.sight.method,
        "views_km2": float(shapely.area(views.polygon).sum()) / _M2_PER_KM2,
        "open_views_km2": views.sight.plain_m2 / _M2_PER_KM2,
        "covered_km2": float((columns["covered_share"] * grid.area_m2).sum()) / _M2_PER_KM2,
        "twice_km2": float((columns["twice_share"] * grid.area_m2).sum()) / _M2_PER_KM2,
        "roads_km": roads_km,
        "roads_covered_km": seen_km,
    }
