"""Hidden visits by road: no more than by straight lines, and the same on any padded grid."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely.geometry import LineString, box

from geogrid.analysis.hidden_visits import hidden_by_road
from geogrid.analysis.road_patrol import MatchedRoads
from geogrid.crs import WGS84, reprojection, working_crs
from geogrid.kernels.ellipse import mark_reachable
from geogrid.model.boundary import Boundary
from geogrid.model.grid import Grid
from geogrid.model.places import Places

CRS = working_crs(116.4, 25.5, 118.6, 27.1)
CORNER, CELL = 1_000_000.0, 250.0


def grid_of(west, south, east, north):
    """Return a grid over a rectangle, given in cells from the corner."""
    square = box(*(CORNER + CELL * side for side in (west, south, east, north)))
    return Grid.over(Boundary(("A",), ("Town",), (square,), CRS), CELL, crs=CRS)


@pytest.fixture(scope="module")
def roads():
    """A valley road, and a pass road over the hill that meets it at both ends only."""
    back = reprojection(CRS, WGS84)
    lines = [
        [(100, 600), (4_900, 600)],
        [(100, 600), (100, 3_900), (4_900, 3_900), (4_900, 600)],
    ]
    shapes = [LineString(back(np.array(line) + CORNER)) for line in lines]
    return MatchedRoads.of(
        Places(("valley", "pass"), ("road", "road"), np.array(shapes, dtype=object)), CRS
    )


def ways(rng, n):
    """Return silences between places on the valley road."""
    x = rng.uniform(200.0, 4_800.0, (n, 2))
    y = 600.0 + rng.uniform(-10.0, 10.0, (n, 2))
    foci = CORNER + np.column_stack([x[:, 0], y[:, 0], x[:, 1], y[:, 1]])
    return foci, np.hypot(x[:, 1] - x[:, 0], 20.0) + rng.uniform(100.0, 9_000.0, n)


def by_code(grid, mask):
    return {code for code, one in zip(grid.codes(), mask, strict=True) if one}


def straight(grid, silences):
    spec = grid.spec
    marked = np.zeros((spec.n_rows, spec.n_cols), np.uint8)
    foci = (silences[0] - np.array([spec.x_min, spec.y_min] * 2)) / CELL
    mark_reachable(foci, silences[1] / CELL, marked)
    return marked.ravel()[grid.cells] == 1


@pytest.mark.parametrize("seed", range(5))
def test_by_road_is_within_straight_and_equal_where_there_is_no_road(roads, seed):
    grid, silences = grid_of(0, 0, 20, 20), ways(np.random.default_rng(seed), 3)
    every = np.ones(len(grid), bool)
    found, line = hidden_by_road(silences, grid, roads, every), straight(grid, silences)
    assert (found <= line).all()
    x, y = grid.spec.centres(grid.cells)
    tree = shapely.STRtree(shapely.linestrings(roads.pieces.segments.reshape(-1, 2, 2)))
    cells = shapely.box(x - 125.5, y - 125.5, x + 125.5, y + 125.5)
    with_road = np.zeros(len(grid), bool)
    with_road[np.unique(tree.query(cells, predicate="intersects")[0])] = True
    np.testing.assert_array_equal(found[~with_road], line[~with_road])


def test_the_pass_is_not_hidden_by_a_silence_on_the_valley_that_only_crows_could_use(roads):
    grid = grid_of(0, 0, 20, 20)
    foci = CORNER + np.array([[2_000.0, 600.0, 3_000.0, 600.0]])
    silences = (foci, np.array([7_500.0]))  # the pass is 3,300 m off as the crow flies
    every = np.ones(len(grid), bool)
    row = np.flatnonzero(grid.spec.centres(grid.cells)[1] == CORNER + 15.5 * CELL)
    middle = row[8:12]
    assert straight(grid, silences)[middle].all()
    assert not hidden_by_road(silences, grid, roads, every)[middle].any()


@pytest.mark.parametrize("seed", range(5))
def test_padding_the_area_changes_no_cell_that_stays(roads, seed):
    silences = ways(np.random.default_rng(seed), 4)
    small, large = grid_of(0, 0, 20, 20), grid_of(-7, -3, 31, 26)
    found = by_code(small, hidden_by_road(silences, small, roads, np.ones(len(small), bool)))
    padded = by_code(large, hidden_by_road(silences, large, roads, np.ones(len(large), bool)))
    assert found
    assert found == padded & set(small.codes())


def test_cells_that_are_not_wanted_change_nothing_for_those_that_are(roads):
    rng = np.random.default_rng(9)
    grid, silences = grid_of(0, 0, 20, 20), ways(rng, 6)
    wanted = rng.random(len(grid)) < 0.2
    every = hidden_by_road(silences, grid, roads, np.ones(len(grid), bool))
    np.testing.assert_array_equal(hidden_by_road(silences, grid, roads, wanted), every & wanted)
