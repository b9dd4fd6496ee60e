import numpy as np
import shapely
from hypothesis import given, settings

from geogrid.kernels.convex_clip import convex_intervals, merged_intervals
from tests.coordinates import between

SQUARE = np.array([[1.0, 1.0], [3.0, 1.0], [3.0, 3.0], [1.0, 3.0], [1.0, 1.0]])
coord = between(-1.0, 5.0)


def interval_in_square(*ends):
    segments, pairs = np.array([ends], dtype=float), np.array([[0, 0]])
    return convex_intervals(segments, pairs, SQUARE, np.array([0, 5]))[0].tolist()


def test_a_crossing_segment_is_cut_at_both_sides():
    assert interval_in_square(0.0, 2.0, 4.0, 2.0) == [0.25, 0.75]
    assert interval_in_square(2.0, 4.0, 2.0, 0.0) == [0.25, 0.75]


def test_a_segment_inside_stays_whole():
    assert interval_in_square(1.5, 1.5, 2.5, 2.0) == [0.0, 1.0]


def test_a_segment_outside_has_no_interval():
    for ends in ((0.0, 0.0, 4.0, 0.5), (0.0, 2.5, 1.5, 4.0), (4.0, 0.0, 5.0, 5.0)):
        first, last = interval_in_square(*ends)
        assert first == last


@settings(deadline=None)  # the first call compiles
@given(coord, coord, coord, coord)
def test_the_length_inside_agrees_with_shapely(x0, y0, x1, y1):
    first, last = interval_in_square(x0, y0, x1, y1)
    line = shapely.LineString([(x0, y0), (x1, y1)])
    inside = shapely.intersection(line, shapely.Polygon(SQUARE)).length
    assert abs((last - first) * line.length - inside) < 1e-9


def test_overlapping_intervals_of_one_owner_become_one():
    owner = np.array([0, 0, 0, 2, 2])
    intervals = np.array([[0.0, 0.3], [0.1, 0.2], [0.3, 0.5], [0.0, 0.1], [0.4, 0.4]])
    whose, merged = merged_intervals(owner, intervals)
    assert whose.tolist() == [0, 2]
    assert merged.tolist() == [[0.0, 0.5], [0.0, 0.1]]


def test_intervals_of_different_owners_stay_apart():
    whose, merged = merged_intervals(np.array([0, 1]), np.array([[0.0, 0.8], [0.2, 0.6]]))
    assert whose.tolist() == [0, 1]
    assert merged.tolist() == [[0.0, 0.8], [0.2, 0.6]]
