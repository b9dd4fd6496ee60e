"""Measured responses: by hand, by all draws, and on a city where all cells are alike."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from geogrid.analysis.response_times import measured_responses, response_minutes
from geogrid.errors import InputError


def test_minutes_that_cannot_be_are_left_out():
    minute = 60_000.0
    dispatched = np.array([0.0, 10 * minute, np.nan, 0.0])
    arrived = np.array([5 * minute, 9 * minute, minute, 25 * 60 * minute])
    np.testing.assert_array_equal(
        response_minutes(dispatched, arrived), [5.0, np.nan, np.nan, np.nan]
    )


def test_medians_are_of_each_cell_and_outside_counts_nowhere():
    cell = np.array([2, 0, 2, 2, 2, -1])
    minutes = np.array([1.0, 9.0, 3.0, 5.0, 100.0, 7.0])
    found = measured_responses(cell, minutes, 3)
    assert found.count.tolist() == [1, 0, 4]
    np.testing.assert_array_equal(found.median_min, [9.0, np.nan, 4.0])
    assert found.summary["responses"] == 5
    assert np.isnan(found.p).all()


def test_the_chance_is_near_that_of_all_draws_and_none_too_small_far_out():
    # Ten of sixteen without ties: all 8,008 draws can be gone through.
    total, size = 16, 10
    sums = np.array([sum(draw) for draw in itertools.combinations(range(1, total + 1), size)])
    for slow in ([1, 2, 3, 4, 5, 7, 9, 12, 14, 16], [3, 5, 6, 7, 8, 10, 12, 14, 15, 16]):
        cell = np.isin(np.arange(1, total + 1), slow).astype(np.int64)
        found = measured_responses(cell, np.arange(1.0, total + 1), 2)
        exact = (sums >= sum(slow)).mean()
        assert found.p[1] == pytest.approx(exact, abs=0.01)


def test_in_a_city_where_all_cells_are_alike_few_are_called_slow():
    rng = np.random.default_rng(4)
    called = 0
    for _ in range(200):
        cell, minutes = rng.integers(0, 40, 1200), rng.lognormal(2.0, 0.6, 1200)
        called += int((measured_responses(cell, minutes, 40).q <= 0.05).any())
    assert called <= 20  # one map in twenty is expected to have any; 3 sd more


def test_a_cell_twice_as_slow_is_found_and_one_long_response_is_not_enough():
    rng = np.random.default_rng(5)
    cell = np.repeat(np.arange(50), 40)
    minutes = rng.lognormal(2.0, 0.5, cell.size)
    minutes[cell == 7] *= 2.0
    minutes[np.flatnonzero(cell == 9)[0]] = 1_400.0
    verdicts = measured_responses(cell, minutes, 51).verdicts(0.05)
    assert verdicts[7] == "slow"
    assert verdicts[9] == "usual"
    assert verdicts[50] is None


def test_equal_minutes_everywhere_make_no_cell_slow():
    found = measured_responses(np.repeat([0, 1], 20), np.full(40, 6.0), 2)
    assert set(found.verdicts(0.05)) == {"usual"}


def test_a_rate_that_is_no_rate_is_refused():
    with pytest.raises(InputError, match="level must be in"):
        measured_responses(np.zeros(1, np.int64), np.ones(1), 1, level=1.0)
