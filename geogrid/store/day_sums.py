"""Reduced days of a workspace: a folder per local day with its hourly sums, and no fixes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from geogrid.analysis.reduced_days import DaySums
from geogrid.errors import StoreError
from geogrid.store.transaction import Transaction

FOLDER: Final = "sums"
_MANIFEST: Final = "manifest.json"
_HOURS: Final = "hours.parquet"
_EDGES: Final = "edges.parquet"


class SumsStore:
    """The reduced days of a workspace.

    Parameters
    ----------
    root
        The workspace's folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def days(self) -> tuple[date, ...]:
        """Return the reduced days, rising, and those without fixes between them."""
        files = (self.root / FOLDER).glob(f"day=*/{_MANIFEST}")
        return tuple(sorted(date.fromisoformat(f.parent.name.removeprefix("day=")) for f in files))

    def imported_days(self) -> tuple[date, ...]:
        """Return the reduced days that had fixes, rising."""
        return tuple(day for day in self.days() if self.manifest(day)["newest_ms"] is not None)

    def holds(self, day: date) -> bool:
        """Tell whether a day is kept as sums.

        Parameters
        ----------
        day
            A local day.

        Returns
        -------
        bool
            False also for a day of which nothing is kept.
        """
        return (self.root / folder_of(day) / _MANIFEST).exists()

    def manifest(self, day: date) -> Mapping[str, Any]:
        """Return what stands beside a day's sums.

        Parameters
        ----------
        day
            A reduced day.

        Returns
        -------
        Mapping
            ``sha256`` (of the sums), ``fixes``, ``tunnels``, ``newest_ms``, ``rules``,
            ``silent_ms`` and ``rejected_ms``.
        """
        path = self.root / folder_of(day) / _MANIFEST
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return found

    def fingerprint(self, day: date) -> str:
        """Return the SHA-256 of what is kept of a day.

        Parameters
        ----------
        day
            A reduced day.

        Returns
        -------
        str
            Hexadecimal; it changes when a sum does.
        """
        return hashlib.sha256((self.root / folder_of(day) / _MANIFEST).read_bytes()).hexdigest()

    def read(self, day: date) -> DaySums:
        """Return what is kept of a day.

        Parameters
        ----------
        day
            A reduced day.

        Returns
        -------
        DaySums
            Its sums.

        Raises
        ------
        StoreError
            The file is not the one that was written.
        """
        manifest, path = self.manifest(day), self.root / folder_of(day) / _HOURS
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != manifest["sha256"]:
            raise StoreError(
                "{file} is damaged ({reason}); restore it from a backup",
                file=path,
                reason="sha256",
            )
        hours: pd.DataFrame = pq.ParquetFile(pa.BufferReader(content)).read().to_pandas()
        return DaySums(
            day=day,
            hours=hours,
            unplaced_ms=np.array([manifest["silent_ms"], manifest["rejected_ms"]], np.int64),
            fixes=manifest["fixes"],
            tunnels=int(manifest["tunnels"]),
            newest_ms=manifest["newest_ms"],
            rules=manifest["rules"],
        )

    def put(self, change: Transaction, sums: DaySums) -> None:
        """Keep a day's sums.

        Parameters
        ----------
        change
            The transaction that takes the files.
        sums
            The day.
        """
        path = change.path_for(f"{folder_of(sums.day)}/{_HOURS}")
        table = pa.Table.from_pandas(sums.hours, preserve_index=False)
        pq.write_table(table, path, compression="zstd")
        silent, rejected = sums.unplaced_ms.tolist()
        manifest = {
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "fixes": dict(sums.fixes),
            "tunnels": sums.tunnels,
            "newest_ms": sums.newest_ms,
            "rules": dict(sums.rules),
            "silent_ms": silent,
            "rejected_ms": rejected,
        }
        text = json.dumps(manifest)
        change.path_for(f"{folder_of(sums.day)}/{_MANIFEST}").write_text(text, "utf-8")

    def last_fixes(self) -> tuple[date, Path] | None:
        """Return the newest reduced day and the file with its units' last fixes, if there is one.

        The day after it needs them; they go when that day is reduced.

        Returns
        -------
        tuple of date and Path, or None
            ``None`` where no day is reduced.
        """
        days = self.days()
        path = self.root / folder_of(days[-1]) / _EDGES if days else None
        return (days[-1], path) if path is not None and path.exists() else None

    def remove(self, change: Transaction, day: date) -> None:
        """Take a day's sums out.

        Parameters
        ----------
        change
            The transaction that removes the files.
        day
            A reduced day.
        """
        change.removed |= {
            path.relative_to(self.root).as_posix()
            for path in (self.root / folder_of(day)).iterdir()
        }


def folder_of(day: date) -> str:
    """Return the folder of a reduced day.

    Parameters
    ----------
    day
        A local day.

    Returns
    -------
    str
        Path inside the workspace.
    """
    return f"{FOLDER}/day={day.isoformat()}"


def last_fixes_of(day: date) -> str:
    """Return the file with the last fixes of a reduced day's units.

    Parameters
    ----------
    day
        A local day.

    Returns
    -------
    str
        Path inside the workspace.
    """
    return f"{folder_of(day)}/{_EDGES}"
