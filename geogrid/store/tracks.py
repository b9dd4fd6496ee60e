"""Fixes of one workspace: a folder per local day, sorted, 5 to 6 bytes a fix."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from geogrid.analysis.patrol_day import EDGE_FIXES
from geogrid.errors import StoreError
from geogrid.kernels.fixes import Fixes
from geogrid.kernels.sorted_fixes import empty_fixes, merge_on, put_rest
from geogrid.model.tracks import Tracks, renumbered
from geogrid.store.transaction import Transaction

_DAY_BITS: Final = 24  # more than the number of any day of the calendar
_COLUMNS: Final = ["unit", "t", "lon", "lat"]
_DELTA: Final = dict.fromkeys(("t", "lon", "lat"), "DELTA_BINARY_PACKED")


@dataclass(frozen=True, slots=True)
class AddedFixes:
    """What adding fixes did.

    Parameters
    ----------
    days
        Local days that got fixes, rising.
    added
        Fixes that are new.
    equal
        Fixes that were there already.
    conflicting
        Fixes left out because their unit is elsewhere at the same time; of two such fixes the
        one further west stays, then the one further south, whatever the order of imports.
    """

    days: tuple[date, ...]
    added: int
    equal: int
    conflicting: int


@dataclass(frozen=True, slots=True, eq=False)
class DayInputs:
    """What a local day is worked out of, without its own fixes: those are read when needed.

    Parameters
    ----------
    day
        The local day.
    fingerprint
        Changes when any fix of the day or its halo does.
    halo
        Each unit's last three fixes before the day and first three after it.
    """

    day: date
    fingerprint: str
    halo: Tracks


@dataclass(frozen=True, slots=True, eq=False)
class _Edges:
    """The first and last fixes of all days, in order of unit and time; ``day`` is an ordinal."""

    units: tuple[str, ...]
    fixes: Fixes
    day: NDArray[np.int64]

    def around(self, day: int) -> Tracks:
        """Return each unit's last three fixes before a day and first three after it."""
        unit = self.fixes.unit.astype(np.int64)
        starts = np.flatnonzero(np.diff(unit, prepend=-1))
        ends = np.append(starts[1:], unit.size)[: starts.size]
        key = (unit << _DAY_BITS) | self.day
        wanted = (unit[starts] << _DAY_BITS) | day
        first, after = np.searchsorted(key, wanted), np.searchsorted(key, wanted, "right")
        steps = np.arange(EDGE_FIXES)
        before = first[:, None] - 1 - steps
        behind = after[:, None] + steps
        rows = [before[before >= starts[:, None]], behind[behind < ends[:, None]]]
        near = Fixes._make(column[np.sort(np.concatenate(rows))] for column in self.fixes)
        present, code = np.unique(near.unit, return_inverse=True)
        units = tuple(self.units[number] for number in present)
        return Tracks(units, *near._replace(unit=code.astype(np.int32)))


