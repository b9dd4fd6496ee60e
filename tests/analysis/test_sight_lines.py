"""Points between buildings: what a plain line says, what views show, and what never grows."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.analysis.sectors import Sectors
from geogrid.analysis.sight_lines import SightPoints, indoors, sight_json
from geogrid.analysis.siting_cameras import SitedCameras
from geogrid.analysis.visibility import visible_views
from tests.blocks import blocks, free_places, obstacles

seeds = st.integers(0, 2**20)


def sited(xy, *, range_m=60.0, azimuth=0.0, angle=360.0, height=None):
    """Return cameras of a plane."""
    xy = np.asarray(xy, dtype=float).reshape(-1, 2)
    n = len(xy)
    wide = [np.broadcast_to(np.asarray(v, float), (n,)) for v in (range_m, azimuth, angle)]
    high = None if height is None else np.broadcast_to(np.asarray(height, float), (n,))
    return SitedCameras(tuple(f"k{i}" for i in range(n)), xy, *wide, high)


def seen(cameras, points, around):
    """Return which points each camera sees, as a matrix."""
    reach = SightPoints.of(points, 60.0, around).reach(cameras)
    found = np.zeros((len(cameras), len(points)), dtype=bool)
    for at in range(len(cameras)):
        found[at, reach.of(at)] = True
    return found


@pytest.mark.parametrize("seed", range(3))
def test_points_in_the_open_are_seen_just_where_the_drawn_view_shows_them(seed):
    rng = np.random.default_rng(seed)
    footprints = blocks(seed, 49, 30.0, overlap=seed == 2)
    height = rng.choice([3.0, 6.0, 12.0, math.nan], len(footprints))
    around = obstacles(footprints, height)
    cameras = sited(
        rng.uniform(0, 210, (40, 2)),
        azimuth=rng.uniform(0, 360, 40),
        angle=rng.choice([70.0, 200.0, 360.0], 40),
        height=rng.choice([4.0, 8.0, math.nan], 40),
    )
    points = free_places(seed + 9, footprints, 300, top=210.0)
    found = seen(cameras, points, around)
    sectors = Sectors.of(cameras.xy, cameras.range_m, cameras.azimuth_deg, cameras.view_angle_deg)
    views = visible_views(sectors, around, height_m=cameras.heights()).polygon
    at = shapely.points(points)
    for i, view in enumerate(views):
        clear = shapely.distance(view.boundary, at) > 1e-6 if not view.is_empty else np.True_
        off_arc = np.abs(np.hypot(*(points - cameras.xy[i]).T) - 60.0) > 0.06
        asked = clear & off_arc
        assert (found[i] == shapely.contains(view, at))[asked].all()
    assert found.sum() > 100


@pytest.mark.parametrize("seed", range(3))
def test_a_line_is_free_just_where_geos_finds_no_building_on_it(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 25))
    low = 5.0 * rng.integers(0, 12, (n, 2))  # walls in line with cameras and points
    high = low + 5.0 * rng.integers(1, 4, (n, 2))
    footprints = np.asarray(shapely.box(*low.T, *high.T), dtype=object)
    place = 2.5 * rng.integers(0, 30, (60, 2))
    place = place[~shapely.intersects(shapely.union_all(footprints), shapely.points(place))]
    points = 2.5 * rng.integers(0, 30, (120, 2))
    found = seen(sited(place, range_m=40.0), points, obstacles(footprints))
    over = shapely.intersects(footprints[:, None], shapely.points(points)[None])
    for i, eye in enumerate(place):
        lines = shapely.linestrings(np.stack([np.broadcast_to(eye, points.shape), points], axis=1))
        hit = shapely.intersects(footprints[:, None], lines[None]) & ~over
        near = np.hypot(*(points - eye).T) <= 40.0
        assert (found[i] == (near & ~hit.any(axis=0))).all()


@settings(deadline=None, max_examples=60)
@given(seeds, st.booleans(), st.sampled_from([70.0, 360.0]))
def test_a_building_more_never_shows_more(seed, overlap, angle):
    rng = np.random.default_rng(seed)
    footprints = blocks(seed, 16, 30.0, overlap=overlap)
    height = rng.choice([3.0, 6.0, 12.0, math.nan], len(footprints))
    eye = rng.choice([4.0, 8.0, math.nan], 8)
    cameras = sited(
        rng.uniform(0, 120, (8, 2)), azimuth=rng.uniform(0, 360, 8), angle=angle, height=eye
    )
    points = rng.uniform(0, 120, (150, 2))
    without = seen(cameras, points, None)
    less = seen(cameras, points, obstacles(footprints[:-1], height[:-1]))
    more = seen(cameras, points, obstacles(footprints, height))
    assert not (more & ~less).any()
    assert not (less & ~without).any()
    deep = [indoors(cameras, obstacles(footprints[:k], height[:k])) for k in (15, 16)]
    assert not (deep[0] & ~deep[1]).any()


def test_a_point_under_a_roof_stands_for_its_building():
    house, hedge = shapely.box(20, 0, 40, 20), shapely.box(10, 8, 12, 12)
    points = np.array([[30.0, 10.0]])
    assert seen(sited([0, 10]), points, obstacles([house])).all()
    assert not seen(sited([0, 10]), points, obstacles([house, hedge])).any()
    assert not seen(sited([0, 10], range_m=29.9), points, obstacles([house])).any()


def test_a_camera_does_not_see_under_the_roof_that_it_hangs_on():
    house = obstacles([shapely.box(20, 0, 40, 20)], 5.0)
    points = np.array([[30.0, 10.0], [10.0, 10.0]])
    for x, height in ((22.0, None), (20.0, None), (30.0, 20.0)):
        found = seen(sited([x, 10], height=height), points, house)
        assert found.tolist() == [[False, True]]


def test_a_camera_looks_out_of_its_building_within_five_metres_and_no_deeper():
    house = obstacles([shapely.box(0, 0, 40, 40)])
    points = np.array([[50.0, 20.0], [-10.0, 20.0]])
    found = seen(sited([[35.5, 20], [34.5, 20], [40.0, 20.0]]), points, house)
    assert found.tolist() == [[True, False], [False, False], [True, False]]
    assert indoors(sited([[35.5, 20], [34.5, 20], [41.0, 20]]), house).tolist() == [0, 1, 0]


def test_a_camera_on_a_high_roof_stands_indoors_of_nothing():
    house = obstacles([shapely.box(0, 0, 40, 40)], 10.0)
    assert indoors(sited([[20, 20]] * 3, height=[10.0, 11.0, math.nan]), house).tolist() == [
        1,
        0,
        1,
    ]


def test_a_camera_twice_as_high_as_a_roof_sees_from_twice_its_distance_on():
    wall = obstacles([shapely.box(10.0, -5.0, 12.0, 5.0)], 3.0)
    points = np.array([[9.9, 0.0], [23.9, 0.0], [24.1, 0.0], [23.9, 9.0], [23.9, 12.1]])
    assert seen(sited([0, 0], height=6.0), points, wall).tolist() == [[1, 0, 1, 0, 1]]
    assert seen(sited([0, 0]), points, wall).tolist() == [[1, 0, 0, 0, 1]]


def test_hidden_and_seen_weight_are_what_is_within_range():
    rng = np.random.default_rng(4)
    footprints = blocks(4, 36, 30.0)
    points, weight = rng.uniform(0, 180, (400, 2)), rng.uniform(1, 5, 400)
    cameras = sited(rng.uniform(0, 180, (10, 2)))
    between = SightPoints.of(points, 60.0, obstacles(footprints))
    plain = SightPoints.of(points, 60.0)
    parts = between.weight_seen(cameras, weight) + between.weight_hidden(cameras, weight)
    np.testing.assert_allclose(parts, plain.weight_seen(cameras, weight))
    assert plain.weight_hidden(cameras, weight).tolist() == [0.0] * 10
    assert between.weight_hidden(cameras, weight).sum() > 0


def test_an_answer_says_what_was_looked_at():
    house = shapely.box(0, 0, 9, 9)
    both, some = obstacles([house], 3.0), obstacles([house, house], [3.0, math.nan])
    assert sight_json(None, sited([0, 0]))["buildings"] == "none"
    assert sight_json(None, sited([0, 0]), left_out=True)["buildings"] == "left out"
    assert sight_json(both, sited([0, 0]))["heights"] == "plan view"
    assert sight_json(both, sited([0, 0], height=4.0))["heights"] == "known"
    assert sight_json(some, sited([0, 0], height=4.0))["heights"] == "in part"
    assert sight_json(obstacles([house]), sited([0, 0], height=4.0))["heights"] == "plan view"
