"""One opened workspace: its choices, districts, grid and stores."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

from geogrid.analysis.cleaning import Tunnels
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.crs import crs_fingerprint
from geogrid.errors import InputError
from geogrid.model.boundary import Boundary
from geogrid.model.grid import Grid
from geogrid.model.projection import FastProjection
from geogrid.scale.local import Engine, Threads
from geogrid.store.application import ApplicationStore
from geogrid.store.config import FILE_NAME as CONFIG_FILE
from geogrid.store.config import WorkspaceConfig
from geogrid.store.derived import DerivedStore
from geogrid.store.incidents import IncidentStore
from geogrid.store.registers import RegisterStore
from geogrid.store.tracks import TrackStore
from geogrid.store.transaction import forget_undo, recover, transaction

AREA_PAD_DEG: Final = 0.5  # cross-border pursuits are kept; a wrong hemisphere is not
_CREATING: Final = ".creating"  # in a folder that was to become a workspace
Progress = Callable[[str, int, int], None]


def no_progress(stage: str, done: int, total: int) -> None:
    """Take a progress report and drop it.

    Parameters
    ----------
    stage
        What is being done.
    done, total
        How much of it.
    """


@dataclass(frozen=True, eq=False)
class Shelf:
    """Everything that answers are made from.

    Parameters
    ----------
    root
        The workspace's folder.
    config
        Its choices.
    tracks, registers, incidents, application
        Its stores.
    engine
        Where days are derived: threads of this process by default.
    """

    root: Path
    config: WorkspaceConfig
    tracks: TrackStore
    registers: RegisterStore
    incidents: IncidentStore
    application: ApplicationStore
    engine: Engine = field(default_factory=Threads)

    @cached_property
    def grid(self) -> Grid:
        """The grid over the districts, laid when it is first asked for."""
        config = self.config
        return Grid.over(
            self.registers.districts(), config.cell_size_m, crs=config.crs, origin=config.origin
        )

    @cached_property
    def projection(self) -> FastProjection:
        """From degrees onto the lattice."""
        return FastProjection.fit(self.grid.spec)

    @classmethod
    def create(
        cls, root: Path, config: WorkspaceConfig, boundary: Boundary, entry: dict[str, Any]
    ) -> Shelf:
        """Make a workspace in a new or empty folder.

        The folder is a workspace once ``workspace.toml`` is in it, which is written last.

        Parameters
        ----------
        root
            The folder.
        config
            The workspace's choices.
        boundary
            Its districts, in any CRS.
        entry
            Where the districts come from, for the log.

        Returns
        -------
        Shelf
            The opened workspace.

        Raises
        ------
        InputError
            The folder has files, or the choices do not fit together.
        """
        require_new(root)
        Grid.over(boundary, config.cell_size_m, crs=config.crs, origin=config.origin)
        is_new = not root.exists()
        root.mkdir(parents=True, exist_ok=True)
        try:
            _clear(root)
            (root / _CREATING).touch()
            with transaction(root, entry) as change:
                RegisterStore(root).put_districts(change, boundary)
            forget_undo(root)
            config.save(root)
            (root / _CREATING).unlink()
        except BaseException:
            _clear(root)
            if is_new:
                root.rmdir()
            raise
        return cls.open(root)

    @classmethod
    def open(cls, root: Path, engine: Engine | None = None) -> Shelf:
        """Open the workspace in a folder; a change that was cut short is finished first.

        Parameters
        ----------
        root
            The folder.
        engine
            Where days are derived; threads of this process if ``None``.

        Returns
        -------
        Shelf
            The opened workspace.

        Raises
        ------
        InputError
            The folder is no workspace.
        StoreError
            The workspace is damaged or of another version.
        """
        config = WorkspaceConfig.load(root)
        recover(root)
        registers = RegisterStore(root)
        registers.require_districts()
        return cls(
            root=root,
            config=config,
            tracks=TrackStore(root, config.time_zone),
            registers=registers,
            incidents=IncidentStore(root, config.time_zone),
            application=ApplicationStore(root),
            engine=engine or Threads(),
        )

    def derived(self, rules: PatrolRules, units: tuple[str, ...] | None = None) -> DerivedStore:
        """Return the derived days for a set of rules.

        Parameters
        ----------
        rules
            Thresholds.
        units
            The only units that count, sorted; ``None`` for all. Each such set has a folder of
            its own, so that the days of all units stay as they are.

        Returns
        -------
        DerivedStore
            Its days are redone when the CRS, the cells, the depots or the tunnels change.
        """
        context = [
            crs_fingerprint(self.config.crs),
            f"{self.config.cell_size_m:g}",
            str(self.config.origin),
            self.config.time_zone,
            self.registers.fingerprint("depots"),
            self.tunnels().fingerprint(),
        ]
        if units is None:
            return DerivedStore(self.root, rules, "|".join(context))
        digest = hashlib.sha256("\0".join(units).encode()).hexdigest()
        store = DerivedStore(self.root, rules, "|".join([*context, digest]))
        store.folder /= f"units-{digest[:16]}"
        return store

    def tunnels(self) -> Tunnels:
        """Return the tunnels among the roads, in the working CRS."""
        return _tunnels(self, self.registers.fingerprint("roads"))

    def import_area(self) -> tuple[float, float, float, float]:
        """Return the box in degrees, WGS-84, that imported positions must lie in."""
        west, south, east, north = self.registers.districts().bounds
        pad = AREA_PAD_DEG
        return west - pad, south - pad, east + pad, north + pad

    def state(self) -> tuple[object, ...]:
        """Return a value that changes whenever the workspace's facts do."""
        return (*self.application.state(), self.registers.changed_ns())


@lru_cache(maxsize=1)
def _tunnels(shelf: Shelf, fingerprint: str) -> Tunnels:  # noqa: ARG001 - a key: other roads
    lines = shelf.registers.flagged("roads", "tunnel").geometry.to_numpy()
    return Tunnels.of(lines, shelf.config.crs) if lines.size else Tunnels.none()


def require_new(root: Path) -> None:
    """Refuse a folder in which something would be overwritten.

    Parameters
    ----------
    root
        Where a workspace is to be made.

    Raises
    ------
    InputError
        It is a file, or a folder that has files.
    """
    if root.exists() and not root.is_dir():
        raise InputError("{folder} is a file; choose a new folder", folder=root)
    cut_short = (root / _CREATING).exists() and not (root / CONFIG_FILE).exists()
    if root.exists() and any(root.iterdir()) and not cut_short:
        raise InputError(
            "{folder} is not empty; choose a new folder, or remove it first", folder=root
        )


def _clear(root: Path) -> None:
    """Remove what a creation that was cut short has left."""
    for path in list(root.iterdir()):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
