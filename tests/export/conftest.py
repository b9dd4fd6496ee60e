import geopandas
import numpy as np
import pytest
import shapely

from geogrid.model.boundary import Boundary
from geogrid.model.cells import CellTable, Field
from geogrid.model.grid import Grid
from geogrid.model.layer import Layer, Provenance

PROVENANCE = Provenance(
    {"districts": "ab" * 32},
    {"max_gap_s": 300.0, "units": ("甲", "乙")},
    "0.1.0",
    "c0ffee",
    "2026-03-02T08:15:30.250Z",
    ("三明市", "OpenStreetMap"),
)


@pytest.fixture(scope="session")
def small_grid():
    """Return two districts with slanted outlines, a lake and a border off the lattice."""
    west = shapely.Polygon(
        [(117.0, 26.0), (117.061, 25.99), (117.055, 26.071), (116.99, 26.06)],
        [[(117.02, 26.02), (117.03, 26.045), (117.04, 26.021)]],
    )
    east = shapely.Polygon([(117.061, 25.99), (117.12, 26.01), (117.1, 26.07), (117.055, 26.071)])
    return Grid.over(Boundary(("350402", "350403"), ("梅列区", "三元区"), (west, east)), 500.0)


@pytest.fixture(scope="session")
def cells_layer(small_grid):
    """Return cells with a value of each scale, some of them not known."""
    n = len(small_grid)
    at = np.arange(n)
    seen = np.datetime64("2026-03-01T00:00:00", "ms") + at * np.timedelta64(61_500, "ms")
    seen[::7] = np.datetime64("NaT")
    fields = (
        Field("patrol_s", "Patrol time", "s"),
        Field("covered_share", "Seen by cameras", scale="share"),
        Field("last_seen", "Last seen", scale="time"),
        Field("state", "State", scale="category", categories=("met", "暗")),
    )
    columns = {
        "patrol_s": at * 0.1,
        "covered_share": np.where(at % 3 == 0, np.nan, (at % 10) / 10.0),
        "last_seen": seen,
        "state": np.array(["met", "暗", None, 'a,"b"\n100 %s'], dtype=object)[at % 4],
    }
    table = CellTable(small_grid, fields, columns)
    return Layer("coverage", "Patrol coverage", table, fields, PROVENANCE, synthetic=True)


def features_layer(geometries, **columns):
    """Return a layer of features with ids f0, f1, ..."""
    index = [f"f{i}" for i in range(len(geometries))]
    frame = geopandas.GeoDataFrame(columns, geometry=list(geometries), index=index, crs=4326)
    fields = tuple(Field(name, name.title()) for name in columns)
    return Layer("places", "Places", frame, fields, PROVENANCE)


@pytest.fixture
def features():
    return features_layer


@pytest.fixture(scope="session")
def points_layer():
    """Return points with Chinese names, and texts that a spreadsheet would run."""
    lonlat = [(117.6, 26.2), (117.65, 26.25), (118.1, 25.9), (116.9, 26.6)]
    return features_layer(
        shapely.points(lonlat),
        name=["列东派出所", "=1+1", "＠sum", "plain"],
        district=["350402", "350402", "350403", None],
        rank=[1, 2, 3, 4],
        open=[True, False, True, True],
    )
