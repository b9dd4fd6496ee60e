"""Local days of which only hourly sums per cell are kept: no fix, no unit, no single stay.

Sums add up like those of any other day. What needs single stays is not known of a window that
reaches into such a day, and is null there for every cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.patrol_coverage import FIELDS
from geogrid.analysis.patrol_day import PatrolDay
from geogrid.model.cells import CellTable

SUMMED: Final = ("moving_ms", "standing_ms", "depot_ms", "mm", "fixes")
BOUNDS: Final = ("lo_ms", "hi_ms")
_PLACE: Final = ["row", "col", "hour"]
_HOURS: Final = 24
NEED_STAYS: Final = (
    "presence_s",
    "passes",
    "visits",
    "units",
    "days",
    "first_seen",
    "last_seen",
    "longest_absence_h",
    "road_patrolled_share",
)
_OF_STAYS: Final[Mapping[str, type[np.generic]]] = {
    "row": np.int32,
    "col": np.int32,
    "enter": np.int64,
    "leave": np.int64,
    "moving_ms": np.int64,
    "standing_ms": np.int64,
    "mm": np.int64,
}
_NO_NAME: Final = pd.Index(["-"], dtype=object)
_OF_SILENCES: Final = ("enter", "leave", "lon_0", "lat_0", "lon_1", "lat_1")


@dataclass(frozen=True, slots=True, eq=False)
class DaySums:
    """What is kept of a reduced day.

    Parameters
    ----------
    day
        The local day.
    hours
        ``row``, ``col``, ``hour`` (0 to 23, local), `SUMMED` and `BOUNDS`: one row per cell and
        hour with any of them.
    unplaced_ms
        Silent and rejected time of each local hour, ms, shape (2, 24).
    fixes
        Counts: ``kept``, and fixes that were left out by reason.
    tunnels
        Silences that were a way through a tunnel.
    newest_ms
        The time of its last fix, ms UTC; ``None`` for a day without fixes between others.
    rules
        Thresholds that the sums were worked out with.
    """

    day: date
    hours: pd.DataFrame
    unplaced_ms: NDArray[np.int64]
    fixes: Mapping[str, int]
    tunnels: int
    newest_ms: int | None
    rules: Mapping[str, float]


def sums_of_day(day: PatrolDay, *, newest_ms: int | None, rules: Mapping[str, float]) -> DaySums:
    """Return what is kept of a derived day.

    Parameters
    ----------
    day
        The day.
    newest_ms
        The time of its last fix, ms UTC; ``None`` if it has none.
    rules
        Thresholds that it was worked out with.

    Returns
    -------
    DaySums
        Its sums, to the millisecond and millimetre.
    """
    hours = day.hours[[*_PLACE, *SUMMED]].astype(np.int64)
    bounds = day.bounds[[*_PLACE, *BOUNDS]].astype(np.int64)
    both = hours.groupby(_PLACE).sum().join(bounds.groupby(_PLACE).sum(), how="outer")
    unplaced = np.zeros((2, _HOURS), np.int64)
    for line, name in zip(unplaced, ("silent_ms", "rejected_ms"), strict=True):
        np.add.at(line, day.ledger["hour"].to_numpy(np.int64), day.ledger[name].to_numpy(np.int64))
    return DaySums(
        day=day.day,
        hours=both.fillna(0).astype(np.int64).sort_index().reset_index(),
        unplaced_ms=unplaced,
        fixes=dict(day.fixes),
        tunnels=day.tunnels,
        newest_ms=newest_ms,
        rules=dict(rules),
    )


def day_of_sums(sums: DaySums) -> PatrolDay:
    """Return a reduced day in the form of a derived one, without units, stays and silences.

    Parameters
    ----------
    sums
        The day.

    Returns
    -------
    PatrolDay
        Its sums are those of the day before it was reduced.
    """
    table = sums.hours
    place = {
        "row": table["row"].to_numpy(np.int32),
        "col": table["col"].to_numpy(np.int32),
        "hour": table["hour"].to_numpy(np.int8),
    }
    nobody = pd.Categorical.from_codes([], categories=_NO_NAME)
    silent, rejected = sums.unplaced_ms
    nothing = np.zeros(_HOURS, np.int64)
    somebody = pd.Categorical.from_codes(np.zeros(_HOURS, np.int8), categories=_NO_NAME)
    return PatrolDay(
        day=sums.day,
        passes=pd.DataFrame(
            {"unit": nobody} | {name: np.empty(0, kind) for name, kind in _OF_STAYS.items()}
        ),
        hours=pd.DataFrame(place | {name: table[name].to_numpy(np.int64) for name in SUMMED}),
        silences=pd.DataFrame(
            {"unit": nobody} | {name: np.empty(0, np.int64) for name in _OF_SILENCES}
        ),
        ledger=pd.DataFrame(
            {
                "unit": somebody,
                "hour": np.arange(_HOURS, dtype=np.int8),
                "silent_ms": silent,
                "rejected_ms": rejected,
                "standing_ms": nothing,
                "moving_ms": nothing,
                "depot_ms": nothing,
            }
        ),
        units=pd.DataFrame(
            {"unit": nobody}
            | {name: np.empty(0, np.int64) for name in ("fixes", "spike", "frozen", "step_s")}
        ),
        bounds=pd.DataFrame(place | {name: table[name].to_numpy(np.int64) for name in BOUNDS}),
        fixes=dict(sums.fixes),
        tunnels=sums.tunnels,
    )


def without_stays(table: CellTable, reduced_days: int) -> CellTable:
    """Return patrol effort in which nothing is told that single stays would be needed for.

    Parameters
    ----------
    table
        Patrol effort of a window.
    reduced_days
        How many days of the window are kept as sums only, at least 1.

    Returns
    -------
    CellTable
        The columns of `NEED_STAYS` are null in every cell; the others are exact. Its summary
        has ``days_as_sums`` besides.
    """
    unknown = {
        field.name: np.full(len(table.grid), "NaT", "datetime64[ms]")
        if field.scale == "time"
        else np.full(len(table.grid), np.nan)
        for field in FIELDS
        if field.name in NEED_STAYS
    }
    columns: dict[str, NDArray[np.generic]] = {**table.columns, **unknown}
    summary: dict[str, Any] = {**table.summary, "days_as_sums": reduced_days}
    return replace(table, columns=columns, summary=summary)
