"""All files of one change, in place together or not at all, and back again on request.

New files, and copies of the old ones, are written aside. Then a journal that lists every move
is synced to disk, the moves are made, the change goes into the log, and the journal goes. A
start that finds a journal finishes its moves (each can be repeated, none needs space); a start
that finds new files without a journal drops them. The old files of the last change wait in
``.undo`` until the next one; to undo is to move them back, under the same rule.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from geogrid.errors import InputError
from geogrid.store.application import ApplicationStore
from geogrid.store.lock import exclusive, is_free

_STAGING: Final = ".staging"
_JOURNAL: Final = ".journal.json"
_UNDO: Final = ".undo"
_UNDOING: Final = ".undoing"
_MANIFEST: Final = "manifest.json"
_MOVES_S: Final = 5.0  # a reader waits so long for another process to end its moves
_POLL_S: Final = 0.02


@dataclass(slots=True)
class Transaction:
    """A change that is being prepared.

    Parameters
    ----------
    root
        The workspace's folder.
    entry
        What the change is, for the log: JSON values.
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
        What the change is, for the log: JSON values. It gets its number, ``id``, here.

    Yields
    ------
    Transaction
        Where to write.

    Raises
    ------
    StoreError
        Another process is changing the workspace.
    """
    with exclusive(root):
        _finish(root)
        entry["id"] = ApplicationStore(root).next_import()
        change = Transaction(root, entry)
        try:
            yield change
            _prepare(change)
        except BaseException:
            shutil.rmtree(root / _STAGING, ignore_errors=True)
            raise
        (root / _STAGING / _JOURNAL).replace(root / _JOURNAL)
        _sync(root)
        _finish(root)


def _prepare(change: Transaction) -> None:
    """Keep the old files, and write the journal, all in the staging folder."""
    root, staging = change.root, change.root / _STAGING
    undo = staging / _UNDO
    undo.mkdir(parents=True)
    removed = sorted(change.removed - change.written)
    kept = [name for name in [*sorted(change.written), *removed] if (root / name).exists()]
    for relative in kept:
        (undo / relative).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / relative, undo / relative)
        _sync(undo / relative)
    for relative in change.written:
        _sync(staging / relative)
    journal = {"entry": change.entry, "written": sorted(change.written), "removed": removed}
    record = {"entry": change.entry, "kept": kept, "touched": journal["written"]}
    _write(undo / _MANIFEST, record)
    _write(staging / _JOURNAL, journal)


def recover(root: Path) -> None:
    """Finish a change that was cut short after its journal, or drop one cut short before.

    A change that another process is making is left to it; its moves are waited for.

    Parameters
    ----------
    root
        The workspace's folder.
    """
    until = time.monotonic() + _MOVES_S
    while _is_unfinished(root):
        if is_free(root):
            with exclusive(root):
                _finish(root)
        elif not (root / _JOURNAL).exists() and not (root / _UNDOING).exists():
            return
        if time.monotonic() >= until:
            return
        time.sleep(_POLL_S)


def _is_unfinished(root: Path) -> bool:
    return any((root / name).exists() for name in (_STAGING, _JOURNAL, _UNDOING))


def _finish(root: Path) -> None:
    """Bring a workspace to rest: make the moves of a journal or an undo, drop what is staged."""
    if (root / _UNDOING).exists():
        _finish_undo(root)
    if (root / _JOURNAL).exists():
        _finish_change(root)
    if (root / _STAGING).exists():
        shutil.rmtree(root / _STAGING)


def _finish_change(root: Path) -> None:
    journal = json.loads((root / _JOURNAL).read_text("utf-8"))
    staging = root / _STAGING
    if (staging / _UNDO).exists():
        shutil.rmtree(root / _UNDO, ignore_errors=True)
        (staging / _UNDO).replace(root / _UNDO)
    for relative in journal["written"]:
        if (staging / relative).exists():
            (root / relative).parent.mkdir(parents=True, exist_ok=True)
            (staging / relative).replace(root / relative)
    _remove(root, journal["removed"])
    _sync_folders(root, journal["written"])
    ApplicationStore(root).record(journal["entry"])
    (root / _JOURNAL).unlink()
    _sync(root)


def _finish_undo(root: Path) -> None:
    undoing = root / _UNDOING
    if (undoing / _MANIFEST).exists():
        record = json.loads((undoing / _MANIFEST).read_text("utf-8"))
        for relative in record["kept"]:
            if (undoing / relative).exists():
                (root / relative).parent.mkdir(parents=True, exist_ok=True)
                (undoing / relative).replace(root / relative)
        _remove(root, [name for name in record["touched"] if name not in record["kept"]])
        _sync_folders(root, record["kept"])
        ApplicationStore(root).mark_undone(record["entry"]["id"])
        (undoing / _MANIFEST).unlink()
    shutil.rmtree(undoing)


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
    StoreError
        Another process is changing the workspace.
    """
    with exclusive(root):
        _finish(root)
        manifest = root / _UNDO / _MANIFEST
        if not manifest.exists():
            raise InputError("there is no import to undo in {workspace}", workspace=root)
        entry: dict[str, Any] = json.loads(manifest.read_text("utf-8"))["entry"]
        (root / _UNDO).replace(root / _UNDOING)
        _sync(root)
        _finish(root)
        return entry


def forget_undo(root: Path) -> None:
    """Drop the old files of the last change: what makes a workspace is not undone.

    Parameters
    ----------
    root
        The workspace's folder.
    """
    shutil.rmtree(root / _UNDO, ignore_errors=True)


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


def _write(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), "utf-8")
    _sync(path)


def _remove(root: Path, relatives: Iterable[str]) -> None:
    """Remove files, and the folders that are empty without them."""
    for relative in relatives:
        (root / relative).unlink(missing_ok=True)
        for folder in (root / relative).parents:
            if folder == root or (folder.exists() and any(folder.iterdir())):
                break
            if folder.exists():
                folder.rmdir()


def _sync_folders(root: Path, relatives: Iterable[str]) -> None:
    folders = {root / parent for name in relatives for parent in Path(name).parents}
    for folder in sorted(folders | {root}):
        _sync(folder)


def _sync(path: Path) -> None:
    """Force a file or folder to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
