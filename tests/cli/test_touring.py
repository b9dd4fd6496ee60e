"""What `geogrid plan` does and prints, on a city of two districts."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from tests.small_city import WEST, drive, write_incidents, write_tracks

LAT = 26.21
FROM = ("--from", "2026-03-09T09:00", "--hours", "0.75", "--rounds", "2")


@pytest.fixture
def filled(run, ws, tmp_path):
    """Incidents at two spots without roads, and one unit that reports until nine."""
    rows = []
    for n in range(40):
        when = datetime(2026, 3, 8, 10) - timedelta(days=n, minutes=7 * n)  # noqa: DTZ001
        spot = round(WEST + (0.004 if n % 3 else 0.02) + 2e-5 * n, 6)
        rows.append((f"I{n}", f"{when:%Y-%m-%d %H:%M}", spot, LAT, "theft"))
    tracks = write_tracks(tmp_path / "t.csv", drive("U1", "2026-03-09", start=8, fixes=59))
    zone = ("--tz", "Asia/Shanghai", "--datum", "wgs84")
    assert (
        run("import", ws, "incidents", write_incidents(tmp_path / "i.csv", rows), *zone).code == 0
    )
    assert run("import", ws, "tracks", tracks, *zone).code == 0
    return ws


def test_a_plan_is_told_with_what_it_is_measured_against(run, filled, tmp_path):
    file = tmp_path / "plan.geojson"
    told = run("plan", filled, *FROM, "-o", file, "--json").json
    assert told["by"] == "straight"
    assert told["stops"] >= 1
    assert told["worth"] >= told["hottest_first"] - 1e-9
    assert told["hottest_first"] >= 0.0
    assert told["nothing"] == 0.0
    rows = json.loads(file.read_text("utf-8"))["features"]
    assert [row["properties"]["stop"] for row in rows] == list(range(1, told["stops"] + 1))
    said = run("plan", filled, *FROM)
    assert "1 tours of 1 units from 2026-03-09T01:00:00Z" in said.out
    assert "no roads are imported" in said.out
    assert "最热优先" in run("--lang", "zh", "plan", filled, *FROM).out


def test_a_plan_is_compared_with_what_was_driven(run, filled, tmp_path):
    file = tmp_path / "plan.geojson"
    stops = run("plan", filled, *FROM, "-o", file, "--json").json["stops"]
    told = run("plan", filled, "--compare", file, "--json").json
    assert told["stops"] == stops == told["kept"] + told["short"] + told["other"] + told["missed"]
    said = run("plan", filled, "--compare", file)
    assert f"of {stops} stops kept" in said.out
    assert "U1" in said.out


def test_neither_a_time_nor_a_plan_is_refused(run, filled):
    said = run("plan", filled)
    assert said.code == 2
    assert "say when tours begin" in said.err
    assert run("plan", filled, "--from", "soon").code == 2
    assert "a stop must last over 0" in run("plan", filled, *FROM, "--stay", "20").err
