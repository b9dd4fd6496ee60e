from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.kernels.mann_kendall import mann_kendall

SERIES = st.lists(st.integers(-3, 3), min_size=2, max_size=9)


def column(values):
    return np.array(values, dtype=np.int64).reshape(-1, 1)


def score_by_pairs(values):
    return sum(int(np.sign(later - earlier)) for earlier, later in combinations(values, 2))


def test_four_values_with_one_tie_by_hand():
    score, variance = mann_kendall(column([1, 2, 2, 3]))
    assert score[0] == 5  # of six pairs, all but the tie rise
    assert variance[0] == (4 * 3 * 13 - 2 * 1 * 9) / 18


def test_values_that_are_all_equal_have_no_trend_and_no_variance():
    score, variance = mann_kendall(column([7] * 8))
    assert (score[0], variance[0]) == (0, 0.0)


@settings(deadline=None, max_examples=60)  # the first call compiles
@given(SERIES)
def test_the_score_is_the_pairs_that_rise_less_the_pairs_that_fall(values):
    assert mann_kendall(column(values))[0][0] == score_by_pairs(values)
    assert mann_kendall(column(values[::-1]))[0][0] == -score_by_pairs(values)


@pytest.mark.parametrize(
    "values", [[0, 1, 2, 3, 4, 5], [0, 0, 1, 2, 2, 2], [4, 4, 4, 9, 9], [0, 0, 0, 0, 0, 1]]
)
def test_the_variance_is_that_of_the_score_over_all_orders_of_the_values(values):
    scores = np.array([score_by_pairs(order) for order in permutations(values)])
    assert scores.mean() == 0.0
    assert mann_kendall(column(values))[1][0] == pytest.approx(scores.var(), rel=1e-12)


def test_series_side_by_side_do_not_touch():
    rng = np.random.default_rng(3)
    many = rng.integers(0, 5, (9, 20))
    scores, variances = mann_kendall(many)
    for i in range(20):
        one = mann_kendall(np.ascontiguousarray(many[:, i : i + 1]))
        assert (scores[i], variances[i]) == (one[0][0], one[1][0])
