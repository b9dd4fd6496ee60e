import numpy as np
import pytest
import shapely

from geogrid.analysis.camera_scene import Ground, camera_scene, cover_by
from geogrid.analysis.camera_zones import LEAST_M2, cameras_in_zones, zone_reach
from geogrid.analysis.siting_zones import cut_by_zones
from geogrid.analysis.views import camera_views
from geogrid.model.places import Places
from tests.analysis.camera_town import (
    CRS,
    EAST,
    GRID,
    LAND,
    NORTH,
    cameras_at,
    in_degrees,
    in_metres,
    town_scene,
)


def random_zones(seed, n=6):
    rng = np.random.default_rng(seed)
    xy = rng.normal((EAST, NORTH), 400.0, (n, 2))
    return np.array([shapely.Point(x, y).buffer(rng.uniform(20, 90)) for x, y in xy], dtype=object)


@pytest.mark.parametrize("seed", range(4))
def test_the_price_of_zones_is_coverage_with_whole_views_less_coverage_with_cut_ones(seed):
    scene, zones = town_scene(seed), random_zones(seed)
    reach = zone_reach(scene, zones)
    whole = shapely.union_all(scene.views.polygon)
    cut, lost = cut_by_zones(scene.views.polygon, zones)
    left = shapely.union_all(cut)
    land = shapely.intersection(whole, LAND).area - shapely.intersection(left, LAND).area
    assert reach.lost_m2 == pytest.approx(land, rel=1e-6, abs=1e-3)
    roads = shapely.intersection(in_metres(scene.ground.roads.geometry), LAND)
    metres = [shapely.length(shapely.intersection(roads, seen)).sum() for seen in (whole, left)]
    assert reach.lost_road_m == pytest.approx(metres[0] - metres[1], rel=1e-6, abs=1e-3)
    # Zones may overlap: no view has more in all of them than the sum of its rows.
    rows = reach.views.groupby("view")["seen_m2"].sum()
    assert set(rows.index) == set(np.flatnonzero(lost >= LEAST_M2))
    assert (rows >= lost[rows.index] - 1e-6).all()


def test_a_view_that_only_touches_a_zone_does_not_reach_into_it():
    views = camera_views(cameras_at([(EAST + 400, NORTH)], range_m=50.0), CRS)
    scene = camera_scene(views, Ground(GRID))
    beside = np.array([shapely.box(EAST + 450.06, NORTH - 9, EAST + 500, NORTH + 9)], dtype=object)
    reach = zone_reach(scene, beside)
    assert reach.views.empty
    assert (reach.lost_m2, reach.lost_road_m) == (0.0, 0.0)


def test_two_cameras_that_look_into_one_zone_are_two_rows_and_one_price():
    views = camera_views(cameras_at([(EAST + 400, NORTH)] * 2, range_m=50.0), CRS)
    road = shapely.LineString([(EAST + 380, NORTH), (EAST + 420, NORTH)])
    ground = Ground(GRID, Places(("r",), ("street",), in_degrees([road])))
    zone = np.array([shapely.box(EAST + 390, NORTH - 5, EAST + 410, NORTH + 5)], dtype=object)
    reach = zone_reach(camera_scene(views, ground), zone)
    assert reach.views["seen_m2"].tolist() == pytest.approx([200.0, 200.0], rel=1e-6)
    assert reach.lost_m2 == pytest.approx(200.0, rel=1e-6)
    assert reach.lost_road_m == pytest.approx(20.0, rel=1e-6)


def test_without_zones_nothing_is_lost():
    scene = town_scene(1)
    reach = zone_reach(scene, np.empty(0, dtype=object))
    assert reach.views.empty
    assert cover_by(scene, np.arange(scene.n_views), scene.n_views).land.once_m2.sum() > 0.0
    assert reach.lost_m2 == 0.0


def test_a_camera_on_the_edge_of_a_zone_stands_in_it():
    zones = np.array([shapely.box(0, 0, 1, 1)], dtype=object)
    camera, zone = cameras_in_zones(np.array([[2.0, 0.5], [1.0, 0.5], [0.5, 0.5]]), zones)
    assert camera.tolist() == [1, 2]
    assert zone.tolist() == [0, 0]
