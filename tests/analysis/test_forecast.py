import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from shapely.geometry import box

from geogrid.analysis.forecast import ForecastParams, forecast
from geogrid.analysis.forecast_card import NO_RECORD
from geogrid.analysis.forecast_events import Events, ForecastTime, day_named, known_days
from geogrid.errors import InputError
from geogrid.model.boundary import Boundary
from geogrid.model.grid import Grid
from tests.analysis.forecasting import ZONE, as_of, day_of, incidents_at, joined, town_of

COLUMNS = ("rank", "expected", "lo", "hi")


@pytest.fixture(scope="module")
def incidents(town):
    return town_of(town.grid)


@pytest.fixture(scope="module")
def table(town, incidents):
    return forecast(incidents, town.grid, as_of(400))


def test_every_cell_at_risk_has_a_rank_of_its_own_and_numbers_in_order(table):
    at_risk = np.isfinite(table["rank"])
    assert at_risk.sum() == table.summary["at_risk"]
    assert sorted(table["rank"][at_risk]) == list(range(1, at_risk.sum() + 1))
    lo, expected, hi = (table[name][at_risk] for name in ("lo", "expected", "hi"))
    assert (lo <= hi).all()
    assert (lo <= expected + 1).all()
    assert (expected > 0).all()
    assert expected.sum() == pytest.approx(table.summary["expected_total"])
    assert expected.sum() == pytest.approx(21.0, rel=0.2)


def test_the_summary_is_json_and_has_a_card_for_each_budget(table):
    summary = json.loads(json.dumps(table.summary, allow_nan=False))
    assert [entry["area_percent"] for entry in summary["card"]] == [1.0, 5.0, 10.0]
    for entry in summary["card"]:
        for name in ("hit_rate", "pai", "pei", "area_under_curve"):
            for owner in (entry, entry["baseline"], entry["gain"]):
                assert owner[name]["lo"] <= owner[name]["value"] <= owner[name]["hi"]
        assert 0 <= entry["pei"]["value"] <= 1
    assert summary["models"].keys() == {"1", "5", "10"}
    assert summary["backtest"]["last"] == "2026-02-04"  # the day before the forecast


def test_the_future_changes_nothing(town, incidents, table):
    rng = np.random.default_rng(3)
    start = as_of(400).as_of_day
    future = incidents_at(town.grid, start + rng.uniform(0, 60, 900), *rng.uniform(0, 12, (2, 900)))
    known = incidents.where(known_days(incidents, ZONE) < start)
    for others in (known, joined(known, future)):
        again = forecast(others, town.grid, as_of(400))
        for name in COLUMNS:
            np.testing.assert_array_equal(again[name], table[name])
        for name in ("card", "calibration", "backtest", "models", "rates", "at_risk", "mask"):
            assert again.summary[name] == table.summary[name]
        assert again.summary["later"] == len(others) - len(known)


def test_a_forecast_now_is_what_it_would_have_been_then(town, incidents):
    moment = as_of(250)
    then = incidents.where(known_days(incidents, ZONE) < moment.as_of_day)
    before = forecast(then, town.grid, moment)
    now = forecast(incidents, town.grid, moment)
    for name in COLUMNS:
        np.testing.assert_array_equal(before[name], now[name])


def test_an_incident_counts_from_the_end_of_its_time_range_on(town, incidents):
    moment = as_of(400)
    n, start = 40, moment.as_of_day
    here = (np.full(n, 2.5), np.full(n, 2.5))
    found_later = incidents_at(town.grid, np.full(n, start - 2.0), *here, lasting_days=3.0)
    found = incidents_at(town.grid, np.full(n, start - 2.0), *here, lasting_days=1.0)
    known = incidents.where(known_days(incidents, ZONE) < start)
    plain, without, with_it = (
        forecast(one, town.grid, moment)["expected"][town.at(2, 2)]
        for one in (known, joined(known, found_later), joined(known, found))
    )
    assert plain == without < with_it


def test_the_last_moment_before_the_day_is_known_and_its_first_is_not(town, incidents):
    start = as_of(400).as_of_day
    second = 1 / 86_400
    edge = incidents_at(town.grid, [start - second, start, start + second], [1.5] * 3, [1.5] * 3)
    summary = forecast(joined(incidents, edge), town.grid, as_of(400)).summary
    base = forecast(incidents, town.grid, as_of(400)).summary
    assert summary["known"] == base["known"] + 1
    assert summary["later"] == base["later"] + 2


def test_days_begin_at_local_midnight():
    moment = ForecastTime(date(2026, 3, 1), 7, ZONE)
    assert moment.as_of_day == day_of(date(2026, 3, 1))
    assert day_named(moment.as_of_day) == date(2026, 3, 1)
    assert day_named(moment.as_of_day - 1e-9) == date(2026, 2, 28)


