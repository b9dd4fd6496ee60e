"""What cameras are to see, by the registers: demand by cell or by place, and zones apart."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geogrid.analysis.road_lengths import road_metres
from geogrid.analysis.siting_demand import Demand
from geogrid.analysis.siting_zones import inside_zones
from geogrid.crs import WGS84, transformer
from geogrid.errors import InputError, LayerNotFoundError
from geogrid.model.window import ALL_TIME, Window
from geogrid.service.analyses import in_window, roads
from geogrid.service.shelf import Shelf

OF_CELLS: Final = ("incidents", "people", "roads", "land")
OF_PLACES: Final = ("hazards", "demand")
WEIGHTS: Final = (*OF_CELLS, *OF_PLACES)
_HAZARD: Final = "hazard"  # kind of place


def usual_weight(shelf: Shelf) -> str:
    """Return what demand is when nobody says: incidents where there are some, else land.

    Parameters
    ----------
    shelf
        The workspace.

    Returns
    -------
    str
        One of ``WEIGHTS``.
    """
    return "incidents" if shelf.incidents.fingerprint() else "land"


def demand_of(
    shelf: Shelf, name: str | None, window: Window = ALL_TIME, *, district: str | None = None
) -> Demand:
    """Return the demand of a workspace as points in its CRS.

    Parameters
    ----------
    shelf
        The workspace.
    name
        One of ``WEIGHTS``; ``None`` for the usual one.
    window
        Which incidents count.
    district
        Id or name of the only district where demand counts; ``None`` for all.

    Returns
    -------
    Demand
        Centres of cells with a weight, or places with one; points in zones apart.

    Raises
    ------
    InputError
        There is no such weight or district, a window is given for something without times, or
        there is no demand outside of zones.
    LayerNotFoundError
        What it needs is not imported.
    """
    name = name or usual_weight(shelf)
    if name not in WEIGHTS:
        raise InputError(
            "unknown weight {weight!r}; give one of {known}", weight=name, known=", ".join(WEIGHTS)
        )
    if window != ALL_TIME and name != "incidents":
        raise InputError("days and hours choose among incidents; demand is {weight}", weight=name)
    grid = shelf.grid
    if name in OF_PLACES:
        xy, weight, cell = _at_places(shelf, name)
        inside = cell >= 0
        off_grid = float(weight[~inside].sum())
        xy, weight, cell = xy[inside], weight[inside], cell[inside]
    else:
        per_cell, off_grid = _per_cell(shelf, name, window)
        cell = np.flatnonzero(per_cell > 0.0)
        xy, weight = np.column_stack(grid.spec.centres(grid.cells[cell])), per_cell[cell]
    if district is not None:
        here = grid.district[cell] == grid.boundary.position_of(district)
        if not here.any():
            raise InputError(
                "there is no demand ({weight}) in district {district!r}; choose another of them",
                weight=name,
                district=district,
            )
        xy, weight, cell = xy[here], weight[here], cell[here]
    private = inside_zones(xy, zone_shapes(shelf)[1]) >= 0
    if private.all():
        raise InputError("there is no demand outside of zones; choose another --weight")
    return Demand(
        name,
        xy[~private],
        weight[~private],
        grid.district[cell[~private]].astype(np.int64),
        xy[private],
        weight[private],
        off_grid,
    )


def zone_shapes(shelf: Shelf) -> tuple[tuple[str, ...], NDArray[np.object_]]:
    """Return the zones where no camera may stand or look.

    Parameters
    ----------
    shelf
        The workspace.

    Returns
    -------
    ids : tuple of str
        Of the zones; empty where none are registered.
    shapes : ndarray of shapely.Geometry
        In the grid's CRS.
    """
    if "zones" not in shelf.registers.kinds():
        return (), np.empty(0, dtype=object)
    zones = shelf.registers.read("zones").to_crs(shelf.grid.spec.crs)
    return tuple(zones.index.astype(str)), zones.geometry.to_numpy()


def not_there(kind: str) -> LayerNotFoundError:
    """Return the error for a register that is not imported.

    Parameters
    ----------
    kind
        The register.

    Returns
    -------
    LayerNotFoundError
        To be raised.
    """
    return LayerNotFoundError(
        "no {kind} are imported; import them with: geogrid import WS {kind} FILE", kind=kind
    )


def _per_cell(shelf: Shelf, name: str, window: Window) -> tuple[NDArray[np.float64], float]:
    """Return the weight of each active cell, and what lies off the grid."""
    grid = shelf.grid
    if name == "land":
        return grid.area_m2.copy(), 0.0
    if name == "roads":
        lines = roads(shelf)
        if lines is None:
            raise not_there("roads")
        return road_metres(lines, grid), 0.0
    if name == "people":
        frame = shelf.registers.read("population")
        at = shapely.point_on_surface(frame.geometry.to_numpy())
        count = frame["persons"].to_numpy(dtype=np.float64)
        return _summed(shelf, shapely.get_x(at), shapely.get_y(at), count)
    if not shelf.incidents.fingerprint():
        raise not_there("incidents")
    events = shelf.incidents.read()
    inside = in_window(events.t_from, window, shelf.config.time_zone)
    return _summed(shelf, events.lon[inside], events.lat[inside], events.weight[inside])


def _summed(
    shelf: Shelf,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    amount: NDArray[np.float64],
) -> tuple[NDArray[np.float64], float]:
    """Return the sum of amounts in each active cell, and of those in none."""
    cell = shelf.grid.position_at(lon, lat)
    there = cell >= 0
    total = np.bincount(cell[there], weights=amount[there], minlength=len(shelf.grid))
    return total.astype(np.float64), float(amount[~there].sum())


def _at_places(
    shelf: Shelf, name: str
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Return places with their weights, and their positions in the grid, -1 for none."""
    kind = "places" if name == "hazards" else "demand"
    if kind not in shelf.registers.kinds():
        raise not_there(kind)
    frame = shelf.registers.read(kind)
    if name == "hazards":
        frame = frame[frame["kind"] == _HAZARD]
        given = pd.Series(1.0, frame.index)
    else:
        given = frame["weight"] if "weight" in frame else pd.Series(1.0, frame.index)
    weight = np.asarray(given.astype(np.float64).fillna(1.0))  # one that states none counts 1
    at = shapely.point_on_surface(frame.geometry.to_numpy())
    lon, lat = shapely.get_x(at), shapely.get_y(at)
    x, y = transformer(WGS84, shelf.grid.spec.crs).transform(lon, lat)
    some = weight > 0.0
    if not some.any():
        raise InputError("no place of the register has a weight: there is nothing to cover")
    cell = shelf.grid.position_at(lon[some], lat[some])
    return np.column_stack([x, y])[some], weight[some], cell
