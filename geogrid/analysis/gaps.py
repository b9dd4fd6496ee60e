"""Where patrols were missing, and why that is said: one state per cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.balance import balance
from geogrid.analysis.dosage_summary import CellDosage
from geogrid.analysis.match_index import match_by_district, match_index
from geogrid.analysis.patrol_coverage import LEAST_VISIT_S
from geogrid.errors import InputError
from geogrid.i18n import retold
from geogrid.kernels.ellipse import mark_reachable
from geogrid.model.cells import CellTable, Field
from geogrid.model.grid import Grid
from geogrid.model.projection import FastProjection
from geogrid.model.tracks import DEGREE_STEPS

STATES: Final = (
    "not_required",
    "no_data",
    "off_duty",
    "dark",
    "never",
    "stale",
    "under",
    "met",
)
_LEAST_MOVING_MS: Final = 1000
VERDICTS: Final = ("demand_exceeds", "balanced", "supply_exceeds")
FIELDS: Final = (
    Field(
        "state",
        "Gap state",
        scale="category",
        categories=STATES,
        meaning="The first that holds, from not required to met",
    ),
    Field("demand_share", "Share of demand", "", "share", "Of incidents; null: not required"),
    Field("supply_share", "Share of supply", "", "share", "Of presence; null: not required"),
    Field(
        "balance",
        "Demand over supply (log2)",
        "",
        "diverging",
        "Shrunk for small counts; null: no presence, or not required",
    ),
    Field(
        "p_exceeds",
        "Probability that demand exceeds supply",
        "",
        "share",
        "Pr(demand > 1.25 supply); null: not known",
    ),
    Field(
        "verdict",
        "Balance of demand and supply",
        scale="category",
        categories=VERDICTS,
        meaning="False findings held under 5 %; null: not known",
    ),
    Field("reason", "Reason", scale="text", meaning="Why the cell has its state"),
)
REASONS: Final[Mapping[str, str]] = {
    "not_required": "no road, place or incident here: no patrol is expected",
    "no_data": "tracks of a day in the window are not imported",
    "off_duty": "no unit was on duty in the window",
    "dark": "not seen here, but GPS fell silent nearby long enough to hide a visit",
    "never": "no unit was here in the window",
    "stale": "last seen {hours:.0f} h before the end of the window, longer than {limit:.0f} h",
    "under": "{kept:.0f} of {promised:.0f} promised visits",
    "met": "{visits:.0f} visits, {minutes:.0f} min in all, last seen {hours:.0f} h before the end",
    "late": "nobody for {absence:.0f} h, longer than the {most:.0f} h promised",
}
_BETWEEN: Final = "; "


@dataclass(frozen=True, slots=True)
class GapParams:
    """What counts as a gap.

    Parameters
    ----------
    stale_after_h
        A required cell not seen for longer is stale, hours, > 0.
    dark_up_to_s
        A longer silence says nothing about where a unit went, seconds.
    least_dwell_s
        What a hidden visit would have lasted at least, seconds.

    Raises
    ------
    InputError
        A value is not positive.
    """

    stale_after_h: float = 48.0
    dark_up_to_s: float = 1800.0
    least_dwell_s: float = LEAST_VISIT_S

    def __post_init__(self) -> None:
        if min(self.stale_after_h, self.dark_up_to_s, self.least_dwell_s) <= 0.0:
            raise InputError("limits of gaps must be more than 0: {values}", values=self)


@dataclass(frozen=True, slots=True, eq=False)
class GapInputs:
    """What gaps are judged from.

    Parameters
    ----------
    coverage
        Patrol effort in the window; see `geogrid.analysis.patrol_coverage`.
    incidents
        Counts of incidents per active cell, shape (n_cells,).
    required
        Cells where patrols are expected, shape (n_cells,).
    dark
        Cells that a silence could hide a visit to, shape (n_cells,).
    window_end_ms
        End of the window, milliseconds UTC.
    missing_days
        Days of the window without imported tracks.
    on_duty
        Whether any shift is on in the window; ``None`` where no shifts are known: then somebody
        was on duty if any unit was tracked.
    dosage
        What was promised and got; ``None`` where nothing is promised.
    """

    coverage: CellTable
    incidents: NDArray[np.int64]
    required: NDArray[np.bool_]
    dark: NDArray[np.bool_]
    window_end_ms: int
    missing_days: int
    on_duty: bool | None = None
    dosage: CellDosage | None = None


def coverage_gaps(inputs: GapInputs, *, params: GapParams | None = None) -> CellTable:
    """Return the state of every cell, and where demand exceeds supply.

    Only required cells are compared: adding empty land changes nothing.

    Parameters
    ----------
    inputs
        Coverage, incidents and masks on one grid.
    params
        What counts as a gap.

    Returns
    -------
    CellTable
        The columns of `FIELDS`; states partition the grid. Its summary has cells and land (km2)
        by state, and what the balance rests on.
    """
    params = params or GapParams()
    grid = inputs.coverage.grid
    state = _states(inputs, params)
    columns: dict[str, NDArray[np.generic]] = {"state": np.array(STATES, dtype=object)[state]}
    compared, matches = _balance_columns(inputs)
    columns |= compared
    columns["reason"] = _reasons(inputs, params, state)
    counts = np.bincount(state, minlength=len(STATES))
    land = np.bincount(state, weights=grid.area_m2, minlength=len(STATES)) / 1e6
    required_m2 = float(grid.area_m2[inputs.required].sum())
    dark_m2 = land[STATES.index("dark")] * 1e6
    summary = {
        "cells": len(grid),
        "states": dict(zip(STATES, counts.tolist(), strict=True)),
        "land_km2": dict(zip(STATES, land.tolist(), strict=True)),
        "incidents": int(inputs.incidents[inputs.required].sum()),
        "missing_days": inputs.missing_days,
        "dark_share": dark_m2 / required_m2 if required_m2 else 0.0,
        "match": matches,
    }
    return CellTable(grid, FIELDS, columns, summary)


def _hours_since(inputs: GapInputs) -> NDArray[np.float64]:
    """Return hours from the last sight of each cell to the window's end; NaN if never seen."""
    last = inputs.coverage["last_seen"]
    hours = (inputs.window_end_ms - last.astype(np.int64)) / 3.6e6
    return np.where(np.isnat(last), np.nan, hours)


