"""Cells that could have been visited between two fixes, against the definition."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.kernels.ellipse import mark_reachable

place = st.floats(-5.0, 25.0)


@settings(deadline=None)
@given(place, place, place, place, st.floats(0.0, 40.0))
def test_a_cell_is_marked_just_when_the_way_over_its_centre_fits(x0, y0, x1, y1, reach):
    marked = np.zeros((20, 18), dtype=np.uint8)
    mark_reachable(np.array([[x0, y0, x1, y1]]), np.array([reach]), marked)
    for row in range(20):
        for col in range(18):
            way = math.hypot(col + 0.5 - x0, row + 0.5 - y0)
            way += math.hypot(col + 0.5 - x1, row + 0.5 - y1)
            if abs(way - reach) > 1e-9:
                assert marked[row, col] == (way < reach)


def test_marks_of_several_silences_are_joined():
    marked = np.zeros((10, 10), dtype=np.uint8)
    foci = np.array([[1.5, 1.5, 1.5, 1.5], [8.5, 8.5, 8.5, 8.5]])
    mark_reachable(foci, np.array([0.5, 2.0]), marked)
    assert np.argwhere(marked).tolist() == [[1, 1], [7, 8], [8, 7], [8, 8], [8, 9], [9, 8]]


def test_nothing_is_marked_where_the_ends_are_further_apart_than_the_reach():
    marked = np.zeros((10, 10), dtype=np.uint8)
    mark_reachable(np.array([[1.0, 1.0, 9.0, 9.0]]), np.array([11.0]), marked)
    assert not marked.any()


def test_places_that_are_no_numbers_mark_nothing():
    marked = np.zeros((10, 10), dtype=np.uint8)
    foci = np.array([[np.nan, 1.0, 2.0, 2.0], [np.inf, 1.0, np.inf, 1.0], [1.0, 1.0, 1.0, 1.0]])
    with np.errstate(invalid="ignore"):  # without numba, numpy warns of inf - inf
        mark_reachable(foci, np.array([50.0, 50.0, np.nan]), marked)
    assert not marked.any()
