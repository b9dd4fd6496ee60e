import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geogrid.analysis.feedback import (
    INCLUDED,
    OFFICER,
    UNWEIGHTED,
    OfficerShare,
    exposure_weights,
    officer_share,
)
from geogrid.errors import InputError
from geogrid.model.incidents import SOURCES
from tests.analysis.forecasting import incidents_at

PUBLIC = ("call", "unknown")
FAIR = 1.1 / 2.1  # of two districts, one with a tenth more incidents


def patrols_after_two_years(rng, *, weighted):
    """Return the share of patrols that the busier of two districts ends with.

    Each night one patrol goes where incidents were recorded, in proportion, and finds what
    happens there. Nobody else reports anything.
    """
    found, visits, share = np.ones(2), np.ones(2), 0.5
    for night in range(1, 731):
        there = int(rng.random() >= share)
        visits[there] += 1
        found[there] += rng.poisson((1.1, 1.0)[there])
        weight = np.ones(2)
        if weighted:
            position = np.repeat([0, 1], found.astype(int))
            all_found = np.ones(position.size, dtype=bool)
            each = exposure_weights(all_found, position, visits, night + 1)
            weight = each[[0, -1]]
        share = float(found[0] * weight[0] / (found * weight).sum())
    return share


def test_patrols_that_follow_what_patrols_find_run_away_and_weights_hold_them():
    plain = [patrols_after_two_years(np.random.default_rng(k), weighted=False) for k in range(60)]
    held = [patrols_after_two_years(np.random.default_rng(k), weighted=True) for k in range(60)]
    assert np.quantile(plain, 0.95) - np.quantile(plain, 0.05) > 0.4
    assert np.quantile(held, 0.95) - np.quantile(held, 0.05) < 0.12
    assert np.mean(held) == pytest.approx(FAIR, abs=0.02)


def test_an_incident_where_units_rarely_come_counts_for_more():
    is_officer = np.array([True, True, False, True])
    weight = exposure_weights(is_officer, np.array([0, 1, 1, -1]), np.array([99.0, 9.0]), 99)
    assert weight[1] / weight[0] == pytest.approx(100 / 10)
    assert weight[0] + weight[1] == pytest.approx(2.0)
    assert weight[2:].tolist() == [1.0, 1.0]


def test_what_others_reported_always_counts_once():
    position = np.array([0, 1, 1])
    weight = exposure_weights(np.zeros(3, dtype=bool), position, np.array([3.0, np.nan]), 5)
    assert weight.tolist() == [1.0, 1.0, 1.0]


def test_equal_patrols_weigh_nothing():
    weight = exposure_weights(np.ones(3, dtype=bool), np.array([0, 1, 2]), np.full(3, 7.0), 10)
    np.testing.assert_allclose(weight, 1.0)


@given(
    st.lists(st.tuples(st.booleans(), st.integers(-1, 3)), min_size=1, max_size=20),
    st.lists(st.integers(0, 30), min_size=4, max_size=4),
)
def test_weights_of_what_officers_found_sum_to_their_number(rows, visits):
    is_officer, position = map(np.array, zip(*rows, strict=True))
    weight = exposure_weights(is_officer, position, np.array(visits, dtype=float), 30)
    assert weight.sum() == pytest.approx(len(rows))
    assert (weight > 0).all()


def test_visits_of_no_day_are_refused():
    with pytest.raises(InputError, match="at least one day"):
        exposure_weights(np.ones(1, dtype=bool), np.array([0]), np.zeros(1), 0)


def test_more_patrols_alone_do_not_make_more_incidents():
    # One district is visited every night, one every fifth; incidents found per visit are alike.
    position = np.repeat([0, 1], [100, 20])
    weight = exposure_weights(np.ones(120, dtype=bool), position, np.array([100.0, 19.4]), 100)
    sums = np.bincount(position, weights=weight)
    assert sums[0] / sums.sum() == pytest.approx(0.5, abs=0.01)


def counted(by_source, *, included, weighted=False):
    return OfficerShare(by_source, SOURCES if included else PUBLIC, weighted)


def test_the_share_is_of_all_sources_and_is_shown_also_when_left_out():
    guard = counted((60, 30, 0, 10), included=False)
    assert guard.share == pytest.approx(0.3)
    assert guard.as_json()["sources"] == dict(zip(SOURCES, (60, 30, 0, 10), strict=True))
    assert guard.warnings() == []


def test_a_warning_comes_over_30_percent_and_not_at_it():
    over, at = counted((69, 31, 0, 0), included=True), counted((70, 30, 0, 0), included=True)
    assert over.warnings() == [UNWEIGHTED, INCLUDED.format(share=0.31)]
    assert at.warnings() == [UNWEIGHTED]
    assert counted((69, 31, 0, 0), included=True, weighted=True).warnings() == [
        INCLUDED.format(share=0.31)
    ]
    assert counted((5, 0, 0, 0), included=True).warnings() == []
    assert counted((0, 0, 0, 0), included=True).share == 0.0


def test_the_warning_is_about_what_counts():
    alone = OfficerShare((90, 10, 0, 0), ("officer",), weighted=True)
    assert alone.share == pytest.approx(0.1)
    assert alone.warnings() == [INCLUDED.format(share=1.0)]


def test_incidents_are_counted_by_source(town):
    incidents = incidents_at(town.grid, [1.0] * 3, [1.5] * 3, [1.5] * 3)
    incidents.source[:] = [OFFICER, 0, OFFICER]
    guard = officer_share(incidents, SOURCES, weighted=False)
    assert guard.by_source[OFFICER] == 2
    assert guard.share == pytest.approx(2 / 3)
