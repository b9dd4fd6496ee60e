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

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from geogrid.analysis.patrol_day import PatrolDay
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.store.transaction import write_synced

FORMAT_VERSION: Final = 5  # part of every fingerprint: a new way of deriving redoes all days
_LEFT_S: Final = 3600.0  # a day takes a second to write
_TABLES: Final = ("passes", "hours", "silences", "ledger", "units", "bounds")
# Times rise by little: their differences take few bits. Of other numbers the high bytes of one
# after another are alike; writing them so takes two thirds of the time, and less room.
_DELTA: Final = frozenset({"enter", "leave"})
_NARROW: Final = np.iinfo(np.int32)


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
    """Return a table; amounts are int64 again."""
    table = pq.ParquetFile(path).read()
    wide = [
        field.with_type(pa.int64())
        if field.type == pa.int32() and _is_amount(field.name)
        else field
        for field in table.schema
    ]
    frame: pd.DataFrame = table.cast(pa.schema(wide)).to_pandas()
    return frame


def _write(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as integers without nulls, and without the statistics that nobody reads."""
    columns = {str(name): _column(str(name), values) for name, values in frame.items()}
    encoding = {
        name: "DELTA_BINARY_PACKED" if name in _DELTA else "BYTE_STREAM_SPLIT"
        for name in columns
        if name != "unit"
    }
    schema = pa.schema([pa.field(n, c.type, nullable=False) for n, c in columns.items()])
    table = pa.Table.from_arrays(list(columns.values()), schema=schema)
    with pa.OSFile(str(path), "wb") as file:
        pq.write_table(
            table,
            file,
            compression="lz4",
            use_dictionary=["unit"],
            write_statistics=False,
            column_encoding=encoding,
        )


def _column(name: str, values: pd.Series) -> pa.Array:
    """Return a column for a file; units as numbers and their names."""
    if name != "unit":
        whole = values.to_numpy()
        return pa.array(_narrow(whole) if _is_amount(name) else whole)
    named = values.array
    return pa.DictionaryArray.from_arrays(pa.array(named.codes), pa.array(list(named.categories)))


def _is_amount(name: str) -> bool:
    """Tell whether a column counts something, and is no place, hour or time."""
    return name in {"mm", "fixes", "spike", "frozen", "step_s"} or name.endswith("_ms")


def _narrow(values: NDArray[np.integer]) -> NDArray[np.integer]:
    """Return numbers in four bytes each where these hold them all."""
    if values.size and _NARROW.min <= values.min() and values.max() <= _NARROW.max:
        return values.astype(np.int32)
    return values
