"""What the fixes of one local day say: passes, hourly sums, silences and a ledger of time.

A day is worked out from its own fixes and the edge fixes of its neighbours, and counts only
the time inside it, so days can be done in any order, apart, and again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.dwell_bounds import DayFixes, dwell_bounds
from geogrid.errors import InputError
from geogrid.kernels.walk import (
    MOVING,
    REJECTED,
    SILENT,
    STANDING,
    Runs,
    WalkRules,
    group_sums,
    kept_fixes,
    walk,
)
from geogrid.model.projection import FastProjection
from geogrid.model.tracks import Tracks

STANDING_SPEED_M_S: Final = 1.0  # under walking pace; 5 m of GPS noise at 10 s reads 0.9 m/s
HOUR_MS: Final = 3_600_000
BUCKETS: Final = ("moving", "standing", "depot", "silent", "off_grid", "rejected")
EDGE_FIXES: Final = 3  # of each neighbouring day: whether a fix is a spike depends on two beyond it
_FAR_M: Final = 1e8  # stands for places the projection cannot reach; no lattice is there
_HOURS: Final = 24
_SUMMED: Final = ("moving_ms", "standing_ms", "depot_ms", "mm", "fixes")


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
        ``unit``, ``hour``, ``silent_ms``, ``rejected_ms`` where there are any; time in cells is
        in ``hours``.
    bounds
        ``col``, ``row``, ``hour``, ``lo_ms``, ``hi_ms``: the least and the most patrol time
        that fix spacing allows; see `geogrid.analysis.dwell_bounds`.
    fixes
        Counts: ``kept`` and fixes left out by reason.
    """

    day: date
    passes: pd.DataFrame
    hours: pd.DataFrame
    silences: pd.DataFrame
    ledger: pd.DataFrame
    bounds: pd.DataFrame
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
        Fixes of the day and each unit's last three before and first three after it.
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
    clock = local_hours(edges, time_zone)
    walk_rules = rules.as_walk_rules()
    depot = np.zeros(len(tracks), dtype=np.bool_) if in_depot is None else in_depot
    x, y = (
        np.clip(np.nan_to_num(metres, nan=_FAR_M), -_FAR_M, _FAR_M)
        for metres in projection.to_metres(*tracks.lonlat_deg())
    )
    keep = kept_fixes(tracks.unit, tracks.t, x * 1e3, y * 1e3, walk_rules.max_mm_per_ms)
    spec = projection.spec
    size, origin = spec.cell_size, spec.origin
    x, y = (x[keep] - origin[0]) / size, (y[keep] - origin[1]) / size
    unit, t = tracks.unit[keep], tracks.t[keep]
    runs = walk(unit, t, x, y, depot[keep], size * 1e3, walk_rules, edges)
    runs = runs._replace(hour=clock[runs.hour])
    within = (tracks.t >= edges[0]) & (tracks.t < edges[-1])
    inside = within[keep]
    fixes = _Places(
        np.floor(x[inside]).astype(np.int64),
        np.floor(y[inside]).astype(np.int64),
        clock[np.searchsorted(edges, t[inside], side="right") - 1],
    )
    return PatrolDay(
        day=day,
        passes=_passes(runs, tracks.units),
        hours=_hours(runs, fixes),
        silences=_silences(tracks, np.flatnonzero(keep), walk_rules.max_gap_ms, edges),
        ledger=_ledger(runs, tracks.units),
        bounds=dwell_bounds(
            DayFixes(unit, t, x, y, depot[keep], size), rules=walk_rules, edges=edges, clock=clock
        ),
        fixes={"kept": int(inside.sum()), "spike": int(within.sum() - inside.sum())},
    )


class _Places(NamedTuple):
    """Cells from the lattice's origin, and local hours."""

    col: NDArray[np.int64]
    row: NDArray[np.int64]
    hour: NDArray[np.int8]


def _time_of(runs: Runs, kind: int) -> NDArray[np.int64]:
    """Return the milliseconds of each run that are of one kind."""
    return np.where(runs.kind == kind, runs.leave - runs.enter, 0)


