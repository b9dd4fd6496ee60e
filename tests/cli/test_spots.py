"""What `geogrid spots` does and prints."""

from __future__ import annotations

import json

import pytest

from tests.service.test_forecasts import rows_of
from tests.small_city import write_incidents

DECLARED = ("--datum", "wgs84", "--tz", "Asia/Shanghai")


@pytest.fixture
def filled(run, ws, tmp_path):
    file = write_incidents(tmp_path / "incidents.csv", rows_of())
    assert run("import", ws, "incidents", file, *DECLARED).code == 0
    return ws


def test_areas_are_written_read_back_and_keep_their_ids(run, filled, tmp_path):
    week, next_week = tmp_path / "1.geojson", tmp_path / "2.geojson"
    first = run("spots", filled, "--to", "2026-02-28", "-o", week, "--json").json
    words = ("--from", "2025-11-27", "--earlier", week, "-o", next_week, "--json")
    second = run("spots", filled, *words).json
    assert {area["id"] for area in first["areas"]} >= set(second["kept"]) != set()
    features = json.loads(next_week.read_text("utf-8"))["features"]
    assert {one["properties"]["area"] for one in features} == {one["id"] for one in second["areas"]}


def test_people_read_a_table_of_areas(run, filled):
    said = run("spots", filled)
    assert said.code == 0
    assert "areas, by 15 moved and resized lattices; radius 625 m" in said.out
    assert "share of incidents" in said.out
    told = run("--lang", "zh", "spots", filled)
    assert "占警情" in told.out
