import numpy as np
import pytest
import shapely

from geogrid.analysis.camera_hours import hourly_measures, hours_on, on_in_hours
from tests.analysis.camera_town import LAND, in_metres, town_scene


def hours(text):
    return [hour for hour, on in enumerate(hours_on(text)) if on]


@pytest.mark.parametrize("text", [None, "", "全天", "24h", "All day", "00-24", "0:00-24:00", "8-8"])
def test_a_camera_that_says_nothing_or_all_day_is_on_in_all_hours(text):
    assert hours(text) == list(range(24))


def test_hours_may_cross_midnight_and_come_in_several_ranges():
    assert hours("22-06") == [0, 1, 2, 3, 4, 5, 22, 23]
    assert hours("07:00–09:00、17时至19时") == [7, 8, 17, 18]
    assert hours("6-8, 20:00 - 22:00") == [6, 7, 20, 21]


def test_an_hour_counts_only_if_the_camera_is_on_all_through_it():
    assert hours("7:30-9:30") == [8]
    assert hours("7:00-7:30,7:30-8:00") == [7]


@pytest.mark.parametrize("text", ["dusk", "25-06", "22", "08:75-10", "22-06-08", "8-25"])
def test_what_cannot_be_read_is_told_and_not_guessed(text):
    assert hours_on(text) is None
    on, unreadable = on_in_hours([text, "22-06"])
    assert unreadable.tolist() == [True, False]
    assert on.sum(axis=1).tolist() == [24, 8]


@pytest.mark.parametrize("seed", range(3))
def test_each_hour_agrees_with_the_union_of_the_views_that_are_on(seed):
    scene = town_scene(seed, 20)
    rng = np.random.default_rng(seed)
    on, _ = on_in_hours([str(text) for text in rng.choice(["全天", "22-06", "07-19", "6-8"], 20)])
    table = hourly_measures(scene, on)
    roads = shapely.intersection(in_metres(scene.ground.roads.geometry), LAND)
    for hour in (0, 6, 12, 23):
        union = shapely.union_all(scene.views.polygon[on[:, hour]])
        row = table.iloc[hour]
        assert row["cameras"] == on[:, hour].sum()
        seen_m2 = shapely.intersection(union, LAND).area
        assert row["seen_km2"] * 1e6 == pytest.approx(seen_m2, rel=1e-9, abs=1e-6)
        assert row["seen_share"] == pytest.approx(seen_m2 / LAND.area, rel=1e-6)
        metres = shapely.length(shapely.intersection(roads, union)).sum()
        assert row["roads_seen_km"] * 1e3 == pytest.approx(metres, rel=1e-9)
        seen = scene.places["places"].seen_by(on[:, hour]).sum()
        assert row["places_seen"] == seen


def test_all_cameras_on_all_day_see_the_same_in_every_hour():
    scene = town_scene(5, 12)
    table = hourly_measures(scene, np.ones((12, 24), dtype=bool))
    assert table["seen_km2"].nunique() == 1
    assert table["hour"].tolist() == list(range(24))
