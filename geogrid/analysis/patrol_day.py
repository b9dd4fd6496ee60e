"""What the fixes of one local day say: passes, hourly sums, silences and a ledger of time.

A day is worked out from its own fixes and the edge fixes of its neighbours, and counts only
the time inside it, so days can be done in any order, apart, and again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.day_walk import (
    BARE,
    Ground,
    tunnel_places,
    walked_day,
    with_places,
    without_places,
)
from geogrid.analysis.dwell_bounds import DayFixes, dwell_bounds
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.kernels.cleaning import KEPT
from geogrid.kernels.day_fixes import UnitFixes, silent_after, unit_fixes
from geogrid.kernels.day_tables import HourSums, Passes, hour_sums, passes, unit_hours
from geogrid.model.projection import FastProjection
from geogrid.model.tracks import Tracks

HOUR_MS: Final = 3_600_000
BUCKETS: Final = ("moving", "standing", "depot", "silent", "off_grid", "rejected")
EDGE_FIXES: Final = 3  # of each neighbouring day: whether a fix is a spike depends on two beyond it
_BOUNDS: Final = {
    "row": np.int32,
    "col": np.int32,
    "hour": np.int8,
    "lo_ms": np.int64,
    "hi_ms": np.int64,
}
_LEDGER: Final = ("silent_ms", "rejected_ms", "standing_ms", "moving_ms", "depot_ms")


@dataclass(frozen=True, slots=True, eq=False)
class PatrolDay:
    """Everything that is kept of one local day.

    Parameters
    ----------
    day
        The local day.
    passes
        ``unit``, ``col``, ``row`` (cell from the lattice's origin), ``enter``, ``leave`` (ms
        UTC), ``moving_ms``, ``standing_ms``, ``mm``: one row per unbroken stay on patrol.
    hours
        ``col``, ``row``, ``hour`` (0 to 23, local), ``moving_ms``, ``standing_ms``,
        ``depot_ms``, ``mm``, ``fixes``.
    silences
        ``unit``, ``enter``, ``leave``, ``lon_0``, ``lat_0``, ``lon_1``, ``lat_1`` (1e-7
        degrees): whole silences that reach into this day, from fix to fix.
    ledger
        ``unit``, ``hour``, ``silent_ms``, ``rejected_ms``, ``standing_ms``, ``moving_ms``,
        ``depot_ms`` of each unit and hour with any, on the grid or off it.
    units
        ``unit``, ``fixes`` (kept), ``spike``, ``frozen``, ``step_s`` (median time between two
        fixes) of each unit with a fix in the day.
    bounds
        ``col``, ``row``, ``hour``, ``lo_ms``, ``hi_ms``: the least and the most patrol time
        that fix spacing allows; see `geogrid.analysis.dwell_bounds`.
    fixes
        Counts: ``kept``, and fixes left out by reason: ``spike``, ``frozen``.
    tunnels
        Silences that were a way through a tunnel.
    """

    day: date
    passes: pd.DataFrame
    hours: pd.DataFrame
    silences: pd.DataFrame
    ledger: pd.DataFrame
    units: pd.DataFrame
    bounds: pd.DataFrame
    fixes: Mapping[str, int]
    tunnels: int = 0


def hour_edges(day: date, time_zone: str) -> NDArray[np.int64]:
    """Return the limits of a local day's hours, as long as the day is.

    Parameters
    ----------
    day
        A local day.
    time_zone
        IANA name.

    Returns
    -------
    ndarray of int, shape (n_hours + 1,)
        Milliseconds since 1970-01-01 UTC; 24 hours, 23 or 25 where clocks change.
    """
    zone = ZoneInfo(time_zone)
    start, end = (
        round(datetime(d.year, d.month, d.day, tzinfo=zone).timestamp() * 1000)
        for d in (day, day + timedelta(days=1))
    )
    inner = np.arange(start, end, HOUR_MS, dtype=np.int64)
    return np.append(inner, np.int64(end))


def local_hours(edges: NDArray[np.int64], time_zone: str) -> NDArray[np.int8]:
    """Return the number on the local clock of each hour that edges limit.

    Parameters
    ----------
    edges
        As `hour_edges` returns them.
    time_zone
        IANA name.

    Returns
    -------
    ndarray of int8, shape (n_hours,)
        0 to 23.
    """
    zone = ZoneInfo(time_zone)
    clock = [datetime.fromtimestamp(edge / 1000, zone).hour for edge in edges[:-1].tolist()]
    return np.array(clock, dtype=np.int8)


def patrol_day(
    tracks: Tracks,
    day: date,
    time_zone: str,
    projection: FastProjection,
    *,
    rules: PatrolRules,
    ground: Ground = BARE,
) -> PatrolDay:
    """Return what one day's fixes say.

    Parameters
    ----------
    tracks
        Fixes of the day and each unit's last three before and first three after it.
    day
        The local day.
    time_zone
        IANA name.
    projection
        Onto the workspace's lattice.
    rules
        Thresholds.
    ground
        Depots, where time at rest is no patrol, and tunnels: a silence that fits through one
        is a way through it.

    Returns
    -------
    PatrolDay
        Sums of it equal the tracked time inside the day to the millisecond.
    """
    found, near = day_without_bounds(tracks, day, time_zone, projection, rules=rules, ground=ground)
    edges = hour_edges(day, time_zone)
    clock = local_hours(edges, time_zone)
    bounds = dwell_bounds(near, rules=rules.as_walk_rules(), edges=edges, clock=clock)
    return replace(found, bounds=bounds)


def day_without_bounds(
    tracks: Tracks,
    day: date,
    time_zone: str,
    projection: FastProjection,
    *,
    rules: PatrolRules,
    ground: Ground = BARE,
) -> tuple[PatrolDay, DayFixes]:
    """Return a day without its bounds, which take a third of the time, and what they are made of.

    Parameters
    ----------
    tracks, day, time_zone, projection, rules, ground
        As for `patrol_day`.

    Returns
    -------
    day : PatrolDay
        The table of bounds has no rows.
    fixes : DayFixes
        The fixes that are kept, on the lattice.
    """
    edges = hour_edges(day, time_zone)
    clock, limits = local_hours(edges, time_zone), (int(edges[0]), int(edges[-1]))
    found = walked_day(tracks, edges, projection, rules=rules, in_depot=ground.in_depot)
    counts = unit_fixes(tracks.unit, tracks.t, found.reason, len(tracks.units), limits)
    kept = np.flatnonzero(found.reason == KEPT)
    hours, places = hour_sums(found.log, clock), None
    if ground.tunnels is not None and len(ground.tunnels):
        places = tunnel_places(found, projection, rules, ground.tunnels)
        found = with_places(found, places, projection, rules, edges)
        kept = np.insert(kept, places.before, -1)
        hours = without_places(hour_sums(found.log, clock), places, edges, clock)
    silent = silent_after(found.unit, found.t, rules.as_walk_rules().max_gap_ms, limits)
    names = pd.CategoricalDtype(pd.Index(tracks.units, dtype=object))
    told = PatrolDay(
        day=day,
        passes=_table(passes(found.log), names),
        hours=_table(hours, names),
        silences=_silences(tracks, kept[silent], kept[silent + 1], names),
        ledger=_ledger(unit_hours(found.log, len(tracks.units), clock), names),
        units=_units(counts, names),
        bounds=pd.DataFrame({name: np.empty(0, kind) for name, kind in _BOUNDS.items()}),
        fixes={name: int(getattr(counts, name).sum()) for name in ("kept", "spike", "frozen")},
        tunnels=0 if places is None else np.unique(places.before).size,
    )
    return told, DayFixes(*found[2:], projection.spec.cell_size)


def _table(columns: Passes | HourSums, names: pd.CategoricalDtype) -> pd.DataFrame:
    """Return columns as a table, units by name."""
    named = columns._asdict()
    if "unit" in named:
        named["unit"] = _named(named["unit"], names)
    return pd.DataFrame(named, copy=False)


def _silences(
    tracks: Tracks,
    before: NDArray[np.int64],
    after: NDArray[np.int64],
    names: pd.CategoricalDtype,
) -> pd.DataFrame:
    """Return each silence that reaches into the day, with the fixes before and after it."""
    return pd.DataFrame(
        {
            "unit": _named(tracks.unit[before], names),
            "enter": tracks.t[before],
            "leave": tracks.t[after],
            "lon_0": tracks.lon[before],
            "lat_0": tracks.lat[before],
            "lon_1": tracks.lon[after],
            "lat_1": tracks.lat[after],
        }
    )


def _ledger(ms: NDArray[np.int64], names: pd.CategoricalDtype) -> pd.DataFrame:
    """Return the time of each kind per unit and local hour, where there is any."""
    unit, hour = np.nonzero(ms.any(axis=2))
    return pd.DataFrame(
        {"unit": _named(unit, names), "hour": hour.astype(np.int8)}
        | {name: ms[unit, hour, kind] for kind, name in enumerate(_LEDGER)}
    )


def _units(fixes: UnitFixes, names: pd.CategoricalDtype) -> pd.DataFrame:
    """Return what became of the fixes of each unit that has any in the day."""
    seen = np.flatnonzero(fixes.kept + fixes.spike + fixes.frozen)
    return pd.DataFrame(
        {"unit": _named(seen, names), "fixes": fixes.kept[seen]}
        | {name: getattr(fixes, name)[seen] for name in ("spike", "frozen", "step_s")}
    )


def _named(unit: NDArray[np.integer], names: pd.CategoricalDtype) -> pd.Categorical:
    """Return numbers of units as their names."""
    return pd.Categorical.from_codes(unit, dtype=names)
