"""Of ground that several groups of polygons cover: what one group, and what two, cover, exactly.

A box is halved until few edges are in it (a k-d tree; Bentley 1975, Multidimensional binary search
trees), its polygons clipped along (Sutherland & Hodgman 1974, Reentrant polygon clipping); what is
left is summed slab by slab (`geogrid.kernels.cover_slabs`). A box that two groups cover wholly is
settled at once, whatever else is in it: where views lie on each other a dozen deep, most boxes are.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geogrid.kernels.cover_slabs import Areas, Edges, add_slabs

_FEW_EDGES = 48  # measured between buildings: 12 takes three times as long, 72 alike
_SMALLEST_M = 2.0  # a box this small is not halved: many edges may meet in one corner
_DEEPEST = 128  # boxes on the stack: two a halving
_WHOLE = 1e-9  # of a box: what is this near to all of it is taken for it
_NOTHING = 1e-13  # of a box: what rounding leaves


class Rings(NamedTuple):
    """Closed rings, the outer ones counter-clockwise, holes clockwise; no last vertex again."""

    xy: NDArray[np.float64]  # vertices
    start: NDArray[np.int64]  # where each ring starts in `xy`, and the end
    group: NDArray[np.int64]  # who covers it


class _Pool(NamedTuple):
    """Rings and whole covers of a box and of the boxes that it is a part of, as a stack."""

    xy: NDArray[np.float64]
    ring: NDArray[np.int64]  # start and size in `xy`, group
    area: NDArray[np.float64]  # of each ring, below 0 for a hole
    whole: NDArray[np.int64]  # group and how often it covers the box
    top: NDArray[np.int64]  # of vertices, rings, whole covers


class _Stack(NamedTuple):
    """Boxes that are still to be looked at, the last first."""

    box: NDArray[np.float64]  # x_min, y_min, x_max, y_max, and where it was cut off
    part: NDArray[np.int64]  # rings from, to; whole covers from, to; vertices; axis; side
    size: NDArray[np.int64]  # one number


@njit(cache=True, nogil=True)
def _clipped(
    xy: NDArray[np.float64], ring: tuple[int, int], out: int, axis: int, cut: float, side: int
) -> int:
    """Write what of a ring is on one side of a cut to ``out``; return how many vertices."""
    first, size = ring
    n = out
    last = first + size - 1
    was = side * (cut - xy[last, axis])
    for at in range(first, first + size):
        here = side * (cut - xy[at, axis])
        if (here > 0.0 and was < 0.0) or (here < 0.0 and was > 0.0):
            share = was / (was - here)
            other = 1 - axis
            xy[n, axis] = cut
            xy[n, other] = xy[last, other] + share * (xy[at, other] - xy[last, other])
            n += 1
        if here >= 0.0:
            xy[n, 0], xy[n, 1] = xy[at, 0], xy[at, 1]
            n += 1
        last, was = at, here
    return n - out


@njit(cache=True, nogil=True)
def _ring_area(xy: NDArray[np.float64], first: int, size: int) -> float:
    """Return the area of a ring, below 0 if it is clockwise."""
    total = 0.0
    x, y = xy[first, 0], xy[first, 1]
    for at in range(first + 1, first + size - 1):
        total += (xy[at, 0] - x) * (xy[at + 1, 1] - y) - (xy[at + 1, 0] - x) * (xy[at, 1] - y)
    return 0.5 * total


@njit(cache=True, nogil=True)
def _with_room(pool: _Pool, vertices: int, rings: int, whole: int) -> _Pool:
    """Return a pool with room for so many more."""
    xy, ring, area, covers, top = pool
    if top[0] + vertices > xy.shape[0]:
        xy = np.concatenate((xy, np.empty((xy.shape[0] + vertices, 2))))
    if top[1] + rings > ring.shape[0]:
        ring = np.concatenate((ring, np.empty((ring.shape[0] + rings, 3), np.int64)))
        area = np.concatenate((area, np.empty(area.size + rings)))
    if top[2] + whole > covers.shape[0]:
        covers = np.concatenate((covers, np.empty((covers.shape[0] + whole, 2), np.int64)))
    return _Pool(xy, ring, area, covers, top)


@njit(cache=True, nogil=True)
def _take(pool: _Pool, stack: _Stack, at: int) -> _Pool:
    """Put what of a box's parent is inside the box on top of the pool."""
    from_ring, to_ring, from_whole, to_whole, vertices, axis, side = stack.part[at]
    pool.top[0], pool.top[1], pool.top[2] = vertices, to_ring, to_whole
    x_min, y_min, x_max, y_max, cut = stack.box[at]
    room = (x_max - x_min) * (y_max - y_min)
    count = 0
    for k in range(from_ring, to_ring):
        count += 2 * pool.ring[k, 1]
    n_rings = to_ring - from_ring
    pool = _with_room(pool, count, n_rings, n_rings + to_whole - from_whole)
    top = pool.top
    for k in range(from_whole, to_whole):
        pool.whole[top[2], 0], pool.whole[top[2], 1] = pool.whole[k, 0], pool.whole[k, 1]
        top[2] += 1
    for k in range(from_ring, to_ring):
        first, size = pool.ring[k, 0], pool.ring[k, 1]
        n = _clipped(pool.xy, (first, size), top[0], axis, cut, side)
        area = _ring_area(pool.xy, top[0], n) if n > 2 else 0.0
        if abs(area) <= _NOTHING * room:
            continue
        if abs(area) >= (1.0 - _WHOLE) * room:
            pool.whole[top[2], 0] = pool.ring[k, 2]
            pool.whole[top[2], 1] = 1 if area > 0.0 else -1
            top[2] += 1
            continue
        pool.ring[top[1], 0], pool.ring[top[1], 1] = top[0], n
        pool.ring[top[1], 2], pool.area[top[1]] = pool.ring[k, 2], area
        top[1] += 1
        top[0] += n
    return pool


