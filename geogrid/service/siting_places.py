"""Where new sites may stand, and what stands already, by the registers.

Zones are places where no camera may stand and that none may see: candidates there are out. So are
candidates deep inside a building; one near a wall hangs on it, as a registered camera does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geogrid.analysis.obstacles import Obstacles
from geogrid.analysis.sight_lines import indoors
from geogrid.analysis.siting_cameras import (
    ALL_ROUND_DEG,
    SitedCameras,
    bearings_around,
    grid_azimuths,
    lonlat_of,
)
from geogrid.analysis.siting_zones import inside_zones
from geogrid.crs import WGS84, transformer
from geogrid.errors import InputError
from geogrid.model.sensors import CameraStatus, Sensors
from geogrid.service.analyses import roads, sensors
from geogrid.service.shelf import Shelf
from geogrid.service.siting_demand import not_there, zone_shapes
from geogrid.service.siting_question import SitingQuestion

_JOIN_M: Final = 1.0  # ends of road lines this near are one node
_OWN: Final = -1  # a pole of its own


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Views that a new site may have.

    Parameters
    ----------
    cameras
        Where, how far and which way.
    pole
        Views of one number share a pole, of which one may be chosen; -1 for a pole of its own.
    cost
        Of each.
    counts
        ``given`` poles, those ``in_zones``, ``indoors`` (deep inside a building) and ``outside``
        of the districts, or of the one that is asked for, ``used`` poles, and ``views`` on them.
    """

    cameras: SitedCameras
    pole: NDArray[np.int64]
    cost: NDArray[np.float64]
    counts: dict[str, int]

    def __len__(self) -> int:
        return len(self.cameras)


def candidate_places(
    shelf: Shelf,
    question: SitingQuestion,
    demand_xy: NDArray[np.float64],
    *,
    in_zones: bool = False,
    obstacles: Obstacles | None = None,
) -> Candidates:
    """Return where new sites may stand and which way they may look, zones left out.

    Parameters
    ----------
    shelf
        The workspace.
    question
        Which candidates, their range, and how many bearings each has.
    demand_xy
        Points with demand, in the grid's CRS.
    in_zones
        Whether places in zones are kept: only to tell what zones cost.
    obstacles
        Buildings; ``None`` where none are looked at.

    Returns
    -------
    Candidates
        At least one.

    Raises
    ------
    LayerNotFoundError
        The register is not imported.
    InputError
        None is left.
    """
    if question.candidates == "register":
        found = _registered(shelf, question.range_m)
    else:
        is_grid = question.candidates == "grid"
        xy = _cell_centres(shelf, demand_xy) if is_grid else _road_nodes(shelf)
        found = _all_round(xy, question.range_m, "c" if is_grid else "n")
    found = _with_height(found, question.height_m)
    zone = inside_zones(found.cameras.xy, zone_shapes(shelf)[1]) >= 0
    away = _outside(shelf, found.cameras.xy, question.district)
    deep = np.zeros(len(found), np.bool_)
    if obstacles is not None:
        deep = indoors(found.cameras, obstacles)
    out = away | deep | (np.zeros(len(found), np.bool_) if in_zones else zone)
    if out.all():
        raise InputError("there are no candidates; all are out, or none was given")
    kept = found.cameras.take(~out)
    pole, cost = found.pole[~out], found.cost[~out]
    counts = {
        "given": len(found),
        "in_zones": int(zone.sum()),
        "outside": int((away & ~zone).sum()),
        "indoors": int((deep & ~zone & ~away).sum()),
        "used": len(kept),
    }
    count = question.rules.bearings
    if count > 1:
        free = kept.view_angle_deg >= ALL_ROUND_DEG
        kept, pole, cost = _turned(shelf, (kept, pole, cost), free, question)
    return Candidates(kept, pole, cost, counts | {"views": len(kept)})


