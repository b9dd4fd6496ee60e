"""The near repeats of 522 arsons in Chicago, from a file of positions to a published table."""

from __future__ import annotations

import csv
from datetime import date, timedelta

import geopandas as gpd
import numpy as np
import pytest
from pyproj import Transformer
from shapely.geometry import box

PLANE = "EPSG:26971"  # the state's plane, in which the positions are given
# Near Repeat Calculator 1.3, along the axes: under 1 mm, then to 200, 400 and 600 m; 0, 1, 2 days.
PUBLISHED = [[0, 2, 0, 8], [9, 1, 1, 45], [4, 0, 0, 140], [6, 0, 0, 234]]
BANDS = ("--space-bands", "0,0.001,200,400,600,inf", "--time-bands", "0,1,2,3,inf")


@pytest.fixture(scope="module")
def arsons(shared_data):
    path = shared_data / "hotspot_references" / "chicago_arson_2016.csv"
    with path.open(encoding="utf-8") as file:
        return [(float(x), float(y), date.fromisoformat(day)) for x, y, day in csv.reader(file)]


@pytest.fixture(scope="module")
def chicago(geogrid, arsons, tmp_path_factory):
    folder = tmp_path_factory.mktemp("chicago")
    x, y = np.array([row[:2] for row in arsons]).T
    edge = box(x.min() - 500, y.min() - 500, x.max() + 500, y.max() + 500)
    land = gpd.GeoDataFrame({"id": ["A"], "name": ["All"]}, geometry=[edge], crs=PLANE)
    land.to_crs("EPSG:4326").to_file(folder / "land.geojson", driver="GeoJSON")
    lon, lat = Transformer.from_crs(PLANE, "EPSG:4326", always_xy=True).transform(x, y)
    with (folder / "arson.csv").open("w", encoding="utf-8") as file:
        file.write("id,time,lon,lat,category\n")
        for i, (east, north, row) in enumerate(zip(lon, lat, arsons, strict=True)):
            file.write(f"a{i},{row[2]} 12:00:00,{east:.12f},{north:.12f},arson\n")
    zone = ("--tz", "America/Chicago")
    land_file = ("--districts", folder / "land.geojson")
    geogrid("init", folder / "ws", *land_file, "--cell", 500, "--crs", PLANE, *zone)
    taken = geogrid(
        "import", folder / "ws", "incidents", folder / "arson.csv", "--datum", "wgs84", *zone
    )
    assert taken["accepted"] == len(arsons) == 522
    return folder / "ws"


def pairs(said):
    rows = said["table"]
    return np.array([row["observed"] for row in rows]).reshape(5, 4)


def test_the_pairs_are_those_of_the_published_table_but_for_one_near_an_edge(
    chicago, geogrid, arsons
):
    said = geogrid(
        *("hotspots", chicago, "--method", "near-repeat", "--metric", "manhattan"),
        *("--permutations", 99, *BANDS),
    )
    assert said["counted"] == 522
    # All pairs once more, in float64: the calculator keeps positions in single precision, and
    # a pair at 399.96 m falls into its next band.
    x, y = np.array([row[:2] for row in arsons]).T
    day = np.array([row[2].toordinal() for row in arsons])
    one, other = np.triu_indices(522, 1)
    away = np.abs(x[one] - x[other]) + np.abs(y[one] - y[other])
    gap = np.abs(day[one] - day[other])
    space, time = [0, 0.001, 200, 400, 600, np.inf], [0, 1, 2, 3, np.inf]
    expected = np.histogram2d(away, gap, (space, time))[0].astype(int)
    assert pairs(said).tolist() == expected.tolist()
    assert np.abs(pairs(said)[:4] - PUBLISHED).sum() == 2
    assert sum(row["observed"] for row in said["table"]) == said["pairs"] == 522 * 521 // 2


def test_alerts_are_given_for_the_same_day_alone(chicago, geogrid, arsons):
    last = max(row[2] for row in arsons)
    words = ("hotspots", chicago, "--method", "near-repeat", *BANDS, "--metric", "manhattan")
    on_the_day = geogrid(*words, "--permutations", 199, "--to", last)
    gives = {(row["space_from"], row["time_from"]) for row in on_the_day["table"] if row["alert"]}
    # The vignette's point: the labels "0 to 1 days" hide that the excess is on the same day.
    assert gives == {(0.001, 0), (200, 0), (400, 0)}
    assert on_the_day["hot"] > 0
    day_after = geogrid(*words, "--permutations", 199, "--to", last + timedelta(days=1))
    assert day_after["hot"] == 0
