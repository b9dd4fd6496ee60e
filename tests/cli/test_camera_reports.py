"""The command `geogrid camera-report`: what it says, answers and writes."""

from __future__ import annotations

import json

import pytest
from python_calamine import CalamineWorkbook

CAMERAS = """id,lon,lat,range,status,pole,network,hours,integrated,sign_posted,filing_no,\
legal_basis,review_due,retention_days
c1,117.610,26.210,100,on,P1,N1,,yes,yes,F1,order 799,2027-01-01,30
c2,117.610,26.210,100,on,P1,N1,22-06,no,yes,F2,order 799,2026-02-01,120
c3,117.630,26.210,80,on,P2,N2,,yes,yes,F3,order 799,2027-01-01,30
c4,117.635,26.215,50,planned,P3,N2,,,,,,,
"""
ROADS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"id": f"r{n}", "class": kind},
            "geometry": {"type": "LineString", "coordinates": [[117.60, lat], [117.64, lat]]},
        }
        for n, (kind, lat) in enumerate([("main", 26.21), ("street", 26.205)])
    ],
}
ZONE = {
    "type": "Feature",
    "properties": {"id": "Z1", "kind": "private", "reason": "homes"},
    "geometry": {
        "type": "Polygon",
        "coordinates": [
            [[117.6305, 26.2098], [117.6320, 26.2098], [117.6320, 26.2102], [117.6305, 26.2102],
             [117.6305, 26.2098]]
        ],
    },
}  # fmt: skip


@pytest.fixture
def city(run, ws, tmp_path):
    def put(kind, name, text):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        assert run("import", ws, kind, path, "--datum", "wgs84").code == 0

    put("cameras", "cameras.csv", CAMERAS)
    put("roads", "roads.geojson", json.dumps(ROADS))
    put(
        "places",
        "places.csv",
        "id,lon,lat,kind\nH1,117.6302,26.2101,hazard\nH2,117.62,26.215,bank\n",
    )
    put("rooms", "rooms.csv", "id,lon,lat,class\nR1,117.6101,26.2101,2\n")
    return ws


def asked(run, city, *words):
    return run("camera-report", city, "--as-of", "2026-03-01", "--json", *words).json


def test_it_measures_districts_classes_of_road_and_places(run, city):
    answer = asked(run, city)
    west, east = answer["districts"]
    assert west["twice_km2"] == pytest.approx(0.0314159, rel=1e-4)
    assert west["seen_km2"] == pytest.approx(west["twice_km2"], rel=1e-6)
    assert east["seen_km2"] == pytest.approx(0.0201062, rel=1e-4)
    assert east["twice_km2"] == 0.0
    total = answer["total"]
    assert total["seen_km2"] == pytest.approx(west["seen_km2"] + east["seen_km2"])
    assert total["seen_share"] == pytest.approx(total["seen_km2"] / total["land_km2"])
    seen = {row["class"]: row["seen_km"] for row in answer["roads"]}
    assert seen["main"] == pytest.approx(0.36, rel=1e-3)
    assert seen["street"] == 0.0
    kinds = {(row["register"], row["kind"]): row["seen"] for row in answer["places"]}
    assert kinds == {("places", "bank"): 0, ("places", "hazard"): 1, ("rooms", "2"): 1}


def test_it_ranks_single_points_of_failure(run, city):
    failing = asked(run, city)["failures"]
    assert [row["id"] for row in failing["cameras"]["rows"]] == ["c3"]
    assert failing["cameras"]["spare"] == 2
    assert [row["id"] for row in failing["poles"]["rows"]] == ["P1", "P2"]
    assert failing["poles"]["rows"][0]["cameras"] == 2
    by_place = asked(run, city, "--rank", "places")["failures"]
    assert [(row["id"], row["lost_places"]) for row in by_place["networks"]["rows"]] == [
        ("N1", 1),
        ("N2", 1),
    ]


def test_hours_tell_when_cameras_are_on_and_may_be_asked_for(run, city):
    answer = asked(run, city)
    assert [row["cameras"] for row in answer["by_hour"]] == [3] * 6 + [2] * 16 + [3] * 2
    day = asked(run, city, "--hours", "08-20")
    assert day["cameras"]["counted"] == 2
    assert day["hours"] == "08-20"
    assert day["total"]["twice_km2"] == 0.0


def test_the_register_is_held_to_the_day_and_the_rules(run, city):
    care = asked(run, city)["care"]
    assert care["cameras"] == 3
    assert [row["camera"] for row in care["rows"]] == ["c2"]
    assert care["rows"][0]["findings"] == ["review_overdue", "not_integrated", "retention_over"]
    assert care["rows"][0]["overdue_days"] == 28
    assert care["counts"]["review_overdue"] == 1
    other = run("camera-report", city, "--as-of", "2026-01-31", "--most-days", 120, "--json").json[
        "care"
    ]
    assert other["rows"][0]["findings"] == ["not_integrated", "review_soon"]


def test_views_into_zones_are_told_and_priced(run, city, tmp_path):
    assert asked(run, city)["zones"]["zones"] == 0
    path = tmp_path / "zones.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [ZONE]}), "utf-8")
    assert run("import", city, "zones", path).code == 0
    zones = asked(run, city)["zones"]
    assert [(row["camera"], row["zone"], row["kind"]) for row in zones["rows"]] == [
        ("c3", "Z1", "private")
    ]
    assert zones["standing"] == []
    assert zones["lost_km2"] == pytest.approx(zones["rows"][0]["seen_m2"] / 1e6)
    assert zones["lost_roads_km"] == pytest.approx(0.03, abs=0.001)
    assert "1 views reach into a zone" in run("camera-report", city).out


def test_it_speaks_both_languages(run, city):
    said = run("camera-report", city, "--as-of", "2026-03-01")
    assert said.code == 0
    assert "3 of 4 cameras count" in said.out
    assert "If a pole fails: 2 of 2 would be missed, 0 would not" in said.out
    assert "As of 2026-03-01: 1 of 3 cameras" in said.out
    assert "Most land is seen at" in said.out
    chinese = run("camera-report", city, "--as-of", "2026-03-01", "--lang", "zh")
    assert "截至 2026-03-01" in chinese.out
    assert "复核已逾期" in chinese.out


def test_a_workbook_has_all_tables_and_csv_the_one_asked_for(run, city, tmp_path):
    book = tmp_path / "cameras.xlsx"
    assert run("camera-report", city, "--as-of", "2026-03-01", "-o", book).code == 0
    sheets = CalamineWorkbook.from_path(book)
    assert sheets.sheet_names[0] == "districts"
    assert len(sheets.sheet_names) == 10
    assert sheets.get_sheet_by_name("poles").to_python()[1][1] == "P1"
    table = tmp_path / "poles.csv"
    assert run("camera-report", city, "--table", "poles", "-o", table).code == 0
    head = table.read_text("utf-8-sig").splitlines()[0]
    assert head == "rank,id,cameras,lost_m2,lost_road_m,lost_places,lost_share"


def test_what_it_cannot_do_ends_with_2(run, city, ws, tmp_path):
    assert run("camera-report", city, "--table", "people").code == 2
    assert run("camera-report", city, "-o", tmp_path / "report.pdf").code == 2
    assert run("camera-report", city, "--as-of", "spring").code == 2
    assert run("camera-report", city, "--least-days", 100).code == 2
    assert run("camera-report", city, "--hours", "night").code == 2


def test_without_cameras_it_says_what_to_import(run, ws):
    said = run("camera-report", ws, "--json")
    assert said.code == 2
    assert "no cameras are imported" in said.json["message"]
