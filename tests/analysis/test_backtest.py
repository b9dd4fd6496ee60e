import numpy as np
import pytest

from geogrid.analysis.backtest import (
    FIRST_RATES,
    LEAST_RECORD,
    LEAST_WINDOWS,
    Record,
    Schedule,
    Spread,
    Tally,
    backtest,
    grouped,
)
from geogrid.analysis.forecast_events import Events
from geogrid.analysis.forecast_ground import Ground
from geogrid.analysis.forecast_models import BASELINE, MODELS
from tests.analysis.forecasting import ZONE, as_of, day_of, incidents_at, joined, town_of

BUDGETS = (0.05, 0.2)


@pytest.fixture(scope="module")
def ground(town):
    return Ground.of(town.grid, np.ones(144, dtype=np.bool_), sigma_m=250.0)


# ------------------------------------------------------------------ when


def test_windows_are_over_by_the_moment_and_do_not_overlap():
    schedule = Schedule.over(0.0, 730.0, horizon_days=7, most=200)
    assert schedule.days == 7
    assert schedule.origins[-1] + 7 == 730
    assert set(np.diff(schedule.origins).tolist()) == {7.0}
    assert schedule.origins[0] >= 365  # a year comes before the first


def test_half_of_a_short_history_comes_before_the_first_window():
    schedule = Schedule.over(0.0, 200.0, horizon_days=7, most=200)
    assert schedule.origins[0] >= 100
    assert len(schedule.origins) == 14


def test_only_the_latest_windows_are_taken():
    assert Schedule.over(0.0, 2000.0, horizon_days=7, most=5).origins == (
        *(1965.0, 1972.0, 1979.0, 1986.0, 1993.0),
    )
    assert Schedule.over(0.0, 2000.0, horizon_days=7, most=0).origins == ()


def test_windows_are_shorter_than_the_horizon_where_too_few_would_fit():
    schedule = Schedule.over(0.0, 365.0, horizon_days=365, most=52)
    assert schedule.days == 15
    assert len(schedule.origins) == LEAST_WINDOWS


# ------------------------------------------------------------------ what is picked


def recorded(gains, best=None):
    """Return a record of models that hit a window's gain more than plain counts.

    The log score is best for the self-exciting model where it is named, else for the blend.
    """
    record, n = Record((0.1,), 7), len(next(iter(gains.values())))
    for name in MODELS:
        steps = gains.get(name, [0.0] * n)
        record.models[name] = Tally([np.array([20.0 + gain]) for gain in steps], [])
    record.totals = [100.0] * n
    never = ("count_1y", "count_3y", "decay")  # may hold a cell impossible in which one came
    record.log_scores |= dict.fromkeys(never, -np.inf) | {"kde": -40.0, "blend": -30.0}
    record.log_scores["self_exciting"] = -30.0 if best is None else -20.0
    return record


def test_plain_counts_are_picked_until_there_is_a_record():
    gains = {"blend": [5.0, 6.0, 5.0, 7.0, 5.0, 5.0, 6.0]}
    assert len(gains["blend"]) < LEAST_RECORD
    assert recorded(gains).pick(tuple(MODELS)) == (BASELINE,)


def test_a_model_that_gains_more_than_chance_is_picked_and_of_two_the_better():
    sure = [4.0, 6.0, 5.0, 7.0, 5.0, 4.0, 6.0, 5.0]
    surer = [gain + 1 for gain in sure]
    assert recorded({"blend": sure}).pick(tuple(MODELS)) == ("blend",)
    both = recorded({"decay": sure, "blend": surer})
    assert both.pick(tuple(MODELS)) == ("blend",)
    assert both.pick((BASELINE, "decay")) == ("decay",)


def test_of_models_that_hold_nothing_impossible_only_the_best_log_score_is_tried():
    sure = [4.0, 6.0, 5.0, 7.0, 5.0, 4.0, 6.0, 5.0]
    lucky = {"kde": [gain + 9 for gain in sure], "blend": sure, "self_exciting": sure}
    assert recorded(lucky).pick(tuple(MODELS)) == ("blend",)
    assert recorded(lucky, best="self_exciting").pick(tuple(MODELS)) == ("self_exciting",)


def test_a_gain_that_chance_may_explain_or_a_loss_leaves_plain_counts():
    luck = {"blend": [9.0, -8.0, 7.0, -9.0, 8.0, -6.0, 5.0, -3.0]}
    assert sum(luck["blend"]) > 0
    assert recorded(luck).pick(tuple(MODELS)) == (BASELINE,)
    assert recorded({"kde": [-5.0] * 8}).pick(tuple(MODELS)) == (BASELINE,)


def test_a_model_that_comes_in_late_is_judged_by_its_own_windows():
    record = recorded({"blend": [0.0] * 12})
    record.models["count_3y"] = Tally([np.array([22.0 + i % 2]) for i in range(9)], [])
    assert record.pick(tuple(MODELS)) == ("count_3y",)
    record.models["count_3y"] = Tally([np.array([25.0])] * 3, [])
    assert record.pick(tuple(MODELS)) == (BASELINE,)


