"""What `geogrid districts-table` compares, on a city of two districts."""

from __future__ import annotations

import csv

import pytest

from tests.small_city import EAST, MIDDLE, WEST, drive, write_incidents, write_tracks

DECLARED = ("--datum", "wgs84", "--tz", "Asia/Shanghai")


@pytest.fixture
def filled(run, ws, tmp_path):
    """Thirty incidents in the west, ten in the east, as many people in both, one unit."""
    west = [(f"w{i}", "2026-01-05 12:00", WEST + 0.01, 26.21, "x") for i in range(30)]
    east = [(f"e{i}", "2026-01-05 12:00", EAST - 0.01, 26.21, "y") for i in range(10)]
    outside = [("o1", "2026-01-05 12:00", EAST + 0.01, 26.21, "x")]
    file = write_incidents(tmp_path / "incidents.csv", west + east + outside)
    assert run("import", ws, "incidents", file, *DECLARED).code == 0
    tracks = write_tracks(tmp_path / "tracks.csv", drive("car", "2026-01-05"))
    assert run("import", ws, "tracks", tracks, *DECLARED).code == 0
    people = tmp_path / "population.csv"
    people.write_text(
        f"lon,lat,persons\n{WEST + 0.01},26.21,5000\n{EAST - 0.01},26.21,2500\n", "utf-8"
    )
    assert run("import", ws, "population", people, "--datum", "wgs84").code == 0
    return ws


def test_rates_are_per_land_and_per_person_with_intervals(run, filled):
    told = run("districts-table", filled, "--json").json
    west, east = told["tables"]["1000_persons"]["rows"]
    assert (west["incidents"], east["incidents"]) == (30, 10)
    assert west["rate"] == pytest.approx(6.0)
    assert east["rate"] == pytest.approx(4.0)
    # Garwood: 30 gives 20.24 to 42.83, over 5,000 persons.
    assert west["low"] == pytest.approx(20.24 / 5, abs=2e-3)
    assert west["high"] == pytest.approx(42.83 / 5, abs=2e-3)
    assert east["rate"] <= east["shrunk"] <= west["shrunk"] <= west["rate"]
    assert (west["small"], east["small"]) == (0, 1)
    assert (told["incidents"], told["outside"], told["missing"]) == (40, 1, ["roads"])
    land = told["tables"]["km2"]
    assert land["rows"][0]["rate"] == pytest.approx(30 / land["rows"][0]["exposure"])


def test_patrol_hours_stand_between_their_bounds_and_sum_to_coverage(run, filled):
    rows = run("districts-table", filled, "--json").json["tables"]["km2"]["rows"]
    for row in rows:
        assert row["patrol_low_h"] <= row["patrol_h"] <= row["patrol_high_h"]
    ledger = run("coverage", filled, "--json").json["ledger"]
    hours = sum(row["patrol_h"] * row["exposure"] for row in rows)
    assert hours * 3600 == pytest.approx(ledger["moving"] + ledger["standing"])


def test_a_window_without_tracks_knows_no_patrol(run, filled):
    told = run("districts-table", filled, "--from", "2026-02-01", "--to", "2026-02-02", "--json")
    [west, _] = told.json["tables"]["km2"]["rows"]
    assert (west["patrol_h"], west["incidents"], west["rate"]) == (None, 0, 0.0)


def test_without_incidents_rates_are_not_known(run, ws):
    told = run("districts-table", ws, "--json").json
    [west, _] = told["tables"]["km2"]["rows"]
    assert (west["incidents"], west["rate"], told["incidents"]) == (None, None, None)


def test_the_file_has_a_row_for_each_district_and_exposure(run, filled, tmp_path):
    assert run("districts-table", filled, "-o", tmp_path / "t.csv").code == 0
    rows = list(csv.DictReader((tmp_path / "t.csv").read_text("utf-8-sig").splitlines()))
    assert [(row["district"], row["per"]) for row in rows] == [
        ("W", "km2"),
        ("E", "km2"),
        ("W", "1000_persons"),
        ("E", "1000_persons"),
    ]
    assert run("districts-table", filled, "-o", tmp_path / "t.xlsx").code == 0


def test_small_counts_are_marked_and_said_in_chinese(run, filled):
    said = run("districts-table", filled, "--per", "persons").out
    assert "10*" in said
    assert "go by the shrunk rate" in said
    assert "收缩" in run("districts-table", filled, "--lang", "zh").out
    assert "no roads are imported" in run("districts-table", filled, "--per", "roads").out


def test_the_middle_of_the_city_is_in_one_district_only(run, filled, tmp_path):
    file = write_incidents(tmp_path / "more.csv", [("m1", "2026-01-05 12:00", MIDDLE, 26.21, "x")])
    assert run("import", filled, "incidents", file, *DECLARED).code == 0
    assert run("districts-table", filled, "--json").json["incidents"] == 41
