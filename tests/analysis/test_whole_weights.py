import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geogrid.analysis.whole_weights import MOST_UNITS, WholeWeights, table_is_small


@pytest.mark.parametrize(
    ("weights", "units", "unit"),
    [
        ([1.0, 1.0], [1, 1], 1.0),
        ([1.0, 2.5, 4.0], [2, 5, 8], 0.5),
        ([0.1, 0.3, 0.0], [1, 3, 0], 0.1),
        ([200.0, 3000.0], [1, 15], 200.0),
        ([0.0, 0.0], [0, 0], 1.0),
        ([], [], 1.0),
    ],
)
def test_weights_of_a_scale_are_whole_numbers_of_their_common_unit(weights, units, unit):
    whole = WholeWeights.of(np.array(weights))
    assert (whole.units.tolist(), whole.unit, whole.exact) == (units, unit, True)


def test_shares_without_a_common_unit_are_rounded_and_say_so():
    weights = np.array([1.0, 1 / 3, 1 / 7, np.pi])
    whole = WholeWeights.of(weights)
    assert not whole.exact
    assert 0.999 * MOST_UNITS < whole.units.sum() <= MOST_UNITS
    np.testing.assert_allclose(whole.units * whole.unit, weights, rtol=0, atol=2e-9)


def test_a_sum_of_units_that_squares_would_not_hold_is_rounded():
    whole = WholeWeights.of(np.array([1.0, 1e9, 3e9]))
    assert not whole.exact
    assert whole.units.sum() <= MOST_UNITS


@given(st.lists(st.sampled_from([0.5, 1.0, 2.0, 3.75, 10.0]), min_size=1, max_size=20))
def test_exact_units_give_the_weights_back(weights):
    whole = WholeWeights.of(np.array(weights))
    assert whole.exact
    np.testing.assert_array_equal(whole.units * whole.unit, weights)


def test_a_table_of_all_sums_is_small_for_counts_and_too_large_for_fine_harm():
    assert table_is_small(np.arange(50), 2_000, 49)
    assert not table_is_small(np.arange(50), 2**30, 49)
    assert not table_is_small(np.arange(5_000), 100_000, 49)