def test_numbers_are_those_of_the_best_log_score():
    record = recorded({"blend": [0.0] * 8})
    assert record.pick_rates(tuple(MODELS)) == "blend"
    record = recorded({"blend": [0.0] * 8}, best="self_exciting")
    assert record.pick_rates(tuple(MODELS)) == "self_exciting"
    assert Record((0.1,), 7).pick_rates(tuple(MODELS)) == FIRST_RATES


# ------------------------------------------------------------------ what is counted


def test_the_record_of_a_window_is_what_plain_counting_gives_by_hand(town, ground):
    start = day_of(as_of(0).as_of)
    # Until day 100: 3 in cell 5, 2 in cell 6. In the window: 4 in cell 5, 1 in cell 9, 1 off it.
    spots = [5] * 3 + [6] * 2 + [5] * 4 + [9, 20]
    days = [*range(10, 15), *[101.0] * 6]
    events = Events.of(
        incidents_at(town.grid, np.array(days) + start, np.array(spots) + 0.5, [0.5] * 11),
        town.grid,
        ZONE,
    )
    record = backtest(events, ground, Schedule((start + 100.0,), 7), (1 / 144, 2 / 144))
    assert record.totals == [5.0]  # the eleventh is off the grid
    np.testing.assert_allclose(record.models[BASELINE].hits[0], [4.0, 4.0], atol=1e-6)
    np.testing.assert_allclose(record.best.hits[0], [4.0, 5.0], atol=1e-6)
    np.testing.assert_allclose(record.default.hits[0], record.models[BASELINE].hits[0])
    assert record.picks == [(BASELINE, BASELINE)]


def test_incidents_off_the_ground_are_missed_not_forgotten(town):
    at_risk = np.zeros(144, dtype=np.bool_)
    at_risk[:72] = True
    events = Events.of(town_of(town.grid), town.grid, ZONE)
    half = Ground.of(town.grid, at_risk, sigma_m=250.0)
    schedule = Schedule((day_of(as_of(300).as_of) + 0.0,), 7)
    record = backtest(events, half, schedule, (1.0,))
    assert record.models[BASELINE].hits[0][0] < record.totals[0]


@pytest.mark.parametrize("later", [0.0, 3.0, 50.0])
def test_what_comes_after_a_window_changes_nothing_in_its_record(town, ground, later):
    known, start = town_of(town.grid), day_of(as_of(0).as_of)
    schedule = Schedule(tuple(start + 300.0 + 7 * k for k in range(12)), 7)
    rng = np.random.default_rng(9)
    after = incidents_at(
        town.grid, start + 384 + later + rng.uniform(0, 30, 500), *rng.uniform(0, 12, (2, 500))
    )
    early = Events.of(known, town.grid, ZONE).before(start + 384)
    every = Events.of(joined(known, after), town.grid, ZONE)
    before, with_more = (backtest(one, ground, schedule, BUDGETS) for one in (early, every))
    assert before.picks == with_more.picks
    assert before.totals == with_more.totals
    for name in MODELS:
        np.testing.assert_array_equal(before.models[name].hits, with_more.models[name].hits)
    np.testing.assert_array_equal(before.default.hits, with_more.default.hits)
    assert before.log_scores == with_more.log_scores


def test_the_pick_of_a_window_does_not_know_how_the_window_ends(town, ground):
    known, start = town_of(town.grid), day_of(as_of(0).as_of)
    schedule = Schedule(tuple(start + 300.0 + 7 * k for k in range(12)), 7)
    last = schedule.origins[-1]
    odd = incidents_at(town.grid, np.full(400, last + 1), np.full(400, 3.5), np.full(400, 3.5))
    calm = backtest(Events.of(known, town.grid, ZONE), ground, schedule, BUDGETS)
    wild = backtest(Events.of(joined(known, odd), town.grid, ZONE), ground, schedule, BUDGETS)
    assert calm.picks == wild.picks
    np.testing.assert_array_equal(calm.default.hits[:-1], wild.default.hits[:-1])
    assert wild.totals[-1] == calm.totals[-1] + 400


def test_groups_hold_a_tenth_of_the_expected_incidents_each():
    rng = np.random.default_rng(2)
    expected = rng.gamma(0.5, 0.2, 5000)
    groups = grouped(expected, rng.poisson(expected).astype(float))
    np.testing.assert_allclose(groups[:, 0], expected.sum() / 10, rtol=0.02)
    np.testing.assert_allclose(groups[:, 1] / groups[:, 0], 1.0, atol=0.35)
    assert grouped(np.zeros(3), np.ones(3)).sum() == 0


def test_spread_finds_the_size_of_a_negative_binomial_and_none_in_poisson_counts():
    rng = np.random.default_rng(8)
    mean = rng.uniform(0.5, 6.0, 200_000)
    over, even = Spread(), Spread()
    over.add(rng.negative_binomial(2.0, 2.0 / (2.0 + mean)).astype(float), mean)
    even.add(rng.poisson(mean).astype(float), mean)
    assert over.size == pytest.approx(2.0, rel=0.05)
    assert even.size > 100
