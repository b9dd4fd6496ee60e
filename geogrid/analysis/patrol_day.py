"""What the fixes of one local day say: passes, hourly sums, silences and a ledger of time.

A day is worked out from its own fixes and the edge fixes of its neighbours, and counts only
the time inside it, so days can be done in any order, apart, and again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.errors import InputError
from geogrid.kernels.walk import (
    DEPOT,
    MOVING,
    REJECTED,
    SILENT,
    STANDING,
    WalkRules,
    kept_fixes,
    walk,
)
from geogrid.model.projection import FastProjection
from geogrid.model.tracks import Tracks

STANDING_SPEED_M_S: Final = 1.0  # under walking pace; 5 m of GPS noise at 10 s reads 0.9 m/s
HOUR_MS: Final = 3_600_000
BUCKETS: Final = ("moving", "standing", "depot", "silent", "off_grid", "rejected")
_KNOWN: Final = {MOVING: "moving_ms", STANDING: "standing_ms", DEPOT: "depot_ms"}


@dataclass(frozen=True, slots=True)
class PatrolRules:
    """Thresholds that say what the time between two fixes is.

    Parameters
    ----------
    max_gap_s
        A longer silence between two fixes is unknown time, seconds, > 0.
    max_speed_kmh
        Faster than a unit can go, > 0.

    Raises
    ------
    InputError
        A threshold is not positive.
    """

    max_gap_s: float = 300.0
    max_speed_kmh: float = 160.0

    def __post_init__(self) -> None:
        for name, value in (("max-gap", self.max_gap_s), ("max-speed", self.max_speed_kmh)):
            if not 0.0 < value < float("inf"):
                raise InputError("{name} must be more than 0, got {value}", name=name, value=value)

    def as_walk_rules(self) -> WalkRules:
        """Return the thresholds in milliseconds and millimetres."""
        return WalkRules(
            max_gap_ms=round(self.max_gap_s * 1000),
            max_mm_per_ms=self.max_speed_kmh / 3.6,
            standing_mm_per_ms=STANDING_SPEED_M_S,
        )


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
        ``unit``, ``hour``, ``silent_ms``, ``rejected_ms``; time in cells is in ``hours``.
    fixes
        Counts: ``kept`` and fixes left out by reason.
    """

    day: date
    passes: pd.DataFrame
    hours: pd.DataFrame
    silences: pd.DataFrame
    ledger: pd.DataFrame
    fixes: Mapping[str, int]


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
    in_depot: NDArray[np.bool_] | None = None,
) -> PatrolDay:
    """Return what one day's fixes say.

    Parameters
    ----------
    tracks
        Fixes of the day and the edge fixes of the days around it.
    day
        The local day.
    time_zone
        IANA name.
    projection
        Onto the workspace's lattice.
    rules
        Thresholds.
    in_depot
        Whether each fix lies in a registered depot; none does by default.

    Returns
    -------
    PatrolDay
        Sums of it equal the tracked time inside the day to the millisecond.
    """
    edges = hour_edges(day, time_zone)
    walk_rules = rules.as_walk_rules()
    depot = np.zeros(len(tracks), dtype=np.bool_) if in_depot is None else in_depot
    lon, lat = tracks.lonlat_deg()
    x, y = projection.to_metres(lon, lat)
    keep = kept_fixes(tracks.unit, tracks.t, x * 1e3, y * 1e3, walk_rules.max_mm_per_ms)
    spec = projection.spec
    size, origin = spec.cell_size, spec.origin
    x, y = (x[keep] - origin[0]) / size, (y[keep] - origin[1]) / size
    unit, t, depot = tracks.unit[keep], tracks.t[keep], depot[keep]
    runs = walk(unit, t, x, y, depot, size * 1e3, walk_rules, edges)
    frame = pd.DataFrame(runs._asdict())
    frame["hour"] = local_hours(edges, time_zone)[frame["hour"]]
    inside = (t >= edges[0]) & (t < edges[-1])
    within = (tracks.t >= edges[0]) & (tracks.t < edges[-1])
    at_hour = local_hours(edges, time_zone)[np.searchsorted(edges, t[inside], side="right") - 1]
    return PatrolDay(
        day=day,
        passes=_passes(frame, tracks.units),
        hours=_hours(frame, np.floor(x[inside]), np.floor(y[inside]), at_hour),
        silences=_silences(tracks, np.flatnonzero(keep), walk_rules.max_gap_ms, edges),
        ledger=_ledger(frame, tracks.units),
        fixes={"kept": int(inside.sum()), "spike": int(within.sum() - inside.sum())},
    )


