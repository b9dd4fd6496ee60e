import numpy as np
import pytest
import shapely

from geogrid.analysis.camera_coverage import camera_coverage
from geogrid.analysis.camera_measures import district_measures, place_measures, road_measures
from geogrid.analysis.camera_places import BEFORE_WALL_M
from geogrid.analysis.camera_scene import Ground, camera_scene, cover_by
from geogrid.analysis.obstacles import Obstacles
from geogrid.analysis.views import camera_views
from geogrid.model.buildings import Buildings
from geogrid.model.places import Places
from tests.analysis.camera_town import (
    COAST,
    CRS,
    EAST,
    GRID,
    INLAND,
    LAND,
    NORTH,
    cameras_at,
    in_degrees,
    in_metres,
    random_cameras,
    town_scene,
)


def measured(scene):
    return cover_by(scene, np.arange(scene.n_views), scene.n_views)


@pytest.mark.parametrize("seed", range(3))
def test_each_district_agrees_with_shapely(seed):
    scene = town_scene(seed)
    table = district_measures(scene, measured(scene)).set_index("district")
    views = scene.views.polygon
    union = shapely.union_all(views)
    twice = shapely.union_all([a.intersection(b) for i, a in enumerate(views) for b in views[:i]])
    roads = in_metres(scene.ground.roads.geometry)
    for district, land in (("a", COAST), ("b", INLAND)):
        row = table.loc[district]
        assert row["land_km2"] * 1e6 == pytest.approx(land.area, rel=1e-6)
        assert row["seen_km2"] * 1e6 == pytest.approx(union.intersection(land).area, rel=1e-9)
        assert row["twice_km2"] * 1e6 == pytest.approx(twice.intersection(land).area, rel=1e-7)
        metres = shapely.length(shapely.intersection(roads, land)).sum()
        assert row["roads_km"] * 1e3 == pytest.approx(metres, rel=1e-6)
        inside = shapely.intersection(shapely.intersection(roads, land), union)
        assert row["roads_seen_km"] * 1e3 == pytest.approx(shapely.length(inside).sum(), rel=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_land_of_all_districts_is_what_the_cells_say(seed):
    scene = town_scene(seed)
    table = district_measures(scene, measured(scene))
    cells = camera_coverage(random_cameras(seed, 25), GRID).summary
    assert table["seen_km2"].sum() == pytest.approx(cells["covered_km2"], rel=1e-7)
    assert table["twice_km2"].sum() == pytest.approx(cells["twice_km2"], rel=1e-6)


def test_classes_of_road_sum_to_the_districts_and_to_the_whole():
    scene = town_scene(4)
    cover = measured(scene)
    roads, districts = road_measures(scene, cover), district_measures(scene, cover)
    whole, parts = roads[roads["district"] == ""], roads[roads["district"] != ""]
    for name in ("km", "seen_km", "twice_km"):
        summed = parts.groupby("class")[name].sum()
        np.testing.assert_allclose(whole.set_index("class")[name], summed, rtol=1e-9)
    assert whole["km"].sum() == pytest.approx(districts["roads_km"].sum())
    assert whole["seen_km"].sum() == pytest.approx(districts["roads_seen_km"].sum())
    assert (roads["twice_km"] <= roads["seen_km"] + 1e-12).all()


def test_a_road_along_the_common_border_counts_once():
    border = shapely.LineString([(EAST + 20, NORTH - 960), (EAST + 60, NORTH + 1010)])
    roads = Places(("r",), ("main",), in_degrees([border]))
    scene = camera_scene(camera_views(cameras_at([]), CRS), Ground(GRID, roads))
    assert scene.roads.length_m.sum() == pytest.approx(border.length, rel=1e-6)


def test_without_roads_nothing_is_said_of_roads():
    scene = camera_scene(camera_views(cameras_at([(EAST, NORTH)]), CRS), Ground(GRID))
    cover = measured(scene)
    assert district_measures(scene, cover)[["roads_km", "roads_seen_km"]].isna().all(axis=None)
    assert road_measures(scene, cover).empty
    assert place_measures(scene).empty


def seen_alone(shape, *, sites, range_m, obstacles=None):
    places = {"places": Places(("p",), ("hazard",), in_degrees([shape]))}
    views = camera_views(cameras_at(sites, range_m=range_m), CRS)
    scene = camera_scene(views, Ground(GRID, None, places, obstacles))
    return scene, place_measures(scene).iloc[0]


def test_a_point_is_seen_or_not_and_an_area_by_the_share_of_its_outline():
    x, y = EAST + 400, NORTH
    _, near = seen_alone(shapely.Point(x + 49, y), sites=[(x, y)], range_m=50.0)
    assert (near["seen"], near["shown_share"]) == (1, 1.0)
    _, far = seen_alone(shapely.Point(x + 55, y), sites=[(x, y)], range_m=50.0)
    assert (far["seen"], far["shown_share"]) == (0, 0.0)
    # The camera's disc holds all of a square but its right side.
    square = shapely.box(x - 10, y - 10, x + 10, y + 10)
    _, whole = seen_alone(square, sites=[(x, y)], range_m=50.0)
    assert whole["shown_share"] == pytest.approx(1.0)
    outline = square.buffer(BEFORE_WALL_M, join_style="mitre").exterior
    scene, part = seen_alone(square, sites=[(x - 40, y)], range_m=45.0)
    expected = outline.intersection(scene.views.polygon[0]).length / outline.length
    assert 0.0 < part["shown_share"] < 1.0
    assert part["shown_share"] == pytest.approx(expected, rel=1e-6)


def test_two_cameras_on_either_side_see_an_outline_together_and_none_of_it_twice():
    x, y = EAST + 400, NORTH
    square = shapely.box(x - 30, y - 5, x + 30, y + 5)
    _, row = seen_alone(square, sites=[(x - 40, y), (x + 40, y)], range_m=35.0)
    assert row["seen"] == 1
    assert row["twice"] == 0


def test_a_point_inside_a_building_stands_for_its_walls():
    x, y = EAST + 400, NORTH
    house = shapely.box(x - 10, y - 10, x + 10, y + 10)
    obstacles = Obstacles.of(Buildings(np.array([house], dtype=object), np.array([np.nan])), None)
    buildings = Buildings(in_degrees([house]), np.array([np.nan]))
    views = camera_views(cameras_at([(x - 40, y)], range_m=60.0), CRS, buildings=buildings)
    places = {"places": Places(("p",), ("hotel",), in_degrees([shapely.Point(x, y)]))}
    without = place_measures(camera_scene(views, Ground(GRID, None, places))).iloc[0]
    assert without["seen"] == 0
    row = place_measures(camera_scene(views, Ground(GRID, None, places, obstacles))).iloc[0]
    assert row["seen"] == 1
    # The wall that faces the camera, and 0.4 m round each corner, of an outline 0.1 m before it.
    assert row["shown_share"] == pytest.approx((20.2 + 2 * 0.4) / (4 * 20.2), rel=1e-3)


def test_a_place_outside_the_districts_is_in_no_measure():
    outside = shapely.Point(EAST + 5_000, NORTH)
    places = {"rooms": Places(("p",), ("2",), in_degrees([outside]))}
    scene = camera_scene(camera_views(cameras_at([]), CRS), Ground(GRID, None, places))
    assert not LAND.intersects(outside)
    assert place_measures(scene).empty
    assert district_measures(scene, measured(scene))["places"].sum() == 0
