"""Data of one source is taken out of a workspace again: shown first, then one change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geogrid import io
from geogrid.errors import InputError
from geogrid.io import ReadOptions
from geogrid.model.tracks import Tracks
from geogrid.service.import_results import KINDS
from geogrid.service.outlook import Outlook
from geogrid.service.shelf import Shelf
from geogrid.store.transaction import Transaction, forget_undo, transaction


@dataclass(frozen=True, slots=True)
class Source:
    """What is to be taken out.

    Parameters
    ----------
    kind
        What it is, such as ``tracks``.
    file
        The file that brought it: its fixes, or the ids in it. ``None`` for no such limit.
    options
        What is declared of the file.
    units
        Only fixes of these; all if empty.
    first, last
        Only fixes of these local days, both included; ``None`` for no limit.
    """

    kind: str
    file: Path | None = None
    options: ReadOptions | None = None
    units: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(
                "this version does not import {kind!r}; it imports {kinds}",
                kind=self.kind,
                kinds=", ".join(KINDS),
            )
        by_time = bool(self.units or self.first or self.last)
        if by_time and self.kind != "tracks":
            raise InputError("only tracks are removed by unit or day; name a file with --file")
        if not by_time and self.file is None:
            raise InputError(
                "say what to remove: --file FILE, or of tracks --unit, --from and --to"
            )

    def holds(self, day: date) -> bool:
        """Tell whether a local day is between the limits.

        Parameters
        ----------
        day
            A local day.

        Returns
        -------
        bool
            True where it is, or there are no limits.
        """
        return (self.first or date.min) <= day <= (self.last or date.max)


class Removal(Outlook):
    """Everything that can be asked of a workspace; and data of a source can be taken out."""

    def remove(self, source: Source, *, confirmed: bool, for_good: bool = False) -> dict[str, Any]:
        """Take data of a source out, or say how much it would be.

        Parameters
        ----------
        source
            What.
        confirmed
            Do it; otherwise nothing is changed.
        for_good
            Also drop what `undo` would put back.

        Returns
        -------
        dict
            ``kind``, ``removed`` (fixes or entries), ``days`` touched, ``done``; of tracks
            ``in_sums``: reduced days between the limits, in whose sums a file's or a unit's part
            stays.

        Raises
        ------
        InputError
            The file cannot be used.
        LayerNotFoundError
            Nothing of that kind is registered.
        """
        entry: dict[str, Any] = {
            "at": datetime.now(UTC).replace(microsecond=0).isoformat(),
            "kind": source.kind,
            "removal": True,
            "files": [],
        }
        with self._lock:
            count, days = _counted(self._shelf, source)
            in_sums = _left_in_sums(self._shelf, source)
            if confirmed and count:
                with transaction(self._shelf.root, entry) as change:
                    _take_out(self._shelf, change, source)
                    entry["removed"] = count
                if for_good:
                    forget_undo(self._shelf.root)
        return {
            "kind": source.kind,
            "removed": count,
            "days": [day.isoformat() for day in days],
            "done": bool(confirmed and count),
            **in_sums,
        }


def _counted(shelf: Shelf, source: Source) -> tuple[int, list[date]]:
    """Return how many fixes or entries would go, and of which days."""
    if source.kind == "tracks":
        listed = _listed_fixes(source)
        touched = {
            day: int(gone.sum())
            for day in _days(shelf, source)
            if (gone := _gone(shelf.tracks.read(day), source, listed)).any()
        }
        reduced = _reduced_days(shelf, source)
        fixes = sum(sum(shelf.tracks.sums.manifest(day)["fixes"].values()) for day in reduced)
        return fixes + sum(touched.values()), [*reduced, *touched]
    ids = _ids(source)
    if source.kind == "incidents":
        return int(shelf.incidents.frame()["id"].isin(ids).sum()), []
    return int(shelf.registers.read(source.kind).index.isin(ids).sum()), []


def _take_out(shelf: Shelf, change: Transaction, source: Source) -> None:
    if source.kind == "incidents":
        shelf.incidents.remove(change, _ids(source))
    elif source.kind != "tracks":
        shelf.registers.remove(change, source.kind, _ids(source))
    else:
        listed = _listed_fixes(source)
        for day in _reduced_days(shelf, source):
            shelf.tracks.sums.remove(change, day)
        for day in _days(shelf, source):
            tracks = shelf.tracks.read(day)
            gone = _gone(tracks, source, listed)
            if gone.any():
                shelf.tracks.replace_day(change, day, _part(tracks, ~gone))


def _days(shelf: Shelf, source: Source) -> list[date]:
    return [day for day in shelf.tracks.days() if source.holds(day)]


def _reduced_days(shelf: Shelf, source: Source) -> list[date]:
    """Return the days whose sums go: a file's or a unit's part of a sum is not known."""
    if source.file is not None or source.units:
        return []
    return [day for day in shelf.tracks.sums.days() if source.holds(day)]


def _left_in_sums(shelf: Shelf, source: Source) -> dict[str, list[str]]:
    """Return the reduced days that keep a part of what is taken out, if there can be any."""
    kept = [day for day in shelf.tracks.sums.days() if source.holds(day)]
    if source.kind != "tracks" or not kept or _reduced_days(shelf, source):
        return {}
    return {"in_sums": [day.isoformat() for day in kept]}


def _gone(
    tracks: Tracks, source: Source, listed: set[tuple[str, int, int, int]] | None
) -> NDArray[np.bool_]:
    """Tell which fixes of a day are the source's."""
    gone = np.ones(len(tracks), dtype=bool)
    if source.units:
        chosen = np.array([unit in source.units for unit in tracks.units], dtype=bool)
        gone &= chosen[tracks.unit]
    if listed is not None:
        fixes = _as_tuples(tracks)
        gone &= np.array([fix in listed for fix in fixes], dtype=bool)
    return gone


def _listed_fixes(source: Source) -> set[tuple[str, int, int, int]] | None:
    if source.file is None:
        return None
    tracks, _, _ = io.read_tracks(source.file, source.options or ReadOptions())
    return set(_as_tuples(tracks))


def _as_tuples(tracks: Tracks) -> list[tuple[str, int, int, int]]:
    names = np.array(tracks.units, dtype=object)[tracks.unit]
    columns = (names.tolist(), tracks.t.tolist(), tracks.lon.tolist(), tracks.lat.tolist())
    return list(zip(*columns, strict=True))


def _part(tracks: Tracks, kept: NDArray[np.bool_]) -> Tracks:
    used, unit = np.unique(tracks.unit[kept], return_inverse=True)
    return Tracks(
        tuple(tracks.units[i] for i in used),
        unit.astype(np.int32),
        tracks.t[kept],
        tracks.lon[kept],
        tracks.lat[kept],
    )


def _ids(source: Source) -> set[str]:
    if source.file is None:
        return set()
    options = source.options or ReadOptions()
    if source.kind == "incidents":
        return set(io.read_incidents(source.file, options)[0]["id"])
    return set(io.read_register(source.file, source.kind, options)[0].index)
