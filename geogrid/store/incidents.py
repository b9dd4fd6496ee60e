"""Incidents of one workspace: a Parquet file per local year, one row per id."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from geogrid.model.incidents import SOURCES, Incidents
from geogrid.store.transaction import Transaction

COLUMNS: Final = (
    "id",
    "t_from",
    "t_to",
    "lon",
    "lat",
    "category",
    "weight",
    "source",
    "received",
    "dispatched",
    "arrived",
)
_WHOLE: Final = ("t_from", "t_to", "received", "dispatched", "arrived")
_TYPES: Final = (
    dict.fromkeys(_WHOLE, "Int64")
    | dict.fromkeys(("lon", "lat", "weight"), "float64")
    | dict.fromkeys(("category", "source"), "object")
)


class IncidentStore:
    """The incidents of a workspace.

    Parameters
    ----------
    root
        The workspace's folder.
    time_zone
        IANA name; says which year an incident belongs to.
    """

    def __init__(self, root: Path, time_zone: str) -> None:
        self.root = root
        self.time_zone = time_zone
        self._known: tuple[tuple[object, ...], Incidents] | None = None  # of the files as they were

    def _files(self) -> list[Path]:
        return sorted((self.root / "incidents").glob("year=*/incidents.parquet"))

    def fingerprint(self) -> str:
        """Return a hash of all incidents; empty when there are none."""
        files = self._files()
        if not files:
            return ""
        digest = hashlib.sha256()
        for path in files:
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def frame(self) -> pd.DataFrame:
        """Return all incidents as they are stored, in order of id."""
        frames = [pq.ParquetFile(path).read().to_pandas() for path in self._files()]
        if not frames:
            return pd.DataFrame(columns=list(COLUMNS))
        every: pd.DataFrame = pd.concat(frames, ignore_index=True)
        return every.sort_values("id", ignore_index=True)

    def read(self) -> Incidents:
        """Return all incidents, those of before while no file has changed."""
        stats = [(path, path.stat()) for path in self._files()]
        files = tuple((path, s.st_ino, s.st_size, s.st_mtime_ns) for path, s in stats)
        known = self._known
        if known is None or known[0] != files:
            known = self._known = files, self._read()
        return known[1]

    def _read(self) -> Incidents:
        frame = self.frame()
        code, names = pd.factorize(frame["category"].astype(object), sort=True)
        source = pd.Index(SOURCES).get_indexer(pd.Index(frame["source"].astype(object)))
        return Incidents(
            ids=frame["id"].to_numpy(object),
            t_from=frame["t_from"].to_numpy(np.int64),
            t_to=frame["t_to"].to_numpy(np.int64),
            lon=frame["lon"].to_numpy(np.float64),
            lat=frame["lat"].to_numpy(np.float64),
            categories=tuple(str(name) for name in names),
            category=code.astype(np.int32),
            weight=frame["weight"].to_numpy(np.float64),
            source=source.astype(np.int8),
        )

    def put(self, change: Transaction, fresh: pd.DataFrame) -> tuple[int, int, int]:
        """Add incidents; one with a known id takes the old one's place.

        Parameters
        ----------
        change
            The transaction that takes the new files.
        fresh
            The columns of `COLUMNS`; ids unique.

        Returns
        -------
        added, updated, equal : int
            Counts.
        """
        old = self.frame()
        columns = list(COLUMNS)
        common = old[old["id"].isin(fresh["id"])].set_index("id")[columns[1:]]
        again = fresh[fresh["id"].isin(old["id"])].set_index("id")[columns[1:]]
        same = _rows(common.reindex(again.index)) == _rows(again)
        equal, updated = int(same.sum()), int((~same).sum())
        merged = pd.concat([old[~old["id"].isin(fresh["id"])], fresh[columns]], ignore_index=True)
        self._write_all(change, merged)
        return len(fresh) - len(again), updated, equal

    def remove(self, change: Transaction, ids: Iterable[str]) -> int:
        """Take incidents out.

        Parameters
        ----------
        change
            The transaction that takes the new files.
        ids
            Which ones; unknown ids are passed over.

        Returns
        -------
        int
            How many were taken out.
        """
        old = self.frame()
        gone = old["id"].isin(set(ids))
        self._write_all(change, old[~gone])
        return int(gone.sum())

    def _write_all(self, change: Transaction, merged: pd.DataFrame) -> None:
        """Write all incidents, a file a local year."""
        local = pd.to_datetime(merged["t_from"].astype(np.int64), unit="ms", utc=True)
        year = local.dt.tz_convert(self.time_zone).dt.year
        for number, part in merged.groupby(year):
            path = change.path_for(f"incidents/year={number}/incidents.parquet")
            _write(part.sort_values("id", ignore_index=True), path)
        for path in self._files():
            relative = path.relative_to(self.root).as_posix()
            if relative not in change.written:
                change.removed.add(relative)


def _rows(frame: pd.DataFrame) -> pd.Series:
    """Return each row as one text, so that rows can be compared with their gaps."""
    texts = frame.astype(_TYPES)
    texts = texts.astype(object).where(texts.notna(), "").astype(str)
    return pd.Series(["|".join(row) for row in texts.to_numpy()], frame.index, dtype=object)


def _write(frame: pd.DataFrame, path: Path) -> None:
    texts = {name: pa.array(frame[name].astype(str)) for name in ("id",)}
    words = {
        name: pa.array(frame[name].astype(str)).dictionary_encode()
        for name in ("category", "source")
    }
    whole = {name: pa.array(frame[name].astype("Int64"), pa.int64()) for name in _WHOLE}
    numbers = {
        name: pa.array(frame[name].astype(float), pa.float64()) for name in ("lon", "lat", "weight")
    }
    columns = texts | words | whole | numbers
    pq.write_table(pa.table({name: columns[name] for name in COLUMNS}), path, compression="zstd")
