"""Camera coverage where buildings are registered: one function for cells, roads and the map."""

import math
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.analysis.camera_coverage import CameraParams, camera_coverage
from geogrid.analysis.views import camera_views, view_polygons
from geogrid.crs import WGS84, reprojection, transformer, working_crs
from geogrid.errors import InputError
from geogrid.model.boundary import Boundary
from geogrid.model.buildings import Buildings
from geogrid.model.grid import Grid
from geogrid.model.places import Places
from geogrid.model.sensors import CameraStatus, Sensors
from tests.blocks import blocks

CRS = working_crs(117.0, 26.0, 118.0, 27.0)
CORNER = np.array([1_000_000.0, 1_000_000.0])
LAND = shapely.box(*(CORNER - 100.0), *(CORNER + 400.0))
GRID = Grid.over(Boundary(("d",), ("d",), (LAND,), CRS), 50.0, crs=CRS)


def lonlat(shapes):
    return shapely.transform(np.asarray(shapes, dtype=object), reprojection(CRS, WGS84))


def moved(shapes):
    return shapely.transform(np.asarray(shapes, dtype=object), lambda xy: xy + CORNER)


def buildings(shapes, height=math.nan):
    heights = np.broadcast_to(np.asarray(height, dtype=float), (len(shapes),)).copy()
    return Buildings(lonlat(moved(shapes)), heights)


def cameras_at(xy, *, range_m=60.0, bearing=math.nan, angle=360.0, height=None, status=None):
    xy = np.asarray(xy, dtype=float).reshape(-1, 2) + CORNER
    lon, lat = transformer(CRS, WGS84).transform(*xy.T)
    n = len(xy)
    columns = [np.broadcast_to(np.asarray(v, float), (n,)) for v in (range_m, bearing, angle)]
    on = (CameraStatus.ON,) * n if status is None else tuple(status)
    high = None if height is None else np.broadcast_to(np.asarray(height, float), (n,))
    return Sensors(tuple(f"c{i}" for i in range(n)), lon, lat, *columns, on, high)


def random_cameras(seed, n=20):
    rng = np.random.default_rng(seed)
    return cameras_at(
        rng.uniform(0.0, 200.0, (n, 2)),
        range_m=rng.uniform(20.0, 90.0, n),
        bearing=rng.uniform(0.0, 359.0, n),
        angle=rng.choice([60.0, 200.0, 360.0], n),
    )


SCHOOL = buildings([shapely.box(30.0, -20.0, 40.0, 20.0)])


@pytest.mark.parametrize("seed", range(3))
def test_seen_land_is_the_union_of_what_is_seen_and_never_the_sum(seed):
    sensors, around = random_cameras(seed), buildings(blocks(seed, 25, 40.0))
    views = camera_views(sensors, CRS, buildings=around)
    result = camera_coverage(sensors, GRID, buildings=around)
    union = shapely.intersection(shapely.union_all(views.polygon), LAND).area
    assert result.summary["covered_km2"] == pytest.approx(union / 1e6, rel=1e-9)
    assert result.summary["covered_km2"] < result.summary["views_km2"]
    assert result.summary["views_km2"] < result.summary["open_views_km2"]


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 2**20))
def test_a_camera_more_never_covers_less_and_a_building_more_never_shows_more(seed):
    sensors, footprints = random_cameras(seed, 6), blocks(seed, 16, 50.0)
    fewer = Sensors(
        sensors.ids[:5],
        *(values[:5] for values in (sensors.lon, sensors.lat)),
        *(v[:5] for v in (sensors.range_m, sensors.bearing_deg, sensors.view_angle_deg)),
        sensors.status[:5],
    )
    every = camera_coverage(sensors, GRID, buildings=buildings(footprints))
    cases = {
        "camera": camera_coverage(fewer, GRID, buildings=buildings(footprints)),
        "building": camera_coverage(sensors, GRID, buildings=buildings(footprints[1:])),
    }
    for column in ("covered_share", "twice_share"):
        with_one_camera_less = np.nan_to_num(np.asarray(cases["camera"][column]))
        with_one_building_less = np.nan_to_num(np.asarray(cases["building"][column]))
        now = np.nan_to_num(np.asarray(every[column]))
        assert (now >= with_one_camera_less - 1e-9).all()
        assert (now <= with_one_building_less + 1e-9).all()


def test_roads_are_seen_where_the_views_are():
    rng = np.random.default_rng(4)
    lines = [shapely.LineString(rng.uniform(-50.0, 250.0, (4, 2))) for _ in range(20)]
    roads = Places(tuple(map(str, range(20))), ("road",) * 20, lonlat(moved(lines)))
    sensors, around = random_cameras(5), buildings(blocks(5, 25, 40.0), 3.0)
    high = replace(sensors, height_m=np.full(len(sensors), 5.0))
    for some in (sensors, high):
        union = shapely.union_all(camera_views(some, CRS, buildings=around).polygon)
        wanted = shapely.length(shapely.intersection(moved(lines), union)).sum()
        summary = camera_coverage(some, GRID, roads=roads, buildings=around).summary
        assert summary["roads_covered_km"] == pytest.approx(wanted / 1e3, rel=1e-6)


