"""Helsinki and Chicago from the data that ships with the project, from files to a map."""

from __future__ import annotations

import json

import geopandas as gpd
import pandas as pd
import pytest

CREDIT = "© OpenStreetMap contributors"
RANGE_M = 30


@pytest.fixture(scope="module")
def centre(geogrid, helsinki, tmp_path_factory):
    """Make the workspace of Helsinki once; tests read it."""
    ws = tmp_path_factory.mktemp("helsinki") / "ws"
    zone = ("--tz", "Europe/Helsinki")
    made = geogrid("init", ws, "--districts", helsinki / "area.geojson", "--cell", 50, *zone)
    assert made["districts"] == 1
    for kind, rows in (("cameras", 223), ("roads", 942), ("buildings", 446)):
        file = helsinki / f"{kind}.geojson"
        taken = geogrid("import", ws, kind, file, "--credit", CREDIT)
        assert (taken["status"], taken["accepted"]) == ("accept", rows)
    return ws


def union_km2(cameras):
    discs = cameras.to_crs("EPSG:3067").buffer(RANGE_M, quad_segs=64)
    return discs.union_all().area / 1e6


def test_cameras_that_state_no_range_are_counted_and_not_drawn(centre, geogrid):
    found = geogrid("cameras", centre)
    assert found["in_service"] == found["range_unknown"] == 223
    assert found["drawn"] == 0


def test_the_ground_seen_in_helsinki_is_the_union_that_geos_finds(
    centre, geogrid, helsinki, tmp_path
):
    file = tmp_path / "seen.geojson"
    found = geogrid("cameras", centre, "--default-range", RANGE_M, "--plain-views", "-o", file)
    oracle = union_km2(gpd.read_file(helsinki / "cameras.geojson"))
    assert found["union_km2"] == pytest.approx(oracle, rel=2e-3)  # the plane of EPSG:3067
    assert found["covered_km2"] == pytest.approx(found["union_km2"], rel=1e-9)
    cells = gpd.read_file(file)
    land_seen = (cells["covered_share"] * cells["area_m2"]).sum() / 1e6
    assert land_seen == pytest.approx(found["covered_km2"], rel=1e-5)
    assert (cells["twice_share"] <= cells["covered_share"]).all()
    assert cells["cameras"].sum() == 223


def test_the_surveillance_cameras_of_helsinki_see_what_was_measured_before(
    geogrid, helsinki, tmp_path
):
    everything = gpd.read_file(helsinki / "cameras.geojson")
    only = everything[everything["kind"] == "surveillance"]
    file = tmp_path / "surveillance.geojson"
    only.to_file(file, driver="GeoJSON")
    ws = tmp_path / "ws"
    geogrid("init", ws, "--districts", helsinki / "area.geojson", "--cell", 50)
    assert geogrid("import", ws, "cameras", file)["accepted"] == 221
    seen = geogrid("cameras", ws, "--default-range", RANGE_M)["union_km2"]
    assert seen == pytest.approx(0.362, abs=0.0015)
    assert seen == pytest.approx(union_km2(only), rel=2e-3)


def test_a_third_of_the_roads_is_within_thirty_metres(centre, geogrid):
    found = geogrid("cameras", centre, "--default-range", RANGE_M, "--plain-views")
    assert found["roads_km"] == pytest.approx(31.64, rel=1e-3)
    assert found["roads_covered_km"] / found["roads_km"] == pytest.approx(0.34, abs=0.01)


def test_every_layer_of_helsinki_can_be_taken_away_with_its_credit(centre, geogrid, tmp_path):
    for layer in geogrid("layers", centre)["layers"]:
        file = tmp_path / f"{layer['id']}.geojson"
        geogrid("export", centre, layer["id"], "-o", file)
        collection = json.loads(file.read_text("utf-8"))
        assert len(gpd.read_file(file)) == len(collection["features"]) > 0
        sources = " ".join(collection["provenance"]["sources"])
        assert (CREDIT in sources) == (layer["id"] not in ("districts", "grid"))


def test_the_map_of_helsinki_credits_openstreetmap(centre, geogrid, read_map, tmp_path):
    file = tmp_path / "helsinki.html"
    geogrid("map", centre, "-o", file)
    page = read_map(file)
    assert any(CREDIT in source for source in page.manifest["sources"])
    assert page.column("camera_coverage.cameras").sum() == 223
    assert page.manifest["synthetic"] is False


def test_the_community_areas_of_chicago_become_a_grid_with_their_area(
    geogrid, boundaries, tmp_path
):
    ws = tmp_path / "ws"
    districts = boundaries / "chicago_community_areas.geojson"
    zone = ("--tz", "America/Chicago")
    made = geogrid("init", ws, "--districts", districts, "--cell", 250, *zone)
    assert made["districts"] == 77
    assert made["area_km2"] == pytest.approx(598.568, abs=0.01)
    file = tmp_path / "areas.geojson"
    geogrid("export", ws, "districts", "-o", file)
    areas = gpd.read_file(file)
    assert len(areas) == 77
    assert "LOOP" in set(areas["name"])


def test_assaults_of_chicago_are_counted_by_community_area(
    geogrid, boundaries, shared_data, tmp_path
):
    ws = tmp_path / "ws"
    districts = boundaries / "chicago_community_areas.geojson"
    zone = ("--tz", "America/Chicago")
    geogrid("init", ws, "--districts", districts, "--cell", 250, *zone)
    file = shared_data / "chicago_assault_2017_2018" / "incidents.csv"
    taken = geogrid("import", ws, "incidents", file, "--datum", "wgs84", *zone)
    assert taken["accepted"] + len(taken["bad_rows"]) + taken["duplicates"] == 30_455
    out = tmp_path / "hotspots.csv"
    found = geogrid("hotspots", ws, "-o", out)
    counted = found["counted"] + found["outside"] + found["off_mask"]
    assert counted == taken["accepted"]
    assert found["counted"] > 0.998 * 30_455
    assert 0 < found["hot"] < found["tested"] < found["cells"]
    counts = pd.read_csv(out)["count"].sum()
    assert counts == found["counted"] + found["off_mask"]
