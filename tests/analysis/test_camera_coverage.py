import json
import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.analysis.camera_coverage import CameraParams, camera_coverage
from geogrid.analysis.views import camera_views
from geogrid.crs import WGS84, reprojection, transformer, working_crs
from geogrid.model.boundary import Boundary
from geogrid.model.cell_shapes import cell_squares
from geogrid.model.grid import Grid
from geogrid.model.places import Places
from geogrid.model.sensors import CameraStatus, Sensors

CRS = working_crs(117.0, 26.0, 118.0, 27.0)
EAST, NORTH = 1_000_000.0, 1_000_000.0


def grid_over(*polygons, size=250.0):
    ids = tuple(f"d{i}" for i in range(len(polygons)))
    return Grid.over(Boundary(ids, ids, polygons, CRS), size, crs=CRS)


# Two districts with a common border off the lattice, a slanted coast and a lake.
COAST = shapely.Polygon(
    [
        (EAST - 1030, NORTH - 930),
        (EAST + 20, NORTH - 960),
        (EAST + 60, NORTH + 1010),
        (EAST - 980, NORTH + 770),
    ],
    [[(EAST - 500, NORTH - 100), (EAST - 300, NORTH - 120), (EAST - 350, NORTH + 160)]],
)
INLAND = shapely.Polygon(
    [
        (EAST + 20, NORTH - 960),
        (EAST + 1110, NORTH - 900),
        (EAST + 900, NORTH + 990),
        (EAST + 60, NORTH + 1010),
    ]
)
GRID = grid_over(COAST, INLAND)
LAND = shapely.union_all([COAST, INLAND])


def cameras_at(xy, *, range_m=60.0, bearing=math.nan, angle=360.0):
    xy = np.asarray(xy, dtype=float).reshape(-1, 2)
    lon, lat = transformer(CRS, WGS84).transform(*xy.T)
    n = len(xy)
    columns = [np.broadcast_to(np.asarray(v, dtype=float), (n,)) for v in (range_m, bearing, angle)]
    return Sensors(tuple(f"c{i}" for i in range(n)), lon, lat, *columns, (CameraStatus.ON,) * n)


def random_cameras(seed, n=60):
    rng = np.random.default_rng(seed)
    return cameras_at(
        rng.normal((EAST, NORTH), 600.0, (n, 2)),
        range_m=rng.uniform(20.0, 300.0, n),
        bearing=rng.uniform(0.0, 359.0, n),
        angle=rng.choice([30.0, 90.0, 200.0, 360.0], n),
    )


def seen_m2(result, column="covered_share"):
    return float((result[column] * result.grid.area_m2).sum())


@pytest.mark.parametrize("seed", range(6))
def test_seen_land_of_all_cells_is_the_area_of_the_union_inside_the_districts(seed):
    sensors = random_cameras(seed)
    union = shapely.union_all(camera_views(sensors, CRS).polygon)
    result = camera_coverage(sensors, GRID)
    assert seen_m2(result) == pytest.approx(shapely.intersection(union, LAND).area, rel=1e-9)


@pytest.mark.parametrize("size", [100.0, 250.0, 700.0])
def test_each_cell_agrees_with_clipping_the_union_by_shapely(size):
    sensors, grid = random_cameras(7), grid_over(COAST, INLAND, size=size)
    views = camera_views(sensors, CRS).polygon
    land = shapely.intersection(cell_squares(grid), LAND)
    once = shapely.union_all(views)
    pairs = [a.intersection(b) for i, a in enumerate(views) for b in views[:i]]
    twice = shapely.union_all([pair for pair in pairs if pair.area > 0.0])
    result = camera_coverage(sensors, grid)
    for column, region in (("covered_share", once), ("twice_share", twice)):
        expected = shapely.area(shapely.intersection(land, region)) / shapely.area(land)
        np.testing.assert_allclose(result[column], expected, atol=1e-8)


@settings(deadline=None, max_examples=60)
@given(
    st.floats(EAST + 350.0, EAST + 600.0),
    st.floats(NORTH - 500.0, NORTH + 500.0),
    st.floats(20.0, 250.0),
    st.floats(0.0, 359.0),
    st.floats(10.0, 360.0),
)
def test_one_camera_inland_covers_the_area_of_its_view(x, y, range_m, bearing, angle):
    result = camera_coverage(
        cameras_at([(x, y)], range_m=range_m, bearing=bearing, angle=angle), GRID
    )
    area_m2 = math.radians(angle) / 2.0 * range_m**2
    # A sliver under 1e-9 of a cell is no cover: at most that much in each of nine cells.
    assert seen_m2(result) == pytest.approx(area_m2, rel=1e-9, abs=9 * 1e-9 * 250.0**2)
    assert result.summary["covered_km2"] == pytest.approx(area_m2 / 1e6, rel=1e-6)
    assert not result["twice_share"].any()


