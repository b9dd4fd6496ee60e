"""What `geogrid roads` prints and writes, on a city of two districts."""

from __future__ import annotations

import json

import pytest

from tests.service.test_road_patrols import LAT, drive, road
from tests.small_city import EAST, MIDDLE, WEST, write_tracks


@pytest.fixture
def filled(run, ws, tmp_path):
    rows = [
        road("street", "street", (WEST, LAT), (EAST, LAT)),
        road("lane", "lane", (WEST, 26.215), (MIDDLE - 0.001, 26.215)),
    ]
    file = tmp_path / "roads.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": rows}), "utf-8")
    assert run("import", ws, "roads", file).code == 0
    tracks = write_tracks(tmp_path / "t.csv", drive("2026-03-01", 8, WEST, EAST))
    assert (
        run("import", ws, "tracks", tracks, "--datum", "wgs84", "--tz", "Asia/Shanghai").code == 0
    )
    return ws


def test_roads_are_told_by_class_and_those_never_driven_by_name(run, filled):
    said = run("roads", filled, "--by", "class").out
    assert "of 5.9 km of road patrolled" in said
    assert "1 roads were never driven, 1.9 km in all" in said
    assert "lane" in said


def test_json_has_the_keys_of_the_page_and_the_file_the_roads(run, filled, tmp_path):
    told = run("roads", filled, "--json", "-o", tmp_path / "never.csv").json
    assert {"total", "by_class", "by_district", "by_area", "outside_km", "never", "rule"} <= set(
        told
    )
    assert [row["id"] for row in told["never"]] == ["lane"]
    assert "lane" in (tmp_path / "never.csv").read_text("utf-8-sig")


def test_the_same_is_said_in_chinese(run, filled):
    assert "公里道路中的" in run("roads", filled, "--lang", "zh").out


def test_a_window_without_days_says_so(run, filled):
    said = run("roads", filled, "--from", "2026-05-01", "--to", "2026-05-02").out
    assert "nothing is known of the roads" in said
