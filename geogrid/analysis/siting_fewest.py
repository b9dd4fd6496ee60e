"""How few sites cover a share of the demand (location set covering), and what none goes under.

Toregas, Swain, ReVelle & Bergman (1971), The location of emergency service facilities; for a share
under 100 % it is partial set covering. The proof is that of maximal covering, read the other way:
a budget whose bound is under the target cannot do.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.siting import SitingParams
from geogrid.analysis.siting_bound import Certificate, Dual, certificate_of, proved_bound
from geogrid.analysis.siting_core import Core, core_of
from geogrid.analysis.siting_exact import cheapest
from geogrid.analysis.siting_plan import SitingPlan, Status, gap_between
from geogrid.analysis.siting_problem import SitingProblem
from geogrid.analysis.siting_search import (
    Search,
    core_value,
    greedy_order,
    keeps_rules,
    state_of,
)
from geogrid.errors import InputError
from geogrid.kernels.siting_greedy import add_greedily

_ENTRIES: Final = 200_000  # cores up to this are handed to the exact solver
_KICKS: Final = 1_000
_STEPS: Final = 400


def fewest_sites(
    problem: SitingProblem,
    share: float = 1.0,
    params: SitingParams | None = None,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> SitingPlan:
    """Return the cheapest sites that cover a share of the demand.

    Parameters
    ----------
    problem
        Demand, candidates and rules; its budget is not looked at, second views do not count.
    share
        Of all demand, in (0, 1].
    params
        When to stop; the defaults if ``None``.
    clock
        Seconds, rising; for tests.

    Returns
    -------
    SitingPlan
        Model ``lscp``: ``value`` is the cost, ``bound`` what no plan costs less than.

    Raises
    ------
    InputError
        The share is out of its range, or not even all candidates together cover it.
    """
    params = params or SitingParams()
    if not 0.0 < share <= 1.0:
        raise InputError("the share to cover must be in (0, 1], got {got}", got=share)
    deadline = clock() + params.time_limit_s
    problem = replace(
        problem, second=np.zeros_like(problem.second), budget=max(1, int(problem.cost.sum()))
    )
    target = int(np.ceil(share * int(problem.first.sum()) - 1e-9))
    core = core_of(problem)
    most = core.constant + int(core.cover.first.sum())
    if most < target:
        raise InputError(
            "not even all candidates together cover {share:.2%} of the demand, only {most:.2%}; "
            "ask for less or add candidates",
            share=share,
            most=most / int(problem.first.sum()),
        )
    chosen = _greedy(core, target)
    claimed = None
    if len(core) and core.cover.item.size <= _ENTRIES:
        end = cheapest(core, target, max(0.05, deadline - clock()))
        claimed = end.bound
        if end.chosen is not None and _does(core, end.chosen, target):
            better = core.rules.cost[end.chosen].sum() < core.rules.cost[chosen].sum()
            chosen = end.chosen if better or not _does(core, chosen, target) else chosen
    if not _does(core, chosen, target):
        raise InputError("no plan that keeps all rules covers what was asked for within the time")
    while claimed is None and clock() < deadline:
        fewer = _one_less(core, chosen, target, params.seed)
        if fewer is None:
            break
        chosen = fewer
    return _plan(problem, core, chosen, target, (claimed, params))


def _does(core: Core, chosen: NDArray[np.bool_], target: int) -> bool:
    """Tell whether a plan reaches the target and keeps the rules."""
    return core_value(core, chosen) >= target and keeps_rules(core, chosen)


def _greedy(core: Core, target: int) -> NDArray[np.bool_]:
    """Return a plan that adds what adds most per cost until the target is reached."""
    state = state_of(core.cover, np.zeros(len(core), np.bool_))
    add_greedily(core.cover, core.rules, state, core.budget, max(0, target - core.constant))
    return state.chosen.copy()


def _one_less(
    core: Core, chosen: NDArray[np.bool_], target: int, seed: int
) -> NDArray[np.bool_] | None:
    """Return a plan that costs less and still does, or ``None`` if none was found."""
    spent = int(core.rules.cost[chosen].sum())
    if not spent:
        return None
    order = greedy_order(core, chosen)
    fewer = np.zeros(len(core), np.bool_)
    fewer[order[:-1]] = True
    tight = replace(core, budget=spent - 1)
    search = Search.greedy(tight, seed)
    search.restart_from(fewer)
    search.go_on(_KICKS)
    return search.chosen if _does(tight, search.chosen, target) else None


def _plan(
    problem: SitingProblem,
    core: Core,
    chosen: NDArray[np.bool_],
    target: int,
    end: tuple[float | None, SitingParams],
) -> SitingPlan:
    """Return the plan with its proof."""
    claimed, params = end
    sites = np.concatenate([problem.required, core.site[greedy_order(core, chosen)]])
    cost = int(problem.cost[sites].sum())
    proof, proved = _proof(problem, core, chosen, target)
    proved = min(proved, cost)
    spent = int(problem.cost[problem.required].sum())
    bound = proved
    if claimed is not None:
        bound = min(cost, max(proved, spent + int(np.ceil(claimed - 1e-6))))
    gap = gap_between(cost, bound)
    status: Status = "time_limit"
    if gap <= params.gap:
        status = "optimal" if bound == cost else "within_gap"
    return SitingPlan(
        problem=problem,
        sites=sites.astype(np.int64),
        value=cost,
        bound=bound,
        proved_bound=proved,
        certificate=proof,
        proof="solver" if bound > proved else "certificate",
        status=status,
        gap_asked=params.gap,
        model="lscp",
        target=target,
    )


def _proof(
    problem: SitingProblem, core: Core, chosen: NDArray[np.bool_], target: int
) -> tuple[Certificate, int]:
    """Return prices that prove how much must be spent, and that cost."""
    spent = int(problem.cost[problem.required].sum())
    if not len(core):
        floor = np.zeros(problem.least.size, np.int64)
        return Certificate(1, problem.first, floor, 0, core.instead), spent
    dual = Dual.from_plan(core, chosen)
    best = Certificate(1, problem.first, np.zeros(problem.least.size, np.int64), 0, core.instead)
    most = spent
    cost = int(core.rules.cost[chosen].sum())
    for money in sorted({max(1, cost - 1), max(1, round(0.97 * cost)), max(1, round(0.9 * cost))}):
        tight = replace(core, budget=money)
        part = Dual(tight, dual.prices, np.inf, 0.0)
        part.go_on(target, _STEPS)
        proof = certificate_of(problem, part)
        least = spent + _least_cost(problem, proof, target)
        if least > most:
            best, most = proof, least
    return best, most


def _least_cost(problem: SitingProblem, proof: Certificate, target: int) -> int:
    """Return what must be spent beside the required sites, by a certificate."""
    if proof.money == 0:
        return 0
    # The bound at no budget, in parts: a budget must make up for what it lacks.
    spent = int(problem.cost[problem.required].sum())
    none = proved_bound(problem, proof, parts=True) - proof.money * (problem.budget - spent)
    return max(0, -(-(proof.scale * target - none) // proof.money))
