"""The core of a siting problem: what is left after everything that is already decided.

What existing cameras and required sites see is counted and taken out; sites that cannot be
chosen go; equal points become one; dominated sites go. Maps lead back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.siting_problem import SitingProblem
from geogrid.kernels.siting_greedy import Cover, Rules
from geogrid.kernels.siting_presolve import dominating, equal_lists, list_keys, transposed
from geogrid.kernels.siting_swap import Floors


@dataclass(frozen=True, slots=True, eq=False)
class Core:
    """A covering problem with nothing decided.

    Parameters
    ----------
    cover
        Who sees what; worths of views that are still to be had.
    rules
        Costs and foes.
    pole
        Of each site, from 0.
    floors
        What each district still must have; ``need`` is empty without floors.
    budget
        Money left.
    constant
        Worth of what is seen whatever is chosen.
    site
        Position of each core site in the problem.
    point
        Core point of each point of the problem, -1 where nothing is left to win.
    instead
        For each site of the problem the site that dominates it, or -1.
    """

    cover: Cover
    rules: Rules
    pole: NDArray[np.int64]
    floors: Floors
    budget: int
    constant: int
    site: NDArray[np.int64]
    point: NDArray[np.int64]
    instead: NDArray[np.int64]

    def __len__(self) -> int:
        return int(self.site.size)


@dataclass(frozen=True, slots=True, eq=False)
class _Open:
    """What is open once existing cameras and required sites are counted."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    floor: NDArray[np.int64]
    need: NDArray[np.int64]
    constant: int
    budget: int
    free: NDArray[np.bool_]

    @classmethod
    def of(cls, problem: SitingProblem) -> _Open:
        required = problem.required
        views = problem.views + problem.reach.views(required)
        seen, twice = views >= 1, views >= 2
        first = np.where(seen, np.where(twice, 0, problem.second), problem.first)
        second = np.where(seen, 0, problem.second)
        constant = int(problem.first[seen].sum() + problem.second[twice].sum())
        budget = problem.budget - int(problem.cost[required].sum())
        floor = np.where(seen, 0, problem.first)
        need = np.zeros(0, np.int64)
        if problem.least.size:
            met = np.zeros(problem.least.size, np.int64)
            np.add.at(met, problem.district[seen], problem.first[seen])
            need = np.maximum(problem.least - met, 0)
        return cls(first, second, floor, need, constant, budget, free_sites(problem, budget))


def free_sites(problem: SitingProblem, budget: int) -> NDArray[np.bool_]:
    """Tell which sites can be chosen beside the required ones.

    Parameters
    ----------
    problem
        The problem.
    budget
        Dearer sites are out.

    Returns
    -------
    ndarray of bool, shape (n_sites,)
        Required sites themselves are not among them.
    """
    free = np.asarray(problem.cost <= budget)
    free[problem.forbidden] = False
    free &= ~np.isin(problem.pole, problem.pole[problem.required])
    if problem.pairs.size:
        a_in, b_in = np.isin(problem.pairs, problem.required).T
        free[problem.pairs[a_in, 1]] = False
        free[problem.pairs[b_in, 0]] = False
    return free


def core_of(problem: SitingProblem) -> Core:
    """Return the core of a problem.

    Parameters
    ----------
    problem
        The problem.

    Returns
    -------
    Core
        Its best plan, with the required sites, is a best plan of the problem.
    """
    left = _Open.of(problem)
    n = len(problem)
    useful = (left.first > 0) | (left.second > 0)
    if left.need.size:
        useful |= left.floor > 0
    owner = np.repeat(np.arange(n), np.diff(problem.reach.start))
    keep = useful[problem.reach.point] & left.free[owner]
    sites = np.flatnonzero(np.bincount(owner[keep], minlength=n))
    row = np.full(n, -1, np.int64)
    row[sites] = np.arange(sites.size)
    start, item = _rows(row[owner[keep]], problem.reach.point[keep], sites.size)
    point, n_points = _merged(start, item, problem, has_floors=left.need.size > 0)
    start, item = _regrouped(start, item, point)
    instead = np.full(n, -1, np.int64)
    if not problem.second.any():  # a site that adds no first view may add second ones
        kept = _undominated(start, item, n_points, problem, sites)
        instead[sites] = np.where(kept >= 0, sites[kept], -1)
        start, item, sites = _without(start, item, sites, kept >= 0)
    return _assembled(problem, left, point, n_points, (start, item, sites, instead))


