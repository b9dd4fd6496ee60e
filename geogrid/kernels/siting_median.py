"""Posts near demand: the best swap of one post, and prices that bound every plan from below.

Whitaker (1983), A fast algorithm for the greedy interchange for large-scale clustering and median
location problems: one pass over the points gives the best partner of a post that comes in.
Cornuéjols, Fisher & Nemhauser (1977), Location of bank accounts: with a price ``v_j`` on each
point, no plan is nearer than ``sum v_j`` and the lowest sums of ``min(0, w_j d_ij - v_j)``.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_STALL = 30  # steps without a better bound before the step is halved


@njit(cache=True, nogil=True)
def nearest_two(
    cost: NDArray[np.int64], existing: NDArray[np.int64], chosen: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return each point's nearest chosen post, what it costs, and what the next would.

    Parameters
    ----------
    cost
        Of serving each point from each post, shape (n, m).
    existing
        Of serving each point from what is there already, shape (m,).
    chosen
        The plan, shape (n,).

    Returns
    -------
    near : ndarray of int, shape (m,)
        The post; -1 for an existing one.
    first, second : ndarray of int, shape (m,)
        Costs; ``second`` is that without ``near``.
    """
    m = existing.size
    near = np.full(m, -1, np.int64)
    first, second = existing.copy(), existing.copy()
    for i in range(chosen.size):
        if not chosen[i]:
            continue
        for j in range(m):
            here = cost[i, j]
            if here < first[j]:
                second[j] = first[j]
                first[j] = here
                near[j] = i
            elif here < second[j]:
                second[j] = here
    return near, first, second


@njit(cache=True, nogil=True)
def interchange(
    cost: NDArray[np.int64],
    existing: NDArray[np.int64],
    free: NDArray[np.bool_],
    chosen: NDArray[np.bool_],
    passes: int,
) -> int:
    """Swap one post for another while it helps; return what was saved.

    Parameters
    ----------
    cost, existing
        As for `nearest_two`.
    free
        Posts that may come and go, shape (n,).
    chosen
        The plan, changed here.
    passes
        How many times every post is tried, at most.

    Returns
    -------
    int
        At least 0.
    """
    n, m = cost.shape
    saved = 0
    near, first, second = nearest_two(cost, existing, chosen)
    loss = np.zeros(n, np.int64)
    for _ in range(passes):
        moved = False
        for i in range(n):
            if chosen[i] or not free[i]:
                continue
            loss[:] = 0
            gain = 0
            for j in range(m):
                here = cost[i, j]
                if here < first[j]:
                    gain += first[j] - here
                elif near[j] >= 0:
                    loss[near[j]] += min(here, second[j]) - first[j]
            best = -1
            for s in range(n):
                if chosen[s] and free[s] and (best < 0 or loss[s] < loss[best]):
                    best = s
            if best >= 0 and gain > loss[best]:
                chosen[best], chosen[i] = False, True
                saved += gain - loss[best]
                near, first, second = nearest_two(cost, existing, chosen)
                moved = True
        if not moved:
            break
    return saved


@njit(cache=True, nogil=True)
def median_prices(
    cost: NDArray[np.int64],
    existing: NDArray[np.int64],
    free: NDArray[np.bool_],
    forced: NDArray[np.bool_],
    count: int,
    known: int,
    price: NDArray[np.float64],
    steps: int,
) -> float:
    """Move prices so that the bound rises; return the best.

    Parameters
    ----------
    cost, existing
        As for `nearest_two`.
    free, forced
        Posts that may be chosen, and that are.
    count
        How many free posts a plan may have.
    known
        What a known plan costs.
    price
        Where to start, shape (m,); holds the best prices after.
    steps
        How many steps.

    Returns
    -------
    float
        No plan costs less.
    """
    n, m = cost.shape
    here = price.copy()
    served, slope = np.zeros(n), np.zeros(m)
    bound, step, stalled = -np.inf, 1.0, 0
    for _ in range(steps):
        total = 0.0
        for j in range(m):
            slope[j] = 1.0
            total += here[j]
            if existing[j] < here[j]:
                total += existing[j] - here[j]
                slope[j] -= 1.0
        for i in range(n):
            served[i] = 0.0
            if free[i] or forced[i]:
                for j in range(m):
                    served[i] += min(0.0, cost[i, j] - here[j])
        order = np.argsort(served)
        left = count
        for i in order:
            taken = forced[i] or (free[i] and left > 0)
            if not taken:
                continue
            left -= 0 if forced[i] else 1
            total += served[i]
            for j in range(m):
                if cost[i, j] < here[j]:
                    slope[j] -= 1.0
        if total > bound:
            stalled = 0 if total > bound + 1e-5 * abs(known - bound) else stalled
            bound = total
            price[:] = here
        stalled += 1
        if stalled > _STALL:
            step, stalled = 0.5 * step, 0
            here[:] = price
            continue
        norm = (slope * slope).sum()
        if known - total <= 0.0 or norm == 0.0 or step < 1e-6:
            break
        for j in range(m):
            here[j] = max(0.0, here[j] + step * (known - total) / norm * slope[j])
    return bound
