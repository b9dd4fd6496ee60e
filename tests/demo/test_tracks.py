from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from geogrid.demo import gps


@pytest.fixture(scope="module")
def by_unit(tiny_tracks):
    """Return the rows with a position, each unit by time, each second once, with steps."""
    rows = tiny_tracks[tiny_tracks["经度"] != 0].sort_values(["设备号", "time"], kind="stable")
    rows = rows.drop_duplicates(["设备号", "time"])
    step_s = rows.groupby("设备号")["time"].diff().dt.total_seconds()
    return rows.assign(step_s=step_s)


def test_the_ledger_of_dirt_balances(tiny):
    dirt = tiny.truth["dirt"]
    lost = sum(value for key, value in dirt.items() if key.startswith("lost_"))
    added = dirt["exact_duplicates"] + dirt["conflicting_duplicates"]
    assert dirt["made"] - lost + added == dirt["written"]


def test_cars_send_about_a_third_of_a_million_fixes(tiny):
    assert 270_000 < tiny.truth["dirt"]["written"] < 360_000


def test_fixes_come_every_ten_seconds_with_single_losses(by_unit):
    assert (by_unit["step_s"] == 10).mean() > 0.98
    single = (by_unit["step_s"] == 20).mean()
    assert single == pytest.approx(gps.SINGLE_LOSS_SHARE, rel=0.2)


def test_silences_of_half_a_minute_to_seven_minutes_occur(by_unit):
    silences = by_unit["step_s"].between(31, 410).sum()
    expected = len(by_unit) * gps.SILENCES_PER_FIX
    assert 0.7 * expected < silences < 1.6 * expected


def test_one_car_is_silent_for_eight_hours_in_its_shift(tiny, tiny_tracks):
    longest = max(
        tiny.truth["long_silences"],
        key=lambda silence: pd.Timestamp(silence["to"]) - pd.Timestamp(silence["from"]),
    )
    begin, end = pd.Timestamp(longest["from"]), pd.Timestamp(longest["to"])
    assert end - begin == pd.Timedelta(hours=8)
    times = tiny_tracks.loc[tiny_tracks["设备号"] == longest["unit"], "time"]
    assert not times.between(begin, end, inclusive="left").any()
    assert times.between(begin - pd.Timedelta(hours=2), begin).any()
    assert times.between(end, end + pd.Timedelta(hours=2)).any()


def test_zeros_and_repeats_occur_in_their_shares(tiny_tracks):
    n = len(tiny_tracks)
    zero = (tiny_tracks["经度"] == 0) & (tiny_tracks["纬度"] == 0)
    assert 3 <= zero.sum() <= 30
    columns = ["设备号", "time", "经度", "纬度"]
    exact = tiny_tracks.duplicated(columns).sum() / n
    assert exact == pytest.approx(gps.EXACT_DUPLICATE_SHARE, rel=0.35)
    conflicting = tiny_tracks.duplicated(columns[:2]).sum() / n - exact
    assert conflicting == pytest.approx(gps.CONFLICT_SHARE, rel=0.5)


def test_some_batches_arrive_out_of_order(tiny, tiny_tracks):
    late = tiny_tracks["time"] < tiny_tracks["time"].cummax()
    assert 0.5 < late.sum() / tiny.truth["dirt"]["late"] < 1.5
    assert 0.005 < late.mean() < 0.05


def test_teleports_go_far_and_come_back(by_unit):
    xy = by_unit[["x", "y"]].to_numpy()
    there = np.hypot(*(xy[1:-1] - xy[:-2]).T)
    back = np.hypot(*(xy[2:] - xy[1:-1]).T)
    span = np.hypot(*(xy[2:] - xy[:-2]).T)
    jumps = ((there > 2_000) & (back > 2_000) & (span < 500)).mean()
    assert jumps == pytest.approx(gps.TELEPORT_SHARE, rel=0.4)


def test_cars_drive_on_roads(tiny, by_unit):
    sample = by_unit.sample(8_000, random_state=0)
    roads = shapely.STRtree(
        [shapely.LineString(xy) for xy in tiny.lines("synthetic_roads.geojson")]
    )
    points = shapely.points(sample[["x", "y"]].to_numpy())
    _, far = roads.query_nearest(points, all_matches=False, return_distance=True)
    assert np.quantile(far, 0.97) < 25.0
    assert 2.0 < np.median(far) < 7.0


def test_speeds_are_those_of_cars_and_cars_stand_a_good_part(by_unit):
    speed = by_unit["速度(km/h)"]
    assert speed.between(0, 130).all()
    assert 0.25 < (speed < 0.5).mean() < 0.75
    assert 15 < speed[speed > 3].median() < 50


def test_shifts_last_eight_to_twelve_hours(by_unit):
    begins = by_unit["step_s"].isna() | (by_unit["step_s"] > 3 * 3600)
    bounds = by_unit.groupby(begins.cumsum())["time"].agg(["min", "max"])
    first, last = pd.Timestamp("2026-03-06 00:01"), pd.Timestamp("2026-03-08 23:59")
    whole = bounds[(bounds["min"] > first) & (bounds["max"] < last)]
    hours = (whole["max"] - whole["min"]).dt.total_seconds() / 3600
    assert hours.max() < 12.8
    assert 8 < hours.median() < 12.2
    assert by_unit["time"].dt.hour.nunique() == 24


def test_cars_leave_the_planted_circles_alone(tiny, by_unit):
    for plant in (plant for plant in tiny.truth["plants"] if plant["under_patrolled"]):
        x, y = tiny.plane(plant["lon"], plant["lat"])
        far = np.hypot(by_unit["x"] - x, by_unit["y"] - y)
        radius = plant["radius_m"]
        area_ratio = 2.0**2 - 1.0
        inside, ring = (far < radius).sum(), far.between(radius, 2 * radius).sum()
        assert ring > 300
        assert inside < 0.25 * ring / area_ratio
