from itertools import combinations

import numpy as np
import pytest

from geogrid.kernels.drawn_tails import draw_cells, drawn_conditional_tails, drawn_total_tails
from geogrid.kernels.exact_tail import conditional_tails, total_tails

DRAWS = 4_000
OWN = np.array([0, 0, 3, 1, 0, 7, 1, 0, 2, 0, 0, 40])


def windows():
    """Return windows of 1 to 12 cells around twelve values, the first k of them."""
    k = np.arange(1, OWN.size + 1)
    return k, np.array([OWN[i] + np.delete(OWN, i)[: k[i] - 1].sum() for i in range(OWN.size)])


def far_from(drawn, exact):
    """Return how many standard errors the drawn tails are off."""
    spread = np.sqrt(np.maximum(exact * (1.0 - exact), 1.0 / DRAWS) / DRAWS)
    return np.abs(drawn - exact) / spread


def test_drawn_total_tails_are_the_exact_ones_within_the_error_of_drawing():
    k, s = windows()
    drawn = drawn_total_tails(OWN, k, s, DRAWS, np.random.default_rng(3))
    exact = total_tails(*np.unique(OWN, return_counts=True), k, s)
    for tail, true in zip(drawn, exact, strict=True):
        assert far_from(tail, true).max() < 4.5


def test_drawn_conditional_tails_are_the_exact_ones_within_the_error_of_drawing():
    k, s = windows()
    drawn = drawn_conditional_tails(OWN, k, s, DRAWS, np.random.default_rng(4))
    exact = conditional_tails(*np.unique(OWN, return_counts=True), OWN, k, s)
    for tail, true in zip(drawn, exact, strict=True):
        assert far_from(tail, true).max() < 4.5


@pytest.mark.parametrize("tails", [drawn_total_tails, drawn_conditional_tails])
def test_the_same_seed_gives_the_same_tails_and_the_floor_is_one_in_draws_and_one(tails):
    own = np.zeros(400, dtype=np.int64)
    own[:3] = 1_000
    k, s = np.full(400, 3), np.full(400, 3_000)
    first = tails(own, k, s, 99, np.random.default_rng(1))
    again = tails(own, k, s, 99, np.random.default_rng(1))
    np.testing.assert_array_equal(first, again)
    assert first[1].min() == 1.0 / 100.0


@pytest.mark.parametrize("k", [1, 2, 5])
def test_every_sample_is_drawn_equally_often_in_every_order(k):
    n, draws = 5, 6_000
    out = np.empty((draws, k), dtype=np.int64)
    draw_cells(np.arange(n), np.random.default_rng(5).random((draws, k)), out)
    assert all(len(set(row)) == k for row in out.tolist())
    seen = dict.fromkeys(combinations(range(n), k), 0)
    for row in out.tolist():
        seen[tuple(sorted(row))] += 1
    expected = draws / len(seen)
    assert max(abs(count - expected) for count in seen.values()) < 5.0 * np.sqrt(expected)
    assert np.abs(np.bincount(out[:, -1], minlength=n) - draws / n).max() < 5.0 * np.sqrt(draws / n)
