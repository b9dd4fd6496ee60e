"""Areas by how many groups cover them, beside overlays by GEOS and beside counting squares."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geogrid.kernels.cover_areas import Rings, cover_areas


def rings_of(polygons, group):
    """Return the rings of polygons with holes, outer ones counter-clockwise."""
    polygons = shapely.orient_polygons(np.asarray(polygons, dtype=object))
    ring, owner = shapely.get_rings(polygons, return_index=True)
    vertices = [shapely.get_coordinates(one)[:-1] for one in ring]
    start = np.cumsum([0, *map(len, vertices)]).astype(np.int64)
    return Rings(np.concatenate(vertices), start, np.asarray(group, dtype=np.int64)[owner])


def areas(polygons, group, n_groups, scale=1.0):
    rings = rings_of(polygons, group)
    alone = np.zeros(n_groups)
    start = np.array([0, len(rings.group)])
    once, twice = cover_areas(rings, start, np.array([scale]), alone)
    return once[0], twice[0], alone


def by_geos(polygons, group, n_groups):
    whole = np.array([shapely.union_all(polygons[group == g]) for g in range(n_groups)])
    alone = [
        whole[g].difference(shapely.union_all(np.delete(whole, g))).area for g in range(n_groups)
    ]
    once = shapely.union_all(whole).area
    return once, once - sum(alone), np.array(alone)


def discs(rng, n):
    place = rng.uniform(0, 60, (n, 2))
    return shapely.buffer(shapely.points(place), rng.uniform(3, 30, n), quad_segs=2)


def blocks(rng, n):
    corner = rng.integers(0, 12, (n, 2)) * 5.0  # many edges lie on each other
    return shapely.box(*corner.T, *(corner + rng.integers(1, 9, (n, 2)) * 5.0).T)


def rounds(rng, n):
    outer = discs(rng, n)
    return shapely.difference(outer, shapely.buffer(shapely.centroid(outer), 2.5, quad_segs=2))


@pytest.mark.parametrize("shapes", [discs, blocks, rounds])
@pytest.mark.parametrize("seed", range(4))
def test_areas_are_those_of_overlays_by_geos(seed, shapes):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 9))
    polygons, group = shapes(rng, n), rng.integers(0, 4, n)
    for ours, theirs in zip(areas(polygons, group, 4), by_geos(polygons, group, 4), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-8)


def test_by_hand_two_squares_share_a_quarter():
    squares = [shapely.box(0, 0, 4, 4), shapely.box(2, 2, 6, 6)]
    once, twice, alone = areas(squares, [0, 1], 2)
    assert (once, twice, *alone) == pytest.approx((28.0, 4.0, 12.0, 12.0))
    once, twice, alone = areas(squares, [1, 1], 2)
    assert (once, twice, *alone) == pytest.approx((28.0, 0.0, 0.0, 28.0))


def test_a_hole_is_not_covered_and_another_group_alone_covers_it():
    ring = shapely.box(0, 0, 40, 40).difference(shapely.box(10, 10, 30, 30))
    once, twice, alone = areas([ring, shapely.box(0, 0, 40, 40)], [0, 1], 2)
    assert (once, twice) == pytest.approx((1600.0, 1200.0))
    assert alone.tolist() == pytest.approx([0.0, 400.0], abs=1e-9)


def test_edges_that_meet_in_one_corner_of_many_views_are_no_trouble():
    turn = np.linspace(0, 2 * np.pi, 41)[:-1]
    far = 50.0 * np.column_stack([np.cos(turn), np.sin(turn)])
    slices = [shapely.Polygon([(0, 0), tuple(far[k]), tuple(far[(k + 3) % 40])]) for k in range(40)]
    polygons, group = np.array(slices, dtype=object), np.arange(40)
    for ours, theirs in zip(areas(polygons, group, 40), by_geos(polygons, group, 40), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-8)


def test_a_scale_is_that_of_all_areas_and_pieces_are_apart():
    square = [shapely.box(0, 0, 4, 4)]
    assert areas(square, [0], 1, scale=1.5)[0] == pytest.approx(24.0)
    rings = rings_of(square * 2, [0, 1])
    alone = np.zeros(2)
    start, scale = np.array([0, 1, 1, 2]), np.array([1.0, 1.0, 0.5])
    once, twice = cover_areas(rings, start, scale, alone)
    assert once.tolist() == pytest.approx([16.0, 0.0, 8.0])
    assert alone.tolist() == pytest.approx([16.0, 8.0])
    assert not twice.any()
