"""Shares of road patrolled in a small workspace, worked out by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest

from geogrid.errors import LayerNotFoundError
from geogrid.model.window import Window
from geogrid.workspace import read_options
from tests.small_city import EAST, MIDDLE, WEST, write_tracks

LAT = 26.21
SIDE = 0.0001  # degrees, 10 m: fixes beside the road's axis


def road(number, road_class, *places):
    return {
        "type": "Feature",
        "properties": {"id": number, "class": road_class},
        "geometry": {"type": "LineString", "coordinates": list(places)},
    }


def drive(day, hour, west, east, lat=LAT, unit="car"):
    """Return fixes every 10 s at about 15 m/s along a parallel."""
    lon = np.arange(west, east, 0.0015)
    return [
        (unit, f"{day} {hour:02d}:{i // 6:02d}:{10 * (i % 6):02d}", round(x, 6), lat + SIDE)
        for i, x in enumerate(lon.tolist())
    ]


@pytest.fixture
def filled(ws, tmp_path, options):
    """A street through both districts, driven in the west; a lane that nobody drives."""
    rows = [
        road("street", "street", (WEST, LAT), (EAST, LAT)),
        road("lane", "lane", (WEST, 26.215), (MIDDLE - 0.001, 26.215)),
        road("beyond", "lane", (EAST + 0.01, LAT), (EAST + 0.02, LAT)),
    ]
    file = tmp_path / "roads.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": rows}), "utf-8")
    ws.import_files("roads", [file], read_options({}))
    fixes = drive("2026-03-01", 8, WEST, MIDDLE) + drive("2026-03-02", 23, WEST, EAST)
    ws.import_files("tracks", [write_tracks(tmp_path / "t.csv", fixes)], options)
    return ws


def test_lengths_by_class_and_district_sum_to_the_whole(filled):
    _, told = filled.roads()
    for name in ("by_class", "by_district"):
        for key in ("length_km", "patrolled_km"):
            assert sum(row[key] for row in told[name]) == pytest.approx(told["total"][key])
    assert told["outside_km"] == pytest.approx(1.0, abs=0.01)
    assert (told["roads"], told["days"], told["missing_days"]) == (3, 2, 0)


def test_the_share_of_a_street_driven_half_is_half_within_a_piece(filled):
    _, told = filled.roads(Window.parse("2026-03-01", "2026-03-01"))
    west, east = told["by_district"]
    street = next(row for row in told["by_class"] if row["class"] == "street")
    assert street["share"] == pytest.approx(0.5, abs=2 * 50.0 / 4000.0 + 0.0015 / 0.04)
    # The street is 2 km of the 3.9 km of road in the west; the lane was not driven.
    assert west["share"] == pytest.approx(2.0 / 3.9, abs=0.06)
    assert east["share"] < 0.05


def test_hours_and_days_choose_what_was_driven(filled):
    def share(*words):
        return filled.roads(Window.parse(*words))[1]["total"]["share"]

    assert share(None, None, "22-24") == share("2026-03-02", "2026-03-02")
    assert share(None, None, "10-12") == 0.0
    assert share() == pytest.approx(4.0 / 5.9, abs=0.03)


def test_a_window_without_an_imported_day_knows_nothing(filled):
    layer, told = filled.roads(Window.parse("2026-04-01", "2026-04-02"))
    assert told["total"]["share"] is None
    assert told["never"] == []
    assert len(layer.table) == 0


def test_roads_never_driven_keep_their_ids_and_say_what_is_missing(filled, tmp_path):
    layer, told = filled.roads(
        Window.parse("2026-03-01", "2026-03-01"), path=tmp_path / "never.geojson"
    )
    assert [row["id"] for row in told["never"]] == ["lane"]
    assert layer.table["state"].to_dict() == {"lane": "never", "street": "part"}
    assert layer.table["never_m"]["street"] == pytest.approx(2000.0, abs=120.0)
    assert layer.table["district"].to_dict() == {"lane": "W", "street": "E"}
    written = json.loads((tmp_path / "never.geojson").read_text("utf-8"))
    assert {f["id"] for f in written["features"]} == {"lane", "street"}


def test_coverage_has_the_share_of_each_cells_roads(filled):
    share = filled.layer("coverage", Window.parse("2026-03-01", "2026-03-01")).table[
        "road_patrolled_share"
    ]
    on_road = np.isfinite(share)
    assert 0 < on_road.sum() < share.size  # cells without a road have none
    assert (share[on_road] >= 0.0).all()
    assert (share[on_road] <= 1.0).all()
    assert (share == 1.0).sum() >= 6  # of the eight cells along the street in the west
    nothing = filled.layer("coverage", Window.parse("2026-04-01", "2026-04-02")).table
    assert np.isnan(nothing["road_patrolled_share"]).all()


def test_a_changed_day_and_a_changed_register_are_worked_out_again(filled, tmp_path, options):
    before = filled.roads()[1]["by_class"]
    fixes = write_tracks(tmp_path / "more.csv", drive("2026-03-02", 9, WEST, MIDDLE, 26.215))
    filled.import_files("tracks", [fixes], options)
    after = filled.roads()[1]["by_class"]
    assert before[0]["share"] == 0.0
    assert after[0]["share"] > 0.9
    filled.undo()
    assert filled.roads()[1]["by_class"] == before


def test_without_roads_the_share_is_null_and_the_question_refused(ws, tmp_path, options):
    fixes = write_tracks(tmp_path / "t.csv", drive("2026-03-01", 8, WEST, MIDDLE))
    ws.import_files("tracks", [fixes], options)
    assert np.isnan(ws.layer("coverage").table["road_patrolled_share"]).all()
    with pytest.raises(LayerNotFoundError, match="no roads are imported"):
        ws.roads()