def _turned(
    shelf: Shelf,
    given: tuple[SitedCameras, NDArray[np.int64], NDArray[np.float64]],
    free: NDArray[np.bool_],
    question: SitingQuestion,
) -> tuple[SitedCameras, NDArray[np.int64], NDArray[np.float64]]:
    """Return candidates with several bearings where they state none; such views share a pole."""
    kept, pole, cost = given
    count, angle = question.rules.bearings, question.rules.view_angle_deg
    pole = np.where(pole == _OWN, pole.max(initial=0) + 1 + np.arange(pole.size), pole)
    own, round_ = kept.take(~free), kept.take(free)
    crs = shelf.grid.spec.crs
    north = grid_azimuths(*lonlat_of(round_.xy, crs), crs)
    turned = bearings_around(replace(round_, azimuth_deg=north), count, angle)
    return (
        own.and_then(turned),
        np.concatenate([pole[~free], np.repeat(pole[free], count)]),
        np.concatenate([cost[~free], np.repeat(cost[free], count)]),
    )


def _with_height(found: Candidates, height_m: float | None) -> Candidates:
    """Return candidates of which those that state no height have the one that is given."""
    if height_m is None:
        return found
    own = found.cameras.heights()
    cameras = replace(found.cameras, height_m=np.where(np.isnan(own), height_m, own))
    return replace(found, cameras=cameras)


def _outside(shelf: Shelf, xy: NDArray[np.float64], district: str | None) -> NDArray[np.bool_]:
    """Tell which places are outside of the districts, or of the only one that counts."""
    grid = shelf.grid
    at = grid.position_of(grid.spec.cell_at(xy[:, 0], xy[:, 1]))
    if district is None:
        return np.asarray(at < 0)
    wanted = grid.boundary.position_of(district)
    return np.asarray((at < 0) | (grid.district[np.maximum(at, 0)] != wanted))


def _all_round(xy: NDArray[np.float64], range_m: float, sign: str) -> Candidates:
    """Return candidates that see all round."""
    n = len(xy)
    cameras = SitedCameras(
        tuple(f"{sign}{at}" for at in range(n)),
        xy,
        np.full(n, float(range_m)),
        np.zeros(n),
        np.full(n, ALL_ROUND_DEG),
    )
    return Candidates(cameras, np.full(n, _OWN, np.int64), np.ones(n), {})


