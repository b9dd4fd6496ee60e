"""Siting as a value: demand, sites, who sees what, and what a plan may not do.

Maximal covering (Church & ReVelle 1974) with what a planner needs beside it: sites that stand
already, cost, poles with several bearings, backup coverage (Murray et al. 2007), floors.
All amounts are whole numbers, so that a bound can be proved without rounding.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geogrid.analysis.siting_rules import (
    SitingRules,
    checked_budget,
    district_floors,
    existing_views,
    numbered_poles,
    second_views,
    site_pairs,
    site_positions,
    whole_costs,
    whole_weights,
)
from geogrid.errors import InputError


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """What each site sees, as compressed rows.

    Parameters
    ----------
    start
        Where each site's points start in ``point``, shape (n_sites + 1,).
    point
        Points of demand of each site, rising in each, shape (start[-1],).
    n_points
        How many points there are.

    Raises
    ------
    InputError
        Rows do not follow each other, or points are out of range or not rising.
    """

    start: NDArray[np.int64]
    point: NDArray[np.int32]
    n_points: int

    def __post_init__(self) -> None:
        start, point = self.start, self.point
        if not start.size or start[0] != 0 or start[-1] != point.size or (np.diff(start) < 0).any():
            raise InputError("rows of a reach must start at 0, follow each other, end at its end")
        if point.size and (point.min() < 0 or point.max() >= self.n_points):
            raise InputError("a reach names a point that is not there; {n} are", n=self.n_points)
        first = np.zeros(point.size, dtype=bool)
        first[start[:-1][start[:-1] < point.size]] = True
        if (np.diff(point, prepend=-1)[~first] <= 0).any():
            raise InputError("points of a site must rise and not repeat")

    def __len__(self) -> int:
        return int(self.start.size) - 1

    @classmethod
    def of_lists(cls, lists: Sequence[ArrayLike], n_points: int) -> Reach:
        """Return the reach of sites given one by one.

        Parameters
        ----------
        lists
            Points of each site, in any order.
        n_points
            How many points there are.

        Returns
        -------
        Reach
            The same as one value.
        """
        rows = [np.unique(np.asarray(row, dtype=np.int32)) for row in lists]
        start = np.cumsum([0, *(row.size for row in rows)]).astype(np.int64)
        return cls(start, np.concatenate([*rows, np.zeros(0, np.int32)]), n_points)

    def of(self, site: int) -> NDArray[np.int32]:
        """Return the points that a site sees.

        Parameters
        ----------
        site
            Its position.

        Returns
        -------
        ndarray of int32
            Rising.
        """
        return self.point[self.start[site] : self.start[site + 1]]

    def views(self, sites: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many of some sites see each point.

        Parameters
        ----------
        sites
            Positions.

        Returns
        -------
        ndarray of int, shape (n_points,)
            Counts.
        """
        seen = np.concatenate([*(self.of(int(i)) for i in sites), np.zeros(0, np.int32)])
        return np.bincount(seen, minlength=self.n_points).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class SitingProblem:
    """A covering problem in whole numbers; make one with `SitingProblem.of`.

    Parameters
    ----------
    reach
        What each site sees.
    first, second
        Worth of a first and of a second view of each point, ``first >= second >= 0``.
    budget
        What the sites of a plan may cost in all.
    cost
        Of each site, > 0.
    pole
        Number of each site's pole, from 0.
    views
        How many existing cameras see each point.
    required, forbidden
        Positions, rising.
    pairs
        Pairs that may not both be chosen, shape (k, 2).
    district
        District of each point; all 0 where there are no floors.
    least
        Worth of first views that each district must have; empty without floors.
    unit
        What one whole unit of worth stands for.
    """

    reach: Reach
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    budget: int
    cost: NDArray[np.int64]
    pole: NDArray[np.int64]
    views: NDArray[np.int64]
    required: NDArray[np.int64]
    forbidden: NDArray[np.int64]
    pairs: NDArray[np.int64]
    district: NDArray[np.int32]
    least: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    unit: float = 1.0

    def __len__(self) -> int:
        return len(self.reach)

    @classmethod
    def of(
        cls, reach: Reach, weight: ArrayLike, budget: int, rules: SitingRules | None = None
    ) -> SitingProblem:
        """Return a problem, everything checked.

        Parameters
        ----------
        reach
            What each site sees.
        weight
            Of each point, >= 0; weights that are not whole are rounded to a billionth of
            their sum, see ``unit``.
        budget
            Number of new sites, or what they may cost; a whole number > 0.
        rules
            What else a plan must keep to.

        Returns
        -------
        SitingProblem
            In whole numbers.

        Raises
        ------
        InputError
            A value is not usable, or rules contradict each other; the message names the item.
        """
        rules = rules or SitingRules()
        n, m = len(reach), reach.n_points
        if n == 0:
            raise InputError("there are no candidates; all are out, or none was given")
        first, unit = whole_weights(weight, m)
        second = second_views(first, rules.backup)
        cost = whole_costs(rules.cost, n)
        district, least = district_floors(rules, first, m)
        problem = cls(
            reach,
            first,
            second,
            checked_budget(budget),
            cost,
            numbered_poles(rules.pole, n),
            existing_views(rules.views, m),
            site_positions(rules.required, n),
            site_positions(rules.forbidden, n),
            site_pairs(rules.pairs, n),
            district,
            least,
            unit,
        )
        _require_no_contradiction(problem)
        return problem

    @property
    def fingerprint(self) -> str:
        """SHA-256 of everything that the answer depends on."""
        digest = hashlib.sha256(str((self.budget, self.unit, self.reach.n_points)).encode())
        for array in (self.reach.start, self.reach.point, self.first, self.second, self.cost):
            digest.update(np.ascontiguousarray(array).tobytes())
        rules = (self.pole, self.views, self.required, self.forbidden, self.pairs, self.district)
        for array in (*rules, self.least):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    def value(self, sites: ArrayLike) -> int:
        """Return the worth of all that is seen with some sites, existing cameras included.

        Parameters
        ----------
        sites
            Positions.

        Returns
        -------
        int
            In units of ``unit``.
        """
        views = self.views + self.reach.views(np.asarray(sites, dtype=np.int64))
        return int(self.first[views >= 1].sum() + self.second[views >= 2].sum())


