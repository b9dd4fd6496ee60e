"""An opened workspace that is asked how its cameras cover, what fails, and what is overdue."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import pandas as pd

from geogrid.analysis.camera_care import FINDINGS
from geogrid.analysis.camera_failures import rank_named
from geogrid.errors import InputError
from geogrid.export.json_values import plain
from geogrid.export.plain_table import write_table, write_workbook
from geogrid.i18n import translator
from geogrid.model.window import ALL_TIME, Window
from geogrid.service.camera_tables import CameraTables, ReportQuestion, camera_tables
from geogrid.service.layers import is_synthetic
from geogrid.service.outlook import Outlook
from geogrid.service.shelf import Progress, no_progress

MOST_ROWS: Final = 100  # of failures, care and zones in an answer; a file has all
TABLES: Final = (
    "districts",
    "roads",
    "places",
    "hours",
    "cameras",
    "poles",
    "networks",
    "care",
    "zones",
    "standing",
)
_LOST: Final = ["lost_m2", "lost_road_m", "lost_places"]


class CameraReports(Outlook):
    """Everything that can be asked of a workspace about the cameras it has."""

    def camera_report(
        self,
        question: ReportQuestion,
        *,
        rows: int = MOST_ROWS,
        language: str = "en",
        path: Path | None = None,
        table: str = "care",
        progress: Progress = no_progress,
    ) -> dict[str, Any]:
        """Return what cameras cover, what is lost without some, and what is overdue.

        Parameters
        ----------
        question
            Day, hours, rank and rules.
        rows
            Most rows of failures, care and zones in the answer.
        language
            ``en`` or ``zh``, for the words of findings.
        path
            Also write the report to this file: .xlsx has a sheet for each table; .csv and
            .parquet have one of them.
        table
            Which one; a name of `TABLES`.
        progress
            Is told which part is worked out.

        Returns
        -------
        dict
            JSON values: ``as_of``, ``window``, ``cameras`` (counts, and what was looked at),
            ``total`` and ``districts`` (see
            `geogrid.analysis.camera_measures.district_measures`), ``roads`` and ``places`` of all
            districts, ``by_hour``, ``failures`` (``cameras``, ``poles``, ``networks``), ``care``
            (``rules``, ``counts``, ``words``, ``rows``), ``zones`` and ``synthetic``.

        Raises
        ------
        LayerNotFoundError
            No cameras are registered.
        InputError
            There is no such rank or table, or the ending of the file is unknown.
        """
        if table not in TABLES:
            raise InputError(
                "a report about cameras has no table {table!r}; give one of {known}",
                table=table,
                known=", ".join(TABLES),
            )
        params = self._questions.cameras
        report = self._kept(
            ("camera report", question),
            lambda: camera_tables(self._shelf, question, params, progress),
        )
        synthetic = is_synthetic(self._shelf, "cameras")
        if path is not None:
            about = {
                "title": "Cameras",
                "version": version("geogrid"),
                "synthetic": synthetic,
                **_asked(question),
                "assumed": asdict(params),
                **report.told,
            }
            _write(report, path, table, {name: plain(value) for name, value in about.items()})
        return _json(report, question, rows, language) | {"synthetic": synthetic}

    def camera_report_of(
        self,
        as_of: date,
        *,
        window: Window = ALL_TIME,
        rank: str = "land",
        rows: int = MOST_ROWS,
        language: str = "en",
    ) -> dict[str, Any]:
        """Return a report under the usual rules, asked with plain values.

        Parameters
        ----------
        as_of
            The day that reviews are held to.
        window
            Only cameras count that are on all through its hours; cameras know no days.
        rank
            What failures are ranked by.
        rows
            Most rows of failures, care and zones.
        language
            ``en`` or ``zh``, for the words of findings.

        Returns
        -------
        dict
            As `camera_report` returns it.

        Raises
        ------
        LayerNotFoundError
            No cameras are registered.
        InputError
            There is no such rank.
        """
        question = ReportQuestion(as_of, window.hours, rank_named(rank))
        return self.camera_report(question, rows=rows, language=language)


def _asked(question: ReportQuestion) -> dict[str, Any]:
    """Return what was asked, as JSON values."""
    hours = question.hours
    return {
        "as_of": question.as_of.isoformat(),
        "hours": None if hours is None else f"{hours[0]:02d}-{hours[1]:02d}",
        "rank": question.rank,
        "rules": asdict(question.rules),
    }


def _write(report: CameraTables, path: Path, table: str, about: dict[str, Any]) -> None:
    """Write all tables as a workbook, or one of them."""
    if path.suffix.lower() == ".xlsx":
        write_workbook({name: report.tables[name] for name in TABLES}, path, about)
    else:
        write_table(report.tables[table], path, about | {"table": table})


def _json(
    report: CameraTables, question: ReportQuestion, rows: int, language: str
) -> dict[str, Any]:
    """Return a report as JSON values."""
    tables, told = report.tables, dict(report.told)
    zones = told.pop("zones")
    asked = _asked(question)
    rules = asked.pop("rules")
    translate = translator(language)
    return {
        **asked,
        "cameras": told,
        "total": _total(tables["districts"]),
        "districts": _rows(tables["districts"]),
        "roads": _whole(tables["roads"]),
        "places": _whole(tables["places"]),
        "by_hour": _rows(tables["hours"]),
        "failures": {
            name: _failing(tables[name], rows) for name in ("cameras", "poles", "networks")
        },
        "care": {
            "rules": rules,
            "cameras": told["cameras"] - told["planned"],
            "with_findings": len(tables["care"]),
            "counts": _counts(tables["care"]),
            "words": {name: translate(words) for name, words in FINDINGS.items()},
            "rows": _cared(tables["care"], rows),
        },
        "zones": zones
        | {
            "views": len(tables["zones"]),
            "standing_count": len(tables["standing"]),
            "rows": _rows(tables["zones"], rows),
            "standing": _rows(tables["standing"], rows),
        },
    }


def _rows(table: pd.DataFrame, most: int | None = None) -> list[dict[str, Any]]:
    """Return the first rows of a table as JSON values."""
    return [
        {str(name): plain(value) for name, value in row.items()}
        for row in table.head(len(table) if most is None else most).to_dict("records")
    ]


def _whole(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of all districts together."""
    return _rows(table[table["district"] == ""].drop(columns="district"))