def test_a_day_of_summer_time_keeps_its_calendar_day(town):
    hours = np.array([day_of(date(2025, 3, 30)) + h / 24 for h in (0, 1.5, 23)])
    clock = incidents_at(town.grid, hours, [1.5] * 3, [1.5] * 3)  # 8 hours ahead of UTC
    days = np.floor(known_days(clock, "Europe/Berlin"))
    assert {str(day_named(day)) for day in days} == {"2025-03-29", "2025-03-30"}
    assert (np.floor(known_days(clock, ZONE)) == day_of(date(2025, 3, 30))).all()


def test_plain_counts_rank_cells_as_counting_does_when_nothing_beats_them(town):
    incidents = town_of(town.grid, seed=12)
    table = forecast(incidents, town.grid, as_of(400), params=ForecastParams(most_windows=0))
    events = Events.of(incidents, town.grid, ZONE).before(as_of(400).as_of_day)
    year = events.day >= as_of(400).as_of_day - 365
    counts = np.bincount(events.position[year], minlength=144)
    order = np.argsort(table["rank"])[: table.summary["at_risk"]]
    assert (np.diff(counts[order]) <= 0).all()
    assert set(table.summary["models"].values()) == {"count_1y"}
    assert all(entry["verdict"] == NO_RECORD for entry in table.summary["card"])


def test_empty_land_around_a_town_changes_no_rank_and_no_record(town, incidents):
    spec = town.grid.spec
    x0, y0, x1, y1 = spec.bounds
    wide = box(x0 - 5000, y0 - 5000, x1 + 5000, y1 + 5000)
    padded = Grid.over(Boundary(("A",), ("Town",), (wide,), spec.crs), 250, crs=spec.crs)
    exposed = np.ones(144, dtype=np.bool_)
    at = padded.position_at(*town.grid.lonlat())
    exposed_padded = np.zeros(len(padded), dtype=np.bool_)
    exposed_padded[at] = True
    small = forecast(incidents, town.grid, as_of(400), exposure={"roads": exposed})
    large = forecast(incidents, padded, as_of(400), exposure={"roads": exposed_padded})
    np.testing.assert_array_equal(large["rank"][at], small["rank"])
    np.testing.assert_allclose(large["expected"][at], small["expected"], rtol=1e-9)
    assert np.isnan(np.delete(large["rank"], at)).all()
    for one, other in zip(small.summary["card"], large.summary["card"], strict=True):
        assert one["pai"]["value"] == pytest.approx(other["pai"]["value"], rel=1e-6)


def test_weights_count_instead_of_ones(town, incidents):
    heavy = replace(incidents, weight=np.full(len(incidents), 2.0))
    twice = forecast(heavy, town.grid, as_of(400))
    once = forecast(incidents, town.grid, as_of(400))
    assert twice.summary["backtest"]["incidents"] == 2 * once.summary["backtest"]["incidents"]
    assert twice.summary["expected_total"] == pytest.approx(
        2 * once.summary["expected_total"], rel=0.05
    )


def test_a_history_of_a_year_tests_a_year_ahead_on_shorter_windows(town, incidents):
    moment = replace(as_of(365), horizon_days=365)
    summary = forecast(incidents, town.grid, moment).summary
    assert summary["backtest"]["window_days"] == 15
    assert summary["backtest"]["windows"] == 12
    assert summary["expected_total"] == pytest.approx(3 * 365, rel=0.15)


def test_progress_is_told_window_by_window(town, incidents):
    told = []
    forecast(incidents, town.grid, as_of(200), progress=lambda *step: told.append(step))
    assert told == [("testing forecasts", done, len(told)) for done in range(1, len(told) + 1)]
    assert len(told) >= 12


def test_nothing_given_is_changed(town, incidents):
    before = [getattr(incidents, name).copy() for name in ("t_from", "t_to", "lon", "lat")]
    forecast(incidents, town.grid, as_of(200))
    for name, copy in zip(("t_from", "t_to", "lon", "lat"), before, strict=True):
        np.testing.assert_array_equal(getattr(incidents, name), copy)


@pytest.mark.parametrize(
    ("days", "message"),
    [
        (-5, "at least 30 incidents in the grid before 2024-12-27, got 0"),
        (20, "records of at least 28 days before 2025-01-21, got 20"),
        (1200, "the newest incident before 2028-04-15 is of 2026-02-24"),
    ],
)
def test_a_forecast_without_enough_to_go_by_is_refused(town, incidents, days, message):
    with pytest.raises(InputError, match=message):
        forecast(incidents, town.grid, as_of(days))


@pytest.mark.parametrize("horizon", [0, -7, 367])
def test_a_horizon_out_of_range_is_refused(horizon):
    with pytest.raises(InputError, match="1 to 366 days"):
        ForecastTime(date(2026, 1, 1), horizon, ZONE)


@pytest.mark.parametrize(
    "wrong",
    [{"budgets": (0.1, 0.05)}, {"budgets": ()}, {"budgets": (0.0, 0.1)}, {"bandwidth_m": -1.0}],
)
def test_parameters_out_of_range_are_refused(wrong):
    with pytest.raises(InputError):
        ForecastParams(**wrong)
    with pytest.raises(InputError, match="0 or more"):
        ForecastParams(most_windows=-1)
