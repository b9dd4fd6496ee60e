"""An opened workspace that is asked whether promised visits were kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from geogrid.analysis.dosage_summary import dosage_totals, totals_by
from geogrid.export.json_values import plain
from geogrid.export.plain_table import write_table
from geogrid.model.cells import Field
from geogrid.model.window import ALL_TIME, Window
from geogrid.service.cordons import Cordons
from geogrid.service.delivered import DosageReport, dosage_report
from geogrid.service.layers import is_synthetic
from geogrid.service.patrols import window_days
from geogrid.service.promises import CATCHMENT_M
from geogrid.service.shelf import Progress, no_progress

_TITLE: Final = "Promised visits"
FIELDS: Final = (
    Field("place", "Place", scale="text", meaning="id of a room, place, area or cell"),
    Field("class", "Class", scale="text"),
    Field("district", "District", scale="text", meaning="id of the district it is in"),
    Field("shift", "Shift", scale="text", meaning="empty: the whole day, no shifts are registered"),
    Field("day", "Day", scale="text", meaning="local day on which the shift begins"),
    Field("part", "Part of the shift", scale="share", meaning="of its hours of duty"),
    Field("promised_visits", "Visits promised", meaning="in proportion to the part"),
    Field("visits", "Visits kept", meaning="at least as long as promised, begun in the shift"),
    Field("drive_pasts", "Drive-pasts", meaning="shorter than promised, at least 10 s"),
    Field("too_long", "Visits too long", meaning="longer than the most that is promised"),
    Field("all_visits", "Visits of any length", meaning="at least 10 s"),
    Field("in_band", "Visits of 10 to 16 minutes", meaning="at any length promised"),
    Field("promised_min", "Minutes promised", "min", meaning="visits times their least minutes"),
    Field("delivered_min", "Minutes delivered", "min", meaning="with at least one unit there"),
    Field("unit_min", "Unit-minutes", "min", meaning="of all units, added up"),
    Field(
        "longest_absence_h",
        "Longest absence",
        "h",
        meaning="reached in the shift, on the clock of the hours of duty; earlier shifts count",
    ),
    Field("kept", "Kept", meaning="1: all whole visits, and no longer absence; 0: not"),
)


class Dosages(Cordons):
    """Everything that can be asked of a workspace, also whether promised visits were kept."""

    def dosage(
        self,
        window: Window = ALL_TIME,
        *,
        group: str | None = None,
        catchment_m: float = CATCHMENT_M,
        path: Path | None = None,
        progress: Progress = no_progress,
    ) -> dict[str, Any]:
        """Return whether promised visits were kept: in all, by place, district and shift.

        Parameters
        ----------
        window
            Which days and hours count.
        group
            Only units of this group count; all do if ``None``.
        catchment_m
            Cells whose centre is this near to a point count as being there, metres.
        path
            Also write a row for each place and shift to this file: .csv, .parquet or .xlsx.
        progress
            Is told how many stale days are derived.

        Returns
        -------
        dict
            JSON values: ``total``, ``by_place``, ``by_district``, ``by_shift``, each as
            `geogrid.analysis.dosage_summary.dosage_totals`, ``places``, ``shifts`` (names) and
            ``days`` imported and ``missing_days`` of the window. Where units are rostered,
            each row of ``by_shift`` has ``units_due`` (times that a unit worked the shift) and
            ``units_out`` (of them, heard of for half an hour), and ``absent`` lists ``shift``,
            ``day``, ``unit`` and ``heard_min`` of the others.

        Raises
        ------
        LayerNotFoundError
            Nothing is promised, or no tracks are imported.
        InputError
            There is no such group, or the ending of the file is unknown.
        """
        rules = self._questions.rules
        report = self._kept(
            ("dosage", window, group, catchment_m),
            lambda: dosage_report(
                self._shelf,
                window,
                rules,
                group=group,
                catchment_m=catchment_m,
                progress=progress,
            ),
        )
        table = report.table()
        if path is not None:
            about = {
                "title": _TITLE,
                "synthetic": is_synthetic(self._shelf, "coverage"),
                "window": window.as_json(),
                "catchment_m": catchment_m,
                "fields": {field.name: field.meaning or field.title for field in FIELDS},
            }
            written = table.assign(kept=table["kept"].astype(np.int64))
            write_table(written, path, {name: plain(value) for name, value in about.items()})
        days, missing = window_days(self._shelf, window)
        return {
            "places": len(report.places),
            "shifts": [shift.name for shift in report.shifts],
            "days": len(days),
            "missing_days": missing,
            "total": dosage_totals(table),
            "by_place": totals_by(table, "place"),
            "by_district": totals_by(table, "district"),
            "by_shift": _by_shift(report, table),
            **_absent(report),
        }


def _by_shift(report: DosageReport, table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the totals of each shift, with who should have been there."""
    rows = totals_by(table, "shift")
    if report.roster is None:
        return rows
    due = report.roster.groupby("shift")["out"].agg(["size", "sum"])
    number = {shift.name: at for at, shift in enumerate(report.shifts)}
    for row in rows:
        at = number[row["shift"]]
        there = at in due.index
        row["units_due"] = int(due["size"][at]) if there else 0
        row["units_out"] = int(due["sum"][at]) if there else 0
    return rows


def _absent(report: DosageReport) -> dict[str, Any]:
    if report.roster is None:
        return {}
    missed = report.roster[~report.roster["out"].astype(bool)]
    named = zip(missed["shift"], missed["day"], missed["unit"], missed["heard_min"], strict=True)
    return {
        "absent": [
            {
                "shift": report.shifts[int(at)].name,
                "day": day,
                "unit": unit,
                "heard_min": round(float(minutes), 1),
            }
            for at, day, unit, minutes in named
        ]
    }