def _cell_centres(shelf: Shelf, demand_xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the centres of the cells in which demand is, each once."""
    spec = shelf.grid.spec
    cells = np.unique(spec.cell_at(demand_xy[:, 0], demand_xy[:, 1]))
    return np.column_stack(spec.centres(cells))


def _road_nodes(shelf: Shelf) -> NDArray[np.float64]:
    """Return the ends of road lines that are on land of the grid, each once."""
    lines = roads(shelf)
    if lines is None:
        raise not_there("roads")
    parts = shapely.get_parts(lines.geometry)
    ends = np.concatenate([shapely.get_point(parts, 0), shapely.get_point(parts, -1)])
    xy = in_plane(shelf, shapely.get_x(ends), shapely.get_y(ends))
    xy = xy[np.isfinite(xy).all(axis=1)]
    _, first = np.unique(np.rint(xy / _JOIN_M).astype(np.int64), axis=0, return_index=True)
    xy = xy[np.sort(first)]
    grid = shelf.grid
    return np.asarray(xy[grid.position_of(grid.spec.cell_at(xy[:, 0], xy[:, 1])) >= 0])


def in_plane(
    shelf: Shelf, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return places in the grid's CRS.

    Parameters
    ----------
    shelf
        The workspace.
    lon, lat
        Degrees, WGS-84, shape (n,).

    Returns
    -------
    ndarray of float, shape (n, 2)
        Metres.
    """
    return np.column_stack(transformer(WGS84, shelf.grid.spec.crs).transform(lon, lat))


def _registered(shelf: Shelf, range_m: float) -> Candidates:
    """Return the register of candidates, or else the cameras that are planned."""
    if "candidates" not in shelf.registers.kinds():
        return _planned(shelf, range_m)
    frame = shelf.registers.read("candidates")
    lon, lat = frame.geometry.x.to_numpy(), frame.geometry.y.to_numpy()
    bearing = _numbers(frame, "bearing")
    angle = np.where(np.isnan(bearing), ALL_ROUND_DEG, _numbers(frame, "view_angle"))
    if np.isnan(angle).any():
        at = str(frame.index[int(np.argmax(np.isnan(angle)))])
        raise InputError("candidate {at!r} states a bearing but no view angle; give both", at=at)
    azimuth = np.nan_to_num(bearing) + grid_azimuths(lon, lat, shelf.grid.spec.crs)
    reach, cost = _numbers(frame, "range"), _numbers(frame, "cost")
    cameras = SitedCameras(
        tuple(frame.index.astype(str)),
        in_plane(shelf, lon, lat),
        np.where(np.isnan(reach), range_m, reach),
        np.where(np.isnan(bearing), 0.0, azimuth % ALL_ROUND_DEG),
        angle,
        _numbers(frame, "height"),
    )
    return Candidates(cameras, _poles(frame, "group"), np.where(np.isnan(cost), 1.0, cost), {})


def _numbers(frame: gpd.GeoDataFrame, name: str) -> NDArray[np.float64]:
    if name not in frame:
        return np.full(len(frame), np.nan)
    return np.asarray(frame[name].to_numpy(np.float64), dtype=np.float64)


def _poles(frame: gpd.GeoDataFrame, name: str) -> NDArray[np.int64]:
    """Return a number for each named pole, -1 where none is named."""
    if name not in frame:
        return np.full(len(frame), _OWN, np.int64)
    return np.asarray(pd.factorize(frame[name])[0], dtype=np.int64)


def _planned(shelf: Shelf, range_m: float) -> Candidates:
    """Return the cameras of the register that are planned and whose direction is known."""
    frame = shelf.registers.read("cameras")
    every = sensors(shelf)
    planned = np.array([status == CameraStatus.PLANNED for status in every.status], dtype=bool)
    at = np.flatnonzero(planned & _is_directed(every))  # one that may look anywhere is none
    if not at.size:
        raise InputError("no camera of the register has the status planned and a known direction")
    cameras = _sited(shelf, every, at, range_m)
    return Candidates(cameras, _poles(frame.iloc[at], "pole"), np.ones(at.size), {})


def _is_directed(every: Sensors) -> NDArray[np.bool_]:
    """Tell for which cameras it is known which way they look."""
    no_angle, no_bearing = np.isnan(every.view_angle_deg), np.isnan(every.bearing_deg)
    all_round = every.view_angle_deg >= ALL_ROUND_DEG
    return np.asarray((no_angle & no_bearing) | all_round | ~(no_angle | no_bearing))


def _sited(shelf: Shelf, every: Sensors, at: NDArray[np.int64], range_m: float) -> SitedCameras:
    """Return cameras of the register in the plane."""
    lon, lat = every.lon[at], every.lat[at]
    north = grid_azimuths(lon, lat, shelf.grid.spec.crs)
    angle = np.where(np.isnan(every.view_angle_deg), ALL_ROUND_DEG, every.view_angle_deg)[at]
    azimuth = (np.nan_to_num(every.bearing_deg[at]) + north) % ALL_ROUND_DEG
    return SitedCameras(
        tuple(every.ids[int(i)] for i in at),
        in_plane(shelf, lon, lat),
        np.where(np.isnan(every.range_m), range_m, every.range_m)[at],
        np.where(angle >= ALL_ROUND_DEG, 0.0, azimuth),
        angle,
        None if every.height_m is None else every.height_m[at],
    )


def standing_cameras(shelf: Shelf) -> tuple[SitedCameras, int]:
    """Return the cameras in service that can be counted, and how many cannot.

    Parameters
    ----------
    shelf
        The workspace.

    Returns
    -------
    cameras : SitedCameras
        In the grid's CRS.
    left_out : int
        Cameras in service whose range or direction is not known.
    """
    if "cameras" not in shelf.registers.kinds():
        nothing = np.zeros(0)
        return SitedCameras((), np.zeros((0, 2)), nothing, nothing, nothing), 0
    every = sensors(shelf)
    on = np.array([status == CameraStatus.ON for status in every.status], dtype=bool)
    known = on & _is_directed(every) & ~np.isnan(every.range_m)
    return _sited(shelf, every, np.flatnonzero(known), np.nan), int((on & ~known).sum())


def room_places(shelf: Shelf) -> NDArray[np.float64]:
    """Return where the police rooms are, in the grid's CRS; none where none are registered.

    Parameters
    ----------
    shelf
        The workspace.

    Returns
    -------
    ndarray of float, shape (n, 2)
        Metres.
    """
    if "rooms" not in shelf.registers.kinds():
        return np.zeros((0, 2))
    at = shelf.registers.read("rooms").geometry
    return in_plane(shelf, at.x.to_numpy(), at.y.to_numpy())
