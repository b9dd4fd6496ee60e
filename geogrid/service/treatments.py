"""Places under treatment: declared, kept with their history, closed with the evidence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.crs import WGS84
from geogrid.errors import InputError, LayerNotFoundError
from geogrid.service.evaluation import EvaluationQuestion, evaluation
from geogrid.service.shelf import Shelf, no_progress
from geogrid.store.transaction import transaction

TREATMENTS: Final = "treatments"
_COLUMNS: Final = ("name", "opened", "closed", "note", "history")


def _register(shelf: Shelf) -> gpd.GeoDataFrame | None:
    if TREATMENTS not in shelf.registers.kinds():
        return None
    return shelf.registers.read(TREATMENTS)


def _put(shelf: Shelf, key: str, row: Mapping[str, Any], what: str, now: datetime) -> None:
    """Write one treatment as a change that `geogrid undo` takes back."""
    frame = gpd.GeoDataFrame(
        [{name: row[name] for name in (*_COLUMNS, "geometry")}],
        geometry="geometry",
        index=pd.Index([key], name="id"),
        crs=WGS84,
    )
    at = now.replace(microsecond=0).isoformat()
    entry = {"at": at, "kind": TREATMENTS, "files": [], "treatment": key, "step": what}
    with transaction(shelf.root, entry) as change:
        shelf.registers.put(change, TREATMENTS, frame)


def _told(key: str, row: Mapping[str, Any]) -> dict[str, Any]:
    history = json.loads(row["history"])
    return {
        "id": key,
        "name": row["name"],
        "state": "closed" if row["closed"] else "open",
        "opened": row["opened"],
        "closed": row["closed"] or None,
        "note": row["note"],
        "history": history,
        "evidence": next((step["evidence"] for step in history if "evidence" in step), None),
    }


def treatments(shelf: Shelf) -> list[dict[str, Any]]:
    """Return every place that is or was under treatment.

    Parameters
    ----------
    shelf
        The workspace.

    Returns
    -------
    list of dict
        JSON values, oldest first: ``id`` ``name`` ``state`` (open, closed) ``opened`` ``closed``
        ``note`` ``history`` (each step with ``at`` and ``step``) and ``evidence``, as
        `geogrid.service.evaluation.evaluation` gave it when the treatment was closed.
    """
    frame = _register(shelf)
    rows = [] if frame is None else [_told(str(key), row) for key, row in frame.iterrows()]
    return sorted(rows, key=lambda row: (row["opened"], row["id"]))


def open_treatment(
    shelf: Shelf,
    place: BaseGeometry,
    opened: date,
    now: datetime,
    *,
    name: str = "",
    note: str = "",
) -> dict[str, Any]:
    """Declare a place as under treatment.

    Parameters
    ----------
    shelf
        The workspace.
    place
        The place, WGS-84.
    opened
        First local day of the treatment.
    now
        When this is declared.
    name
        A name of the place, never of a person.
    note
        What is done there.

    Returns
    -------
    dict
        The treatment, as `treatments` tells it.

    Raises
    ------
    InputError
        An open treatment overlaps the place.
    """
    frame = _register(shelf)
    number = 1
    if frame is not None:
        for key, row in frame.iterrows():
            if not row["closed"] and row["geometry"].intersection(place).area > 0.0:
                raise InputError(
                    "the place overlaps the treatment {other}, which is open; close that first",
                    other=key,
                )
        number += max(int(str(key).removeprefix("T")) for key in frame.index)
    key = f"T{number:04d}"
    step = {"at": now.replace(microsecond=0).isoformat(), "step": "open", "note": note}
    row = {
        "name": name or key,
        "opened": opened.isoformat(),
        "closed": "",
        "note": note,
        "history": json.dumps([step], ensure_ascii=False),
        "geometry": place,
    }
    _put(shelf, key, row, "open", now)
    return _told(key, row)


def close_treatment(
    shelf: Shelf,
    key: str,
    question: EvaluationQuestion,
    closed: date,
    now: datetime,
    *,
    rules: PatrolRules,
) -> dict[str, Any]:
    """Close a treatment with the evidence of what it did.

    Parameters
    ----------
    shelf
        The workspace.
    key
        The treatment's id.
    question
        Periods, control and ring of the evidence; its place is the treatment's.
    closed
        Last local day of the treatment.
    now
        When this is declared.
    rules
        Thresholds of patrol time.

    Returns
    -------
    dict
        The treatment, with its evidence.

    Raises
    ------
    LayerNotFoundError
        There is no such treatment, or no incidents.
    InputError
        It is closed, or its last day is before its first.
    """
    row = open_row(shelf, key)
    usual_periods(date.fromisoformat(row["opened"]), closed)
    found = evaluation(shelf, replace(question, place=row["geometry"]), rules, no_progress)
    step = {"at": now.replace(microsecond=0).isoformat(), "step": "close", "evidence": found}
    history = [*json.loads(row["history"]), step]
    told = {**row, "closed": closed.isoformat(), "history": json.dumps(history, ensure_ascii=False)}
    _put(shelf, key, told, "close", now)
    return _told(key, told)


def open_row(shelf: Shelf, key: str) -> dict[str, Any]:
    """Return the row of a treatment that is open.

    Parameters
    ----------
    shelf
        The workspace.
    key
        The treatment's id.

    Returns
    -------
    dict
        Its columns.

    Raises
    ------
    LayerNotFoundError
        There is no such treatment.
    InputError
        It is closed.
    """
    frame = _register(shelf)
    if frame is None or key not in frame.index:
        raise LayerNotFoundError(
            "no treatment {key!r}; there are {known}",
            key=key,
            known="" if frame is None else ", ".join(frame.index.astype(str)),
        )
    row: dict[str, Any] = frame.loc[key].to_dict()
    if row["closed"]:
        raise InputError("the treatment {key} was closed on {day}", key=key, day=row["closed"])
    return row


def usual_periods(opened: date, closed: date) -> tuple[str, str]:
    """Return the days of a treatment, and as many before it.

    Parameters
    ----------
    opened, closed
        First and last day of the treatment.

    Returns
    -------
    before, after : str
        As `geogrid.service.evaluation.period_of` reads them.

    Raises
    ------
    InputError
        The treatment ends before it begins.
    """
    if closed < opened:
        raise InputError(
            "the treatment began on {first}; it cannot end on {closed}",
            first=opened,
            closed=closed,
        )
    length, day = closed - opened, timedelta(days=1)
    return f"{opened - length - day}:{opened - day}", f"{opened}:{closed}"
