"""Typed coordinates lie where PROJ and the published datums say, in either order."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import Transformer

from geogrid.crs import Datum, from_wgs84
from geogrid.errors import InputError

PLACE = (117.6353, 26.2712)  # in the districts
NEAR = pytest.approx(PLACE, abs=1e-6)


def projected(code):
    return Transformer.from_crs(4490, code, always_xy=True).transform(*PLACE)


@pytest.mark.parametrize(
    ("system", "code"),
    [
        ("cgcs2000", 4548),  # 3 degrees around 117 E, without the zone
        ("cgcs2000", 4527),  # the same with zone 39 before the easting
        ("cgcs2000", 4498),  # 6 degrees, zone 20
        ("epsg:4547", 4547),
        ("EPSG:32650", 32650),
        ("epsg:3857", 3857),
        ("epsg:4490", 4490),
    ],
)
def test_metres_of_a_named_system_lie_where_proj_has_them_in_either_order(
    tiny_workspace, system, code
):
    x, y = projected(code)
    for pair in ((x, y), (y, x)):
        found = tiny_workspace.place_of(*pair, system)
        assert (found["lon"], found["lat"]) == NEAR
    assert found["cell"] == cell_of(tiny_workspace)


def cell_of(workspace):
    at = workspace.grid.position_at([PLACE[0]], [PLACE[1]])
    return workspace.grid.codes()[int(at[0])]


def test_metres_without_a_name_are_of_the_grid(tiny_workspace):
    spec = tiny_workspace.grid.spec
    x, y = spec.centres(tiny_workspace.grid.cells[[4321]])
    found = tiny_workspace.place_of(float(x[0]), float(y[0]))
    assert found["cell"] == tiny_workspace.grid.codes()[4321]
    assert found["system"] == spec.crs.name


@pytest.mark.parametrize("datum", list(Datum))
def test_degrees_of_every_datum_come_back_to_wgs84(tiny_workspace, datum):
    lon, lat = from_wgs84([PLACE[0]], [PLACE[1]], datum)
    found = tiny_workspace.place_of(float(lon[0]), float(lat[0]), datum)
    assert (found["lon"], found["lat"]) == NEAR


def test_a_place_elsewhere_has_no_cell(tiny_workspace):
    found = tiny_workspace.place_of(116.39, 39.91, "wgs84")
    assert found["cell"] is None
    assert (found["lon"], found["lat"]) == (116.39, 39.91)


@pytest.mark.parametrize(
    ("x", "y", "system", "said"),
    [
        (1.0, 2.0, "beijing54", "no coordinates are named"),
        (1.0, 2.0, "epsg:1", "no coordinates are named"),
        (1.0, 2.0, "epsg:999999", "unknown CRS"),
        (1.0, 2.0, "epsg:5773", "no system of places"),
        (500.0, 400.0, "wgs84", "no place"),
        (np.inf, 0.0, "working", "finite"),
    ],
)
def test_what_is_no_place_is_refused(tiny_workspace, x, y, system, said):
    with pytest.raises(InputError, match=said):
        tiny_workspace.place_of(x, y, system)
