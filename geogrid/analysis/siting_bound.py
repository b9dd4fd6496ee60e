"""Proved bounds: prices in floats for the search, whole prices for the certificate.

A certificate is whole prices on the problem's own points. It is checked without this module, by
`geogrid.analysis.siting_verify`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.siting_core import Core, free_sites
from geogrid.analysis.siting_problem import SitingProblem
from geogrid.kernels.siting_bound import (
    Prices,
    best_of_poles,
    improve_prices,
    money_price,
    site_values,
)

_WHOLE: Final = 2**62  # sums of a certificate stay under this
_FINEST: Final = 10**6  # parts of a unit of worth in which prices are told


@dataclass(frozen=True, slots=True, eq=False)
class Certificate:
    """Whole prices that prove a bound.

    Parameters
    ----------
    scale
        Parts of a unit of worth in which prices are told.
    point
        Price of each point of the problem, >= 0.
    floor
        Price of each district's floor, >= 0, in parts of 1.
    money
        Price of money, >= 0, in parts of worth per unit of cost.
    instead
        For each site of the problem one that dominates it, or -1.
    """

    scale: int
    point: NDArray[np.int64]
    floor: NDArray[np.int64]
    money: int
    instead: NDArray[np.int64]


@dataclass(slots=True, eq=False)
class Dual:
    """Prices that can be improved.

    Parameters
    ----------
    core
        What they are for.
    prices
        The best so far.
    bound
        What no plan is worth more than, the core's constant included.
    money
        The price of money there.
    step
        How far to go next.
    """

    core: Core
    prices: Prices
    bound: float
    money: float
    step: float = 1.0

    @classmethod
    def from_plan(cls, core: Core, chosen: NDArray[np.bool_]) -> Dual:
        """Return prices to start from: in full where a plan sees nothing, half where it does.

        Parameters
        ----------
        core
            The core.
        chosen
            A good plan.

        Returns
        -------
        Dual
            The bound is not yet worked out.
        """
        keep = np.repeat(chosen, np.diff(core.cover.start))
        seen = np.bincount(core.cover.item[keep], minlength=core.cover.first.size) > 0
        point = np.where(seen, 0.5, 1.0) * core.cover.first.astype(np.float64)
        floor = np.zeros(core.floors.need.size)
        return cls(core, Prices(point, floor), np.inf, 0.0)

    def go_on(self, value: int, steps: int) -> None:
        """Improve the prices.

        Parameters
        ----------
        value
            Worth of the best plan known.
        steps
            How many steps.
        """
        core = self.core
        bound, money, step = improve_prices(
            core.cover,
            core.floors,
            core.rules.cost,
            core.pole,
            self.prices,
            core.budget,
            float(value - core.constant),
            max(self.step, 1e-3),
            steps,
        )
        self.step = step
        if bound + core.constant <= self.bound:
            self.bound, self.money = bound + core.constant, money

    def profits(self) -> NDArray[np.float64]:
        """Return what each core site brings over its cost, at these prices."""
        return self.values() - self.money * self.core.rules.cost

    def values(self) -> NDArray[np.float64]:
        """Return the sum of prices of what each core site sees."""
        worth = np.zeros(len(self.core))
        site_values(self.core.cover, self.prices.point, worth)
        return worth

    def decided(self, value: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return the core sites that every better plan leaves out, and those that it has.

        Parameters
        ----------
        value
            Worth of the best plan known; better ones are worth at least 1 more.

        Returns
        -------
        out, in_all : ndarray of bool, shape (n_core_sites,)
            By their reduced worth.
        """
        core = self.core
        worth = self.values()
        best = np.full(int(core.pole.max()) + 1, -1, np.int64)
        high = money_price(worth, core.rules.cost, core.pole, core.budget - 1, best)
        if core.rules.cost.max() > 1:
            high = self.money
        low = self.money
        floor = self.bound - best_of_poles(worth, core.rules.cost, core.pole, low, best)
        floor -= low * core.budget
        limit = value + 1 - 1e-6 * max(1.0, abs(self.bound - core.constant))
        out = np.zeros(len(core), np.bool_)
        in_all = np.zeros(len(core), np.bool_)
        for t in {low, high}:
            profit = worth - t * core.rules.cost
            pole_best = np.zeros(best.size)
            np.maximum.at(pole_best, core.pole, profit)
            total = floor + t * core.budget + pole_best.sum()
            out |= total - pole_best[core.pole] + profit < limit
            top = profit == pole_best[core.pole]
            second = np.zeros(best.size)
            np.maximum.at(second, core.pole, np.where(top, 0.0, profit))
            alone = np.bincount(core.pole, weights=top, minlength=best.size)[core.pole] == 1
            in_all |= top & alone & (total - profit + second[core.pole] < limit) & (profit > 0)
        return out & ~in_all, in_all


