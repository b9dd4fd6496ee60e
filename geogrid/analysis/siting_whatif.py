"""A plan under hands: switch a site and know at once what changes; and how a plan stands up.

A switch touches only what the site sees and whoever sees that too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geogrid.analysis.siting_problem import Reach, SitingProblem
from geogrid.errors import InputError
from geogrid.kernels.siting_greedy import Cover, State, switch
from geogrid.kernels.siting_presolve import transposed


@dataclass(slots=True, eq=False)
class WhatIf:
    """A plan that can be changed a site at a time; make one with `WhatIf.of`.

    Parameters
    ----------
    cover
        Who sees what, and what is still to be won.
    state
        The plan.
    value
        Worth of all that is seen, existing cameras included.
    """

    cover: Cover
    state: State
    value: int

    @classmethod
    def of(cls, problem: SitingProblem, sites: ArrayLike = ()) -> WhatIf:
        """Return a plan to be changed.

        Parameters
        ----------
        problem
            The problem; its rules are not looked at, so that everything can be tried.
        sites
            Positions of the sites to begin with.

        Returns
        -------
        WhatIf
            New arrays.
        """
        reach, n = problem.reach, len(problem)
        seen, twice = problem.views >= 1, problem.views >= 2
        first = np.where(seen, np.where(twice, 0, problem.second), problem.first)
        second = np.where(seen, 0, problem.second)
        by, owner = transposed(reach.start, reach.point, reach.n_points)
        cover = Cover(reach.start, reach.point, by, owner, first, second)
        total = np.concatenate([[0], np.cumsum(first[reach.point])])
        worth = (total[reach.start[1:]] - total[reach.start[:-1]]).astype(np.int64)
        m = reach.n_points
        state = State(np.zeros(n, np.bool_), np.zeros(m, np.int32), worth, np.zeros(m, np.int64))
        out = cls(cover, state, problem.value(()))
        for site in np.asarray(sites, dtype=np.int64):
            out.switch(int(site))
        return out

    def switch(self, site: int) -> int:
        """Take a site in, or out if it is in.

        Parameters
        ----------
        site
            Its position.

        Returns
        -------
        int
            By how much the plan's worth changes.

        Raises
        ------
        InputError
            There is no such site.
        """
        if not 0 <= site < self.state.chosen.size:
            n = self.state.chosen.size
            raise InputError("there is no candidate {at}; there are {n}", at=site, n=n)
        change = int(switch(site, self.cover, self.state))
        self.value += change
        return change

    def move(self, site: int, to: int) -> int:
        """Take a site out and another in.

        Parameters
        ----------
        site
            A chosen one.
        to
            One that is not.

        Returns
        -------
        int
            By how much the plan's worth changes.
        """
        return self.switch(site) + self.switch(to)

    def worth(self) -> NDArray[np.int64]:
        """Return what each site adds, or what would be lost without it if it is chosen.

        Returns
        -------
        ndarray of int, shape (n_sites,)
            At least 0.
        """
        return self.state.worth.copy()


def losses(problem: SitingProblem, sites: ArrayLike) -> NDArray[np.int64]:
    """Return what a plan loses when one of its sites fails (n - 1).

    Parameters
    ----------
    problem
        The problem.
    sites
        The plan.

    Returns
    -------
    ndarray of int, shape (n_sites_of_plan,)
        In the order of ``sites``.
    """
    chosen = np.asarray(sites, dtype=np.int64)
    return WhatIf.of(problem, chosen).worth()[chosen]


@dataclass(frozen=True, slots=True, eq=False)
class PlanDifference:
    """Two plans for the same demand.

    Parameters
    ----------
    only_first, only_second, both
        Positions of sites.
    gained, lost
        Points that only the second, or only the first plan sees.
    value
        By how much the second is worth more.
    """

    only_first: NDArray[np.int64]
    only_second: NDArray[np.int64]
    both: NDArray[np.int64]
    gained: NDArray[np.int64]
    lost: NDArray[np.int64]
    value: int


def compare_plans(problem: SitingProblem, first: ArrayLike, second: ArrayLike) -> PlanDifference:
    """Return how two plans differ.

    Parameters
    ----------
    problem
        What both are for.
    first, second
        Positions of their sites.

    Returns
    -------
    PlanDifference
        Sites, points and worth.
    """
    a, b = (np.unique(np.asarray(sites, dtype=np.int64)) for sites in (first, second))
    seen_a, seen_b = (problem.views + problem.reach.views(sites) > 0 for sites in (a, b))
    return PlanDifference(
        np.setdiff1d(a, b),
        np.setdiff1d(b, a),
        np.intersect1d(a, b),
        np.flatnonzero(seen_b & ~seen_a),
        np.flatnonzero(seen_a & ~seen_b),
        problem.value(b) - problem.value(a),
    )


def under_other_reach(problem: SitingProblem, sites: ArrayLike, reach: Reach) -> int:
    """Return what a plan is worth when its sites reach other points, such as at 80 % range.

    Parameters
    ----------
    problem
        The problem.
    sites
        The plan.
    reach
        What each site sees then; as many sites and points.

    Returns
    -------
    int
        Worth, existing cameras included.

    Raises
    ------
    InputError
        The reach is of other sites or points.
    """
    if len(reach) != len(problem) or reach.n_points != problem.reach.n_points:
        raise InputError("the other reach must be of the same candidates and points")
    views = problem.views + reach.views(np.asarray(sites, dtype=np.int64))
    return int(problem.first[views >= 1].sum() + problem.second[views >= 2].sum())


def safe_sites(plans: list[NDArray[np.int64]], n_sites: int) -> NDArray[np.float64]:
    """Return in what share of plans each site stands; 1 is a safe choice.

    Parameters
    ----------
    plans
        Plans for the same candidates, under other ranges or other months.
    n_sites
        How many candidates there are.

    Returns
    -------
    ndarray of float, shape (n_sites,)
        In [0, 1].
    """
    count = np.zeros(n_sites)
    for sites in plans:
        count[sites] += 1.0
    return count / max(len(plans), 1)
