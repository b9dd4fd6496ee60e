import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.kernels.knox import close_pairs, mark_reach, pairs_by_bands, partners_in_time

EDGES_MM = np.array([0, 1000, 5000, 13_000])
PLACES = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=2, max_size=12)


def room(size):
    return np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int8)


def pairs_of(places, manhattan, size=200):
    x, y = (np.array(part, dtype=np.float64) for part in zip(*sorted(places), strict=True))
    out = room(size)
    found = close_pairs(x, y, EDGES_MM, manhattan, out)
    return found, tuple(part[: min(found, size)] for part in out)


@settings(deadline=None, max_examples=40)  # the first call compiles
@given(PLACES, st.booleans())
def test_pairs_and_bands_equal_those_of_every_pair_in_whole_numbers(places, manhattan):
    expected = []
    for (i, one), (j, other) in combinations(enumerate(sorted(places)), 2):
        east, north = abs(one[0] - other[0]), abs(one[1] - other[1])
        square = (east + north) ** 2 if manhattan else east**2 + north**2
        inside = [
            b for b, (a, z) in enumerate([(0, 1), (1, 5), (5, 13)]) if a * a <= square < z * z
        ]
        expected += [(i, j, band) for band in inside]
    found, (first, second, band) = pairs_of(places, manhattan)
    assert found == len(expected)
    assert sorted(zip(first.tolist(), second.tolist(), band.tolist(), strict=True)) == expected


def test_the_noise_of_a_projection_moves_no_pair_over_an_edge():
    for x in (5.0 - 1e-9, 5.0, 5.0 + 1e-9):
        assert pairs_of([(0.0, 0.0), (x, 0.0)], False)[1][2].tolist() == [2]
    assert pairs_of([(0.0, 0.0), (4.999, 0.0)], False)[1][2].tolist() == [1]


def test_pairs_that_do_not_fit_are_still_counted():
    places = [(float(i), 0.0) for i in range(5)]
    found, (first, _, _) = pairs_of(places, False, size=3)
    assert (found, first.size) == (10, 3)


def test_pairs_are_counted_by_band_of_distance_and_days():
    pairs = tuple(
        np.array(part, dtype=kind)
        for part, kind in (([0, 0, 1], np.int32), ([1, 2, 2], np.int32), ([0, 1, 1], np.int8))
    )
    table = np.full((2, 3), 9)
    gap_band = np.array([0, 0, 1, 1, 2])
    pairs_by_bands(pairs, np.array([4, 4, 0]), gap_band, table)
    assert table.tolist() == [[1, 0, 0], [0, 0, 2]]


def test_partners_in_time_are_all_others_by_band():
    day = np.array([0, 0, 1, 3, 3, 3])
    gap_band = np.array([0, 1, 1, 2])
    partners = partners_in_time(np.bincount(day), gap_band, 3)[day]
    for i in range(day.size):
        others = np.abs(np.delete(day, i) - day[i])
        assert partners[i].tolist() == np.bincount(gap_band[others], minlength=3).tolist()


@pytest.mark.parametrize("manhattan", [False, True])
def test_a_cell_is_in_reach_where_any_of_its_points_lies_in_a_ring(manhattan):
    rng = np.random.default_rng(6)
    steps = np.linspace(0.0, 1.0, 21)
    for inner, outer in ((0.0, 0.4), (0.0, 2.3), (1.1, 2.2), (2.6, 2.7)):
        u, v = rng.uniform(-1.0, 6.0, (2, 1))
        out = np.zeros((5, 5), dtype=np.int64), np.zeros((5, 5), dtype=np.int64)
        mark_reach(u, v, np.array([7]), np.array([[[inner, outer]]]), manhattan, out)
        for row in range(5):
            for col in range(5):
                east, north = np.abs(np.meshgrid(col + steps - u, row + steps - v))
                far = east + north if manhattan else np.hypot(east, north)
                hit = ((far >= inner) & (far < outer)).any()
                # The sample has points every 0.05 cells; a ring may touch between them.
                near_miss = ((far >= inner - 0.1) & (far < outer + 0.1)).any()
                assert out[0][row, col] >= int(hit)
                assert out[0][row, col] <= int(near_miss)
                assert out[1][row, col] == 7 * out[0][row, col]


def test_an_event_reaches_a_cell_once_and_the_latest_end_stays():
    out = np.zeros((1, 2), dtype=np.int64), np.zeros((1, 2), dtype=np.int64)
    rings = np.array([[[0.0, 0.1], [0.0, 2.0]], [[0.0, 0.0], [0.0, 0.3]], [[0.0, 0.0], [0.0, 0.0]]])
    u, v = np.array([0.5, 0.5, 0.5]), np.array([0.5, 0.5, 0.5])
    mark_reach(u, v, np.array([3, 8, 20]), rings, False, out)
    assert out[0].tolist() == [[2, 1]]
    assert out[1].tolist() == [[8, 3]]
    assert math.floor(u[0]) == 0
