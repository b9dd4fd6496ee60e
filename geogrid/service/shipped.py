"""Where the districts that ship with the project are."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from geogrid.errors import InputError


def shipped_districts(name: str) -> Path:
    """Return a file of districts that ships with the project.

    Parameters
    ----------
    name
        Such as ``sanming_2010``.

    Returns
    -------
    Path
        A GeoJSON file: inside an installed package, or in ``data/boundaries`` of a checkout.

    Raises
    ------
    InputError
        There is no such file.
    """
    package = Path(str(resources.files("geogrid")))
    for folder in (package / "boundaries", package.parent / "data" / "boundaries"):
        if (folder / f"{name}.geojson").is_file():
            return folder / f"{name}.geojson"
    raise InputError("no districts named {name!r} ship with this program", name=name)
