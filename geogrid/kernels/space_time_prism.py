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

_TILE_BITS = 3
_SIDE = 1 << _TILE_BITS  # cells along a tile
_HOUR_BITS = 5
_AXIS_BITS = 28
_HALF_AXIS = 1 << (_AXIS_BITS - 1)
_FIRST_TILES = 1024
_TOUCH = 1e-9  # cells: far above the rounding of floats, a quarter of a micrometre at 250 m


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


class CellBounds(NamedTuple):
    """Least and most milliseconds per cell and hour, sorted by row, column and hour, unique."""

    row: NDArray[np.int32]
    col: NDArray[np.int32]
    hour: NDArray[np.int8]
    lo_ms: NDArray[np.int64]
    hi_ms: NDArray[np.int64]


class _Tiles(NamedTuple):
    """Sums of one hour in squares of cells, found by an open table of keys (-1 is free).

    A table of single cells would be asked for every cell of every prism; a lattice that holds
    all of them would not fit where a stray fix lies far off.
    """

    key: NDArray[np.int64]
    slot: NDArray[np.int64]
    owner: NDArray[np.int64]
    lo: NDArray[np.int64]
    hi: NDArray[np.int64]


@njit(cache=True, nogil=True)
def _empty_tiles(size: int) -> _Tiles:
    """Return room for a number of tiles, a power of two."""
    return _Tiles(
        np.full(2 * size, -1, np.int64),
        np.zeros(2 * size, np.int64),
        np.zeros(size, np.int64),
        np.zeros((size, _SIDE * _SIDE), np.int64),
        np.zeros((size, _SIDE * _SIDE), np.int64),
    )


@njit(cache=True, nogil=True)
def _place_of(key: int, keys: NDArray[np.int64]) -> int:
    """Return where a key stands in the table, or the free place where it would."""
    mask = keys.size - 1
    # Fibonacci hashing (Knuth, TAOCP 6.4) of 31 bits, so that nothing overflows.
    mixed = (key ^ (key >> (_HOUR_BITS + _AXIS_BITS)) * 40_503) & 0x7FFFFFFF
    at = ((mixed * 0x9E3779B1) >> 16) & mask
    while keys[at] != -1 and keys[at] != key:
        at = (at + 1) & mask
    return int(at)


@njit(cache=True, nogil=True)
def _doubled(tiles: _Tiles) -> _Tiles:
    """Return full tiles with room for as many again."""
    n = tiles.owner.size
    new = _empty_tiles(2 * n)
    new.owner[:n], new.lo[:n], new.hi[:n] = tiles.owner, tiles.lo, tiles.hi
    for i in range(n):
        at = _place_of(tiles.owner[i], new.key)
        new.key[at], new.slot[at] = tiles.owner[i], i
    return new


@njit(cache=True, nogil=True)
def _with_tile(tiles: _Tiles, n: int, key: int) -> tuple[_Tiles, int, int]:
    """Return tiles that hold a key, their number, and the key's tile."""
    at = _place_of(key, tiles.key)
    if tiles.key[at] == key:
        return tiles, n, tiles.slot[at]
    if n == tiles.owner.size:
        tiles = _doubled(tiles)
        at = _place_of(key, tiles.key)
    tiles.key[at], tiles.slot[at], tiles.owner[n] = key, n, key
    return tiles, n + 1, n


@njit(cache=True, nogil=True)
def _ellipse_box(
    ends: tuple[float, float, float, float], reach: float
) -> tuple[int, int, int, int]:
    """Return the columns and rows, first and last, that ways of at most ``reach`` can touch."""
    x0, y0, x1, y1 = ends
    dx, dy = abs(x1 - x0), abs(y1 - y0)
    half_x = 0.5 * max(math.sqrt(max((reach - dy) * (reach + dy), 0.0)), dx) + _TOUCH
    half_y = 0.5 * max(math.sqrt(max((reach - dx) * (reach + dx), 0.0)), dy) + _TOUCH
    mid_x, mid_y = 0.5 * (x0 + x1), 0.5 * (y0 + y1)
    return (
        min(math.floor(mid_x - half_x), math.floor(min(x0, x1))),
        max(math.floor(mid_x + half_x), math.floor(max(x0, x1))),
        min(math.floor(mid_y - half_y), math.floor(min(y0, y1))),
        max(math.floor(mid_y + half_y), math.floor(max(y0, y1))),
    )


