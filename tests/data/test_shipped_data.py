"""The data that ships with the project is what its pages say."""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from tools.outline_of_helsinki import outline

DATA = Path(__file__).parents[2] / "data"
FOLDERS = sorted(path.parent for path in DATA.glob("*/SHA256SUMS"))
DISTRICTS = {
    "sanming_2010": (12, 22_975.742),
    "sanming_2021": (11, 22_975.742),
    "chicago_community_areas": (77, 598.568),
}
FEATURES = {"cameras": 223, "roads": 942, "buildings": 446, "area": 1}


def sums(folder):
    lines = (folder / "SHA256SUMS").read_text("utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def geodesic_km2(frame):
    ellipsoid = frame.crs.get_geod()
    return sum(abs(ellipsoid.geometry_area_perimeter(shape)[0]) for shape in frame.geometry) / 1e6


def test_each_folder_of_data_has_its_sums_and_its_page():
    assert sorted(path for path in DATA.iterdir() if path.is_dir()) == FOLDERS
    assert all((folder / "README.md").is_file() for folder in FOLDERS)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_file_has_the_hash_that_is_written_beside_it(folder):
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in {"README.md", "SHA256SUMS"}
    }
    assert found == sums(folder)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_page_names_every_file(folder):
    page = (folder / "README.md").read_text("utf-8")
    assert [name for name in sums(folder) if f"`{name}`" not in page] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_files_can_be_read_and_replaced_by_their_owner(folder):
    modes = {path.name: path.stat().st_mode for path in folder.rglob("*") if path.is_file()}
    wanted = stat.S_IRUSR | stat.S_IWUSR | stat.S_IRGRP | stat.S_IROTH
    assert {name: oct(mode) for name, mode in modes.items() if mode & wanted != wanted} == {}


@pytest.mark.parametrize("name", DISTRICTS)
def test_districts_are_valid_without_gap_or_overlap_and_have_their_area(name):
    frame = gpd.read_file(DATA / "boundaries" / f"{name}.geojson")
    count, km2 = DISTRICTS[name]
    assert len(frame) == count
    assert frame.geometry.is_valid.all()
    assert shapely.coverage_is_valid(frame.geometry.to_numpy())
    assert geodesic_km2(frame) == pytest.approx(km2, abs=0.001)
    # The column that ships agrees with the geometry, to its two or three decimals.
    assert frame["area_km2"].sum() == pytest.approx(km2, abs=0.05)


def test_both_editions_of_sanming_are_the_same_ground():
    before, since = (
        gpd.read_file(DATA / "boundaries" / f"sanming_{year}.geojson") for year in (2010, 2021)
    )
    assert shapely.symmetric_difference(before.union_all(), since.union_all()).area == 0.0
    kept = before.merge(since, on="adcode", suffixes=("", "_since"))
    assert len(kept) == 9
    assert all(a.equals(b) for a, b in zip(kept.geometry, kept.geometry_since, strict=True))


def test_no_polygon_is_larger_than_a_city():
    for path in (DATA / "boundaries").glob("*.geojson"):
        west, south, east, north = gpd.read_file(path).total_bounds
        assert east - west < 2.5
        assert north - south < 2.0


@pytest.mark.parametrize("path", sorted(DATA.rglob("*.geojson")), ids=lambda path: path.stem)
def test_files_are_geojson_by_rfc_7946(path):
    collection = json.loads(path.read_text("utf-8"))
    assert "crs" not in collection
    frame = gpd.read_file(path)
    coordinates = shapely.get_coordinates(frame.geometry.to_numpy())
    assert abs(coordinates[:, 0]).max() <= 180.0
    assert abs(coordinates[:, 1]).max() <= 90.0
    rings = shapely.get_exterior_ring(shapely.get_parts(frame.geometry.to_numpy()))
    assert shapely.is_ccw(rings[rings != None]).all()  # noqa: E711 - an array of objects


@pytest.mark.parametrize("name", FEATURES)
def test_the_sample_of_helsinki_has_what_its_page_says(name):
    frame = gpd.read_file(DATA / "helsinki" / f"{name}.geojson")
    assert len(frame) == FEATURES[name]
    if name == "cameras":
        assert frame["kind"].value_counts().to_dict() == {"surveillance": 221, "speed_camera": 2}
    if name == "roads":
        assert frame.to_crs("EPSG:3067").length.sum() == pytest.approx(31_638, abs=1)


def test_the_outline_of_helsinki_can_be_drawn_again(monkeypatch):
    monkeypatch.chdir(DATA.parent)
    shipped = gpd.read_file(DATA / "helsinki" / "area.geojson").geometry.iloc[0]
    # Another version of GEOS may place a vertex elsewhere on the same arc.
    assert shapely.hausdorff_distance(shipped, outline()) < 1e-5


def test_whoever_shows_the_sample_of_helsinki_is_told_whom_to_credit():
    page = (DATA / "helsinki" / "README.md").read_text("utf-8")
    assert "© OpenStreetMap contributors" in page
    assert "opendatacommons.org/licenses/odbl/1-0" in page


def test_the_caveats_of_the_districts_stand_in_both_languages():
    english, chinese = (
        (DATA / "boundaries" / "README.md").read_text("utf-8").split("\n## 说明\n", 1)
    )
    for said in ("AMap", "Tianditu", "could not be checked", "审图号", "50 to 100 m", "national"):
        assert said in english
    for said in ("高德", "天地图", "未能核实", "审图号", "50 至 100 米", "国界"):
        assert said in chinese
