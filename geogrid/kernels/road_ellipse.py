"""Cells that a unit could have visited by road between two fixes.

From each fix the ways along the roads are followed as far as they could still lead to the other fix
in time (Dijkstra 1959, cut off by the straight line to the other fix). A place on a road can be
visited when the shortest ways from it to both fixes fit together.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geogrid.kernels.near_roads import Choice, NearRoads, RoadNet, choose, no_choice


class RoadCells(NamedTuple):
    """Cells on a lattice, and which pieces of road lie in them.

    Parameters
    ----------
    west, south, size
        Corner and side of a cell, metres.
    of_piece
        Cell (row by row) of the middle of each piece of the roads; -1 off the lattice.
    has_road
        Whether any piece lies in a cell, shape (n_rows, n_cols).
    """

    west: float
    south: float
    size: float
    of_piece: NDArray[np.int64]
    has_road: NDArray[np.bool_]


class _Side(NamedTuple):
    """A search from one fix; a node's cost holds where its stamp is the silence's number."""

    stamp: NDArray[np.int64]
    cost: NDArray[np.float64]
    heap_cost: NDArray[np.float64]
    heap_node: NDArray[np.int64]
    found: NDArray[np.int64]


class _Silence(NamedTuple):
    """Which silence it is, its fixes (x0, y0, x1, y1), its longest way, and roads next to them."""

    number: int
    foci: NDArray[np.float64]
    reach: float
    first: Choice
    n_first: int
    last: Choice
    n_last: int


@njit(cache=True, nogil=True)
def _sift_up(side: _Side, n: int, cost: float, node: int) -> int:
    """Add a node to the heap of a search; return its new size."""
    i = n
    while i > 0 and side.heap_cost[(i - 1) // 2] > cost:
        side.heap_cost[i] = side.heap_cost[(i - 1) // 2]
        side.heap_node[i] = side.heap_node[(i - 1) // 2]
        i = (i - 1) // 2
    side.heap_cost[i], side.heap_node[i] = cost, node
    return n + 1


@njit(cache=True, nogil=True)
def _take_least(side: _Side, n: int) -> int:
    """Take the first of the heap away; return its new size."""
    n -= 1
    cost, node = side.heap_cost[n], side.heap_node[n]
    i, child = 0, 1
    while child < n:
        if child + 1 < n and side.heap_cost[child + 1] < side.heap_cost[child]:
            child += 1
        if side.heap_cost[child] >= cost:
            break
        side.heap_cost[i], side.heap_node[i] = side.heap_cost[child], side.heap_node[child]
        i, child = child, 2 * child + 1
    side.heap_cost[i], side.heap_node[i] = cost, node
    return n


@njit(cache=True, nogil=True)
def _offer(side: _Side, k: int, n: int, node: int, cost: float) -> int:
    """Note a cheaper way to a node, if it is one; return the heap's size."""
    if side.stamp[node] == k and side.cost[node] <= cost:
        return n
    side.stamp[node], side.cost[node] = k, cost
    return _sift_up(side, n, cost, node)


@njit(cache=True, nogil=True)
def _search(
    net: RoadNet,
    roads: tuple[Choice, int],
    other: tuple[float, float],
    reach: float,
    side: _Side,
    k: int,
) -> int:
    """Note the cost of all nodes over which a way to the other fix could still fit.

    Returns
    -------
    int
        How many there are; they are in ``side.found``.
    """
    choice, n_choices = roads
    n, n_found = 0, 0
    for i in range(n_choices):
        e = choice.edge[i]
        n = _offer(side, k, n, net.ends[e, 0], choice.off[i] + choice.along[i])
        n = _offer(side, k, n, net.ends[e, 1], choice.off[i] + net.length[e] - choice.along[i])
    while n > 0:
        cost, node = side.heap_cost[0], side.heap_node[0]
        n = _take_least(side, n)
        if cost > side.cost[node]:
            continue
        side.found[n_found] = node
        n_found += 1
        for e in net.link[net.at[node] : net.at[node + 1]]:
            far = net.ends[e, 0] + net.ends[e, 1] - node
            total = cost + net.length[e]
            if total + math.hypot(net.x[far] - other[0], net.y[far] - other[1]) <= reach:
                n = _offer(side, k, n, far, total)
    return n_found


@njit(cache=True, nogil=True)
def _along(choice: Choice, n_choices: int, edge: int, at: float) -> float:
    """Return the way from a fix on an edge to a place on the same edge; infinite if it is not."""
    least = math.inf
    for i in range(n_choices):
        if choice.edge[i] == edge:
            least = min(least, choice.off[i] + abs(choice.along[i] - at))
    return least


@njit(cache=True, nogil=True)
def _cost_at(
    net: RoadNet, side: _Side, k: int, roads: tuple[Choice, int], edge: int, at: float
) -> float:
    """Return the shortest way from a fix to a place on an edge."""
    a, b = net.ends[edge]
    least = _along(roads[0], roads[1], edge, at)
    if side.stamp[a] == k:
        least = min(least, side.cost[a] + at)
    if side.stamp[b] == k:
        least = min(least, side.cost[b] + net.length[edge] - at)
    return least


