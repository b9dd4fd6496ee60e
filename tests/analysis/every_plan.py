"""Every plan of a small problem at once: subsets as the bits of whole numbers."""

from __future__ import annotations

import numpy as np

from geogrid.analysis.siting_problem import SitingProblem


class EveryPlan:
    """Cost, worth and permission of all subsets of at most 20 candidates."""

    def __init__(self, problem: SitingProblem) -> None:
        n = len(problem)
        assert n <= 20
        self.subset = np.arange(1 << n, dtype=np.uint32)
        self.cost = np.zeros(1, np.int64)
        for price in problem.cost:
            self.cost = np.concatenate([self.cost, self.cost + price])
        self.first, self.worth = self._worths(problem)
        self.allowed = self._allowed(problem)

    def _worths(self, problem):
        sees = np.zeros(problem.reach.n_points, np.uint32)
        for site in range(len(problem)):
            sees[problem.reach.of(site)] |= np.uint32(1 << site)
        first, worth = np.zeros(self.subset.size, np.int64), np.zeros(self.subset.size, np.int64)
        self.met = np.zeros((problem.least.size, self.subset.size), np.int64)
        for point, mask in enumerate(sees):
            views = np.bitwise_count(self.subset & mask) + problem.views[point]
            once = problem.first[point] * (views >= 1)
            first += once
            worth += once + problem.second[point] * (views >= 2)
            if problem.least.size:
                self.met[problem.district[point]] += once
        return first, worth

    def _allowed(self, problem):
        def bit(site):
            return (self.subset >> np.uint32(site) & 1).astype(bool)

        allowed = np.ones(self.subset.size, bool)
        for site in problem.required:
            allowed &= bit(site)
        for site in problem.forbidden:
            allowed &= ~bit(site)
        same = [
            (a, b)
            for a in range(len(problem))
            for b in range(a)
            if problem.pole[a] == problem.pole[b]
        ]
        for a, b in [*same, *problem.pairs.tolist()]:
            allowed &= ~(bit(a) & bit(b))
        for district, must in enumerate(problem.least):
            allowed &= self.met[district] >= must
        return allowed

    def best_value(self, budget: int) -> int | None:
        """Return what the best plan within a budget is worth."""
        able = self.allowed & (self.cost <= budget)
        return int(self.worth[able].max()) if able.any() else None

    def least_cost(self, target: int) -> int | None:
        """Return what the cheapest plan costs that covers enough."""
        able = self.allowed & (self.first >= target)
        return int(self.cost[able].min()) if able.any() else None
