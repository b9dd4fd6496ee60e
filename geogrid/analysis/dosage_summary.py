"""Promises of visits summed up: by place, district and shift, and cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.dosage import PromisedPlace

_SUMS: Final = (
    "promised_visits",
    "visits",
    "drive_pasts",
    "too_long",
    "all_visits",
    "in_band",
    "promised_min",
    "delivered_min",
    "unit_min",
)
_ROUNDING: Final = 1e-9


def dosage_totals(rows: pd.DataFrame) -> dict[str, Any]:
    """Return what some places were promised and got in all.

    Parameters
    ----------
    rows
        Of `geogrid.analysis.dosage.dosage_compliance`, all or some.

    Returns
    -------
    dict
        JSON values: sums of the visits and minutes, ``shifts`` (places times shifts), ``kept``
        (of them), ``kept_share``, ``delivered_share`` (delivered over promised minutes; over 1
        where more was done), ``short_min`` (minutes missing where they were promised, whatever
        was done elsewhere), ``band_share`` (of all visits, those of 10 to 16 minutes) and
        ``longest_absence_h``; ``None`` where there is nothing to divide by.
    """
    sums: dict[str, Any] = {name: float(rows[name].sum()) for name in _SUMS}
    short = np.maximum(rows["promised_min"] - rows["delivered_min"], 0.0)
    longest = rows["longest_absence_h"].max() if len(rows) else None
    return sums | {
        "shifts": len(rows),
        "kept": int(rows["kept"].sum()),
        "kept_share": _ratio(rows["kept"].sum(), len(rows)),
        "delivered_share": _ratio(sums["delivered_min"], sums["promised_min"]),
        "short_min": float(short.sum()),
        "band_share": _ratio(sums["in_band"], sums["all_visits"]),
        "longest_absence_h": None if longest is None else float(longest),
    }


def _ratio(part: float, whole: float) -> float | None:
    return float(part) / float(whole) if whole else None


def totals_by(rows: pd.DataFrame, key: str) -> list[dict[str, Any]]:
    """Return totals for each value of a column.

    Parameters
    ----------
    rows
        Rows with that column.
    key
        Its name, such as ``district``.

    Returns
    -------
    list of dict
        In order of the values; each with the value under ``key``.
    """
    return [{key: value} | dosage_totals(part) for value, part in rows.groupby(key, sort=True)]


@dataclass(frozen=True, slots=True, eq=False)
class CellDosage:
    """What the places that each cell belongs to were promised and got; of several, the worst.

    Parameters
    ----------
    promised, kept
        Whole visits promised in the window, and kept up to the promise of each shift, shape
        (n_cells,); NaN where nothing is promised.
    absence_h, absence_limit_h
        Longest absence, and the longest that was promised.
    under
        Whether any place of the cell got too little.
    """

    promised: NDArray[np.float64]
    kept: NDArray[np.float64]
    absence_h: NDArray[np.float64]
    absence_limit_h: NDArray[np.float64]
    under: NDArray[np.bool_]

    @property
    def visits_short(self) -> NDArray[np.bool_]:
        """Where visits are missing."""
        return np.asarray(self.kept < self.promised)

    @property
    def absent_too_long(self) -> NDArray[np.bool_]:
        """Where nobody was seen for longer than promised."""
        return np.asarray(self.absence_h > self.absence_limit_h + _ROUNDING)


def cell_dosage(places: Sequence[PromisedPlace], rows: pd.DataFrame, n_cells: int) -> CellDosage:
    """Return cell by cell what was promised and got.

    Parameters
    ----------
    places
        The places of the rows.
    rows
        Of `geogrid.analysis.dosage.dosage_compliance`.
    n_cells
        Cells of the grid.

    Returns
    -------
    CellDosage
        Visits beyond the promise of one shift do not make up for another's.
    """
    whole = np.floor(rows["promised_visits"].to_numpy(np.float64) + _ROUNDING)
    kept = np.minimum(rows["visits"].to_numpy(np.float64), whole)
    by_place = pd.DataFrame(
        {"at": rows["at"], "whole": whole, "kept": kept, "absence": rows["longest_absence_h"]}
    ).groupby("at")
    sums = by_place[["whole", "kept"]].sum()
    absence = by_place["absence"].max()
    promised, kept_here, absence_h, limit_h = np.full((4, n_cells), np.nan)
    under = np.zeros(n_cells, dtype=np.bool_)
    worst = np.full(n_cells, np.inf)
    for at in sums.index:
        place = places[int(at)]
        due, got = float(sums["whole"][at]), float(sums["kept"][at])
        limit, gone = place.promise.longest_absence_h, float(absence[at])
        late = gone > limit + _ROUNDING
        score = (got / due if due else 1.0) - late
        cells = place.cells[score < worst[place.cells]]
        worst[cells] = score
        promised[cells], kept_here[cells] = due, got
        absence_h[cells], limit_h[cells] = gone, limit
        under[place.cells] |= late or got < due
    return CellDosage(promised, kept_here, absence_h, limit_h, under)
