"""Random siting problems with every option, and what the best of all plans is worth."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from geogrid.analysis.siting_problem import Reach, SitingProblem
from geogrid.analysis.siting_rules import SitingRules


def random_problem(
    rng: np.random.Generator, most_sites: int = 9, *, every_option: bool = False
) -> SitingProblem:
    """Return a small problem; each option is there in about two of five, or all are."""
    n, m = int(rng.integers(3, most_sites + 1)), int(rng.integers(3, 30))
    lists = [np.flatnonzero(rng.random(m) < rng.uniform(0.05, 0.4)) for _ in range(n)]
    weight = rng.integers(0, 50, m)
    weight[0] = max(weight[0], 1)
    options = {
        "cost": rng.integers(1, 6, n),
        "pole": rng.integers(-1, n // 2 + 1, n),
        "views": rng.integers(0, 3, m) * (rng.random(m) < 0.3),
        "backup": float(rng.choice([0.3, 0.5, 1.0])),
        "required": rng.choice(n, 1),
        "forbidden": rng.choice(n, 2, replace=False),
        "pairs": [rng.choice(n, 2, replace=False) for _ in range(3)],
        "floors": None,
    }
    taken = {name: value for name, value in options.items() if every_option or rng.random() < 0.4}
    if "floors" in taken:
        del taken["floors"]
        taken |= {"district": rng.integers(0, 3, m), "least": rng.uniform(0, 0.4, 3)}
    budget = int(rng.integers(1, 14 if "cost" in taken else 6))
    return SitingProblem.of(Reach.of_lists(lists, m), weight, budget, SitingRules(**taken))


def plans(problem: SitingProblem):
    """Yield every plan that keeps the rules, the budget aside."""
    decided = {*problem.required.tolist(), *problem.forbidden.tolist()}
    free = [site for site in range(len(problem)) if site not in decided]
    for size in range(len(free) + 1):
        for more in combinations(free, size):
            sites = np.array([*problem.required.tolist(), *more], dtype=np.int64)
            if keeps_rules(problem, sites):
                yield sites


def keeps_rules(problem: SitingProblem, sites) -> bool:
    chosen = set(sites.tolist())
    if len(set(problem.pole[sites].tolist())) < len(chosen):
        return False
    if any(a in chosen and b in chosen for a, b in problem.pairs.tolist()):
        return False
    seen = seen_points(problem, sites)
    met = [problem.first[seen & (problem.district == d)].sum() for d in range(problem.least.size)]
    return all(has >= must for has, must in zip(met, problem.least, strict=True))


def seen_points(problem: SitingProblem, sites):
    seen = problem.views > 0
    for site in sites:
        seen[problem.reach.of(int(site))] = True
    return seen


def best_value(problem: SitingProblem) -> int | None:
    """Return what the best of all plans is worth; ``None`` if no plan keeps the rules."""
    worth = [
        problem.value(sites)
        for sites in plans(problem)
        if problem.cost[sites].sum() <= problem.budget
    ]
    return max(worth, default=None)


def least_cost(problem: SitingProblem, target: int) -> int | None:
    """Return what the cheapest plan costs that covers enough."""
    costs = [
        int(problem.cost[sites].sum())
        for sites in plans(problem)
        if problem.first[seen_points(problem, sites)].sum() >= target
    ]
    return min(costs, default=None)
