"""Plans of a small workspace: tours, files, and what was driven of them."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import datetime, timedelta

import numpy as np
import pytest

from geogrid.analysis.tours import TourParams
from geogrid.errors import InputError, LayerNotFoundError
from tests.small_city import EAST, WEST, drive, write_incidents, write_tracks

LAT = 26.21
START, TZ = "2026-03-09T09:00", timedelta(hours=8)
QUICK = TourParams(rounds=4)
SPOTS = (WEST + 0.004, WEST + 0.014, WEST + 0.03)


def roads(folder):
    row = {
        "type": "Feature",
        "properties": {"id": "R1", "class": "street", "speed_kmh": 60},
        "geometry": {"type": "LineString", "coordinates": [[WEST, LAT], [EAST, LAT]]},
    }
    file = folder / "roads.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [row]}), "utf-8")
    return file


def incidents(folder):
    """Write 20, 15 and 10 incidents at three spots, in the six weeks before."""
    rows = []
    for spot, count in zip(SPOTS, (20, 15, 10), strict=True):
        for n in range(count):
            when = datetime(2026, 3, 8, 10) - timedelta(days=2 * n, minutes=7 * n)  # noqa: DTZ001
            place = round(spot + 2e-5 * n, 6)  # many at one coordinate are a default, not a place
            rows.append((f"I{len(rows)}", f"{when:%Y-%m-%d %H:%M}", place, LAT, "theft"))
    return write_incidents(folder / "i.csv", rows)


@pytest.fixture
def filled(ws, options, tmp_path):
    ws.import_files("roads", [roads(tmp_path)], options)
    ws.import_files("incidents", [incidents(tmp_path)], options)
    tracks = write_tracks(tmp_path / "t.csv", drive("U1", "2026-03-09", start=8, fixes=59))
    ws.import_files("tracks", [tracks], options)
    return ws


def test_the_unit_that_reported_gets_a_tour_in_its_time(filled):
    layer, summary = filled.plan(START, 1.0, tours=QUICK)
    frame = layer.table
    assert (summary["units"], summary["tours"], summary["reporting"]) == (1, 1, True)
    assert summary["from"] == "2026-03-09T01:00:00Z"
    assert set(frame["unit"]) == {"U1"}
    assert frame["stop"].tolist() == list(range(1, len(frame) + 1))
    assert frame["cell"].is_unique
    assert frame["leave"].max().isoformat() <= "2026-03-09T02:00:00"
    assert (frame["stay_min"] >= 10.0).all()
    assert frame.index[0] == "U1-01"
    assert summary["worth"] == pytest.approx(frame["worth"].sum())
    assert summary["worth"] >= summary["hottest_first"] - 1e-9
    assert summary["hottest_first"] > 0.0
    assert summary["worth"] <= summary["expected_total"]


def test_stops_follow_one_another_with_the_way_between(filled):
    frame = filled.plan(START, 2.0, tours=QUICK)[0].table
    gone = (frame["arrive"].iloc[1:].to_numpy() - frame["leave"].iloc[:-1].to_numpy()) / (
        np.timedelta64(1, "m")
    )
    np.testing.assert_allclose(gone, frame["drive_min"].iloc[1:], atol=0.02)


def test_the_same_question_gives_the_same_plan(filled, tmp_path):
    one, other = tmp_path / "a.geojson", tmp_path / "b.geojson"
    filled.plan(START, 1.0, tours=QUICK, path=one)
    filled.plan(START, 1.0, tours=QUICK, path=other)
    assert one.read_bytes() == other.read_bytes()


def test_a_navigator_reads_a_route_for_each_unit(filled, tmp_path):
    file = tmp_path / "tours.gpx"
    layer, _ = filled.plan(START, 1.0, tours=QUICK, path=file)
    space = {"g": "http://www.topografix.com/GPX/1/1"}
    root = ET.fromstring(file.read_text("utf-8"))  # noqa: S314 - our own file
    routes = root.findall("g:rte", space)
    assert [route.find("g:name", space).text for route in routes] == ["U1"]
    points = routes[0].findall("g:rtept", space)
    assert len(points) == len(layer.table)
    assert float(points[0].get("lat")) == pytest.approx(LAT, abs=1e-3)
    assert points[0].find("g:name", space).text == "U1-01"


def test_a_shift_cuts_the_hours_and_without_one_there_is_no_plan(filled, options, tmp_path):
    shifts = tmp_path / "s.csv"
    shifts.write_text("name,start,end\nday,08:00,09:30\n", "utf-8")
    filled.import_files("shifts", [shifts], options)
    assert filled.plan(START, 4.0, tours=QUICK)[1]["to"] == "2026-03-09T01:30:00Z"
    with pytest.raises(InputError, match="no shift is on"):
        filled.plan("2026-03-09T12:00", tours=QUICK)


def test_ahead_of_time_all_units_begin_where_they_were_last_seen(filled):
    summary = filled.plan("2026-03-10T09:00", 1.0, tours=QUICK)[1]
    assert (summary["reporting"], summary["units"]) == (False, 1)
    with pytest.raises(InputError, match="of no unit a place"):
        filled.plan("2026-04-10T09:00", 1.0, tours=QUICK)


def test_a_cell_that_got_its_due_is_worth_less(filled, options, tmp_path):
    before = filled.plan(START, 1.0, tours=QUICK)[0].table.set_index("cell")["short"]
    rows = [("U2", f"2026-03-08 10:{n:02d}:00", SPOTS[0], LAT) for n in range(60)]
    filled.import_files("tracks", [write_tracks(tmp_path / "u.csv", rows)], options)
    layer, summary = filled.plan(START, 1.0, tours=QUICK)
    assert (before == 1.0).all()
    assert summary["short_days"] == 1
    spec = filled.grid.spec
    at = filled.grid.position_at([SPOTS[0]], [LAT])[0]
    assert spec.codes(filled.grid.cells[[at]])[0] not in set(layer.table["cell"])


def test_what_was_driven_is_compared_stop_by_stop(filled, options, tmp_path):
    file = tmp_path / "plan.geojson"
    layer, _ = filled.plan(START, 1.0, tours=QUICK, path=file)
    frame = layer.table
    rows = []
    for when, point in zip(frame["arrive"], frame.geometry, strict=True):
        rows += [
            ("U1", f"{when + TZ + timedelta(minutes=m):%Y-%m-%d %H:%M:%S}", point.x, point.y)
            for m in range(11)
        ]
    first = frame["cell"].iloc[0]
    filled.import_files("tracks", [write_tracks(tmp_path / "d.csv", rows)], options)
    told = filled.plan_driven(file)
    assert told["stops"] == len(frame) == told["kept"]
    assert (told["kept_share"], told["missed"]) == (1.0, 0)
    assert [tour["unit"] for tour in told["tours"]] == ["U1"]
    assert told["by_stop"][0]["cell"] == first
    assert abs(told["by_stop"][0]["late_min"]) < 5.0
    json.dumps(told, allow_nan=False)


def test_a_navigators_file_is_compared_as_the_geojson_is(filled, options, tmp_path):
    files = [tmp_path / "plan.geojson", tmp_path / "plan.gpx"]
    for file in files:
        layer, _ = filled.plan(START, 1.0, tours=QUICK, path=file)
    point, when = layer.table.geometry.iloc[0], layer.table["arrive"].iloc[0]
    rows = [
        ("U1", f"{when + TZ + timedelta(minutes=m):%Y-%m-%d %H:%M:%S}", point.x, point.y)
        for m in range(12)
    ]
    filled.import_files("tracks", [write_tracks(tmp_path / "d.csv", rows)], options)
    one, other = (filled.plan_driven(file) for file in files)
    assert one["kept"] >= 1
    # Stops of a GPX are as long as their remarks say, to the minute.
    assert other["planned_min"] == pytest.approx(one["planned_min"], abs=0.5 * one["stops"])
    for name in ("stops", "kept", "short", "other", "missed", "kept_share"):
        assert other[name] == one[name]
    assert [tour["unit"] for tour in other["tours"]] == ["U1"]
    for left, right in zip(one["by_stop"], other["by_stop"], strict=True):
        assert [left[name] for name in ("id", "unit", "stop", "cell", "state")] == [
            right[name] for name in ("id", "unit", "stop", "cell", "state")
        ]


def test_other_gpx_is_no_plan(filled, tmp_path):
    file = tmp_path / "walk.gpx"
    inside = '<rte><name>a</name><rtept lat="26" lon="117"><name>x</name></rtept></rte>'
    for content in (f"<gpx>{inside}</gpx>", "<gpx></gpx>", "<gpx", "<kml></kml>"):
        file.write_text(content, "utf-8")
        with pytest.raises(InputError):
            filled.plan_driven(file)


def test_a_plan_is_drawn_as_its_stops_and_a_line_for_each_tour(filled):
    layer, summary = filled.plan(START, 2.0)
    drawn = filled.plan_drawn(START, 2.0)
    stops = [one for one in drawn["features"] if one["properties"]["part"] == "stop"]
    tours = [one for one in drawn["features"] if one["properties"]["part"] == "tour"]
    assert [one["id"] for one in stops] == layer.table.index.tolist()
    assert [tour["id"] for tour in tours] == ["U1"]
    assert tours[0]["geometry"]["coordinates"] == [one["geometry"]["coordinates"] for one in stops]
    assert tours[0]["properties"]["stops"] == len(stops) > 1
    assert drawn["summary"] == summary
    assert filled.plan_drawn()["summary"] is None
    json.dumps(drawn, allow_nan=False)


def test_a_plan_of_a_day_without_tracks_is_not_judged(filled, tmp_path):
    file = tmp_path / "plan.geojson"
    filled.plan("2026-03-10T09:00", 1.0, tours=QUICK, path=file)
    with pytest.raises(InputError, match="tracks of 2026-03-10"):
        filled.plan_driven(file)


@pytest.mark.parametrize("content", ["", "{}", '{"features": [{"properties": {}}]}', "[1]"])
def test_a_file_that_is_no_plan_is_refused(filled, tmp_path, content):
    file = tmp_path / "x.geojson"
    file.write_text(content, "utf-8")
    with pytest.raises(InputError, match="is no plan of tours"):
        filled.plan_driven(file)


def test_without_incidents_nothing_is_expected(ws):
    with pytest.raises(LayerNotFoundError, match="incidents"):
        ws.plan(START)


@pytest.mark.parametrize(("start", "hours"), [("soon", 4.0), (START, 0.0), (START, 25.0)])
def test_times_that_cannot_be_are_refused(filled, start, hours):
    with pytest.raises(InputError):
        filled.plan(start, hours, tours=QUICK)


def test_the_layer_plan_is_of_the_hours_after_the_tracks(filled):
    layer = filled.layer("plan")
    assert (layer.id, layer.title) == ("plan", "Plan of tours")
    assert layer.table["arrive"].min().isoformat() >= "2026-03-09T01:00:00"
    assert layer.table["leave"].max().isoformat() <= "2026-03-09T05:00:00"
    assert filled.features("plan")["numberMatched"] == len(layer.table)


def test_a_plan_up_to_midnight_needs_tracks_of_its_own_day_only(filled, tmp_path):
    file = tmp_path / "plan.geojson"
    filled.plan(START, 1.0, tours=QUICK, path=file)
    told = json.loads(file.read_text("utf-8"))
    for row in told["features"]:
        row["properties"] |= {"arrive": "2026-03-09T15:50:00Z", "leave": "2026-03-09T16:00:00Z"}
    file.write_text(json.dumps(told), "utf-8")
    assert filled.plan_driven(file)["missed"] == len(told["features"])