def certificate_of(problem: SitingProblem, dual: Dual) -> Certificate:
    """Return whole prices on the points of a problem.

    Parameters
    ----------
    problem
        The problem whose core the prices are for.
    dual
        The prices.

    Returns
    -------
    Certificate
        Its bound is that of the prices, but for rounding.
    """
    core, m = dual.core, problem.reach.n_points
    inside = core.point >= 0
    most = int(np.bincount(problem.reach.point, minlength=m).max(initial=1)) + 1
    dearest = 1.0 + float(dual.prices.floor.max(initial=0.0))
    scale = _FINEST
    while scale > 1 and scale * float(problem.first.sum()) * most * dearest >= _WHOLE:
        scale //= 10
    floor = np.rint(dual.prices.floor * scale).astype(np.int64)
    point = _shared_out(problem, dual, scale)
    point[~inside] += floor[problem.district[~inside]] if floor.size else 0  # room for rounding
    return Certificate(scale, point, floor, max(0, round(dual.money * scale)), core.instead)


def _shared_out(problem: SitingProblem, dual: Dual, scale: int) -> NDArray[np.int64]:
    """Return the prices of merged points shared out among their points.

    Between what all second and what all first views are worth, each point pays the same share of
    the way from its second to its first; so the bound of the parts is that of the whole.
    """
    core, at = dual.core, dual.core.point
    seen = core_views(problem)
    first = np.where(seen == 0, problem.first, np.where(seen == 1, problem.second, 0))
    second = np.where(seen == 0, problem.second, 0).astype(np.float64)
    first = first.astype(np.float64)
    if core.floors.need.size:
        first += np.where(seen == 0, dual.prices.floor[problem.district] * problem.first, 0.0)
    n, inside = core.cover.first.size, at >= 0
    most = np.bincount(at[inside], weights=first[inside], minlength=n)
    least = np.bincount(at[inside], weights=second[inside], minlength=n)
    price = dual.prices.point
    low = np.divide(np.minimum(price, least), least, out=np.zeros(n), where=least > 0)
    above, room = np.maximum(price - least, 0.0), most - least
    high = np.divide(above, room, out=np.zeros(n), where=room > 0)
    whole = first.copy()  # a full price on what no site can win
    here = at[inside]
    whole[inside] = second[inside] * low[here] + (first - second)[inside] * high[here]
    return np.ceil(whole * scale - 0.5).astype(np.int64)


def proved_bound(problem: SitingProblem, proof: Certificate, *, parts: bool = False) -> int:
    """Return what no plan is worth more than, by a certificate, in whole numbers.

    Parameters
    ----------
    problem
        The problem.
    proof
        The prices.
    parts
        Return it in the certificate's parts of a unit, not rounded.

    Returns
    -------
    int
        The same number that `geogrid.analysis.siting_verify` comes to.
    """
    views = core_views(problem)
    first = np.where(views == 0, problem.first, np.where(views == 1, problem.second, 0))
    second = np.where(views == 0, problem.second, 0)
    total = proof.scale * problem.value(problem.required)
    scaled = first * proof.scale
    if problem.least.size:
        met = np.zeros(problem.least.size, np.int64)
        np.add.at(met, problem.district[views > 0], problem.first[views > 0])
        total -= int((np.maximum(problem.least - met, 0) * proof.floor).sum())
        scaled += np.where(views == 0, problem.first * proof.floor[problem.district], 0)
    total += int(np.maximum(scaled - proof.point, 0).sum())
    total += int(np.maximum(second * proof.scale - proof.point, 0).sum())
    left = problem.budget - int(problem.cost[problem.required].sum())
    sums = np.concatenate([[0], np.cumsum(proof.point[problem.reach.point])])
    profit = sums[problem.reach.start[1:]] - sums[problem.reach.start[:-1]]
    profit = profit - proof.money * problem.cost
    free = free_sites(problem, left) & (proof.instead < 0)
    best = np.zeros(int(problem.pole.max()) + 1, np.int64)
    np.maximum.at(best, problem.pole[free], profit[free])
    total += proof.money * left + int(best.sum())
    return total if parts else total // proof.scale


def core_views(problem: SitingProblem) -> NDArray[np.int64]:
    """Return how many existing and required cameras see each point.

    Parameters
    ----------
    problem
        The problem.

    Returns
    -------
    ndarray of int, shape (n_points,)
        Counts.
    """
    return problem.views + problem.reach.views(problem.required)
