"""What was worked out of the fixes, kept per local day until an input changes."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from datetime import date
from pathlib import Path
from typing import Final
from uuid import uuid4

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from geogrid.analysis.patrol_day import PatrolDay
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.store.transaction import write_synced

FORMAT_VERSION: Final = 4  # part of every fingerprint: a new way of deriving redoes all days
_LEFT_S: Final = 3600.0  # a day takes a second to write
_TABLES: Final = ("passes", "hours", "silences", "ledger", "units", "bounds")


class DerivedStore:
    """The derived days of a workspace for one set of rules.

    Parameters
    ----------
    root
        The workspace's folder.
    rules
        Thresholds; the default ones have the folder ``derived`` to themselves.
    context
        Whatever else the days depend on (CRS, cell size, depots), as text.
    """

    def __init__(self, root: Path, rules: PatrolRules, context: str) -> None:
        tag = f"gap{rules.max_gap_s:g}-speed{rules.max_speed_kmh:g}"
        self.folder = root / "derived" if rules == PatrolRules() else root / "derived" / tag
        self.rules = rules
        self._context = f"{FORMAT_VERSION}|{tag}|{context}"

    def fingerprint(self, inputs: str) -> str:
        """Return the hash under which a day with these inputs is kept.

        Parameters
        ----------
        inputs
            Hash of the day's fixes.

        Returns
        -------
        str
            Hexadecimal.
        """
        return hashlib.sha256(f"{self._context}|{inputs}".encode()).hexdigest()

    def read(self, day: date, inputs: str) -> PatrolDay | None:
        """Return a derived day if it is there and its inputs have not changed.

        Parameters
        ----------
        day
            The local day.
        inputs
            Hash of the day's fixes.

        Returns
        -------
        PatrolDay or None
            ``None`` when it has to be worked out.
        """
        folder = self._folder(day)
        try:
            manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
            if manifest["fingerprint"] != self.fingerprint(inputs):
                return None
            tables = {name: _read(folder / f"{name}.parquet") for name in _TABLES}
        except FileNotFoundError:  # never derived, or another process is replacing it just now
            return None
        return PatrolDay(day=day, fixes=manifest["fixes"], tunnels=manifest["tunnels"], **tables)

    def write(self, derived: PatrolDay, inputs: str) -> None:
        """Keep a derived day.

        Parameters
        ----------
        derived
            The day.
        inputs
            Hash of the fixes it was worked out of.
        """
        folder = self._folder(derived.day)
        # Workers on several machines, and threads of one, may derive the same day at once.
        aside = folder.with_name(f"{folder.name}.{uuid4().hex}.new")
        aside.mkdir(parents=True)
        for name in _TABLES:
            _write(getattr(derived, name), aside / f"{name}.parquet")
        manifest = {
            "fingerprint": self.fingerprint(inputs),
            "fixes": dict(derived.fixes),
            "tunnels": derived.tunnels,
        }
        write_synced(aside / "manifest.json", json.dumps(manifest))
        shutil.rmtree(folder, ignore_errors=True)
        try:
            aside.replace(folder)
        except OSError:  # another process has just put the same day there
            shutil.rmtree(aside)

    def remove_leftovers(self) -> int:
        """Remove what writers that were killed have left; return how many days of it.

        Returns
        -------
        int
            Folders of days that were begun an hour ago or longer, and never finished.
        """
        old = time.time() - _LEFT_S
        left = [path for path in self.folder.glob("day=*.new") if path.stat().st_mtime < old]
        for path in left:
            shutil.rmtree(path, ignore_errors=True)  # another process may do the same
        return len(left)

    def _folder(self, day: date) -> Path:
        return self.folder / f"day={day.isoformat()}"


def _read(path: Path) -> pd.DataFrame:
    frame: pd.DataFrame = pq.ParquetFile(path).read().to_pandas()
    return frame


def _write(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as delta-packed integers, without the statistics that nobody reads."""
    columns = {name: _column(frame[name]) for name in frame.columns}
    pq.write_table(
        pa.table(columns),
        path,
        compression="lz4",
        use_dictionary=["unit"],
        write_statistics=False,
        column_encoding=dict.fromkeys(columns.keys() - {"unit"}, "DELTA_BINARY_PACKED"),
    )


def _column(values: pd.Series) -> pa.Array:
    """Return a column for a file; units as numbers and their names."""
    if values.name != "unit":
        return pa.array(values.to_numpy())
    named = values.array
    return pa.DictionaryArray.from_arrays(pa.array(named.codes), pa.array(list(named.categories)))
