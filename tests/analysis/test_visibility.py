import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.analysis.visibility import WALL_DEPTH_M, visible_ranges, visible_views
from geogrid.errors import InputError
from tests.blocks import blocks, free_places, obstacles, sectors, seen_by_shadows

seeds = st.integers(0, 2**20)


def beyond(a, b):
    """Return how much of a is not in b, m2."""
    return shapely.difference(a, b).area


@pytest.mark.parametrize("seed", range(4))
def test_the_sweep_is_within_a_millionth_of_shadows_by_geos(seed):
    footprints = blocks(seed, 64, 30.0, overlap=seed == 3)
    asked = sectors(free_places(seed, footprints, 12, top=240.0), 100.0, [30.0 * seed] * 12, 200.0)
    seen = visible_views(asked, obstacles(footprints), method="sweep")
    for i, (view, whole) in enumerate(zip(seen.polygon, asked.polygons(), strict=True)):
        wanted = seen_by_shadows(whole, asked.centre[i], footprints)
        assert shapely.symmetric_difference(view, wanted).area < 1e-6 * wanted.area
    assert seen.method == "sweep"


def test_rays_have_the_area_of_the_sweep_within_a_fifth_of_a_percent_on_average():
    footprints = blocks(5, 400, 30.0)
    asked = sectors(free_places(6, footprints, 300, top=600.0), 100.0)
    exact, about = (
        shapely.area(visible_views(asked, obstacles(footprints), method=method).polygon)
        for method in ("sweep", "rays")
    )
    assert np.abs(about / exact - 1.0).mean() < 2e-3
    assert about.sum() == pytest.approx(exact.sum(), rel=5e-4)


@settings(deadline=None, max_examples=60)
@given(st.floats(10.0, 500.0), st.floats(0.0, 360.0), st.floats(5.0, 360.0))
def test_off_walls_a_view_has_the_area_of_its_sector(range_m, azimuth, angle):
    far = obstacles([shapely.box(900.0, 900.0, 910.0, 910.0)])
    for method in ("sweep", "rays"):
        view = visible_views(sectors([0.0, 0.0], range_m, azimuth, angle), far, method=method)
        wanted = math.radians(angle) / 2.0 * range_m**2
        assert view.polygon[0].area == pytest.approx(wanted, rel=1e-9)


@settings(deadline=None, max_examples=60)
@given(seeds, st.booleans(), st.sampled_from([70.0, 360.0]))
def test_a_building_more_never_shows_more(seed, overlap, angle):
    rng = np.random.default_rng(seed)
    footprints = blocks(seed, 16, 30.0, overlap=overlap)
    asked = sectors(rng.uniform(0.0, 120.0, (8, 2)), 60.0, rng.uniform(0, 360, 8), angle)
    height = rng.choice([3.0, 6.0, 12.0, math.nan], len(footprints))
    eye = rng.choice([4.0, 8.0, math.nan], 8)
    less = visible_views(asked, obstacles(footprints[:-1], height[:-1]), height_m=eye).polygon
    more = visible_views(asked, obstacles(footprints, height), height_m=eye).polygon
    assert max(beyond(b, a) for a, b in zip(less, more, strict=True)) < 1e-6


@settings(deadline=None, max_examples=30)
@given(seeds)
def test_a_view_shows_no_building_and_stays_in_its_sector(seed):
    rng = np.random.default_rng(seed)
    footprints = blocks(seed, 16, 30.0)
    asked = sectors(rng.uniform(0.0, 120.0, (6, 2)), 60.0, 45.0, 120.0)
    everything = shapely.union_all(footprints)
    for view, whole in zip(
        visible_views(asked, obstacles(footprints)).polygon, asked.polygons(), strict=True
    ):
        assert view.is_valid
        assert shapely.intersection(view, everything).area < 1e-6
        assert beyond(view, whole) < 1e-6


def test_convex_parts_are_the_views():
    footprints = blocks(8, 36, 30.0)
    rng = np.random.default_rng(9)
    eye = rng.choice([4.0, math.nan], 30)
    around = obstacles(footprints, rng.choice([3.0, 9.0, math.nan], len(footprints)))
    seen = visible_views(sectors(rng.uniform(0, 180, (30, 2)), 50.0), around, height_m=eye)
    convex, owner = seen.convex_parts()
    total = np.bincount(owner, shapely.area(convex), len(seen.polygon))
    np.testing.assert_allclose(total, shapely.area(seen.polygon), rtol=1e-9, atol=1e-6)
    hulls = shapely.area(shapely.convex_hull(convex))
    np.testing.assert_allclose(shapely.area(convex), hulls, rtol=1e-9, atol=1e-8)
    assert shapely.is_ccw(shapely.get_exterior_ring(convex)).all()


