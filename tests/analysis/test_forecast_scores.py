from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import binom, nbinom, poisson

from geogrid.analysis.forecast_scores import (
    HitCurve,
    Ranking,
    best_curve,
    count_interval,
    poisson_log_score,
)

SIDES = st.integers(2, 9)


@st.composite
def towns(draw):
    """Draw scores, incidents and land of a few cells."""
    n = draw(SIDES)
    score = draw(hnp.arrays(np.float64, n, elements=st.sampled_from([0.0, 1.0, 2.5, 4.0])))
    observed = draw(hnp.arrays(np.int64, n, elements=st.integers(0, 5))).astype(float)
    area = draw(hnp.arrays(np.float64, n, elements=st.sampled_from([0.5, 1.0, 2.0])))
    return score, observed, area


def test_hits_by_hand():
    curve = HitCurve.of(np.array([3.0, 9.0, 1.0]), np.array([2.0, 5.0, 3.0]), np.ones(3))
    np.testing.assert_allclose(curve.hits_at([0.0, 1 / 3, 0.5, 2 / 3, 1.0]), [0, 5, 6, 7, 10])
    # Triangle to a third (2.5 on average), then from 5 to 6 over a sixth (5.5): weights 2 to 1.
    assert curve.mean_hits_to(0.5) == pytest.approx((2 * 2.5 + 5.5) / 3)


def test_cells_scored_alike_count_as_any_order_of_them_would_on_average():
    observed, area = np.array([4.0, 1.0, 0.0, 3.0]), np.ones(4)
    score = np.array([2.0, 1.0, 1.0, 1.0])
    orders = [
        HitCurve.of(np.array([9, *order]), observed, area) for order in permutations(range(3))
    ]
    for share in (0.25, 0.5, 0.75):
        mean = np.mean([curve.hits_at([share])[0] for curve in orders])
        assert HitCurve.of(score, observed, area).hits_at([share])[0] == pytest.approx(mean)


@settings(deadline=None)
@given(towns(), st.floats(0.01, 1.0))
def test_no_ranking_is_above_the_best_one(town, share):
    score, observed, area = town
    got = HitCurve.of(score, observed, area)
    best = best_curve(observed, area)
    assert got.hits_at([share])[0] <= best.hits_at([share])[0] + 1e-9
    assert got.mean_hits_to(share) <= best.mean_hits_to(share) + 1e-9


@settings(deadline=None)
@given(towns())
def test_a_curve_ends_with_all_incidents(town):
    curve = HitCurve.of(*town)
    assert curve.area_share[-1] == 1.0
    assert curve.hits[-1] == town[1].sum()
    assert (np.diff(curve.hits) >= 0).all()


def test_a_score_that_says_nothing_hits_in_proportion_to_area():
    curve = HitCurve.of(np.zeros(3), np.array([1.0, 0.0, 9.0]), np.array([1.0, 2.0, 1.0]))
    np.testing.assert_allclose(curve.hits_at([0.1, 0.5]), [1.0, 5.0])
    assert curve.mean_hits_to(0.1) == pytest.approx(0.5)  # half of it: 0.05 of 10


@settings(deadline=None)
@given(towns())
def test_every_rank_is_given_once_and_tiers_rise_with_it(town):
    score, other, area = town
    ranking = Ranking.by_budget([score, other], (0.3, 1.0), area, score)
    assert sorted(ranking.rank.tolist()) == list(range(1, score.size + 1))
    tiers = ranking.tier[np.argsort(ranking.rank)]
    assert tiers[0] == 1
    assert set(np.diff(tiers).tolist()) <= {0, 1}


@settings(deadline=None)
@given(towns())
def test_one_model_for_all_budgets_is_ranked_as_if_there_were_none(town):
    score, observed, area = town
    ranking = Ranking.by_budget([score, score, score], (0.1, 0.3, 0.6), area, observed)
    plain = HitCurve.of(score, observed, area)
    tiers = HitCurve.of(-ranking.tier.astype(float), observed, area)
    np.testing.assert_allclose(tiers.area_share, plain.area_share)
    np.testing.assert_allclose(tiers.hits, plain.hits)


def test_each_budget_is_filled_by_its_own_score():
    first, second = np.array([1.0, 2.0, 3.0, 4.0]), np.array([9.0, 8.0, 7.0, 6.0])
    ranking = Ranking.by_budget([first, second], (0.25, 0.5), np.ones(4), np.zeros(4))
    assert ranking.rank.tolist() == [2, 3, 4, 1]


def test_equal_scores_are_told_apart_by_the_second_and_then_by_place():
    ranking = Ranking.by_budget([np.ones(4)], (0.5,), np.ones(4), np.array([0.0, 5.0, 0.0, 7.0]))
    assert ranking.rank.tolist() == [3, 2, 4, 1]
    assert ranking.tier.tolist() == [1, 1, 1, 1]


def test_the_log_score_is_best_at_the_truth_and_unforgiving_of_the_impossible():
    observed = np.array([3.0, 0.0, 1.0])
    truth = poisson_log_score(observed, observed + 1e-12)
    assert poisson_log_score(observed, observed * 1.2 + 1e-12) < truth
    assert poisson_log_score(observed, np.array([3.0, 1.0, 0.0])) == -np.inf
    assert poisson_log_score(np.zeros(2), np.array([0.0, 0.5])) == -0.5


@settings(deadline=None)
@given(st.floats(0.001, 50.0), st.sampled_from([0.2, 1.0, 30.0, np.inf]))
def test_at_most_1_in_20_falls_below_or_above_the_interval(mean, size):
    lo, hi = count_interval(np.array([mean]), size)
    if np.isinf(size):
        chance = binom(10**7, mean / 10**7)  # Poisson, by its limit
    else:
        chance = nbinom(size, size / (size + mean))
    assert chance.cdf(lo[0] - 1) <= 0.05 + 1e-4
    assert chance.sf(hi[0]) <= 0.05 + 1e-4
    assert lo[0] <= hi[0]


@pytest.mark.parametrize("size", [0.05, 1.5, 30.0, np.inf])
def test_ends_are_the_quantiles_of_scipy(size):
    mean = np.concatenate([np.logspace(-9, 4, 400), np.arange(1.0, 60.0)])
    chance = poisson(mean) if np.isinf(size) else nbinom(size, size / (size + mean))
    for end, tail in zip(count_interval(mean, size), (0.05, 0.95), strict=True):
        np.testing.assert_array_equal(end, chance.ppf(tail))


def test_nothing_expected_means_none_at_all():
    lo, hi = count_interval(np.zeros(2), 1.5)
    assert lo.tolist() == hi.tolist() == [0.0, 0.0]