@njit(cache=True, nogil=True)
def _must_stay(
    ends: tuple[float, float, float, float], dt: int, speed: float, reach: float
) -> tuple[int, int]:
    """Return until when it is in the first fix's cell and since when in the last one's.

    Milliseconds after the first fix; (dt, dt) where one cell holds both and there is no time
    to get out and back.
    """
    x0, y0, x1, y1 = ends
    west0, west1 = x0 - math.floor(x0), x1 - math.floor(x1)
    south0, south1 = y0 - math.floor(y0), y1 - math.floor(y1)
    east0, east1, north0, north1 = 1.0 - west0, 1.0 - west1, 1.0 - south0, 1.0 - south1
    out = min(math.floor(min(west0, east0, south0, north0) / speed), dt)
    back = max(dt - math.floor(min(west1, east1, south1, north1) / speed), 0)
    if math.floor(x0) != math.floor(x1) or math.floor(y0) != math.floor(y1):
        return out, back
    # The shortest way by a side is the straight one to the other fix mirrored in it.
    by_side = min(
        min(west0 + west1, east0 + east1) ** 2 + (y1 - y0) ** 2,
        min(south0 + south1, north0 + north1) ** 2 + (x1 - x0) ** 2,
    )
    if by_side > (reach + _TOUCH) ** 2 or out >= back:
        return dt, dt
    return out, back


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
def _shortest_way(ends: tuple[float, float, float, float], col: int, row: int) -> float:
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
    most: NDArray[np.int64],
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
    first_col, last_col = max(box[0], corner[0]), min(box[1], corner[0] + _SIDE - 1)
    first_row, last_row = max(box[2], corner[1]), min(box[3], corner[1] + _SIDE - 1)
    for row in range(first_row, last_row + 1):
        dy0, dy1 = max(row - y0, y0 - row - 1.0, 0.0), max(row - y1, y1 - row - 1.0, 0.0)
        across = abs(min(max(y0, row), row + 1.0) - min(max(y1, row), row + 1.0))
        place = (row - corner[1]) * _SIDE - corner[0]
        for col in range(first_col, last_col + 1):
            dx0, dx1 = max(col - x0, x0 - col - 1.0, 0.0), max(col - x1, x1 - col - 1.0, 0.0)
            far0, far1 = math.sqrt(dx0 * dx0 + dy0 * dy0), math.sqrt(dx1 * dx1 + dy1 * dy1)
            if far0 + far1 > reach:
                continue
            along = abs(min(max(x0, col), col + 1.0) - min(max(x1, col), col + 1.0))
            if (
                far0 + far1 + across + along > reach  # from near side to near side may be too far
                and min(far0, far1) > 0.0
                and _shortest_way(ends, col, row) > reach
            ):
                continue
            arrive = max(math.floor(far0 * ms_per_cell), since)
            depart = min(math.ceil(dt - far1 * ms_per_cell), until)
            if depart > arrive:
                most[place + col] += depart - arrive


@njit(cache=True, nogil=True)
def _add_least(
    least: NDArray[np.int64],
    corner: tuple[int, int],
    ends: tuple[float, float, float, float],
    sure: tuple[bool, bool],
    stay: tuple[int, int],
    span: tuple[int, int],
) -> None:
    """Add the least stays in the cells of the two fixes, where a tile holds them."""
    x0, y0, x1, y1 = ends
    (out, back), (since, until) = stay, span
    col, row = math.floor(x0) - corner[0], math.floor(y0) - corner[1]
    if out == back and math.floor(x0) == math.floor(x1) and math.floor(y0) == math.floor(y1):
        if (sure[0] or sure[1]) and 0 <= col < _SIDE and 0 <= row < _SIDE:
            least[row * _SIDE + col] += until - since  # it cannot have left
        return
    if sure[0] and 0 <= col < _SIDE and 0 <= row < _SIDE:
        least[row * _SIDE + col] += max(min(out, until) - since, 0)
    col, row = math.floor(x1) - corner[0], math.floor(y1) - corner[1]
    if sure[1] and 0 <= col < _SIDE and 0 <= row < _SIDE:
        least[row * _SIDE + col] += max(until - max(back, since), 0)


