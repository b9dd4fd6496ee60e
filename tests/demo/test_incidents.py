from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

TIMES = ["发生时间", "接警时间", "派警时间", "到达时间", "起始时间", "终止时间"]


@pytest.fixture(scope="module")
def incidents(tiny):
    """Return the tiny city's incidents with times as such."""
    frame = tiny.table("synthetic_incidents.csv")
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in TIMES})


def test_a_row_has_a_time_or_a_range_that_ends_after_it_begins(incidents):
    known = incidents["发生时间"].notna()
    assert 0.05 < (~known).mean() < 0.2
    assert (incidents["终止时间"] > incidents["起始时间"])[~known].all()
    for name in ("起始时间", "终止时间"):
        assert (incidents[name] == incidents["发生时间"])[known].all()


def test_incidents_fall_in_the_two_years(incidents):
    begun = incidents["发生时间"].fillna(incidents["起始时间"])
    assert begun.between("2024-03-09", "2026-03-08 23:59:59").all()
    assert begun.is_monotonic_increasing
    assert begun.dt.date.nunique() > 720


def test_calls_are_received_before_cars_are_sent_and_arrive(incidents):
    called = incidents[incidents["接警时间"].notna()]
    assert set(called["来源"]) == {"报警"}
    assert (called["接警时间"] <= called["派警时间"]).all()
    arrived = called[called["到达时间"].notna()]
    assert (arrived["派警时间"] < arrived["到达时间"]).all()
    assert 0.8 < len(arrived) / len(called) < 1.0


def test_sources_and_categories_are_mixed(incidents):
    assert set(incidents["来源"]) == {"报警", "巡逻发现", "传感器", "未知"}
    assert incidents["类别"].nunique() >= 6
    assert (incidents["权重"] > 0).all()


def test_evenings_and_fridays_are_busier(incidents):
    begun = incidents["发生时间"].dropna()
    assert begun.dt.hour.between(14, 22).sum() > 1.8 * begun.dt.hour.between(2, 10).sum()
    assert (begun.dt.day_of_week == 4).sum() > (begun.dt.day_of_week == 1).sum()


def test_the_rate_in_a_planted_hotspot_is_near_its_factor_times_that_around(tiny, incidents):
    roads = shapely.union_all(
        [shapely.LineString(xy) for xy in tiny.lines("synthetic_roads.geojson")]
    )
    begun = incidents["发生时间"].fillna(incidents["起始时间"])
    plants = tiny.truth["plants"]
    assert len(plants) == 6
    at = np.array([tiny.plane(plant["lon"], plant["lat"]) for plant in plants])
    for plant, (x, y) in zip(plants, at, strict=True):
        rows = incidents[begun.between(plant["from"], plant["to"])]
        rows = rows if plant["category"] is None else rows[rows["类别"] == plant["category"]]
        core = shapely.Point(x, y).buffer(plant["radius_m"])
        others = shapely.union_all(
            [
                shapely.Point(p).buffer(q["radius_m"] + 150)
                for p, q in zip(at, plants, strict=True)
                if q is not plant
            ]
        )
        ring = (
            shapely.Point(x, y)
            .buffer(900)
            .difference(shapely.Point(x, y).buffer(plant["radius_m"] + 150))
        )
        ring = shapely.difference(ring, others)
        rates = []
        for area in (core, ring):
            inside = shapely.contains_xy(area, rows["x"], rows["y"]).sum()
            rates.append(inside / shapely.intersection(roads, area).length)
        assert rates[0] > 0.5 * plant["factor"] * rates[1], plant


def test_no_column_is_about_persons(incidents):
    allowed = {"编号", "类别", "来源", "经度", "纬度", "权重", "数据来源", "x", "y", *TIMES}
    assert set(incidents.columns) == allowed
