"""Whether a workspace's files are whole, readable and the ones that were written."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from geogrid.errors import GeogridError
from geogrid.store import config, database, day_sums, registers
from geogrid.store.config import WorkspaceConfig
from geogrid.store.day_sums import SumsStore
from geogrid.store.registers import DISTRICTS, RegisterStore

UNFINISHED: Final = (".journal.json", ".staging", ".undoing")
# What stands in a workspace besides: the lock, the last change's old files, what can be made again.
_OTHERS: Final = frozenset({".lock", ".undo", "derived", "sources", *UNFINISHED})
_STORED: Final = re.compile(
    r"tracks/day=\d{4}-\d\d-\d\d/(fixes\.parquet|edges\.parquet|manifest\.json)"
    r"|sums/day=\d{4}-\d\d-\d\d/(hours\.parquet|edges\.parquet|manifest\.json)"
    r"|incidents/year=\d{1,4}/incidents\.parquet"
    r"|quarantine/\d{6,}\.csv"
    r"|workspace\.toml|registers\.gpkg|app\.sqlite"
    r"|registers\.gpkg-(wal|shm|journal)|app\.sqlite-(wal|shm|journal)"
)
_FROM_BACKUP: Final = "restore the workspace from a backup: geogrid restore FILE NEW_FOLDER"
_OPEN_IT: Final = "open the workspace with any command, which finishes the change or drops it"
_MIGRATE: Final = "bring it up to date, after a backup, with: geogrid migrate FOLDER"
_REMOVE: Final = "remove the file, or move it out of the folder"
_IMPORT_AGAIN: Final = (
    "remove the folder of that day and import its files again, or restore the workspace from a "
    "backup"
)

Level = Literal["fault", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be.

    Parameters
    ----------
    level
        ``fault`` where data is lost or cannot be read; ``note`` where nothing is.
    place
        The file, inside the workspace.
    problem, remedy
        English templates: what is wrong, and what to do.
    values
        The values of their fields.
    """

    level: Level
    place: str
    problem: str
    remedy: str
    values: Mapping[str, object] = field(default_factory=dict)

    def as_json(self, translate: Callable[[str], str] = str) -> dict[str, str]:
        """Return the finding as JSON values.

        Parameters
        ----------
        translate
            Returns a template in another language.

        Returns
        -------
        dict
            ``level`` ``place`` ``problem`` ``remedy``.
        """
        return {
            "level": self.level,
            "place": self.place,
            "problem": translate(self.problem).format(**self.values),
            "remedy": translate(self.remedy).format(**self.values),
        }


@dataclass(slots=True)
class Inspected:
    """What an inspection saw.

    Parameters
    ----------
    findings
        What is not as it should be; a workspace without a ``fault`` is sound.
    counts
        How many days, fixes, incidents, registers and imports are there.
    """

    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        """Whether everything can be read and is what was written."""
        return all(finding.level != "fault" for finding in self.findings)


def inspect_folder(root: Path) -> Inspected:
    """Return what is wrong with a workspace; nothing is changed.

    Parameters
    ----------
    root
        The workspace's folder.

    Returns
    -------
    Inspected
        Findings and counts.
    """
    seen = Inspected()
    _inspect_choices(root, seen)
    if not seen.sound and not (root / registers.FILE_NAME).exists():
        return seen
    seen.findings += [
        Finding("note", name, "a change was cut short; it is not in place yet", _OPEN_IT)
        for name in UNFINISHED
        if (root / name).exists()
    ]
    _inspect_database(root, seen)
    _inspect_registers(root, seen)
    _inspect_days(root, seen)
    _inspect_sums(root, seen)
    _inspect_incidents(root, seen)
    _inspect_orphans(root, seen)
    return seen


def _inspect_choices(root: Path, seen: Inspected) -> None:
    """Check the version of a workspace and what was chosen for it."""
    try:
        WorkspaceConfig.load(root, config.OLDEST_VERSION)
        version = config.stored_version(root)
    except GeogridError as error:
        seen.findings.append(_told("fault", config.FILE_NAME, error))
        return
    if version < config.SCHEMA_VERSION:
        values = {"version": version, "ours": config.SCHEMA_VERSION}
        problem = "it has schema version {version}, and this program reads {ours}"
        seen.findings.append(Finding("note", config.FILE_NAME, problem, _MIGRATE, values))


def _told(level: Level, place: str, error: GeogridError) -> Finding:
    """Return what an error says as a finding."""
    return Finding(level, place, error.template, _FROM_BACKUP, error.values)


