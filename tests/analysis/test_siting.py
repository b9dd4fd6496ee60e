"""Plans beside every plan there is; proofs that are checked by code that shares nothing."""

from __future__ import annotations

import base64
import copy
import json
import zlib

import numpy as np
import pytest

from geogrid.analysis.siting import SitingParams, site_cameras
from geogrid.analysis.siting_fewest import fewest_sites
from geogrid.analysis.siting_plan import packed
from geogrid.analysis.siting_problem import Reach, SitingProblem
from geogrid.analysis.siting_rules import SitingRules
from geogrid.analysis.siting_verify import verify_plan
from geogrid.errors import InputError
from tests.analysis.siting_problems import best_value, keeps_rules, least_cost, random_problem

EXACT = SitingParams(gap=0.0, time_limit_s=30.0)
SEEDS = 40


def stored(plan):
    return json.loads(json.dumps(plan.as_json()))


def problem_of(seed):
    for again in range(20):
        try:
            return random_problem(np.random.default_rng([seed, again]))
        except InputError:  # rules that contradict each other are refused; draw others
            continue
    raise AssertionError


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_plan_is_worth_what_the_best_of_all_plans_is_with_every_option(seed):
    problem = problem_of(seed)
    best = best_value(problem)
    if best is None:
        with pytest.raises(InputError, match="least coverage"):
            site_cameras(problem, EXACT)
        return
    plan = site_cameras(problem, EXACT)
    assert (plan.value, plan.status) == (best, "optimal")
    assert keeps_rules(problem, plan.sites)
    assert problem.cost[plan.sites].sum() + plan.spare == problem.budget
    assert plan.proved_bound >= best
    assert verify_plan(stored(plan)).holds


