"""The walls that can hide something from a camera, near ones first, turned to its view.

A wall is seen from its outer side only: behind the first wall that a ray meets, everything is
hidden, and that wall shows its outer side to whoever stands outside of all buildings. The exit of
a building that the camera itself stands in is the exception: see `gather_walls`.

In the camera's frame a wall is its two ends P and Q, counter-clockwise, and the vector
``w = (Q - P) / (P x Q)``. In direction d the wall stands at ``1 / (d x w)`` lengths of d, so that
of two walls the nearer one has the larger cross product, and no angle is worked out.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geogrid.kernels.wall_index import Walls, bucket_of

_IN_LINE: Final = 1e-12  # rad: a wall this near to a ray's own line hides nothing
AT_THE_EYE_M: Final = 0.01  # where a way out is shut, the view ends here


class Cameras(NamedTuple):
    """Cameras in the frame of the walls.

    Parameters
    ----------
    xy
        Where they stand, metres from the corner of the walls' buckets, shape (n, 2).
    start
        First direction of the view, radians counter-clockwise from the x axis, shape (n,).
    angle
        Width of the view, radians in (0, 2 pi], shape (n,).
    radius
        How far the view reaches, metres, shape (n,).
    chords
        Number of chords of the arc, shape (n,).
    height
        Above ground, metres; NaN where not known, shape (n,).
    inside_start
        Where each camera's buildings start in ``inside``, shape (n + 1,).
    inside
        Buildings in which or on whose outline a camera stands.
    depth
        How deep inside such a building a camera may stand and still look out, metres.
    """

    xy: NDArray[np.float64]
    start: NDArray[np.float64]
    angle: NDArray[np.float64]
    radius: NDArray[np.float64]
    chords: NDArray[np.int64]
    height: NDArray[np.float64]
    inside_start: NDArray[np.int64]
    inside: NDArray[np.int32]
    depth: float


@njit(cache=True, nogil=True)
def _add(px: float, py: float, qx: float, qy: float, out: NDArray[np.float64], n: int) -> int:
    """Append a wall from P counter-clockwise to Q; return how many there are."""
    turn = px * qy - py * qx
    if turn <= _IN_LINE * math.sqrt((px * px + py * py) * (qx * qx + qy * qy)):
        return n
    out[n, 0], out[n, 1], out[n, 2], out[n, 3] = px, py, qx, qy
    out[n, 4], out[n, 5] = (qx - px) / turn, (qy - py) / turn
    return n + 1


@njit(cache=True, nogil=True)
def _squared_distance(px: float, py: float, qx: float, qy: float) -> float:
    """Return the squared distance of a segment from the camera."""
    dx, dy = qx - px, qy - py
    length = dx * dx + dy * dy
    t = 0.0 if length == 0.0 else min(max(-(px * dx + py * dy) / length, 0.0), 1.0)
    x, y = px + t * dx, py + t * dy
    return x * x + y * y


@njit(cache=True, nogil=True)
def _add_shut(px: float, py: float, qx: float, qy: float, out: NDArray[np.float64], n: int) -> int:
    """Append a piece of an exit that is too deep: it shuts the view right at the camera."""
    p, q = AT_THE_EYE_M / math.hypot(px, py), AT_THE_EYE_M / math.hypot(qx, qy)
    return _add(px * p, py * p, qx * q, qy * q, out, n)


@njit(cache=True, nogil=True)
def _add_exit(
    line: tuple[float, float, float, float], depth: float, out: NDArray[np.float64], n: int
) -> int:
    """Append the parts of an exit that lie deeper than ``depth``; return how many there are."""
    px, py, qx, qy = line
    dx, dy = qx - px, qy - py
    a, b, c = dx * dx + dy * dy, px * dx + py * dy, px * px + py * py - depth * depth
    root = b * b - a * c
    if root <= 0.0 or a == 0.0:
        return _add_shut(px, py, qx, qy, out, n)
    first = min(max((-b - math.sqrt(root)) / a, 0.0), 1.0)
    last = min(max((-b + math.sqrt(root)) / a, 0.0), 1.0)
    if first >= last:
        return _add_shut(px, py, qx, qy, out, n)
    if first > 0.0:
        n = _add_shut(px, py, px + first * dx, py + first * dy, out, n)
    if last < 1.0:
        n = _add_shut(px + last * dx, py + last * dy, qx, qy, out, n)
    return n


@njit(cache=True, nogil=True)
def _add_seen(
    e: int,
    i: int,
    walls: Walls,
    cameras: Cameras,
    turn: tuple[float, float],
    row: tuple[NDArray[np.float64], int],
) -> int:
    """Append a wall in the frame of a camera, if it can hide anything from it."""
    out, n = row
    ax, ay = walls.xy[e, 0] - cameras.xy[i, 0], walls.xy[e, 1] - cameras.xy[i, 1]
    bx, by = walls.xy[e, 2] - cameras.xy[i, 0], walls.xy[e, 3] - cameras.xy[i, 1]
    outward = ay * bx - ax * by
    if outward <= 0.0 and cameras.inside_start[i] == cameras.inside_start[i + 1]:
        return n
    if cameras.height[i] > walls.height[e]:  # false where one is not known
        return n
    if _squared_distance(ax, ay, bx, by) >= cameras.radius[i] * cameras.radius[i]:
        return n
    cos, sin = turn
    ax, ay = ax * cos + ay * sin, ay * cos - ax * sin
    bx, by = bx * cos + by * sin, by * cos - bx * sin
    if outward >= 0.0:
        return _add(bx, by, ax, ay, out, n)
    for k in range(cameras.inside_start[i], cameras.inside_start[i + 1]):
        if cameras.inside[k] == walls.building[e]:
            return _add_exit((ax, ay, bx, by), cameras.depth, out, n)
    return n


@njit(cache=True, nogil=True)
def gather_walls(
    i: int,
    walls: Walls,
    cameras: Cameras,
    stamp: NDArray[np.int64],
    out: NDArray[np.float64],
) -> int:
    """Write the walls within reach of a camera in its frame, near buckets before far ones.

    A camera inside a building stands on its wall: registers are metres off, and brackets reach
    over the outline. A ray that leaves the building within ``cameras.depth`` goes on; one that
    has farther to go is shut off at the camera.

    Parameters
    ----------
    i
        The camera.
    walls
        The walls.
    cameras
        The cameras.
    stamp
        Which camera saw a wall last, shape (number of walls,); changed.
    out
        Room for the ends P and Q and for w, shape (2 * number of walls + 1, 6); changed.

    Returns
    -------
    int
        How many rows of ``out`` are filled.
    """
    x, y, reach, n = cameras.xy[i, 0], cameras.xy[i, 1], cameras.radius[i], 0
    turn = (math.cos(cameras.start[i]), math.sin(cameras.start[i]))
    row_0 = bucket_of(y - reach, walls.size, walls.n_rows)
    row_1 = bucket_of(y + reach, walls.size, walls.n_rows)
    col_0 = bucket_of(x - reach, walls.size, walls.n_cols)
    col_1 = bucket_of(x + reach, walls.size, walls.n_cols)
    row, col = bucket_of(y, walls.size, walls.n_rows), bucket_of(x, walls.size, walls.n_cols)
    for ring in range(max(row - row_0, row_1 - row, col - col_0, col_1 - col) + 1):
        for r in range(max(row - ring, row_0), min(row + ring, row_1) + 1):
            step = 1 if abs(r - row) == ring else max(2 * ring, 1)
            for c in range(col - ring, col + ring + 1, step):
                if c < col_0 or c > col_1:
                    continue
                bucket = r * walls.n_cols + c
                for at in range(walls.start[bucket], walls.start[bucket + 1]):
                    e = walls.listed[at]
                    if stamp[e] != i:
                        stamp[e] = i
                        n = _add_seen(e, i, walls, cameras, turn, (out, n))
    return n
