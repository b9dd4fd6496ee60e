"""The map draws the same views that cells are covered by."""

from __future__ import annotations

import pytest
import shapely
import shapely.geometry

from geogrid.analysis.views import camera_views
from geogrid.crs import WGS84, reprojection
from geogrid.service.analyses import sensors
from geogrid.service.shelf import Shelf


def test_views_over_http_are_those_that_cells_are_covered_by(client, tiny_workspace):
    page = client.get("/api/views?limit=20000").get_json()
    shelf = Shelf.open(tiny_workspace.path)
    cameras = sensors(shelf)
    views = camera_views(cameras, shelf.grid.spec.crs)
    assert [one["id"] for one in page["features"]] == [cameras.ids[at] for at in views.camera]
    assert page["numberMatched"] == page["numberReturned"] == views.counts["drawn"]
    outline = shapely.geometry.shape(page["features"][0]["geometry"])
    back = shapely.transform(outline, reprojection(WGS84, shelf.grid.spec.crs))
    assert back.area == pytest.approx(views.polygon[0].area, rel=0.02)  # six decimals: 0.1 m
    assert (page["buildings"], page["method"]) == ("none", "plain")


def test_views_can_be_asked_by_box_and_are_limited(client, tiny_workspace):
    place = tiny_workspace.register("cameras").geometry.iloc[0]
    box = f"{place.x - 1e-4},{place.y - 1e-4},{place.x + 1e-4},{place.y + 1e-4}"
    near = client.get(f"/api/views?bbox={box}").get_json()
    every = client.get("/api/views?limit=1").get_json()
    assert 0 < near["numberMatched"] < every["numberMatched"]
    assert every["numberReturned"] == len(every["features"]) == 1