@pytest.mark.parametrize("seed", range(SEEDS // 2))
@pytest.mark.parametrize("share", [0.5, 0.9, 1.0])
def test_the_fewest_sites_are_the_cheapest_of_all_plans_that_do(seed, share):
    problem = problem_of(seed)
    target = int(np.ceil(share * problem.first.sum() - 1e-9))
    best = least_cost(problem, target)
    if best is None:
        with pytest.raises(InputError, match=r"not even all candidates|keeps all rules"):
            fewest_sites(problem, share, EXACT)
        return
    plan = fewest_sites(problem, share, EXACT)
    assert (plan.value, plan.status) == (best, "optimal")
    assert plan.proved_bound <= best
    assert verify_plan(stored(plan)).holds


def town(seed=0, sites=120, points=900, budget=12, **rules):
    rng = np.random.default_rng(seed)
    at, where = rng.uniform(0, 100, (points, 2)), rng.uniform(0, 100, (sites, 2))
    near = np.hypot(*(where[:, None] - at).transpose(2, 0, 1)) <= 12
    reach = Reach.of_lists([np.flatnonzero(row) for row in near], points)
    return SitingProblem.of(reach, rng.integers(1, 100, points), budget, SitingRules(**rules))


def test_the_solver_and_the_prices_agree_on_a_town():
    plan = site_cameras(town(), EXACT)
    assert plan.status == "optimal"
    assert plan.value <= plan.proved_bound <= 1.03 * plan.value
    assert plan.marginal().tolist() == sorted(plan.marginal().tolist())
    assert plan.marginal()[-1] == plan.value


def test_the_same_seed_gives_the_same_plan():
    params = SitingParams(gap=0.0, seed=3, rounds=1)
    first, second = site_cameras(town(1), params), site_cameras(town(1), params)
    assert first.sites.tolist() == second.sites.tolist()


def test_a_wide_gap_ends_the_search_and_says_so():
    plan = site_cameras(town(), SitingParams(gap=0.3))
    assert plan.status in {"within_gap", "optimal"}
    assert plan.gap <= 0.3


def test_a_time_limit_gives_the_best_plan_so_far_with_its_gap():
    seconds = iter(range(10_000))
    params = SitingParams(gap=0.0, time_limit_s=1e-3)
    plan = site_cameras(town(2, 400, 4000, 40), params, clock=lambda: float(next(seconds)))
    assert plan.status == "time_limit"
    assert plan.gap > 0
    assert verify_plan(stored(plan)).holds


def test_one_more_site_never_covers_less():
    worth = [site_cameras(town(budget=k), EXACT).value for k in range(1, 7)]
    assert worth == sorted(worth)


def test_existing_cameras_are_kept_and_counted():
    problem = town(views=np.arange(900) % 2)
    plan = site_cameras(problem, EXACT)
    assert plan.value >= problem.first[1::2].sum()


def test_more_sites_than_are_needed_are_spare():
    reach = Reach.of_lists([[0], [1], [0, 1]], 2)
    plan = site_cameras(SitingProblem.of(reach, [1, 1], 3), EXACT)
    assert plan.sites.tolist() == [2]
    assert (plan.value, plan.spare, plan.status) == (2, 2, "optimal")


def test_what_existing_cameras_see_already_needs_no_site():
    reach = Reach.of_lists([[0], [1]], 2)
    plan = site_cameras(SitingProblem.of(reach, [1, 1], 1, SitingRules(views=[1, 2])), EXACT)
    assert (plan.sites.size, plan.value, plan.status) == (0, 2, "optimal")


def test_equal_sites_are_taken_by_their_order():
    reach = Reach.of_lists([[0], [0], [0]], 1)
    assert site_cameras(SitingProblem.of(reach, [5], 1), EXACT).sites.tolist() == [0]


def test_weights_that_are_not_whole_are_rounded_to_a_billionth_of_their_sum():
    problem = SitingProblem.of(Reach.of_lists([[0], [1]], 2), [0.25, 0.5], 1)
    plan = site_cameras(problem, EXACT)
    assert plan.value * problem.unit == pytest.approx(0.5, abs=1e-9)


REACH = Reach.of_lists([[0, 1], [1, 2], [3]], 4)
WEIGHT = [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("weight", "said"),
    [
        ([1, 2, 3, np.nan], "weight 3 is nan"),
        ([1, np.inf, 3, 4], "weight 1 is inf"),
        ([1, 2, -3, 4], "weight 2 is -3"),
        ([0, 0, 0, 0], "all weights are 0"),
        (["a", "b", "c", "d"], "must be numbers"),
        ([1, 2, 3], "4 weights are needed"),
        ([2**40, 1, 1, 1], "divide them"),
    ],
)
def test_weights_that_cannot_be_are_refused(weight, said):
    with pytest.raises(InputError, match=said):
        SitingProblem.of(REACH, weight, 1)


@pytest.mark.parametrize("budget", [0, -1, 1.0, True, "3", 2**60])
def test_a_number_of_sites_that_is_not_a_whole_number_over_0_is_refused(budget):
    with pytest.raises(InputError, match="number of new sites"):
        SitingProblem.of(REACH, WEIGHT, budget)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"cost": [1, np.nan, 1]}, "cost of candidate 1 is nan"),
        ({"cost": [1, 0, 1]}, "cost of candidate 1 is 0"),
        ({"cost": [1, 1.5, 1]}, "cost of candidate 1 is 1.5"),
        ({"cost": [1, 1]}, "3 costs are needed"),
        ({"cost": [2**53, 2**53, 1]}, "larger units"),
        ({"backup": 1.5}, r"second view must be in \[0, 1\]"),
        ({"backup": -0.1}, "second view"),
        ({"backup": float("nan")}, "second view"),
        ({"pole": [0, 1]}, "3 poles are needed"),
        ({"pole": [0.5, 1, 2]}, "whole numbers"),
        ({"views": [0, 0, 0, -1]}, "at least 0"),
        ({"views": [0]}, "4 counts of existing views"),
        ({"required": [3]}, "no candidate 3"),
        ({"forbidden": [-1]}, "no candidate"),
        ({"required": [1], "forbidden": [1]}, "candidate 1 is required and forbidden"),
        ({"required": [0, 1, 2]}, "cost 3, over the budget of 2"),
        ({"required": [0, 1], "pole": [7, 7, -1]}, "stand on one pole"),
        ({"required": [0, 1], "pairs": [(1, 0)]}, "may not both be"),
        ({"pairs": [(1, 1)]}, "two different candidates"),
        ({"pairs": [(1, 9)]}, "no candidate 9"),
        ({"least": [0.5]}, "needs the district"),
        ({"least": [1.5], "district": [0, 0, 0, 0]}, "share in"),
        ({"least": [0.5], "district": [0, 0, 0, 1]}, "points name others"),
        ({"least": [1], "district": [0] * 4, "forbidden": [2]}, "district 0 must have 10"),
    ],
)
def test_rules_that_cannot_be_are_refused_and_named(rules, said):
    with pytest.raises(InputError, match=said):
        SitingProblem.of(REACH, WEIGHT, 2, SitingRules(**rules))


