"""What was driven of a plan, from the tracks of its hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from geogrid.analysis.cell_history import stays_in_cell
from geogrid.analysis.dosage import CellStays
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.analysis.tour_compliance import STATES, stop_compliance
from geogrid.errors import InputError
from geogrid.service.months import PatrolYear
from geogrid.service.shelf import Progress, Shelf, no_progress
from geogrid.service.tour_files import PlannedStops
from geogrid.service.tour_units import local_day


def plan_compliance(
    shelf: Shelf, plan: PlannedStops, rules: PatrolRules, progress: Progress = no_progress
) -> dict[str, Any]:
    """Return which stops of a plan were made, in all, by tour and one by one.

    Parameters
    ----------
    shelf
        The workspace.
    plan
        The stops.
    rules
        Thresholds of patrol time.
    progress
        Is told how many stale days are derived.

    Returns
    -------
    dict
        JSON values: ``stops`` ``kept`` ``short`` ``other`` ``missed`` (counts),
        ``kept_share`` ``planned_min`` ``own_min`` ``any_min``; ``tours``: the same by ``unit``; and
        ``by_stop``: ``id`` ``unit`` ``stop`` ``cell`` ``state`` ``own_min`` ``any_min``
        ``late_min``.

    Raises
    ------
    InputError
        Tracks of the plan's hours are not imported, or a cell is not in the districts.
    """
    table = plan.table
    span = int(table["arrive"].min()), int(table["leave"].max())
    _require_days(shelf, span)
    spec = shelf.grid.spec
    cell = shelf.grid.position_of([spec.cell_of_code(str(code)) for code in table["cell"]])
    if (cell < 0).any():
        raise InputError(
            "cell {cell} of the plan is not in the districts of this workspace",
            cell=table["cell"][int(np.argmin(cell))],
        )
    year = PatrolYear.of(shelf, rules, progress)
    numbers: dict[str, int] = {}
    parts = [np.empty((4, 0), np.int64)]
    for at in np.unique(cell):
        unit, enter, leave = stays_in_cell(year.months, int(at), year.time_zone, numbers)
        parts.append(np.stack([np.full(unit.size, at), unit, enter, leave]))
    stays = CellStays(*np.concatenate(parts, axis=1))
    whose = np.array([numbers.get(str(name), -1) for name in table["unit"]], dtype=np.int64)
    found = stop_compliance(cell, whose, table["arrive"].to_numpy(np.int64), stays, span)
    told = table.assign(**found, planned_min=(table["leave"] - table["arrive"]) / 60_000.0)
    return {
        **_totals(told),
        "tours": [
            {"unit": str(name), **_totals(rows)} for name, rows in told.groupby("unit", sort=True)
        ],
        "by_stop": _records(told),
    }


def _require_days(shelf: Shelf, span: tuple[int, int]) -> None:
    """Refuse a plan whose days are not imported: what was driven is not known."""
    zone = shelf.config.time_zone
    day, last = local_day(span[0], zone), local_day(span[1] - 1, zone)  # midnight ends a day
    imported = set(shelf.tracks.days())
    while day <= last:
        if day not in imported:
            raise InputError(
                "tracks of {day}, on which the plan was driven, are not imported", day=day
            )
        day += timedelta(days=1)


def _totals(rows: pd.DataFrame) -> dict[str, Any]:
    counts = {state: int((rows["state"] == state).sum()) for state in STATES}
    minutes = {
        name: round(float(rows[name].sum()), 2) for name in ("planned_min", "own_min", "any_min")
    }
    return {"stops": len(rows), **counts, "kept_share": counts["kept"] / len(rows), **minutes}


def _records(rows: pd.DataFrame) -> Sequence[dict[str, Any]]:
    named = ["id", "unit", "stop", "cell", "state", "own_min", "any_min", "late_min"]
    return [
        {
            name: None if isinstance(value, float) and np.isnan(value) else value
            for name, value in zip(named, row, strict=True)
        }
        for row in rows[named].itertuples(index=False, name=None)
    ]
