"""What cameras see between walls: exact polygons, by intervals of direction.

The directions of a view are cut into intervals, each with the segment that ends the view there:
at first the chords of the arc, then every nearer wall takes its part. Of two segments the nearer
one in direction d has the larger ``d x w`` (see `geogrid.kernels.wall_scan`), which is linear in
d, so they change places once at most inside an interval, in the direction of the difference of
their w. Nothing is rounded to rays and walls may cross each other.

References
----------
Suri, S. & O'Rourke, J. (1986). Worst-case optimal algorithms for constructing visibility polygons
with holes. 2nd Symposium on Computational Geometry, 14-23 (the envelope of walls by direction).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geogrid.kernels.wall_index import Walls
from geogrid.kernels.wall_scan import Cameras, gather_walls

_NARROW: Final = 1e-13  # of a quarter turn: 1e-11 m at 100 m
_SAME_M2: Final = 1e-18  # squared distance at which two corners are one


@njit(cache=True, nogil=True)
def diamond_angle(x: float, y: float) -> float:
    """Return a number in [0, 4) that rises with the direction of a vector.

    Parameters
    ----------
    x, y
        The vector, not zero.

    Returns
    -------
    float
        0 on the x axis, 1 on the y axis, and so on.
    """
    p = y / (abs(x) + abs(y))
    if x < 0.0:
        return 2.0 - p
    return p if y >= 0.0 else 4.0 + p


@njit(cache=True, nogil=True)
def _append(
    out: NDArray[np.float64], n: int, key: float, d: tuple[float, float], w: tuple[float, float]
) -> int:
    """Append an interval, or let it go on where it has the segment of the last one."""
    if n > 0 and out[n - 1, 3] == w[0] and out[n - 1, 4] == w[1]:
        return n
    if n > 0 and key <= out[n - 1, 0] + _NARROW:
        n -= 1
        key, d = out[n, 0], (out[n, 1], out[n, 2])
    out[n, 0], out[n, 1], out[n, 2], out[n, 3], out[n, 4] = key, d[0], d[1], w[0], w[1]
    return n + 1


@njit(cache=True, nogil=True)
def _append_nearer(
    low: tuple[float, float, float],
    high: tuple[float, float, float],
    old: tuple[float, float],
    new: tuple[float, float],
    out: NDArray[np.float64],
    n: int,
) -> int:
    """Append what is nearer in the directions from ``low`` to ``high``: old, new or first one."""
    vx, vy = new[0] - old[0], new[1] - old[1]
    at_low, at_high = low[1] * vy - low[2] * vx, high[1] * vy - high[2] * vx
    d = (low[1], low[2])
    if at_low <= 0.0 and at_high <= 0.0:
        return _append(out, n, low[0], d, old)
    if at_low >= 0.0 and at_high >= 0.0:
        return _append(out, n, low[0], d, new)
    if vx * (low[1] + high[1]) + vy * (low[2] + high[2]) < 0.0:
        vx, vy = -vx, -vy
    key = min(max(diamond_angle(vx, vy), low[0]), high[0])
    first, second = (new, old) if at_low > 0.0 else (old, new)
    n = _append(out, n, low[0], d, first)
    return _append(out, n, key, (vx, vy), second)


@njit(cache=True, nogil=True)
def _is_hidden(
    pieces: NDArray[np.float64],
    k: int,
    low: tuple[float, float, float],
    high: tuple[float, float, float],
    w: tuple[float, float],
) -> bool:
    """Tell whether a segment is nowhere nearer than what is there, from interval k on."""
    while pieces[k, 0] < high[0]:
        vx, vy = w[0] - pieces[k, 3], w[1] - pieces[k, 4]
        dx, dy = (low[1], low[2]) if low[0] > pieces[k, 0] else (pieces[k, 1], pieces[k, 2])
        if dx * vy - dy * vx > 0.0:
            return False
        last = high[0] <= pieces[k + 1, 0]
        dx, dy = (high[1], high[2]) if last else (pieces[k + 1, 1], pieces[k + 1, 2])
        if dx * vy - dy * vx > 0.0:
            return False
        k += 1
    return True


@njit(cache=True, nogil=True)
def _insert(
    pieces: NDArray[np.float64],
    n: int,
    low: tuple[float, float, float],
    high: tuple[float, float, float],
    w: tuple[float, float],
    out: NDArray[np.float64],
) -> int:
    """Write the intervals with a segment put in; 0 if it is hidden, else their number.

    Row ``n`` of ``pieces`` is the end of the view.
    """
    first, last = 0, n
    while last - first > 1:
        middle = (first + last) // 2
        if pieces[middle, 0] <= low[0]:
            first = middle
        else:
            last = middle
    if _is_hidden(pieces, first, low, high, w):
        return 0
    out[:first] = pieces[:first]
    m, k = first, first
    while k < n and pieces[k, 0] < high[0]:
        here = (pieces[k, 0], pieces[k, 1], pieces[k, 2])
        end = (pieces[k + 1, 0], pieces[k + 1, 1], pieces[k + 1, 2])
        old = (pieces[k, 3], pieces[k, 4])
        if here[0] < low[0]:
            m = _append(out, m, here[0], (here[1], here[2]), old)
            here = low
        if end[0] > high[0]:
            m = _append_nearer(here, high, old, w, out, m)
            m = _append(out, m, high[0], (high[1], high[2]), old)
        else:
            m = _append_nearer(here, end, old, w, out, m)
        k += 1
    for rest in range(k, n):
        d = (pieces[rest, 1], pieces[rest, 2])
        m = _append(out, m, pieces[rest, 0], d, (pieces[rest, 3], pieces[rest, 4]))
    out[m] = pieces[n]
    return m


@njit(cache=True, nogil=True)
def _arc(i: int, cameras: Cameras, out: NDArray[np.float64]) -> int:
    """Write the chords of a camera's arc as intervals; return their number."""
    n = cameras.chords[i]
    delta = cameras.angle[i] / n
    radius = cameras.radius[i]
    for k in range(n + 1):
        x, y = math.cos(k * delta), math.sin(k * delta)
        out[k, 0], out[k, 1], out[k, 2] = diamond_angle(x, y), x, y
        if k > 0:
            px, py = radius * out[k - 1, 1], radius * out[k - 1, 2]
            qx, qy = radius * x, radius * y
            turn = px * qy - py * qx
            out[k - 1, 3], out[k - 1, 4] = (qx - px) / turn, (qy - py) / turn
    if cameras.angle[i] >= 2.0 * math.pi:
        out[n, 0], out[n, 1], out[n, 2] = 4.0, 1.0, 0.0
    return int(n)


