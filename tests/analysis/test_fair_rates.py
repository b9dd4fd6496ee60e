"""Rates of small counts: published estimates, exact intervals and calibration."""

from __future__ import annotations

import numpy as np
import pytest

from geogrid.analysis.fair_rates import fair_rates, poisson_interval
from geogrid.errors import InputError

# Sudden infant deaths and live births in the counties of North Carolina, July 1974 to June 1978
# (Cressie & Read 1985; the data set nc.sids of R's spData, CC0).
DEATHS = np.fromstring(
    """
    1 0 5 1 9 7 0 0 4 1 2 16 4 4 4 18 3 4 1 1 1 0 1 2 10 23 13 6 4 16 8 0 10 6 0 2 16 2 4 1 0 8 5 5
    0 5 7 2 11 3 14 5 9 6 2 0 7 3 4 5 12 18 6 10 8 2 5 44 3 3 5 5 0 10 3 11 1 0 4 1 2 38 1 4 15 7 0
    4 4 0 13 8 29 31 5 8 4 15 12 5
    """,
    dtype=np.int64,
    sep=" ",
)
BIRTHS = np.fromstring(
    """
    1091 487 3188 508 1421 1452 286 420 968 1612 1035 4449 1671 1556 2180 3608 1638 3146 1323 484
    751 781 1269 1399 11858 16184 4672 1324 3164 7970 4021 671 3657 3609 770 1549 14484 765 4139
    1207 1333 5509 3573 990 248 1946 4456 1646 3702 4606 5094 5754 7515 3999 2110 521 2692 675 870
    2252 2992 6638 3776 4866 2216 1143 2648 21588 4099 1258 2356 2574 415 3589 1173 9014 533 797
    3025 542 1027 20366 578 3915 1570 1494 338 2483 2756 284 5868 2255 11158 7889 2414 1782 1228
    3350 5526 2181
    """,
    dtype=np.float64,
    sep=" ",
)


def test_mean_and_variance_are_the_published_ones():
    # EBest(SID74, BIR74) of R's spdep: a = 7.692931e-07, b = 0.002021445
    found = fair_rates(DEATHS, BIRTHS)
    assert found.overall == pytest.approx(0.002021445, rel=5e-7)
    assert found.variance == pytest.approx(7.692931e-07, rel=5e-7)


def test_shrunk_rates_are_marshalls():
    found = fair_rates(DEATHS, BIRTHS)
    weight = found.variance / (found.variance + found.overall / BIRTHS)
    marshall = found.overall + weight * (found.rate - found.overall)
    np.testing.assert_allclose(found.shrunk, marshall, rtol=1e-12)


def test_exact_intervals_are_those_of_the_table_of_garwood():
    # 95 %: 0 gives 0 to 3.69, 1 gives 0.025 to 5.57, 10 gives 4.80 to 18.39.
    low, high = poisson_interval(np.array([0, 1, 10]))
    np.testing.assert_allclose(low, [0.0, 0.0253, 4.7954], atol=5e-5)
    np.testing.assert_allclose(high, [3.6889, 5.5716, 18.3904], atol=5e-5)


def test_a_small_district_does_not_lead_by_chance():
    count, persons = np.array([2, 120, 90, 100]), np.array([50.0, 10_000.0, 10_000.0, 10_000.0])
    found = fair_rates(count, persons)
    assert np.argmax(found.rate) == 0  # the raw rate of 2 among 50 leads
    assert found.shrunk[0] < 0.5 * found.rate[0]
    assert found.shrunk_low[0] < found.overall < found.high[0]


def test_a_district_far_from_all_is_told_apart_by_its_exact_interval():
    found = fair_rates(np.array([200, 100, 100, 20]), np.full(4, 100.0))
    assert found.against.tolist() == [1, 0, 0, -1]
    assert found.rank.tolist() == [1, 2, 2, 4]


def test_without_more_than_chance_all_have_the_rate_of_all():
    found = fair_rates(np.array([10, 10, 10]), np.array([5.0, 5.0, 5.0]))
    assert found.variance == 0.0
    assert found.shrunk.tolist() == [2.0, 2.0, 2.0]
    assert (found.shrunk_low < 2.0).all()
    assert (found.shrunk_high > 2.0).all()


def test_districts_without_exposure_have_no_rate_and_change_nothing():
    count, exposure = np.array([3, 5, 9]), np.array([10.0, 20.0, 30.0])
    alone = fair_rates(count, exposure)
    found = fair_rates(np.append(count, 7), np.append(exposure, 0.0))
    assert np.isnan([found.rate[3], found.shrunk[3], found.high[3]]).all()
    assert found.rank[3] == 0
    np.testing.assert_array_equal(found.shrunk[:3], alone.shrunk)
    assert np.isnan(fair_rates(np.array([1]), np.array([0.0])).rate).all()


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    rng = np.random.default_rng(8)
    exact, posterior, n = 0, 0, 0
    for _ in range(100):
        exposure = rng.uniform(2.0, 60.0, 40)
        truth = rng.gamma(4.0, 0.25, 40)
        found = fair_rates(rng.poisson(truth * exposure), exposure)
        exact += int(((found.low <= truth) & (truth <= found.high)).sum())
        posterior += int(((found.shrunk_low <= truth) & (truth <= found.shrunk_high)).sum())
        n += 40
    assert exact / n >= 0.95  # exact intervals are never too short
    assert 0.93 <= posterior / n <= 0.97


def test_wrong_input_is_refused():
    with pytest.raises(InputError, match="none below 0"):
        fair_rates(np.array([1, -1]), np.array([1.0, 1.0]))
    with pytest.raises(InputError, match="one value each"):
        fair_rates(np.array([1]), np.array([1.0, 1.0]))
