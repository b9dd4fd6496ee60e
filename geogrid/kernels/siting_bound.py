"""An upper bound on every plan, by prices on points of demand.

A price ``q_j >= 0`` on each point and ``m_d >= 0`` on each district's floor bound what any plan
within the budget is worth (Lagrangian duality; Galvao & ReVelle 1996, A Lagrangean heuristic for
the maximal covering location problem):

    sum_j (a_j + m w_j - q_j)^+ + (b_j - q_j)^+ - sum_d m_d L_d
    + t B + sum over poles of max(0, max over sites i of the pole of sum_j q_j - t c_i)

for any ``t >= 0``. Prices follow deflected subgradients (Held, Wolfe & Crowder 1974; Camerini,
Fratta & Maffioli 1975) and are kept at the best bound.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geogrid.kernels.siting_greedy import Cover
from geogrid.kernels.siting_swap import Floors

_KEEP = 0.7  # of the last direction
_STALL = 30  # steps without a better bound before the step is halved
_HALVINGS = 60  # of the interval around t: doubles have no more digits


class Prices(NamedTuple):
    """Prices of points and of districts' floors, changed in place."""

    point: NDArray[np.float64]
    floor: NDArray[np.float64]


@njit(cache=True, nogil=True)
def site_values(cover: Cover, price: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    """Sum into ``out`` the prices of what each site sees.

    Parameters
    ----------
    cover
        The problem.
    price
        Of each point.
    out
        One per site, changed here.
    """
    for i in range(out.size):
        total = 0.0
        for k in range(cover.start[i], cover.start[i + 1]):
            total += price[cover.item[k]]
        out[i] = total


@njit(cache=True, nogil=True)
def best_of_poles(
    value: NDArray[np.float64],
    cost: NDArray[np.int64],
    pole: NDArray[np.int64],
    t: float,
    best: NDArray[np.int64],
) -> float:
    """Put each pole's best site at money price ``t`` into ``best``; return what all bring.

    Parameters
    ----------
    value
        Of each site.
    cost, pole
        Of each site.
    t
        The price of money.
    best
        One per pole, changed here; -1 where no site brings anything.

    Returns
    -------
    float
        The sum of what the best sites bring over their cost.
    """
    best[:] = -1
    for i in range(value.size):
        here = value[i] - t * cost[i]
        if here > 0.0:
            now = best[pole[i]]
            if now < 0 or here > value[now] - t * cost[now]:
                best[pole[i]] = i
    total = 0.0
    for p in range(best.size):
        if best[p] >= 0:
            total += value[best[p]] - t * cost[best[p]]
    return total


@njit(cache=True, nogil=True)
def money_price(
    value: NDArray[np.float64],
    cost: NDArray[np.int64],
    pole: NDArray[np.int64],
    budget: int,
    best: NDArray[np.int64],
) -> float:
    """Return the price of money at which the poles' best sites cost about the budget.

    With all costs 1 it is the value of the best pole that is left out; else it is halved down.

    Parameters
    ----------
    value
        Of each site.
    cost, pole
        Of each site.
    budget
        Money.
    best
        Scratch, one per pole.

    Returns
    -------
    float
        At least 0.
    """
    if cost.min() == 1 and cost.max() == 1:
        best_of_poles(value, cost, pole, 0.0, best)
        kept = np.zeros(best.size)
        for p in range(best.size):
            kept[p] = value[best[p]] if best[p] >= 0 else 0.0
        if budget >= kept.size:
            return 0.0
        at = kept.size - budget - 1
        return float(max(0.0, np.partition(kept, at)[at]))
    low, high = 0.0, 0.0
    for i in range(value.size):
        high = max(high, value[i] / cost[i])
    for _ in range(_HALVINGS):
        t = 0.5 * (low + high)
        best_of_poles(value, cost, pole, t, best)
        spent = 0
        for p in range(best.size):
            spent += cost[best[p]] if best[p] >= 0 else 0
        if spent > budget:
            low = t
        else:
            high = t
    return high


@njit(cache=True, nogil=True)
def _of_points(
    cover: Cover,
    floors: Floors,
    prices: Prices,
    slope: NDArray[np.float64],
    need: NDArray[np.float64],
) -> float:
    """Return the bound's part from points; set the slopes of both kinds of prices."""
    total = 0.0
    has_floors = floors.need.size > 0
    for d in range(floors.need.size):
        total -= prices.floor[d] * floors.need[d]
        need[d] = -float(floors.need[d])
    for j in range(slope.size):
        q = prices.point[j]
        a = float(cover.first[j])
        if has_floors:
            a += prices.floor[floors.district[j]] * floors.weight[j]
        slope[j] = 0.0
        if q < a:
            total += a - q
            slope[j] -= 1.0
            if has_floors:
                need[floors.district[j]] += floors.weight[j]
        if q < cover.second[j]:
            total += cover.second[j] - q
            slope[j] -= 1.0
    return total


@njit(cache=True, nogil=True)
def _add_views(
    cover: Cover,
    value: NDArray[np.float64],
    cost: NDArray[np.int64],
    best: NDArray[np.int64],
    budget: int,
    t: float,
    slope: NDArray[np.float64],
) -> None:
    """Add to the slopes what the best sites within the budget see."""
    left = budget
    for p in range(best.size):
        i = best[p]
        if i >= 0 and value[i] > t * cost[i] and cost[i] <= left:
            left -= cost[i]
            for k in range(cover.start[i], cover.start[i + 1]):
                slope[cover.item[k]] += 1.0


@njit(cache=True, nogil=True)
def improve_prices(
    cover: Cover,
    floors: Floors,
    cost: NDArray[np.int64],
    pole: NDArray[np.int64],
    prices: Prices,
    budget: int,
    known: float,
    step: float,
    steps: int,
) -> tuple[float, float, float]:
    """Move prices so that the bound falls; return the best bound, its ``t`` and the next step.

    Parameters
    ----------
    cover, floors
        The problem.
    cost, pole
        Of each site; poles are numbered from 0.
    prices
        Where to start; holds the best prices after.
    budget
        Money.
    known
        Worth of a known plan.
    step
        Share of the gap to go for, such as 1.
    steps
        How many steps, at least 1.

    Returns
    -------
    bound : float
        Of the prices kept.
    t : float
        The price of money there.
    step : float
        To go on with.
    """
    m, n = cover.first.size, cost.size
    value, slope, turn = np.zeros(n), np.zeros(m), np.zeros(m)
    need, need_turn = np.zeros(floors.need.size), np.zeros(floors.need.size)
    n_poles = pole.max() + 1 if n > 0 else 0
    best = np.full(n_poles, -1, np.int64)
    here = Prices(prices.point.copy(), prices.floor.copy())
    bound, best_t, stalled = np.inf, 0.0, 0
    for _ in range(steps):
        site_values(cover, here.point, value)
        t = money_price(value, cost, pole, budget, best)
        total = _of_points(cover, floors, here, slope, need) + t * budget
        total += best_of_poles(value, cost, pole, t, best)
        if total < bound - 1e-9 * abs(bound) or bound == np.inf:
            stalled = 0 if total < bound - 1e-5 * abs(bound - known) or bound == np.inf else stalled
            bound, best_t = total, t
            prices.point[:] = here.point
            prices.floor[:] = here.floor
        stalled += 1
        if stalled > _STALL:
            stalled, step = 0, 0.5 * step
            here.point[:] = prices.point
            here.floor[:] = prices.floor
            turn[:] = 0.0
            need_turn[:] = 0.0
            if step < 1e-6:
                break
            continue
        if total - known <= 0.0:
            break
        _add_views(cover, value, cost, best, budget, t, slope)
        norm = 0.0
        for j in range(m):
            turn[j] = slope[j] + _KEEP * turn[j]
            norm += turn[j] * turn[j]
        for d in range(need.size):
            need_turn[d] = need[d] + _KEEP * need_turn[d]
            norm += need_turn[d] * need_turn[d] / max(1.0, float(floors.need[d])) ** 2
        if norm == 0.0:
            break
        length = step * (total - known) / norm
        for d in range(need.size):
            scale = max(1.0, float(floors.need[d])) ** 2
            here.floor[d] = max(0.0, here.floor[d] - length * need_turn[d] / scale)
        for j in range(m):
            most = float(cover.first[j])
            if need.size > 0:
                most += here.floor[floors.district[j]] * floors.weight[j]
            here.point[j] = min(max(here.point[j] - length * turn[j], 0.0), most)
    return bound, best_t, step
