"""Reach of a small workspace: rooms, units, measured responses, and what it says of itself."""

from __future__ import annotations

import json

import numpy as np
import pytest

from geogrid.analysis.unit_positions import last_places
from geogrid.errors import LayerNotFoundError
from geogrid.export.lattice_wire import wire_column
from geogrid.model.tracks import Tracks
from geogrid.model.window import Window
from tests.small_city import EAST, WEST, drive, write_tracks

LAT = 26.21


def roads(folder):
    row = {
        "type": "Feature",
        "properties": {"id": "R1", "class": "street", "speed_kmh": 60},
        "geometry": {"type": "LineString", "coordinates": [[WEST, LAT], [EAST, LAT]]},
    }
    file = folder / "roads.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [row]}), "utf-8")
    return file


def rooms(folder, *places):
    file = folder / "rooms.csv"
    rows = [f"{name},{lon},{lat},1" for name, lon, lat in places]
    file.write_text("\n".join(["id,lon,lat,class", *rows]) + "\n", "utf-8")
    return file


@pytest.fixture
def filled(ws, options, tmp_path):
    ws.import_files("roads", [roads(tmp_path)], options)
    ws.import_files("rooms", [rooms(tmp_path, ("A", WEST + 0.001, LAT))], options)
    return ws


def test_minutes_by_road_from_the_only_room(filled):
    layer = filled.reach()
    summary = layer.summary
    assert (summary["by"], summary["rooms"], summary["warnings"]) == ("roads", 1, [])
    assert summary["own_speed_share"] == 1.0
    assert set(layer.table["room"]) == {"A"}
    # 3.9 km of road at 60 km/h: the far end is just under four minutes away.
    on_road = layer.table["walk_min"] == 0.0
    assert 3.5 < layer.table["minutes"][on_road].max() < 3.9
    assert np.isnan(layer.table["unit_min"]).all()


def test_without_roads_the_answer_says_that_lines_are_straight(ws, options, tmp_path):
    ws.import_files("rooms", [rooms(tmp_path, ("A", WEST + 0.001, LAT))], options)
    summary = ws.reach().summary
    assert summary["by"] == "straight"
    assert summary["warnings"][0].startswith("no roads are imported: minutes are those of straight")


def test_units_are_where_they_reported_and_only_in_their_hours(filled, options, tmp_path):
    tracks = write_tracks(tmp_path / "t.csv", drive("U1", "2026-03-06", start=8, fixes=60))
    filled.import_files("tracks", [tracks], options)
    layer = filled.reach()
    hours = {row["hour"]: row for row in layer.summary["units"]["hours"]}
    assert hours[8]["units"] == 1.0
    assert hours[9]["units"] == 0.0
    night = filled.reach(Window(hours=(22, 6)))
    assert np.isnan(night.table["unit_min"]).all()
    morning = filled.reach(Window(hours=(8, 9)))
    assert set(morning.table["worst_hour"]) == {"08"}
    assert set(wire_column(morning.table, "worst_hour").values()) == {8.0}  # is drawn
    assert np.nanmin(morning.table["unit_min"]) == 0.0


def test_measured_responses_stand_beside(filled, options, tmp_path):
    file = tmp_path / "i.csv"
    rows = [
        f"I{n},2026-03-06 10:00,{WEST + 0.01},{LAT},theft,2026-03-06 10:05,2026-03-06 10:{15 + n}"
        for n in range(3)
    ]
    late = f"I9,2026-03-06 11:00,{WEST + 0.01},{LAT},theft,2026-03-06 11:05,2026-03-06 11:01"
    head = "id,time,lon,lat,category,dispatched,arrived"
    file.write_text("\n".join([head, *rows, late]) + "\n", "utf-8")
    filled.import_files("incidents", [file], options)
    layer = filled.reach()
    measured = layer.summary["measured"]
    assert (measured["responses"], measured["impossible"], measured["tested"]) == (3, 1, 0)
    assert np.nanmax(layer.table["measured_min"]) == 11.0


def test_neither_rooms_nor_tracks_is_refused(ws):
    with pytest.raises(LayerNotFoundError, match="neither police rooms nor tracks"):
        ws.reach()


def test_the_same_question_gives_the_same_bytes(filled, tmp_path):
    one, other = tmp_path / "one.geojson", tmp_path / "other.geojson"
    filled.reach(path=one)
    filled.reach(path=other)
    assert one.read_bytes() == other.read_bytes()


def test_a_unit_that_is_silent_for_too_long_is_nowhere():
    fixes = Tracks(
        ("a", "b"),
        np.array([0, 0, 1], np.int32),
        np.array([0, 200_000, 100_000]),
        np.array([1, 2, 3], np.int32) * 10_000_000,
        np.array([1, 2, 3], np.int32) * 10_000_000,
    )
    unit, lonlat = last_places(fixes, 350_000, 200.0)
    assert unit.tolist() == [0]
    assert lonlat.tolist() == [[2.0, 2.0]]
    assert last_places(fixes, 150_000, 200.0)[0].tolist() == [0, 1]


def test_reach_is_a_layer_that_can_be_asked_for_and_drawn(filled):
    layer = filled.layer("reach")
    assert (layer.id, layer.title) == ("reach", "Response reach")
    np.testing.assert_array_equal(layer.table["minutes"], filled.reach().table["minutes"])
    assert len(filled.wire_column("reach", "minutes").data) > 0
    assert filled.layer_json("reach", "zh")["title"] == "响应可达性"