def test_a_disc_on_a_lattice_point_covers_a_quarter_in_each_of_four_cells():
    # The position passes through degrees, and PROJ's way back from the plane is good to 1.5 mm.
    result = camera_coverage(cameras_at([(EAST + 500.0, NORTH)], range_m=100.0), GRID)
    share = np.asarray(result["covered_share"])
    np.testing.assert_allclose(share[share > 0.0], math.pi * 1e4 / 4.0 / 62_500.0, rtol=3e-5)
    assert np.count_nonzero(share) == 4
    assert seen_m2(result) == pytest.approx(math.pi * 1e4, rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_one_more_camera_never_covers_less(seed):
    sensors, fewer = random_cameras(seed, 30), random_cameras(seed, 30)
    first = np.arange(30) < 29
    fewer = Sensors(
        sensors.ids[:29],
        sensors.lon[first],
        sensors.lat[first],
        sensors.range_m[first],
        sensors.bearing_deg[first],
        sensors.view_angle_deg[first],
        sensors.status[:29],
    )
    more, less = camera_coverage(sensors, GRID), camera_coverage(fewer, GRID)
    for column in ("cameras", "covered_share", "twice_share"):
        assert (np.asarray(more[column]) >= np.asarray(less[column]) - 1e-12).all()


def test_cameras_on_one_pole_cover_once_and_all_of_it_twice():
    alone = camera_coverage(cameras_at([(EAST + 400, NORTH)], range_m=120.0), GRID)
    pole = camera_coverage(cameras_at([(EAST + 400, NORTH)] * 3, range_m=120.0), GRID)
    np.testing.assert_allclose(pole["covered_share"], alone["covered_share"], atol=1e-12)
    np.testing.assert_allclose(pole["twice_share"], alone["covered_share"], atol=1e-12)
    assert pole["cameras"].max() == 3.0


def test_sectors_side_by_side_touch_without_seeing_anything_twice():
    split = cameras_at(
        [(EAST + 400, NORTH)] * 4, range_m=120.0, bearing=[45, 135, 225, 315], angle=90.0
    )
    disc = camera_coverage(cameras_at([(EAST + 400, NORTH)], range_m=120.0), GRID)
    result = camera_coverage(split, GRID)
    assert seen_m2(result) == pytest.approx(seen_m2(disc), rel=1e-7)
    assert seen_m2(result, "twice_share") < 1e-3


def test_shares_stay_between_zero_and_one_and_untouched_cells_have_zero():
    result = camera_coverage(random_cameras(3, 400), GRID)
    for column in ("covered_share", "twice_share"):
        share = np.asarray(result[column])
        assert share.min() >= 0.0
        assert share.max() <= 1.0
    far = camera_coverage(cameras_at([(EAST + 9_000.0, NORTH)]), GRID)
    assert not far["covered_share"].any()
    assert (far.summary["outside"], far.summary["union_km2"]) == (1, 0.0)


def test_a_view_larger_than_the_city_covers_all_of_it():
    result = camera_coverage(cameras_at([(EAST, NORTH)] * 2, range_m=3_000.0), GRID)
    np.testing.assert_allclose(result["covered_share"], 1.0, atol=1e-9)
    np.testing.assert_allclose(result["twice_share"], 1.0, atol=1e-9)


def test_cameras_are_counted_where_they_stand():
    sensors = cameras_at([(EAST + 260.0, NORTH + 10.0)] * 2 + [(EAST + 600.0, NORTH + 10.0)])
    counts = np.asarray(camera_coverage(sensors, GRID)["cameras"])
    at = GRID.position_at(sensors.lon, sensors.lat)
    assert counts[at].tolist() == [2.0, 2.0, 1.0]
    assert counts.sum() == 3.0


def test_no_cameras_cover_nothing_and_that_is_known():
    result = camera_coverage(cameras_at([]), GRID)
    assert not result["covered_share"].any()
    assert result.summary["covered_km2"] == 0.0
    assert result.summary["roads_km"] is None


def roads_at(*lines):
    geometry = np.array([shapely.LineString(line) for line in lines], dtype=object)
    lonlat = shapely.transform(geometry, reprojection(CRS, WGS84))
    return Places(tuple(f"r{i}" for i in range(len(lines))), ("road",) * len(lines), lonlat)


def test_road_share_is_the_part_of_the_metres_inside_a_view():
    # 200 m of road in one cell; a disc of 50 m on it sees 100 m.
    road = [(EAST + 275.0, NORTH + 125.0), (EAST + 475.0, NORTH + 125.0)]
    sensors = cameras_at([(EAST + 375.0, NORTH + 125.0)] * 2, range_m=50.0)
    result = camera_coverage(sensors, GRID, roads=roads_at(road))
    share = np.asarray(result["road_covered_share"])
    assert share[GRID.position_at(sensors.lon, sensors.lat)[0]] == pytest.approx(0.5, abs=1e-3)
    assert np.isnan(share).sum() == len(GRID) - 1
    assert result.summary["roads_km"] == pytest.approx(0.2, abs=1e-6)


def test_road_shares_agree_with_clipping_by_shapely():
    rng = np.random.default_rng(11)
    lines = rng.normal((EAST, NORTH), 500.0, (40, 1, 2)) + np.cumsum(
        rng.normal(0, 90.0, (40, 5, 2)), axis=1
    )
    sensors, roads = random_cameras(12), roads_at(*lines)
    local = shapely.transform(roads.geometry, reprojection(WGS84, CRS))[:, None]
    squares, union = cell_squares(GRID), shapely.union_all(camera_views(sensors, CRS).polygon)
    metres = shapely.length(shapely.intersection(local, squares)).sum(axis=0)
    seen = shapely.length(shapely.intersection(local, shapely.intersection(squares, union))).sum(
        axis=0
    )
    share = np.asarray(camera_coverage(sensors, GRID, roads=roads)["road_covered_share"])
    assert (np.isnan(share) == (metres == 0.0)).all()
    np.testing.assert_allclose(
        share[metres > 0.0], (seen / np.maximum(metres, 1e-9))[metres > 0.0], atol=1e-7
    )


def test_without_roads_the_road_share_is_not_known():
    table = camera_coverage(random_cameras(1), GRID)
    assert np.isnan(np.asarray(table["road_covered_share"])).all()


def test_the_input_is_left_as_it_was():
    sensors = random_cameras(2)
    before = [sensors.lon.copy(), sensors.range_m.copy(), sensors.bearing_deg.copy()]
    camera_coverage(sensors, GRID)
    for array, copy in zip(
        (sensors.lon, sensors.range_m, sensors.bearing_deg), before, strict=True
    ):
        np.testing.assert_array_equal(array, copy)


@pytest.fixture
def helsinki(shared_data):
    folder = shared_data / "helsinki_osm"
    read = [
        json.loads((folder / f"{name}.geojson").read_text("utf-8")) for name in ("cameras", "roads")
    ]
    points = [
        shapely.from_geojson(json.dumps(feature["geometry"]))
        for feature in read[0]["features"]
        if feature["properties"].get("kind") == "surveillance"
    ]
    lines = np.array([shapely.from_geojson(json.dumps(f["geometry"])) for f in read[1]["features"]])
    lon, lat = shapely.get_coordinates(points).T
    n, nan = len(points), np.full(len(points), math.nan)
    sensors = Sensors(tuple(map(str, range(n))), lon, lat, nan, nan, nan, (CameraStatus.ON,) * n)
    roads = Places(tuple(map(str, range(len(lines)))), ("road",) * len(lines), lines)
    box = shapely.box(*shapely.total_bounds(lines)).buffer(0.01, join_style="mitre")
    return sensors, roads, Grid.over(Boundary(("h",), ("Helsinki",), (box,)), 100.0)


@pytest.mark.parametrize(
    ("range_m", "union_km2", "road_share"), [(30.0, 0.3619, 0.337), (50.0, 0.6771, 0.532)]
)
def test_the_cameras_of_helsinki_see_what_was_measured_in_another_crs(
    helsinki, range_m, union_km2, road_share
):
    sensors, roads, grid = helsinki
    params = CameraParams(default_range_m=range_m)
    summary = camera_coverage(sensors, grid, roads=roads, params=params).summary
    assert summary["assumed_disc"] == summary["assumed_range"] == summary["cameras"] == 221
    assert summary["union_km2"] == pytest.approx(union_km2, rel=0.005)
    assert summary["covered_km2"] == pytest.approx(summary["union_km2"], rel=1e-6)
    assert summary["roads_km"] == pytest.approx(31.64, rel=0.005)
    assert summary["roads_covered_km"] / summary["roads_km"] == pytest.approx(road_share, abs=0.002)
