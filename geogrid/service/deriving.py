"""How a local day is derived, in this process or in a worker's: one way for every engine.

What travels to a worker is a `DayTask`, and what comes back a `DayDone`; both are small. The
worker opens the workspace's folder itself, and leaves the day there. A task that is done twice
writes the same bytes, and a day is read once for the sums, so nothing counts twice.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geogrid.analysis.cleaning import Tunnels
from geogrid.analysis.day_walk import Ground
from geogrid.analysis.patrol_day import PatrolDay, hour_edges, patrol_day
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.analysis.reduced_days import day_of_sums
from geogrid.crs import WGS84, reprojection
from geogrid.errors import StoreError
from geogrid.model.points_inside import points_inside
from geogrid.model.tracks import DEGREE_STEPS, Tracks
from geogrid.scale.local import Engine
from geogrid.service.shelf import Shelf
from geogrid.store.derived import DerivedStore
from geogrid.store.registers import RegisterStore
from geogrid.store.tracks import DayInputs

logger = logging.getLogger(__name__)
SEEN_S: Final = 40.0  # NFS may keep for 30 s that a folder was not there (nfs(5), acdirmin)
_POLL_S: Final = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Derivation:
    """Everything that days are derived with, beside their fixes.

    Parameters
    ----------
    shelf
        The workspace.
    store
        Where the days are kept, and by which rules.
    units
        The only units that count, sorted; ``None`` for all.
    depots
        Land of all depots in the working CRS; ``None`` when there are none.
    tunnels
        Those among the roads.
    """

    shelf: Shelf
    store: DerivedStore
    units: tuple[str, ...] | None
    depots: shapely.Geometry | None
    tunnels: Tunnels

    @classmethod
    def of(
        cls, shelf: Shelf, rules: PatrolRules, units: tuple[str, ...] | None = None
    ) -> Derivation:
        """Return how a workspace's days are derived.

        Parameters
        ----------
        shelf
            The workspace.
        rules
            Thresholds.
        units
            The only units that count, sorted; ``None`` for all.

        Returns
        -------
        Derivation
            For any number of days.
        """
        return cls(shelf, shelf.derived(rules, units), units, _depot_land(shelf), shelf.tunnels())

    def task(self, inputs: DayInputs) -> DayTask:
        """Return a day's work, to be done anywhere.

        Parameters
        ----------
        inputs
            What the day is worked out of.

        Returns
        -------
        DayTask
            The work.
        """
        return DayTask(
            root=self.shelf.root.resolve(),
            rules=self.store.rules,
            units=self.units,
            inputs=inputs,
            fixes=self.shelf.tracks.fingerprint(inputs.day),
            kept_as=self.store.fingerprint(inputs.fingerprint),
        )

    def derive(self, task: DayTask) -> PatrolDay:
        """Return a day from the store, or derive and keep it.

        Parameters
        ----------
        task
            From `task`, of this or another process.

        Returns
        -------
        PatrolDay
            The day.

        Raises
        ------
        StoreError
            The day's fixes are not the ones that the task was made for.
        """
        inputs = task.inputs
        kept = self.store.read(inputs.day, inputs.fingerprint)
        if kept is not None:
            return kept
        derived = self._derived(inputs)
        if self.shelf.tracks.fingerprint(inputs.day) != task.fixes:
            raise StoreError(
                "the fixes of {day} were replaced by an import while the day was derived; "
                "ask again",
                day=inputs.day,
            )
        self.store.write(derived, inputs.fingerprint)
        return derived

    def _derived(self, inputs: DayInputs) -> PatrolDay:
        """Work a day out of its fixes, or of its sums where they are all there is."""
        shelf = self.shelf
        if shelf.tracks.sums.holds(inputs.day):
            return day_of_sums(shelf.tracks.sums.read(inputs.day))
        every = shelf.tracks.read_inputs(inputs)
        tracks = every if self.units is None else tracks_of_units(every, self.units)
        derived = patrol_day(
            tracks,
            inputs.day,
            shelf.config.time_zone,
            shelf.projection,
            rules=self.store.rules,
            ground=Ground(
                None if self.depots is None else _in_depot(shelf, tracks, self.depots),
                self.tunnels,
            ),
        )
        if self.units is None:
            return derived
        edges = hour_edges(inputs.day, shelf.config.time_zone)
        others = _within(every, edges) - _within(tracks, edges)
        return replace(derived, fixes={**derived.fixes, "other_units": others})


@dataclass(frozen=True, slots=True, eq=False)
class DayTask:
    """A day's work, small enough to be sent to another machine.

    Parameters
    ----------
    root
        The workspace's folder, the same path everywhere.
    rules
        Thresholds.
    units
        The only units that count, sorted; ``None`` for all.
    inputs
        What the day is worked out of.
    fixes
        Hash of the day's own fixes.
    kept_as
        The fingerprint under which the day will be looked for.
    """

    root: Path
    rules: PatrolRules
    units: tuple[str, ...] | None
    inputs: DayInputs
    fixes: str
    kept_as: str


@dataclass(frozen=True, slots=True)
class DayDone:
    """That a day is derived and kept.

    Parameters
    ----------
    day
        The local day.
    inputs
        Fingerprint of its inputs.
    passes
        Number of its passes.
    """

    day: date
    inputs: str
    passes: int


def derive_day(task: DayTask) -> DayDone:
    """Derive a day in a worker's process, and leave it in the workspace's folder.

    Parameters
    ----------
    task
        The work.

    Returns
    -------
    DayDone
        Not the day itself: whoever asked reads its files.

    Raises
    ------
    StoreError
        The folder is not there, or holds other facts than those the task was made from.
    """
    registers_ns = RegisterStore(task.root).changed_ns()
    if not registers_ns:
        raise StoreError(
            "a worker does not find the workspace {folder}; it must lie on a file system that "
            "this machine and all workers share, under one path",
            folder=task.root,
        )
    derivation = _derivation(task.root, registers_ns, task.rules, task.units)
    if derivation.store.fingerprint(task.inputs.fingerprint) != task.kept_as:
        raise StoreError(
            "a worker sees another workspace in {folder}, or has another version of geogrid; "
            "give all workers the same folder and version, and ask again",
            folder=task.root,
        )
    derived = derivation.derive(task)
    return DayDone(task.inputs.day, task.inputs.fingerprint, len(derived.passes))


@lru_cache(maxsize=2)
def _opened(root: Path, registers_ns: int) -> Shelf:  # noqa: ARG001 - a key: other registers, other shelf
    """Return a worker's own opened workspace, so that its projection is fitted once."""
    return Shelf.open(root)