def _rows(
    owner: NDArray[np.int64], item: NDArray[np.int32], n: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return compressed rows of owners that rise."""
    start = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=n))]).astype(np.int64)
    return start, item.astype(np.int32)


def _merged(
    start: NDArray[np.int64], item: NDArray[np.int32], problem: SitingProblem, *, has_floors: bool
) -> tuple[NDArray[np.int64], int]:
    """Return a number for each point that some site sees, equal for points seen by the same."""
    by, owner = transposed(start, item, problem.reach.n_points)
    keys = list_keys(by, owner, _scattered(start.size - 1))
    seen = np.flatnonzero(np.diff(by))
    kind = problem.district if has_floors else np.zeros(problem.reach.n_points, np.int32)
    order = seen[np.lexsort((kind[seen], keys[seen]))]
    group, n_groups = equal_lists(by, owner, order, kind)
    return group, n_groups


def _scattered(n: int) -> NDArray[np.int64]:
    """Return a number per site, far apart (splitmix64; Steele, Lea & Flood 2014)."""
    z = (np.arange(1, n + 1, dtype=np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (z ^ (z >> np.uint64(31))).view(np.int64)


def _regrouped(
    start: NDArray[np.int64], item: NDArray[np.int32], point: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return rows of merged points, each once and rising."""
    n = start.size - 1
    owner = np.repeat(np.arange(n), np.diff(start))
    width = int(point.max(initial=-1)) + 1
    keys = np.unique(owner * max(width, 1) + point[item])
    return _rows(keys // max(width, 1), keys % max(width, 1), n)


def _undominated(
    start: NDArray[np.int64],
    item: NDArray[np.int32],
    n_points: int,
    problem: SitingProblem,
    sites: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return for each site the one that dominates it, or -1."""
    by, owner = transposed(start, item, n_points)
    size = np.bincount(problem.pole, minlength=problem.pole.max() + 1)
    kind = np.where(size[problem.pole] == 1, 0, problem.pole + 1)[sites]
    kind[np.isin(sites, problem.pairs)] = -1  # a stand-in may have a foe
    return dominating(start, item, by, owner, problem.cost[sites], kind)


def _without(
    start: NDArray[np.int64],
    item: NDArray[np.int32],
    sites: NDArray[np.int64],
    gone: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
    """Return rows without some owners."""
    size = np.diff(start)
    keep = ~np.repeat(gone, size)
    start = np.concatenate([[0], np.cumsum(size[~gone])]).astype(np.int64)
    return start, item[keep], sites[~gone]


def _assembled(
    problem: SitingProblem,
    left: _Open,
    point: NDArray[np.int64],
    n_points: int,
    rows: tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]],
) -> Core:
    """Return the core of rows that are final."""
    start, item, sites, instead = rows
    by, owner = transposed(start, item, n_points)
    inside = point >= 0

    def grouped(values: NDArray[np.int64]) -> NDArray[np.int64]:
        out = np.zeros(n_points, np.int64)
        np.add.at(out, point[inside], values[inside])
        return out

    district = np.zeros(n_points, np.int32)
    district[point[inside]] = problem.district[inside]
    cover = Cover(start, item, by, owner, grouped(left.first), grouped(left.second))
    n_floors = left.need.size
    floors = Floors(district, grouped(left.floor), left.need, np.zeros(n_floors, np.int64))
    _, pole = np.unique(problem.pole[sites], return_inverse=True)
    rules = Rules(problem.cost[sites], *_foes(problem, sites))
    return Core(
        cover,
        rules,
        pole.astype(np.int64),
        floors,
        left.budget,
        left.constant,
        sites,
        point,
        instead,
    )


def _foes(
    problem: SitingProblem, sites: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the sites that may not stand beside each: on its pole, or forbidden in pairs."""
    n = sites.size
    row = np.full(len(problem), -1, np.int64)
    row[sites] = np.arange(n)
    pairs = row[problem.pairs]
    pairs = pairs[(pairs >= 0).all(axis=1)]
    order = np.argsort(problem.pole[sites], kind="stable")
    group = problem.pole[sites][order]
    mates = []
    for step in range(1, int(np.bincount(group).max(initial=1))):
        same = np.flatnonzero(group[step:] == group[:-step])
        mates.append(np.column_stack([order[same], order[same + step]]))
    both = np.concatenate([pairs, *mates]).astype(np.int64)
    both = np.unique(np.concatenate([both, both[:, ::-1]]), axis=0)
    start, foe = _rows(both[:, 0], both[:, 1].astype(np.int32), n)
    return start, foe
