"""From a day's fixes to stays on the lattice: projected, cleaned, through tunnels, walked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.cleaning import TunnelPlaces, Tunnels, through_tunnels
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.kernels.day_log import Beyond, DayLog, day_log
from geogrid.kernels.day_tables import HourSums
from geogrid.kernels.walk import walked
from geogrid.model.projection import FastProjection
from geogrid.model.tracks import DEGREE_STEPS, Tracks

_FAR_M: Final = 1e8  # stands for places the projection cannot reach; no lattice is there


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What is registered of the ground that a day's fixes lie on.

    Parameters
    ----------
    in_depot
        Whether each fix lies in a registered depot, shape (n,); ``None`` where there are none.
    tunnels
        In the lattice's CRS; ``None`` where there are none.
    """

    in_depot: NDArray[np.bool_] | None = None
    tunnels: Tunnels | None = None


BARE: Final = Ground()


def walked_day(
    tracks: Tracks,
    edges: NDArray[np.int64],
    projection: FastProjection,
    *,
    rules: PatrolRules,
    in_depot: NDArray[np.bool_] | None = None,
) -> DayLog:
    """Return a day's stays, what became of each fix, and where the kept ones are.

    Parameters
    ----------
    tracks
        Fixes of the day and each unit's last three before and first three after it.
    edges
        As `hour_edges` returns them.
    projection
        Onto the workspace's lattice.
    rules
        Thresholds.
    in_depot
        Whether each fix lies in a registered depot; none does by default.

    Returns
    -------
    DayLog
        See `geogrid.kernels.day_log`.
    """
    depot = np.zeros(0, np.bool_) if in_depot is None else in_depot
    thresholds = rules.as_cleaning_rules().as_thresholds(), rules.as_walk_rules()
    beyond = _beyond(tracks, projection)
    return day_log(tracks.fixes(), depot, projection.on_lattice(), beyond, thresholds, edges)


def tunnel_places(
    found: DayLog, projection: FastProjection, rules: PatrolRules, tunnels: Tunnels
) -> TunnelPlaces:
    """Return the places of units inside tunnels, in cells.

    Parameters
    ----------
    found
        The day.
    projection
        Onto the workspace's lattice.
    rules
        Thresholds.
    tunnels
        In the lattice's CRS.

    Returns
    -------
    TunnelPlaces
        As `geogrid.analysis.cleaning.through_tunnels` finds them.
    """
    (west, south), size = projection.spec.origin, projection.spec.cell_size
    x, y = found.x * size + west, found.y * size + south
    places = through_tunnels(
        found.unit, found.t, x, y, tunnels=tunnels, rules=rules.as_cleaning_rules()
    )
    return places._replace(x=(places.x - west) / size, y=(places.y - south) / size)


def with_places(
    found: DayLog,
    places: TunnelPlaces,
    projection: FastProjection,
    rules: PatrolRules,
    edges: NDArray[np.int64],
) -> DayLog:
    """Return the day walked anew, with places in tunnels between its fixes.

    Parameters
    ----------
    found
        The day.
    places
        From `tunnel_places`.
    projection
        Onto the workspace's lattice.
    rules
        Thresholds.
    edges
        Limits of the day's hours.

    Returns
    -------
    DayLog
        Its fixes are the kept ones and the places; ``reason`` is as it was.
    """
    if not places.t.size:
        return found
    at = places.before
    unit, t = np.insert(found.unit, at, places.unit), np.insert(found.t, at, places.t)
    x, y = np.insert(found.x, at, places.x), np.insert(found.y, at, places.y)
    depot = np.insert(found.in_depot, at, np.zeros(at.size, np.bool_))
    cell_mm = projection.spec.cell_size * 1e3
    log = walked(unit, t, x, y, depot, cell_mm, rules.as_walk_rules(), edges)
    return DayLog(log, found.reason, unit, t, x, y, depot)


def without_places(
    hours: HourSums,
    places: TunnelPlaces,
    edges: NDArray[np.int64],
    clock: NDArray[np.int8],
) -> HourSums:
    """Return the sums without counting places in tunnels as fixes.

    Parameters
    ----------
    hours
        Sums of the day that was walked with the places.
    places
        From `tunnel_places`.
    edges
        Limits of the day's hours.
    clock
        Their numbers on the local clock.

    Returns
    -------
    HourSums
        The same rows.
    """
    if not places.t.size:
        return hours
    inside = (places.t >= edges[0]) & (places.t < edges[-1])
    key = pd.MultiIndex.from_arrays([hours.row, hours.col, hours.hour])
    at = key.get_indexer(
        pd.MultiIndex.from_arrays(
            [
                np.floor(places.y[inside]).astype(np.int32),
                np.floor(places.x[inside]).astype(np.int32),
                clock[np.searchsorted(edges, places.t[inside], "right") - 1],
            ]
        )
    )
    fixes = hours.fixes - np.bincount(at, minlength=hours.fixes.size)
    return hours._replace(fixes=fixes)


def _beyond(tracks: Tracks, projection: FastProjection) -> Beyond:
    """Return the fixes that need PROJ, finite and none too far for whole millimetres."""
    at = projection.beyond(tracks.lon, tracks.lat, per_degree=DEGREE_STEPS)
    if not at.size:
        return Beyond(at, np.empty(0), np.empty(0))
    far = projection.to_metres(tracks.lon[at], tracks.lat[at], per_degree=DEGREE_STEPS)
    x, y = (np.clip(np.nan_to_num(side, nan=_FAR_M), -_FAR_M, _FAR_M) for side in far)
    return Beyond(at, x, y)
