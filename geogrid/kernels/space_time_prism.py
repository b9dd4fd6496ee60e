"""How long a unit can and must have been in each cell between two fixes: space-time prisms.

Between two fixes a unit is somewhere in the prism that its top speed spans: Hägerstrand, T.
(1970), What about people in regional science?, Papers of the Regional Science Association 24;
Miller, H. J. (1991), Modelling accessibility using space-time prism concepts within GIS,
IJGIS 5(3); Kuijpers, B. & Othman, W. (2009), Modeling uncertainty of moving objects on road
networks via space-time prisms, IJGIS 23(9). Seen from one cell the prism is a time window: from
the earliest arrival to the latest departure. All time is whole milliseconds, and the windows
are rounded outward, those of least stays inward: the bounds hold for exact times, and for the
stays of `geogrid.kernels.walk`, whose crossings are rounded to the nearest millisecond.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geogrid.kernels.hour_tiles import (
    CELLS,
    SIDE,
    TILE_BITS,
    CellBounds,
    Tiles,
    empty_tiles,
    key_of,
    slot_of,
    sorted_cells,
    with_room,
)
from geogrid.kernels.small_prisms import BLOCK, TOUCH, Block, empty_block, measure

_LEAST_TILES = 1024
_FIXES_PER_TILE = 64


class Prisms(NamedTuple):
    """What is known of each fix, and of the way from it to the next one.

    ``t`` is in ms, ``x`` and ``y`` in cells from the lattice's origin. ``speed`` is the top
    speed up to the next fix, cells/ms, 0 where that segment does not count, as from one unit to
    the next; ``reach`` the longest way, cells. ``sure`` tells whether time that must have been
    spent in the cell of this fix counts. The last of ``speed`` and ``reach`` is not read.
    """

    t: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    speed: NDArray[np.float64]
    reach: NDArray[np.float64]
    sure: NDArray[np.bool_]


@njit(cache=True, nogil=True)
def _way_by_side(ends: tuple[float, float, float, float], side: float, begin: float) -> float:
    """Return the shortest way by a side of a cell: y = ``side``, x from ``begin`` to one more."""
    x0, y0, x1, y1 = ends
    high0, high1 = abs(y0 - side), abs(y1 - side)
    # Where the line to the other point, or to its image in the side, goes through.
    at = x0 + (x1 - x0) * (high0 / (high0 + high1)) if high0 + high1 > 0.0 else x0
    at = min(max(at, begin), begin + 1.0)
    return math.sqrt((at - x0) ** 2 + high0 * high0) + math.sqrt((at - x1) ** 2 + high1 * high1)


@njit(cache=True, nogil=True)
def _shortest_way(ends: tuple[float, float, float, float], col: float, row: float) -> float:
    """Return the shortest way by a cell; only sides that one of the fixes lies beyond matter."""
    x0, y0, x1, y1 = ends
    turned = (y0, x0, y1, x1)
    shortest = math.inf
    if min(x0, x1) < col:
        shortest = min(shortest, _way_by_side(turned, col, row))
    if max(x0, x1) > col + 1.0:
        shortest = min(shortest, _way_by_side(turned, col + 1.0, row))
    if min(y0, y1) < row:
        shortest = min(shortest, _way_by_side(ends, row, col))
    if max(y0, y1) > row + 1.0:
        shortest = min(shortest, _way_by_side(ends, row + 1.0, col))
    return shortest


@njit(cache=True, nogil=True)
def _add_most(
    sums: NDArray[np.int64],
    base: int,
    corner: tuple[int, int],
    box: tuple[int, int, int, int],
    ends: tuple[float, float, float, float],
    limits: tuple[float, float],
    span: tuple[int, int, int],
) -> None:
    """Add the longest stays in one tile's cells, in the part of a segment that an hour holds."""
    x0, y0, x1, y1 = ends
    ms_per_cell, reach = limits
    dt, since, until = span
    first_col, last_col = max(box[0], corner[0]), min(box[1], corner[0] + SIDE - 1)
    first_row, last_row = max(box[2], corner[1]), min(box[3], corner[1] + SIDE - 1)
    for row in range(first_row, last_row + 1):
        dy0, dy1 = max(row - y0, y0 - row - 1.0, 0.0), max(row - y1, y1 - row - 1.0, 0.0)
        across = abs(min(max(y0, row), row + 1.0) - min(max(y1, row), row + 1.0))
        place = base + (row - corner[1]) * SIDE - corner[0]
        for col in range(first_col, last_col + 1):
            dx0, dx1 = max(col - x0, x0 - col - 1.0, 0.0), max(col - x1, x1 - col - 1.0, 0.0)
            far0, far1 = math.sqrt(dx0 * dx0 + dy0 * dy0), math.sqrt(dx1 * dx1 + dy1 * dy1)
            if far0 + far1 > reach:
                continue
            along = abs(min(max(x0, col), col + 1.0) - min(max(x1, col), col + 1.0))
            if (
                far0 + far1 + across + along > reach  # from near side to near side may be too far
                and min(far0, far1) > 0.0
                and _shortest_way(ends, float(col), float(row)) > reach
            ):
                continue
            arrive = max(math.floor(far0 * ms_per_cell), since)
            depart = min(math.ceil(dt - far1 * ms_per_cell), until)
            sums[place + col, 1] += max(depart - arrive, 0)