def _require_no_contradiction(problem: SitingProblem) -> None:
    """Refuse sites that must and must not be, and more of them than there is money for."""
    required = problem.required
    both = np.intersect1d(required, problem.forbidden)
    if both.size:
        raise InputError(
            "candidate {at} is required and forbidden at once; drop one", at=int(both[0])
        )
    spent = int(problem.cost[required].sum())
    if spent > problem.budget:
        raise InputError(
            "the required candidates cost {spent}, over the budget of {budget}",
            spent=spent,
            budget=problem.budget,
        )
    poles, count = np.unique(problem.pole[required], return_counts=True)
    if (count > 1).any():
        two = required[problem.pole[required] == poles[np.argmax(count)]][:2]
        raise InputError(
            "candidates {a} and {b} are required, but stand on one pole", a=two[0], b=two[1]
        )
    if problem.pairs.size:
        torn = np.isin(problem.pairs, required).all(axis=1)
        if torn.any():
            a, b = problem.pairs[np.argmax(torn)].tolist()
            raise InputError("candidates {a} and {b} are required, but may not both be", a=a, b=b)
    _require_floors_in_reach(problem)


def _require_floors_in_reach(problem: SitingProblem) -> None:
    """Refuse a floor that not even all candidates together reach."""
    if not problem.least.size:
        return
    usable = np.setdiff1d(np.arange(len(problem)), problem.forbidden)
    seen = (problem.views + problem.reach.views(usable)) > 0
    weights = np.where(seen, problem.first, 0).astype(np.float64)
    most = np.bincount(problem.district, weights=weights, minlength=problem.least.size)
    short = problem.least > most
    if short.any():
        at = int(np.argmax(short))
        raise InputError(
            "district {at} must have {least} covered, but all its candidates together reach "
            "{most:.0f}; lower its least coverage or add candidates there",
            at=at,
            least=int(problem.least[at]),
            most=float(most[at]),
        )
