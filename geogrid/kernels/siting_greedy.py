"""Cover demand by taking the site that adds most, again and again.

Nemhauser, Wolsey & Fisher (1978), An analysis of approximations for maximizing submodular set
functions: at least 1 - 1/e of the best for a count. What each site would add is kept exact by
taking away what others now see, so nothing is worked out twice.

A point of demand is worth ``first`` once it is seen and ``second`` more once it is seen twice;
``first >= second >= 0``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray


class Cover(NamedTuple):
    """Who sees what, both ways round, and what it is worth."""

    start: NDArray[np.int64]  # where each site's demand starts in `item`
    item: NDArray[np.int32]  # demand of each site, rising
    by: NDArray[np.int64]  # where each demand's sites start in `owner`
    owner: NDArray[np.int32]  # sites of each demand, rising
    first: NDArray[np.int64]  # worth of a first view
    second: NDArray[np.int64]  # worth of a second view


class Rules(NamedTuple):
    """What a plan may not do."""

    cost: NDArray[np.int64]  # of each site, > 0
    foe_start: NDArray[np.int64]  # where each site's foes start in `foe`
    foe: NDArray[np.int32]  # sites that may not stand beside it


class State(NamedTuple):
    """A plan, changed in place."""

    chosen: NDArray[np.bool_]
    views: NDArray[np.int32]  # chosen sites that see each point
    worth: NDArray[np.int64]  # what a site would add, or what would be lost without it
    only: NDArray[np.int64]  # sum of the chosen sites that see a point: the one, if it is one


@njit(cache=True, nogil=True)
def worth_of_view(first: int, second: int, views: int) -> int:
    """Return what the view number ``views`` of a point is worth; from 1.

    Parameters
    ----------
    first, second
        Worth of a first and a second view.
    views
        The number of the view.

    Returns
    -------
    int
        0 from the third view on.
    """
    if views == 1:
        return first
    return second if views == 2 else 0


@njit(cache=True, nogil=True)
def switch(site: int, cover: Cover, state: State) -> int:
    """Take a site in, or out if it is in; return by how much the plan's worth changes.

    Parameters
    ----------
    site
        The site.
    cover
        The problem.
    state
        The plan, changed here.

    Returns
    -------
    int
        More or less worth.
    """
    chosen, views, worth, only = state
    on = not chosen[site]
    for k in range(cover.start[site], cover.start[site + 1]):
        j = cover.item[k]
        low = views[j] if on else views[j] - 1  # views without this site
        a, b = cover.first[j], cover.second[j]
        of_chosen = worth_of_view(a, b, low) - worth_of_view(a, b, low + 1) if low > 0 else 0
        of_free = worth_of_view(a, b, low + 1) - worth_of_view(a, b, low + 2)
        views[j] += 1 if on else -1
        only[j] += site if on else -site
        if of_chosen == 0 and of_free == 0:
            continue
        sign = -1 if on else 1
        for q in range(cover.by[j], cover.by[j + 1]):
            other = cover.owner[q]
            if other != site:
                worth[other] += sign * (of_chosen if chosen[other] else of_free)
    chosen[site] = on
    return int(worth[site] if on else -worth[site])


@njit(cache=True, nogil=True)
def count_foes(site: int, rules: Rules, chosen: NDArray[np.bool_]) -> tuple[int, int]:
    """Return how many chosen sites may not stand beside this one, and one of them or -1.

    Parameters
    ----------
    site
        The site.
    rules
        Of the problem.
    chosen
        The plan.

    Returns
    -------
    n : int
        How many.
    one : int
        One of them, or -1.
    """
    n, one = 0, -1
    for k in range(rules.foe_start[site], rules.foe_start[site + 1]):
        if chosen[rules.foe[k]]:
            n += 1
            one = rules.foe[k]
    return n, one


@njit(cache=True, nogil=True)
def add_greedily(
    cover: Cover, rules: Rules, state: State, left: int, enough: int
) -> NDArray[np.int64]:
    """Take sites in by worth per cost while money is left; return them in order.

    Parameters
    ----------
    cover, rules
        The problem.
    state
        The plan to add to, changed here.
    left
        Money left.
    enough
        Stop once this much was added.

    Returns
    -------
    ndarray of int
        Sites in the order they were taken; of equals the lower first.
    """
    cost = rules.cost
    order = np.empty(cost.size, np.int64)
    n, added = 0, 0
    while added < enough:
        best = -1
        for i in range(cost.size):
            if state.chosen[i] or cost[i] > left or state.worth[i] <= 0:
                continue
            if best >= 0:
                here, there = float(state.worth[i]) * cost[best], float(state.worth[best]) * cost[i]
                if here <= there:
                    continue
            if count_foes(i, rules, state.chosen)[0] == 0:
                best = i
        if best < 0:
            break
        added += switch(best, cover, state)
        left -= cost[best]
        order[n] = best
        n += 1
    return order[:n]


@njit(cache=True, nogil=True)
def add_views(
    points: NDArray[np.int32],
    by: int,
    state: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    demand: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
) -> None:
    """Add one view of some points, or take one away, and keep all sums right.

    Parameters
    ----------
    points
        Points that one camera sees, each once.
    by
        1 or -1.
    state
        Views of each point; worth seen once by district; worth seen twice (as first views) and
        worth of everything. Changed here.
    demand
        Worth of a first and of a second view, and the district, of each point.
    """
    views, seen, sums = state
    first, second, district = demand
    for k in range(points.size):
        j = points[k]
        low = views[j] if by > 0 else views[j] - 1  # views without this one
        views[j] += by
        if low == 0:
            seen[district[j]] += by * first[j]
            sums[1] += by * first[j]
        elif low == 1:
            sums[0] += by * first[j]
            sums[1] += by * second[j]