def _states(inputs: GapInputs, params: GapParams) -> NDArray[np.intp]:
    """Return the position in `STATES` of each cell."""
    conditions = [~inputs.required, *_holding(inputs, params).values()]
    return np.select(conditions, range(len(conditions)), len(conditions))


def _holding(inputs: GapInputs, params: GapParams) -> dict[str, NDArray[np.bool_]]:
    """Return where each state holds, whatever holds before it, in order of precedence."""
    seen = np.nan_to_num(inputs.coverage["passes"].astype(np.float64)) > 0.0
    with np.errstate(invalid="ignore"):
        stale = _hours_since(inputs) > params.stale_after_h
    on_duty = inputs.on_duty
    if on_duty is None:
        on_duty = inputs.coverage.summary["ledger"]["total"] > 0.0
    promised = inputs.dosage
    return {
        "no_data": np.full(seen.size, inputs.missing_days > 0),
        "off_duty": np.full(seen.size, not on_duty),
        "dark": inputs.dark & ~seen,
        "never": ~seen,
        "stale": stale,
        "under": np.zeros(seen.size, dtype=np.bool_) if promised is None else promised.under,
    }


def _balance_columns(
    inputs: GapInputs,
) -> tuple[dict[str, NDArray[np.generic]], dict[str, Any]]:
    """Return the comparison of demand and supply over required cells, and how they match."""
    at = np.flatnonzero(inputs.required)
    names = ("demand_share", "supply_share", "balance", "p_exceeds")
    columns: dict[str, NDArray[np.generic]] = {
        name: np.full(inputs.required.size, np.nan) for name in names
    }
    columns["verdict"] = np.full(inputs.required.size, None, dtype=object)
    counts = inputs.incidents[at].astype(np.float64)
    presence = np.nan_to_num(inputs.coverage["presence_s"].astype(np.float64))[at]
    if counts.sum() == 0.0 or presence.sum() == 0.0:
        return columns, {"city": None, "districts": []}
    result = balance(counts, presence, least_s=LEAST_VISIT_S)
    columns["demand_share"][at] = result.demand_share
    columns["supply_share"][at] = result.supply_share
    columns["balance"][at] = result.log2_ratio
    columns["p_exceeds"][at] = result.p_exceeds
    columns["verdict"][at] = np.array(VERDICTS, dtype=object)[1 - result.verdict]
    grid = inputs.coverage.grid
    found = match_by_district(inputs.incidents[at], presence, result.expected, grid.district[at])
    districts = [
        {"district": grid.boundary.ids[k], "name": grid.boundary.names[k], "match": match}
        for k, match in found.items()
    ]
    city = match_index(inputs.incidents[at], presence, expected=result.expected)
    return columns, {"city": city.as_json() if city else None, "districts": districts}


def gap_reason(sentence: str, translate: Callable[[str], str]) -> str:
    """Return a reason in another language.

    Parameters
    ----------
    sentence
        A value of the column ``reason``, in English.
    translate
        Returns a template in another language; see `geogrid.i18n.translator`.

    Returns
    -------
    str
        The sentence; unchanged if no state has it.
    """
    parts = [retold(part, REASONS.values(), translate) for part in sentence.split(_BETWEEN)]
    return translate(_BETWEEN).join(parts)


