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

from geogrid.model.tracks import Tracks
from geogrid.store.transaction import Transaction

EDGE_FIXES: Final = 2  # the rule for spikes looks one fix beyond the fix at midnight
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
        folders = (self.root / "tracks").glob("day=*")
        return tuple(sorted(date.fromisoformat(f.name.removeprefix("day=")) for f in folders))

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
        path = self.root / _folder(day) / "fixes.parquet"
        return _tracks(_frame(path)) if path.exists() else Tracks.empty()

    def with_edges(self) -> Iterator[tuple[date, Tracks, str]]:
        """Yield each local day from the first to the last with the fixes that it needs.

        Yields
        ------
        day : date
            Days without fixes come too: a unit can be silent all day.
        tracks : Tracks
            The day's fixes, with each unit's last two before and first two after it.
        fingerprint : str
            Changes when any of these fixes does.
        """
        known = self.days()
        if not known:
            return
        edges = pd.concat(
            [_frame(self.root / _folder(day) / "edges.parquet").assign(day=day) for day in known],
            ignore_index=True,
        )
        every = pd.date_range(known[0], known[-1], freq="D").date
        for day in every:
            before = edges[edges["day"] < day].groupby("unit", observed=True).tail(EDGE_FIXES)
            after = edges[edges["day"] > day].groupby("unit", observed=True).head(EDGE_FIXES)
            halo = pd.concat([before, after])[_COLUMNS]
            digest = hashlib.sha256(self.fingerprint(day).encode())
            digest.update(halo.to_csv(index=False).encode())
            path = self.root / _folder(day) / "fixes.parquet"
            frames = [halo, _frame(path)] if path.exists() else [halo]
            yield day, _tracks(pd.concat(frames, ignore_index=True)), digest.hexdigest()

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


def _frame(path: Path) -> pd.DataFrame:
    frame: pd.DataFrame = pq.ParquetFile(path).read().to_pandas()
    return frame.astype({"unit": object})


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


def _tracks(frame: pd.DataFrame) -> Tracks:
    ordered = frame.sort_values(["unit", "t"], ignore_index=True)
    code, names = pd.factorize(ordered["unit"], sort=True)
    return Tracks(
        tuple(str(name) for name in names),
        code.astype(np.int32),
        ordered["t"].to_numpy(np.int64),
        ordered["lon"].to_numpy(np.int32),
        ordered["lat"].to_numpy(np.int32),
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
