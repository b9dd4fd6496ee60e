"""Which pieces of road were driven in which hours, kept per local day until an input changes."""

from __future__ import annotations

import hashlib
import io
import json
import os
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.road_patrol import RoadPieces
from geogrid.store.derived import DerivedStore

_PIECES: Final = "pieces"
_DAY: Final = "day"
_INDEX: Final = "index.json"


class RoadDayStore:
    """The driven roads of a workspace for one set of rules.

    Parameters
    ----------
    derived
        The derived days that they stand beside, with the rules they were worked out by.
    roads
        Hash of the roads, the way they are cut and the method.
    """

    def __init__(self, derived: DerivedStore, roads: str) -> None:
        self.folder = derived.folder / "roads"
        self._derived, self._roads = derived, roads

    def _path(self, name: str, inputs: str) -> Path:
        text = f"{self._roads}|{inputs}" if name == _PIECES else self._hashed(inputs)
        return self.folder / f"{name}.{hashlib.sha256(text.encode()).hexdigest()[:32]}.npz"

    def _hashed(self, inputs: str) -> str:
        return f"{self._roads}|{self._derived.fingerprint(inputs)}"

    def pieces(self) -> RoadPieces | None:
        """Return the pieces of the roads, if they are kept."""
        kept = _read(self._path(_PIECES, ""))
        return None if kept is None else RoadPieces(kept["segments"], kept["road"])

    def put_pieces(self, pieces: RoadPieces) -> None:
        """Keep the pieces of the roads.

        Parameters
        ----------
        pieces
            All of them.
        """
        self._put(_PIECES, "", {"segments": pieces.segments, "road": pieces.road})

    def current(self, stamp: str) -> dict[date, str] | None:
        """Return the days that were kept when all fixes had a stamp.

        Parameters
        ----------
        stamp
            Hash of all fixes.

        Returns
        -------
        dict of date to str
            Hash of each day's inputs; ``None`` where the stamp is another.
        """
        try:
            kept = json.loads((self.folder / _INDEX).read_text("utf-8"))
        except FileNotFoundError:
            return None
        if kept["stamp"] != self._hashed(stamp):
            return None
        return {date.fromisoformat(day): inputs for day, inputs in kept["days"].items()}

    def put_current(self, stamp: str, days: dict[date, str]) -> None:
        """Note that all days are kept, and remove days that are no longer asked for.

        Parameters
        ----------
        stamp
            Hash of all fixes.
        days
            Hash of each day's inputs.
        """
        kept = {day.isoformat(): inputs for day, inputs in days.items()}
        wanted = {self._path(_name(day), inputs) for day, inputs in days.items()}
        for path in self.folder.glob(f"{_DAY}=*.npz"):
            if path not in wanted:
                path.unlink(missing_ok=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"stamp": self._hashed(stamp), "days": kept})
        self._replace(self.folder / _INDEX, text.encode())

    def has_day(self, day: date, inputs: str) -> bool:
        """Tell whether a day is kept.

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
        return self._path(_name(day), inputs).exists()

    def day(self, day: date, inputs: str) -> tuple[NDArray[np.int32], NDArray[np.int32]] | None:
        """Return the pieces that were driven in a day, and in which hours.

        Parameters
        ----------
        day
            The local day.
        inputs
            Hash of the day's fixes.

        Returns
        -------
        piece, hours : ndarray of int32
            Positions, rising, and a bit for each hour; ``None`` where the day is not kept.
        """
        kept = _read(self._path(_name(day), inputs))
        return None if kept is None else (kept["piece"], kept["hours"])

    def put_day(self, day: date, inputs: str, hours: NDArray[np.int32]) -> None:
        """Keep a day.

        Parameters
        ----------
        day
            The local day.
        inputs
            Hash of the day's fixes.
        hours
            A bit for each hour in which a piece was driven, shape (n_pieces,).
        """
        piece = np.flatnonzero(hours).astype(np.int32)
        self._put(_name(day), inputs, {"piece": piece, "hours": hours[piece]})

    def _put(self, name: str, inputs: str, arrays: dict[str, NDArray[Any]]) -> None:
        """Write arrays, and remove what was kept under the name before."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path, content = self._path(name, inputs), io.BytesIO()
        np.savez(content, **arrays)  # type: ignore[arg-type]  # the stub takes them for flags
        self._replace(path, content.getvalue())
        for old in self.folder.glob(f"{name}.*.npz"):
            if old != path:
                old.unlink(missing_ok=True)

    def _replace(self, path: Path, content: bytes) -> None:
        """Put a file in place, synced; another process may do the same."""
        with NamedTemporaryFile(dir=self.folder, suffix=".new", delete=False) as file:
            aside = Path(file.name)
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                aside.replace(path)
            finally:
                aside.unlink(missing_ok=True)


def _name(day: date) -> str:
    return f"{_DAY}={day.isoformat()}"


def _read(path: Path) -> dict[str, NDArray[Any]] | None:
    """Return the arrays of a file; ``None`` where there is none."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            return {name: kept[name] for name in kept.files}
    except FileNotFoundError:
        return None
