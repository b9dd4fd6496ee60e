"""Which pieces of road were driven between two fixes: the shortest way along the roads.

Each fix may be on any of the few roads next to it. Of all ways between two fixes, the one is taken
whose length, with the distances of both fixes from their roads, is least (a search from both
fixes' roads, guided by the straight line: A*). A way much longer than the straight line is none.

References
----------
Hart, P. E., Nilsson, N. J. & Raphael, B. (1968). A formal basis for the heuristic determination of
minimum cost paths. IEEE Transactions on Systems Science and Cybernetics 4, 100-107.
Quddus, M. A., Ochieng, W. Y. & Noland, R. B. (2007). Current map-matching algorithms for transport
applications. Transportation Research Part C 15, 312-328 (why the way, not the nearest road alone).
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geogrid.kernels.near_roads import Choice, NearRoads, RoadNet, choose, no_choice

_HEAP: Final = 4096  # nodes that a search may have open
_NO_NODE: Final = -1
_START: Final = -2  # an edge code below it stands for the road of a first fix


class Matching(NamedTuple):
    """What a way between two fixes is.

    Parameters
    ----------
    within
        Greatest distance of a fix from its road, metres.
    detour
        A way, with both distances, is at most so many times the straight line, plus twice
        ``within``.
    max_gap_ms
        Longest time between the two fixes.
    slowest, fastest
        Limits of the straight speed, metres per millisecond.
    """

    within: float
    detour: float
    max_gap_ms: int
    slowest: float
    fastest: float


class _Search(NamedTuple):
    """Memory of a search; a node's values hold where its stamp is the search's."""

    stamp: NDArray[np.int64]
    cost: NDArray[np.float64]
    came_by: NDArray[np.int64]
    done: NDArray[np.bool_]
    open_cost: NDArray[np.float64]
    open_node: NDArray[np.int64]


@njit(cache=True, nogil=True)
def _push(search: _Search, n_open: int, cost: float, node: int) -> int:
    """Add a node to the heap; return its new size. A full heap takes no more."""
    if n_open == _HEAP:
        return n_open
    i = n_open
    while i > 0 and search.open_cost[(i - 1) // 2] > cost:
        search.open_cost[i] = search.open_cost[(i - 1) // 2]
        search.open_node[i] = search.open_node[(i - 1) // 2]
        i = (i - 1) // 2
    search.open_cost[i], search.open_node[i] = cost, node
    return n_open + 1


@njit(cache=True, nogil=True)
def _pop(search: _Search, n_open: int) -> tuple[float, int, int]:
    """Return the least cost, its node and the heap's new size."""
    cost, node = search.open_cost[0], search.open_node[0]
    n_open -= 1
    last_cost, last_node = search.open_cost[n_open], search.open_node[n_open]
    i, child = 0, 1
    while child < n_open:
        if child + 1 < n_open and search.open_cost[child + 1] < search.open_cost[child]:
            child += 1
        if search.open_cost[child] >= last_cost:
            break
        search.open_cost[i], search.open_node[i] = search.open_cost[child], search.open_node[child]
        i, child = child, 2 * child + 1
    search.open_cost[i], search.open_node[i] = last_cost, last_node
    return cost, node, n_open


@njit(cache=True, nogil=True)
def _reach(search: _Search, number: int, node: int, cost: float, by: int) -> bool:
    """Note a cheaper way to a node; tell whether it is one."""
    if search.stamp[node] == number and search.cost[node] <= cost:
        return False
    search.stamp[node], search.cost[node] = number, cost
    search.came_by[node], search.done[node] = by, False
    return True


@njit(cache=True, nogil=True)
def _to_end(net: RoadNet, choice: Choice, k: int, node: int) -> float:
    """Return the way between a choice and an end of its edge, off the road included."""
    e = choice.edge[k]
    along = choice.along[k] if net.ends[e, 0] == node else net.length[e] - choice.along[k]
    return float(choice.off[k] + along)


@njit(cache=True, nogil=True)
def _shortest(
    net: RoadNet,
    ends: tuple[Choice, int, Choice, int],
    place: tuple[float, float],
    limit: float,
    search: _Search,
    number: int,
) -> tuple[int, int, int]:
    """Return the last node of the best way, and the choices at both ends.

    The node is -1 where the way stays on one edge, the choices -1 where there is no way; the
    first choice is known only of a way on one edge.
    """
    first, n_first, last, n_last = ends
    best, best_node, best_a, best_b, n_open = limit, _NO_NODE, -1, -1, 0
    for k in range(n_first):
        for j in range(n_last):
            if first.edge[k] == last.edge[j]:
                cost = first.off[k] + last.off[j] + abs(first.along[k] - last.along[j])
                if cost <= best:
                    best, best_a, best_b = cost, k, j
        for side in range(2):
            node = net.ends[first.edge[k], side]
            cost = _to_end(net, first, k, node)
            if _reach(search, number, node, cost, _START - k):
                left = math.hypot(net.x[node] - place[0], net.y[node] - place[1])
                n_open = _push(search, n_open, cost + left, node)
    while n_open > 0:
        least, node, n_open = _pop(search, n_open)
        if least > best:
            break
        if search.done[node]:
            continue
        search.done[node] = True
        for j in range(n_last):
            if net.ends[last.edge[j], 0] == node or net.ends[last.edge[j], 1] == node:
                cost = search.cost[node] + _to_end(net, last, j, node)
                if cost < best:
                    best, best_node, best_a, best_b = cost, node, -1, j
        for e in net.link[net.at[node] : net.at[node + 1]]:
            other = net.ends[e, 0] + net.ends[e, 1] - node
            cost = search.cost[node] + net.length[e]
            left = math.hypot(net.x[other] - place[0], net.y[other] - place[1])
            if cost + left <= best and _reach(search, number, other, cost, e):
                n_open = _push(search, n_open, cost + left, other)
    return best_node, best_a, best_b


