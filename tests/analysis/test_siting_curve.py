"""The curve holds every plan between its two lines; switches tell the truth."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from geogrid.analysis.siting_curve import siting_curve
from geogrid.analysis.siting_problem import Reach, SitingProblem
from geogrid.analysis.siting_rules import SitingRules
from geogrid.analysis.siting_whatif import (
    WhatIf,
    compare_plans,
    losses,
    safe_sites,
    under_other_reach,
)
from geogrid.errors import InputError


def town(seed, budget=5, **rules):
    rng = np.random.default_rng(seed)
    reach = Reach.of_lists([np.flatnonzero(rng.random(25) < 0.2) for _ in range(9)], 25)
    return SitingProblem.of(reach, rng.integers(1, 40, 25), budget, SitingRules(**rules))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("rules", [{}, {"backup": 0.5}, {"required": [2]}])
def test_the_best_plan_of_each_number_of_sites_lies_between_the_lines(seed, rules):
    problem = town(seed, **rules)
    curve = siting_curve(problem)
    for count in range(problem.required.size, 6):
        best = max(
            problem.value(sites)
            for sites in itertools.combinations(range(9), count)
            if set(problem.required) <= set(sites)
        )
        assert curve.lower[count] <= best <= curve.upper[count]
    assert (np.diff(curve.lower) >= 0).all()
    assert (curve.lower <= curve.upper).all()


def test_a_curve_says_how_many_do_and_how_many_cannot():
    problem = SitingProblem.of(Reach.of_lists([[0], [1], [2], [3]], 4), [4, 3, 2, 1], 4)
    curve = siting_curve(problem)
    assert curve.lower.tolist() == [0, 4, 7, 9, 10]
    assert curve.upper.tolist() == [0, 4, 7, 9, 10]
    assert (curve.enough(0.7), curve.needed(0.7)) == (2, 2)
    assert (curve.enough(1.0), curve.needed(1.0)) == (4, 4)
    part = siting_curve(town(0, budget=1))
    assert part.enough(1.0) is None
    assert part.needed(1.0) == 2


def test_a_curve_of_costs_or_floors_is_refused():
    with pytest.raises(InputError, match="number of sites"):
        siting_curve(town(0, cost=[2] * 9))


@pytest.mark.parametrize("seed", range(5))
def test_every_switch_changes_the_worth_by_what_a_recount_says(seed):
    problem = town(seed, backup=0.4, views=np.arange(25) % 3)
    rng, inside = np.random.default_rng(seed), {1}
    plan = WhatIf.of(problem, [1])
    for site in rng.integers(0, 9, 30):
        inside ^= {int(site)}
        plan.switch(int(site))
        assert plan.value == problem.value(sorted(inside))
        assert problem.views.max() == 2
    start = plan.value
    inner, outer = min(inside), min(set(range(9)) - inside)
    assert plan.move(inner, outer) == plan.value - start
    with pytest.raises(InputError, match="no candidate 99"):
        plan.switch(99)


def test_losses_are_what_a_plan_without_each_site_is_worth_less():
    problem = town(3)
    sites = [0, 4, 7]
    less = [problem.value([s for s in sites if s != out]) for out in sites]
    assert losses(problem, sites).tolist() == [problem.value(sites) - v for v in less]


def test_two_plans_are_compared_by_sites_points_and_worth():
    problem = SitingProblem.of(Reach.of_lists([[0], [1], [2, 3]], 4), [1, 1, 1, 5], 2)
    found = compare_plans(problem, [0, 1], [0, 2])
    assert [found.only_first.tolist(), found.only_second.tolist()] == [[1], [2]]
    assert [found.gained.tolist(), found.lost.tolist(), found.value] == [[2, 3], [1], 5]


def test_a_plan_under_a_shorter_range_is_counted_with_what_it_still_sees():
    problem = SitingProblem.of(Reach.of_lists([[0, 1], [2]], 3), [1, 2, 4], 2)
    short = Reach.of_lists([[0], [2]], 3)
    assert under_other_reach(problem, [0, 1], short) == 5
    with pytest.raises(InputError, match="same candidates"):
        under_other_reach(problem, [0], Reach.of_lists([[0]], 3))


def test_a_site_in_all_plans_is_safe():
    plans = [np.array([0, 1]), np.array([0, 2])]
    assert safe_sites(plans, 4).tolist() == [1.0, 0.5, 0.5, 0.0]