@njit(cache=True, nogil=True)
def _opened(pool: _Pool, first: int, layers: NDArray[np.int64]) -> tuple[int, int]:
    """Count whole covers into ``layers``; return how many groups they are, and the numbers' sum."""
    n, total = 0, 0
    for k in range(first, pool.top[2]):
        layers[pool.whole[k, 0]] += pool.whole[k, 1]
    for k in range(first, pool.top[2]):
        group = pool.whole[k, 0]
        if layers[group] > 0 and pool.whole[k, 1] != 0:
            seen = False
            for q in range(first, k):
                seen = seen or pool.whole[q, 0] == group
            if not seen:
                n, total = n + 1, total + group
    return n, total


@njit(cache=True, nogil=True)
def _sure(pool: _Pool, rings: int, first: int, layers: NDArray[np.int64]) -> tuple[int, int]:
    """Return how many groups cover all of the box, holes or not, and one of them."""
    for k in range(rings, pool.top[1]):
        if pool.area[k] < 0.0:
            layers[pool.ring[k, 2]] -= 1
    n, one = 0, -1
    for k in range(first, pool.top[2]):
        group = pool.whole[k, 0]
        if layers[group] > 0 and group != one:
            n, one = n + 1, group
    for k in range(rings, pool.top[1]):
        if pool.area[k] < 0.0:
            layers[pool.ring[k, 2]] += 1
    return n, one


@njit(cache=True, nogil=True)
def _edges(pool: _Pool, rings: int, edges: Edges) -> int:
    """Write the edges of rings that are not level; return how many."""
    n = 0
    for k in range(rings, pool.top[1]):
        first, size, group = pool.ring[k]
        for at in range(first, first + size):
            after = at + 1 if at + 1 < first + size else first
            up = pool.xy[after, 1] > pool.xy[at, 1]
            low, high = (at, after) if up else (after, at)
            if pool.xy[low, 1] < pool.xy[high, 1]:
                edges.x0[n], edges.y0[n] = pool.xy[low, 0], pool.xy[low, 1]
                edges.x1[n], edges.y1[n] = pool.xy[high, 0], pool.xy[high, 1]
                edges.step[n], edges.group[n] = -1 if up else 1, group
                n += 1
    return n


@njit(cache=True, nogil=True)
def _push_halves(
    pool: _Pool, stack: _Stack, rings: int, whole: int, box: NDArray[np.float64]
) -> None:
    """Put both halves of a box on the stack."""
    axis = 0 if box[2] - box[0] >= box[3] - box[1] else 1
    middle = 0.5 * (box[axis] + box[axis + 2])
    for side in (1, -1):
        at = stack.size[0]
        stack.box[at, :4] = box[:4]
        stack.box[at, axis + 2 if side == 1 else axis] = middle
        stack.box[at, 4] = middle
        stack.part[at, 0], stack.part[at, 1] = rings, pool.top[1]
        stack.part[at, 2], stack.part[at, 3] = whole, pool.top[2]
        stack.part[at, 4], stack.part[at, 5], stack.part[at, 6] = pool.top[0], axis, side
        stack.size[0] = at + 1


