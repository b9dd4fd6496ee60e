from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pandas as pd
import pytest
import shapely
from defusedxml import ElementTree

from geogrid.demo import SIZES, write_demo
from geogrid.demo.ground import read_ground
from geogrid.errors import BoundaryError

GPX = "{http://www.topografix.com/GPX/1/1}"


def test_the_same_seed_gives_the_same_bytes(tiny, districts, tmp_path):
    again = write_demo(tmp_path, districts, size="tiny")
    assert [file.path.name for file in again] == [file.path.name for file in tiny.files]
    for path in sorted(tiny.folder.iterdir()):
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_only_returned_files_and_the_truth_are_written(tiny):
    written = {path.name for path in tiny.folder.iterdir()}
    assert written == {file.path.name for file in tiny.files} | {"truth.json"}


def test_every_kind_and_every_format_has_a_file(tiny):
    kinds = Counter(file.kind for file in tiny.files)
    assert kinds == {
        "roads": 1,
        "cameras": 1,
        "checkpoints": 1,
        "places": 2,
        "rooms": 1,
        "depots": 1,
        "shifts": 1,
        "dosage": 1,
        "incidents": 1,
        "tracks": SIZES["tiny"].days + 2,
    }
    assert {file.path.suffix for file in tiny.files} == {
        ".csv",
        ".xlsx",
        ".geojson",
        ".gpx",
        ".parquet",
    }


def test_each_file_declares_a_datum_and_times_a_zone(tiny):
    for file in tiny.files:
        if file.kind in {"shifts", "dosage"}:
            assert not file.options  # no places, no instants
            continue
        assert file.options["datum"] in {"gcj02", "wgs84"}
        assert ("tz" in file.options) == (file.kind in {"tracks", "incidents"})


def test_every_file_says_that_it_is_synthetic(tiny):
    for file in tiny.files:
        assert file.path.name.startswith("synthetic_")
        if file.path.suffix == ".geojson":
            content = json.loads(file.path.read_text("utf-8"))
            assert content["synthetic"] is True
            assert all(f["properties"]["source"] == "synthetic" for f in content["features"])
        elif file.path.suffix == ".gpx":
            assert "合成演示数据" in file.path.read_text("utf-8")
        elif file.path.suffix == ".parquet":
            assert pd.read_parquet(file.path)["source_note"].str.contains("synthetic").all()
        elif file.kind != "tracks":
            encoding = "gb18030" if file.kind == "incidents" else "utf-8-sig"
            notes = tiny.table(file.path.name, encoding)["数据来源"]
            assert notes.str.startswith("合成演示数据").all()


def test_tiny_has_the_stated_numbers(tiny, tiny_tracks):
    plan = SIZES["tiny"]
    assert len(tiny.table("synthetic_cameras.xlsx")) == plan.cameras
    assert len(tiny.points("synthetic_checkpoints.geojson")) == plan.checkpoints
    assert len(tiny.table("synthetic_rooms.csv", "utf-8-sig")) == plan.rooms
    assert len(tiny.points("synthetic_hazards.geojson")) == plan.hazards
    kinds = tiny.table("synthetic_venues.xlsx")["类型"].value_counts()
    assert kinds["宾馆"] + kinds["歌厅"] == plan.lodgings
    assert kinds["网吧"] == plan.internet_cafes
    assert len(tiny.table("synthetic_incidents.csv")) == plan.incidents
    units = set(tiny_tracks["设备号"])
    units |= set(pd.read_parquet(tiny.folder / "synthetic_track_parquet.parquet")["unit"])
    assert len(units) == plan.cars


def test_all_points_lie_in_the_two_districts(tiny):
    tables = [
        tiny.table("synthetic_cameras.xlsx"),
        tiny.table("synthetic_venues.xlsx"),
        tiny.table("synthetic_rooms.csv", "utf-8-sig"),
        tiny.table("synthetic_depots.csv", "utf-8-sig"),
        tiny.table("synthetic_incidents.csv"),
        tiny.points("synthetic_hazards.geojson"),
        tiny.points("synthetic_checkpoints.geojson"),
    ]
    for table in tables:
        found = tiny.ground.district_of(table[["x", "y"]].to_numpy())
        assert set(found) == set(tiny.ground.active)


