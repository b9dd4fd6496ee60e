"""The match index: 1 within its interval where presence follows demand, 0 where it avoids it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from geogrid.analysis.balance import balance
from geogrid.analysis.match_index import match_index, mean_deviation
from geogrid.errors import InputError


@pytest.mark.parametrize(("n", "p"), [(10, 0.3), (7, 0.5), (100, 0.013), (5, 0.2), (3, 1.0)])
def test_the_mean_by_chance_is_that_of_all_outcomes(n, p):
    k = np.arange(n + 1)
    brute = (np.abs(k - n * p) * binom.pmf(k, n, p)).sum()
    assert mean_deviation(n, np.array([p, 0.0]))[0] == pytest.approx(brute, abs=1e-12)
    assert mean_deviation(n, np.array([p, 0.0]))[1] == 0.0


def test_the_index_by_hand():
    # Shares .5 .5 against .9 .1: dissimilarity .4. Chance: E|X - 36| / 40, X binomial(40, .9).
    found = match_index(np.array([20, 20]), np.array([900.0, 100.0]))
    k = np.arange(41)
    chance = (np.abs(k - 36) * binom.pmf(k, 40, 0.9)).sum() / 40
    assert found.dissimilarity == pytest.approx(0.4)
    assert found.by_chance == pytest.approx(chance)
    assert found.index == pytest.approx(1.0 - (0.4 - chance) / (1.0 - chance))
    assert found.low < found.index < found.high < 1.0


def test_presence_where_nothing_happens_matches_nothing():
    found = match_index(np.array([0, 0, 50, 50]), np.array([500.0, 500.0, 0.0, 0.0]))
    assert (found.index, found.low, found.dissimilarity) == (0.0, 0.0, 1.0)


def proportional(presence, seed):
    """Return 4,000 incidents dealt in proportion to presence."""
    return np.random.default_rng(seed).multinomial(4_000, presence / presence.sum())


def test_proportional_demand_has_the_index_one_within_its_interval():
    presence = np.random.default_rng(9).lognormal(8.0, 1.2, 2_000)
    inside = 0
    for seed in range(12):
        incidents = proportional(presence, seed)
        expected = balance(incidents.astype(float), presence, least_s=10.0).expected
        found = match_index(incidents, presence, expected=expected)
        assert found.dissimilarity > 0.2  # which a map without any gap has by chance
        inside += found.low <= 1.0 <= found.high + 1e-12
    assert inside >= 10  # 97.5 % of 12 are 11.7


@pytest.mark.parametrize("factor", [1.0, 4.0])
def test_the_error_is_that_of_many_draws(factor):
    presence = np.random.default_rng(9).lognormal(8.0, 1.2, 2_000)
    rate = presence * np.where(np.arange(2_000) % 10 == 0, factor, 1.0)
    expected = 4_000 * rate / rate.sum()
    every = [
        match_index(proportional(rate, seed), presence, expected=expected) for seed in range(800)
    ]
    drawn = [1.0 - (one.dissimilarity - one.by_chance) / (1.0 - one.by_chance) for one in every]
    assert np.std(drawn) == pytest.approx(every[0].error, rel=0.1)  # 2.5 % is its own error
    if factor == 1.0:
        assert np.mean(drawn) == pytest.approx(1.0, abs=4 * every[0].error / np.sqrt(800))


def test_the_index_falls_with_a_planted_mismatch_and_its_change_is_told():
    rng = np.random.default_rng(2)
    presence = rng.lognormal(8.0, 0.5, 500)
    rates = [presence * np.where(np.arange(500) % 10 == 0, factor, 1.0) for factor in (1, 3, 9)]
    found = [match_index(rng.multinomial(50_000, rate / rate.sum()), presence) for rate in rates]
    assert found[0].index > found[1].index > found[2].index
    change = found[0].change_from(found[2])
    assert change["change"] == found[0].index - found[2].index
    assert change["interval"][0] > 0.0
    same = found[1].change_from(found[1])
    assert same["interval"][0] == -same["interval"][1]


def test_few_incidents_or_nobody_there_give_no_index():
    assert match_index(np.array([29]), np.array([5.0])) is None
    assert match_index(np.array([300, 1]), np.zeros(2)) is None
    with pytest.raises(InputError, match="one value per cell"):
        match_index(np.array([300, 1]), np.zeros(3))


def test_one_cell_matches_itself():
    found = match_index(np.array([40]), np.array([7.0]))
    assert (found.index, found.dissimilarity, found.by_chance) == (1.0, 0.0, 0.0)