@njit(cache=True, nogil=True)
def _add_least(
    sums: NDArray[np.int64],
    base: int,
    corner: tuple[int, int],
    ends: tuple[float, float, float, float],
    sure: tuple[bool, bool],
    stay: tuple[int, int, bool],
    span: tuple[int, int],
) -> None:
    """Add the least stays in the cells of the two fixes, where a tile holds them."""
    x0, y0, x1, y1 = ends
    (out, back, whole), (since, until) = stay, span
    col, row = math.floor(x0) - corner[0], math.floor(y0) - corner[1]
    if whole:
        if (sure[0] or sure[1]) and 0 <= col < SIDE and 0 <= row < SIDE:
            sums[base + row * SIDE + col, 0] += until - since  # it cannot have left
        return
    if sure[0] and 0 <= col < SIDE and 0 <= row < SIDE:
        sums[base + row * SIDE + col, 0] += max(min(out, until) - since, 0)
    col, row = math.floor(x1) - corner[0], math.floor(y1) - corner[1]
    if sure[1] and 0 <= col < SIDE and 0 <= row < SIDE:
        sums[base + row * SIDE + col, 0] += max(until - max(back, since), 0)


@njit(cache=True, nogil=True)
def _tiles_of(
    large: NDArray[np.int64], t: NDArray[np.int64], block: Block, edges: NDArray[np.int64]
) -> int:
    """Return how many tiles segments can need at most."""
    tiles = 0
    for k in range(large.shape[0]):
        i, at = large[k, 0], large[k, 1]
        wide = (int(block.east[i]) >> TILE_BITS) - (int(block.west[i]) >> TILE_BITS) + 1
        high = (int(block.north[i]) >> TILE_BITS) - (int(block.south[i]) >> TILE_BITS) + 1
        while at < edges.size - 1 and edges[at] < t[i + 1]:
            tiles += wide * high
            at += 1
    return tiles


@njit(cache=True, nogil=True)
def _settled(
    most: int, ends: tuple[float, float, float, float], limit: float, col: float, row: float
) -> int:
    """Return a longest stay; of one below 0 the shortest way by the cell is asked for."""
    if most >= 0:
        return most
    return 0 if _shortest_way(ends, col, row) > limit else -most


@njit(cache=True, nogil=True)
def _add_small(
    tiles: Tiles,
    n: int,
    prisms: Prisms,
    block: Block,
    edges: NDArray[np.int64],
    clock: NDArray[np.int8],
    large: NDArray[np.int64],
) -> tuple[int, int]:
    """Add the segments of a block that one hour and four cells hold.

    Return the number of tiles in use, for which there must be room, and of the other segments.
    """
    t, x, y, sure, sums = prisms.t, prisms.x, prisms.y, prisms.sure, tiles.sums
    at, hour, begin, end, last_key, base, others = 0, 0, 0, -1, -1, 0, 0
    for i in range(t.size - 1):
        if t[i] < begin or t[i + 1] > end:
            if t[i + 1] <= edges[0] or t[i] >= edges[-1]:
                continue
            at = max(int(np.searchsorted(edges, t[i], side="right")) - 1, 0)
            hour, begin, end = int(clock[at]), edges[at], edges[at + 1]
        inside = t[i] >= begin and t[i + 1] <= end
        if block.key[i] < 0 or not (inside and sure[i] and sure[i + 1]):
            if prisms.speed[i] > 0.0:
                large[others, 0], large[others, 1] = i, at
                others += 1
            continue
        key = block.key[i] | hour
        if key != last_key:
            slot = slot_of(tiles, n, key)
            n, base, last_key = max(n, slot + 1), slot * CELLS, key
        sw, se, nw, ne = block.sw[i], block.se[i], block.nw[i], block.ne[i]
        if sw | se | nw | ne < 0:
            ends, limit = (x[i], y[i], x[i + 1], y[i + 1]), block.reach[i] + TOUCH
            west, south = block.west[i], block.south[i]
            sw = _settled(sw, ends, limit, west, south)
            se = _settled(se, ends, limit, west + 1.0, south)
            nw = _settled(nw, ends, limit, west, south + 1.0)
            ne = _settled(ne, ends, limit, west + 1.0, south + 1.0)
        corner = base + block.corner[i]
        sums[corner, 1] += sw
        sums[corner + 1, 1] += se  # nothing where there is no such corner
        sums[corner + SIDE, 1] += nw
        sums[corner + SIDE + 1, 1] += ne
        sums[base + block.place[i], 0] += block.first_ms[i]
        sums[base + block.place[i + 1], 0] += block.last_ms[i]
    return n, others


