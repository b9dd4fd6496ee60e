"""Problems of up to 20 candidates beside all of their plans, up to a million each."""

from __future__ import annotations

import json

import numpy as np
import pytest

from geogrid.analysis.siting import SitingParams, site_cameras
from geogrid.analysis.siting_fewest import fewest_sites
from geogrid.analysis.siting_verify import verify_plan
from geogrid.errors import InputError
from tests.analysis.every_plan import EveryPlan
from tests.analysis.siting_problems import best_value, keeps_rules, least_cost, random_problem

EXACT = SitingParams(gap=0.0, time_limit_s=30.0)
MOST_SITES = 20


def problem_of(seed, *, most_sites=MOST_SITES, every_option=False):
    for again in range(200):
        try:
            rng = np.random.default_rng([seed, again])
            return random_problem(rng, most_sites, every_option=every_option)
        except InputError:  # rules that contradict each other are refused; draw others
            continue
    raise AssertionError


@pytest.mark.parametrize("every_option", [False, True])
@pytest.mark.parametrize("seed", range(30))
def test_a_plan_is_worth_what_the_best_of_all_plans_is(seed, every_option):
    problem = problem_of(seed, every_option=every_option)
    best = EveryPlan(problem).best_value(problem.budget)
    if best is None:
        with pytest.raises(InputError, match="least coverage"):
            site_cameras(problem, EXACT)
        return
    plan = site_cameras(problem, EXACT)
    assert (plan.value, plan.bound, plan.status) == (best, best, "optimal")
    assert keeps_rules(problem, plan.sites)
    assert problem.cost[plan.sites].sum() <= problem.budget
    assert plan.proved_bound >= best
    assert verify_plan(json.loads(json.dumps(plan.as_json()))).holds


@pytest.mark.parametrize("every_option", [False, True])
@pytest.mark.parametrize("seed", range(20))
def test_the_fewest_sites_are_the_cheapest_of_all_plans_that_do(seed, every_option):
    problem = problem_of(seed, every_option=every_option)
    share = float(np.random.default_rng(seed).choice([0.3, 0.6, 0.9, 1.0]))
    best = EveryPlan(problem).least_cost(int(np.ceil(share * problem.first.sum() - 1e-9)))
    if best is None:
        with pytest.raises(InputError, match=r"not even all candidates|keeps all rules"):
            fewest_sites(problem, share, EXACT)
        return
    plan = fewest_sites(problem, share, EXACT)
    assert (plan.value, plan.status) == (best, "optimal")
    assert plan.proved_bound <= best
    assert verify_plan(json.loads(json.dumps(plan.as_json()))).holds


@pytest.mark.parametrize("seed", range(15))
def test_both_ways_to_look_at_every_plan_agree(seed):
    problem = problem_of(seed, most_sites=9)
    every = EveryPlan(problem)
    assert every.best_value(problem.budget) == best_value(problem)
    target = int(problem.first.sum()) // 2
    assert every.least_cost(target) == least_cost(problem, target)