def _where(runs: Runs, keep: NDArray[np.bool_]) -> Runs:
    """Return the runs that a mask keeps."""
    return Runs._make(column[keep] for column in runs)


def _sums(values: NDArray[np.int64], first: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return the sums of stretches that begin at given positions."""
    return np.add.reduceat(values, first) if first.size else values[:0]


def _starts(*keys: NDArray[np.integer]) -> NDArray[np.intp]:
    """Return where a row differs from the one before it."""
    new = np.ones(keys[0].size, dtype=np.bool_)
    new[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    return np.flatnonzero(new)


def _passes(runs: Runs, units: tuple[str, ...]) -> pd.DataFrame:
    """Return unbroken stays on patrol: runs joined over hours and kinds of time."""
    known = _where(runs, (runs.kind == MOVING) | (runs.kind == STANDING))
    broken = np.zeros(known.enter.size, dtype=np.int64)  # how often time was lost before
    broken[1:] = np.cumsum(known.enter[1:] != known.leave[:-1])
    first = _starts(known.unit, known.col, known.row, broken)
    last = np.append(first[1:], known.enter.size)[: first.size] - 1
    return pd.DataFrame(
        {
            "unit": _named(known.unit[first], units),
            "col": known.col[first],
            "row": known.row[first],
            "enter": known.enter[first],
            "leave": known.leave[last],
            "moving_ms": _sums(_time_of(known, MOVING), first),
            "standing_ms": _sums(_time_of(known, STANDING), first),
            "mm": _sums(known.mm, first),
        }
    )


def _hours(runs: Runs, fixes: _Places) -> pd.DataFrame:
    """Return sums per cell and local hour, with the number of fixes there."""
    runs = _where(runs, (runs.kind != SILENT) & (runs.kind != REJECTED))
    stretch = _starts(*fixes)  # fixes come in the order they were made: count before sorting
    counts = np.diff(np.append(stretch, fixes.col.size))
    col = np.concatenate([runs.col, fixes.col[stretch]])
    row = np.concatenate([runs.row, fixes.row[stretch]])
    hour = np.concatenate([runs.hour, fixes.hour[stretch]])
    west, south = col.min(initial=0), row.min(initial=0)
    key = ((row - south) * (col.max(initial=0) - west + 1) + (col - west)) * _HOURS + hour
    order = np.argsort(key)
    first = _starts(key[order])
    sums = group_sums(runs, counts, order, first)
    place = order[first]
    return pd.DataFrame(
        {
            "row": row[place].astype(np.int32),
            "col": col[place].astype(np.int32),
            "hour": hour[place],
        }
        | dict(zip(_SUMMED, sums, strict=True))
    )


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
            "unit": _named(tracks.unit[before], tracks.units),
            "enter": tracks.t[before],
            "leave": tracks.t[after],
            "lon_0": tracks.lon[before],
            "lat_0": tracks.lat[before],
            "lon_1": tracks.lon[after],
            "lat_1": tracks.lat[after],
        }
    )


def _ledger(runs: Runs, units: tuple[str, ...]) -> pd.DataFrame:
    """Return unknown time per unit and local hour, where there is any."""
    slot = runs.unit.astype(np.int64) * _HOURS + runs.hour
    unknown = {
        name: np.bincount(slot, _time_of(runs, kind), len(units) * _HOURS).astype(np.int64)
        for name, kind in (("silent_ms", SILENT), ("rejected_ms", REJECTED))
    }
    some = np.flatnonzero(unknown["silent_ms"] + unknown["rejected_ms"])
    return pd.DataFrame(
        {"unit": _named(some // _HOURS, units), "hour": (some % _HOURS).astype(np.int8)}
        | {name: values[some] for name, values in unknown.items()}
    )


def _named(unit: NDArray[np.integer], units: tuple[str, ...]) -> pd.Categorical:
    """Return positions of units as their names."""
    return pd.Categorical.from_codes(unit, categories=pd.Index(units, dtype=object))
