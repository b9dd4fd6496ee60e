"""When one cell was patrolled, as JSON values: by day and by hour of the day."""

from __future__ import annotations

from typing import Any

import numpy as np

from geogrid.analysis.cell_history import CellHistory
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.export.json_values import plain
from geogrid.model.window import Window
from geogrid.service.months import PatrolYear
from geogrid.service.shelf import Shelf
from geogrid.service.units import units_of_group

_MS_PER_MIN = 60_000


def history_json(
    shelf: Shelf, code: str, window: Window, rules: PatrolRules, group: str | None = None
) -> dict[str, Any] | None:
    """Return when a cell was patrolled in a window.

    Parameters
    ----------
    shelf
        The workspace.
    code
        The cell's public code.
    window
        Which days and hours count.
    rules
        Thresholds of patrol time.
    group
        Only units of this group count; all do if ``None``.

    Returns
    -------
    dict or None
        ``days`` (the window's imported days), ``visits`` and ``patrol_min`` of each; the same
        by local hour, 0 to 23, as ``visits_by_hour`` and ``patrol_min_by_hour``; ``units``,
        ``first_seen`` and ``last_seen`` (UTC). ``None`` where no imported day is in the window.
    """
    units = None if group is None else units_of_group(shelf, group)
    year = PatrolYear.of(shelf, rules, units=units)
    position = int(shelf.grid.position_of([shelf.grid.spec.cell_of_code(code)])[0])
    history = year.history(position, window)
    return _json(history) if history.days else None


def _json(history: CellHistory) -> dict[str, Any]:
    return {
        "days": [day.isoformat() for day in history.days],
        "visits": history.visits.sum(axis=1).tolist(),
        "patrol_min": (history.patrol_ms.sum(axis=1) / _MS_PER_MIN).round(2).tolist(),
        "visits_by_hour": history.visits.sum(axis=0).tolist(),
        "patrol_min_by_hour": (history.patrol_ms.sum(axis=0) / _MS_PER_MIN).round(2).tolist(),
        "units": history.units,
        "first_seen": _instant(history.first_seen),
        "last_seen": _instant(history.last_seen),
    }


def _instant(ms: int | None) -> str | None:
    return None if ms is None else str(plain(np.datetime64(ms, "ms")))
