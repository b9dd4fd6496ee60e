"""Reach by distance: a closed ball, whole millimetres, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from geogrid.analysis.siting_merge import merged_reach
from geogrid.analysis.siting_problem import SitingProblem
from geogrid.analysis.siting_reach import reach_within
from geogrid.errors import InputError

POINTS = [(0.0, 0.0), (300.0, 400.0), (300.0, 400.001), (1000.0, 0.0)]


def test_the_range_is_closed_whatever_the_corner():
    for shift in (0.0, 12_345.678, -1e6):
        points = np.array(POINTS) + shift
        assert reach_within([points[0]], points, 500.0).of(0).tolist() == [0, 1]


def test_a_range_under_half_a_cell_may_reach_nothing_and_a_vast_one_reaches_all():
    reach = reach_within([(50, 50), (0, 0)], POINTS, [10.0, 100_000.0])
    assert [reach.of(i).tolist() for i in (0, 1)] == [[], [0, 1, 2, 3]]


def test_bearings_turn_clockwise_from_the_y_axis():
    around = [(0, 10), (10, 0), (0, -10), (-10, 0)]
    reach = reach_within(
        [(0, 0)] * 4, around, 20.0, bearing_deg=[0, 90, 180, 270], view_angle_deg=90.0
    )
    assert [reach.of(i).tolist() for i in range(4)] == [[0], [1], [2], [3]]


def test_points_on_one_line_and_one_point_are_found():
    line = [(float(x), 5.0) for x in range(1000)]
    assert reach_within([(500.0, 5.0)], line, 2.0).of(0).tolist() == [498, 499, 500, 501, 502]
    assert reach_within([(5.0, 5.0)], [(5.0, 5.0)], 1.0).of(0).tolist() == [0]


@pytest.mark.parametrize("range_m", [0.0, -1.0, float("nan"), float("inf"), 300_000.0])
def test_a_range_that_cannot_be_is_refused(range_m):
    with pytest.raises(InputError, match="range must be over 0"):
        reach_within([(0, 0)], POINTS, range_m)


@pytest.mark.parametrize("angle", [0.0, -5.0, 361.0, float("nan")])
def test_a_view_angle_that_cannot_be_is_refused(angle):
    with pytest.raises(InputError, match="view angles"):
        reach_within([(0, 0)], POINTS, 5.0, bearing_deg=[0.0], view_angle_deg=angle)


@pytest.mark.parametrize("bearing", [[float("nan")], [0.0, 1.0]])
def test_a_bearing_that_cannot_be_is_refused(bearing):
    with pytest.raises(InputError, match="bearing"):
        reach_within([(0, 0)], POINTS, 5.0, bearing_deg=bearing, view_angle_deg=90.0)


def test_coordinates_that_cannot_be_are_refused():
    with pytest.raises(InputError, match="candidates"):
        reach_within([(np.nan, 0)], POINTS, 5.0)
    with pytest.raises(InputError, match="points of demand"):
        reach_within([(0, 0)], [(1e12, 0)], 5.0)
    with pytest.raises(InputError, match="no demand"):
        reach_within([(0, 0)], [], 5.0)


def test_a_problem_of_merged_points_has_the_same_plans_of_the_same_worth():
    rng = np.random.default_rng(4)
    sites, points = rng.uniform(0, 100, (30, 2)), rng.uniform(0, 100, (600, 2))
    weight = rng.integers(0, 20, 600)
    whole = SitingProblem.of(reach_within(sites, points, 18.0), weight, 4)
    reach, merged = merged_reach(sites, points, weight, 18.0)
    assert merged.sum() == weight.sum()
    assert merged.size < 600
    small = SitingProblem.of(reach, merged, 4)
    for _ in range(20):
        chosen = rng.choice(30, 4, replace=False)
        assert small.value(chosen) == whole.value(chosen)


@pytest.mark.parametrize(
    ("sites", "points", "weight", "range_m", "said"),
    [
        ([(0, 0)], [], [], 5.0, "no demand"),
        ([(0, 0)] * 1025, [(0, 0)], [1], 5.0, "at most 1024"),
        ([(0, 0)], [(0, 0), (1, 1)], [1, 0.5], 5.0, "whole weights"),
        ([(0, 0)], [(0, 0)], [1], -5.0, "range must be over 0"),
    ],
)
def test_points_that_cannot_be_merged_are_refused(sites, points, weight, range_m, said):
    with pytest.raises(InputError, match=said):
        merged_reach(sites, points, weight, range_m)
