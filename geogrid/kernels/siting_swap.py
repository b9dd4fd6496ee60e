"""Better plans by swaps of one site, with kicks out of dead ends.

Teitz & Bart (1968) interchange, as an iterated local search (Lourenço, Martin & Stützle 2003).
A swap of ``i`` for ``s`` changes the plan's worth by ``worth[i] - worth[s] + shared(i, s)``, where
``shared`` comes only from points that both see and that at most two chosen sites see; as it is
never negative, the best partner is one that shares, or the least worth of all.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geogrid.kernels.siting_greedy import Cover, Rules, State, count_foes, switch

_NEVER = -(2**62)
_MOVES = 4  # swaps in one kick, at most


class Floors(NamedTuple):
    """Coverage that each district must have; ``met`` is changed in place."""

    district: NDArray[np.int32]  # of each point
    weight: NDArray[np.int64]  # what a point counts for its district
    need: NDArray[np.int64]  # of each district
    met: NDArray[np.int64]  # of each district


class Desk(NamedTuple):
    """Scratch of a search."""

    shared: NDArray[np.int64]  # per site, 0 outside a call
    queue: NDArray[np.int64]  # sites whose best swap may have changed, a ring
    queued: NDArray[np.bool_]
    span: NDArray[np.int64]  # head and length of the ring
    change: NDArray[np.int64]  # per district, 0 outside a call
    dice: NDArray[np.int64]  # one word of random state
    money: NDArray[np.int64]  # left


@njit(cache=True, nogil=True)
def throw(dice: NDArray[np.int64], sides: int) -> int:
    """Return a number under ``sides``; Lehmer's generator with the minimal standard's factor.

    Park & Miller (1988), Random number generators: good ones are hard to find.

    Parameters
    ----------
    dice
        One word of state, changed here.
    sides
        Over 0.

    Returns
    -------
    int
        In [0, sides).
    """
    dice[0] = dice[0] * 48271 % 2147483647
    return int(dice[0] % sides)


@njit(cache=True, nogil=True)
def _push(site: int, desk: Desk) -> None:
    """Put a site into the queue."""
    if not desk.queued[site]:
        desk.queue[(desk.span[0] + desk.span[1]) % desk.queue.size] = site
        desk.span[1] += 1
        desk.queued[site] = True


@njit(cache=True, nogil=True)
def _pop(desk: Desk) -> int:
    """Take the site that waited longest."""
    site = desk.queue[desk.span[0]]
    desk.span[0] = (desk.span[0] + 1) % desk.queue.size
    desk.span[1] -= 1
    desk.queued[site] = False
    return int(site)


@njit(cache=True, nogil=True)
def _push_neighbours(site: int, cover: Cover, state: State, desk: Desk) -> None:
    """Queue the free sites that see what this one sees."""
    for k in range(cover.start[site], cover.start[site + 1]):
        j = cover.item[k]
        if state.views[j] <= 3:
            for q in range(cover.by[j], cover.by[j + 1]):
                if not state.chosen[cover.owner[q]]:
                    _push(cover.owner[q], desk)


@njit(cache=True, nogil=True)
def _count_change(site: int, sign: int, cover: Cover, state: State, floors: Floors, desk: Desk):  # type: ignore[no-untyped-def] # noqa: ANN202
    """Add to ``desk.change`` what a switched site, seen now, means for districts."""
    for k in range(cover.start[site], cover.start[site + 1]):
        j = cover.item[k]
        if state.views[j] == 1:
            desk.change[floors.district[j]] += sign * floors.weight[j]


@njit(cache=True, nogil=True)
def exchange(
    inside: int, outside: int, cover: Cover, state: State, floors: Floors, desk: Desk
) -> tuple[int, bool]:
    """Take ``outside`` out and ``inside`` in (-1 is nobody); return the change and if floors hold.

    A floor that is not met holds as long as it is not missed by more.

    Parameters
    ----------
    inside, outside
        Sites, or -1.
    cover
        The problem.
    state
        The plan, changed here.
    floors
        Changed here.
    desk
        Scratch.

    Returns
    -------
    gain : int
        More or less worth.
    holds : bool
        Whether no floor is missed by more than before.
    """
    gain = 0
    has_floors = floors.need.size > 0
    if outside >= 0:
        if has_floors:
            _count_change(outside, -1, cover, state, floors, desk)
        gain += switch(outside, cover, state)
    if inside >= 0:
        gain += switch(inside, cover, state)
        if has_floors:
            _count_change(inside, 1, cover, state, floors, desk)
    holds = True
    for d in range(floors.need.size):
        after = floors.met[d] + desk.change[d]
        if after < floors.need[d] and after < floors.met[d]:
            holds = False
        floors.met[d] = after
        desk.change[d] = 0
    return gain, holds


@njit(cache=True, nogil=True)
def _least_worth(rules: Rules, state: State, plan: NDArray[np.int64], room: int) -> tuple[int, int]:
    """Return the chosen site that is missed least and frees ``room`` money, and its worth."""
    best, least = -1, -_NEVER
    for s in plan:
        if rules.cost[s] >= room and state.worth[s] < least:
            best, least = s, state.worth[s]
    return best, least


@njit(cache=True, nogil=True)
def _best_partner(
    i: int, cover: Cover, rules: Rules, state: State, plan: NDArray[np.int64], desk: Desk
) -> tuple[int, int]:
    """Return whom to take out for ``i`` (-1: nobody need go) and what the swap gains."""
    n_foes, foe = count_foes(i, rules, state.chosen)
    room = rules.cost[i] - desk.money[0]  # what must be freed
    if n_foes > 1 or (n_foes == 1 and rules.cost[foe] < room):
        return -1, _NEVER
    if n_foes == 0 and room <= 0:
        return -1, state.worth[i]
    best, least = _least_worth(rules, state, plan, room) if n_foes == 0 else (foe, state.worth[foe])
    if best < 0:
        return -1, _NEVER
    value = state.worth[i] - least
    for k in range(cover.start[i], cover.start[i + 1]):
        j = cover.item[k]
        if state.views[j] == 1:
            desk.shared[state.only[j]] += cover.first[j] - cover.second[j]
        elif state.views[j] == 2 and cover.second[j] > 0:
            for q in range(cover.by[j], cover.by[j + 1]):
                if state.chosen[cover.owner[q]]:
                    desk.shared[cover.owner[q]] += cover.second[j]
    for k in range(cover.start[i], cover.start[i + 1]):
        j = cover.item[k]
        if state.views[j] == 0 or state.views[j] > 2:
            continue
        for q in range(cover.by[j], cover.by[j + 1]):
            s = cover.owner[q]
            if desk.shared[s] > 0:
                fits = rules.cost[s] >= room and (n_foes == 0 or s == foe)
                here = state.worth[i] - state.worth[s] + desk.shared[s]
                if fits and here > value:
                    best, value = s, here
                desk.shared[s] = 0
    return best, value


@njit(cache=True, nogil=True)
def _replace(plan: NDArray[np.int64], size: int, inside: int, outside: int) -> int:
    """Bring the list of chosen sites up to date; return its length."""
    if outside < 0:
        plan[size] = inside
        return size + 1
    for at in range(size):
        if plan[at] == outside:
            plan[at] = inside
            break
    return size


@njit(cache=True, nogil=True)
def _descend(
    cover: Cover,
    rules: Rules,
    state: State,
    floors: Floors,
    desk: Desk,
    plan: NDArray[np.int64],
    size: int,
    log: NDArray[np.int64],
    n_log: int,
) -> tuple[int, int, int]:
    """Swap while it helps; return the gain, the length of the plan and that of the log."""
    gain = 0
    while desk.span[1] > 0 and n_log < log.shape[0]:
        i = _pop(desk)
        if state.chosen[i] or state.worth[i] <= 0:
            continue
        s, value = _best_partner(i, cover, rules, state, plan[:size], desk)
        if value <= 0:
            continue
        change, holds = exchange(i, s, cover, state, floors, desk)
        if not holds:
            exchange(s, i, cover, state, floors, desk)
            continue
        gain += change
        desk.money[0] += (rules.cost[s] if s >= 0 else 0) - rules.cost[i]
        size = _replace(plan, size, i, s)
        log[n_log, 0], log[n_log, 1] = i, s
        n_log += 1
        _push_neighbours(i, cover, state, desk)
        if s >= 0:
            _push_neighbours(s, cover, state, desk)
            _push(s, desk)
    return gain, size, n_log


@njit(cache=True, nogil=True)
def _kick(
    cover: Cover,
    rules: Rules,
    state: State,
    floors: Floors,
    desk: Desk,
    plan: NDArray[np.int64],
    size: int,
    log: NDArray[np.int64],
) -> tuple[int, int]:
    """Force a few swaps in one neighbourhood; return the gain and the length of the log."""
    gain, n_log = 0, 0
    s = plan[throw(desk.dice, size)]
    for _ in range(1 + throw(desk.dice, _MOVES)):
        reach = cover.start[s + 1] - cover.start[s]
        j = cover.item[cover.start[s] + throw(desk.dice, reach)]
        i = cover.owner[cover.by[j] + throw(desk.dice, cover.by[j + 1] - cover.by[j])]
        n_foes, foe = count_foes(i, rules, state.chosen)
        blocked = n_foes > 1 or (n_foes == 1 and foe != s)
        dear = rules.cost[i] - rules.cost[s] > desk.money[0]
        if not (state.chosen[i] or blocked or dear):
            change, holds = exchange(i, s, cover, state, floors, desk)
            if not holds:
                exchange(s, i, cover, state, floors, desk)
                continue
            gain += change
            desk.money[0] += rules.cost[s] - rules.cost[i]
            _replace(plan, size, i, s)
            log[n_log, 0], log[n_log, 1] = i, s
            n_log += 1
            _push_neighbours(i, cover, state, desk)
            _push_neighbours(s, cover, state, desk)
        s = plan[throw(desk.dice, size)]
        last = log[n_log - 1, 0] if n_log > 0 else s
        reach = cover.start[last + 1] - cover.start[last]
        j = cover.item[cover.start[last] + throw(desk.dice, reach)]
        near = cover.owner[cover.by[j] + throw(desk.dice, cover.by[j + 1] - cover.by[j])]
        s = near if state.chosen[near] and near != last else s
    return gain, n_log


@njit(cache=True, nogil=True)
def _undo(
    cover: Cover,
    rules: Rules,
    state: State,
    floors: Floors,
    desk: Desk,
    plan: NDArray[np.int64],
    size: int,
    log: NDArray[np.int64],
    n_log: int,
) -> int:
    """Take logged swaps back, the last first; return the length of the plan."""
    for at in range(n_log - 1, -1, -1):
        i, s = log[at, 0], log[at, 1]
        exchange(s, i, cover, state, floors, desk)
        desk.money[0] += rules.cost[i] - (rules.cost[s] if s >= 0 else 0)
        for k in range(size):
            if plan[k] == i:
                plan[k] = s if s >= 0 else plan[size - 1]
                break
        size -= 1 if s < 0 else 0
    return size


@njit(cache=True, nogil=True)
def search(
    cover: Cover,
    rules: Rules,
    state: State,
    floors: Floors,
    dice: NDArray[np.int64],
    money: NDArray[np.int64],
    kicks: int,
    slack: int,
) -> tuple[int, NDArray[np.bool_]]:
    """Improve a plan by swaps and kicks; return the best gain found and that plan.

    Parameters
    ----------
    cover, rules
        The problem.
    state, floors
        The plan, changed here; ``floors.need`` is empty where no district has a floor.
    dice
        One number in [1, 2**31 - 2]: the seed, changed here.
    money
        One number: what is left of the budget, changed here.
    kicks
        How many times to kick.
    slack
        A plan worth this much less than the best is gone on with.

    Returns
    -------
    gain : int
        Over the plan that was given, >= 0.
    best : ndarray of bool, shape (n_sites,)
        The best plan; ``state`` holds the last one.
    """
    n = rules.cost.size
    desk = Desk(
        np.zeros(n, np.int64),
        np.empty(n, np.int64),
        np.zeros(n, np.bool_),
        np.zeros(2, np.int64),
        np.zeros(floors.need.size, np.int64),
        dice,
        money,
    )
    plan = np.empty(n + 1, np.int64)
    size = 0
    for i in range(n):
        if state.chosen[i]:
            plan[size] = i
            size += 1
    log = np.empty((1_000_000 // 16, 2), np.int64)
    gain = 0
    while True:  # every site looks for a swap until none finds one
        for i in range(n):
            if not state.chosen[i]:
                _push(i, desk)
        more, size, _ = _descend(cover, rules, state, floors, desk, plan, size, log, 0)
        gain += more
        if more == 0:
            break
    best, best_gain = state.chosen.copy(), gain
    for _ in range(kicks):
        if size in (0, n):
            break
        before = size
        kicked, n_log = _kick(cover, rules, state, floors, desk, plan, size, log)
        more, size, n_log = _descend(cover, rules, state, floors, desk, plan, size, log, n_log)
        if gain + kicked + more < best_gain - slack:
            while desk.span[1] > 0:
                _pop(desk)
            size = _undo(cover, rules, state, floors, desk, plan, size, log, n_log)
            if size != before:
                break
            continue
        gain += kicked + more
        if gain > best_gain:
            best_gain = gain
            best[:] = state.chosen
    return best_gain, best
