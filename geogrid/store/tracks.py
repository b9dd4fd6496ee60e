"""Fixes of one workspace: a folder per local day, sorted, 5 to 6 bytes a fix."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from geogrid.analysis.patrol_day import EDGE_FIXES
from geogrid.errors import InputError, StoreError
from geogrid.kernels.fixes import Fixes
from geogrid.model.tracks import Tracks, renumbered
from geogrid.store.day_edges import DayEdges
from geogrid.store.day_sums import SumsStore, last_fixes_of
from geogrid.store.fix_files import read_fixes, read_frame, write_fixes
from geogrid.store.transaction import Transaction

_COLUMNS: Final = ["unit", "t", "lon", "lat"]


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
        self.sums = SumsStore(root)

    def days(self) -> tuple[date, ...]:
        """Return the local days with fixes, rising."""
        files = (self.root / "tracks").glob("day=*/manifest.json")
        return tuple(sorted(date.fromisoformat(f.parent.name.removeprefix("day=")) for f in files))

    def calendar(self) -> tuple[date, ...]:
        """Return the local days with fixes and those that are kept as sums only, rising."""
        return (*self.sums.imported_days(), *self.days())

    def fingerprint(self, day: date) -> str:
        """Return the SHA-256 of a day's fixes, or of what is kept of a reduced day.

        Parameters
        ----------
        day
            A local day.

        Returns
        -------
        str
            Hexadecimal; empty for a day of which nothing is kept.
        """
        manifest = self.root / _folder(day) / "manifest.json"
        if not manifest.exists():
            return self.sums.fingerprint(day) if self.sums.holds(day) else ""
        return str(json.loads(manifest.read_text("utf-8"))["sha256"])

    def count(self, day: date) -> int:
        """Return how many fixes a local day has.

        Parameters
        ----------
        day
            A local day with fixes.

        Returns
        -------
        int
            As its manifest says.
        """
        manifest = self.root / _folder(day) / "manifest.json"
        return int(json.loads(manifest.read_text("utf-8"))["fixes"])

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
        return read_fixes(path) if path.exists() else Tracks.empty()

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
        before = self.sums.last_fixes()
        first = known[0] if before is None else before[0] + timedelta(days=1)
        edges = self._edges(known, before)
        for number in range(first.toordinal(), known[-1].toordinal() + 1):
            halo, day = edges.around(number), date.fromordinal(number)
            digest = hashlib.sha256(f"{self.fingerprint(day)}|{halo.units}".encode())
            for column in (halo.unit, halo.t, halo.lon, halo.lat):
                digest.update(column.tobytes())
            yield DayInputs(day, digest.hexdigest(), halo)

    def reduced_inputs(self, days: Iterable[date]) -> Iterator[DayInputs]:
        """Yield reduced days in the form of those that are worked out of fixes.

        Parameters
        ----------
        days
            Reduced days.

        Yields
        ------
        DayInputs
            Their sums are all there is: they have no halo.
        """
        for day in days:
            yield DayInputs(day, self.sums.fingerprint(day), Tracks.empty())

    def _edges(self, known: tuple[date, ...], before: tuple[date, Path] | None) -> DayEdges:
        """Return the fixes at the edges of days, and the last ones of a reduced day before."""
        files = [(day, self._path(day, "edges")) for day in known]
        files = files if before is None else [before, *files]
        parts = [read_fixes(path) for _, path in files]
        units = tuple(sorted({name for part in parts for name in part.units}))
        unit = np.concatenate([renumbered(part.unit, part.units, units) for part in parts])
        t, lon, lat = (
            np.concatenate([getattr(part, name) for part in parts]) for name in ("t", "lon", "lat")
        )
        day = np.repeat([d.toordinal() for d, _ in files], [len(part) for part in parts])
        order = np.lexsort((t, unit))
        return DayEdges(units, Fixes(unit[order], t[order], lon[order], lat[order]), day[order])

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
        return read_fixes(pa.BufferReader(content), inputs.halo)

    def require_open(self, tracks: Tracks, file: str) -> None:
        """Refuse fixes of days that are kept as sums only, and of days before them.

        Parameters
        ----------
        tracks
            Fixes that are to be added.
        file
            The name of their file.

        Raises
        ------
        InputError
            A fix comes too late.
        """
        reduced = self.sums.days()
        days = self._local_days(tracks) if reduced else np.empty(0, "datetime64[D]")
        late = days[days <= np.datetime64(reduced[-1])] if reduced else days
        if late.size:
            raise InputError(
                "{file}: {count:,} fixes come too late, the first of {first}: up to {last} fixes "
                "were reduced to hourly sums, to which nothing can be added. Leave the rows of "
                "these days out of the file, or import it into a backup made before",
                file=file,
                count=int(late.size),
                first=late.min().item(),
                last=reduced[-1],
            )

    def _local_days(self, tracks: Tracks) -> NDArray[np.datetime64]:
        local = pd.to_datetime(tracks.t, unit="ms", utc=True).tz_convert(self.time_zone)
        days: NDArray[np.datetime64] = local.tz_localize(None).to_numpy().astype("datetime64[D]")
        return days

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
        number = self._local_days(tracks)
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
        else:
            self._remove_day(change, day)

    def reduce_days(self, change: Transaction, days: Sequence[date], last: date) -> None:
        """Take the fixes of days out whose sums are kept.

        Parameters
        ----------
        change
            The transaction that removes the files.
        days
            Local days with fixes, none later than ``last``.
        last
            The newest reduced day; the last fixes of its units stay for the day after.
        """
        before = self.sums.last_fixes()
        if before is not None:
            change.removed.add(before[1].relative_to(self.root).as_posix())
        for day in days:
            self._remove_day(change, day)
        if last in days:
            frame = read_frame(self._path(last, "edges"))
            tail = frame.groupby("unit", sort=True).tail(EDGE_FIXES)
            write_fixes(tail.reset_index(drop=True), change.path_for(last_fixes_of(last)))

    def _remove_day(self, change: Transaction, day: date) -> None:
        folder = self.root / _folder(day)
        change.removed |= {path.relative_to(self.root).as_posix() for path in folder.iterdir()}

    def _merged(
        self, change: Transaction, day: date, fresh: pd.DataFrame
    ) -> tuple[pd.DataFrame, tuple[int, int, int]]:
        """Return a day's old and fresh fixes, one per unit and time, and the counts."""
        path = change.current(f"{_folder(day)}/fixes.parquet")
        old = read_frame(path) if path.exists() else fresh.iloc[:0]
        both = pd.concat([old, fresh], ignore_index=True)
        once = both.drop_duplicates(ignore_index=True)
        ordered = once.sort_values(_COLUMNS, ignore_index=True)
        merged = ordered.drop_duplicates(["unit", "t"], ignore_index=True)
        equal, conflicting = len(both) - len(once), len(once) - len(merged)
        return merged, (len(merged) - len(old), equal, conflicting)


def _folder(day: date) -> str:
    return f"tracks/day={day.isoformat()}"


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
    write_fixes(frame, fixes)
    by_unit = frame.groupby("unit", sort=True)
    edges = pd.concat([by_unit.head(EDGE_FIXES), by_unit.tail(EDGE_FIXES)])
    write_fixes(
        edges.drop_duplicates().sort_values(["unit", "t"], ignore_index=True),
        change.path_for(f"{_folder(day)}/edges.parquet"),
    )
    manifest = {
        "fixes": len(frame),
        "units": int(frame["unit"].nunique()),
        "sha256": hashlib.sha256(fixes.read_bytes()).hexdigest(),
    }
    change.path_for(f"{_folder(day)}/manifest.json").write_text(json.dumps(manifest), "utf-8")
