"""What `geogrid evaluate` and `geogrid treatment` do, on a city of two districts."""

from __future__ import annotations

import json

import pytest

from tests.small_city import EAST, MIDDLE, WEST, drive, write_incidents, write_tracks

LAT = 26.21
PERIODS = ("--before", "2026-01-01:2026-01-10", "--after", "2026-01-11:2026-01-20")
DECLARED = ("--datum", "wgs84", "--tz", "Asia/Shanghai")


def polygon(path, west, south, side=0.002):
    ring = [[west, south], [west + side, south], [west + side, south + side]]
    ring += [[west, south + side], [west, south]]
    feature = {
        "type": "Feature",
        "properties": {"id": path.stem, "name": path.stem},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    return path


def events(spot, lon, before, after):
    """Return incidents at one place, on days of both periods."""
    rows = [
        (f"{spot}b{i}", f"2026-01-{1 + i % 10:02d} 12:00", lon, LAT, "x") for i in range(before)
    ]
    return rows + [
        (f"{spot}a{i}", f"2026-01-{11 + i % 10:02d} 12:00", lon, LAT, "x") for i in range(after)
    ]


@pytest.fixture
def place(tmp_path):
    return polygon(tmp_path / "place.geojson", WEST + 0.009, LAT - 0.001)


@pytest.fixture
def control(tmp_path):
    return polygon(tmp_path / "control.geojson", EAST - 0.011, LAT - 0.001)


@pytest.fixture
def filled(run, ws, tmp_path):
    """The numbers of Wheeler & Ratcliffe (2018), laid out on the ground."""
    rows = events("t", WEST + 0.010, 207, 110) + events("c", EAST - 0.010, 308, 318)
    rows += events("d", WEST + 0.0125, 178, 157) + events("e", EAST - 0.0125, 150, 140)
    rows += events("r", MIDDLE, 40, 50)
    file = write_incidents(tmp_path / "incidents.csv", rows)
    assert run("import", ws, "incidents", file, *DECLARED).code == 0
    return ws


def test_the_published_example_comes_out_of_files(run, filled, place, control):
    told = run("evaluate", filled, "--place", place, "--control", control, *PERIODS, "--json").json
    assert told["counts"] == {
        "place": {"before": 207, "after": 110},
        "ring": {"before": 178, "after": 157},
        "control": {"before": 308, "after": 318},
        "control_ring": {"before": 150, "after": 140},
    }
    assert told["wdd"] == -118
    assert told["se"] == pytest.approx(1568**0.5)
    assert [round(side) for side in told["interval"]] == [-196, -40]
    assert told["wdq"] == pytest.approx(0.2582, abs=5e-4)
    assert told["local"]["wdd"] == -107
    assert told["displaced"]["wdd"] == -11
    assert (told["method"], told["dosage"], told["few"]) == ("control", None, False)


def test_without_a_control_the_rest_of_the_city_is_one(run, filled, place):
    told = run("evaluate", filled, "--place", place, *PERIODS, "--json").json
    assert told["method"] == "rest"
    assert told["counts"]["control"] == {"before": 498, "after": 508}
    assert told["local"]["wdd"] == pytest.approx(110 - 207 * 508 / 498)


def test_patrols_of_both_periods_stand_beside(run, filled, place, tmp_path):
    fixes = drive("car", "2026-01-05") + drive("car", "2026-01-15") + drive("bus", "2026-01-15")
    tracks = write_tracks(tmp_path / "tracks.csv", fixes)
    assert run("import", filled, "tracks", tracks, *DECLARED).code == 0
    dosage = run("evaluate", filled, "--place", place, *PERIODS, "--json").json["dosage"]["place"]
    before, after = dosage["before"], dosage["after"]
    assert (before["days"], after["days"]) == (1, 1)
    assert (before["visits"], after["visits"]) == (1, 2)
    assert after["unit_min"] == pytest.approx(2 * before["unit_min"])
    assert after["delivered_min"] == pytest.approx(before["delivered_min"])  # side by side
    said = run("evaluate", filled, "--place", place, *PERIODS).out
    assert "1 visits on 1 days with tracks" in said


def test_a_control_within_both_rings_is_refused(run, filled, place, tmp_path):
    near = polygon(tmp_path / "near.geojson", WEST + 0.013, LAT - 0.001)
    said = run("evaluate", filled, "--place", place, "--control", near, *PERIODS)
    assert said.code == 2
    assert "see the same displaced incidents" in said.err


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("2026-01-01:2026-01-12", "2026-01-11:2026-01-20", "must end before"),
        ("2026-01-01", "2026-01-11:2026-01-20", "a period is two days"),
    ],
)
def test_periods_that_overlap_or_are_none_are_refused(run, filled, place, before, after, words):
    said = run("evaluate", filled, "--place", place, "--before", before, "--after", after)
    assert said.code == 2
    assert words in said.err


def test_a_treatment_is_opened_closed_with_its_evidence_and_undone(run, filled, place, control):
    assert run("treatment", "list", filled).out.strip() == "no place is or was under treatment"
    opened = run(
        *("treatment", "open", filled, "--place", place, "--from", "2026-01-11"),
        *("--name", "Market", "--note", "lamps", "--json"),
    ).json
    assert (opened["id"], opened["state"], opened["evidence"]) == ("T0001", "open", None)
    again = run("treatment", "open", filled, "--place", place, "--from", "2026-01-12")
    assert again.code == 2
    assert "overlaps the treatment T0001" in again.err
    closing = ("treatment", "close", filled, "T0001", "--to", "2026-01-20", "--control", control)
    closed = run(*closing, "--json").json
    assert closed["state"] == "closed"
    assert closed["evidence"]["wdd"] == -118
    assert closed["evidence"]["before"] == ["2026-01-01", "2026-01-10"]
    assert [step["step"] for step in closed["history"]] == ["open", "close"]
    assert "was closed on 2026-01-20" in run(*closing).err
    assert run("undo", filled).code == 0
    [row] = run("treatment", "list", filled, "--json").json["treatments"]
    assert (row["state"], row["name"]) == ("open", "Market")


def test_a_treatment_that_is_not_there_or_lacks_a_word_is_refused(run, filled):
    assert "no treatment" in run("treatment", "close", filled, "T9", "--to", "2026-01-20").err
    assert "needs --place" in run("treatment", "open", filled, "--from", "2026-01-01").err


def test_the_same_is_said_in_chinese(run, filled, place):
    assert "起事件" in run("evaluate", filled, "--place", place, *PERIODS, "--lang", "zh").out
