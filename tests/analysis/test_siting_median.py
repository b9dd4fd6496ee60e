"""Posts near demand, beside every plan there is."""

from __future__ import annotations

import json
from itertools import combinations

import numpy as np
import pytest

from geogrid.analysis.siting import SitingParams
from geogrid.analysis.siting_median import MedianProblem, place_posts
from geogrid.analysis.siting_verify import verify_plan
from geogrid.errors import InputError
from tests.analysis.published_median import PUBLISHED, distances

EXACT = SitingParams(gap=0.0, time_limit_s=30.0)


def problem_of(seed):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(3, 21)), int(rng.integers(2, 20))
    at, where = rng.uniform(0, 50, (m, 2)), rng.uniform(0, 50, (n, 2))
    far = np.rint(np.hypot(*(where[:, None] - at).transpose(2, 0, 1))).astype(int)
    sites = rng.permutation(n)
    return MedianProblem.of(
        rng.integers(1, 30, m),
        far,
        int(rng.integers(1, 5)),
        existing=rng.integers(10, 60, m) if seed % 2 else None,
        required=sites[:1] if seed % 3 == 0 else (),
        forbidden=sites[1:2] if seed % 4 == 0 else (),
    )


def best_value(problem):
    n = len(problem.distance)
    free = sorted(set(range(n)) - {*problem.required.tolist(), *problem.forbidden.tolist()})
    left = min(problem.count - problem.required.size, len(free))
    return min(
        (problem.weight * np.minimum(problem.existing, problem.distance[sites].min(axis=0))).sum()
        for more in combinations(free, left)
        for sites in [[*problem.required.tolist(), *more]]
    )


@pytest.mark.parametrize("seed", range(30))
def test_posts_are_as_near_as_in_the_best_of_all_plans(seed):
    problem = problem_of(seed)
    plan = place_posts(problem, EXACT)
    assert (plan.value, plan.status) == (best_value(problem), "optimal")
    assert plan.proved_bound <= plan.value
    assert set(problem.required) <= set(plan.sites)
    assert not set(problem.forbidden) & set(plan.sites)
    verdict = verify_plan(json.loads(json.dumps(plan.as_json())))
    assert verdict.holds
    assert verdict.bound == plan.proved_bound


def test_on_a_line_two_posts_stand_in_the_middle_of_each_half():
    at = np.arange(10)
    plan = place_posts(MedianProblem.of(np.ones(10), abs(at[:, None] - at), 2), EXACT)
    assert plan.value == 12  # five points a half: 2 + 1 + 0 + 1 + 2, twice
    assert plan.sites.tolist() == [2, 7]


@pytest.mark.parametrize(
    ("distance", "settings", "said"),
    [
        ([[1, -1]], {}, "at least 0"),
        ([[1.5, 1]], {}, "whole numbers"),
        ([[1, 2]], {"count": 0}, "must be over 0"),
        ([[1, 2]], {"required": [0], "forbidden": [0]}, "required and forbidden"),
        ([[1, 2], [2, 1]], {"required": [0, 1]}, "over the budget"),
        ([[1, 2]], {"required": [4]}, "no candidate 4"),
        ([[2**52, 2]], {}, "larger units"),
    ],
)
def test_problems_that_cannot_be_are_refused(distance, settings, said):
    with pytest.raises(InputError, match=said):
        MedianProblem.of([1, 1], distance, **({"count": 1} | settings))


def test_a_changed_plan_does_not_hold():
    plan = place_posts(problem_of(1), EXACT).as_json()
    plan["value"] -= 1
    assert not verify_plan(plan).holds


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_instances_of_or_library_have_their_published_optimum(name):
    count, best = PUBLISHED[name]
    plan = place_posts(MedianProblem.of(np.ones(100), distances(name), count), EXACT)
    assert (plan.value, plan.status) == (best, "optimal")
    assert plan.proved_bound >= 0.99 * best
    assert verify_plan(plan.as_json()).holds
