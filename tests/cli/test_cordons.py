"""What `geogrid cordon` does and prints, on a city of two districts."""

from __future__ import annotations

import json

import pytest

from tests.small_city import EAST, MIDDLE, WEST

LAT = 26.21
NARROW = ("--band", "300")


def line(number, road_class, *places, **flags):
    return {
        "type": "Feature",
        "properties": {"id": number, "class": road_class, **flags},
        "geometry": {"type": "LineString", "coordinates": list(places)},
    }


@pytest.fixture
def filled(run, ws, tmp_path):
    """Three roads: a street through both districts, a lane to the east, a bridge over both."""
    rows = [
        line("R1", "street", (WEST - 0.02, LAT), (EAST + 0.02, LAT)),
        line("R2", "lane", (MIDDLE, 26.215), (EAST + 0.02, 26.215)),
        line("R3", "lane", (MIDDLE, LAT), (MIDDLE, 26.215)),
        line("R4", "street", (WEST + 0.01, 26.19), (WEST + 0.01, 26.23), bridge=True),
    ]
    file = tmp_path / "roads.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": rows}), "utf-8")
    assert run("import", ws, "roads", file).code == 0
    points = tmp_path / "checkpoints.csv"
    points.write_text(
        f"id,lon,lat,status\nC1,{WEST + 0.0005},{LAT},on\nC2,{EAST},{LAT},off\n", "utf-8"
    )
    assert run("import", ws, "checkpoints", points, "--datum", "wgs84").code == 0
    return ws


def test_crossings_leaks_and_points_of_the_city(run, filled):
    told = run("cordon", filled, *NARROW, "--json").json
    assert (told["crossings"], told["guarded"]) == (5, 1)
    assert sorted(leak["road"] for leak in told["leaks"]) == ["R1", "R2", "R4", "R4"]
    assert told["checkpoints"] == {"in_service": 1, "out_of_service": 1}
    assert sorted(point["road"] for point in told["cut"]["points"]) == ["R1", "R2", "R4", "R4"]
    assert told["cut"]["cost"] == 4.0


def test_a_class_left_out_is_no_leak_and_costs_are_by_class(run, filled):
    told = run("cordon", filled, *NARROW, "--without", "lane", "--cost", "street=2.5", "--json")
    assert told.json["crossings"] == 4
    assert told.json["cut"]["cost"] == 7.5


def test_all_zones_are_told_and_the_city_comes_last(run, filled):
    told = run("cordon", filled, "--zone", "all", *NARROW, "--json").json
    assert [zone["zone"] for zone in told["zones"]] == ["W", "E", "city"]
    assert told["crossings"] == told["zones"][-1]["crossings"] == 5


def test_a_file_has_every_crossing_and_every_point(run, filled, tmp_path):
    file = tmp_path / "cordon.geojson"
    told = run("cordon", filled, "--zone", "West", *NARROW, "-o", file, "--json").json
    rows = [one["properties"] for one in json.loads(file.read_text("utf-8"))["features"]]
    states = [row["state"] for row in rows]
    assert states.count("leak") == len(told["leaks"])
    assert states.count("guarded") == told["guarded"]
    assert states.count("point") == len(told["cut"]["points"])
    assert {row["checkpoints"] for row in rows if row["state"] == "guarded"} == {"C1"}


def test_a_band_too_wide_says_that_nothing_is_known(run, filled):
    told = run("cordon", filled, "--band", "5000", "--json").json
    assert told["cut"] == {
        "points": None,
        "cost": None,
        "reason": "no road lies deeper inside the zone than the band is wide: name what is to be "
        "protected, or take a narrower band",
    }
    said = run("cordon", filled, "--band", "5000")
    assert "take a narrower band" in said.out


def test_people_read_a_table(run, filled):
    said = run("cordon", filled, "--zone", "all", *NARROW)
    assert said.code == 0
    assert "4 roads; 1 checkpoints in service, 1 not counted" in said.out
    assert "points that close it" in said.out
    assert "漏口" in run("--lang", "zh", "cordon", filled, *NARROW).out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--zone", "North"), "no zone 'North'; there are W West, E East, city"),
        (("--without", "canal"), "no road is of class 'canal'; there are lane, street"),
        (("--cost", "street"), "--cost wants a class of road and a number"),
        (("--band", "-1"), "distance band of a cordon must be over 0 m"),
        (("--inner", "E", "--zone", "W"), "what is to be protected must lie inside the zone"),
    ],
)
def test_what_cannot_be_meant_is_refused(run, filled, words, message):
    said = run("cordon", filled, *words)
    assert said.code == 2
    assert message in said.err


def test_a_workspace_without_roads_says_what_is_missing(run, ws):
    said = run("cordon", ws)
    assert said.code == 2
    assert "no roads are imported" in said.err