@njit(cache=True, nogil=True)
def _summed(
    prisms: Prisms, edges: NDArray[np.int64], clock: NDArray[np.int8]
) -> tuple[_Tiles, int]:
    """Return the sums of a day's prisms, and the number of tiles in use."""
    t, x, y = prisms.t, prisms.x, prisms.y
    tiles, n = _empty_tiles(_FIRST_TILES), 0
    last_key, tile = -1, 0
    for i in range(t.size - 1):
        speed, dt = prisms.speed[i], t[i + 1] - t[i]
        if not speed > 0.0 or t[i + 1] <= edges[0] or t[i] >= edges[-1]:
            continue
        ends = (x[i], y[i], x[i + 1], y[i + 1])
        apart = math.sqrt((ends[2] - ends[0]) ** 2 + (ends[3] - ends[1]) ** 2)
        reach = max(min(prisms.reach[i], speed * dt), apart)
        box, stay = _ellipse_box(ends, reach), _must_stay(ends, dt, speed, reach)
        limits, sure = (1.0 / speed, reach + _TOUCH), (prisms.sure[i], prisms.sure[i + 1])
        hour = max(int(np.searchsorted(edges, t[i], side="right")) - 1, 0)
        while hour < clock.size and edges[hour] < t[i + 1]:
            span = (dt, max(edges[hour] - t[i], 0), min(edges[hour + 1] - t[i], dt))
            for tile_row in range(box[2] >> _TILE_BITS, (box[3] >> _TILE_BITS) + 1):
                for tile_col in range(box[0] >> _TILE_BITS, (box[1] >> _TILE_BITS) + 1):
                    key = ((tile_row + _HALF_AXIS) << _AXIS_BITS) | (tile_col + _HALF_AXIS)
                    key = (key << _HOUR_BITS) | int(clock[hour])
                    if key != last_key:
                        tiles, n, tile = _with_tile(tiles, n, key)
                        last_key = key
                    corner = (tile_col << _TILE_BITS, tile_row << _TILE_BITS)
                    _add_most(tiles.hi[tile], corner, box, ends, limits, span)
                    _add_least(tiles.lo[tile], corner, ends, sure, stay, span[1:])
            hour += 1
    return tiles, n


@njit(cache=True, nogil=True)
def _cells_of(tiles: _Tiles, n: int) -> CellBounds:
    """Return the cells of tiles that anything can have been in."""
    size = np.count_nonzero(tiles.hi[:n])
    out = CellBounds(
        np.empty(size, np.int32),
        np.empty(size, np.int32),
        np.empty(size, np.int8),
        np.empty(size, np.int64),
        np.empty(size, np.int64),
    )
    k = 0
    for tile in range(n):
        key = tiles.owner[tile]
        hour = key & ((1 << _HOUR_BITS) - 1)
        tile_col = ((key >> _HOUR_BITS) & ((1 << _AXIS_BITS) - 1)) - _HALF_AXIS
        tile_row = (key >> (_HOUR_BITS + _AXIS_BITS)) - _HALF_AXIS
        for at in range(_SIDE * _SIDE):
            if tiles.hi[tile, at] > 0:
                out.row[k] = (tile_row << _TILE_BITS) + at // _SIDE
                out.col[k] = (tile_col << _TILE_BITS) + at % _SIDE
                out.hour[k] = hour
                out.lo_ms[k], out.hi_ms[k] = tiles.lo[tile, at], tiles.hi[tile, at]
                k += 1
    return out


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
    cells = _cells_of(*_summed(prisms, edges, clock))
    west, south = int(cells.col.min(initial=0)), int(cells.row.min(initial=0))
    width = int(cells.col.max(initial=0)) - west + 1
    place = (cells.row.astype(np.int64) - south) * width + (cells.col - west)
    order = np.argsort((place << _HOUR_BITS) | cells.hour)
    return CellBounds._make(column[order] for column in cells)
