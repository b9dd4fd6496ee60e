"""Patrol coverage of a workspace: days derived where they are stale, then summed."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.gaps import GapParams
from geogrid.analysis.hidden_visits import hidden_by_road
from geogrid.analysis.patrol_day import PatrolDay
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.analysis.silences import hidden_cells, silent_ways, usual_top_speeds
from geogrid.analysis.window_clock import WindowClock
from geogrid.model.cells import CellTable
from geogrid.model.window import Window
from geogrid.service.deriving import Derivation, derived_by
from geogrid.service.months import PatrolYear
from geogrid.service.reduced import require_own_sums, sums_answer
from geogrid.service.road_patrols import ROADS, matched_roads, road_patrolled_share
from geogrid.service.shelf import Progress, Shelf, no_progress
from geogrid.service.units import units_of_group

logger = logging.getLogger(__name__)


def derived_days(
    shelf: Shelf,
    rules: PatrolRules,
    progress: Progress = no_progress,
    *,
    units: tuple[str, ...] | None = None,
) -> Iterator[PatrolDay]:
    """Yield every local day from the first to the last with fixes, derived once and kept.

    Parameters
    ----------
    shelf
        The workspace; its engine says where days are derived.
    rules
        Thresholds.
    progress
        Is told how many days are done.
    units
        The only units that count, sorted; ``None`` for all. Their days are kept apart.

    Yields
    ------
    PatrolDay
        In order.
    """
    known = shelf.tracks.days()
    if not known:
        return
    started, total = time.perf_counter(), (known[-1] - known[0]).days + 1
    derivation = Derivation.of(shelf, rules, units)
    derivation.store.remove_leftovers()
    days = derived_by(shelf.engine, derivation, shelf.tracks.with_edges())
    for done, day in enumerate(days, start=1):
        progress("deriving patrol days", done, total)
        yield day
    logger.info("patrol days: %d in %.1f s", total, time.perf_counter() - started)


def coverage(
    shelf: Shelf,
    window: Window,
    rules: PatrolRules | None = None,
    progress: Progress = no_progress,
    *,
    group: str | None = None,
) -> CellTable:
    """Return the patrol effort of a window.

    Parameters
    ----------
    shelf
        The workspace.
    window
        Which days and hours count.
    rules
        Thresholds; the defaults if ``None``.
    progress
        Is told how many days are done.
    group
        Only units of this group count; all do if ``None``.

    Returns
    -------
    CellTable
        With the ledger as its summary.

    Raises
    ------
    InputError
        There is no such group, or the window asks something of days of which only sums are
        kept that these do not tell.
    """
    units, rules = None if group is None else units_of_group(shelf, group), rules or PatrolRules()
    if not sums_answer(shelf, rules, units):
        require_own_sums(shelf, window)
    table = PatrolYear.of(shelf, rules, progress, units=units).coverage(window)
    columns = dict(table.columns)
    if not table.summary.get("days_as_sums"):
        columns["road_patrolled_share"] = road_patrolled_share(
            shelf, window, rules, progress, units=units
        )
    counted: dict[str, Any] = {"fixes": _fix_counts(shelf, table)}
    if units is not None:
        counted["units"] = {"group": group, "registered": len(units)}
    return replace(table, columns=columns, summary={**table.summary, **counted})


def _fix_counts(shelf: Shelf, table: CellTable) -> dict[str, int]:
    """Return what became of every row that was read as a fix; the counts sum to ``read``."""
    log = [entry for entry in shelf.application.imports() if entry["kind"] == "tracks"]
    imports = [entry for entry in log if not entry.get("removal")]
    removed = sum(entry["removed"] for entry in log if entry.get("removal"))
    read = sum(file["read"] for entry in imports for file in entry["files"])
    counts = {
        "refused": sum(len(file["bad_rows"]) for entry in imports for file in entry["files"]),
        "duplicate": sum(entry["duplicates"] for entry in imports),
        "conflict": sum(entry["conflicts"] for entry in imports),
        "kept": 0,
        **table.summary["fixes"],
        **({"removed": removed} if removed else {}),
    }
    return {"read": read, **counts, "outside_window": read - sum(counts.values())}


def silent_cells(
    shelf: Shelf,
    window: Window,
    rules: PatrolRules,
    params: GapParams,
    *,
    wanted: NDArray[np.bool_] | None = None,
) -> NDArray[np.bool_]:
    """Return the cells to which a silence in the window could hide a visit.

    Parameters
    ----------
    shelf
        The workspace.
    window
        Which days and hours count.
    rules
        Thresholds: which time between fixes is silent.
    params
        Limits of a silence that counts.
    wanted
        The only cells that matter; all if ``None``.

    Returns
    -------
    ndarray of bool, shape (n_cells,)
        True where a visit could be hidden: by road, or straight where no roads are registered.
    """
    days = [d for d in derived_days(shelf, rules) if window.holds_day(d.day)]
    if not days:
        return np.zeros(len(shelf.grid), dtype=np.bool_)
    silences = pd.concat([day.silences.astype({"unit": object}) for day in days])
    silences = silences.drop_duplicates(["unit", "enter"], ignore_index=True)
    clock = WindowClock.of(window, [day.day for day in days], shelf.config.time_zone)
    enter, leave = silences["enter"].to_numpy(), silences["leave"].to_numpy()
    part = np.searchsorted(clock.end, enter, side="right")
    reached = part < clock.start.size
    reached[reached] = clock.start[part[reached]] < leave[reached]
    passes = pd.concat([day.passes.astype({"unit": object}) for day in days])
    speeds, held = usual_top_speeds(passes), silences[reached]
    if ROADS not in shelf.registers.kinds():
        return hidden_cells(held, speeds, shelf.grid, shelf.projection, params)
    ways = silent_ways(held, speeds, shelf.projection, params)
    every = np.ones(len(shelf.grid), dtype=np.bool_)
    return hidden_by_road(
        ways, shelf.grid, matched_roads(shelf), every if wanted is None else wanted
    )


def window_days(
    shelf: Shelf, window: Window, calendar: tuple[date, ...] | None = None
) -> tuple[list[date], int]:
    """Return the imported days of a window, and how many of its days are missing.

    Parameters
    ----------
    shelf
        The workspace.
    window
        The window; without limits it reaches from the first to the last imported day.
    calendar
        The imported days that count; those whose fixes are kept if ``None``.

    Returns
    -------
    days : list of date
        Imported days in the window.
    missing : int
        Other days in it.
    """
    known = shelf.tracks.days() if calendar is None else calendar
    first = window.first or (known[0] if known else None)
    last = window.last or (known[-1] if known else None)
    if first is None or last is None:
        return [], 0
    every = [first + timedelta(days=i) for i in range((last - first).days + 1)]
    wanted = [day for day in every if window.holds_day(day)]
    imported = [day for day in wanted if day in known]
    return imported, len(wanted) - len(imported)


def window_end_ms(shelf: Shelf, window: Window) -> int:
    """Return the instant at which a window is over.

    Parameters
    ----------
    shelf
        The workspace.
    window
        The window.

    Returns
    -------
    int
        Milliseconds UTC; 0 when no imported day falls in it.
    """
    days, _ = window_days(shelf, window)
    clock = WindowClock.of(window, days, shelf.config.time_zone)
    return int(clock.end[-1]) if clock.end.size else 0
