"""What a person takes away from the page is what the page shows, in the coordinates asked for."""

from __future__ import annotations

import json

import geopandas
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from playwright.sync_api import expect

from geogrid.crs import WGS84, Datum, from_wgs84, reprojection
from tests.e2e.browsing import until

pytestmark = pytest.mark.browser
SPATIAL = ("gpkg", "geojson", "fgb", "parquet", "zip", "kml")
PRECISION = {"geojson": 1e-7}  # degrees; RFC 7946 wants no more, the others keep all
DATUMS = ("cgcs2000", "gcj02", "working")


def taken(page, folder, name, datum="wgs84"):
    """Return the file that a click on a layer's format gives."""
    if page.locator("#take-datum").input_value() != datum:
        page.select_option("#take-datum", datum)
    with page.expect_download() as download:
        page.click(f"#take-list a[download='{name}']")
    path = folder / f"{datum}-{name}"
    download.value.save_as(path)
    return path


def read(path):
    if path.suffix == ".parquet":
        return geopandas.read_parquet(path)
    if path.suffix in (".csv", ".xlsx"):
        table = (
            pd.read_csv(path) if path.suffix == ".csv" else pd.read_excel(path, engine="calamine")
        )
        east = next(name for name in table.columns if name.startswith(("lon", "x_m")))
        north = next(name for name in table.columns if name.startswith(("lat", "y_m")))
        return geopandas.GeoDataFrame(table, geometry=shapely.points(table[east], table[north]))
    return pyogrio.read_dataframe(f"/vsizip/{path}" if path.suffix == ".zip" else path)


def in_order(frame):
    """Return the places of a file, west to east."""
    return np.array(sorted(map(tuple, shapely.get_coordinates(frame.geometry).tolist())))


@pytest.fixture
def selected(page, tiny_workspace):
    """Open the dialog over cameras: one district, half of it drawn, one kind left out."""
    cameras = tiny_workspace.register("cameras")
    ids = tiny_workspace.grid.boundary.ids
    land = tiny_workspace.register("districts").geometry
    inside = {one: cameras.geometry.intersects(land[one]) for one in ids}
    district = max(inside, key=lambda one: inside[one].sum())
    west, south, _, north = cameras[inside[district]].total_bounds
    middle = float(cameras[inside[district]].geometry.x.median())
    corners = [
        (west - 1, south - 1),
        (middle, south - 1),
        (middle, north + 1),
        (west - 1, north + 1),
    ]
    area = ";".join(f"{x:.5f},{y:.5f}" for x, y in corners)
    shape = shapely.Polygon([tuple(map(float, pair.split(","))) for pair in area.split(";")])
    near = cameras[inside[district] & cameras.geometry.intersects(shape)]
    kind = near["status"].value_counts().index[-1]
    wanted = near[near["status"] != kind]
    assert 3 < len(wanted) < len(near) < len(cameras) / 2
    page.goto(f"{page.url.split('?')[0]}?district={district}&area={area}&without=cameras:{kind}")
    page.wait_for_selector("body[data-ready]")
    page.click("#take-open")
    expect(page.locator("#take-parts input")).to_have_count(3)
    return page, wanted, cameras


def test_a_selection_comes_back_from_every_format(selected, tmp_path):
    page, wanted, cameras = selected
    for ending in (*SPATIAL, "csv", "xlsx"):
        back = read(taken(page, tmp_path, f"cameras.{ending}"))
        assert len(back) == len(wanted), ending
        off = np.abs(in_order(back) - in_order(wanted)).max()
        assert off <= PRECISION.get(ending, 1e-6), ending
        if ending not in ("csv", "xlsx"):
            assert back.crs.to_epsg() == 4326, ending
    path = taken(page, tmp_path, "cameras.provenance.json")
    about = json.loads(path.read_text("utf-8"))
    assert set(about["selection"]) == {"district", "area", "where"}
    assert about["provenance"]["inputs"]
    for name in ("district", "area", "where"):
        page.uncheck(f"#take-part-{name}")
    assert len(read(taken(page, tmp_path, "cameras.gpkg"))) == len(cameras)


def test_a_selection_is_written_in_any_coordinates(selected, tiny_workspace, tmp_path):
    page, wanted, _ = selected
    crs = tiny_workspace.grid.spec.crs
    for datum in DATUMS:
        for ending in ("gpkg", "parquet", "csv"):
            back = read(taken(page, tmp_path, f"cameras.{ending}", datum))
            xy = in_order(wanted)
            if datum == "working":
                same, tolerance = reprojection(crs, WGS84)(in_order(back)), 1e-8
            else:
                same, tolerance = in_order(back), 1e-9
                xy = np.array(
                    sorted(zip(*from_wgs84(xy[:, 0], xy[:, 1], Datum(datum)), strict=True))
                )
            off = np.sort(same, axis=0) - np.sort(xy, axis=0)
            assert np.abs(off).max() < tolerance, (datum, ending)
        named = {"cgcs2000": "2000", "gcj02": "GCJ-02", "working": "Equal-area"}[datum]
        assert named in read(tmp_path / f"{datum}-cameras.gpkg").crs.name
        for ending in ("geojson", "kml"):  # and the page says why not
            assert page.locator(f"#take-list a[download='cameras.{ending}']").count() == 0
        expect(page.locator("#take-datum-said")).to_contain_text("WGS-84 by their standards")


def test_cells_are_taken_by_value_and_window_as_the_map_shows_them(page, tiny_workspace, tmp_path):
    first = tiny_workspace.days()[0].isoformat()
    page.goto(
        f"{page.url.split('?')[0]}?layer=coverage&column=visits&from={first}&to={first}"
        "&range=coverage.visits:2..5"
    )
    page.wait_for_selector("body[data-ready]")
    shown = page.locator("#legend tbody td:nth-child(2)").all_inner_texts()
    page.click("#take-open")
    expect(page.locator("#take-parts")).to_contain_text("Only the values shown")
    back = read(taken(page, tmp_path, "coverage.parquet"))
    assert back["visits"].between(2, 5).all()
    assert len(back) == sum(int(text.replace(",", "")) for text in shown) > 0
    unfiltered = page.locator("#take-list a[download='gaps.csv']").get_attribute("href")
    assert "where=" not in unfiltered
    assert f"from={first}" in unfiltered


def test_a_file_that_cannot_be_made_says_why_and_offers_another_try(visit):
    visitor = visit()
    page = visitor.open()
    page.click("#take-open")
    visitor.context.route("**/export?**", lambda route: route.abort())
    page.click("#take-list a[download='checkpoints.csv']")
    expect(page.locator("#take-dialog")).to_be_hidden()
    notice = page.locator(".notice.error")
    expect(notice).to_contain_text("geogrid serve")
    visitor.context.unroute("**/export?**")
    with page.expect_download():
        notice.get_by_role("button", name="Try again").click()
    until(page, lambda: page.locator("#busy").is_hidden())
    visitor.complaints.clear()  # the browser itself reports the request that was cut
