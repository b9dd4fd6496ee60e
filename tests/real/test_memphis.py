"""Robberies in Memphis in 2019 and its nine precincts, from files to a map."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer

from geogrid.workspace import Workspace

ROBBERIES = 2_245
ZONE = ("--tz", "America/Chicago")


@pytest.fixture(scope="module")
def source(shared_data):
    return shared_data / "memphis_robbery_2019"


@pytest.fixture(scope="module")
def memphis(geogrid, source, tmp_path_factory):
    """Make the workspace once, with the robberies in it; tests read it."""
    ws = tmp_path_factory.mktemp("memphis") / "ws"
    made = geogrid("init", ws, "--districts", source / "precincts.geojson", "--cell", 250, *ZONE)
    assert made["districts"] == 9
    assert made["area_km2"] == pytest.approx(792.0, abs=0.5)
    taken = geogrid("import", ws, "incidents", source / "incidents.csv", *ZONE)
    assert (taken["status"], taken["accepted"], taken["bad_rows"]) == ("accept", ROBBERIES, [])
    return ws


def test_times_without_a_zone_are_refused_and_nothing_is_stored(geogrid, refused, source, tmp_path):
    ws = tmp_path / "ws"
    geogrid("init", ws, "--districts", source / "precincts.geojson", "--cell", 1000, *ZONE)
    with pytest.raises(refused) as error:
        geogrid("import", ws, "incidents", source / "incidents.csv")
    status, answer = error.value.args
    assert status == 2
    assert "--tz" in answer["message"]
    assert [layer["id"] for layer in geogrid("layers", ws)["layers"]] == ["grid", "districts"]


def test_robberies_are_counted_in_the_cells_where_they_happened(memphis, geogrid, source, tmp_path):
    file = tmp_path / "hotspots.csv"
    found = geogrid("hotspots", memphis, "-o", file)
    assert found["counted"] + found["outside"] == ROBBERIES
    counted = pd.read_csv(file).set_index("cell")["count"]
    assert counted.sum() == found["counted"]

    # Counted again with pyproj alone, on the CRS that the workspace keeps.
    rows = pd.read_csv(source / "incidents.csv")
    crs = Workspace.open(memphis).grid.spec.crs
    x, y = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(rows.lon, rows.lat)
    corners = pd.DataFrame({"e": np.floor(x / 250) * 250, "n": np.floor(y / 250) * 250})
    again = corners.astype(int).value_counts()
    again.index = [f"250mE{e:07d}N{n:07d}" for e, n in again.index]
    assert again.to_dict() == counted[counted > 0].to_dict()


def test_a_category_that_is_not_there_is_refused_with_those_that_are(memphis, geogrid, refused):
    with pytest.raises(refused) as error:
        geogrid("hotspots", memphis, "--category", "no such category")
    assert "personal robbery" in error.value.args[1]["message"]


def test_fewer_cells_are_hot_under_a_stricter_correction(memphis, geogrid):
    hot = [
        geogrid("hotspots", memphis, "--correction", name)["hot"]
        for name in ("none", "bh", "by", "bonferroni")
    ]
    assert hot == sorted(hot, reverse=True)
    assert hot[0] > hot[1] > hot[3] > 0


def test_most_robberies_of_hot_cells_are_in_a_small_part_of_the_city(memphis, geogrid, tmp_path):
    file = tmp_path / "hotspots.parquet"
    geogrid("hotspots", memphis, "-o", file)
    cells = gpd.read_parquet(file)
    hot = cells[cells["hot"] > 0]
    assert (hot["support"] >= 3).all()
    assert (hot["q"] <= 0.1).all()
    assert hot["count"].sum() / ROBBERIES > 5 * hot["area_m2"].sum() / cells["area_m2"].sum()


def test_gaps_without_tracks_are_refused_and_the_message_says_what_to_import(
    memphis, geogrid, refused
):
    with pytest.raises(refused) as error:
        geogrid("gaps", memphis)
    status, answer = error.value.args
    assert status == 2
    assert "geogrid import WS tracks FILE" in answer["message"]


def test_the_exported_layer_opens_in_gdal_with_every_cell(memphis, geogrid, tmp_path):
    file = tmp_path / "hotspots.geojson"
    geogrid("export", memphis, "hotspots", "-o", file)
    text = json.loads(file.read_text("utf-8"))
    frame = gpd.read_file(file)
    assert len(frame) == len(text["features"]) == geogrid("hotspots", memphis)["cells"]
    assert frame.crs.to_epsg() == 4326
    assert frame.geometry.is_valid.all()
    assert text["synthetic"] is False
    assert frame["area_m2"].sum() / 1e6 == pytest.approx(792.0, abs=0.5)


def test_one_precinct_can_be_taken_away_alone(memphis, geogrid, tmp_path):
    file = tmp_path / "crump.gpkg"
    geogrid("export", memphis, "hotspots", "-o", file, "--district", "Crump")
    part = gpd.read_file(file)
    assert 0 < len(part) < geogrid("hotspots", memphis)["cells"] / 3
    assert set(part["district"]) == {"Crump"}


def test_the_map_in_one_file_shows_the_hotspots(memphis, geogrid, read_map, tmp_path):
    file = tmp_path / "memphis.html"
    assert geogrid("map", memphis, "-o", file)["bytes"] < 2_000_000
    page = read_map(file)
    found = geogrid("hotspots", memphis)
    hot = page.column("hotspots.hot")
    assert hot.size == found["cells"]
    assert np.sum(hot >= 95) == found["hot"]  # at a false discovery rate of 5 %
    assert np.sum(np.isfinite(hot)) == found["tested"]
    assert page.column("hotspots.count").sum() == found["counted"]
    assert page.manifest["synthetic"] is False


def test_an_import_can_be_undone(geogrid, source, tmp_path):
    ws = tmp_path / "ws"
    geogrid("init", ws, "--districts", source / "precincts.geojson", "--cell", 1000, *ZONE)
    geogrid("import", ws, "incidents", source / "incidents.csv", *ZONE)
    before = [layer["id"] for layer in geogrid("layers", ws)["layers"]]
    geogrid("undo", ws)
    after = [layer["id"] for layer in geogrid("layers", ws)["layers"]]
    assert set(before) - set(after) == {"hotspots", "incidents"}
