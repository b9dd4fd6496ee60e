"""Districts compared: incidents and patrols per km2, per person and per kilometre of road."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.fair_rates import SMALL, FairRates, fair_rates
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.crs import WGS84, reprojection
from geogrid.export.json_values import plain
from geogrid.export.plain_table import write_table
from geogrid.model.cells import Field
from geogrid.model.points_inside import points_inside_or_on
from geogrid.model.window import ALL_TIME, Window
from geogrid.service.analyses import IncidentChoice, chosen_incidents
from geogrid.service.exposures import exposure_amount
from geogrid.service.layer_kinds import is_synthetic
from geogrid.service.outlook import Outlook
from geogrid.service.patrols import coverage, window_days
from geogrid.service.shelf import Progress, Shelf, no_progress

_TITLE: Final = "Districts compared"
_NEEDS: Final = {"1000_persons": ("population", "people", 1e3), "road_km": ("roads", "roads", 1e3)}
FIELDS: Final = (
    Field("district", "District", scale="text"),
    Field("name", "Name", scale="text"),
    Field("per", "Per", scale="text", meaning="km2, 1000_persons or road_km"),
    Field("exposure", "Exposure", meaning="how many of them the district has"),
    Field("incidents", "Incidents", meaning="that count in the window"),
    Field("rate", "Rate", meaning="incidents over exposure"),
    Field("low", "Rate, at least", meaning="exact 95 % interval of the count (Garwood 1936)"),
    Field("high", "Rate, at most", meaning="exact 95 % interval of the count (Garwood 1936)"),
    Field("shrunk", "Shrunk rate", meaning="empirical Bayes (Marshall 1991): rank by this"),
    Field("shrunk_low", "Shrunk rate, at least", meaning="95 % of its posterior"),
    Field("shrunk_high", "Shrunk rate, at most", meaning="95 % of its posterior"),
    Field("rank", "Rank", meaning="by the shrunk rate, 1 the highest; equal ones share it"),
    Field("small", "Few incidents", meaning="1: under 20, the raw rate says little; 0: not"),
    Field(
        "against",
        "Against all",
        scale="text",
        meaning="above or below where the exact interval leaves out the rate of all districts",
    ),
    Field("patrol_h", "Patrol hours per unit of exposure", "h", meaning="null: no imported day"),
    Field("patrol_low_h", "Patrol hours, at least", "h", meaning="by the spacing of fixes"),
    Field("patrol_high_h", "Patrol hours, at most", "h", meaning="by the spacing of fixes"),
)
_AGAINST: Final = {1: "above", -1: "below", 0: ""}


def _incidents(shelf: Shelf, window: Window, choice: IncidentChoice) -> NDArray[np.int64]:
    """Return the incidents of each district, by their place; on a border in the first."""
    events = chosen_incidents(shelf, window, choice)
    shapes = shelf.grid.boundary.geometries
    if not len(events):
        return np.zeros(len(shapes), np.int64)
    xy = reprojection(WGS84, shelf.config.crs)(np.column_stack([events.lon, events.lat]))
    left, counts = np.ones(len(xy), np.bool_), []
    for shape in shapes:
        inside = left & points_inside_or_on(shape, xy[:, 0], xy[:, 1])
        counts.append(int(inside.sum()))
        left &= ~inside
    return np.array(counts, np.int64)


def _exposures(shelf: Shelf) -> dict[str, NDArray[np.float64]]:
    """Return what districts are compared per; what is not registered is not named."""
    grid = shelf.grid
    found = {"km2": grid.district_total(np.ones(len(grid))) / 1e6}
    for name, (kind, amount, scale) in _NEEDS.items():
        if kind in shelf.registers.kinds():
            density = exposure_amount(shelf, amount).amount / grid.area_m2
            found[name] = grid.district_total(density) / scale
    return found


def _patrol_hours(
    shelf: Shelf, window: Window, rules: PatrolRules, progress: Progress
) -> dict[str, NDArray[np.float64]]:
    """Return patrol hours of each district with their bounds; NaN without an imported day."""
    names = {"patrol_h": "patrol_s", "patrol_low_h": "patrol_lo_s", "patrol_high_h": "patrol_hi_s"}
    if not shelf.tracks.calendar():
        return {name: np.full(len(shelf.grid.boundary), np.nan) for name in names}
    table = coverage(shelf, window, rules, progress)
    return {
        name: shelf.grid.district_total(table[column].astype(np.float64) / shelf.grid.area_m2)
        / 3600.0
        for name, column in names.items()
    }


def _rows(
    shelf: Shelf,
    per: str,
    exposure: NDArray[np.float64],
    counts: NDArray[np.int64],
    hours: dict[str, NDArray[np.float64]],
) -> tuple[pd.DataFrame, FairRates]:
    """Return a row for each district, compared per one exposure."""
    rates, boundary = fair_rates(counts, exposure), shelf.grid.boundary
    spent = np.where(exposure > 0.0, exposure, np.nan)
    table = pd.DataFrame(
        {
            "district": boundary.ids,
            "name": boundary.names,
            "per": per,
            "exposure": exposure,
            "incidents": counts,
            "rate": rates.rate,
            "low": rates.low,
            "high": rates.high,
            "shrunk": rates.shrunk,
            "shrunk_low": rates.shrunk_low,
            "shrunk_high": rates.shrunk_high,
            "rank": rates.rank,
            "small": (counts < SMALL).astype(np.int64),
            "against": [_AGAINST[int(sign)] for sign in rates.against],
            **{name: value / spent for name, value in hours.items()},
        }
    )
    return table, rates


def district_table(
    shelf: Shelf,
    window: Window,
    choice: IncidentChoice,
    rules: PatrolRules,
    progress: Progress = no_progress,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the districts compared, per km2, per 1,000 persons and per kilometre of road.

    Parameters
    ----------
    shelf
        The workspace.
    window
        Which days and hours count.
    choice
        Which incidents count.
    rules
        Thresholds of patrol time.
    progress
        Is told how many stale days are derived.

    Returns
    -------
    table : pandas.DataFrame
        The columns of `FIELDS`, a row for each district and exposure.
    summary : dict
        JSON values: ``tables`` by exposure, each with ``rows``, the ``overall`` rate and its
        ``variance`` between districts; ``missing``: registers that would give further ones;
        ``incidents``, ``outside`` (in no district), ``sources``, ``days`` and ``missing_days``.
    """
    has_incidents = bool(shelf.incidents.fingerprint())
    counts = (
        _incidents(shelf, window, choice)
        if has_incidents
        else np.zeros(len(shelf.grid.boundary), np.int64)
    )
    hours = _patrol_hours(shelf, window, rules, progress)
    exposures = _exposures(shelf)
    frames, tables = [], {}
    for per, exposure in exposures.items():
        frame, rates = _rows(shelf, per, exposure, counts, hours)
        if not has_incidents:  # not known is not none
            told = ["rate", "low", "high", "shrunk", "shrunk_low", "shrunk_high"]
            frame[[*told, "incidents"]] = np.nan
            frame[["rank", "small"]] = 0
            frame["against"] = ""
        rows = frame.drop(columns="per").astype(object).to_dict("records")
        frames.append(frame)
        tables[per] = {
            "rows": [{str(name): plain(value) for name, value in row.items()} for row in rows],
            "overall": plain(rates.overall) if has_incidents else None,
            "variance": plain(rates.variance) if has_incidents else None,
        }
    days, missing = window_days(shelf, window, shelf.tracks.calendar())
    every = len(chosen_incidents(shelf, window, choice)) if has_incidents else 0
    return pd.concat(frames, ignore_index=True), {
        "tables": tables,
        "missing": [kind for per, (kind, _, _) in _NEEDS.items() if per not in exposures],
        "incidents": int(counts.sum()) if has_incidents else None,
        "outside": every - int(counts.sum()),
        "sources": list(choice.sources),
        "days": len(days),
        "missing_days": missing,
    }


