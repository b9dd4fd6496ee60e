"""Minutes between cells and from units: as reach has them, and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from geogrid.analysis.drive_times import drive_times
from geogrid.analysis.reach import ReachGround
from geogrid.analysis.travel_speeds import TravelParams
from tests.analysis.drawn_roads import CORNER
from tests.analysis.test_reach import CROSS, at, ground, lattice


def test_minutes_between_cells_are_those_along_the_road():
    land = ground(*CROSS)
    cells = np.array([at(land.grid, x, 1010) for x in (375, 1375, 3875)])
    found = drive_times(land, cells, np.array([[375.0, 1500.0]]) + CORNER)
    np.testing.assert_allclose(
        found.travel, [[0.0, 1.0, 3.5], [1.0, 0.0, 2.5], [3.5, 2.5, 0.0]], atol=1e-6
    )
    # 500 m to the road at 15 km/h are two minutes.
    np.testing.assert_allclose(found.depart, [[2.0, 3.0, 5.5]], atol=1e-6)
    np.testing.assert_allclose(
        found.stop_xy - CORNER, [[375, 1000], [1375, 1000], [3875, 1000]], atol=0.01
    )


def test_a_one_way_road_makes_ways_differ_in_length():
    square = (
        [(0, 500), (3000, 500)],
        [(3000, 500), (3000, 2500)],
        [(3000, 2500), (0, 2500)],
        [(0, 2500), (0, 500)],
    )
    land = ground(*square, oneway=[True, False, False, False])
    cells = np.array([at(land.grid, 875, 510), at(land.grid, 2875, 510)])
    found = drive_times(land, cells, np.empty((0, 2))).travel
    assert found[0, 1] == pytest.approx(2.0, abs=1e-6)
    assert found[1, 0] == pytest.approx(0.125 + 2.0 + 3.0 + 2.0 + 0.875, abs=1e-6)


def test_without_roads_ways_are_straight_and_no_way_is_longer_than_an_hour():
    grid = lattice()
    land = ReachGround.of(grid, None, TravelParams(straight_kmh=60.0, straight_factor=1.5))
    cells = np.array([at(grid, 125, 125), at(grid, 2125, 125)])
    np.testing.assert_allclose(drive_times(land, cells, np.empty((0, 2))).travel, [[0, 3], [3, 0]])
    slow = ReachGround.of(grid, None, TravelParams(straight_kmh=1.0))
    assert np.isinf(drive_times(slow, cells, np.empty((0, 2))).travel[0, 1])
