"""The loss of a group of cameras is coverage with all of them less coverage without it."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.analysis.camera_failures import failures, losses, numbered
from geogrid.analysis.camera_places import AT_ENTRANCE_M, BEFORE_WALL_M
from geogrid.analysis.camera_scene import Ground, camera_scene, cover_by
from geogrid.analysis.views import camera_views
from geogrid.errors import InputError
from geogrid.model.buildings import Buildings
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
    random_cameras,
    town_scene,
)


def coverage(scene, chosen):
    """Return land, metres of road and places that some views see, by shapely alone."""
    union = shapely.union_all(scene.views.polygon[chosen])
    roads = in_metres(scene.ground.roads.geometry)
    places = in_metres(scene.ground.places["places"].geometry)
    seen = 0
    for place in places:
        is_point = place.geom_type == "Point"
        reach = AT_ENTRANCE_M if is_point else 0.0
        shape = place if is_point else place.buffer(BEFORE_WALL_M, join_style="mitre").exterior
        inside = LAND.intersects(place.point_on_surface())
        seen += inside and not union.is_empty and shape.distance(union) <= reach
    return np.array(
        [
            union.intersection(LAND).area,
            sum(road.intersection(LAND).intersection(union).length for road in roads),
            seen,
        ]
    )


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 10_000), st.integers(1, 14), st.integers(1, 5))
def test_the_loss_of_a_group_is_coverage_with_all_less_coverage_without_it(seed, n, n_groups):
    scene = town_scene(seed, n)
    group = np.random.default_rng(seed).integers(0, n_groups, n)
    cover = cover_by(scene, group, n_groups)
    every = coverage(scene, np.ones(n, dtype=bool))
    for one in range(n_groups):
        lost = every - coverage(scene, group != one)
        assert cover.land.alone_m2[one] == pytest.approx(lost[0], abs=1e-3)
        assert cover.road_alone_m[one] == pytest.approx(lost[1], abs=1e-3)
        assert cover.places_alone[one] == lost[2]


@pytest.mark.parametrize("seed", range(4))
def test_what_is_seen_is_seen_twice_or_alone(seed):
    scene = town_scene(seed)
    cover = cover_by(scene, np.arange(scene.n_views), scene.n_views)
    land = cover.land
    assert land.once_m2.sum() == pytest.approx(land.twice_m2.sum() + land.alone_m2.sum(), rel=1e-9)
    assert cover.road_once_m.sum() == pytest.approx(
        cover.road_twice_m.sum() + cover.road_alone_m.sum(), rel=1e-9
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_law_holds_between_buildings_too(seed):
    rng = np.random.default_rng(seed)
    corner = rng.uniform((EAST - 700, NORTH - 700), (EAST + 700, NORTH + 700), (150, 2))
    sides = rng.uniform(10.0, 60.0, (150, 2))
    boxes = shapely.box(*corner.T, *(corner + sides).T)
    buildings = Buildings(in_degrees(boxes), np.full(150, np.nan))
    open_scene = town_scene(seed, 12)
    views = camera_views(random_cameras(seed, 12), CRS, buildings=buildings)
    scene = camera_scene(views, open_scene.ground)
    n = scene.n_views
    cover = cover_by(scene, np.arange(n), n)
    every = coverage(scene, np.ones(n, dtype=bool))
    assert 0.0 < every[0] < coverage(open_scene, np.ones(open_scene.n_views, dtype=bool))[0]
    for one in range(n):
        lost = every - coverage(scene, np.arange(n) != one)
        assert cover.land.alone_m2[one] == pytest.approx(lost[0], abs=1e-3)
        assert cover.road_alone_m[one] == pytest.approx(lost[1], abs=1e-2)


def test_a_second_camera_on_the_pole_leaves_no_camera_alone_but_the_pole():
    views = camera_views(cameras_at([(EAST + 400, NORTH)] * 2, range_m=100.0), CRS)
    scene = camera_scene(views, Ground(GRID))
    each = failures(scene, ["one", "other"])
    assert each["lost_m2"].tolist() == [0.0, 0.0]
    pole = failures(scene, ["pole", "pole"])
    assert pole["lost_m2"].tolist() == pytest.approx([np.pi * 1e4], rel=1e-6)
    assert pole["cameras"].tolist() == [2]


def test_a_camera_of_no_known_pole_still_sees_and_is_in_no_row():
    views = camera_views(cameras_at([(EAST + 400, NORTH)] * 2, range_m=100.0), CRS)
    table = failures(camera_scene(views, Ground(GRID)), ["pole", None])
    assert table["id"].tolist() == ["pole"]
    assert table["lost_m2"].tolist() == [0.0]


def test_the_worst_comes_first_by_what_is_asked_and_ties_go_by_name():
    road = shapely.LineString([(EAST + 700, NORTH), (EAST + 900, NORTH)])
    place = shapely.Point(EAST + 300, NORTH - 500)
    sites = [(EAST + 400, NORTH), (EAST + 800, NORTH), (EAST + 300, NORTH - 500)]
    views = camera_views(cameras_at(sites, range_m=[90.0, 50.0, 20.0]), CRS)
    ground = Ground(
        GRID,
        Places(("r",), ("main",), in_degrees([road])),
        {"places": Places(("p",), ("hazard",), in_degrees([place]))},
    )
    scene = camera_scene(views, ground)
    names = ["wide", "road", "place"]
    assert failures(scene, names)["id"].tolist() == ["wide", "road", "place"]
    by_road = failures(scene, names, rank="roads")
    assert by_road["id"].tolist() == ["road", "wide", "place"]
    assert by_road["lost_road_m"].tolist() == pytest.approx([100.0, 0.0, 0.0], abs=0.2)
    by_place = failures(scene, names, rank="places")
    assert by_place["id"].tolist() == ["place", "wide", "road"]
    assert by_place["lost_places"].tolist() == [1, 0, 0]
    assert by_place["rank"].tolist() == [1, 2, 3]


def test_there_is_no_other_rank():
    scene = town_scene(0, 2)
    names, group = numbered(["a", "b"])
    with pytest.raises(InputError, match="cannot be ranked by 'cost'"):
        losses(names, group, cover_by(scene, group, 2), rank="cost")


def test_without_cameras_nothing_is_lost():
    scene = town_scene(1, 0)
    assert failures(scene, []).empty
    assert cover_by(scene, np.empty(0, dtype=np.int64), 0).land.once_m2.sum() == 0.0
