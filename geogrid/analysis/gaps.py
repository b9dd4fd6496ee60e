"""Where patrols were missing, and why that is said: one state per cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.balance import balance
from geogrid.analysis.dosage_summary import CellDosage
from geogrid.analysis.match_index import match_by_district, match_index
from geogrid.analysis.near_evidence import near_cells
from geogrid.analysis.patrol_coverage import LEAST_VISIT_S
from geogrid.errors import InputError
from geogrid.i18n import retold
from geogrid.model.cells import CellTable, Field

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
WEIGHTS: Final = ("none", "harm")
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
    weight
        What an incident counts for when demand is compared with supply: ``none`` for one each,
        ``harm`` for its weight.

    Raises
    ------
    InputError
        A value is not positive, or the weight is another.
    """

    stale_after_h: float = 48.0
    dark_up_to_s: float = 1800.0
    least_dwell_s: float = LEAST_VISIT_S
    weight: str = "none"

    def __post_init__(self) -> None:
        if self.weight not in WEIGHTS:
            raise InputError(
                "incidents of gaps count by {weights}, not {weight!r}",
                weights=", ".join(WEIGHTS),
                weight=self.weight,
            )
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
    harm
        Effective incidents per active cell, where they count by weight, shape (n_cells,); see
        `geogrid.analysis.harm.harm_counts`. Each counts once if ``None``.
    judged
        The same by which single cells are judged, `geogrid.analysis.harm.tail_counts`; as
        ``harm`` if ``None``.
    """

    coverage: CellTable
    incidents: NDArray[np.int64]
    required: NDArray[np.bool_]
    dark: NDArray[np.bool_]
    window_end_ms: int
    missing_days: int
    on_duty: bool | None = None
    dosage: CellDosage | None = None
    harm: NDArray[np.float64] | None = None
    judged: NDArray[np.float64] | None = None


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
        "effective_incidents": float(
            (inputs.incidents if inputs.harm is None else inputs.harm)[inputs.required].sum()
        ),
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
    demand = inputs.incidents if inputs.harm is None else inputs.harm
    counts = demand[at].astype(np.float64)
    judged = counts if inputs.judged is None else inputs.judged[at]
    presence = np.nan_to_num(inputs.coverage["presence_s"].astype(np.float64))[at]
    if counts.sum() == 0.0 or presence.sum() == 0.0:
        return columns, {"city": None, "districts": []}
    grid = inputs.coverage.grid
    near = near_cells(grid.cells[at], grid.spec.n_cols)
    result = balance(judged, presence, least_s=LEAST_VISIT_S, near=near)
    columns["demand_share"][at] = result.demand_share
    columns["supply_share"][at] = result.supply_share
    columns["balance"][at] = result.log2_ratio
    columns["p_exceeds"][at] = result.p_exceeds
    columns["verdict"][at] = np.array(VERDICTS, dtype=object)[1 - result.verdict]
    found = match_by_district(counts, presence, result.expected, grid.district[at])
    districts = [
        {"district": grid.boundary.ids[k], "name": grid.boundary.names[k], "match": match}
        for k, match in found.items()
    ]
    city = match_index(counts, presence, expected=result.expected)
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
