"""The sweep, the ray buffer and what both look at: walls by place, and stars as fans."""

import itertools
import math

import numpy as np
import pytest
import shapely

from geogrid.kernels.ray_buffer import ray_polygons, ray_ranges
from geogrid.kernels.star_fans import star_fans
from geogrid.kernels.visible_sweep import diamond_angle, visible_polygons
from geogrid.kernels.wall_index import index_walls
from geogrid.kernels.wall_scan import Cameras
from tests.blocks import blocks, free_places, seen_by_shadows

NONE = np.empty(0, np.int32)


def walls_of(footprints, height=math.nan, size=16.0):
    xy = [shapely.get_coordinates(shapely.orient_polygons(shape)) for shape in footprints]
    ends = [np.hstack([ring[:-1], ring[1:]]) for ring in xy]
    owner = np.repeat(np.arange(len(ends)), [len(ring) for ring in ends]).astype(np.int32)
    joined = np.concatenate(ends) if ends else np.empty((0, 4))
    return index_walls(joined, owner, np.full(len(owner), height), size)


def cameras(xy, radius=60.0, *, start=0.0, angle=math.tau, height=math.nan, inside=None, chords=16):
    xy = np.asarray(xy, dtype=float).reshape(-1, 2)
    n = len(xy)
    around = [[] for _ in range(n)] if inside is None else inside
    begin = np.concatenate([[0], np.cumsum([len(some) for some in around])]).astype(np.int64)
    wide = [np.broadcast_to(np.asarray(v, float), (n,)).copy() for v in (start, angle, radius)]
    listed = np.array([b for some in around for b in some], np.int32) if inside else NONE
    high = np.full(n, height)
    return Cameras(xy, *wide, np.full(n, chords), high, begin, listed, 5.0)


def polygons(starts, corners):
    return [shapely.Polygon(corners[a:b]) for a, b in itertools.pairwise(starts)]


def sector(of, i=0):
    turn = of.start[i] + of.angle[i] * np.arange(of.chords[i] + 1) / of.chords[i]
    arc = of.xy[i] + of.radius[i] * np.column_stack([np.cos(turn), np.sin(turn)])
    return shapely.Polygon(arc if of.angle[i] == math.tau else [of.xy[i], *arc])


def difference(a, b):
    return shapely.symmetric_difference(a, b).area


@pytest.mark.parametrize("overlap", [False, True])
@pytest.mark.parametrize(("start", "angle"), [(0.0, math.tau), (0.4, 1.3), (2.9, 4.5)])
def test_the_sweep_sees_what_is_left_when_all_shadows_are_taken_away(overlap, start, angle):
    footprints = blocks(3, 16, 30.0, overlap=overlap)
    places = free_places(4, footprints, 4, top=120.0)
    asked = cameras(places, start=start, angle=angle)
    views = polygons(*visible_polygons(walls_of(footprints), asked))
    for i, view in enumerate(views):
        wanted = seen_by_shadows(sector(asked, i), places[i], footprints)
        assert view.is_valid
        assert shapely.is_ccw(view.exterior)
        assert difference(view, wanted) < 1e-9 * wanted.area + 1e-9


def test_walls_that_cross_hide_what_either_hides():
    cross = [shapely.box(10, -8, 12, 8), shapely.box(6, -1, 20, 1)]
    asked = cameras([0.0, 0.0], 40.0)
    view = polygons(*visible_polygons(walls_of(cross), asked))[0]
    wanted = seen_by_shadows(sector(asked), np.zeros(2), cross)
    assert difference(view, wanted) < 1e-9


def test_a_wall_of_half_a_right_angle_on_either_side_leaves_three_quarters_and_a_triangle():
    wall = [shapely.box(10.0, -10.0, 11.0, 10.0)]
    asked = cameras([0.0, 0.0], 20.0, chords=16)
    chords_m2 = 16 * 200.0 * math.sin(math.tau / 16)
    for kernel in (visible_polygons, lambda w, c: ray_polygons(w, c, 360)):
        view = polygons(*kernel(walls_of(wall), asked))[0]
        disc_m2 = chords_m2 if kernel is visible_polygons else math.pi * reach(asked) ** 2
        assert view.area == pytest.approx(0.75 * disc_m2 + 100.0, rel=1e-9)


def reach(asked):
    """Return the radius whose area the chords keep."""
    delta = asked.angle[0] / asked.chords[0]
    return asked.radius[0] * math.sqrt(math.sin(delta) / delta)


@pytest.mark.parametrize("angle", [0.3, 1.0, 3.5, math.tau])
def test_in_the_open_both_see_the_whole_sector(angle):
    asked = cameras([[5.0, 5.0]], 50.0, start=1.1, angle=angle, chords=12)
    far = [shapely.box(90.0, 90.0, 95.0, 95.0)]
    for starts, corners in (
        visible_polygons(walls_of(far), asked),
        ray_polygons(walls_of(far), asked, 180),
    ):
        view = polygons(starts, corners)[0]
        assert view.area == pytest.approx(angle / 2.0 * reach(asked) ** 2, rel=1e-9)


