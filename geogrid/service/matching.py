"""How presence matches demand in a workspace: by shift, and beside the period before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.balance import balance
from geogrid.analysis.match_index import MatchIndex, match_index
from geogrid.analysis.patrol_coverage import LEAST_VISIT_S
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.analysis.shift_clock import Shift
from geogrid.model.cells import CellTable
from geogrid.model.window import Window
from geogrid.service.patrols import coverage, window_days
from geogrid.service.promises import SHIFTS, shifts_of
from geogrid.service.shelf import Shelf

Counts = Callable[[Window], NDArray[np.int64]]
_HOUR: Final = 60


def match_of(counts: NDArray[np.int64], patrol: CellTable) -> MatchIndex | None:
    """Return how presence matches incidents over some cells.

    Parameters
    ----------
    counts
        Incidents of each cell; 0 where no patrol is required, shape (n_cells,).
    patrol
        Patrol effort in the same window.

    Returns
    -------
    MatchIndex or None
        As `geogrid.analysis.match_index.match_index`.
    """
    presence = np.nan_to_num(patrol["presence_s"].astype(np.float64))
    if not counts.sum() or not presence.sum():
        return None
    fitted = balance(counts.astype(np.float64), presence, least_s=LEAST_VISIT_S)
    return match_index(counts, presence, expected=fitted.expected)


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
        Returns the incidents per cell of a window.

    Returns
    -------
    dict
        ``shifts``: a list, each with ``shift`` and the figures of its match, or ``None`` where
        the shift is not of whole hours, begins on some days only and crosses midnight, or too
        little is known. ``before``: ``from``, ``to``, the figures of the period of as many days
        before the window, and ``change`` with its ``interval``; ``None`` where the window has no
        first day, or not all of those days are imported.
    """

    def match(asked: Window) -> MatchIndex | None:
        patrol = coverage(shelf, asked, rules)
        inside = {"presence_s": np.where(required, patrol["presence_s"], 0.0)}
        held = replace(patrol, columns={**patrol.columns, **inside})
        return match_of(np.where(required, counts(asked), 0), held)

    shifts = shifts_of(shelf) if SHIFTS in shelf.registers.kinds() and not window.hours else ()
    by_shift = []
    for shift in shifts:
        asked = _window_of(shift, window)
        found = None if asked is None else match(asked)
        by_shift.append({"shift": shift.name, "match": found.as_json() if found else None})
    return {"shifts": by_shift, "before": _before(shelf, window, match)}


def _window_of(shift: Shift, window: Window) -> Window | None:
    """Return the hours of a window in which a shift is on; ``None`` where no window is that."""
    start, end = divmod(shift.start_min, _HOUR), divmod(shift.end_min, _HOUR)
    overnight = shift.end_min <= shift.start_min
    if start[1] or end[1] or (overnight and shift.weekdays is not None):
        return None
    days = window.weekdays
    if shift.weekdays is not None:
        days = shift.weekdays if days is None else shift.weekdays & days
    if days is not None and not days:
        return None
    return replace(window, hours=(start[0], end[0]), weekdays=days)


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
