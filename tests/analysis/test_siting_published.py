"""Published instances give their published values."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from geogrid.analysis.siting import SitingParams, site_cameras
from geogrid.analysis.siting_fewest import fewest_sites
from geogrid.analysis.siting_problem import Reach, SitingProblem
from geogrid.analysis.siting_verify import verify_plan
from tests.analysis.published_covering import glibc_rand, instance

RADIUS, BUDGET = 5.5, 10


def test_numbers_are_those_of_glibc():
    # srand(1); rand() as every C program on Linux prints them.
    assert glibc_rand(1, 4).tolist() == [1804289383, 846930886, 1681692777, 1714636915]


@pytest.mark.parametrize(("seed", "value"), [(1, 4_431_761), (2, 4_374_489)])
def test_a_hundred_thousand_clients_and_a_hundred_locations(seed, value):
    where, at, demand = instance(seed, 100_000)
    lists = [np.flatnonzero(np.hypot(*(at - place).T) <= RADIUS) for place in where]
    problem = SitingProblem.of(Reach.of_lists(lists, len(at)), demand, BUDGET)
    plan = site_cameras(problem, SitingParams(gap=0.0))
    assert (plan.value, plan.status) == (value, "optimal")
    verdict = verify_plan(plan.as_json())
    assert verdict.holds
    assert verdict.gap < 0.02


@pytest.mark.parametrize(("dimension", "fewest"), [(2, 5), (3, 18)])
def test_points_that_meet_every_line_are_as_few_as_published(dimension, fewest):
    # A9 and A27 of Fulkerson, Nemhauser & Trotter (1974), Two computationally difficult set
    # covering problems: what is left out is a largest cap (Pellegrino 1971: 4 and 9 points).
    points = list(itertools.product(range(3), repeat=dimension))
    at = {point: k for k, point in enumerate(points)}
    lines = set()
    for a, b in itertools.combinations(points, 2):
        third = tuple((-x - y) % 3 for x, y in zip(a, b, strict=True))
        lines.add(frozenset((at[a], at[b], at[third])))
    on = [[k for k, line in enumerate(lines) if point in line] for point in range(len(points))]
    problem = SitingProblem.of(Reach.of_lists(on, len(lines)), np.ones(len(lines)), 1)
    plan = fewest_sites(problem, 1.0, SitingParams(gap=0.0))
    assert (plan.value, plan.bound, plan.status) == (fewest, fewest, "optimal")
    assert verify_plan(plan.as_json()).holds
