"""Demand beside supply: calm where they agree, loud where a gap was planted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from geogrid.analysis.balance import balance, discoveries
from geogrid.analysis.ratio_groups import EXCESS, LOG_RATIO


def city(n, rng):
    """Return presence that varies a hundredfold over cells."""
    return rng.lognormal(8.0, 1.2, n)


@pytest.mark.parametrize("seed", range(5))
def test_no_demand_exceeds_where_supply_is_in_proportion(seed):
    rng = np.random.default_rng(seed)
    presence = city(20_000, rng)
    incidents = rng.multinomial(100_000, presence / presence.sum()).astype(float)
    result = balance(incidents, presence, least_s=10.0)
    assert not (result.verdict == 1).any()
    raw = incidents / incidents.sum() > 2 * presence / presence.sum()
    assert raw.mean() > 0.02  # the raw ratio calls these more than twice short


def planted_city(n, rng):
    """Return presence, and rates of which forty have five times their share."""
    presence = city(n, rng)
    planted = np.zeros(n, dtype=bool)
    planted[np.argsort(presence)[-400::10]] = True  # where counts are large enough to tell
    return presence, presence * np.where(planted, 5.0, 1.0), planted


@pytest.mark.parametrize("seed", range(4))
def test_cells_with_five_times_the_demand_are_found_and_calm_ones_are_not_called(seed):
    rng = np.random.default_rng(seed)
    presence, rate, planted = planted_city(5_000, rng)
    incidents = rng.multinomial(200_000, rate / rate.sum()).astype(float)
    result = balance(incidents, presence, least_s=10.0)
    found = result.verdict == 1
    assert (found & planted).sum() >= 38
    assert (found & ~planted).sum() <= 5  # 5 % of 40 are expected
    assert not (result.verdict == -1).any()
    assert result.off_share == pytest.approx(40 / 5_000, rel=0.8)
    calm = ((rate / rate.sum()) / (presence / presence.sum()))[~planted][0]
    assert result.calm_ratio == pytest.approx(calm, rel=0.03)
    assert result.calm_spread <= 0.05


@pytest.mark.parametrize("spread", [0.3, 0.7])
def test_false_findings_stay_near_their_bound_where_every_cell_varies(spread):
    wrong, found = np.zeros(2), np.zeros(2)
    for seed in range(6):
        rng = np.random.default_rng(seed)
        presence = city(3_000, rng)
        rate = presence * rng.lognormal(0.0, spread, 3_000)
        incidents = rng.multinomial(150_000, rate / rate.sum()).astype(float)
        result = balance(incidents, presence, least_s=10.0)
        ratio = (rate / rate.sum()) / (presence / presence.sum())
        for side, (sign, truth) in enumerate(((1, ratio > EXCESS), (-1, ratio < 1 / EXCESS))):
            called = result.verdict == sign
            wrong[side] += (called & ~truth).sum()
            found[side] += called.sum()
    assert (found > 500).all()
    assert (wrong / found < 0.07).all()


def test_demand_in_exact_proportion_is_balanced_everywhere():
    presence = np.array([100.0, 200.0, 300.0, 400.0])
    result = balance(np.array([1000.0, 2000.0, 3000.0, 4000.0]), presence, least_s=10.0)
    assert result.verdict.tolist() == [0, 0, 0, 0]
    np.testing.assert_allclose(result.log2_ratio, 0.0, atol=0.03)
    np.testing.assert_allclose(result.demand_share, result.supply_share)


def test_the_probability_is_that_of_the_two_groups_by_brute_force():
    rng = np.random.default_rng(4)
    presence, rate, _ = planted_city(1_000, rng)
    incidents = rng.multinomial(40_000, rate / rate.sum()).astype(float)
    result = balance(incidents, presence, least_s=1.0)
    expected = 40_000 * presence / presence.sum()
    width = max(result.calm_spread, (LOG_RATIO[1] - LOG_RATIO[0]) / 4)
    calm = np.exp(-0.5 * ((LOG_RATIO - np.log(result.calm_ratio)) / width) ** 2)
    prior = (1 - result.off_share) * calm / calm.sum() + result.off_share / LOG_RATIO.size
    for i in rng.integers(0, 1_000, 20):
        posterior = prior * poisson.pmf(incidents[i], expected[i] * np.exp(LOG_RATIO))
        posterior /= posterior.sum()
        over = posterior[np.exp(LOG_RATIO) > EXCESS].sum()
        assert result.p_exceeds[i] == pytest.approx(over, rel=1e-9, abs=1e-12)
        mean = posterior @ np.exp(LOG_RATIO)
        assert result.log2_ratio[i] == pytest.approx(np.log2(mean), abs=1e-9)
        assert result.expected[i] == pytest.approx(mean * expected[i])


def test_a_handful_of_incidents_calls_nothing():
    incidents, presence = np.array([2.0, 1.0, 0.0, 0.0, 0.0]), np.full(5, 1000.0)
    assert not balance(incidents, presence, least_s=10.0).verdict.any()


presence_ms = st.integers(0, 10**11)  # presence is whole milliseconds


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 5) | st.integers(0, 10_000), presence_ms),
        min_size=1,
        max_size=40,
    )
)
def test_any_counts_give_numbers(rows):
    incidents, presence = (np.array(side, float) for side in zip(*rows, strict=True))
    presence = presence / 1e3
    if incidents.sum() == 0.0 or presence.sum() == 0.0:
        return
    result = balance(incidents, presence, least_s=10.0)
    assert ((result.p_exceeds >= 0.0) & (result.p_exceeds <= 1.0)).all()
    assert result.demand_share.sum() == pytest.approx(1.0)
    assert result.supply_share.sum() == pytest.approx(1.0)
    assert (np.isnan(result.log2_ratio) == (presence == 0.0)).all()
    assert not np.isinf(result.log2_ratio).any()
    assert set(result.verdict.tolist()) <= {-1, 0, 1}


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=50), st.floats(0.01, 0.5))
def test_discoveries_are_the_largest_set_under_the_bound(probability, bound):
    p = np.array(probability)
    chosen = discoveries(p, bound)
    false = np.sort(1.0 - p)
    largest = max((k for k in range(1, p.size + 1) if false[:k].mean() <= bound - 1e-12), default=0)
    if chosen.any():
        assert (1.0 - p[chosen]).mean() <= bound + 1e-12
        assert p[chosen].min() >= p[~chosen].max(initial=0.0)
    assert chosen.sum() >= largest


def test_ties_are_broken_the_same_way_each_time():
    p = np.array([0.9, 0.99, 0.9, 0.99])
    assert discoveries(p, 0.05).tolist() == discoveries(p.copy(), 0.05).tolist()
    assert discoveries(p, 0.04).tolist() == [True, True, False, True]
