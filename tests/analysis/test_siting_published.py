"""Published instances give their published values."""

from __future__ import annotations

import numpy as np
import pytest

from geogrid.analysis.siting import SitingParams, site_cameras
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