def test_floors_that_the_budget_cannot_meet_are_refused_with_the_district():
    reach = Reach.of_lists([[0], [1], [2]], 3)
    rules = SitingRules(district=[0, 1, 2], least=[1.0, 1.0, 0.0])
    with pytest.raises(InputError, match=r"\[0, 1\].*raise the budget"):
        site_cameras(SitingProblem.of(reach, [1, 1, 5], 1, rules), EXACT)


def test_no_candidates_are_refused():
    with pytest.raises(InputError, match="no candidates"):
        SitingProblem.of(Reach.of_lists([], 4), WEIGHT, 1)


@pytest.mark.parametrize(
    "settings", [{"gap": -0.1}, {"gap": 1.0}, {"time_limit_s": 0}, {"seed": -1}, {"rounds": 0}]
)
def test_a_search_without_sense_is_refused(settings):
    with pytest.raises(InputError):
        SitingParams(**settings)


@pytest.mark.parametrize("share", [0.0, -1.0, 1.1, float("nan")])
def test_a_share_to_cover_is_over_0_and_at_most_1(share):
    with pytest.raises(InputError, match="share to cover"):
        fewest_sites(SitingProblem.of(REACH, WEIGHT, 1), share)


@pytest.mark.parametrize(
    ("start", "point"),
    [([1, 2], [0, 1]), ([0, 1], [0, 1]), ([0, 2], [1, 0]), ([0, 2], [1, 1]), ([0, 1], [9])],
)
def test_a_reach_that_cannot_be_is_refused(start, point):
    with pytest.raises(InputError):
        Reach(np.array(start), np.array(point, dtype=np.int32), 4)


def tampered(change):
    plan = stored(site_cameras(town(), EXACT))
    change(plan)
    return plan


def dearer(plan):
    plan["certificate"]["arrays"]["point"] = packed(np.zeros(900, np.int64))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda plan: plan.update(value=plan["value"] + 1), "value"),
        (lambda plan: plan.update(proved_bound=plan["proved_bound"] - 1), "prove"),
        (lambda plan: plan["instance"].update(budget=11), "budget"),
        (lambda plan: plan["sites"].append(plan["sites"][0]), "twice"),
        (dearer, "prove"),
    ],
)
def test_a_plan_that_was_changed_does_not_hold(change, fault):
    verdict = verify_plan(tampered(change))
    assert not verdict.holds
    assert any(fault in sentence for sentence in verdict.faults)


@pytest.mark.parametrize(
    "change",
    [
        lambda plan: plan.update(format="other"),
        lambda plan: plan.pop("certificate"),
        lambda plan: plan["certificate"].update(money=-1),
        lambda plan: plan["instance"]["arrays"]["first"].update(data="AAAA"),
        lambda plan: plan["instance"]["arrays"]["first"].update(size=3),
        lambda plan: plan["instance"]["arrays"]["first"].update(dtype="object"),
    ],
)
def test_a_damaged_plan_is_refused(change):
    with pytest.raises(InputError):
        verify_plan(tampered(change))


def test_a_certificate_may_leave_out_only_what_another_site_stands_in_for():
    plan = stored(site_cameras(town(), EXACT))
    instead = np.full(120, -1)
    instead[0] = 1
    assert set(town().reach.of(0)) - set(town().reach.of(1))
    forged = copy.deepcopy(plan)
    forged["certificate"]["arrays"]["instead"] = packed(instead)
    with pytest.raises(InputError, match="stands in for"):
        verify_plan(forged)


def test_checking_takes_nothing_from_the_solver():
    import ast
    from pathlib import Path

    import geogrid.analysis.siting_verify as module

    tree = ast.parse(Path(module.__file__).read_text("utf-8"))
    names = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert not [name for name in names if name.startswith("geogrid") and name != "geogrid.errors"]


@pytest.mark.parametrize("kind", ["<i4", "<i8"])
def test_a_plan_that_tells_its_numbers_in_full_is_checked_alike(kind):
    plan = stored(site_cameras(town(), EXACT))

    def in_full(array):
        return {
            "dtype": kind,
            "size": array.size,
            "data": base64.b64encode(zlib.compress(array.astype(kind).tobytes())).decode(),
        }

    reach = town().reach
    arrays = plan["instance"]["arrays"]
    assert arrays["point"]["steps"] == 1
    arrays |= {"point": in_full(reach.point), "start": in_full(reach.start)}
    assert verify_plan(plan).holds