@njit(cache=True, nogil=True)
def _look(pool: _Pool, stack: _Stack, areas: Areas) -> _Pool:
    """Settle the last box of the stack, or halve it."""
    stack.size[0] -= 1
    at = stack.size[0]
    rings, whole = stack.part[at, 1], stack.part[at, 3]
    box = stack.box[at].copy()
    pool = _take(pool, stack, at)
    room = (box[2] - box[0]) * (box[3] - box[1])
    opened = _opened(pool, whole, areas.layers)
    n_sure, one = _sure(pool, rings, whole, areas.layers)
    if n_sure == 1:
        kept = rings
        for k in range(rings, pool.top[1]):
            if pool.ring[k, 2] != one:
                pool.ring[kept] = pool.ring[k]
                pool.area[kept] = pool.area[k]
                kept += 1
        pool.top[1] = kept
    count = 0
    for k in range(rings, pool.top[1]):
        count += pool.ring[k, 1]
    if n_sure >= 2:
        areas.sums[0] += room
        areas.sums[1] += room
    elif count == 0:
        if opened[0] > 0:
            areas.sums[0] += room
        if opened[0] == 1:
            areas.alone[opened[1]] += room
        elif opened[0] > 1:
            areas.sums[1] += room
    elif count <= _FEW_EDGES or max(box[2] - box[0], box[3] - box[1]) <= _SMALLEST_M:
        few = np.empty((4, count))
        edges = Edges(
            few[0], few[1], few[2], few[3], np.empty(count, np.int64), np.empty(count, np.int64)
        )
        n = _edges(pool, rings, edges)
        add_slabs(edges, n, (box[0], box[1], box[2], box[3]), opened, areas)
    else:
        _push_halves(pool, stack, rings, whole, box)
    for k in range(whole, pool.top[2]):
        areas.layers[pool.whole[k, 0]] = 0
    return pool


@njit(cache=True, nogil=True)
def _pool_of(rings: Rings, first: int, last: int, scale: float) -> tuple[_Pool, float, float]:
    """Return the rings of a piece from its corner on, and how wide and tall they are.

    Heights are stretched by the scale, and so are all areas.
    """
    n, v0, v1 = last - first, rings.start[first], rings.start[last]
    xy = np.empty((2 * (v1 - v0), 2))
    size = np.zeros(2)
    for axis in range(2):
        corner = rings.xy[v0:v1, axis].min()
        stretch = scale if axis == 1 else 1.0
        size[axis] = (rings.xy[v0:v1, axis].max() - corner) * stretch
        for at in range(v1 - v0):
            xy[at, axis] = (rings.xy[v0 + at, axis] - corner) * stretch
    ring = np.empty((4 * n, 3), np.int64)
    for k in range(n):
        ring[k, 0] = rings.start[first + k] - v0
        ring[k, 1] = rings.start[first + k + 1] - rings.start[first + k]
        ring[k, 2] = rings.group[first + k]
    top = np.array([v1 - v0, n, 0])
    pool = _Pool(xy, ring, np.zeros(4 * n), np.empty((4 * n, 2), np.int64), top)
    return pool, size[0], size[1]


@njit(cache=True, nogil=True)
def cover_areas(
    rings: Rings,
    piece_start: NDArray[np.int64],
    scale: NDArray[np.float64],
    alone: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the area of each piece that at least one and at least two groups cover.

    Parameters
    ----------
    rings
        Rings of valid polygons, by piece, metres.
    piece_start
        Where each piece's rings start, and the end, shape (n_pieces + 1,).
    scale
        Square metres on the ground of one in the plane, shape (n_pieces,).
    alone
        What each group covers and no other is added here, shape (n_groups,).

    Returns
    -------
    once, twice : ndarray of float, shape (n_pieces,)
        Square metres on the ground.
    """
    n_pieces = piece_start.size - 1
    once, twice = np.zeros(n_pieces), np.zeros(n_pieces)
    layers = np.zeros(alone.size, np.int64)
    stack = _Stack(
        np.empty((_DEEPEST, 5)), np.empty((_DEEPEST, 7), np.int64), np.zeros(1, np.int64)
    )
    for piece in range(n_pieces):
        first, last = piece_start[piece], piece_start[piece + 1]
        if first == last:
            continue
        pool, wide, tall = _pool_of(rings, first, last, scale[piece])
        areas = Areas(np.zeros(2), alone, layers)
        _push_halves(pool, stack, 0, 0, np.array([0.0, 0.0, wide, tall, 0.0]))
        while stack.size[0] > 0:
            pool = _look(pool, stack, areas)
        once[piece], twice[piece] = areas.sums[0], areas.sums[1]
    return once, twice