def _reasons(inputs: GapInputs, params: GapParams, state: NDArray[np.intp]) -> NDArray[np.object_]:
    """Return the sentence of each cell: its state's, and those of promises not kept."""
    reasons = np.array([REASONS[name] for name in STATES], dtype=object)[state]
    table = inputs.coverage
    hours, visits, presence = _hours_since(inputs), table["visits"], table["presence_s"]
    for name in ("stale", "met"):
        for i in np.flatnonzero(state == STATES.index(name)):
            reasons[i] = REASONS[name].format(
                hours=float(hours[i]),
                limit=params.stale_after_h,
                visits=float(visits[i]),
                minutes=float(presence[i]) / 60.0,
            )
    if inputs.dosage is not None:
        _tell_shortfalls(inputs.dosage, state, reasons)
    return reasons


def _tell_shortfalls(
    dosage: CellDosage, state: NDArray[np.intp], reasons: NDArray[np.object_]
) -> None:
    """Add what was promised and not kept to the reasons of states that do not rule it out."""
    told = [STATES.index(name) for name in ("dark", "never", "stale", "under")]
    for i in np.flatnonzero(np.isin(state, told) & dosage.under):
        parts = [] if STATES[state[i]] == "under" else [reasons[i]]
        if dosage.visits_short[i]:
            kept, promised = float(dosage.kept[i]), float(dosage.promised[i])
            parts.append(REASONS["under"].format(kept=kept, promised=promised))
        if dosage.absent_too_long[i]:
            absence, most = float(dosage.absence_h[i]), float(dosage.absence_limit_h[i])
            parts.append(REASONS["late"].format(absence=absence, most=most))
        reasons[i] = _BETWEEN.join(parts)


def hidden_cells(
    silences: pd.DataFrame,
    speed_m_s: Mapping[str, float],
    grid: Grid,
    projection: FastProjection,
    params: GapParams,
) -> NDArray[np.bool_]:
    """Return the cells that some unit could have visited unseen while its GPS was silent.

    The way from the fix before the silence over the cell to the fix after it, in a straight
    line, must fit into the silence at the unit's usual top speed with a visit's dwell to
    spare.

    Parameters
    ----------
    silences
        ``unit``, ``enter``, ``leave`` (ms), ``lon_0``, ``lat_0``, ``lon_1``, ``lat_1`` (1e-7
        degrees), as `PatrolDay.silences`.
    speed_m_s
        95th percentile of each unit's speed on the move; units without one hide nothing.
    grid
        The grid.
    projection
        Onto the grid's lattice.
    params
        Longest silence that counts, and the least dwell.

    Returns
    -------
    ndarray of bool, shape (n_cells,)
        True where a visit could be hidden.
    """
    spec = grid.spec
    marked = np.zeros((spec.n_rows, spec.n_cols), dtype=np.uint8)
    foci, reach = silent_ways(silences, speed_m_s, projection, params)
    foci = (foci - np.array([spec.x_min, spec.y_min] * 2)) / spec.cell_size
    mark_reachable(foci, reach / spec.cell_size, marked)
    return np.asarray(marked.ravel()[grid.cells] == 1)


def silent_ways(
    silences: pd.DataFrame,
    speed_m_s: Mapping[str, float],
    projection: FastProjection,
    params: GapParams,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the fixes around each silence that counts, and the longest way between them.

    Parameters
    ----------
    silences, speed_m_s, projection, params
        As for `hidden_cells`.

    Returns
    -------
    foci : ndarray of float, shape (n, 4)
        Places of both fixes, x and y of each, metres.
    reach : ndarray of float, shape (n,)
        Metres at the unit's usual top speed, the least dwell taken off.
    """
    duration_s = (silences["leave"] - silences["enter"]).to_numpy() / 1e3
    speed = silences["unit"].astype(object).map(dict(speed_m_s)).to_numpy(np.float64)
    use = (duration_s <= params.dark_up_to_s) & np.isfinite(speed)
    short = silences[use]
    ends = [
        projection.to_metres(
            short[f"lon_{k}"].to_numpy() / DEGREE_STEPS, short[f"lat_{k}"].to_numpy() / DEGREE_STEPS
        )
        for k in (0, 1)
    ]
    foci = np.column_stack([*ends[0], *ends[1]])
    return foci, np.asarray((duration_s[use] - params.least_dwell_s) * speed[use])


def usual_top_speeds(passes: pd.DataFrame) -> dict[str, float]:
    """Return the 95th percentile of each unit's speed over its passes.

    Only passes that moved for a second and for half of their time say how fast a unit goes:
    the drift of a standing unit is in ``mm`` too, and a few milliseconds are mostly rounding.

    Parameters
    ----------
    passes
        ``unit``, ``moving_ms``, ``standing_ms``, ``mm``, as `PatrolDay.passes`.

    Returns
    -------
    dict of str to float
        Metres per second, by unit; units that never moved so are not in it.
    """
    long_enough = passes["moving_ms"] >= np.maximum(passes["standing_ms"], _LEAST_MOVING_MS)
    moving = passes[long_enough]
    speed = moving["mm"] / moving["moving_ms"]
    by_unit = speed.groupby(moving["unit"].astype(object)).quantile(0.95)
    return {str(unit): float(value) for unit, value in by_unit.items()}
