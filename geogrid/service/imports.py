"""From files to stores: read, judge, keep what is good, list what is not; one change in all."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd

from geogrid import io
from geogrid.errors import InputError
from geogrid.io import ReadOptions, ReadReport
from geogrid.io.report import Message
from geogrid.service.datum_guards import datum_guard
from geogrid.service.import_results import ImportResult, require_kind
from geogrid.service.reduced import OVERDUE, overdue_days
from geogrid.service.shelf import Progress, Shelf, no_progress
from geogrid.service.time_guards import time_doubts
from geogrid.store.transaction import Transaction, transaction, undo_last

QUARANTINE: Final = ["import", "file", "row", "field", "value", "reason", "record"]
_UPDATED: Final = "{count} entries of {kind} replaced older ones with the same id"
_CONFLICTS: Final = (
    "{count} fixes left out: their unit is elsewhere at the same time, in this or an earlier import"
)


@dataclass(frozen=True, slots=True)
class ImportNote:
    """What the log keeps of an import besides its counts.

    Parameters
    ----------
    at
        When it is made.
    credit
        Whom to credit for the data, shown with every layer made of it.
    """

    at: datetime
    credit: str = ""


@dataclass(frozen=True, slots=True)
class _Summary:
    """The summary of a report, as a value of an error's message."""

    report: ReadReport

    def render(self, translate: Callable[[str], str]) -> str:
        return self.report.summary(translate)

    def __str__(self) -> str:
        return self.report.summary()


@dataclass(slots=True)
class _Tally:
    """Counts of an import while it runs."""

    reports: list[ReadReport] = field(default_factory=list)
    duplicates: int = 0
    conflicts: int = 0
    updated: int = 0
    groups: dict[str, str] = field(default_factory=dict)
    doubts: list[Message] = field(default_factory=list)


def import_files(
    shelf: Shelf,
    kind: str,
    files: Sequence[Path],
    options: ReadOptions,
    *,
    note: ImportNote,
    progress: Progress = no_progress,
) -> ImportResult:
    """Import files of one kind as one change: all of them, or nothing.

    Parameters
    ----------
    shelf
        The workspace.
    kind
        One of `geogrid.service.import_results.KINDS`.
    files
        The files.
    options
        What is declared of them.
    note
        What to write into the log with it.
    progress
        Is told which file is being read.

    Returns
    -------
    ImportResult
        Counts and reports.

    Raises
    ------
    InputError
        A file cannot be used at all; nothing was stored.
    """
    require_kind(kind)
    options = replace(options, area=shelf.import_area(), guard=datum_guard(shelf, kind, options))
    tally = _Tally()
    entry: dict[str, Any] = {"at": note.at.isoformat(), "kind": kind}
    with transaction(shelf.root, entry) as change:
        for done, path in enumerate(files):
            progress(path.name, done, len(files))
            _import_file(shelf, change, (kind, path), options, tally)
        if tally.groups:
            _put_groups(shelf, change, tally.groups)
        result = _result(entry["id"], kind, tally)
        write_quarantine(change, result.number, tally.reports)
        entry |= result.as_json() | {"credit": note.credit}
    progress("", len(files), len(files))
    return replace(result, notes=(*result.notes, *_overdue(shelf, kind, note.at)))


def _overdue(shelf: Shelf, kind: str, at: datetime) -> list[Message]:
    """Return that fixes are kept for longer than the workspace's rule says."""
    keep = shelf.config.retain_days
    if kind != "tracks" or keep is None:
        return []
    today = at.astimezone(ZoneInfo(shelf.config.time_zone)).date()
    old = overdue_days(shelf.tracks.days(), keep, today)
    values = {"count": len(old), "days": keep, "workspace": shelf.root}
    return [Message(OVERDUE, values)] if old else []


