"""Areas of a polygon per cell, against shapely's intersections with the squares."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon

from geogrid.kernels.cell_area import polygon_cell_areas
from tests.coordinates import between

SIDE = 8
SQUARES = np.array(
    [[shapely.box(c, r, c + 1, r + 1) for c in range(SIDE)] for r in range(SIDE)], dtype=object
)


def shares(shape):
    polygons = shapely.get_parts(shapely.orient_polygons(shape))
    xy, ring = shapely.get_coordinates(shapely.get_rings(polygons), return_index=True)
    starts = np.append(np.flatnonzero(np.diff(ring, prepend=-1)), len(xy)).astype(np.int64)
    return polygon_cell_areas(xy, starts, SIDE, SIDE)


def expected(shape):
    return shapely.area(shapely.intersection(SQUARES, shape))


@st.composite
def shapes(draw):
    """Draw a valid polygon, often with a hole, with corners on lines or anywhere."""
    on_lines = draw(st.booleans())
    coord = st.integers(0, 2 * SIDE).map(lambda k: k / 2) if on_lines else between(0.0, SIDE)
    points = draw(st.lists(st.tuples(coord, coord), min_size=3, max_size=7, unique=True))
    hull = shapely.convex_hull(shapely.MultiPoint(points))
    if not isinstance(hull, Polygon):
        hull = shapely.box(1.0, 1.0, 6.5, 7.0)
    if draw(st.booleans()):
        inner = Point(draw(coord), draw(coord)).buffer(draw(st.sampled_from([0.3, 1.0, 2.5])), 3)
        hull = shapely.difference(hull, inner)
    return hull if hull.area > 1e-6 else shapely.box(0.0, 0.0, 1.0, 1.0)


@settings(deadline=None, max_examples=200)
@given(shapes())
def test_every_share_is_that_of_shapely(shape):
    np.testing.assert_allclose(shares(shape), expected(shape), atol=2e-9)


def test_a_corner_a_hair_beside_an_edge_spoils_no_share():
    shape = Polygon([(1, 0), (5e-324, 3.25), (0, 3.375)])
    # The triangles over y = 3 of both sides: 3/8 x 1/9 / 2 less 1/4 x 1/13 / 2.
    assert shares(shape)[3, 0] == pytest.approx(1 / 48 - 1 / 104, abs=1e-12)


@settings(deadline=None)
@given(shapes())
def test_shares_sum_to_the_area(shape):
    assert shares(shape).sum() == pytest.approx(shape.area, rel=1e-9, abs=SIDE * SIDE * 1e-9)


@settings(deadline=None)
@given(shapes(), st.floats(-1.0, 9.0), st.floats(-1.0, 9.0), st.floats(0.0, 3.1))
def test_the_two_sides_of_a_cut_sum_to_the_whole(shape, x, y, angle):
    half = 40.0 * np.array([np.cos(angle), np.sin(angle)])
    side = 40.0 * np.array([-np.sin(angle), np.cos(angle)])
    middle = np.array([x, y])
    knife = Polygon([middle - half, middle + half, middle + half + side, middle - half + side])
    parts = [shapely.intersection(shape, knife), shapely.difference(shape, knife)]
    areal = [
        MultiPolygon([p for p in shapely.get_parts(part) if isinstance(p, Polygon)])
        for part in parts
    ]
    total = sum(shares(part) for part in areal if not part.is_empty)
    np.testing.assert_allclose(total, shares(shape), atol=1e-8)


def test_edges_and_corners_on_lines_leave_neighbours_empty():
    table = shares(shapely.box(2, 3, 5, 6))
    assert table[3:6, 2:5].tolist() == [[1.0] * 3] * 3
    assert table.sum() == 9.0


def test_the_whole_lattice_is_full():
    assert (shares(shapely.box(0, 0, SIDE, SIDE)) == 1.0).all()


def test_a_hole_of_whole_cells_is_empty():
    table = shares(shapely.box(0, 0, 6, 6).difference(shapely.box(2, 2, 4, 5)))
    assert (table[2:5, 2:4] == 0.0).all()
    assert table.sum() == 30.0


def test_a_diamond_through_corners_halves_the_cells_on_its_edges():
    table = shares(Polygon([(4, 2), (6, 4), (4, 6), (2, 4)]))
    assert table[2, 3:5].tolist() == [0.5, 0.5]
    assert table[3, 2:6].tolist() == [0.5, 1.0, 1.0, 0.5]


def test_a_triangle_inside_one_cell_has_its_own_area():
    table = shares(Polygon([(3.25, 3.25), (3.75, 3.25), (3.25, 3.75)]))
    assert table[3, 3] == pytest.approx(0.125, abs=1e-15)
    assert np.count_nonzero(table) == 1
