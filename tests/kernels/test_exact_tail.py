from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from geogrid.kernels.exact_tail import (
    conditional_tails,
    draw_sum_table,
    total_tails,
    without_one,
)

COUNT = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 7, 40])


def histogram(counts):
    return np.unique(np.asarray(counts, dtype=np.int64), return_counts=True)


def ints(*values):
    return np.array(values, dtype=np.int64)


def tails_of_all_samples(counts, k, s):
    """Return both tails by listing every sample of k of the counts."""
    sums = np.array([sum(sample) for sample in combinations(counts, k)])
    return (sums <= s).mean(), (sums >= s).mean()


@st.composite
def windows(draw):
    counts = draw(st.lists(COUNT, min_size=1, max_size=9))
    return counts, draw(st.integers(1, len(counts)))


def test_two_draws_from_four_counts_by_hand():
    # 0, 0, 1, 2: the pairs sum to 0, 1, 1, 2, 2, 3
    table = draw_sum_table(*histogram([0, 0, 1, 2]), 2, 2)
    np.testing.assert_allclose(table[2], np.array([1, 2, 2, 1]) / 6, rtol=1e-15)
    np.testing.assert_allclose(table[1], np.array([2, 1, 1, 0]) / 4, rtol=1e-15)


@settings(deadline=None, max_examples=80)  # the first call compiles
@given(windows())
def test_total_tails_equal_those_of_all_samples(window):
    counts, k = window
    s = sum(counts[:k])
    p_lo, p_hi = total_tails(*histogram(counts), ints(k), ints(s))
    np.testing.assert_allclose(
        (p_lo[0], p_hi[0]), tails_of_all_samples(counts, k, s), rtol=0, atol=1e-12
    )


@settings(deadline=None, max_examples=80)
@given(windows())
def test_conditional_tails_equal_those_of_all_samples_of_the_other_cells(window):
    counts, k = window
    s = sum(counts[:k])
    p_lo, p_hi = conditional_tails(*histogram(counts), ints(counts[0]), ints(k), ints(s))
    expected = tails_of_all_samples(counts[1:], k - 1, s - counts[0])
    np.testing.assert_allclose((p_lo[0], p_hi[0]), expected, rtol=0, atol=1e-12)


def test_conditional_tails_of_many_cells_at_once_equal_those_one_by_one():
    counts = ints(3, 0, 0, 1, 0, 2, 0, 0, 1, 0, 0, 5)
    k, s = ints(*[3, 4, 2] * 4), counts + np.tile(ints(1, 2, 0), 4)
    p_lo, p_hi = conditional_tails(*histogram(counts), counts, k, s)
    for i, own in enumerate(counts):
        rest = np.delete(counts, i).tolist()
        expected = tails_of_all_samples(rest, k[i] - 1, s[i] - own)
        np.testing.assert_allclose((p_lo[i], p_hi[i]), expected, rtol=0, atol=1e-12)


def test_conditional_tails_hold_when_the_window_is_most_of_the_population():
    counts = np.repeat(ints(0, 1, 2, 5), 15)
    values, members = histogram(counts)
    p_lo, p_hi = conditional_tails(values, members, ints(5), ints(51), ints(100))
    rest = draw_sum_table(values, members - (values == 5), 50, 120)[50]
    np.testing.assert_allclose(p_lo[0], rest[:96].sum(), rtol=1e-12)
    np.testing.assert_allclose(p_hi[0], rest[95:].sum(), rtol=1e-12)


@settings(deadline=None, max_examples=40)
@given(windows(), st.integers(0, 60))
def test_the_tails_share_only_the_sum_itself(window, s):
    counts, k = window
    values, members = histogram(counts)
    p_lo, p_hi = total_tails(values, members, ints(k), ints(s))
    equal = draw_sum_table(values, members, k, s)[k, s]
    np.testing.assert_allclose(p_lo[0] + p_hi[0] - equal, 1.0, rtol=0, atol=1e-13)