class TrackStore:
    """The fixes of a workspace.

    Parameters
    ----------
    root
        The workspace's folder.
    time_zone
        IANA name; says which local day a fix belongs to.
    """

    def __init__(self, root: Path, time_zone: str) -> None:
        self.root = root
        self.time_zone = time_zone

    def days(self) -> tuple[date, ...]:
        """Return the local days with fixes, rising."""
        files = (self.root / "tracks").glob("day=*/manifest.json")
        return tuple(sorted(date.fromisoformat(f.parent.name.removeprefix("day=")) for f in files))

    def fingerprint(self, day: date) -> str:
        """Return the SHA-256 of a day's fixes.

        Parameters
        ----------
        day
            A local day with fixes.

        Returns
        -------
        str
            Hexadecimal; empty for a day without fixes.
        """
        manifest = self.root / _folder(day) / "manifest.json"
        if not manifest.exists():
            return ""
        return str(json.loads(manifest.read_text("utf-8"))["sha256"])

    def read(self, day: date) -> Tracks:
        """Return the fixes of a local day.

        Parameters
        ----------
        day
            The day; one without fixes gives none.

        Returns
        -------
        Tracks
            The fixes.
        """
        path = self._path(day, "fixes")
        return _read(path) if path.exists() else Tracks.empty()

    def _path(self, day: date, name: str) -> Path:
        return self.root / _folder(day) / f"{name}.parquet"

    def with_edges(self) -> Iterator[DayInputs]:
        """Yield each local day from the first to the last with the fixes that it needs.

        Yields
        ------
        DayInputs
            Days without fixes come too: a unit can be silent all day.
        """
        known = self.days()
        if not known:
            return
        edges = self._edges(known)
        for number in range(known[0].toordinal(), known[-1].toordinal() + 1):
            halo, day = edges.around(number), date.fromordinal(number)
            digest = hashlib.sha256(f"{self.fingerprint(day)}|{halo.units}".encode())
            for column in (halo.unit, halo.t, halo.lon, halo.lat):
                digest.update(column.tobytes())
            yield DayInputs(day, digest.hexdigest(), halo)

    def _edges(self, known: tuple[date, ...]) -> _Edges:
        """Return the fixes at the edges of days."""
        parts = [_read(self._path(day, "edges")) for day in known]
        units = tuple(sorted({name for part in parts for name in part.units}))
        unit = np.concatenate([renumbered(part.unit, part.units, units) for part in parts])
        t, lon, lat = (
            np.concatenate([getattr(part, name) for part in parts]) for name in ("t", "lon", "lat")
        )
        day = np.repeat([d.toordinal() for d in known], [len(part) for part in parts])
        order = np.lexsort((t, unit))
        return _Edges(units, Fixes(unit[order], t[order], lon[order], lat[order]), day[order])

    def read_inputs(self, inputs: DayInputs) -> Tracks:
        """Return the fixes of a day and of its halo.

        Parameters
        ----------
        inputs
            From `with_edges`.

        Returns
        -------
        Tracks
            The fixes.

        Raises
        ------
        StoreError
            The day's file is not the one that was written.
        """
        path = self._path(inputs.day, "fixes")
        if not path.exists():
            return inputs.halo
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != self.fingerprint(inputs.day):
            raise StoreError(
                "{file} is not the file that was written: an import is replacing it just now, "
                "or it is damaged; try again, then restore it from a backup",
                file=path,
            )
        return _read(pa.BufferReader(content), inputs.halo)

    def add(self, change: Transaction, tracks: Tracks) -> AddedFixes:
        """Add fixes to the days they belong to.

        Parameters
        ----------
        change
            The transaction that takes the new files.
        tracks
            Fixes of any days.

        Returns
        -------
        AddedFixes
            What was new.
        """
        local = pd.to_datetime(tracks.t, unit="ms", utc=True).tz_convert(self.time_zone)
        number = local.tz_localize(None).to_numpy().astype("datetime64[D]")
        added = equal = conflicting = 0
        days = np.unique(number)
        for day in days:
            here = number == day
            fresh = _part(tracks, here)
            merged, counts = self._merged(change, day.item(), fresh)
            added, equal, conflicting = (
                added + counts[0],
                equal + counts[1],
                conflicting + counts[2],
            )
            _write_day(change, day.item(), merged)
        return AddedFixes(tuple(day.item() for day in days), added, equal, conflicting)

    def replace_day(self, change: Transaction, day: date, tracks: Tracks) -> None:
        """Put other fixes in the place of a local day's.

        Parameters
        ----------
        change
            The transaction that takes the new files.
        day
            A local day with fixes.
        tracks
            Its fixes from now on; with none the day is gone.
        """
        if len(tracks):
            _write_day(change, day, _part(tracks, np.ones(len(tracks), dtype=bool)))
            return
        folder = self.root / _folder(day)
        change.removed |= {path.relative_to(self.root).as_posix() for path in folder.iterdir()}

    def _merged(
        self, change: Transaction, day: date, fresh: pd.DataFrame
    ) -> tuple[pd.DataFrame, tuple[int, int, int]]:
        """Return a day's old and fresh fixes, one per unit and time, and the counts."""
        path = change.current(f"{_folder(day)}/fixes.parquet")
        old = _frame(path) if path.exists() else fresh.iloc[:0]
        both = pd.concat([old, fresh], ignore_index=True)
        once = both.drop_duplicates(ignore_index=True)
        ordered = once.sort_values(_COLUMNS, ignore_index=True)
        merged = ordered.drop_duplicates(["unit", "t"], ignore_index=True)
        equal, conflicting = len(both) - len(once), len(once) - len(merged)
        return merged, (len(merged) - len(old), equal, conflicting)


