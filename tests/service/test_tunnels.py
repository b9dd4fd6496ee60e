"""A silence that a registered tunnel explains is a way through it, and only such a one."""

from __future__ import annotations

import json

import pytest

from tests.small_city import write_tracks

LAT = 26.21
PORTALS = (117.605, 117.635)  # 3.0 km apart
TIMES = ("10:00:00", "10:00:10", "10:06:50", "10:07:00")  # 400 s between the second and the third
PLACES = (117.604, 117.605, 117.635, 117.636)


@pytest.fixture
def driven(ws, tmp_path, options):
    rows = [("car-1", f"2026-03-05 {t}", lon, LAT) for t, lon in zip(TIMES, PLACES, strict=True)]
    ws.import_files("tracks", [write_tracks(tmp_path / "t.csv", rows)], options)
    return ws


def register_road(ws, folder, options, *, tunnel, ends=PORTALS):
    line = {"type": "LineString", "coordinates": [[ends[0], LAT], [ends[1], LAT]]}
    road = {"type": "Feature", "properties": {"tunnel": tunnel}, "geometry": line}
    file = folder / "roads.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [road]}), "utf-8")
    ws.import_files("roads", [file], options)


def test_without_the_tunnel_the_time_is_silent(driven):
    ledger = driven.layer("coverage").table.summary["ledger"]
    assert (ledger["silent"], ledger["moving"]) == (400.0, 20.0)


def test_through_the_tunnel_the_time_is_in_its_cells(driven, tmp_path, options):
    before = driven.layer("coverage").table
    register_road(driven, tmp_path, options, tunnel="yes")
    table = driven.layer("coverage").table
    assert (table.summary["ledger"]["silent"], table.summary["ledger"]["moving"]) == (0.0, 420.0)
    assert table.summary["tunnels"] == 1
    assert table.summary["cells_patrolled"] > before.summary["cells_patrolled"] + 8
    assert table.summary["cells_with_fix"] == before.summary["cells_with_fix"]
    assert table.summary["fixes"]["kept"] == 4
    assert table["distance_m"].sum() == pytest.approx(3_197, rel=0.01)


def test_a_road_that_is_no_tunnel_explains_nothing(driven, tmp_path, options):
    register_road(driven, tmp_path, options, tunnel="no")
    assert driven.layer("coverage").table.summary["ledger"]["silent"] == 400.0


def test_a_tunnel_elsewhere_explains_nothing(driven, tmp_path, options):
    register_road(driven, tmp_path, options, tunnel="yes", ends=(117.610, 117.635))
    summary = driven.layer("coverage").table.summary
    assert (summary["ledger"]["silent"], summary["tunnels"]) == (400.0, 0)