@settings(deadline=None, max_examples=40)
@given(windows(), st.integers(0, 60))
def test_sums_that_are_not_told_apart_are_kept_together(window, s_max):
    counts, k = window
    short = draw_sum_table(*histogram(counts), k, s_max)
    long = draw_sum_table(*histogram(counts), k, s_max + sum(counts))
    np.testing.assert_allclose(short[:, :-1], long[:, : s_max + 1], rtol=1e-13)
    np.testing.assert_allclose(short[:, -1], long[:, s_max + 1 :].sum(axis=1), atol=1e-14)
    np.testing.assert_allclose(short.sum(axis=1), 1.0, rtol=1e-13)


def test_tails_of_zeros_and_ones_are_hypergeometric_far_out_at_367_000_cells():
    cells, ones, k = 367_000, 9_000, 49
    s = np.arange(26)
    _, p_hi = total_tails(ints(0, 1), ints(cells - ones, ones), np.full(26, k), s)
    expected = stats.hypergeom(cells, ones, k).sf(s - 1)
    np.testing.assert_allclose(p_hi, expected, rtol=1e-8)  # scipy's logarithms lose the rest
    assert p_hi[-1] < 1e-25


def test_far_tails_keep_their_relative_accuracy():
    # All four heavy cells in one window of 49: exactly 49*48*47*46 / (N (N-1) (N-2) (N-3)).
    n = 367_000
    _, p_hi = total_tails(ints(0, 1806), ints(n - 4, 4), ints(49), ints(4 * 1806))
    exact = 49 * 48 * 47 * 46 / (n * (n - 1) * (n - 2) * (n - 3))
    np.testing.assert_allclose(p_hi[0], exact, rtol=1e-12)


def test_the_distribution_has_the_moments_of_sampling_without_replacement():
    values, members = ints(0, 1, 3, 60), ints(366_000, 900, 95, 5)
    k, size = 49, 367_000
    table = draw_sum_table(values, members, k, 500)
    np.testing.assert_allclose(table.sum(axis=1), 1.0, rtol=1e-12)
    mean = (values * members).sum() / size
    variance = (values**2 * members).sum() / size - mean**2
    sums = np.arange(501)
    np.testing.assert_allclose(table[k, :-1] @ sums, k * mean, rtol=1e-11)
    np.testing.assert_allclose(
        table[k, :-1] @ sums**2 - (k * mean) ** 2,
        k * variance * (size - k) / (size - 1),
        rtol=1e-9,
    )


@pytest.mark.parametrize("value", [0, 1, 3, 60])
def test_taking_one_member_out_equals_building_without_it(value):
    values, members = ints(0, 1, 3, 60), ints(1500, 400, 95, 5)
    table = draw_sum_table(values, members, 21, 150)
    fewer = draw_sum_table(values, members - (values == value), 21, 150)
    out = np.full_like(table, np.nan)
    without_one(table, 2000, value, out)
    np.testing.assert_allclose(out, fewer, rtol=0, atol=1e-14)


def test_a_window_of_every_cell_has_but_one_sum():
    counts = [4, 0, 2]
    p_lo, p_hi = total_tails(*histogram(counts), ints(3), ints(6))
    assert (p_lo[0], p_hi[0]) == (1.0, 1.0)
    p_lo, p_hi = conditional_tails(*histogram(counts), ints(4), ints(3), ints(6))
    np.testing.assert_allclose((p_lo[0], p_hi[0]), 1.0, rtol=1e-15)


def test_order_of_the_windows_does_not_matter():
    values, members = ints(0, 1, 2), ints(50, 20, 5)
    k, s = ints(5, 2, 9, 2, 5), ints(3, 0, 4, 2, 1)
    turned = [tails[::-1] for tails in total_tails(values, members, k[::-1], s[::-1])]
    for straight, back in zip(total_tails(values, members, k, s), turned, strict=True):
        np.testing.assert_array_equal(straight, back)