@njit(cache=True, nogil=True)
def _mark_edge(
    net: RoadNet,
    edge: int,
    silence: _Silence,
    sides: tuple[_Side, _Side],
    cells: RoadCells,
    wanted: NDArray[np.uint8],
    marked: NDArray[np.uint8],
) -> None:
    """Mark the cells of an edge's pieces that can be visited."""
    n_cols, foci = wanted.shape[1], silence.foci
    first, after = net.piece[edge], net.piece[edge + 1]
    step = net.length[edge] / (after - first)
    for piece in range(first, after):
        cell = cells.of_piece[piece]
        if cell < 0:
            continue
        row, col = cell // n_cols, cell % n_cols
        if wanted[row, col] == 0 or marked[row, col] == 1:
            continue
        x = cells.west + (col + 0.5) * cells.size
        y = cells.south + (row + 0.5) * cells.size
        way = math.hypot(x - foci[0], y - foci[1]) + math.hypot(x - foci[2], y - foci[3])
        if way > silence.reach:
            continue
        at, k = (piece - first + 0.5) * step, silence.number
        way = _cost_at(net, sides[0], k, (silence.first, silence.n_first), edge, at)
        way += _cost_at(net, sides[1], k, (silence.last, silence.n_last), edge, at)
        if way <= silence.reach:
            marked[row, col] = 1


@njit(cache=True, nogil=True)
def _mark_box(
    foci: NDArray[np.float64],
    reach: float,
    cells: RoadCells,
    wanted: NDArray[np.uint8],
    marked: NDArray[np.uint8],
    by_road: bool,  # noqa: FBT001 - kernels take no keywords
) -> bool:
    """Look at cells whose centre a straight way reaches; tell whether any waits for the roads.

    Cells without a road are marked at once; those with one too, unless the way is by road.
    """
    n_rows, n_cols = wanted.shape
    mid_x, mid_y, waits = 0.5 * (foci[0] + foci[2]), 0.5 * (foci[1] + foci[3]), False
    first_row = max(0, math.floor((mid_y - 0.5 * reach - cells.south) / cells.size))
    last_row = min(n_rows - 1, math.floor((mid_y + 0.5 * reach - cells.south) / cells.size))
    first_col = max(0, math.floor((mid_x - 0.5 * reach - cells.west) / cells.size))
    last_col = min(n_cols - 1, math.floor((mid_x + 0.5 * reach - cells.west) / cells.size))
    for row in range(first_row, last_row + 1):
        for col in range(first_col, last_col + 1):
            if wanted[row, col] == 0 or marked[row, col] == 1:
                continue
            x = cells.west + (col + 0.5) * cells.size
            y = cells.south + (row + 0.5) * cells.size
            way = math.hypot(x - foci[0], y - foci[1]) + math.hypot(x - foci[2], y - foci[3])
            if way > reach:
                continue
            if by_road and cells.has_road[row, col]:
                waits = True
            else:
                marked[row, col] = 1
    return waits


@njit(cache=True, nogil=True)
def mark_reachable_by_road(
    net: RoadNet,
    near: NearRoads,
    within: float,
    silences: tuple[NDArray[np.float64], NDArray[np.float64]],
    cells: RoadCells,
    wanted: NDArray[np.uint8],
    marked: NDArray[np.uint8],
) -> int:
    """Mark the wanted cells to which a way by road, there and on, fits into a silence.

    Parameters
    ----------
    net, near, within
        The roads, and how far a fix may be from one, metres. A silence one of whose fixes is
        farther from any road is judged by straight lines.
    silences
        Two fixes each, (x0, y0, x1, y1) in metres, shape (n, 4); and the longest way, shape (n,).
    cells
        Where the pieces of road lie.
    wanted
        Cells that matter, shape (n_rows, n_cols). Others are not looked at.
    marked
        Shape (n_rows, n_cols); cells are set to 1 in place. A cell with a road is marked where
        the middle of a piece in it can be visited and a straight way to its centre fits too; a
        cell without one where the latter holds.

    Returns
    -------
    int
        Silences for which ways by road were searched; others had no cell left to mark.
    """
    foci, reach = silences
    n_nodes, n_heap = net.x.size, 2 * net.length.size + 16
    costs, stamps = np.empty((2, n_nodes)), np.full((2, n_nodes), -1, np.int64)
    heap_cost, heap_node = np.empty(n_heap), np.empty(n_heap, np.int64)
    found = np.empty(n_nodes, np.int64)
    start = _Side(stamps[0], costs[0], heap_cost, heap_node, found)
    end = _Side(stamps[1], costs[1], heap_cost, heap_node, np.empty(n_nodes, np.int64))
    first, last, searched = no_choice(), no_choice(), 0
    for k in range(reach.size):
        x0, y0, x1, y1 = foci[k]
        if not math.hypot(x1 - x0, y1 - y0) <= reach[k]:  # also where a place is not a number
            continue
        n_first = choose(net, near, x0, y0, within, first)
        n_last = choose(net, near, x1, y1, within, last)
        by_road = n_first > 0 and n_last > 0
        if not _mark_box(foci[k], reach[k], cells, wanted, marked, by_road):
            continue
        searched += 1
        n_found = _search(net, (first, n_first), (x1, y1), reach[k], start, k)
        _search(net, (last, n_last), (x0, y0), reach[k], end, k)
        silence = _Silence(k, foci[k], reach[k], first, n_first, last, n_last)
        for i in range(n_first):
            _mark_edge(net, first.edge[i], silence, (start, end), cells, wanted, marked)
        for node in found[:n_found]:
            for e in net.link[net.at[node] : net.at[node + 1]]:
                _mark_edge(net, e, silence, (start, end), cells, wanted, marked)
    return searched
