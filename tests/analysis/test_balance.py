"""Demand beside supply: calm where they agree, loud where a gap was planted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from geogrid.analysis.balance import EXCESS, balance, discoveries


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


def test_cells_with_five_times_the_demand_are_found():
    rng = np.random.default_rng(7)
    presence = city(5_000, rng)
    planted = np.zeros(5_000, dtype=bool)
    planted[np.argsort(presence)[-400::10]] = True  # where counts are large enough to tell
    rate = presence * np.where(planted, 5.0, 1.0)
    incidents = rng.multinomial(200_000, rate / rate.sum()).astype(float)
    found = balance(incidents, presence, least_s=10.0).verdict == 1
    assert (found & planted).sum() >= 38
    # Gaps swell the dispersion that is estimated with them, so some calm cells are called too.
    assert (found & ~planted).sum() <= planted.sum()


def test_demand_in_exact_proportion_is_balanced_everywhere():
    presence = np.array([100.0, 200.0, 300.0, 400.0])
    result = balance(np.array([1000.0, 2000.0, 3000.0, 4000.0]), presence, least_s=10.0)
    assert result.verdict.tolist() == [0, 0, 0, 0]
    np.testing.assert_allclose(result.log2_ratio, 0.0, atol=1e-6)
    np.testing.assert_allclose(result.demand_share, result.supply_share)
    assert result.overdispersion == pytest.approx(0.0, abs=1e-12)


def test_the_probability_is_that_of_the_posterior():
    presence, incidents = np.array([100.0, 300.0, 600.0]), np.array([60.0, 20.0, 20.0])
    result = balance(incidents, presence, least_s=1.0)
    mean, total, phi = presence / 1000.0, 100.0, result.overdispersion
    assert phi == pytest.approx(((incidents - total * mean) ** 2 / (total * mean)).sum() / 2)
    strength = max((total - phi) / (phi - 1.0), 1.0)
    posterior = beta(strength * mean + incidents, strength * (1 - mean) + total - incidents)
    np.testing.assert_allclose(result.p_exceeds, posterior.sf(EXCESS * mean), rtol=1e-9)
    np.testing.assert_allclose(result.log2_ratio, np.log2(posterior.mean() / mean), rtol=1e-9)


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