def _folder(day: date) -> str:
    return f"tracks/day={day.isoformat()}"


def _frame(file: Path) -> pd.DataFrame:
    frame: pd.DataFrame = pq.ParquetFile(file).read().to_pandas()
    return frame.astype({"unit": object})


def _read(file: Path | pa.NativeFile, halo: Tracks | None = None) -> Tracks:
    """Return the fixes of a file, which lie there in order, and others among them.

    One group of rows after another goes to its place: of a whole day's decoded columns there is
    never a second copy.
    """
    few = Tracks.empty() if halo is None else halo
    stored = pq.ParquetFile(file)
    if not stored.metadata.num_rows:
        return few
    unit = stored.read(["unit"], use_threads=False).unify_dictionaries().combine_chunks()["unit"]
    names = tuple(unit.chunk(0).dictionary.to_pylist())
    units = names if set(few.units) <= set(names) else tuple(sorted({*names, *few.units}))
    others = few.numbered(units)
    code = renumbered(unit.chunk(0).indices.to_numpy(), names, units)
    out, n, used = empty_fixes(code.size + len(few)), 0, 0
    for group in range(stored.num_row_groups):
        table = stored.read_row_group(group, ["t", "lon", "lat"], use_threads=False)
        columns = (column.combine_chunks().to_numpy() for column in table.columns)
        part = Fixes(code[n - used : n - used + table.num_rows], *columns)
        n, used = merge_on(out, n, part, others, used)
    put_rest(out, n, others, used)
    return Tracks(units, *out)


def _part(tracks: Tracks, here: NDArray[np.bool_]) -> pd.DataFrame:
    names = np.array(tracks.units, dtype=object)
    return pd.DataFrame(
        {
            "unit": names[tracks.unit[here]],
            "t": tracks.t[here],
            "lon": tracks.lon[here],
            "lat": tracks.lat[here],
        }
    )


def _write_day(change: Transaction, day: date, frame: pd.DataFrame) -> None:
    """Write a day's fixes, the ones at its edges, and their hash."""
    fixes = change.path_for(f"{_folder(day)}/fixes.parquet")
    _write(frame, fixes)
    by_unit = frame.groupby("unit", sort=True)
    edges = pd.concat([by_unit.head(EDGE_FIXES), by_unit.tail(EDGE_FIXES)])
    _write(
        edges.drop_duplicates().sort_values(["unit", "t"], ignore_index=True),
        change.path_for(f"{_folder(day)}/edges.parquet"),
    )
    manifest = {
        "fixes": len(frame),
        "units": int(frame["unit"].nunique()),
        "sha256": hashlib.sha256(fixes.read_bytes()).hexdigest(),
    }
    change.path_for(f"{_folder(day)}/manifest.json").write_text(json.dumps(manifest), "utf-8")


def _write(frame: pd.DataFrame, path: Path) -> None:
    table = pa.table(
        {
            "unit": pa.array(frame["unit"].astype(str)).dictionary_encode(),
            "t": pa.array(frame["t"], pa.int64()),
            "lon": pa.array(frame["lon"], pa.int32()),
            "lat": pa.array(frame["lat"], pa.int32()),
        }
    )
    pq.write_table(table, path, compression="none", use_dictionary=["unit"], column_encoding=_DELTA)
