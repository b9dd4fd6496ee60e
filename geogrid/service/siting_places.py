"""Where demand is, where new sites may stand, and what stands already, by the registers.

Zones are places where no camera may stand and that none may see: candidates there are out, and
cells whose centre is in one are no demand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geogrid.analysis.road_lengths import road_metres
from geogrid.analysis.siting_reach import reach_within
from geogrid.crs import WGS84, transformer
from geogrid.errors import InputError, LayerNotFoundError
from geogrid.model.sensors import CameraStatus
from geogrid.service.analyses import roads, sensors
from geogrid.service.shelf import Shelf

CANDIDATES: Final = ("grid", "roads", "register")
WEIGHTS: Final = ("incidents", "people", "roads", "land")
_JOIN_M: Final = 1.0  # ends of road lines this near are one node


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Places where a new site may stand.

    Parameters
    ----------
    ids
        Names, unique.
    xy
        In the grid's CRS, shape (n, 2).
    range_m
        Reach of each, metres.
    bearing_deg
        Clockwise from the grid's north; ``None`` where all see all round.
    view_angle_deg
        Of each, degrees.
    pole
        Sites of one number share a pole; -1 for a pole of its own.
    counts
        ``given``, ``in_zones`` and ``used``.
    """

    ids: tuple[str, ...]
    xy: NDArray[np.float64]
    range_m: NDArray[np.float64]
    bearing_deg: NDArray[np.float64] | None
    view_angle_deg: NDArray[np.float64]
    pole: NDArray[np.int64]
    counts: dict[str, int]

    def __len__(self) -> int:
        return len(self.ids)


def demand_weights(shelf: Shelf, name: str | None) -> tuple[str, NDArray[np.float64]]:
    """Return what demand is, and how much of it each active cell has.

    Parameters
    ----------
    shelf
        The workspace.
    name
        One of ``WEIGHTS``; ``None`` for incidents where there are some, else land.

    Returns
    -------
    name : str
        What demand is.
    weight : ndarray of float, shape (n_cells,)
        At least 0.

    Raises
    ------
    InputError
        There is no such weight.
    LayerNotFoundError
        What it needs is not imported.
    """
    grid = shelf.grid
    if name is None:
        name = "incidents" if shelf.incidents.fingerprint() else "land"
    if name == "land":
        return name, grid.area_m2.copy()
    if name == "roads":
        lines = roads(shelf)
        if lines is None:
            raise _not_there("roads")
        return name, road_metres(lines, grid)
    if name == "people":
        frame = shelf.registers.read("population")
        at = shapely.point_on_surface(frame.geometry.to_numpy())
        count = frame["persons"].to_numpy(dtype=np.float64)
        return name, _per_cell(shelf, shapely.get_x(at), shapely.get_y(at), count)
    if name == "incidents":
        if not shelf.incidents.fingerprint():
            raise _not_there("incidents")
        events = shelf.incidents.read()
        return name, _per_cell(shelf, events.lon, events.lat, events.weight)
    raise InputError(
        "unknown weight {weight!r}; give one of {known}", weight=name, known=", ".join(WEIGHTS)
    )


def _not_there(kind: str) -> LayerNotFoundError:
    return LayerNotFoundError(
        "no {kind} are imported; import them with: geogrid import WS {kind} FILE", kind=kind
    )


