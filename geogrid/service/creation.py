"""New workspaces, and other districts for old ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from geogrid.crs import WGS84, Datum, make_crs, working_crs
from geogrid.io import ReadReport, read_boundary
from geogrid.io.positions import shapes_to_wgs84
from geogrid.model.boundary import Boundary, RepairNote
from geogrid.model.grid import Grid
from geogrid.service.datum_guards import require_same_datum
from geogrid.service.shelf import Shelf, require_new
from geogrid.store.config import WorkspaceConfig
from geogrid.store.transaction import transaction


@dataclass(frozen=True, slots=True)
class Choices:
    """What is chosen once when a workspace is made.

    Parameters
    ----------
    cell_size_m
        Whole metres.
    crs
        ``auto`` for the equal-area working CRS, else a code such as ``EPSG:4548``.
    origin
        Anchor of the lattice, whole metres in the CRS.
    time_zone
        IANA name.
    name
        Shown on the map; the folder's name by default.
    """

    cell_size_m: float = 250.0
    crs: str = "auto"
    origin: tuple[float, float] = (0.0, 0.0)
    time_zone: str = "Asia/Shanghai"
    name: str = ""


@dataclass(frozen=True, slots=True)
class DistrictFile:
    """A file of districts, and how to read it.

    Parameters
    ----------
    path
        GeoJSON, Shapefile or GeoPackage.
    id_field, name_field
        Columns with the districts' ids and names; ``None`` to find them.
    repair
        Repair invalid or overlapping districts instead of refusing them.
    datum
        Datum of the coordinates; WGS-84 if ``None``.
    trust_datum
        Take the datum as it is said, whatever the districts say whose place these take.
    """

    path: Path
    id_field: str | None = None
    name_field: str | None = None
    repair: bool = False
    datum: Datum | None = None
    trust_datum: bool = False

    def read(self) -> tuple[Boundary, ReadReport, tuple[RepairNote, ...]]:
        """Return the districts, the report of reading them, and what was repaired.

        Returns
        -------
        boundary : Boundary
            The districts.
        report : ReadReport
            What reading them came to.
        repairs : tuple of RepairNote
            Empty where nothing was repaired.

        Raises
        ------
        InputError
            They are invalid or overlap, and no repair is asked for.
        """
        boundary, report, repairs = read_boundary(
            self.path, id_field=self.id_field, name_field=self.name_field, repair=self.repair
        )
        if self.datum in {None, Datum.WGS84, Datum.CGCS2000}:
            return boundary, report, repairs
        lonlat = boundary.to_crs(WGS84)
        shapes = shapes_to_wgs84(np.array(lonlat.geometries, dtype=object), self.datum)
        return replace(lonlat, geometries=tuple(shapes)), report, repairs


def create_shelf(
    root: Path, districts: DistrictFile, choices: Choices
) -> tuple[Shelf, tuple[RepairNote, ...]]:
    """Make a workspace in a new folder.

    Parameters
    ----------
    root
        The folder; new or empty.
    districts
        Its districts.
    choices
        What is chosen once.

    Returns
    -------
    shelf : Shelf
        The opened workspace.
    repairs : tuple of RepairNote
        What was repaired on request.

    Raises
    ------
    InputError
        Districts or choices are unusable; nothing is stored.
    """
    require_new(root)
    boundary, report, repairs = districts.read()
    auto = choices.crs.lower() == "auto"
    crs = working_crs(*boundary.to_crs(WGS84).bounds) if auto else make_crs(choices.crs)
    config = WorkspaceConfig(
        name=choices.name or root.resolve().name,
        crs=crs,
        cell_size_m=choices.cell_size_m,
        origin=choices.origin,
        time_zone=choices.time_zone,
    )
    return Shelf.create(root, config, boundary, _entry(report)), repairs


def replace_districts(shelf: Shelf, districts: DistrictFile) -> tuple[RepairNote, ...]:
    """Take other districts; CRS, lattice and cell codes stay.

    Parameters
    ----------
    shelf
        The workspace.
    districts
        The new districts.

    Returns
    -------
    tuple of RepairNote
        What was repaired on request.

    Raises
    ------
    InputError
        The districts are unusable; nothing is changed.
    """
    boundary, report, repairs = districts.read()
    if not districts.trust_datum:
        require_same_datum(shelf.registers.districts(), boundary)
    config = shelf.config
    Grid.over(boundary, config.cell_size_m, crs=config.crs, origin=config.origin)
    with transaction(shelf.root, _entry(report)) as change:
        shelf.registers.put_districts(change, boundary)
    return repairs


def _entry(report: ReadReport) -> dict[str, Any]:
    """Return the entry in the log for a file of districts."""
    file = {
        "file": report.file,
        "sha256": report.sha256,
        "bad_rows": list(report.bad_rows),
        "synthetic": report.synthetic,
    }
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "kind": "districts",
        "files": [file],
    }
