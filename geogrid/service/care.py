"""The care of a workspace: is it sound, keep it as one file, make it again, bring it up to date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from geogrid.errors import InputError
from geogrid.service.reduced import overdue_days
from geogrid.store.backup import restore_backup, write_backup
from geogrid.store.config import (
    FILE_NAME,
    OLDEST_VERSION,
    SCHEMA_VERSION,
    WorkspaceConfig,
    stored_version,
)
from geogrid.store.migration import migrate
from geogrid.store.soundness import Finding, Inspected, inspect_folder
from geogrid.store.tracks import TrackStore


@dataclass(frozen=True, slots=True)
class Health:
    """What an inspection came to.

    Parameters
    ----------
    root
        The workspace's folder.
    seen
        Findings and counts.
    """

    root: Path
    seen: Inspected

    def as_json(self, translate: Callable[[str], str] = str) -> dict[str, Any]:
        """Return it as JSON values.

        Parameters
        ----------
        translate
            Returns a template in another language.

        Returns
        -------
        dict
            ``workspace`` ``sound`` ``findings`` ``counts``.
        """
        return {
            "workspace": str(self.root),
            "sound": self.seen.sound,
            "findings": [finding.as_json(translate) for finding in self.seen.findings],
            "counts": self.seen.counts,
        }


def inspect(root: Path) -> Health:
    """Return whether a workspace is sound; nothing is changed.

    Parameters
    ----------
    root
        The workspace's folder.

    Returns
    -------
    Health
        Findings and counts.

    Raises
    ------
    InputError
        There is no such folder, or nothing in it is of a workspace.
    """
    require_workspace(root)
    seen = inspect_folder(root)
    if seen.sound and stored_version(root) == SCHEMA_VERSION:
        seen.findings += _overdue(root)
    return Health(root, seen)


def _overdue(root: Path) -> list[Finding]:
    """Return that fixes are kept for longer than the workspace's rule says."""
    config = WorkspaceConfig.load(root)
    if config.retain_days is None:
        return []
    today = datetime.now(ZoneInfo(config.time_zone)).date()
    days = TrackStore(root, config.time_zone).days()
    old = len(overdue_days(days, config.retain_days, today))
    values = {"count": old, "days": config.retain_days, "workspace": root}
    problem = "{count} days of fixes are older than the {days} days of the workspace's rule"
    remedy = "reduce them to hourly sums with: geogrid retain {workspace} --yes"
    return [Finding("note", "tracks", problem, remedy, values)] if old else []


def back_up(root: Path, path: Path) -> dict[str, Any]:
    """Write a workspace into one file.

    Parameters
    ----------
    root
        The workspace's folder.
    path
        The new file.

    Returns
    -------
    dict
        ``file``, ``files`` and ``bytes``.

    Raises
    ------
    InputError
        The folder is no workspace, or the file exists.
    StoreError
        The workspace is not sound.
    """
    require_workspace(root)
    return write_backup(root, path)


def restore_from(path: Path, root: Path) -> dict[str, Any]:
    """Make a workspace in a new folder of a backup.

    Parameters
    ----------
    path
        The backup.
    root
        The new folder.

    Returns
    -------
    dict
        ``workspace``, ``files`` and ``counts``.

    Raises
    ------
    InputError
        The file is no backup, or the folder is not empty.
    StoreError
        The backup is damaged; nothing was restored.
    """
    return restore_backup(path, root)


def bring_up_to_date(root: Path, backup: Path | None = None) -> dict[str, Any]:
    """Bring a workspace of an earlier schema version up to date, after a backup of it.

    Parameters
    ----------
    root
        The workspace's folder.
    backup
        The new file that takes it as it was; one beside the folder, named after it and its
        version, if ``None``.

    Returns
    -------
    dict
        ``workspace``, ``from`` and ``to`` (schema versions, equal where nothing was to do),
        ``backup`` and ``registers`` (those that were written anew).

    Raises
    ------
    InputError
        The folder is no workspace, or the file of the backup exists.
    StoreError
        A newer version wrote the workspace, or it is not sound; nothing was changed.
    """
    require_workspace(root)
    WorkspaceConfig.load(root, OLDEST_VERSION)
    folder = root.resolve()
    beside = folder.with_name(f"{folder.name}-schema-{stored_version(root)}.zip")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    done = migrate(root, backup or beside, now)
    return {
        "workspace": str(root),
        "from": done.before,
        "to": done.after,
        "backup": None if done.backup is None else str(done.backup),
        "registers": list(done.plain),
    }


def require_workspace(root: Path) -> None:
    """Refuse a folder that is no workspace.

    Parameters
    ----------
    root
        The folder.

    Raises
    ------
    InputError
        Nothing in it is of a workspace.
    """
    if not root.is_dir() or not ((root / FILE_NAME).exists() or (root / "registers.gpkg").exists()):
        raise InputError(
            "{folder} is not a workspace (it has no workspace.toml); "
            "make one with: geogrid init {folder} --districts FILE",
            folder=root,
        )