@njit(cache=True, nogil=True)
def _add_large(
    tiles: Tiles,
    n: int,
    prisms: Prisms,
    block: Block,
    edges: NDArray[np.int64],
    clock: NDArray[np.int8],
    large: NDArray[np.int64],
) -> int:
    """Add the other segments, hour by hour and tile by tile; return the tiles in use."""
    t, x, y, sure = prisms.t, prisms.x, prisms.y, prisms.sure
    for k in range(large.shape[0]):
        i, at = large[k, 0], large[k, 1]
        box = (int(block.west[i]), int(block.east[i]), int(block.south[i]), int(block.north[i]))
        ends, dt = (x[i], y[i], x[i + 1], y[i + 1]), t[i + 1] - t[i]
        stay = (int(block.out[i]), int(block.back[i]), block.whole[i] > 0.0)
        limits, both = (block.pace[i], block.reach[i] + TOUCH), (sure[i], sure[i + 1])
        while at < clock.size and edges[at] < t[i + 1]:
            span = (dt, max(edges[at] - t[i], 0), min(edges[at + 1] - t[i], dt))
            for tile_row in range(box[2] >> TILE_BITS, (box[3] >> TILE_BITS) + 1):
                for tile_col in range(box[0] >> TILE_BITS, (box[1] >> TILE_BITS) + 1):
                    slot = slot_of(tiles, n, key_of(tile_row, tile_col, int(clock[at])))
                    n, base = max(n, slot + 1), slot * CELLS
                    corner = (tile_col << TILE_BITS, tile_row << TILE_BITS)
                    _add_most(tiles.sums, base, corner, box, ends, limits, span)
                    _add_least(tiles.sums, base, corner, ends, both, stay, span[1:])
            at += 1
    return n


@njit(cache=True, nogil=True)
def add_prisms(
    tiles: Tiles,
    n: int,
    prisms: Prisms,
    block: Block,
    edges: NDArray[np.int64],
    clock: NDArray[np.int8],
) -> tuple[Tiles, int]:
    """Add prisms to tiles.

    Parameters
    ----------
    tiles, n
        Tiles, and how many of them are in use.
    prisms
        As for `prism_bounds`.
    block
        Room to work in.
    edges, clock
        As for `prism_bounds`.

    Returns
    -------
    tiles : Tiles
        The same, or larger ones.
    n : int
        How many of them are in use.
    """
    large = np.empty((BLOCK, 2), np.int64)  # segment and hour
    for first in range(0, prisms.t.size - 1, BLOCK):
        last = min(first + BLOCK, prisms.t.size - 1)
        part = Prisms(
            prisms.t[first : last + 1],
            prisms.x[first : last + 1],
            prisms.y[first : last + 1],
            prisms.speed[first:last],
            prisms.reach[first:last],
            prisms.sure[first : last + 1],
        )
        measure(part.t, part.x, part.y, part.speed, part.reach, block)
        if n + BLOCK > tiles.owner.size:
            tiles = with_room(tiles, n, BLOCK)
        n, others = _add_small(tiles, n, part, block, edges, clock, large)
        more = _tiles_of(large[:others], part.t, block, edges)
        if n + more > tiles.owner.size:
            tiles = with_room(tiles, n, more)
        n = _add_large(tiles, n, part, block, edges, clock, large[:others])
    return tiles, n


@njit(cache=True, nogil=True)
def _summed(
    tiles: Tiles, prisms: Prisms, edges: NDArray[np.int64], clock: NDArray[np.int8]
) -> tuple[Tiles, int]:
    """Return the sums of prisms, and the number of tiles in use."""
    return add_prisms(tiles, 0, prisms, empty_block(), edges, clock)


def room_for(fixes: int) -> Tiles:
    """Return tiles enough for most days.

    Parameters
    ----------
    fixes
        How many fixes a day has.

    Returns
    -------
    Tiles
        None in use.
    """
    return empty_tiles(1 << max(fixes // _FIXES_PER_TILE, _LEAST_TILES).bit_length())


def prism_bounds(prisms: Prisms, edges: NDArray[np.int64], clock: NDArray[np.int8]) -> CellBounds:
    """Return the least and the most time in each cell that the prisms of a day allow.

    Parameters
    ----------
    prisms
        Fixes in order of unit and time, those of the days around included. The speed of a
        segment must be enough to get to the next fix in time.
    edges
        Limits of the day's hours, milliseconds UTC, rising, shape (n_hours + 1,).
    clock
        Number of each hour on the local clock, 0 to 23, shape (n_hours,).

    Returns
    -------
    CellBounds
        Cells that can have been visited. The parts of a segment before and after the end of an
        hour sum to the bounds of the whole.

    Notes
    -----
    A unit that is at p at time 0, at q at time T and never faster than v can be in cell c from
    d(p, c) / v until T - d(c, q) / v, where d is the distance to the square, if any way by c is
    short enough. It must be in the cell of p for the time to its nearest side at v, likewise in
    that of q; in one cell with both all of T, unless some way out and back is short enough. Only
    ways of at most the ``reach`` count.
    """
    return sorted_cells(*_summed(room_for(prisms.t.size), prisms, edges, clock))
