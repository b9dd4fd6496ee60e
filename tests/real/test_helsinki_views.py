"""What the 221 surveillance cameras of Helsinki see, in two planes, beside published figures.

The figures are those of ``helsinki_osm/README.md`` of the shared data: discs in EPSG:3067, and
what of them lies outside of the 446 buildings.
"""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS

from geogrid.analysis.views import CameraParams, camera_views
from geogrid.crs import WGS84, reprojection, transformer, working_crs
from geogrid.model.buildings import Buildings
from geogrid.model.sensors import CameraStatus, Sensors
from tests.blocks import seen_by_shadows

PLANES = {"EPSG:3067": CRS.from_epsg(3067), "working": working_crs(24.9, 60.1, 25.0, 60.2)}


@pytest.fixture(scope="module")
def centre(shared_data):
    """Return the cameras and the buildings."""
    folder = shared_data / "helsinki_osm"
    frame = gpd.read_file(folder / "cameras.geojson")
    frame = frame[frame["kind"] == "surveillance"]
    n, nan = len(frame), np.full(len(frame), math.nan)
    lon, lat = frame.geometry.x.to_numpy(), frame.geometry.y.to_numpy()
    sensors = Sensors(tuple(map(str, range(n))), lon, lat, nan, nan, nan, (CameraStatus.ON,) * n)
    shapes = gpd.read_file(folder / "buildings.geojson").geometry.to_numpy()
    return sensors, Buildings(shapes, np.full(len(shapes), math.nan))


@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.parametrize(
    ("range_m", "all_km2", "outside_km2"), [(30.0, 0.3619, 0.2089), (50.0, 0.6771, 0.4003)]
)
def test_discs_have_the_published_areas_in_all_and_outside_of_buildings(
    centre, plane, range_m, all_km2, outside_km2
):
    sensors, buildings = centre
    assert len(sensors) == 221
    crs, params = PLANES[plane], CameraParams(range_m)
    discs = shapely.union_all(camera_views(sensors, crs, params).polygon)
    shapes = shapely.transform(buildings.geometry, reprojection(WGS84, crs))
    outside = shapely.difference(discs, shapely.union_all(shapes))
    assert discs.area / 1e6 == pytest.approx(all_km2, rel=0.005)
    assert outside.area / 1e6 == pytest.approx(outside_km2, rel=0.005)
    seen = camera_views(sensors, crs, params, buildings=buildings)
    union = shapely.union_all(seen.polygon)
    assert shapely.difference(union, outside).area < 1.0
    assert 0.5 * outside.area < union.area < outside.area
    assert seen.counts["drawn"] + seen.counts["indoors"] == 221


def test_each_view_is_what_is_left_when_shadows_of_all_buildings_are_taken_away(centre):
    sensors, buildings = centre
    crs = PLANES["working"]
    views = camera_views(sensors, crs, CameraParams(50.0), buildings=buildings)
    discs = camera_views(sensors, crs, CameraParams(50.0)).polygon
    shapes = shapely.transform(buildings.geometry, reprojection(WGS84, crs))
    xy = np.column_stack(transformer(WGS84, crs).transform(sensors.lon, sensors.lat))
    tree, checked = shapely.STRtree(shapes), 0
    for at, view in list(zip(views.camera, views.polygon, strict=True))[::6]:
        if tree.query(shapely.Point(xy[at]), predicate="intersects").size:
            continue  # inside a building: seen by a rule of its own
        near = shapes[tree.query(discs[at], predicate="intersects")]
        wanted = seen_by_shadows(discs[at], xy[at], near)
        assert shapely.symmetric_difference(view, wanted).area < 1e-6 * wanted.area + 1e-6
        checked += 1
    assert checked > 20