def _inspect_database(root: Path, seen: Inspected) -> None:
    """Check the application database and count the imports that stand."""
    path = root / database.FILE_NAME
    if not path.exists():
        seen.findings.append(
            Finding("fault", path.name, "the log of imports is missing", _FROM_BACKUP)
        )
        return
    problem = _database_problem(path)
    if problem:
        seen.findings.append(_damaged(path.name, problem))
        return
    with closing(_opened(path)) as connection:
        rows = connection.execute("SELECT id, undone FROM imports").fetchall()
    standing = {number for number, undone in rows if not undone}
    seen.counts["imports"] = len(standing)
    seen.findings += [
        Finding(
            "note",
            f"quarantine/{file.name}",
            "it lists refused rows of an import that does not stand",
            _REMOVE,
        )
        for file in sorted((root / "quarantine").glob("*.csv"))
        if file.stem.isdecimal() and int(file.stem) not in standing
    ]


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _database_problem(path: Path) -> str:
    """Return what SQLite finds wrong in a database; empty when nothing is."""
    try:
        with closing(_opened(path)) as connection:
            answer = str(connection.execute("PRAGMA quick_check").fetchone()[0])
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if answer == "ok" else answer


def _damaged(place: str, reason: object) -> Finding:
    return Finding(
        "fault", place, "the file is damaged ({reason})", _FROM_BACKUP, {"reason": reason}
    )


def _inspect_registers(root: Path, seen: Inspected) -> None:
    store = RegisterStore(root)
    path = root / registers.FILE_NAME
    try:
        kinds = store.kinds()
        problem = _database_problem(path)
        if problem:
            seen.findings.append(_damaged(path.name, problem))
            return
        store.require_districts()
        for kind in kinds:
            rows = store.districts() if kind == DISTRICTS else store.read(kind)
            seen.counts[kind] = len(rows)
    except GeogridError as error:
        seen.findings.append(_told("fault", path.name, error))


def _inspect_days(root: Path, seen: Inspected) -> None:
    """Check that each day's fixes are the ones whose hash was written."""
    folders = sorted((root / "tracks").glob("day=*"))
    fixes = 0
    for folder in folders:
        place = folder.relative_to(root).as_posix()
        try:
            manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
            content = (folder / "fixes.parquet").read_bytes()
            edges = pq.ParquetFile(folder / "edges.parquet").metadata.num_rows
            stored = pq.ParquetFile(pa.BufferReader(content)).metadata.num_rows
            same = hashlib.sha256(content).hexdigest() == manifest["sha256"]
            whole = same and stored == manifest["fixes"] and edges <= stored
        except (OSError, ValueError, KeyError, pa.ArrowException) as error:
            problem = "the day cannot be read ({reason})"
            values = {"reason": error}
            seen.findings.append(Finding("fault", place, problem, _IMPORT_AGAIN, values))
            continue
        if not whole:
            problem = "the fixes are not the ones that were written: their hash differs"
            seen.findings.append(Finding("fault", place, problem, _IMPORT_AGAIN))
        fixes += stored
    seen.counts |= {"days": len(folders), "fixes": fixes}


def _inspect_sums(root: Path, seen: Inspected) -> None:
    """Check that each reduced day's sums are the ones whose hash was written."""
    store = SumsStore(root)
    folders = sorted((root / day_sums.FOLDER).glob("day=*"))
    for folder in folders:
        day = date.fromisoformat(folder.name.removeprefix("day="))
        try:
            store.read(day)
            same = not (root / "tracks" / folder.name).exists()
        except (GeogridError, OSError, ValueError, KeyError, pa.ArrowException) as error:
            seen.findings.append(_damaged(folder.relative_to(root).as_posix(), error))
            continue
        if not same:
            problem = "the day has sums and fixes, which would count twice"
            place = folder.relative_to(root).as_posix()
            seen.findings.append(Finding("fault", place, problem, _FROM_BACKUP))
    if folders:
        seen.counts["days_as_sums"] = len(store.imported_days()) if seen.sound else len(folders)


def _inspect_incidents(root: Path, seen: Inspected) -> None:
    count = 0
    for path in sorted((root / "incidents").glob("year=*/incidents.parquet")):
        try:
            count += pq.ParquetFile(path).read().num_rows
        except (OSError, pa.ArrowException) as error:
            seen.findings.append(_damaged(path.relative_to(root).as_posix(), error))
    seen.counts["incidents"] = count


def _inspect_orphans(root: Path, seen: Inspected) -> None:
    """Name files that no import wrote."""
    seen.findings += [
        Finding("note", place, "the workspace does not know this file", _REMOVE)
        for place in _files(root)
        if not _STORED.fullmatch(place)
    ]


def _files(root: Path) -> Iterator[str]:
    for top in sorted(root.iterdir()):
        if top.name in _OTHERS:
            continue
        paths = sorted(top.rglob("*")) if top.is_dir() else [top]
        yield from (path.relative_to(root).as_posix() for path in paths if not path.is_dir())


def stored_files(root: Path) -> list[str]:
    """Return the files that make a workspace, without what can be made again.

    Parameters
    ----------
    root
        The workspace's folder.

    Returns
    -------
    list of str
        Paths inside the workspace, sorted.
    """
    return [place for place in _files(root) if _STORED.fullmatch(place)]


def is_stored(place: str) -> bool:
    """Tell whether a path is that of a file which makes a workspace.

    Parameters
    ----------
    place
        Path inside a workspace.

    Returns
    -------
    bool
        False for anything else, such as a path that leaves the folder.
    """
    return _STORED.fullmatch(place) is not None