def test_a_camera_twice_as_high_as_a_wall_sees_the_ground_from_twice_its_distance_on():
    wall = obstacles([shapely.box(10.0, -5.0, 12.0, 5.0)], 3.0)
    view = visible_views(sectors([0.0, 0.0], 60.0), wall, height_m=np.array([6.0]))
    seen = [view.polygon[0].contains(shapely.Point(x, 0.0)) for x in (9.9, 11.0, 23.9, 24.1)]
    assert seen == [True, False, False, True]
    assert view.over.tolist() == [True]
    # In the shadow of both far corners, and just off it.
    assert not view.polygon[0].contains(shapely.Point(23.9, 9.9))
    assert view.polygon[0].contains(shapely.Point(23.9, 12.1))


def test_a_camera_no_higher_than_a_roof_sees_as_in_plan():
    footprints = blocks(10, 36, 30.0)
    asked = sectors(free_places(11, footprints, 8, top=180.0))
    plan = visible_views(asked, obstacles(footprints)).polygon
    for eye, roof in ((6.0, 6.0), (6.0, 9.0), (math.nan, 1.0)):
        high = visible_views(asked, obstacles(footprints, roof), height_m=np.full(8, eye))
        assert not high.over.any()
        assert shapely.equals_exact(high.polygon, plan).all()


@settings(deadline=None, max_examples=40)
@given(seeds)
def test_walls_that_touch_and_lie_in_line_with_cameras_are_seen_exactly(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 20))
    low = 5.0 * rng.integers(0, 12, (n, 2))
    high = low + 5.0 * rng.integers(1, 4, (n, 2))
    footprints = np.asarray(shapely.box(*low.T, *high.T), dtype=object)
    place = 5.0 * rng.integers(0, 15, (8, 2))
    place = place[~shapely.intersects(shapely.union_all(footprints), shapely.points(place))]
    asked = sectors(place, 40.0, rng.choice([0.0, 45.0, 90.0]), rng.choice([90.0, 180.0, 360.0]))
    for method, most in (("sweep", 1e-6), ("rays", 2e-2)):
        seen = visible_views(asked, obstacles(footprints), method=method).polygon
        assert shapely.is_valid(seen).all()
        for i, whole in enumerate(asked.polygons()):
            wanted = seen_by_shadows(whole, place[i], footprints)
            assert shapely.symmetric_difference(seen[i], wanted).area <= most * wanted.area + 1e-6


@pytest.mark.parametrize("seed", range(3))
def test_ground_is_seen_over_roofs_just_where_the_straight_line_to_it_is_free(seed):
    rng = np.random.default_rng(seed)
    footprints = blocks(seed, 25, 30.0)
    footprints[0] = footprints[0].union(shapely.affinity.translate(footprints[0], 9.0, 9.0))
    height = rng.choice([2.0, 4.0, 5.5, 8.0, math.nan], len(footprints))
    eye, place = 6.0, rng.uniform(40.0, 110.0, 2)
    asked = sectors(place, 70.0)
    view = visible_views(asked, obstacles(footprints, height), height_m=np.array([eye])).polygon[0]
    ground = rng.uniform(0.0, 150.0, (600, 2))
    ground = ground[np.hypot(*(ground - place).T) < 69.0]
    for spot in shapely.points(ground):
        if shapely.distance(spot, view.boundary) > 1e-6:
            free = line_is_free(place, spot, footprints, height, eye)
            assert view.contains(spot) == free


def line_is_free(place, spot, footprints, height, eye):
    """Tell whether a line of sight to the ground passes over or beside all buildings."""
    line = shapely.LineString([place, (spot.x, spot.y)])
    for footprint, roof in zip(footprints, height, strict=True):
        part = shapely.intersection(line, footprint)
        if part.is_empty:
            continue
        last = max(line.project(shapely.Point(xy)) for xy in shapely.get_coordinates(part))
        above = eye * (1.0 - last / line.length)
        around = footprint.intersects(shapely.Point(place))
        if not eye > roof:
            if around and last <= WALL_DEPTH_M and part.geom_type == "LineString":
                continue
            return False
        if above < roof or footprint.intersects(spot):
            return False
    return True