@njit(cache=True, nogil=True)
def _roomy(pieces: NDArray[np.float64], rows: int) -> NDArray[np.float64]:
    """Return the same rows in an array of at least so many."""
    if pieces.shape[0] >= rows:
        return pieces
    out = np.empty((2 * rows, pieces.shape[1]))
    out[: pieces.shape[0]] = pieces
    return out


@njit(cache=True, nogil=True)
def _envelope(
    i: int, cameras: Cameras, seen: NDArray[np.float64], buffer: NDArray[np.float64]
) -> tuple[NDArray[np.float64], int]:
    """Return the intervals of a camera's view and their number."""
    pieces, other = buffer, np.empty_like(buffer)
    n = _arc(i, cameras, pieces)
    end = (pieces[n, 0], pieces[n, 1], pieces[n, 2])
    for e in range(seen.shape[0]):
        p = (diamond_angle(seen[e, 0], seen[e, 1]), seen[e, 0], seen[e, 1])
        q = (diamond_angle(seen[e, 2], seen[e, 3]), seen[e, 2], seen[e, 3])
        w = (seen[e, 4], seen[e, 5])
        for part in range(2):
            low, high = p, q
            if p[0] > q[0]:  # over the x axis: from P to the end, and from the start to Q
                low = p if part == 0 else (0.0, 1.0, 0.0)
                high = (4.0, 1.0, 0.0) if part == 0 else q
            elif part == 1:
                break
            if low[0] >= end[0]:
                continue
            if high[0] > end[0]:
                high = end
            if high[0] <= low[0]:
                continue
            other = _roomy(other, 2 * n + 4)
            m = _insert(pieces, n, low, high, w, other)
            if m > 0:
                pieces, other, n = other, pieces, m
    return pieces, n


@njit(cache=True, nogil=True)
def _corner(dx: float, dy: float, w: tuple[float, float], out: NDArray[np.float64], n: int) -> int:
    """Append the point of a segment in a direction, unless it is the last one again."""
    scale = dx * w[1] - dy * w[0]
    if scale <= 0.0:  # rounding: a wall in line with the ray, whose other end is a corner too
        return n
    x, y = dx / scale, dy / scale
    if n > 0 and (x - out[n - 1, 0]) ** 2 + (y - out[n - 1, 1]) ** 2 <= _SAME_M2:
        return n
    out[n, 0], out[n, 1] = x, y
    return n + 1


@njit(cache=True, nogil=True)
def _outline(
    i: int, cameras: Cameras, pieces: NDArray[np.float64], n: int, out: NDArray[np.float64]
) -> int:
    """Write the corners of a view, counter-clockwise; return their number."""
    m = 0
    if cameras.angle[i] < 2.0 * math.pi:
        out[0, 0], out[0, 1] = 0.0, 0.0
        m = 1
    for k in range(n):
        w = (pieces[k, 3], pieces[k, 4])
        m = _corner(pieces[k, 1], pieces[k, 2], w, out, m)
        m = _corner(pieces[k + 1, 1], pieces[k + 1, 2], w, out, m)
    cos, sin = math.cos(cameras.start[i]), math.sin(cameras.start[i])
    for k in range(m):
        x, y = out[k, 0], out[k, 1]
        out[k, 0] = cameras.xy[i, 0] + x * cos - y * sin
        out[k, 1] = cameras.xy[i, 1] + x * sin + y * cos
    return m


@njit(cache=True, nogil=True)
def visible_polygons(
    walls: Walls, cameras: Cameras
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return what each camera sees as a polygon that is a star around it.

    Parameters
    ----------
    walls
        What may stand in the way.
    cameras
        Where they stand and look.

    Returns
    -------
    start : ndarray of int, shape (n + 1,)
        Where each camera's corners start.
    corners : ndarray of float, shape (start[-1], 2)
        Counter-clockwise, not closed, metres from the corner of the walls' buckets. The camera
        itself is the first corner of a view that is not all round.
    """
    count = cameras.radius.size
    start = np.zeros(count + 1, np.int64)
    corners = np.empty((64 * count + 64, 2))
    stamp = np.full(walls.building.size, -1, np.int64)
    seen = np.empty((2 * walls.building.size + 1, 6))
    for i in range(count):
        n_seen = gather_walls(i, walls, cameras, stamp, seen)
        buffer = np.empty((2 * cameras.chords[i] + 64, 5))
        pieces, n = _envelope(i, cameras, seen[:n_seen], buffer)
        corners = _roomy(corners, start[i] + 2 * n + 2)
        start[i + 1] = start[i] + _outline(i, cameras, pieces, n, corners[start[i] :])
    return start, corners[: start[-1]].copy()