def _sums(frame: pd.DataFrame) -> pd.DataFrame:
    """Return time by kind, and distance, of each run in known cells."""
    time = frame["leave"] - frame["enter"]
    return pd.DataFrame(
        {name: time.where(frame["kind"] == kind, 0) for kind, name in _KNOWN.items()}
        | {"mm": frame["mm"]}
    ).astype(np.int64)


def _passes(frame: pd.DataFrame, units: tuple[str, ...]) -> pd.DataFrame:
    """Return unbroken stays on patrol: runs joined over hours and kinds of time."""
    known = frame[frame["kind"].isin((MOVING, STANDING))].reset_index(drop=True)
    keys = known[["unit", "col", "row"]].to_numpy()
    start = np.ones(len(known), dtype=np.bool_)
    start[1:] = (keys[1:] != keys[:-1]).any(axis=1) | (
        known["enter"].to_numpy()[1:] != known["leave"].to_numpy()[:-1]
    )
    first = np.flatnonzero(start)
    passes = known.loc[start, ["unit", "col", "row", "enter"]].reset_index(drop=True)
    sums = _sums(known).drop(columns="depot_ms")
    if len(known) == 0:
        return pd.concat([passes.assign(leave=passes["enter"]), sums], axis=1).assign(
            unit=_named(passes["unit"], units)
        )
    passes["leave"] = known["leave"].to_numpy()[np.append(first[1:], len(known)) - 1]
    for name in sums:
        passes[name] = np.add.reduceat(sums[name].to_numpy(), first)
    return passes.assign(unit=_named(passes["unit"], units))


def _hours(
    frame: pd.DataFrame,
    col: NDArray[np.float64],
    row: NDArray[np.float64],
    hour: NDArray[np.int8],
) -> pd.DataFrame:
    """Return sums per cell and local hour, with the number of fixes there."""
    known = frame[frame["kind"].isin(_KNOWN)]
    time = pd.concat([known[["col", "row", "hour"]], _sums(known)], axis=1).assign(fixes=0)
    fixes = pd.DataFrame(
        {"col": col.astype(np.int32), "row": row.astype(np.int32), "hour": hour, "fixes": 1}
    )
    both = pd.concat([time, fixes.assign(moving_ms=0, standing_ms=0, depot_ms=0, mm=0)])
    return both.groupby(["row", "col", "hour"], as_index=False).sum()


def _silences(
    tracks: Tracks, kept: NDArray[np.intp], max_gap_ms: int, edges: NDArray[np.int64]
) -> pd.DataFrame:
    """Return each silence that reaches into the day, with the fixes before and after it."""
    unit, t = tracks.unit[kept], tracks.t[kept]
    silent = (np.diff(unit) == 0) & (np.diff(t) > max_gap_ms)
    silent &= (t[1:] > edges[0]) & (t[:-1] < edges[-1])
    before, after = kept[:-1][silent], kept[1:][silent]
    return pd.DataFrame(
        {
            "unit": _named(pd.Series(tracks.unit[before]), tracks.units),
            "enter": tracks.t[before],
            "leave": tracks.t[after],
            "lon_0": tracks.lon[before],
            "lat_0": tracks.lat[before],
            "lon_1": tracks.lon[after],
            "lat_1": tracks.lat[after],
        }
    )


def _ledger(frame: pd.DataFrame, units: tuple[str, ...]) -> pd.DataFrame:
    """Return unknown time per unit and local hour."""
    time = frame["leave"] - frame["enter"]
    table = pd.DataFrame(
        {
            "unit": frame["unit"],
            "hour": frame["hour"],
            "silent_ms": time.where(frame["kind"] == SILENT, 0),
            "rejected_ms": time.where(frame["kind"] == REJECTED, 0),
        }
    )
    summed = table.groupby(["unit", "hour"], as_index=False).sum()
    summed["unit"] = _named(summed["unit"], units)
    return summed


def _named(unit: pd.Series, units: tuple[str, ...]) -> pd.Categorical:
    """Return positions of units as their names."""
    return pd.Categorical.from_codes(unit.to_numpy(), categories=pd.Index(units, dtype=object))
