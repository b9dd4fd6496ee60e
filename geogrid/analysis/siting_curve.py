"""What each further site is worth, between what was found and what no plan exceeds.

Prices for one number of sites bound every other number too, so a few sets of prices give an upper
curve over all. Where a target is asked for, the two curves say how many sites do, and how many do
not, whatever the plan.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.siting_bound import Dual
from geogrid.analysis.siting_core import Core, core_of
from geogrid.analysis.siting_problem import SitingProblem
from geogrid.analysis.siting_search import Search, greedy_order
from geogrid.errors import InputError

_KNOTS: Final = 7  # numbers of sites that are searched and priced; the rest lies between
_STEPS: Final = 250
_KICKS: Final = 300
_FLAT: Final = 0.1  # of what a site brings on average: less than that is flat


@dataclass(frozen=True, slots=True, eq=False)
class SitingCurve:
    """Worth by number of new sites, for 0, 1, 2, ...

    Parameters
    ----------
    lower
        Worth of the best plan found with so many sites, rising; existing cameras included.
    upper
        No plan of so many sites is worth more.
    total
        Worth of everything.
    """

    lower: NDArray[np.int64]
    upper: NDArray[np.int64]
    total: int

    def enough(self, share: float) -> int | None:
        """Return how many sites were found to cover a share; ``None`` if no number here does.

        Parameters
        ----------
        share
            Of everything, in (0, 1].

        Returns
        -------
        int or None
            New sites.
        """
        done = np.flatnonzero(self.lower >= share * self.total)
        return int(done[0]) if done.size else None

    def needed(self, share: float) -> int:
        """Return how many sites every plan needs to cover a share: fewer cannot, proven.

        Parameters
        ----------
        share
            Of everything, in (0, 1].

        Returns
        -------
        int
            New sites; one more than the curve has where all of it is too low.
        """
        could = np.flatnonzero(self.upper >= share * self.total)
        return int(could[0]) if could.size else int(self.upper.size)

    @property
    def flat_from(self) -> int:
        """The number of sites from which one more brings under a tenth of the average."""
        steps = np.diff(self.lower)
        few = np.flatnonzero(steps < _FLAT * steps.mean()) if steps.size else np.zeros(0, int)
        return int(few[0]) if few.size else int(self.lower.size) - 1


def siting_curve(problem: SitingProblem, seed: int = 0) -> SitingCurve:
    """Return what each further site is worth, up to the problem's budget.

    Parameters
    ----------
    problem
        The problem; its budget is a number of sites, and there are no floors.
    seed
        The same seed gives the same curve.

    Returns
    -------
    SitingCurve
        From the required sites alone to the budget.

    Raises
    ------
    InputError
        Sites have costs, or districts have floors.
    """
    if (problem.cost != 1).any() or problem.least.size:
        raise InputError("a curve needs a number of sites: no costs, and no least coverage")
    core = core_of(problem)
    total = int(problem.first.sum() + problem.second.sum())
    start = problem.required.size
    most = max(problem.budget - start, 0)
    lower = np.full(most + 1, core.constant, np.int64)
    upper = np.full(most + 1, core.constant, np.int64)
    if len(core) and most:
        upper[1:] = total
        knots = np.unique(np.geomspace(1, most, _KNOTS).round().astype(int))
        for count in knots:
            _add_knot(replace(core, budget=int(count)), lower, upper, seed)
        lower, upper = np.maximum.accumulate(lower), np.maximum(lower, upper)
        upper = np.maximum(np.minimum.accumulate(upper[::-1])[::-1], np.maximum.accumulate(lower))
    pad = np.full(start, core.constant, np.int64)
    return SitingCurve(np.concatenate([pad, lower]), np.concatenate([pad, upper]), total)


def _add_knot(core: Core, lower: NDArray[np.int64], upper: NDArray[np.int64], seed: int) -> None:
    """Search and price for one number of sites; bring both curves up to date."""
    search = Search.greedy(core, seed)
    search.go_on(_KICKS)
    dual = Dual.from_plan(core, search.chosen)
    dual.go_on(search.value, _STEPS)
    order = greedy_order(core, search.chosen)
    views = np.zeros(core.cover.first.size, np.int64)
    worth = core.constant
    for k, site in enumerate(order, start=1):
        seen = core.cover.item[core.cover.start[site] : core.cover.start[site + 1]]
        worth += int(core.cover.first[seen][views[seen] == 0].sum())
        worth += int(core.cover.second[seen][views[seen] == 1].sum())
        views[seen] += 1
        lower[k] = max(lower[k], worth)
    best = np.zeros(int(core.pole.max()) + 1)
    np.maximum.at(best, core.pole, dual.values())
    top = np.concatenate([[0.0], np.cumsum(np.sort(best)[::-1])])
    number = np.minimum(np.arange(upper.size), best.size)
    # The bound of prices: what points keep, and the best sites.
    kept = dual.bound - top[min(core.budget, best.size)]
    whole = np.floor(kept + top[number] + 1e-6).astype(np.int64)
    np.minimum(upper, whole, out=upper)
