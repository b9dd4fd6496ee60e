"""What segments whose prism touches four cells at most say, many at a time.

With a fix every few seconds nearly all prisms are that small. Each step is a loop over a block
of segments without branches, with few arrays, so that the compiler turns it into vector
instructions. The numbers are those of `geogrid.kernels.space_time_prism`, bit for bit: the
same operations in the same order.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geogrid.kernels.hour_tiles import SIDE, TILE_BITS, key_of

BLOCK = 248  # segments: sixteen columns of them stay in the fastest caches
TOUCH = 1e-9  # cells: far above the rounding of floats, a quarter of a micrometre at 250 m
DOUBT = 1e-6  # cells: far above what two ways to work out one length can differ by


class Block(NamedTuple):
    """Segments of a block, shape (BLOCK,): whole numbers, kept as floats.

    ``west``, ``east``, ``south``, ``north`` are the columns and rows, first and last, that the
    prism can touch. ``most_sw`` to ``most_ne`` are the longest stays in the corners of that
    box, ms; below 0 where the sides' shortest way has yet to be asked for. ``out`` and ``back``
    tell until when it must be in the first fix's cell and since when in the last one's, ms
    after the first fix; ``whole`` is above 0 where one cell must have held it all the time.
    """

    ms: NDArray[np.float64]
    speed: NDArray[np.float64]
    pace: NDArray[np.float64]
    reach: NDArray[np.float64]
    nearest: NDArray[np.float64]
    west: NDArray[np.float64]
    east: NDArray[np.float64]
    south: NDArray[np.float64]
    north: NDArray[np.float64]
    most_sw: NDArray[np.float64]
    most_se: NDArray[np.float64]
    most_nw: NDArray[np.float64]
    most_ne: NDArray[np.float64]
    out: NDArray[np.float64]
    back: NDArray[np.float64]
    whole: NDArray[np.float64]
    key: NDArray[np.int64]
    corner: NDArray[np.int64]
    place: NDArray[np.int64]
    sw: NDArray[np.int64]
    se: NDArray[np.int64]
    nw: NDArray[np.int64]
    ne: NDArray[np.int64]
    first_ms: NDArray[np.int64]
    last_ms: NDArray[np.int64]


@njit(cache=True, nogil=True)
def empty_block() -> Block:
    """Return room for the numbers of a block."""
    real, whole = np.zeros((16, BLOCK + 8)), np.zeros((9, BLOCK + 8), np.int64)
    return Block(
        *(real[0], real[1], real[2], real[3], real[4], real[5], real[6], real[7], real[8]),
        *(real[9], real[10], real[11], real[12], real[13], real[14], real[15]),
        *(whole[0], whole[1], whole[2], whole[3], whole[4], whole[5], whole[6], whole[7]),
        whole[8],
    )


@njit(cache=True, nogil=True, error_model="numpy")
def _paces(
    t: NDArray[np.int64],
    top: NDArray[np.float64],
    ms: NDArray[np.float64],
    speed: NDArray[np.float64],
    pace: NDArray[np.float64],
) -> None:
    """Work out durations, speeds that can be divided by, and paces, ms per cell."""
    for i in range(top.size):
        ms[i] = t[i + 1] - t[i]
    for i in range(top.size):
        speed[i] = top[i] if top[i] > 0.0 else 1.0
    for i in range(top.size):
        pace[i] = 1.0 / speed[i]


@njit(cache=True, nogil=True, error_model="numpy")
def _reaches(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    longest: NDArray[np.float64],
    ms: NDArray[np.float64],
    speed: NDArray[np.float64],
    reach: NDArray[np.float64],
) -> None:
    """Work out the longest ways that limits and time allow, cells."""
    for i in range(longest.size):
        dx, dy = x[i + 1] - x[i], y[i + 1] - y[i]
        reach[i] = max(min(longest[i], speed[i] * ms[i]), math.sqrt(dx * dx + dy * dy))


@njit(cache=True, nogil=True, error_model="numpy")
def _sides(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    reach: NDArray[np.float64],
    first: NDArray[np.float64],
    last: NDArray[np.float64],
) -> None:
    """Work out the first and last cells, along x, of the box around an ellipse."""
    for i in range(x.size - 1):
        dx, dy = abs(x[i + 1] - x[i]), abs(y[i + 1] - y[i])
        high = max((reach[i] - dy) * (reach[i] + dy), 0.0)
        half = 0.5 * max(math.sqrt(high), dx) + TOUCH
        mid = 0.5 * (x[i] + x[i + 1])
        first[i] = min(np.floor(mid - half), np.floor(min(x[i], x[i + 1])))
        last[i] = max(np.floor(mid + half), np.floor(max(x[i], x[i + 1])))


@njit(cache=True, nogil=True, error_model="numpy")
def _most(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    ms: NDArray[np.float64],
    pace: NDArray[np.float64],
    reach: NDArray[np.float64],
    cols: NDArray[np.float64],
    rows: NDArray[np.float64],
    most: NDArray[np.float64],
) -> None:
    """Work out the longest stays in one cell of each segment."""
    for i in range(x.size - 1):
        x0, y0, x1, y1, col, row = x[i], y[i], x[i + 1], y[i + 1], cols[i], rows[i]
        limit = reach[i] + TOUCH
        dx0, dx1 = max(col - x0, x0 - col - 1.0, 0.0), max(col - x1, x1 - col - 1.0, 0.0)
        dy0, dy1 = max(row - y0, y0 - row - 1.0, 0.0), max(row - y1, y1 - row - 1.0, 0.0)
        far0, far1 = math.sqrt(dx0 * dx0 + dy0 * dy0), math.sqrt(dx1 * dx1 + dy1 * dy1)
        across = abs(min(max(y0, row), row + 1.0) - min(max(y1, row), row + 1.0))
        along = abs(min(max(x0, col), col + 1.0) - min(max(x1, col), col + 1.0))
        stay = min(np.ceil(ms[i] - far1 * pace[i]), ms[i]) - np.floor(far0 * pace[i])
        stay = max(stay, 0.0) if far0 + far1 <= limit else 0.0
        near = far0 + far1 + across + along <= limit or min(far0, far1) <= 0.0
        # Mirrored in the side that both lie beyond, the way is straight; so it is at least.
        dx, dy = dx0 + dx1 + along, dy0 + dy1 + across
        mirrored = dx * dx + dy * dy
        near |= max(dx0, dx1) * max(dy0, dy1) <= 0.0 and mirrored < max(limit - DOUBT, 0.0) ** 2
        stay = stay if near or mirrored <= (limit + DOUBT) ** 2 else 0.0
        most[i] = stay if near else -stay


@njit(cache=True, nogil=True, error_model="numpy")
def _nearest(x: NDArray[np.float64], y: NDArray[np.float64], nearest: NDArray[np.float64]) -> None:
    """Work out how far each fix is from the nearest side of its cell."""
    for i in range(x.size):
        west, south = x[i] - np.floor(x[i]), y[i] - np.floor(y[i])
        nearest[i] = min(west, 1.0 - west, south, 1.0 - south)


@njit(cache=True, nogil=True, error_model="numpy")
def _ends(
    ms: NDArray[np.float64],
    speed: NDArray[np.float64],
    nearest: NDArray[np.float64],
    out: NDArray[np.float64],
    back: NDArray[np.float64],
) -> None:
    """Work out until when it must be in the first cell, and since when in the last one."""
    for i in range(ms.size):
        out[i] = min(np.floor(nearest[i] / speed[i]), ms[i])
    for i in range(ms.size):
        back[i] = max(ms[i] - np.floor(nearest[i + 1] / speed[i]), 0.0)


@njit(cache=True, nogil=True, error_model="numpy")
def _wholes(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    reach: NDArray[np.float64],
    out: NDArray[np.float64],
    back: NDArray[np.float64],
    whole: NDArray[np.float64],
) -> None:
    """Work out whether one cell must have held it all the time."""
    for i in range(x.size - 1):
        x0, y0, x1, y1 = x[i], y[i], x[i + 1], y[i + 1]
        west0, west1 = x0 - np.floor(x0), x1 - np.floor(x1)
        south0, south1 = y0 - np.floor(y0), y1 - np.floor(y1)
        aside = min(west0 + west1, (1.0 - west0) + (1.0 - west1))
        above = min(south0 + south1, (1.0 - south0) + (1.0 - south1))
        dx, dy, limit = x1 - x0, y1 - y0, reach[i] + TOUCH
        by_side = min(aside * aside + dy * dy, above * above + dx * dx)
        one = np.floor(x0) == np.floor(x1) and np.floor(y0) == np.floor(y1)
        whole[i] = 1.0 if one and (by_side > limit * limit or out[i] >= back[i]) else 0.0


@njit(cache=True, nogil=True)
def _keys(
    top: NDArray[np.float64],
    west: NDArray[np.float64],
    east: NDArray[np.float64],
    south: NDArray[np.float64],
    north: NDArray[np.float64],
    key: NDArray[np.int64],
    corner: NDArray[np.int64],
) -> None:
    """Work out the tile of each box and the place of its corner there; -1 if none holds it."""
    for i in range(top.size):
        row, col = int(south[i]), int(west[i])
        wide, high = int(east[i]) - col, int(north[i]) - row
        across = (((col + wide) ^ col) | ((row + high) ^ row)) >> TILE_BITS
        holds = (wide | high) <= 1 and across == 0 and top[i] > 0.0
        key[i] = key_of(row >> TILE_BITS, col >> TILE_BITS, 0) if holds else -1
    for i in range(top.size):
        row, col = int(south[i]), int(west[i])
        corner[i] = ((row & (SIDE - 1)) << TILE_BITS) + (col & (SIDE - 1))


@njit(cache=True, nogil=True)
def _places(x: NDArray[np.float64], y: NDArray[np.float64], place: NDArray[np.int64]) -> None:
    """Work out where each fix is in its tile."""
    for i in range(x.size):
        row, col = int(np.floor(y[i])), int(np.floor(x[i]))
        place[i] = ((row & (SIDE - 1)) << TILE_BITS) + (col & (SIDE - 1))


@njit(cache=True, nogil=True)
def _stays(
    most: NDArray[np.float64],
    first: NDArray[np.float64],
    last: NDArray[np.float64],
    stays: NDArray[np.int64],
) -> None:
    """Write longest stays as whole numbers, 0 where a box has no second column or row."""
    for i in range(most.size):
        stays[i] = int(most[i]) if first[i] < last[i] else 0


@njit(cache=True, nogil=True)
def _least(
    ms: NDArray[np.float64],
    out: NDArray[np.float64],
    back: NDArray[np.float64],
    whole: NDArray[np.float64],
    first_ms: NDArray[np.int64],
    last_ms: NDArray[np.int64],
) -> None:
    """Work out the least stays in the cells of the first fix and the last one."""
    for i in range(ms.size):
        first_ms[i] = int(ms[i] if whole[i] > 0.0 else out[i])
    for i in range(ms.size):
        last_ms[i] = int(0.0 if whole[i] > 0.0 else ms[i] - back[i])


@njit(cache=True, nogil=True)
def measure(
    t: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    top: NDArray[np.float64],
    longest: NDArray[np.float64],
    block: Block,
) -> None:
    """Work out a block's numbers.

    Parameters
    ----------
    t, x, y
        Fixes: ms, cells, shape (n + 1,), at most ``BLOCK`` + 1.
    top
        Top speed of each segment, cells/ms; 0 where it does not count, shape (n,).
    longest
        Longest way of each, cells, shape (n,).
    block
        Where the numbers go.
    """
    n, b = top.size, block
    _paces(t, top, b.ms, b.speed, b.pace)
    _reaches(x, y, longest, b.ms, b.speed, b.reach)
    _sides(x, y, b.reach, b.west, b.east)
    _sides(y, x, b.reach, b.south, b.north)
    _most(x, y, b.ms, b.pace, b.reach, b.west, b.south, b.most_sw)
    _most(x, y, b.ms, b.pace, b.reach, b.east, b.south, b.most_se)
    _most(x, y, b.ms, b.pace, b.reach, b.west, b.north, b.most_nw)
    _most(x, y, b.ms, b.pace, b.reach, b.east, b.north, b.most_ne)
    _nearest(x, y, b.nearest)
    _ends(b.ms[:n], b.speed, b.nearest, b.out, b.back)
    _wholes(x, y, b.reach, b.out, b.back, b.whole)
    _keys(top, b.west, b.east, b.south, b.north, b.key, b.corner)
    _places(x, y, b.place)
    for i in range(n):
        b.sw[i] = int(b.most_sw[i])
    _stays(b.most_se[:n], b.west, b.east, b.se)
    _stays(b.most_nw[:n], b.south, b.north, b.nw)
    _stays(b.most_ne[:n], b.west, b.east, b.ne)
    for i in range(n):
        b.ne[i] = b.ne[i] if b.south[i] < b.north[i] else 0
    _least(b.ms[:n], b.out, b.back, b.whole, b.first_ms, b.last_ms)