def test_a_camera_has_a_sector_or_sees_all_around(tiny):
    cameras = tiny.table("synthetic_cameras.xlsx")
    dome = cameras["视角"] == 360
    known = cameras["朝向"].notna()
    assert not (dome & known).any()
    assert 0.55 < known.mean() < 0.65
    assert 0.02 < (~dome & ~known).mean() < 0.07
    assert cameras["朝向"].dropna().between(0, 359).all()
    assert set(cameras["状态"]) == {"在用", "停用", "规划"}
    assert cameras["名称"].str.contains("路口").mean() > 0.2


def test_checkpoints_stand_on_main_roads_at_the_border(tiny):
    gates = shapely.points(tiny.points("synthetic_checkpoints.geojson")[["x", "y"]].to_numpy())
    rims = shapely.union_all([shapely.boundary(outline) for outline in tiny.ground.outlines])
    roads = shapely.union_all(
        [shapely.LineString(xy) for xy in tiny.lines("synthetic_roads.geojson")]
    )
    assert (shapely.distance(gates, rims) < 60).all()
    assert (shapely.distance(gates, roads) < 1).all()


def test_roads_have_all_classes_and_flags(tiny):
    content = json.loads((tiny.folder / "synthetic_roads.geojson").read_text("utf-8"))
    roads = pd.DataFrame([feature["properties"] for feature in content["features"]])
    assert set(roads["class"]) == {"expressway", "national", "county", "street"}
    assert roads[["bridge", "tunnel", "oneway"]].any().all()
    assert not (roads["bridge"] & roads["tunnel"]).any()
    assert roads["id"].is_unique


def test_the_gpx_car_and_the_parquet_car_are_in_no_daily_file_of_their_days(tiny, tiny_tracks):
    track = ElementTree.parse(tiny.folder / "synthetic_track_gpx.gpx").getroot().find(f"{GPX}trk")
    unit = track.find(f"{GPX}name").text
    times = pd.to_datetime([stamp.text for stamp in track.iter(f"{GPX}time")])
    assert times.is_monotonic_increasing
    days = {str(day) for day in times.tz_convert("Asia/Shanghai").date}
    assert days == {"2026-03-06"}
    same_day = tiny_tracks["定位时间"].str.startswith("2026-03-06")
    assert not (same_day & (tiny_tracks["设备号"] == unit)).any()
    parquet = pd.read_parquet(tiny.folder / "synthetic_track_parquet.parquet")
    assert str(parquet["time"].dt.tz) == "UTC"
    assert not set(parquet["unit"]) & set(tiny_tracks["设备号"])


def test_a_file_without_the_districts_is_refused(tmp_path):
    lone = tmp_path / "one.geojson"
    square = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    feature = {"type": "Feature", "properties": {"adcode": "350402"}, "geometry": square}
    lone.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    with pytest.raises(BoundaryError, match="lacks 350403"):
        write_demo(tmp_path, lone, size="tiny")


def test_progress_is_told_in_sentences(districts, tiny):
    catalogue = districts.parents[2] / "geogrid" / "locale" / "zh" / "demo.json"
    said: list[str] = []
    folder = tiny.folder.parent / "told"
    write_demo(folder, districts, size="tiny", seed=1, progress=said.append)
    assert set(said) <= set(json.loads(catalogue.read_text("utf-8")))
    different = (folder / "synthetic_rooms.csv").read_bytes()
    assert different != (tiny.folder / "synthetic_rooms.csv").read_bytes()


def test_towns_lie_in_their_counties(districts):
    ground = read_ground(districts)
    at = np.array([[town.x, town.y] for town in ground.towns])
    assert ground.district_of(at).tolist() == [town.district for town in ground.towns]
    assert Counter(town.kind for town in ground.towns)["seat"] == 12
