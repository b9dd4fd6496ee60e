"""An import is stopped where registered roads speak for another datum, and told the remedy."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely

from geogrid.crs import Datum, from_wgs84
from geogrid.errors import InputError
from geogrid.io import ReadOptions
from geogrid.workspace import DistrictFile, Workspace
from tests.analysis.test_datum_guard import blocks, drive, moved, town
from tests.small_city import write_districts, write_tracks


@pytest.fixture
def city(tmp_path):
    file = write_districts(
        tmp_path / "d.geojson", {"West": (117.60, 117.63), "East": (117.63, 117.66)}
    )
    workspace, _ = Workspace.create(tmp_path / "ws", DistrictFile(file))
    roads = tmp_path / "roads.geojson"
    features = [
        {
            "type": "Feature",
            "properties": {"id": str(n), "class": "street"},
            "geometry": shapely.geometry.mapping(line),
        }
        for n, line in enumerate(town())
    ]
    roads.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    workspace.import_files("roads", [roads], ReadOptions(datum=Datum.WGS84))
    return workspace


def fixes(path, datum):
    lonlat = drive(town(), np.random.default_rng(7))
    x, y = from_wgs84(*lonlat.T, datum)
    rows = [
        ("A", f"2026-03-06 08:{i // 60:02d}:{i % 60:02d}", *pair)
        for i, pair in enumerate(zip(x.round(7), y.round(7), strict=True))
    ]
    return write_tracks(path, rows)


def declared(datum, *, trust=False):
    return ReadOptions(datum=datum, time_zone="Asia/Shanghai", trust_datum=trust)


@pytest.mark.parametrize("true", [Datum.WGS84, Datum.GCJ02, Datum.BD09])
@pytest.mark.parametrize("said", [None, Datum.WGS84, Datum.CGCS2000, Datum.GCJ02, Datum.BD09])
def test_a_file_is_taken_only_in_the_datum_that_roads_speak_for(city, tmp_path, true, said):
    file = fixes(tmp_path / "a.csv", true)
    same = {Datum.WGS84: {Datum.WGS84, Datum.CGCS2000}}.get(true, {true})
    if said in same:
        assert city.import_files("tracks", [file], declared(said)).accepted == 150
        return
    with pytest.raises(InputError, match=f"--datum {true.value}"):
        city.import_files("tracks", [file], declared(said))
    assert city.days() == ()


def test_who_knows_better_than_the_roads_says_so(city, tmp_path):
    file = fixes(tmp_path / "a.csv", Datum.GCJ02)
    assert city.import_files("tracks", [file], declared(Datum.WGS84, trust=True)).accepted == 150


def test_a_city_without_roads_asks_nobody(tmp_path):
    file = write_districts(tmp_path / "d.geojson", {"West": (117.60, 117.66)})
    workspace, _ = Workspace.create(tmp_path / "ws", DistrictFile(file))
    file = fixes(tmp_path / "a.csv", Datum.GCJ02)
    assert workspace.import_files("tracks", [file], declared(Datum.WGS84)).accepted == 150


def write_shapes(path, shapes):
    features = [
        {
            "type": "Feature",
            "properties": {"id": f"n{n}", "class": "street", "name": f"n{n}"},
            "geometry": shapely.geometry.mapping(shape),
        }
        for n, shape in enumerate(shapes)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.mark.parametrize("kind", ["roads", "zones"])
def test_lines_and_polygons_are_held_to_the_roads_too(city, tmp_path, kind):
    shapes = town()[:25] if kind == "roads" else blocks(town())
    file = write_shapes(tmp_path / "s.geojson", moved(shapes, Datum.GCJ02))
    with pytest.raises(InputError, match="--datum gcj02"):
        city.import_files(kind, [file], declared(Datum.WGS84))
    assert city.import_files(kind, [file], declared(Datum.GCJ02)).accepted == len(shapes)


def test_districts_are_held_to_those_whose_place_they_take(city, tmp_path):
    squares = [shapely.box(117.60, 26.20, 117.63, 26.22), shapely.box(117.63, 26.20, 117.66, 26.22)]
    smooth = shapely.segmentize(np.array(squares, dtype=object), 0.001)
    before = city.grid.cells.tolist()
    true = write_shapes(tmp_path / "true.geojson", smooth)
    shifted = write_shapes(tmp_path / "shifted.geojson", moved(smooth, Datum.GCJ02))
    with pytest.raises(InputError, match="--datum gcj02"):
        city.replace_districts(DistrictFile(shifted))
    city.replace_districts(DistrictFile(shifted, datum=Datum.GCJ02))
    assert city.grid.cells.tolist() == before
    city.replace_districts(DistrictFile(true))
    assert city.grid.cells.tolist() == before
    city.replace_districts(DistrictFile(shifted, trust_datum=True))
    assert city.grid.cells.tolist() != before
    city.undo()
    assert city.grid.cells.tolist() == before


def test_a_check_asks_the_roads_of_a_workspace(city, tmp_path, capsys):
    from geogrid.cli import main

    file = fixes(tmp_path / "a.csv", Datum.GCJ02)
    told = {}
    for datum in ("wgs84", "gcj02"):
        words = ["check", str(file), "--as", "tracks", "--datum", datum, "--tz", "Asia/Shanghai"]
        with pytest.raises(SystemExit) as ended:
            main([*words, "--ws", str(city.path), "--json"])
        told[datum] = (int(ended.value.code or 0), capsys.readouterr().out)
    assert told["wgs84"][0] == 2
    assert "--datum gcj02" in told["wgs84"][1]
    assert told["gcj02"][0] == 0
