"""Incidents weighed by harm: alike they are counts, and a heavy one is not many."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geogrid.analysis.balance import balance
from geogrid.analysis.harm import harm_counts, tail_counts
from geogrid.analysis.match_index import match_index
from geogrid.errors import InputError

CELLS = 4_000


@given(st.lists(st.integers(-1, 4), max_size=30), st.floats(1e-6, 1e6))
def test_alike_weights_give_the_counts_whatever_they_are(cells, weight):
    at = np.array(cells, dtype=np.int64)
    found = harm_counts(at, np.full(at.size, weight), 5)
    np.testing.assert_allclose(found, np.bincount(at[at >= 0], minlength=5), rtol=1e-12)


@given(st.lists(st.floats(0.01, 100.0), min_size=1, max_size=20), st.floats(1e-3, 1e3))
def test_the_unit_of_harm_changes_nothing_and_shares_are_those_of_the_weights(weights, unit):
    weight = np.array(weights)
    at = np.arange(weight.size) % 3
    found = harm_counts(at, weight, 3)
    np.testing.assert_allclose(harm_counts(at, weight * unit, 3), found, rtol=1e-9)
    shares = np.bincount(at, weight, 3) / weight.sum()
    np.testing.assert_allclose(found / found.sum(), shares, rtol=1e-9)


def test_one_incident_of_a_hundred_is_two_among_light_ones():
    # 99 of weight 1 and one of 100: sum 199, squares 10,099, hence a scale of 50.75.
    weight = np.append(np.ones(99), 100.0)
    found = harm_counts(np.append(np.zeros(99, np.int64), 1), weight, 2)
    np.testing.assert_allclose(found, [99 * 199 / 10_099, 100 * 199 / 10_099])
    assert found.sum() == pytest.approx(199**2 / 10_099)  # effective incidents, Kish (1965)


def test_weights_that_are_no_harm_are_refused_and_no_harm_is_none():
    for bad in (-1.0, np.nan, np.inf):
        with pytest.raises(InputError, match="weights of incidents"):
            harm_counts(np.array([0]), np.array([bad]), 1)
    assert harm_counts(np.array([0, -1]), np.array([0.0, 1.0]), 2).tolist() == [0.0, 0.0]


def weighed_world(seed, factor=1.0):
    """Return presence, cells and weights of incidents; twenty busy cells have more demand."""
    rng = np.random.default_rng(seed)
    presence = rng.lognormal(8.0, 1.2, CELLS)
    planted = np.zeros(CELLS, bool)
    planted[np.argsort(presence)[-200::10]] = True
    rate = presence * np.where(planted, factor, 1.0)
    at = np.repeat(np.arange(CELLS), rng.multinomial(60_000, rate / rate.sum()))
    weight = rng.choice([1.0, 5.0, 50.0], at.size, p=[0.8, 0.17, 0.03])
    return presence, at, weight, planted


def test_harm_in_proportion_calls_no_cell_where_sums_of_weights_would():
    called = naive = 0
    for seed in range(3):
        presence, at, weight, _ = weighed_world(seed)
        harm = harm_counts(at, weight, CELLS)
        judged = balance(tail_counts(harm, at, weight), presence, least_s=10.0)
        called += int((judged.verdict == 1).sum())
        sums = np.bincount(at, weight, CELLS)
        naive += int((balance(sums, presence, least_s=10.0).p_exceeds > 0.95).sum())
        match = match_index(harm, presence)
        assert match.index > 0.97
        assert match.high == 1.0
    assert called <= 1
    assert naive > 100


def test_five_times_the_harm_is_found_and_few_others_are():
    hit = wrong = 0
    for seed in range(3):
        presence, at, weight, planted = weighed_world(seed, factor=5.0)
        harm = harm_counts(at, weight, CELLS)
        called = balance(tail_counts(harm, at, weight), presence, least_s=10.0).verdict == 1
        hit, wrong = hit + (called & planted).sum(), wrong + (called & ~planted).sum()
    assert hit >= 54  # of 60
    assert wrong <= 4


def test_tails_count_the_same_where_weights_are_alike_and_less_where_they_differ():
    at = np.array([0, 0, 1, -1])
    alike = harm_counts(at, np.full(4, 3.0), 2)
    np.testing.assert_allclose(tail_counts(alike, at, np.full(4, 3.0)), [2.0, 1.0])
    # Weights 1, 1, 2: sum 4, squares 6, cubes 10: the counts of 4 / 1.5 times 36 / 40.
    weight = np.array([1.0, 1.0, 2.0, 9.0])
    differ = harm_counts(at, weight, 2)
    np.testing.assert_allclose(differ, [2 / 1.5, 2 / 1.5])
    np.testing.assert_allclose(tail_counts(differ, at, weight), differ * 0.9)
