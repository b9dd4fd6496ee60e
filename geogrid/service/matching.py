"""How presence matches demand in a workspace: by shift, and beside the period before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.balance import balance
from geogrid.analysis.match_index import MatchIndex, match_index
from geogrid.analysis.patrol_coverage import LEAST_VISIT_S
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.analysis.shift_clock import clock_of, duty_periods, parts_inside
from geogrid.analysis.window_clock import WindowClock
from geogrid.model.window import Window
from geogrid.service.months import PatrolYear
from geogrid.service.patrols import window_days
from geogrid.service.promises import SHIFTS, shifts_of
from geogrid.service.shelf import Shelf

Counts = Callable[[Window, WindowClock | None], NDArray[np.float64]]


def match_of(counts: NDArray[np.float64], presence_s: NDArray[np.float64]) -> MatchIndex | None:
    """Return how presence matches incidents over some cells.

    Parameters
    ----------
    counts
        Incidents of each cell, or effective ones; 0 where no patrol is required, shape (n_cells,).
    presence_s
        Seconds with a unit there, 0 where no patrol is required, shape (n_cells,).

    Returns
    -------
    MatchIndex or None
        As `geogrid.analysis.match_index.match_index`.
    """
    if not counts.sum() or not presence_s.sum():
        return None
    fitted = balance(counts, presence_s, least_s=LEAST_VISIT_S)
    return match_index(counts, presence_s, expected=fitted.expected)


def further_matches(
    shelf: Shelf, window: Window, required: NDArray[np.bool_], rules: PatrolRules, counts: Counts
) -> dict[str, Any]:
    """Return the match in each shift, and its change since the period before.

    Parameters
    ----------
    shelf
        The workspace.
    window
        Which days and hours count.
    required
        Cells where patrols are expected.
    rules
        Thresholds of patrol time.
    counts
        Returns the incidents per cell of a window, of those instants alone if a clock is given.

    Returns
    -------
    dict
        ``shifts``: a list, each with ``shift`` and the figures of its match over the parts of
        the shift in the window, or ``None`` where too little is known. ``before``: ``from``,
        ``to``, the figures of the period of as many days before the window, and ``change`` with
        its ``interval``; ``None`` where the window has no first day, or not all of those days
        are imported.
    """
    days = window_days(shelf, window)[0]
    if not days:
        return {"shifts": [], "before": None}
    year, zone = PatrolYear.of(shelf, rules), shelf.config.time_zone

    def match(asked: Window, clock: WindowClock | None = None) -> MatchIndex | None:
        known = window_days(shelf, asked)[0]
        held = WindowClock.of(asked, known, zone) if clock is None else clock
        presence = np.where(required, year.presence(held), 0.0)
        return match_of(np.where(required, counts(asked, clock), 0.0), presence)

    by_shift = []
    for shift in shifts_of(shelf) if SHIFTS in shelf.registers.kinds() else ():
        periods = duty_periods((shift,), days[0], days[-1], zone)
        parts = parts_inside(periods.start, periods.end, WindowClock.of(window, days, zone))
        found = match(window, clock_of(parts.start, parts.end))
        by_shift.append({"shift": shift.name, "match": found.as_json() if found else None})
    return {"shifts": by_shift, "before": _before(shelf, window, match)}


def _before(
    shelf: Shelf, window: Window, match: Callable[[Window], MatchIndex | None]
) -> dict[str, Any] | None:
    days, missing = window_days(shelf, window)
    if window.first is None or window.last is None or missing or not days:
        return None
    length = (window.last - window.first).days + 1
    earlier = replace(
        window, first=window.first - timedelta(days=length), last=window.first - timedelta(days=1)
    )
    if window_days(shelf, earlier)[1] or not window_days(shelf, earlier)[0]:
        return None
    now, then = match(window), match(earlier)
    if now is None or then is None:
        return None
    return {**earlier.as_json(), **then.as_json(), **now.change_from(then)}
