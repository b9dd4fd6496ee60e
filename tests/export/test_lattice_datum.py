"""Over a ground in GCJ-02 or BD-09 every cell lies where it belongs."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from geogrid.crs import WGS84, Datum, from_wgs84, transformer
from geogrid.export.lattice_mesh import MAX_ERROR_CELLS, WEB_MERCATOR, mesh
from geogrid.model.grid import Grid

SCRIPT = Path(__file__).resolve().parents[1] / "js" / "datum.mjs"
DISTORTED = (Datum.GCJ02, Datum.BD09)


def places(grid, count=500):
    rng = np.random.default_rng(3)
    xmin, ymin, xmax, ymax = grid.boundary.to_crs(WGS84).bounds
    return rng.uniform(xmin, xmax, count), rng.uniform(ymin, ymax, count)


@pytest.mark.parametrize("datum", Datum)
def test_the_map_moves_places_as_the_library_does(sanming_grid, datum):
    if shutil.which("node") is None:
        pytest.skip("node is missing: the map's script cannot be run")
    lon, lat = places(sanming_grid)
    asked = {"datum": str(datum), "places": np.column_stack([lat, lon]).tolist()}
    done = subprocess.run(
        ["node", str(SCRIPT)], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    there = np.column_stack(from_wgs84(lon, lat, datum)[::-1])
    np.testing.assert_allclose(found["there"], there, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found["back"], np.column_stack([lat, lon]), rtol=0, atol=1e-10)


@pytest.mark.parametrize("datum", DISTORTED)
def test_the_mesh_of_a_distorted_ground_places_cells_on_it(sanming, datum):
    grid = Grid.over(sanming, cell_size_m=250)
    made = mesh(grid, datum)
    lon, lat = places(grid)
    mx, my = transformer(WGS84, WEB_MERCATOR).transform(*from_wgs84(lon, lat, datum))
    xmin, ymin, xmax, ymax = made["bounds_mercator"]
    nodes = made["nodes"]
    u = (mx - xmin) / (xmax - xmin) * (nodes - 1)
    v = (my - ymin) / (ymax - ymin) * (nodes - 1)
    i, j = u.astype(int), v.astype(int)
    a, b = u - i, v - j
    x, y = transformer(WGS84, grid.spec.crs).transform(lon, lat)
    truth = (x - grid.spec.x_min) / 250, (y - grid.spec.y_min) / 250
    for name, true in zip(("x", "y"), truth, strict=True):
        t = np.array(made[name]).reshape(nodes, nodes)
        low = t[j, i] * (1 - a) + t[j, i + 1] * a
        high = t[j + 1, i] * (1 - a) + t[j + 1, i + 1] * a
        assert np.abs(low * (1 - b) + high * b - true).max() < 2 * MAX_ERROR_CELLS


@pytest.mark.parametrize("datum", DISTORTED)
def test_a_distorted_ground_moves_cells_by_hundreds_of_metres(sanming_grid, datum):
    plain, moved = mesh(sanming_grid), mesh(sanming_grid, datum)
    assert moved["datum"] == str(datum)
    assert moved["runs"] == plain["runs"]
    assert moved["version"] != plain["version"]
