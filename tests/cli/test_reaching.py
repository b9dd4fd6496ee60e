"""What `geogrid reach` does and prints, on a city of two districts."""

from __future__ import annotations

import json

import pytest

from tests.small_city import EAST, WEST

LAT = 26.21


@pytest.fixture
def filled(run, ws, tmp_path):
    row = {
        "type": "Feature",
        "properties": {"id": "R1", "class": "street"},
        "geometry": {"type": "LineString", "coordinates": [[WEST, LAT], [EAST, LAT]]},
    }
    roads = tmp_path / "roads.geojson"
    roads.write_text(json.dumps({"type": "FeatureCollection", "features": [row]}), "utf-8")
    assert run("import", ws, "roads", roads).code == 0
    rooms = tmp_path / "rooms.csv"
    rooms.write_text(f"id,lon,lat,class\nA,{WEST + 0.01},{LAT},1\n", "utf-8")
    assert run("import", ws, "rooms", rooms, "--datum", "wgs84").code == 0
    return ws


def test_the_answer_has_shares_and_a_file_has_minutes_and_rooms(run, filled, tmp_path):
    file = tmp_path / "reach.geojson"
    told = run("reach", filled, "-o", file, "--json").json
    assert told["by"] == "roads"
    assert told["reached"] == told["cells"]
    rows = [one["properties"] for one in json.loads(file.read_text("utf-8"))["features"]]
    assert {row["room"] for row in rows} == {"A"}
    assert min(row["minutes"] for row in rows) == 0.0


def test_walking_faster_brings_cells_nearer(run, filled):
    slow = run("reach", filled, "--foot", "2", "--json").json["within"]["land"]
    quick = run("reach", filled, "--foot", "6", "--json").json["within"]["land"]
    assert all(a["share"] <= b["share"] for a, b in zip(slow, quick, strict=True))
    assert slow != quick


def test_people_read_a_table_in_their_language(run, filled):
    said = run("reach", filled)
    assert "cells are reached from 1 rooms" in said.out
    assert "from rooms, land" in said.out
    assert "自警务室" in run("--lang", "zh", "reach", filled).out


def test_what_cannot_be_meant_is_refused(run, filled, ws):
    said = run("reach", filled, "--foot", "0")
    assert said.code == 2
    assert "foot_kmh must be over 0" in said.err
    assert run("reach", filled, "--q", "2").code == 2


def test_a_workspace_without_rooms_and_tracks_says_what_is_missing(run, ws):
    assert "neither police rooms nor tracks" in run("reach", ws).err