class DistrictTables(Outlook):
    """Everything that can be asked of a workspace about its districts beside each other."""

    def compared_districts(
        self,
        window: Window = ALL_TIME,
        *,
        choice: IncidentChoice | None = None,
        path: Path | None = None,
        progress: Progress = no_progress,
    ) -> dict[str, Any]:
        """Return the districts compared, per km2, per person and per kilometre of road.

        Parameters
        ----------
        window
            Which days and hours count.
        choice
            Which incidents count; what the public reported if ``None``.
        path
            Also write a row for each district and exposure to this file: .csv, .parquet or
            .xlsx.
        progress
            Is told how many stale days are derived.

        Returns
        -------
        dict
            See `geogrid.service.district_tables.district_table`.

        Raises
        ------
        InputError
            A category does not occur, or the ending of the file is unknown.
        """
        asked, rules = choice or IncidentChoice(), self._questions.rules
        table, told = self._kept(
            ("compared", window, asked, rules),
            lambda: district_table(self._shelf, window, asked, rules, progress),
        )
        if path is not None:
            about = {
                "title": _TITLE,
                "synthetic": is_synthetic(self._shelf, "gaps"),
                "window": window.as_json(),
                "sources": list(asked.sources),
                "fields": {field.name: field.meaning or field.title for field in FIELDS},
            }
            write_table(table, path, {name: plain(value) for name, value in about.items()})
        return told
