"""Which roads of a workspace were driven in a window, from days that are kept."""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.analysis.road_lengths import segment_metres
from geogrid.analysis.road_patrol import (
    DETOUR,
    METHOD,
    PIECE_M,
    WITHIN_M,
    MatchedRoads,
    RoadPieces,
    driven_in_day,
)
from geogrid.crs import crs_fingerprint
from geogrid.errors import LayerNotFoundError
from geogrid.model.places import Places
from geogrid.model.window import Window
from geogrid.scale.local import run_local
from geogrid.service.deriving import tracks_of_units
from geogrid.service.shelf import Progress, Shelf, no_progress
from geogrid.store.road_days import RoadDayStore

if TYPE_CHECKING:
    from geogrid.store.tracks import DayInputs

logger = logging.getLogger(__name__)
ROADS: Final = "roads"


@dataclass(frozen=True, slots=True, eq=False)
class DrivenPieces:
    """The pieces of a workspace's roads, and which of them were driven in a window.

    Parameters
    ----------
    pieces
        The pieces, in the workspace's CRS.
    driven
        Which were driven, shape (n,).
    days
        How many imported days the window has.
    """

    pieces: RoadPieces
    driven: NDArray[np.bool_]
    days: int


def register_of_roads(shelf: Shelf) -> tuple[Places, pd.DataFrame, NDArray[np.int64]]:
    """Return the roads of a workspace, their table, and the level of each.

    Parameters
    ----------
    shelf
        The workspace.

    Returns
    -------
    roads : Places
        Lines, their class as kind.
    frame : pandas.DataFrame
        The register.
    level : ndarray of int
        1 for a bridge, -1 for a tunnel, 0 on the ground.

    Raises
    ------
    LayerNotFoundError
        No roads are registered.
    """
    if ROADS not in shelf.registers.kinds():
        raise LayerNotFoundError(
            "no {kind} are imported; import them with: geogrid import WS {kind} FILE", kind=ROADS
        )
    frame = shelf.registers.read(ROADS)
    kind = frame["class"].fillna("").astype(str) if "class" in frame else [""] * len(frame)
    ids = tuple(frame.index.astype(str))
    level = np.zeros(len(frame), dtype=np.int64)
    for flag, number in (("bridge", 1), ("tunnel", -1)):
        marked = shelf.registers.flagged(ROADS, flag).index.astype(str)
        level[np.isin(np.array(ids, dtype=object), np.array(marked, dtype=object))] = number
    return Places(ids, tuple(kind), frame.geometry.to_numpy()), frame, level


def _store(shelf: Shelf, rules: PatrolRules, units: tuple[str, ...] | None) -> RoadDayStore:
    """Return where driven roads are kept; another register, CRS or method has other files."""
    roads = "|".join(
        [
            shelf.registers.fingerprint(ROADS),
            crs_fingerprint(shelf.config.crs),
            f"{METHOD}|{PIECE_M:g}|{WITHIN_M:g}|{DETOUR:g}",
        ]
    )
    return RoadDayStore(shelf.derived(rules, units), roads)


def driven_pieces(
    shelf: Shelf,
    window: Window,
    rules: PatrolRules,
    progress: Progress = no_progress,
    *,
    units: tuple[str, ...] | None = None,
) -> DrivenPieces:
    """Return which pieces of road were driven in a window.

    Parameters
    ----------
    shelf
        The workspace.
    window
        Which days and hours count; a way counts in the hour in which it begins.
    rules
        Thresholds of patrol time.
    progress
        Is told how many stale days are worked out.
    units
        The only units that count, sorted; ``None`` for all.

    Returns
    -------
    DrivenPieces
        The first time each day's fixes are read; later, days are looked up.

    Raises
    ------
    LayerNotFoundError
        No roads are registered.
    InputError
        A road is no line.
    """
    store = _store(shelf, rules, units)
    known = _days(shelf, store, rules, progress, units)
    pieces = store.pieces()
    if pieces is None:
        pieces = matched_roads(shelf).pieces
        store.put_pieces(pieces)
    calendar = set(shelf.tracks.days())
    held = [day for day in known if window.holds_day(day)]
    wanted = np.int32(sum(1 << hour for hour in range(24) if window.hour_mask()[hour]))
    driven = np.zeros(len(pieces.road), dtype=np.bool_)
    for kept in run_local(lambda day: store.day(day, known[day]), held, threads=2):
        if kept is not None:
            piece, hours = kept
            driven[piece[(hours & wanted) != 0]] = True
    return DrivenPieces(pieces, driven, sum(day in calendar for day in held))