def _per_cell(
    shelf: Shelf,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    amount: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the sum of amounts in each active cell."""
    cell = shelf.grid.position_at(lon, lat)
    there = cell >= 0
    total = np.bincount(cell[there], weights=amount[there], minlength=len(shelf.grid))
    return total.astype(np.float64)


def candidate_places(
    shelf: Shelf, kind: str, range_m: float, demand: NDArray[np.float64]
) -> Candidates:
    """Return where new sites may stand, those in zones left out.

    Parameters
    ----------
    shelf
        The workspace.
    kind
        One of ``CANDIDATES``.
    range_m
        Reach of a site that states none.
    demand
        Centres of cells with demand, in the grid's CRS.

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
    if kind == "register":
        found = _planned(shelf, range_m)
    else:
        xy = demand if kind == "grid" else _road_nodes(shelf)
        found = _all_round(xy, range_m, "c" if kind == "grid" else "n")
    out = inside_zones(shelf, found.xy)
    counts = {"given": len(found), "in_zones": int(out.sum()), "used": int((~out).sum())}
    if out.all():
        raise InputError("there are no candidates; all are out, or none was given")
    bearing = found.bearing_deg
    return Candidates(
        tuple(np.array(found.ids, dtype=object)[~out]),
        found.xy[~out],
        found.range_m[~out],
        None if bearing is None else bearing[~out],
        found.view_angle_deg[~out],
        found.pole[~out],
        counts,
    )


def _all_round(xy: NDArray[np.float64], range_m: float, sign: str) -> Candidates:
    """Return candidates that see all round."""
    n = len(xy)
    ids = tuple(f"{sign}{at}" for at in range(n))
    own = np.full(n, -1, np.int64)
    return Candidates(ids, xy, np.full(n, float(range_m)), None, np.full(n, 360.0), own, {})


def _road_nodes(shelf: Shelf) -> NDArray[np.float64]:
    """Return the ends of road lines that are on land of the grid, each once."""
    lines = roads(shelf)
    if lines is None:
        raise _not_there("roads")
    parts = shapely.get_parts(lines.geometry)
    ends = np.concatenate([shapely.get_point(parts, 0), shapely.get_point(parts, -1)])
    xy = np.column_stack(_to_plane(shelf, shapely.get_x(ends), shapely.get_y(ends)))
    xy = xy[np.isfinite(xy).all(axis=1)]
    _, first = np.unique(np.rint(xy / _JOIN_M).astype(np.int64), axis=0, return_index=True)
    xy = xy[np.sort(first)]
    grid = shelf.grid
    return np.asarray(xy[grid.position_of(grid.spec.cell_at(xy[:, 0], xy[:, 1])) >= 0])


def _to_plane(
    shelf: Shelf, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x, y = transformer(WGS84, shelf.grid.spec.crs).transform(lon, lat)
    return np.asarray(x), np.asarray(y)


def _planned(shelf: Shelf, range_m: float) -> Candidates:
    """Return the cameras of the register that are planned."""
    frame = shelf.registers.read("cameras")
    every = sensors(shelf)
    at = np.flatnonzero([status == CameraStatus.PLANNED for status in every.status])
    angle = np.where(np.isnan(every.view_angle_deg), 360.0, every.view_angle_deg)[at]
    bearing = every.bearing_deg[at]
    known = ~np.isnan(bearing) | (angle == 360.0)  # one that may look anywhere is no candidate
    at, angle, bearing = at[known], angle[known], np.nan_to_num(bearing[known])
    if not at.size:
        raise InputError("no camera of the register has the status planned and a known direction")
    reach = np.where(np.isnan(every.range_m), range_m, every.range_m)[at]
    pole = np.full(at.size, -1, np.int64)
    if "pole" in frame:
        named = frame["pole"].iloc[at]
        pole = pd.factorize(named)[0].astype(np.int64)
    xy = np.column_stack(_to_plane(shelf, every.lon[at], every.lat[at]))
    ids = tuple(every.ids[int(i)] for i in at)
    return Candidates(ids, xy, reach, bearing, angle, pole, {})


def existing_views(shelf: Shelf, centre: NDArray[np.float64]) -> tuple[NDArray[np.int64], int]:
    """Return how many cameras in service see each centre, and how many could not be counted.

    Parameters
    ----------
    shelf
        The workspace.
    centre
        In the grid's CRS, shape (m, 2).

    Returns
    -------
    views : ndarray of int, shape (m,)
        0 where no cameras are registered.
    left_out : int
        Cameras in service whose range or direction is not known.
    """
    views = np.zeros(len(centre), np.int64)
    if "cameras" not in shelf.registers.kinds():
        return views, 0
    every = sensors(shelf)
    on = np.array([status == CameraStatus.ON for status in every.status], dtype=bool)
    round_ = np.isnan(every.view_angle_deg) & np.isnan(every.bearing_deg)
    angle = np.where(round_, 360.0, every.view_angle_deg)
    looks = (angle == 360.0) | ~(np.isnan(angle) | np.isnan(every.bearing_deg))
    known = on & looks & ~np.isnan(every.range_m)
    at = np.flatnonzero(known)
    if at.size:
        xy = np.column_stack(_to_plane(shelf, every.lon[at], every.lat[at]))
        bearing = np.nan_to_num(every.bearing_deg[at])
        reach = reach_within(
            xy, centre, every.range_m[at], bearing_deg=bearing, view_angle_deg=angle[at]
        )
        views = reach.views(np.arange(at.size))
    return views, int((on & ~known).sum())


def inside_zones(shelf: Shelf, xy: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which places are in a zone where no camera may stand or look, edges included.

    Parameters
    ----------
    shelf
        The workspace.
    xy
        In the grid's CRS, shape (n, 2).

    Returns
    -------
    ndarray of bool, shape (n,)
        All false where no zones are registered.
    """
    inside = np.zeros(len(xy), dtype=bool)
    if "zones" not in shelf.registers.kinds():
        return inside
    zones = shelf.registers.read("zones").to_crs(shelf.grid.spec.crs)
    tree = shapely.STRtree(zones.geometry.to_numpy())
    inside[tree.query(shapely.points(xy), predicate="intersects")[0]] = True
    return inside


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
    return np.column_stack(_to_plane(shelf, at.x.to_numpy(), at.y.to_numpy()))
