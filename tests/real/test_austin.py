"""One day of 146 vehicles in Austin, from a compressed file to a coverage map.

The reference is that of the data's page, worked out without this project: 1,496.4 hours and
27,723.7 km between fixes at most 600 s apart and at most 130 km/h fast, and 972 cells of 500 m
in EPSG:32614 with a fix.
"""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

FILE = "positions_2015-09-06.csv.gz"
HOURS, KM, CELLS_WITH_FIX = 1_496.4, 27_723.7, 972
RULES = ("--max-gap", 600, "--max-speed", 130)


@pytest.fixture(scope="module")
def fixes(shared_data):
    return shared_data / "austin_fleet_gps" / FILE


@pytest.fixture(scope="module")
def austin(geogrid, fixes, tmp_path_factory):
    """Make the workspace once over the box of the fixes; tests read it."""
    folder = tmp_path_factory.mktemp("austin")
    rows = pd.read_csv(fixes)
    west, south = rows[["lon", "lat"]].min() - 0.01
    east, north = rows[["lon", "lat"]].max() + 0.01
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    box = {"type": "Feature", "properties": {"id": "box", "name": "Austin"}, "geometry": shape}
    area = folder / "area.geojson"
    area.write_text(json.dumps({"type": "FeatureCollection", "features": [box]}), "utf-8")
    choices = ("--cell", 500, "--crs", "EPSG:32614", "--tz", "America/Chicago")
    made = geogrid("init", folder / "ws", "--districts", area, *choices)
    assert made["crs"] == "EPSG:32614"
    taken = geogrid("import", folder / "ws", "tracks", fixes, "--datum", "wgs84")
    assert (taken["status"], taken["accepted"]) == ("accept", len(rows))
    return folder / "ws"


@pytest.fixture(scope="module")
def answer(austin, geogrid):
    return geogrid("coverage", austin, *RULES)


@pytest.fixture(scope="module")
def cells(austin, geogrid, tmp_path_factory):
    file = tmp_path_factory.mktemp("austin") / "coverage.parquet"
    geogrid("coverage", austin, *RULES, "-o", file)
    return gpd.read_parquet(file)


def test_hours_and_kilometres_are_those_worked_out_elsewhere(answer, cells):
    ledger = answer["ledger"]
    assert (ledger["moving"] + ledger["standing"]) / 3600 == pytest.approx(HOURS, rel=1e-3)
    assert cells["distance_m"].sum() / 1000 == pytest.approx(KM, rel=1e-3)
    assert answer["cells_with_fix"] == CELLS_WITH_FIX


def test_each_second_of_the_day_is_in_one_bucket(answer, fixes):
    ledger = dict(answer["ledger"])
    assert ledger.pop("total") == pytest.approx(sum(ledger.values()), abs=1e-6)
    rows = pd.read_csv(fixes)
    time = pd.to_datetime(rows["time"], utc=True)
    tracked = time.groupby(rows["vehicle_id"]).agg(["min", "max"])
    seconds = (tracked["max"] - tracked["min"]).dt.total_seconds().sum()
    assert answer["ledger"]["total"] == pytest.approx(seconds, abs=1e-6)


def test_seconds_in_cells_are_the_seconds_in_the_ledger(answer, cells):
    ledger = answer["ledger"]
    for bucket in ("moving", "standing", "depot"):
        assert cells[f"{bucket}_s"].sum() == pytest.approx(ledger[bucket], abs=1.0)
    assert ledger["off_grid"] == 0.0


def test_presence_is_never_more_than_the_seconds_of_all_units(cells):
    assert (cells["presence_s"] <= cells["patrol_s"] + 0.001).all()
    assert (cells["patrol_s"] > cells["presence_s"] + 60).any()


def test_every_cell_with_a_fix_was_patrolled(answer, cells):
    assert (cells["passes"] > 0).sum() == answer["cells_patrolled"] >= CELLS_WITH_FIX
    assert cells["units"].max() <= 146


def test_fixes_that_come_again_change_nothing(austin, geogrid, fixes, answer):
    again = geogrid("import", austin, "tracks", fixes, "--datum", "wgs84")
    counts = answer["fixes"]
    assert again["duplicates"] == counts["kept"] + counts["spike"] + counts["frozen"]
    assert geogrid("coverage", austin, *RULES)["ledger"] == answer["ledger"]
    geogrid("undo", austin)
    assert geogrid("coverage", austin, *RULES) == answer


def test_the_map_in_one_file_shows_the_patrol_time(austin, geogrid, read_map, tmp_path):
    file = tmp_path / "austin.html"
    assert geogrid("map", austin, "-o", file)["bytes"] < 2_000_000
    page = read_map(file)
    patrol = page.column("coverage.patrol_s")
    ledger = geogrid("coverage", austin)["ledger"]
    total = ledger["moving"] + ledger["standing"]
    assert patrol.sum() == pytest.approx(total, rel=0.01)  # two bytes a cell
    assert page.manifest["dataAsOf"].startswith("2015-09-07T04:")  # 23:58 in Austin


def test_the_exported_coverage_is_aligned_to_the_asked_lattice(austin, geogrid, tmp_path):
    file = tmp_path / "coverage.geojson"
    geogrid("export", austin, "coverage", "-o", file)
    frame = gpd.read_file(file).to_crs("EPSG:32614")
    full = frame[frame.geometry.area > 249_000]
    corners = full.geometry.bounds[["minx", "miny"]].to_numpy()
    assert np.abs(corners - np.round(corners / 500) * 500).max() < 0.1
