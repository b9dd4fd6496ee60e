"""Siting at its edges: what is odd is answered or refused, never guessed."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import geogrid.analysis.siting_exact as exact
from geogrid.analysis.siting import SitingParams, site_cameras
from geogrid.analysis.siting_fewest import fewest_sites
from geogrid.analysis.siting_problem import Reach, SitingProblem
from geogrid.analysis.siting_reach import reach_within
from geogrid.analysis.siting_rules import SitingRules
from geogrid.analysis.siting_verify import verify_plan
from geogrid.errors import InputError
from tests.analysis.siting_problems import keeps_rules, random_problem

EXACT = SitingParams(gap=0.0, time_limit_s=20.0)
LINE = [(float(x), 0.0) for x in range(0, 100, 10)]


def plan_of(lists, weight, budget, **rules):
    m = len(weight)
    problem = SitingProblem.of(Reach.of_lists(lists, m), weight, budget, SitingRules(**rules))
    return site_cameras(problem, EXACT)


def test_of_candidates_at_one_place_with_other_names_one_is_taken():
    reach = reach_within([(0, 0), (0, 0), (90, 0)], LINE, 15.0)
    plan = site_cameras(SitingProblem.of(reach, np.ones(10), 3), EXACT)
    assert plan.sites.tolist() == [0, 2]
    assert plan.spare == 1


def test_a_candidate_on_the_pole_of_an_existing_camera_adds_nothing_and_is_left():
    reach = reach_within([(0, 0), (50, 0)], LINE, 15.0)
    standing = reach_within([(0, 0)], LINE, 15.0).views(np.array([0]))
    rules = SitingRules(views=standing)
    plan = site_cameras(SitingProblem.of(reach, np.ones(10), 2, rules), EXACT)
    assert plan.sites.tolist() == [1]


def test_more_sites_than_candidates_takes_all_that_add_something():
    plan = plan_of([[0], [1], []], [1, 1], 100)
    assert sorted(plan.sites.tolist()) == [0, 1]
    assert (plan.status, plan.spare) == ("optimal", 98)


def test_a_range_beyond_the_city_needs_one_site_and_tells_the_spare_ones():
    reach = reach_within([(0, 0), (50, 0), (90, 0)], LINE, 10_000.0)
    plan = site_cameras(SitingProblem.of(reach, np.ones(10), 3), EXACT)
    assert (plan.value, plan.sites.size, plan.spare) == (10, 1, 2)


def test_a_range_that_reaches_no_point_gives_an_empty_plan_worth_nothing():
    reach = reach_within([(3.0, 3.0)], LINE, 1.0)
    plan = site_cameras(SitingProblem.of(reach, np.ones(10), 1), EXACT)
    assert (plan.value, plan.bound, plan.sites.size) == (0, 0, 0)
    assert verify_plan(plan.as_json()).holds


def test_required_sites_stay_though_they_add_nothing_and_may_take_the_whole_budget():
    plan = plan_of([[0], [], [1]], [5, 9], 1, required=[1])
    assert (plan.sites.tolist(), plan.value) == ([1], 0)
    assert plan.status == "optimal"


def test_candidates_that_reach_only_points_without_weight_are_not_taken():
    plan = plan_of([[0], [1]], [0, 3], 2)
    assert plan.sites.tolist() == [1]


def test_a_site_dearer_than_the_budget_is_no_candidate():
    plan = plan_of([[0, 1], [0]], [4, 4], 3, cost=[4, 3])
    assert (plan.sites.tolist(), plan.value) == ([1], 4)


def test_a_view_of_360_degrees_sees_what_a_disc_sees_whatever_its_bearing():
    points = np.random.default_rng(0).uniform(-50, 50, (200, 2))
    disc = reach_within([(0, 0)], points, 30.0)
    for bearing in (0.0, 123.0, -400.0):
        round_ = reach_within([(0, 0)], points, 30.0, bearing_deg=[bearing], view_angle_deg=360.0)
        assert round_.of(0).tolist() == disc.of(0).tolist()


def test_bearings_of_whole_turns_are_one():
    points = np.random.default_rng(1).uniform(-50, 50, (200, 2))
    seen = [
        reach_within([(0, 0)], points, 40.0, bearing_deg=[b], view_angle_deg=70.0).of(0).tolist()
        for b in (33.0, 393.0, -327.0)
    ]
    assert seen[0] == seen[1] == seen[2] != []


def test_the_sum_of_weights_has_room_and_one_more_is_refused():
    assert plan_of([[0], [1]], [2**39, 2**39], 2).value == 2**40
    with pytest.raises(InputError, match="divide them"):
        plan_of([[0], [1]], [2**39, 2**39 + 1], 2)


def test_a_plan_is_the_same_whatever_the_order_of_its_rules():
    lists = [[0, 1], [1, 2], [2, 3], [3, 0]]
    one = plan_of(lists, [4, 3, 2, 1], 2, forbidden=[0, 1], pairs=[(2, 3)])
    other = plan_of(lists, [4, 3, 2, 1], 2, forbidden=[1, 0], pairs=[(3, 2), (2, 3)])
    assert one.sites.tolist() == other.sites.tolist()
    assert one.problem.fingerprint == other.problem.fingerprint


def problems(count):
    made = []
    for seed in range(1000):
        try:
            made.append(random_problem(np.random.default_rng([9, seed]), 14))
        except InputError:  # rules that contradict each other are refused; draw others
            continue
        if made[-1].least.size:
            made.pop()  # a floor needs the solver to find a first plan
        if len(made) == count:
            return made
    raise AssertionError


def solver_that(says):
    """Return a stand-in for the solver that gives the same answer to everything."""

    def milp(c, **_):
        return SimpleNamespace(**says(np.asarray(c)))

    return milp


@pytest.mark.parametrize(
    "says",
    [
        lambda c: {"status": 0, "x": np.ones(c.size), "fun": c.sum(), "mip_dual_bound": c.sum()},
        lambda _: {"status": 1, "x": None, "fun": None, "mip_dual_bound": None},
        lambda _: {"status": 4, "x": None, "fun": None, "mip_dual_bound": float("nan")},
    ],
)
def test_a_solver_that_breaks_rules_or_gives_up_is_not_believed(monkeypatch, says):
    monkeypatch.setattr(exact, "milp", solver_that(says))
    for problem in problems(12):
        plan = site_cameras(problem, SitingParams(gap=0.0, time_limit_s=2.0, rounds=4))
        assert keeps_rules(problem, plan.sites)
        assert problem.cost[plan.sites].sum() <= problem.budget
        assert plan.value == problem.value(plan.sites) <= plan.bound <= plan.proved_bound
        assert verify_plan(plan.as_json()).holds


def test_a_share_that_no_sites_reach_is_refused_with_what_they_do():
    with pytest.raises(InputError, match="not even all candidates"):
        fewest_sites(SitingProblem.of(Reach.of_lists([[0]], 2), [1, 1], 1), 0.9, EXACT)
