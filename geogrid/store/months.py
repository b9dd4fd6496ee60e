"""Months laid out by cell, one mapped file each, kept until one of their days changes."""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO, Final, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from geogrid.analysis.patrol_month import DayCounts, PatrolMonth, pack_month
from geogrid.errors import StoreError
from geogrid.kernels.month_rows import CellRows
from geogrid.model.grid import Grid
from geogrid.store.derived import DerivedStore

FORMAT_VERSION: Final = 1  # part of every fingerprint: a new layout redoes all months
_MAGIC: Final = b"geogrid month\n"
_LEFT_S: Final = 3600.0  # a month takes some seconds to write
_ALIGNED: Final = 64  # bytes; a cache line
_TABLES: Final = ("stays", "driven", "still", "bounds")


class MonthStore:
    """The months of a workspace's derived days, for one grid.

    A month is one file: a line that names the format, the length of a header, the header (JSON),
    and arrays, little-endian, each at a multiple of 64 bytes. It is written aside and renamed.

    Parameters
    ----------
    derived
        The derived days.
    grid
        Whose cells count.
    time_zone
        IANA name.
    threads
        How many days are read at once when a month is laid out.
    """

    def __init__(
        self, derived: DerivedStore, grid: Grid, time_zone: str, *, threads: int = 2
    ) -> None:
        self.folder = derived.folder / "months"
        self._derived = derived
        self._grid = grid
        self._time_zone = time_zone
        self._threads = threads
        spec = grid.spec
        shape = (spec.x_min, spec.y_min, spec.cell_size, spec.n_rows, spec.n_cols, spec.origin)
        digest = hashlib.sha256(f"{FORMAT_VERSION}|{time_zone}|{shape}|".encode())
        digest.update(np.ascontiguousarray(grid.cells, "<i8").data)
        self._context = digest.hexdigest()

    def is_current(self, stamp: str) -> bool:
        """Tell whether the months were brought up to date under a stamp.

        Parameters
        ----------
        stamp
            Hash of everything that the days are worked out of.

        Returns
        -------
        bool
            True where neither days nor months have to be looked at.
        """
        try:
            kept = json.loads((self.folder / "stamp.json").read_text("utf-8"))
        except FileNotFoundError:
            return False
        there = {path.name for path in self.folder.glob("*.month")}
        return bool(kept["stamp"] == self._stamped(stamp)) and there == set(kept["months"])

    def has_day(self, day: date, inputs: str) -> bool:
        """Tell whether a derived day is there and its inputs have not changed.

        Parameters
        ----------
        day
            The local day.
        inputs
            Hash of the day's fixes.

        Returns
        -------
        bool
            False where it has to be worked out.
        """
        try:
            return bool(self._manifest(day)["fingerprint"] == self._derived.fingerprint(inputs))
        except FileNotFoundError:
            return False

    def update(self, days: Sequence[date], stamp: str) -> None:
        """Lay out the months of which a day has changed; drop those without a day.

        Parameters
        ----------
        days
            All derived days, which are up to date.
        stamp
            As in `is_current`.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        _forget_cut_short(self.folder)
        by_month: dict[date, list[date]] = {}
        for day in days:
            by_month.setdefault(day.replace(day=1), []).append(day)
        for first, held in by_month.items():
            manifests = {day: self._manifest(day) for day in held}
            fingerprint = self._fingerprint(manifests)
            if self._kept_fingerprint(first) == fingerprint:
                continue
            month = pack_month(
                {day: DayCounts(m["fixes"], m["tunnels"]) for day, m in manifests.items()},
                self._read_day,
                self._grid,
                time_zone=self._time_zone,
                threads=self._threads,
            )
            _write(month, self._path(first), fingerprint)
        for path in self.folder.glob("*.month"):
            if date.fromisoformat(f"{path.stem}-01") not in by_month:
                path.unlink(missing_ok=True)
        months = [self._path(first).name for first in by_month]
        with _put(self.folder / "stamp.json") as file:
            file.write(json.dumps({"stamp": self._stamped(stamp), "months": months}).encode())

    def read(self) -> list[PatrolMonth]:
        """Return all months, in order; their rows stay in the files until they are looked at.

        Returns
        -------
        list of PatrolMonth
            Mapped: a month that is laid out anew meanwhile stays as it was.
        """
        return [_read(path) for path in sorted(self.folder.glob("*.month"))]

    def _path(self, first: date) -> Path:
        return self.folder / f"{first:%Y-%m}.month"

    def _stamped(self, stamp: str) -> str:
        return f"{self._context}|{stamp}"

    def _manifest(self, day: date) -> dict[str, Any]:
        path = self._derived.folder / f"day={day.isoformat()}" / "manifest.json"
        manifest: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return manifest

    def _fingerprint(self, manifests: Mapping[date, Mapping[str, Any]]) -> str:
        digest = hashlib.sha256(self._context.encode())
        for day, manifest in manifests.items():
            digest.update(f"|{day.isoformat()}|{manifest['fingerprint']}".encode())
        return digest.hexdigest()

    def _kept_fingerprint(self, first: date) -> str:
        try:
            with self._path(first).open("rb") as file:
                return str(_header(file)["fingerprint"])
        except FileNotFoundError:
            return ""

    def _read_day(self, day: date, table: str, columns: Sequence[str]) -> Mapping[str, Any]:
        path = self._derived.folder / f"day={day.isoformat()}" / f"{table}.parquet"
        found = pq.ParquetFile(path).read(columns=list(columns), use_threads=False)
        return {name: _column(found[name].combine_chunks()) for name in columns}


def _forget_cut_short(folder: Path) -> None:
    """Remove files that a process which was killed had begun, here or on another machine."""
    old = time.time() - _LEFT_S
    for path in folder.glob("*.new"):
        if path.stat().st_mtime < old:
            path.unlink(missing_ok=True)


def _column(column: pa.Array) -> pd.Categorical | NDArray[np.generic]:
    """Return a column as an array, names as a categorical."""
    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks else pa.array([], column.type)
    if pa.types.is_dictionary(column.type):
        return pd.Categorical.from_codes(
            column.indices.to_numpy(zero_copy_only=False),
            categories=pd.Index(column.dictionary.to_pylist(), dtype=object),
        )
    values: NDArray[np.generic] = column.to_numpy(zero_copy_only=False)
    return values


def _arrays(month: PatrolMonth) -> dict[str, NDArray[Any]]:
    """Return the arrays of a month by name."""
    named: dict[str, NDArray[Any]] = {"unplaced": month.unplaced}
    for table in _TABLES:
        rows: CellRows = getattr(month, table)
        named |= {f"{table}.{name}": array for name, array in rows._asdict().items()}
    return named


def _write(month: PatrolMonth, path: Path, fingerprint: str) -> None:
    """Write a month aside, sync it and put it in place."""
    arrays = _arrays(month)
    header = {
        "fingerprint": fingerprint,
        "first": month.first.isoformat(),
        "days": [day.isoformat() for day in month.days],
        "counts": [[dict(counts.fixes), counts.tunnels] for counts in month.counts],
        "units": month.units,
        "arrays": [
            [name, array.dtype.newbyteorder("<").str, list(array.shape)]
            for name, array in arrays.items()
        ],
    }
    text = json.dumps(header, ensure_ascii=False).encode()
    with _put(path) as file:
        file.write(_MAGIC + len(text).to_bytes(8, "little") + text)
        for array in arrays.values():
            file.write(bytes(-file.tell() % _ALIGNED))
            file.write(np.ascontiguousarray(array, array.dtype.newbyteorder("<")).data)


@contextmanager
def _put(path: Path) -> Iterator[BinaryIO]:
    """Yield a file that takes its place, synced, when all is written; else it is not left."""
    with NamedTemporaryFile(dir=path.parent, suffix=".new", delete=False) as file:
        aside = Path(file.name)
        try:
            yield cast("BinaryIO", file)
            file.flush()
            os.fsync(file.fileno())
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)


def _header(file: BinaryIO) -> dict[str, Any]:
    """Return the header of a month's file, which is read to the header's end."""
    if file.read(len(_MAGIC)) != _MAGIC:
        raise StoreError(
            "{file} is not the file that was written; delete it: it is worked out again",
            file=file.name,
        )
    length = int.from_bytes(file.read(8), "little")
    header: dict[str, Any] = json.loads(file.read(length))
    return header


def _read(path: Path) -> PatrolMonth:
    """Return a month whose arrays are mapped."""
    with path.open("rb") as file:
        header = _header(file)
        at = file.tell()
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    arrays: dict[str, NDArray[Any]] = {}
    for name, dtype, shape in header["arrays"]:
        at += -at % _ALIGNED
        count = int(np.prod(shape))
        arrays[name] = np.frombuffer(mapped, dtype, count, at).reshape(shape)
        at += arrays[name].nbytes
    first = date.fromisoformat(header["first"])
    tables = {
        table: CellRows(*(arrays[f"{table}.{name}"] for name in CellRows._fields))
        for table in _TABLES
    }
    return PatrolMonth(
        first=first,
        days=tuple(date.fromisoformat(day) for day in header["days"]),
        counts=tuple(DayCounts(*counts) for counts in header["counts"]),
        units=tuple(header["units"]),
        unplaced=arrays["unplaced"],
        **tables,
    )
