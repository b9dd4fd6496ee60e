"""Values that many tests share: real districts, a small grid, the folder of test data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas
import pytest
from shapely.geometry import box

from geogrid.crs import make_crs
from geogrid.model.boundary import Boundary
from geogrid.model.grid import Grid

if TYPE_CHECKING:
    from geogrid.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def boundaries() -> Path:
    """Return the folder of districts that ship with the project."""
    return ROOT / "data" / "boundaries"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real data beside the project; skip where it is not there."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"needs real data that is not part of the project ({folder} is absent)")
    return folder


@pytest.fixture(scope="session")
def sanming(boundaries: Path) -> Boundary:
    """Return the twelve districts of Sanming (2010)."""
    frame = geopandas.read_file(boundaries / "sanming_2010.geojson")
    return Boundary(tuple(frame["adcode"]), tuple(frame["name"]), tuple(frame.geometry))


@pytest.fixture(scope="session")
def sanming_grid(sanming: Boundary) -> Grid:
    """Return Sanming in cells of 2 km: small, with borders, corners and straddling cells."""
    return Grid.over(sanming, 2000)


@pytest.fixture(scope="session")
def two_squares() -> Boundary:
    """Return two districts of 2 km x 2 km side by side, in a plane CRS."""
    return Boundary(
        ("A", "B"),
        ("West", "East"),
        (box(500_000, 0, 502_000, 2_000), box(502_000, 0, 504_000, 2_000)),
        make_crs(32650),
    )


@pytest.fixture(scope="session")
def tiny_workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return the small demo city, made once; tests do not change it."""
    from geogrid.workspace import Workspace

    return Workspace.demo(tmp_path_factory.mktemp("demo") / "tiny", cell_size_m=500)
