import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings

from geogrid.kernels.line_walk import line_cell_lengths
from tests.coordinates import between

ROWS, COLS = 6, 8
inside_x, inside_y = between(0.0, 7.999), between(0.0, 5.999)


def lengths(*segments):
    return line_cell_lengths(np.array(segments, dtype=float).reshape(-1, 4), ROWS, COLS)


@settings(deadline=None)  # the first call compiles
@given(inside_x, inside_y, inside_x, inside_y)
def test_the_pieces_of_a_segment_sum_to_its_length(x0, y0, x1, y1):
    total = math.hypot(x1 - x0, y1 - y0)
    assert lengths((x0, y0, x1, y1)).sum() == pytest.approx(total, rel=1e-12, abs=1e-300)


@settings(deadline=None, max_examples=200)
@given(inside_x, inside_y, inside_x, inside_y)
def test_both_directions_of_a_segment_give_the_same_lengths(x0, y0, x1, y1):
    there, back = lengths((x0, y0, x1, y1)), lengths((x1, y1, x0, y0))
    np.testing.assert_allclose(there, back, rtol=1e-9, atol=1e-12)


def test_lengths_agree_with_clipping_by_shapely():
    rng = np.random.default_rng(1)
    ends = rng.uniform(-2.0, 10.0, (300, 4))
    row, col = np.divmod(np.arange(ROWS * COLS), COLS)
    boxes = shapely.box(col, row, col + 1, row + 1)
    lines = shapely.linestrings(ends.reshape(-1, 2, 2))
    clipped = shapely.length(shapely.intersection(lines[:, None], boxes)).sum(axis=0)
    np.testing.assert_allclose(lengths(*ends).ravel(), clipped, rtol=1e-9, atol=1e-12)


def test_a_segment_along_a_cell_line_belongs_to_the_cell_north_or_east_of_it():
    out = lengths((2.0, 1.25, 2.0, 1.75), (4.5, 3.0, 4.25, 3.0))
    assert out[1, 2] == 0.5
    assert out[3, 4] == 0.25
    assert np.count_nonzero(out) == 2


def test_a_segment_through_cell_corners_stays_on_the_diagonal():
    out = lengths((0.0, 0.0, 3.0, 3.0))
    np.testing.assert_allclose(np.diag(out)[:3], math.sqrt(2.0), rtol=1e-12)
    assert out.sum() == pytest.approx(3.0 * math.sqrt(2.0), rel=1e-12)


def test_a_segment_starting_on_a_line_and_going_back_pays_nothing_ahead():
    out = lengths((3.0, 2.5, 1.5, 2.5))
    assert out[2].tolist() == [0.0, 0.5, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]


def test_what_lies_outside_the_lattice_is_left_out():
    assert lengths((-3.0, 0.5, -1.0, 0.5), (0.5, 7.0, 0.5, 9.0)).sum() == 0.0
    assert lengths((-2.0, 0.5, 10.0, 0.5)).sum() == pytest.approx(8.0, rel=1e-12)


def test_a_segment_of_no_length_pays_nothing():
    assert lengths((1.5, 1.5, 1.5, 1.5), (8.0, 6.0, 8.0, 6.0)).sum() == 0.0


def test_no_segments_give_no_length():
    assert lengths().sum() == 0.0
