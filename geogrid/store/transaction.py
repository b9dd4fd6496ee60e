"""All files of one change, in place together or not at all, and back again on request.

New files are written aside. Then a journal that lists every move is synced to disk, the moves
are made, and the journal goes. A start that finds a journal finishes its moves (each can be
repeated); a start that finds new files without a journal drops them. The old files of the last
change wait in ``.undo`` until the next one.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from geogrid.errors import InputError

_STAGING: Final = ".staging"
_JOURNAL: Final = ".journal.json"
_UNDO: Final = ".undo"
_MANIFEST: Final = "manifest.json"


@dataclass(slots=True)
class Transaction:
    """A change that is being prepared.

    Parameters
    ----------
    root
        The workspace's folder.
    entry
        What the change is, kept in the journal and with the undo: JSON values.
    written
        Paths inside the workspace that get a new file.
    removed
        Paths inside the workspace that lose their file.
    """

    root: Path
    entry: dict[str, Any]
    written: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)

    def path_for(self, relative: str) -> Path:
        """Return where to write the new file for a path inside the workspace.

        Parameters
        ----------
        relative
            Path inside the workspace, with ``/``.

        Returns
        -------
        Path
            A path in the staging folder; its parent exists.
        """
        target = self.root / _STAGING / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        self.written.add(relative)
        return target

    def current(self, relative: str) -> Path:
        """Return where the newest version of a file is: staged, or in place.

        Parameters
        ----------
        relative
            Path inside the workspace.

        Returns
        -------
        Path
            May not exist.
        """
        staged = self.root / _STAGING / relative
        return staged if relative in self.written and staged.exists() else self.root / relative


@contextmanager
def transaction(root: Path, entry: dict[str, Any]) -> Iterator[Transaction]:
    """Prepare a change and make it when the block ends well; on an error nothing changes.

    Parameters
    ----------
    root
        The workspace's folder.
    entry
        What the change is: JSON values.

    Yields
    ------
    Transaction
        Where to write.
    """
    recover(root)
    change = Transaction(root, entry)
    try:
        yield change
    except BaseException:
        shutil.rmtree(root / _STAGING, ignore_errors=True)
        raise
    for relative in change.written:
        _sync(root / _STAGING / relative)
    journal = {
        "entry": change.entry,
        "written": sorted(change.written),
        "removed": sorted(change.removed - change.written),
    }
    write_synced(root / _JOURNAL, json.dumps(journal, ensure_ascii=False, indent=1))
    recover(root)


def recover(root: Path) -> dict[str, Any] | None:
    """Finish a change that was cut short after its journal, or drop one cut short before.

    Parameters
    ----------
    root
        The workspace's folder.

    Returns
    -------
    dict or None
        The entry of the change that was finished; ``None`` if there was nothing to finish.
    """
    journal_path, staging = root / _JOURNAL, root / _STAGING
    if not journal_path.exists():
        if staging.exists():
            shutil.rmtree(staging)
        return None
    journal = json.loads(journal_path.read_text("utf-8"))
    _renew_undo(root, journal)
    for relative in journal["written"]:
        if (staging / relative).exists():
            (root / relative).parent.mkdir(parents=True, exist_ok=True)
            (staging / relative).replace(root / relative)
    for relative in journal["removed"]:
        (root / relative).unlink(missing_ok=True)
    for folder in {(root / relative).parent for relative in journal["written"]} | {root}:
        _sync(folder)
    journal_path.unlink()
    shutil.rmtree(staging, ignore_errors=True)
    entry: dict[str, Any] = journal["entry"]
    return entry


def _renew_undo(root: Path, journal: dict[str, Any]) -> None:
    """Keep the old files of a change; a second call for the same change does nothing more."""
    undo = root / _UNDO
    manifest = undo / _MANIFEST
    text = json.dumps(journal, ensure_ascii=False, sort_keys=True)
    if manifest.exists() and json.loads(manifest.read_text("utf-8"))["change"] == text:
        return
    shutil.rmtree(undo, ignore_errors=True)
    undo.mkdir(parents=True)
    kept = []
    for relative in [*journal["written"], *journal["removed"]]:
        if (root / relative).exists():
            (undo / relative).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / relative, undo / relative)
            _sync(undo / relative)
            kept.append(relative)
    record = {
        "change": text,
        "entry": journal["entry"],
        "kept": kept,
        "touched": journal["written"],
    }
    write_synced(manifest, json.dumps(record, ensure_ascii=False, indent=1))


def undo_last(root: Path) -> dict[str, Any]:
    """Put the files of the last change back as they were before it.

    Parameters
    ----------
    root
        The workspace's folder.

    Returns
    -------
    dict
        The entry of the change that was undone.

    Raises
    ------
    InputError
        There is no change to undo.
    """
    recover(root)
    undo = root / _UNDO
    manifest = undo / _MANIFEST
    if not manifest.exists():
        raise InputError("there is no import to undo in {workspace}", workspace=root.name)
    record = json.loads(manifest.read_text("utf-8"))
    for relative in record["touched"]:
        if relative not in record["kept"]:
            (root / relative).unlink(missing_ok=True)
    for relative in record["kept"]:
        (root / relative).parent.mkdir(parents=True, exist_ok=True)
        aside = root / f"{relative}.undoing"
        shutil.copy2(undo / relative, aside)
        aside.replace(root / relative)
        _sync(root / relative)
    shutil.rmtree(undo)
    entry: dict[str, Any] = record["entry"]
    return entry


def write_synced(path: Path, text: str) -> None:
    """Write a text file aside, sync it and put it in place.

    Parameters
    ----------
    path
        The file.
    text
        Its content.
    """
    aside = path.with_name(f"{path.name}.new")
    aside.write_text(text, "utf-8")
    _sync(aside)
    aside.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    """Force a file or folder to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