@lru_cache(maxsize=2)
def _derivation(
    root: Path, registers_ns: int, rules: PatrolRules, units: tuple[str, ...] | None
) -> Derivation:
    return Derivation.of(_opened(root, registers_ns), rules, units)


def derived_by(
    engine: Engine, derivation: Derivation, inputs: Iterable[DayInputs]
) -> Iterator[PatrolDay]:
    """Yield days in order, derived where an engine works.

    Parameters
    ----------
    engine
        Where the work is done.
    derivation
        How.
    inputs
        What each day is worked out of.

    Yields
    ------
    PatrolDay
        In the order of the inputs.

    Raises
    ------
    StoreError
        A worker has derived a day that does not appear in the workspace's folder.
    """
    tasks = map(derivation.task, inputs)
    if engine.shares_memory:
        yield from engine(derivation.derive, tasks)
        return
    for task in tasks:  # no cluster is started for days that are kept
        kept = derivation.store.read(task.inputs.day, task.inputs.fingerprint)
        if kept is None:
            for done in engine(derive_day, chain([task], tasks)):
                yield _read_back(derivation.store, done)
            return
        yield kept


def _read_back(store: DerivedStore, done: DayDone) -> PatrolDay:
    """Return a day that a worker has left in the store."""
    until = time.monotonic() + SEEN_S
    while (derived := store.read(done.day, done.inputs)) is None:
        if time.monotonic() < until:
            time.sleep(_POLL_S)
            continue
        raise StoreError(
            "a worker has derived {day}, and it is not in {folder}; the workspace must lie on a "
            "file system that this machine and all workers share",
            day=done.day,
            folder=store.folder,
        )
    logger.debug("%s: %d passes", done.day, done.passes)
    return derived


def tracks_of_units(tracks: Tracks, units: tuple[str, ...]) -> Tracks:
    """Return the fixes of some units.

    Parameters
    ----------
    tracks
        Fixes.
    units
        Names.

    Returns
    -------
    Tracks
        Names that have no fix are passed over.
    """
    wanted = np.isin(np.array(tracks.units, dtype=object), np.array(units, dtype=object))
    code = np.cumsum(wanted, dtype=np.int32) - 1
    keep = wanted[tracks.unit]
    return Tracks(
        tuple(name for name, has in zip(tracks.units, wanted, strict=True) if has),
        code[tracks.unit[keep]].astype(np.int32),
        tracks.t[keep],
        tracks.lon[keep],
        tracks.lat[keep],
    )


def _within(tracks: Tracks, edges: NDArray[np.int64]) -> int:
    """Return the number of fixes inside a day, those of its neighbours left out."""
    return int(((tracks.t >= edges[0]) & (tracks.t < edges[-1])).sum())


def _depot_land(shelf: Shelf) -> shapely.Geometry | None:
    """Return the land of all depots in the working CRS: polygons, and points with a radius."""
    if "depots" not in shelf.registers.kinds():
        return None
    frame = shelf.registers.read("depots")
    shapes = shapely.transform(frame.geometry.to_numpy(), reprojection(WGS84, shelf.config.crs))
    radius = frame["radius_m"].to_numpy(float) if "radius_m" in frame else np.nan
    grown = shapely.buffer(shapes, np.nan_to_num(radius, nan=0.0))
    return shapely.union_all(grown)


def _in_depot(shelf: Shelf, tracks: Tracks, depots: shapely.Geometry) -> NDArray[np.bool_]:
    """Tell which fixes lie in a depot; only those in the box of one are looked at closely."""
    x, y = shelf.projection.to_metres(tracks.lon, tracks.lat, per_degree=DEGREE_STEPS)
    west, south, east, north = shapely.bounds(shapely.get_parts(depots)).T
    near = np.zeros(len(tracks), dtype=np.bool_)
    for box in zip(west, south, east, north, strict=True):
        near |= (x >= box[0]) & (y >= box[1]) & (x <= box[2]) & (y <= box[3])
    found = np.zeros(len(tracks), dtype=np.bool_)
    found[near] = points_inside(depots, x[near], y[near])
    return found