def _days(
    shelf: Shelf,
    store: RoadDayStore,
    rules: PatrolRules,
    progress: Progress,
    units: tuple[str, ...] | None,
) -> dict[date, str]:
    """Return every day and the hash of its inputs; what is stale is worked out and kept."""
    fixes = [f"{day.isoformat()}:{shelf.tracks.fingerprint(day)}" for day in shelf.tracks.days()]
    stamp = "|".join(fixes)
    known = store.current(stamp)
    if known is not None:
        return known
    started, inputs = time.perf_counter(), list(shelf.tracks.with_edges())
    stale = [one for one in inputs if not store.has_day(one.day, one.fingerprint)]
    if stale:
        roads = matched_roads(shelf)
        store.put_pieces(roads.pieces)

        def keep(one: DayInputs) -> None:
            tracks = shelf.tracks.read_inputs(one)
            if units is not None:
                tracks = tracks_of_units(tracks, units)
            zone = shelf.config.time_zone
            hours = driven_in_day(tracks, one.day, zone, shelf.projection, roads=roads, rules=rules)
            store.put_day(one.day, one.fingerprint, hours)

        threads = os.cpu_count() or 1
        for done, _ in enumerate(run_local(keep, stale, threads=threads), start=1):
            progress("matching patrols to roads", done, len(stale))
    days = {one.day: one.fingerprint for one in inputs}
    store.put_current(stamp, days)
    logger.info("driven roads: %d days in %.1f s", len(stale), time.perf_counter() - started)
    return days


def matched_roads(shelf: Shelf) -> MatchedRoads:
    """Return the roads of a workspace to match to; the last ones are kept in memory.

    Parameters
    ----------
    shelf
        The workspace, with roads.

    Returns
    -------
    MatchedRoads
        In the workspace's CRS.
    """
    return _cut(shelf, shelf.registers.fingerprint(ROADS))


@lru_cache(maxsize=1)
def _cut(shelf: Shelf, fingerprint: str) -> MatchedRoads:  # noqa: ARG001 - a key: other roads
    lines, _, level = register_of_roads(shelf)
    return MatchedRoads.of(lines, shelf.config.crs, level=level)


def road_patrolled_share(
    shelf: Shelf,
    window: Window,
    rules: PatrolRules,
    progress: Progress = no_progress,
    *,
    units: tuple[str, ...] | None = None,
) -> NDArray[np.float64]:
    """Return the share of each cell's road length that was driven.

    Parameters
    ----------
    shelf
        The workspace.
    window
        Which days and hours count.
    rules
        Thresholds of patrol time.
    progress
        Is told how many stale days are worked out.
    units
        The only units that count, sorted; ``None`` for all.

    Returns
    -------
    ndarray of float, shape (n_cells,)
        NaN in cells without a road, and everywhere when no roads are registered or no imported
        day falls in the window.
    """
    if ROADS not in shelf.registers.kinds():
        return np.full(len(shelf.grid), np.nan)
    found = driven_pieces(shelf, window, rules, progress, units=units)
    if not found.days:
        return np.full(len(shelf.grid), np.nan)
    total = segment_metres(found.pieces.segments, shelf.grid)
    driven = segment_metres(found.pieces.segments[found.driven], shelf.grid)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0.0, np.minimum(driven / total, 1.0), np.nan)