@njit(cache=True, nogil=True)
def _mark(
    net: RoadNet, edge: int, start: float, end: float, bit: int, hours: NDArray[np.int32]
) -> None:
    """Set a bit of the pieces of an edge whose middle lies between two places on it."""
    if start > end:
        start, end = end, start
    first, after = net.piece[edge], net.piece[edge + 1]
    step = net.length[edge] / (after - first)
    for k in range(after - first):
        if start <= (k + 0.5) * step <= end:
            hours[first + k] |= bit


@njit(cache=True, nogil=True)
def _mark_way(
    net: RoadNet,
    way: tuple[int, int, int],
    first: Choice,
    last: Choice,
    came_by: NDArray[np.int64],
    bit: int,
    hours: NDArray[np.int32],
) -> None:
    """Set a bit of the pieces on a way."""
    node, a, b = way
    if b < 0:
        return
    if node == _NO_NODE:
        _mark(net, last.edge[b], first.along[a], last.along[b], bit, hours)
        return
    e = last.edge[b]
    _mark(net, e, 0.0 if net.ends[e, 0] == node else net.length[e], last.along[b], bit, hours)
    while came_by[node] >= 0:
        e = came_by[node]
        _mark(net, e, 0.0, net.length[e], bit, hours)
        node = net.ends[e, 0] + net.ends[e, 1] - node
    k = _START - came_by[node]
    e = first.edge[k]
    _mark(net, e, 0.0 if net.ends[e, 0] == node else net.length[e], first.along[k], bit, hours)


@njit(cache=True, nogil=True)
def driven_hours(
    net: RoadNet,
    near: NearRoads,
    fixes: tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]],
    rules: Matching,
    edges: NDArray[np.int64],
    clock: NDArray[np.int8],
) -> NDArray[np.int32]:
    """Return in which hours of a day each piece of road was driven.

    Parameters
    ----------
    net
        The roads.
    near
        Of the same roads, by the distance of ``rules``.
    fixes
        Unit, time (ms UTC), x and y (metres) of each kept fix, sorted by unit and time.
    rules
        What a way between two fixes is.
    edges
        Limits of the day's hours, ms UTC.
    clock
        Number of each hour on the local clock, 0 to 23.

    Returns
    -------
    ndarray of int32, shape (n_pieces,)
        Bit ``h`` is set where a way that begins in hour h goes over the middle of the piece.
    """
    unit, t, x, y = fixes
    hours = np.zeros(net.piece[-1], np.int32)
    n_nodes = net.x.size
    search = _Search(
        np.full(n_nodes, -1, np.int64),
        np.empty(n_nodes),
        np.empty(n_nodes, np.int64),
        np.zeros(n_nodes, np.bool_),
        np.empty(_HEAP),
        np.empty(_HEAP, np.int64),
    )
    first, last = no_choice(), no_choice()
    n_first, n_last, known = 0, 0, -1  # ``known``: the fix that ``last`` is of
    for i in range(t.size - 1):
        ms = t[i + 1] - t[i]
        if unit[i] != unit[i + 1] or ms > rules.max_gap_ms or t[i] < edges[0] or t[i] >= edges[-1]:
            continue
        apart = math.hypot(x[i + 1] - x[i], y[i + 1] - y[i])
        if not rules.slowest * ms <= apart <= rules.fastest * ms:
            continue
        first, last, n_first = last, first, n_last
        if known != i:
            n_first = choose(net, near, x[i], y[i], rules.within, first)
        n_last, known = choose(net, near, x[i + 1], y[i + 1], rules.within, last), i + 1
        if n_first == 0 or n_last == 0:
            continue
        limit = rules.detour * apart + 2.0 * rules.within
        ends = (first, n_first, last, n_last)
        way = _shortest(net, ends, (x[i + 1], y[i + 1]), limit, search, i)
        hour = np.searchsorted(edges, t[i], side="right") - 1
        bit = 1 << int(clock[hour])
        _mark_way(net, way, first, last, search.came_by, bit, hours)
    return hours
