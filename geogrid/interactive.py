"""What a notebook or a script calls first: `geogrid.open` and `geogrid.init`."""

from __future__ import annotations

from pathlib import Path

from geogrid.workspace import Choices, DistrictFile, Workspace


def open_workspace(path: Path | str) -> Workspace:
    """Return the workspace in a folder; also called ``geogrid.open``.

    Parameters
    ----------
    path
        The folder.

    Returns
    -------
    Workspace
        Opened.

    Raises
    ------
    InputError
        The folder is no workspace.
    """
    return Workspace.open(path)


def init(path: Path | str, districts: Path | str, choices: Choices | None = None) -> Workspace:
    """Make a workspace in a new folder.

    Parameters
    ----------
    path
        The folder; new or empty.
    districts
        File of districts: GeoJSON, Shapefile or GeoPackage.
    choices
        Cell size, CRS, time zone and name; the defaults if ``None``.

    Returns
    -------
    Workspace
        Opened.

    Raises
    ------
    InputError
        Districts are invalid or overlap, or a choice is unusable; nothing is stored.
    """
    return Workspace.create(path, DistrictFile(Path(districts)), choices)[0]