def _total(districts: pd.DataFrame) -> dict[str, Any]:
    """Return the measures of all districts together."""
    sums = districts.drop(columns=["district", "name"]).sum(min_count=1)
    for part, whole in (("seen", "land"), ("twice", "land"), ("roads_seen", "roads")):
        sums[f"{part}_share"] = sums[f"{part}_km2" if whole == "land" else f"{part}_km"] / (
            sums["land_km2" if whole == "land" else "roads_km"] or float("nan")
        )
    counted = {name: int(sums[name]) for name in ("places", "places_seen")}
    return {str(name): plain(value) for name, value in sums.items()} | counted


def _failing(table: pd.DataFrame, rows: int) -> dict[str, Any]:
    """Return failures: how many groups there are, how many are missed, and the worst."""
    missed = (table[_LOST] > 0).any(axis=1)
    return {
        "groups": len(table),
        "missed": int(missed.sum()),
        "spare": int((~missed).sum()),
        "rows": _rows(table[missed], rows),
    }


def _counts(care: pd.DataFrame) -> dict[str, int]:
    """Return how many cameras have each finding."""
    found = care["findings"].str.split().explode().value_counts()
    return {name: int(found.get(name, 0)) for name in FINDINGS}


def _cared(care: pd.DataFrame, rows: int) -> list[dict[str, Any]]:
    """Return the first cameras with findings; findings as a list."""
    return [row | {"findings": row["findings"].split()} for row in _rows(care, rows)]