def _import_file(
    shelf: Shelf,
    change: Transaction,
    what: tuple[str, Path],
    options: ReadOptions,
    tally: _Tally,
) -> None:
    """Read one file into the change that is being prepared."""
    kind, path = what
    if kind == "tracks":
        tracks, groups, report = io.read_tracks(path, options)
        _require_rows(report)
        shelf.tracks.require_open(tracks, report.file)
        tally.doubts += time_doubts(report.file, tracks.t, tracks.unit, shelf.config.time_zone)
        added = shelf.tracks.add(change, tracks)
        tally.duplicates += added.equal
        tally.conflicts += added.conflicting
        tally.groups |= dict(groups)
    elif kind == "incidents":
        frame, report = io.read_incidents(path, options)
        _require_rows(report)
        begun = frame["t_from"].to_numpy(np.int64)
        tally.doubts += time_doubts(report.file, begun, None, shelf.config.time_zone)
        _, updated, equal = shelf.incidents.put(change, frame)
        tally.updated += updated
        tally.duplicates += equal
    else:
        register, report = io.read_register(path, kind, options)
        _require_rows(report)
        _, updated = shelf.registers.put(change, kind, _named_by_file(register, report))
        tally.updated += updated
    tally.duplicates += report.duplicates
    tally.reports.append(report)


def _named_by_file(register: gpd.GeoDataFrame, report: ReadReport) -> gpd.GeoDataFrame:
    """Return entries whose ids are unique among files where the file itself has none.

    The reader numbers such rows; the next file's first row is another thing.
    """
    columns = report.options["columns"].split(", ")
    if report.kind in io.PLAIN_KINDS or any(column.startswith("id=") for column in columns):
        return register
    return register.set_index(pd.Index(report.file + ":" + register.index, name="id"))


def _require_rows(report: ReadReport) -> None:
    """Refuse a file of which nothing can be kept."""
    if report.status == "reject":
        raise InputError(
            "{file}: no row can be kept, nothing was stored.\n{summary}",
            file=report.file,
            summary=_Summary(report),
            bad_rows=report.bad_rows,  # for programs
        )


def _put_groups(shelf: Shelf, change: Transaction, groups: Mapping[str, str]) -> None:
    """Register the groups that units were said to belong to."""
    frame = pd.DataFrame({"group": groups.values()}, index=pd.Index(list(groups), name="id"))
    shelf.registers.put(change, "units", frame)


def _result(number: int, kind: str, tally: _Tally) -> ImportResult:
    notes = []
    if tally.updated:
        notes.append(Message(_UPDATED, {"count": tally.updated, "kind": kind}))
    notes += tally.doubts
    if tally.conflicts:
        notes.append(Message(_CONFLICTS, {"count": tally.conflicts}))
    return ImportResult(
        number=number,
        kind=kind,
        reports=tuple(tally.reports),
        accepted=sum(report.accepted for report in tally.reports) - tally.conflicts,
        duplicates=tally.duplicates,
        conflicts=tally.conflicts,
        notes=tuple(notes),
    )


def write_quarantine(change: Transaction, number: int, reports: Sequence[ReadReport]) -> None:
    """List every refused row, in English: the file is a record, not a message.

    Parameters
    ----------
    change
        The change that takes the list.
    number
        The import's number.
    reports
        One per file.
    """
    refused = [(report.file, refusal) for report in reports for refusal in report.refusals]
    if not refused:
        return
    path = change.path_for(f"quarantine/{number:06d}.csv")
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(QUARANTINE)
        for name, refusal in refused:
            reason = refusal.reason.format(**refusal.values)
            texts = map(_as_text, (refusal.field, refusal.value, reason))
            record = json.dumps(dict(refusal.record), ensure_ascii=False) if refusal.record else ""
            writer.writerow([number, _as_text(name), refusal.row, *texts, record])


def _as_text(value: str) -> str:
    """Return a value that no spreadsheet takes for a formula."""
    return f"'{value}" if value[:1] in tuple("=+-@\t\r") else value


def quarantine(shelf: Shelf) -> pd.DataFrame:
    """Return every refused row of the imports that stand.

    Parameters
    ----------
    shelf
        The workspace.

    Returns
    -------
    pandas.DataFrame
        ``import``, ``file``, ``row``, ``field``, ``value``, ``reason``, and ``record``: the row
        as JSON, empty where it is not kept.
    """
    frames = [
        pd.read_csv(path, dtype={"value": str}, keep_default_na=False, encoding="utf-8-sig")
        for path in sorted((shelf.root / "quarantine").glob("*.csv"))
    ]
    every = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=QUARANTINE)
    return every.reindex(columns=QUARANTINE).fillna({"record": ""})


def undo(shelf: Shelf) -> dict[str, Any]:
    """Undo the last import exactly.

    Parameters
    ----------
    shelf
        The workspace.

    Returns
    -------
    dict
        The import's entry in the log.

    Raises
    ------
    InputError
        There is nothing to undo.
    """
    return undo_last(shelf.root)
