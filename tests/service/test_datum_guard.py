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
from tests.analysis.test_datum_guard import drive, town
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
