"""Inside a small box: what polygons of one group, and of two, cover, slab by slab.

Between two heights at which an edge ends or meets another, the covered length of a horizontal line
changes evenly, so its length half-way times the height is the area, exactly (the trapezoidal
decomposition of a plane sweep; de Berg et al. 2008, Computational Geometry, section 6.1). Edges
that lie on each other, or meet in one point, need no rule: in whatever order they are taken, what
lies between them has no length.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

_SAME_M = 1e-10  # heights this near are one: what bends between them is far below a square micron


class Edges(NamedTuple):
    """Edges that are not level, from their lower to their upper end."""

    x0: NDArray[np.float64]
    y0: NDArray[np.float64]
    x1: NDArray[np.float64]
    y1: NDArray[np.float64]
    step: NDArray[np.int64]  # by how much the group covers what is right of it more often
    group: NDArray[np.int64]


class Areas(NamedTuple):
    """What is covered, added up in place."""

    sums: NDArray[np.float64]  # by at least one group, by at least two
    alone: NDArray[np.float64]  # by each group and no other
    layers: NDArray[np.int64]  # of each group; 0 outside of a call


@njit(cache=True, nogil=True)
def _crossing(edges: Edges, i: int, k: int) -> float:
    """Return the height at which two edges cross, or the lower end of the first."""
    none = float(edges.y0[i])
    low, high = max(edges.y0[i], edges.y0[k]), min(edges.y1[i], edges.y1[k])
    if high <= low:
        return none
    if max(edges.x0[i], edges.x1[i]) < min(edges.x0[k], edges.x1[k]):
        return none
    if max(edges.x0[k], edges.x1[k]) < min(edges.x0[i], edges.x1[i]):
        return none
    slope_i = (edges.x1[i] - edges.x0[i]) / (edges.y1[i] - edges.y0[i])
    slope_k = (edges.x1[k] - edges.x0[k]) / (edges.y1[k] - edges.y0[k])
    apart_low = edges.x0[i] + slope_i * (low - edges.y0[i])
    apart_low -= edges.x0[k] + slope_k * (low - edges.y0[k])
    apart_high = edges.x0[i] + slope_i * (high - edges.y0[i])
    apart_high -= edges.x0[k] + slope_k * (high - edges.y0[k])
    if apart_low * apart_high >= 0.0:
        return none
    return float(low + (high - low) * apart_low / (apart_low - apart_high))


@njit(cache=True, nogil=True)
def _heights(edges: Edges, n: int) -> tuple[NDArray[np.float64], int]:
    """Return the heights where edges end or cross, rising, each once, and how many there are."""
    count = 2 * n
    out = np.empty(count + n * (n - 1) // 2)
    for i in range(n):
        out[2 * i], out[2 * i + 1] = edges.y0[i], edges.y1[i]
    for i in range(n):
        for k in range(i + 1, n):
            at = _crossing(edges, i, k)
            if at > edges.y0[i]:
                out[count] = at
                count += 1
    out[:count].sort()
    kept = 0
    for i in range(count):
        if kept == 0 or out[i] > out[kept - 1] + _SAME_M:
            out[kept] = out[i]
            kept += 1
    return out, kept


@njit(cache=True, nogil=True)
def _add_line(
    edges: Edges,
    order: NDArray[np.int64],
    x: NDArray[np.float64],
    ends: tuple[float, float, float],
    opened: tuple[int, int],
    areas: Areas,
) -> None:
    """Add what is covered along one line; ``areas.layers`` is left as it was."""
    left, right, height = ends
    n_open, sum_open = opened
    layers = areas.layers
    before = left
    for at in range(order.size + 1):
        here = right if at == order.size else x[order[at]]
        area = (here - before) * height
        if n_open > 0:
            areas.sums[0] += area
        if n_open == 1:
            areas.alone[sum_open] += area
        elif n_open > 1:
            areas.sums[1] += area
        before = here
        if at < order.size:
            group = edges.group[order[at]]
            was = layers[group] > 0
            layers[group] += edges.step[order[at]]
            change = int(layers[group] > 0) - int(was)
            n_open, sum_open = n_open + change, sum_open + change * group
    for at in range(order.size):
        layers[edges.group[order[at]]] -= edges.step[order[at]]


@njit(cache=True, nogil=True)
def add_slabs(
    edges: Edges,
    n: int,
    box: tuple[float, float, float, float],
    opened: tuple[int, int],
    areas: Areas,
) -> None:
    """Add what is covered inside a box.

    Parameters
    ----------
    edges
        The first ``n`` are of polygons inside the box, whose ends are in it.
    n
        How many edges there are.
    box
        ``x_min, y_min, x_max, y_max``.
    opened
        How many groups cover what is left of all edges, as ``areas.layers`` has it, and the sum
        of their numbers.
    areas
        Changed here.
    """
    x_min, y_min, x_max, y_max = box
    heights, count = _heights(edges, n)
    order, x = np.empty(n, np.int64), np.empty(n)
    below = y_min
    for slab in range(count + 1):
        above = y_max if slab == count else heights[slab]
        if above <= below:
            continue
        middle = 0.5 * (below + above)
        size = 0
        for i in range(n):
            if edges.y0[i] < middle < edges.y1[i]:
                share = (middle - edges.y0[i]) / (edges.y1[i] - edges.y0[i])
                x[i] = min(max(edges.x0[i] + share * (edges.x1[i] - edges.x0[i]), x_min), x_max)
                at = size
                while at > 0 and x[order[at - 1]] > x[i]:
                    order[at] = order[at - 1]
                    at -= 1
                order[at] = i
                size += 1
        _add_line(edges, order[:size], x, (x_min, x_max, above - below), opened, areas)
        below = above
