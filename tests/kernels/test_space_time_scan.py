import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.analysis.space_time_scan import _offsets
from geogrid.kernels.space_time_scan import (
    count_in_cylinders,
    likelihood_ratio,
    likelihood_ratios,
)

RADII = (0.0, 1.0, 2.0, 2.5)
EVENTS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 6), st.integers(0, 2)), min_size=1, max_size=12
)


def centres_at(shape, every):
    board = np.full(shape, -1, dtype=np.int64)
    chosen = np.arange(board.size)[::every]
    board.ravel()[chosen] = np.arange(chosen.size)
    return board, np.column_stack(np.divmod(chosen, shape[1]))


@settings(deadline=None, max_examples=25)  # the first call compiles
@given(EVENTS, st.sampled_from([1, 2, 5]))
def test_counts_equal_those_by_the_distance_of_every_event(events, every):
    board, centres = centres_at((6, 7), every)
    row, col, age = (np.array(part, dtype=np.int64) for part in zip(*events, strict=True))
    counts = np.full((len(centres), len(RADII), 3), 99, dtype=np.int64)
    count_in_cylinders((row, col, age), _offsets(RADII), board, counts)
    for i, (centre_row, centre_col) in enumerate(centres):
        away = np.hypot(row - centre_row, col - centre_col)
        for r, radius in enumerate(RADII):
            for w in range(3):
                assert counts[i, r, w] == ((away <= radius) & (age <= w)).sum()


def test_one_cylinder_by_hand():
    # 100 incidents, 20 in the disc, 10 in the week: 2 expected, 6 seen.
    by_hand = 6 * math.log(6 / 2) + 94 * math.log(94 / 98)
    assert likelihood_ratio(6, 20, 10, 100, 3, 50) == pytest.approx(by_hand, rel=1e-14)


@pytest.mark.parametrize(
    ("count", "in_disc", "in_window", "least", "most"),
    [
        (2, 20, 10, 3, 50),  # as many as expected
        (1, 20, 10, 1, 50),  # fewer
        (6, 20, 10, 7, 50),  # under the least support
        (6, 20, 10, 3, 19),  # a disc with too large a share
    ],
)
def test_what_is_no_cluster_has_no_ratio(count, in_disc, in_window, least, most):
    assert likelihood_ratio(count, in_disc, in_window, 100, least, most) == 0.0


def test_a_cylinder_that_holds_all_has_a_finite_ratio():
    assert likelihood_ratio(8, 8, 4, 8, 1, 8) == pytest.approx(8 * math.log(2), rel=1e-14)


def test_the_greatest_is_that_of_the_ratios_filled_in():
    rng = np.random.default_rng(2)
    counts = rng.integers(0, 9, (6, 2, 3))
    in_disc, in_window = rng.integers(9, 30, (6, 2)), np.array([5, 8, 20])
    limits = (100, 3, 25)
    out = np.full(counts.shape, -1.0)
    greatest = likelihood_ratios(counts, in_disc, in_window, limits, out)
    one_by_one = [
        likelihood_ratio(counts[i, r, w], in_disc[i, r], in_window[w], *limits)
        for i, r, w in np.ndindex(counts.shape)
    ]
    assert out.ravel().tolist() == one_by_one
    assert greatest == max(one_by_one) > 0.0
    none = np.empty((0, 0, 0))
    assert likelihood_ratios(counts, in_disc, in_window, limits, none) == greatest