def test_a_camera_deep_inside_a_building_sees_nothing_and_one_on_its_roof_looks_down():
    home = obstacles([shapely.box(-20.0, -20.0, 20.0, 20.0)], 10.0)
    place = sectors([0.0, 0.0], 60.0)
    for eye in (math.nan, 4.0, 10.0):
        seen = visible_views(place, home, height_m=np.array([eye]))
        assert (seen.indoors.tolist(), seen.inside.tolist()) == ([True], [True])
        assert not len(seen.convex_parts()[0])
    seen = visible_views(place, home, height_m=np.array([20.0]))
    assert (seen.indoors.tolist(), seen.inside.tolist()) == ([False], [False])
    inside_shadow = [seen.polygon[0].contains(shapely.Point(x, 0.0)) for x in (10.0, 39.9, 40.1)]
    assert inside_shadow == [False, False, True]


def test_a_slit_in_the_open_is_a_view_and_not_a_camera_indoors():
    home = obstacles([shapely.box(100.0, 0.0, 110.0, 10.0)])
    slit = visible_views(sectors([0.0, 0.0], 10.0, 0.0, 0.005), home)
    assert not slit.indoors.any()
    assert slit.polygon[0].area == pytest.approx(math.radians(0.005) * 50.0, rel=1e-6)


def test_a_camera_on_a_wall_sees_the_half_plane_before_it():
    home = obstacles([shapely.box(-200.0, -30.0, 200.0, 0.0)])
    for y in (0.0, 1e-9, -1e-9):
        view = visible_views(sectors([3.0, y], 60.0), home).polygon[0]
        assert view.area == pytest.approx(math.pi * 1800.0, rel=2e-3)
        assert view.contains(shapely.Point(3.0, 59.0))


def test_a_courtyard_is_seen_from_inside_it_and_nothing_beyond():
    ring = shapely.Polygon(
        shapely.box(0, 0, 40, 40).exterior, [shapely.box(10, 10, 30, 30).exterior]
    )
    for shape in (ring, shapely.reverse(ring)):
        view = visible_views(sectors([20.0, 20.0], 100.0), obstacles([shape])).polygon[0]
        assert view.area == pytest.approx(400.0, rel=1e-9)


def test_footprints_that_cross_themselves_repeat_or_have_many_parts_are_taken_as_ground():
    bow = shapely.Polygon([(10, -5), (20, 5), (20, -5), (10, 5)])
    far = shapely.MultiPolygon([shapely.box(-12, -4, -10, 4), shapely.box(-30, -4, -28, 4)])
    odd = visible_views(sectors([0.0, 0.0], 60.0), obstacles([bow, far, far])).polygon[0]
    plain = [*shapely.get_parts(shapely.make_valid(bow, method="structure")), *far.geoms]
    wanted = seen_by_shadows(sectors([0.0, 0.0], 60.0).polygons()[0], np.zeros(2), plain)
    assert shapely.symmetric_difference(odd, wanted).area < 1e-6


def test_ranges_reach_as_far_as_the_view_in_each_direction():
    footprints = blocks(12, 36, 30.0)
    asked = sectors(free_places(13, footprints, 3, top=180.0), 50.0)
    views = visible_views(asked, obstacles(footprints), method="sweep").polygon
    for row, view, place, start in zip(
        visible_ranges(asked, obstacles(footprints), rays=360),
        views,
        asked.centre,
        asked.start,
        strict=True,
    ):
        turn = start + math.tau * np.arange(360) / 360
        for back, within in ((0.999, True), (1.01, False)):
            at = place + (back * row * np.stack([np.cos(turn), np.sin(turn)])).T
            assert np.mean(shapely.contains_xy(view, at) == within) > 0.98


def test_an_unknown_method_is_refused():
    with pytest.raises(InputError, match="unknown method of views 'guess'"):
        visible_views(sectors([0.0, 0.0]), obstacles([]), method="guess")


@settings(deadline=None, max_examples=25)
@given(seeds)
def test_cameras_on_corners_and_edges_of_touching_walls_have_valid_views(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 20))
    low = 5.0 * rng.integers(0, 12, (n, 2))
    high = low + 5.0 * rng.integers(1, 4, (n, 2))
    footprints = np.asarray(shapely.box(*low.T, *high.T), dtype=object)
    asked = sectors(2.5 * rng.integers(0, 30, (12, 2)), 40.0, 30.0, rng.choice([90.0, 360.0]))
    less = visible_views(asked, obstacles(footprints[1:])).polygon
    more = visible_views(asked, obstacles(footprints)).polygon
    assert shapely.is_valid(more).all()
    assert max(beyond(b, a) for a, b in zip(less, more, strict=True)) < 1e-6
