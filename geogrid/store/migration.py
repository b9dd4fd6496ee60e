"""A workspace of an earlier schema version brought up to date, step by step, as one change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from geogrid.store.backup import write_backup
from geogrid.store.config import (
    FILE_NAME,
    OLDEST_VERSION,
    SCHEMA_VERSION,
    WorkspaceConfig,
    stored_version,
)
from geogrid.store.registers import DISTRICTS, RegisterStore
from geogrid.store.transaction import Transaction, recover, transaction


@dataclass(frozen=True, slots=True)
class Migrated:
    """What a migration did.

    Parameters
    ----------
    before, after
        Schema versions; equal where there was nothing to do.
    backup
        The file with the workspace as it was; ``None`` where there was nothing to do.
    plain
        Registers that lost their empty points.
    """

    before: int
    after: int
    backup: Path | None = None
    plain: tuple[str, ...] = ()


def migrate(root: Path, backup: Path, at: str) -> Migrated:
    """Bring a workspace up to date, after a backup of it.

    Parameters
    ----------
    root
        The workspace's folder.
    backup
        The new file that takes the workspace as it is.
    at
        The instant, ISO 8601, for the log.

    Returns
    -------
    Migrated
        What was done. The change is whole or not at all, and can be undone.

    Raises
    ------
    InputError
        The folder is no workspace, or the file of the backup exists.
    StoreError
        A newer version wrote the workspace, or it is not sound; nothing was changed.
    """
    recover(root)
    config, version = WorkspaceConfig.load(root, OLDEST_VERSION), stored_version(root)
    if version == SCHEMA_VERSION:
        return Migrated(version, version)
    write_backup(root, backup)
    entry = {"at": at, "kind": "migration", "from": version, "to": SCHEMA_VERSION, "files": []}
    plain: tuple[str, ...] = ()
    with transaction(root, entry) as change:
        for number in range(version, SCHEMA_VERSION):
            plain += _STEPS[number](change)
        change.path_for(FILE_NAME).write_text(config.text(), "utf-8")
    return Migrated(version, SCHEMA_VERSION, backup, plain)


def _drop_empty_points(change: Transaction) -> tuple[str, ...]:
    """Write registers that place nothing, such as units, as plain tables (version 1 to 2)."""
    store = RegisterStore(change.root)
    emptied = []
    for kind in store.kinds():
        frame = store.read(kind)
        placed = isinstance(frame, gpd.GeoDataFrame) and kind != DISTRICTS
        if placed and (frame.geometry.is_empty | frame.geometry.isna()).all():
            plain = pd.DataFrame(frame.drop(columns=frame.geometry.name))
            store.remove(change, kind, frame.index)
            store.put(change, kind, plain)
            emptied.append(kind)
    return tuple(emptied)


_STEPS: Final[Mapping[int, Callable[[Transaction], tuple[str, ...]]]] = {1: _drop_empty_points}