def test_no_walls_at_all_hide_nothing():
    asked = cameras([[5.0, 5.0], [500.0, -500.0]])
    for view in polygons(*visible_polygons(walls_of([]), asked)):
        assert view.area == pytest.approx(sector(asked).area)


@pytest.mark.parametrize(("start", "angle"), [(0.0, math.tau), (5.9, 2.0)])
def test_rays_agree_with_the_sweep(start, angle):
    footprints = blocks(5, 16, 30.0)
    places = free_places(6, footprints, 6, top=120.0)
    asked, walls = cameras(places, start=start, angle=angle, chords=60), walls_of(footprints)
    exact = polygons(*visible_polygons(walls, asked))
    about = polygons(*ray_polygons(walls, asked, 720))
    for a, b in zip(exact, about, strict=True):
        assert b.is_valid
        assert difference(a, b) < 0.02 * a.area
    areas = np.array([[a.area, b.area] for a, b in zip(exact, about, strict=True)])
    assert np.abs(areas[:, 1] / areas[:, 0] - 1.0).mean() < 2e-3


def test_each_ray_ends_where_the_first_wall_is():
    footprints = blocks(7, 16, 30.0)
    place = free_places(8, footprints, 1, top=120.0)
    asked = cameras(place, 70.0, start=0.25)
    ranges = ray_ranges(walls_of(footprints), asked, 72)[0]
    everything = shapely.union_all(footprints)
    for k, found in enumerate(ranges):
        turn = 0.25 + math.tau * k / 72
        ray = shapely.LineString(
            [place[0], place[0] + 70.0 * np.array([math.cos(turn), math.sin(turn)])]
        )
        first = shapely.distance(shapely.Point(place[0]), shapely.intersection(ray, everything))
        assert found == pytest.approx(70.0 if math.isnan(first) else first, rel=1e-5)


def test_a_lower_building_is_no_wall_for_a_camera():
    wall = [shapely.box(10.0, -10.0, 11.0, 10.0)]
    for height, hides in ((2.0, True), (3.0, True), (3.1, False), (math.nan, True)):
        asked = cameras([0.0, 0.0], 20.0, height=height)
        view = polygons(*visible_polygons(walls_of(wall, 3.0), asked))[0]
        assert view.contains(shapely.Point(15.0, 0.0)) != hides


def test_a_camera_behind_its_wall_looks_out_within_five_metres_only():
    home = [shapely.box(-50.0, -40.0, 50.0, 0.0)]
    for depth, shut in ((0.0, 0.0), (1.0, 0.0), (4.9, 0.0), (5.1, math.pi)):
        asked = cameras([0.0, -depth], 60.0, inside=[[0]], chords=720)
        for kernel in (visible_polygons, lambda w, c: ray_polygons(w, c, 1440)):
            view = polygons(*kernel(walls_of(home), asked))[0].difference(home[0])
            open_deg = 0.0 if shut else 2.0 * math.degrees(math.acos(depth / 5.0))
            half = math.radians(open_deg / 2.0)
            # The sector from the camera less the triangle in front of the wall.
            wanted = half * 3600.0 - depth * depth * math.tan(half) if depth else half * 3600.0
            assert view.area == pytest.approx(0.0 if shut else wanted, rel=5e-3, abs=0.01)


def test_every_wall_is_in_all_buckets_that_its_box_meets():
    walls = walls_of(blocks(9, 9, 30.0), size=8.0)
    for e, (ax, ay, bx, by) in enumerate(walls.xy):
        for row in range(int(min(ay, by) // 8), int(max(ay, by) // 8) + 1):
            for col in range(int(min(ax, bx) // 8), int(max(ax, bx) // 8) + 1):
                bucket = row * walls.n_cols + col
                assert e in walls.listed[walls.start[bucket] : walls.start[bucket + 1]]


def test_diamond_angles_rise_with_the_direction():
    turn = np.linspace(0.0, math.tau, 97)[:-1]
    keys = [diamond_angle(math.cos(t), math.sin(t)) for t in turn]
    assert (np.diff(keys) > 0.0).all()
    quarters = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)]
    assert [diamond_angle(*d) for d in quarters] == [0.0, 1.0, 2.0, 3.0]


@pytest.mark.parametrize("angle", [1.0, math.tau])
def test_fans_are_convex_and_together_are_the_star(angle):
    footprints = blocks(11, 16, 30.0)
    asked = cameras(free_places(12, footprints, 3, top=120.0), angle=angle)
    starts, corners = visible_polygons(walls_of(footprints), asked)
    whole = np.full(3, angle == math.tau)
    owner, begin, fans = star_fans(starts, corners, asked.xy, whole)
    parts = np.array(polygons(begin, fans), dtype=object)
    assert shapely.area(shapely.convex_hull(parts)) == pytest.approx(shapely.area(parts), rel=1e-9)
    for i, view in enumerate(polygons(starts, corners)):
        assert shapely.area(parts[owner == i]).sum() == pytest.approx(view.area, rel=1e-9)
        assert difference(shapely.union_all(parts[owner == i]), view) < 1e-6