def test_the_answer_says_whether_buildings_were_looked_at():
    camera = cameras_at([0.0, 0.0])
    open_views = camera_coverage(camera, GRID).summary
    left_out = camera_coverage(camera, GRID, buildings=SCHOOL, params=CameraParams(plain=True))
    used = camera_coverage(camera, GRID, buildings=SCHOOL).summary
    assert (open_views["buildings"], open_views["method"]) == ("none", "plain")
    assert left_out.summary["buildings"] == "left out"
    assert left_out.summary["covered_km2"] == open_views["covered_km2"]
    assert (used["buildings"], used["method"], used["heights"]) == ("used", "sweep", "plan view")
    assert used["covered_km2"] < open_views["covered_km2"]
    rays = camera_coverage(camera, GRID, buildings=SCHOOL, params=CameraParams(method="rays"))
    assert rays.summary["method"] == "rays"
    assert rays.summary["covered_km2"] == pytest.approx(used["covered_km2"], rel=1e-3)


@pytest.mark.parametrize(
    ("eye", "roof", "said"),
    [
        ([5.0, 5.0], [3.0, 4.0], "known"),
        ([5.0, math.nan], [3.0, 4.0], "in part"),
        ([5.0, 5.0], [3.0, math.nan], "in part"),
        ([math.nan] * 2, [3.0, 4.0], "plan view"),
        ([5.0, 5.0], [math.nan] * 2, "plan view"),
    ],
)
def test_the_answer_says_whether_heights_are_known(eye, roof, said):
    two = [shapely.box(20.0, -10.0, 25.0, 10.0), shapely.box(-25.0, -10.0, -20.0, 10.0)]
    sensors = cameras_at([[0.0, 0.0], [0.0, 50.0]], height=eye)
    assert camera_coverage(sensors, GRID, buildings=buildings(two, roof)).summary["heights"] == said


def test_cameras_that_are_not_drawn_are_counted_and_named():
    home = buildings([shapely.box(100.0, 100.0, 140.0, 140.0)])
    status = [CameraStatus.ON] * 5 + [CameraStatus.OFF, CameraStatus.PLANNED]
    nan = math.nan
    sensors = cameras_at(
        [[0, 0], [10, 0], [20, 0], [30, 0], [120, 120], [40, 0], [50, 0]],
        range_m=[60.0, 60.0, nan, 60.0, 60.0, 60.0, 60.0],
        bearing=[nan, nan, 10.0, 10.0, 10.0, 10.0, 10.0],
        angle=[nan, 90.0, 90.0, nan, 90.0, 90.0, 90.0],
        status=status,
    )
    summary = camera_coverage(sensors, GRID, buildings=home).summary
    assert summary["told_apart"] == {
        "off": ["c5"],
        "planned": ["c6"],
        "bearing_unknown": ["c1"],
        "angle_unknown": ["c3"],
        "range_unknown": ["c2"],
        "indoors": ["c4"],
        "assumed_disc": ["c0"],
    }
    assert (summary["drawn"], summary["in_service"]) == (1, 5)


def test_a_cell_whose_only_camera_is_indoors_is_known_to_be_unseen():
    home = buildings([shapely.box(100.0, 100.0, 200.0, 200.0)])
    indoors = cameras_at([150.0, 150.0], range_m=20.0)
    share = np.asarray(camera_coverage(indoors, GRID, buildings=home)["covered_share"])
    assert not np.isnan(share).any()
    assert not share.any()


def test_polygons_of_the_register_follow_the_views():
    sensors = cameras_at([[0.0, 0.0], [35.0, 0.0]])
    polygons = view_polygons(sensors, CRS, buildings=SCHOOL)
    views = camera_views(sensors, CRS, buildings=SCHOOL)
    assert views.camera.tolist() == [0, 1]
    assert shapely.equals(polygons, views.polygon).all()
    assert not shapely.intersection(polygons[0], moved([shapely.box(31, -19, 39, 19)])[0]).area


def test_buildings_that_cannot_be_are_refused():
    square = shapely.box(0, 0, 1, 1)
    with pytest.raises(InputError, match="building 2 of the register is no polygon"):
        Buildings(np.array([square, shapely.Point(0, 0)], dtype=object), np.full(2, math.nan))
    with pytest.raises(InputError, match="building 1 of the register has a height of -1 m"):
        Buildings(np.array([square], dtype=object), np.array([-1.0]))
    with pytest.raises(InputError, match="equal length"):
        Buildings(np.array([square], dtype=object), np.empty(0))


def test_a_camera_below_the_ground_is_refused():
    with pytest.raises(InputError, match="camera 'c0': a height of -2 m above ground"):
        cameras_at([0.0, 0.0], height=-2.0)
