"""The synthetic city: its districts, its files, and how they are to be imported."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import Final, Literal

from geogrid.errors import InputError
from geogrid.io import ReadOptions
from geogrid.service.creation import Choices, DistrictFile
from geogrid.service.options import read_options
from geogrid.service.shelf import Progress

DISTRICTS: Final = "sanming_2010"
CHOICES: Final = Choices(name="三明 Sanming")


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


def demo_districts() -> DistrictFile:
    """Return the districts of the synthetic city."""
    return DistrictFile(shipped_districts(DISTRICTS), id_field="adcode", name_field="name")


def demo_files(
    folder: Path, *, size: Literal["tiny", "city"], seed: int, progress: Progress
) -> Iterator[tuple[str, list[Path], ReadOptions]]:
    """Write the files of the synthetic city and yield what to import, in order.

    Parameters
    ----------
    folder
        Where the files go.
    size
        ``tiny`` or ``city``.
    seed
        The same seed gives the same files.
    progress
        Is told what is being done.

    Yields
    ------
    kind : str
        What to import.
    files : list of Path
        Files of that kind that are declared alike.
    options : ReadOptions
        What to declare of them.
    """
    from geogrid.demo import write_demo  # noqa: PLC0415 - takes a second to load, rarely wanted

    files = write_demo(
        folder,
        shipped_districts(DISTRICTS),
        size=size,
        seed=seed,
        progress=lambda stage: progress(stage, 0, 0),
    )
    for (kind, declared), alike in groupby(
        files, key=lambda file: (file.kind, sorted(file.options.items()))
    ):
        yield kind, [file.path for file in alike], read_options(dict(declared))
