"""The application's face: what the command line and the web both call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd

from geogrid.analysis.gaps import GapParams
from geogrid.analysis.hotspots import HotspotParams
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.analysis.views import CameraParams
from geogrid.crs import Datum, crs_label
from geogrid.export.files import write_selection
from geogrid.export.selection import Selection
from geogrid.io import ReadOptions
from geogrid.model.boundary import RepairNote
from geogrid.model.window import ALL_TIME, Window
from geogrid.scale.local import Engine
from geogrid.service.analyses import IncidentChoice
from geogrid.service.creation import Choices, DistrictFile, create_shelf, replace_districts
from geogrid.service.demo_city import CHOICES, demo_districts, demo_files
from geogrid.service.dry_runs import dry_run
from geogrid.service.engines import engine_named
from geogrid.service.import_results import KINDS, ImportResult
from geogrid.service.imports import ImportNote, import_files, quarantine, undo
from geogrid.service.layers import Questions
from geogrid.service.options import datum_named, read_options
from geogrid.service.rooms import Rooms
from geogrid.service.shelf import Progress, Shelf, no_progress

__all__ = [
    "ALL_TIME",
    "KINDS",
    "CameraParams",
    "Choices",
    "Datum",
    "DistrictFile",
    "Engine",
    "GapParams",
    "HotspotParams",
    "ImportResult",
    "IncidentChoice",
    "PatrolRules",
    "Questions",
    "Selection",
    "Window",
    "Workspace",
    "datum_named",
    "dry_run",
    "engine_named",
    "read_options",
]

_MAP_LAYERS: Final = ("coverage", "gaps", "hotspots", "camera_coverage")
_MAP_POINTS: Final = ("cameras", "checkpoints", "rooms")


class Workspace(Rooms):
    """A folder with a city's districts, registers, tracks and incidents, and its answers.

    Make one with `create` or `demo`, open one with `open`.
    """

    # ---------------------------------------------------------------- making and opening

    @classmethod
    def open(
        cls, path: Path | str, questions: Questions | None = None, engine: Engine | None = None
    ) -> Workspace:
        """Return the workspace in a folder.

        Parameters
        ----------
        path
            The folder.
        questions
            What layers are asked with unless a caller asks otherwise; the defaults if ``None``.
        engine
            Where patrol days are derived, from `engine_named`; threads if ``None``.

        Returns
        -------
        Workspace
            Opened; a change that was cut short is finished first.

        Raises
        ------
        InputError
            The folder is no workspace.
        StoreError
            It is damaged or of another version.
        """
        return cls(Shelf.open(Path(path), engine), questions)

    @classmethod
    def create(
        cls, path: Path | str, districts: DistrictFile, choices: Choices | None = None
    ) -> tuple[Workspace, tuple[RepairNote, ...]]:
        """Make a workspace in a new folder.

        Parameters
        ----------
        path
            The folder; new or empty.
        districts
            Its districts.
        choices
            Cell size, CRS and the like; the defaults if ``None``.

        Returns
        -------
        workspace : Workspace
            Opened.
        repairs : tuple of RepairNote
            What was repaired on request.

        Raises
        ------
        InputError
            Districts are invalid or overlap, or a choice is unusable; nothing is stored.
        """
        shelf, repairs = create_shelf(Path(path), districts, choices or Choices())
        return cls(shelf), repairs

    @classmethod
    def demo(
        cls,
        path: Path | str,
        *,
        size: Literal["tiny", "city"] = "tiny",
        seed: int = 0,
        cell_size_m: float = CHOICES.cell_size_m,
        progress: Progress = no_progress,
    ) -> Workspace:
        """Make a synthetic Sanming: write its files, then import them like anybody's.

        Parameters
        ----------
        path
            The folder; new or empty. The files are kept in its folder ``sources``.
        size
            ``tiny`` or ``city``.
        seed
            The same seed gives the same city.
        cell_size_m
            Whole metres.
        progress
            Is told what is being done.

        Returns
        -------
        Workspace
            Opened, with patrol days derived.

        Raises
        ------
        InputError
            The folder has files, or the cell size is unusable.
        """
        root = Path(path)
        choices = replace(CHOICES, cell_size_m=cell_size_m)
        workspace, _ = cls.create(root, demo_districts(), choices)
        files = demo_files(root / "sources", size=size, seed=seed, progress=progress)
        for kind, paths, options in files:
            workspace.import_files(kind, paths, options, progress=progress)
        workspace.layer("coverage", progress=progress)
        return workspace

    # ---------------------------------------------------------------- what it is

    @property
    def path(self) -> Path:
        """The folder."""
        return self._shelf.root

    @property
    def name(self) -> str:
        """The name shown on the map."""
        return self._shelf.config.name

    @property
    def time_zone(self) -> str:
        """IANA name of the local time."""
        return self._shelf.config.time_zone

    @property
    def synthetic(self) -> bool:
        """Whether any data here says of itself that it is synthetic."""
        return any(
            file["synthetic"]
            for entry in self._shelf.application.imports()
            for file in entry.get("files", [])
        )

    def days(self) -> tuple[date, ...]:
        """Return the local days with imported tracks, rising."""
        return self._shelf.tracks.calendar()

    def summary(self) -> dict[str, Any]:
        """Return what `geogrid init` tells of a workspace."""
        spec = self.grid.spec
        return {
            "cells": len(self.grid),
            "cell_m": spec.cell_size,
            "area_km2": float(self.grid.area_m2.sum()) / 1e6,
            "districts": len(self.grid.boundary),
            "crs": crs_label(self._shelf.config.crs),
            "rows": spec.n_rows,
            "cols": spec.n_cols,
        }

    # ---------------------------------------------------------------- changing it

    def import_files(
        self,
        kind: str,
        files: Sequence[Path],
        options: ReadOptions,
        *,
        credit: str = "",
        progress: Progress = no_progress,
    ) -> ImportResult:
        """Import files of one kind as one change: all of them, or nothing.

        Parameters
        ----------
        kind
            Such as ``tracks``.
        files
            The files.
        options
            What is declared of them.
        credit
            Whom to credit for the data.
        progress
            Is told which file is being read.

        Returns
        -------
        ImportResult
            Counts and reports.

        Raises
        ------
        InputError
            A file cannot be used; nothing was stored.
        """
        note = ImportNote(datetime.now(UTC).replace(microsecond=0), credit)
        with self._lock:
            return import_files(self._shelf, kind, files, options, note=note, progress=progress)

    def undo(self) -> dict[str, Any]:
        """Undo the last import exactly.

        Returns
        -------
        dict
            Its entry in the log.

        Raises
        ------
        InputError
            There is nothing to undo.
        """
        with self._lock:
            entry = undo(self._shelf)
            self._follow_districts()
            return entry

    def replace_districts(
        self, districts: DistrictFile
    ) -> tuple[Workspace, tuple[RepairNote, ...]]:
        """Take other districts; CRS, lattice and cell codes stay.

        Parameters
        ----------
        districts
            The new districts.

        Returns
        -------
        workspace : Workspace
            This one.
        repairs : tuple of RepairNote
            What was repaired on request.

        Raises
        ------
        InputError
            The districts are invalid or overlap; nothing is changed.
        """
        with self._lock:
            repairs = replace_districts(self._shelf, districts)
            self._follow_districts()
            return self, repairs

    def quarantine(self) -> pd.DataFrame:
        """Return every refused row: import, file, row, field, value, reason."""
        return quarantine(self._shelf)

    # ---------------------------------------------------------------- taking it away

    def export(
        self,
        layer_id: str,
        path: Path,
        *,
        selection: Selection | None = None,
        window: Window = ALL_TIME,
        questions: Questions | None = None,
    ) -> Path:
        """Write a layer to a file.

        Parameters
        ----------
        layer_id
            A layer.
        path
            The file; its ending says the format, as in `geogrid.export.files.ENDINGS`.
        selection
            The part to write, and what it is written in; all of it in WGS-84 if ``None``.
        window
            Days and hours.
        questions
            What else is asked of the layer.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        LayerNotFoundError
            There is no such layer.
        InputError
            The format, district or column is not known, or GeoJSON or KML is asked for in
            anything but WGS-84.
        """
        part = selection or Selection()
        layer = self.layer(layer_id, window, questions=questions)
        if part.district is not None:
            district = self.grid.boundary.ids[self.grid.boundary.position_of(part.district)]
            outline = None if layer.is_lattice else self.register("districts").geometry[district]
            part = replace(part, district=district, land=outline)
        return write_selection(layer, Path(path), part)

    def one_file_map(self, path: Path, *, language: str = "en", window: Window = ALL_TIME) -> Path:
        """Write the map as one HTML file that needs no network.

        Parameters
        ----------
        path
            The file.
        language
            ``en`` or ``zh``.
        window
            Days and hours.

        Returns
        -------
        Path
            The file.
        """
        from geogrid.export.folium_map import one_file_map  # noqa: PLC0415 - a second to load

        there, tables = self.layer_ids(), self.tables(window)
        lattices = [self.layer(name, window) for name in _MAP_LAYERS if name in tables]
        lattices = lattices or [self.layer("grid")]
        points = [self.layer(name) for name in _MAP_POINTS if name in there]
        layers = [*lattices, self.layer("districts"), *points]
        return one_file_map(
            layers, path, title=self.name, language=language, time_zone=self.time_zone
        )
