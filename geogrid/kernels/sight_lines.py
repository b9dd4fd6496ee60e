"""Whether a straight line from a camera to a point of the ground is free of buildings.

One line is asked at a time, so that a few points far apart cost little however many walls stand
around a camera; outlines of whole views are `geogrid.kernels.visible_sweep`'s.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geogrid.kernels.wall_index import Walls, bucket_of

_BESIDE_M: Final = 1e-6  # a row of buckets is looked at a little beyond its edges
_ON_WALL_M: Final = 1e-6  # a camera this near to a wall's line stands on it


class Eyes(NamedTuple):
    """Cameras in the frame of the walls.

    Parameters
    ----------
    xy
        Where they stand, metres from the corner of the walls' buckets, shape (n, 2).
    height
        Above ground, metres; NaN where not known, shape (n,).
    start
        Where each camera's buildings start in ``inside``, shape (n + 1,).
    inside
        Buildings in which or on whose outline a camera stands in plan.
    depth
        How deep inside such a building a camera may stand and still look out, metres.
    """

    xy: NDArray[np.float64]
    height: NDArray[np.float64]
    start: NDArray[np.int64]
    inside: NDArray[np.int32]
    depth: float


class Targets(NamedTuple):
    """Points of the ground in the frame of the walls.

    Parameters
    ----------
    xy
        Metres from the corner of the walls' buckets, shape (m, 2).
    start
        Where each point's buildings start in ``under``, shape (m + 1,).
    under
        Buildings in which or on whose outline a point lies: it stands for them.
    """

    xy: NDArray[np.float64]
    start: NDArray[np.int64]
    under: NDArray[np.int32]


class _Line(NamedTuple):
    """A line of sight from A to B, and who looks where."""

    ax: float
    ay: float
    bx: float
    by: float
    eye: int
    target: int


@njit(cache=True, nogil=True)
def _is_among(building: int, start: NDArray[np.int64], listed: NDArray[np.int32], at: int) -> bool:
    """Tell whether a building is in a row of a list of buildings."""
    found = False
    for k in range(start[at], start[at + 1]):
        found = found or listed[k] == building
    return found


@njit(cache=True, nogil=True)
def _touches(
    line: tuple[float, float, float, float], wall: tuple[float, float, float, float]
) -> tuple[bool, float, float]:
    """Tell whether a line and a wall have a point in common.

    Also returned: how far along the line, as a share of it, and twice the area that the line's
    first end spans with the wall, over 0 on the inner side.
    """
    ax, ay, bx, by = line
    px, py, qx, qy = wall
    dx, dy, wx, wy = bx - ax, by - ay, qx - px, qy - py
    first, second = dx * (py - ay) - dy * (px - ax), dx * (qy - ay) - dy * (qx - ax)
    if (first > 0.0 and second > 0.0) or (first < 0.0 and second < 0.0):
        return False, 0.0, 0.0
    side, other = wx * (ay - py) - wy * (ax - px), wx * (by - py) - wy * (bx - px)
    if (side > 0.0 and other > 0.0) or (side < 0.0 and other < 0.0):
        return False, 0.0, 0.0
    if side != other:
        return True, side / (side - other), side
    length = dx * dx + dy * dy  # along one line, or one of them is a point
    if length == 0.0:
        return False, 0.0, 0.0
    t, u = ((px - ax) * dx + (py - ay) * dy) / length, ((qx - ax) * dx + (qy - ay) * dy) / length
    return max(t, u) >= 0.0 and min(t, u) <= 1.0, max(min(t, u), 0.0), side


@njit(cache=True, nogil=True)
def _hides(e: int, line: _Line, eyes: Eyes, targets: Targets, walls: Walls) -> bool:
    """Tell whether a wall hides a point from a camera."""
    wall = (walls.xy[e, 0], walls.xy[e, 1], walls.xy[e, 2], walls.xy[e, 3])
    ax, ay, height = line.ax, line.ay, eyes.height[line.eye]
    is_over = height > walls.height[e]  # false where one is not known
    if is_over:  # the line is no higher than the roof in its last part only
        share = 1.0 - walls.height[e] / height
        ax, ay = ax + share * (line.bx - ax), ay + share * (line.by - ay)
    touches, at, side = _touches((ax, ay, line.bx, line.by), wall)
    if not touches or _is_among(walls.building[e], targets.start, targets.under, line.target):
        return False
    if is_over or not _is_among(walls.building[e], eyes.start, eyes.inside, line.eye):
        return True
    length = math.hypot(wall[2] - wall[0], wall[3] - wall[1])
    if abs(side) <= _ON_WALL_M * length:  # it hangs on this very wall
        return False
    far = at * math.hypot(line.bx - line.ax, line.by - line.ay)
    return side < 0.0 or far > eyes.depth


@njit(cache=True, nogil=True)
def _is_free(line: _Line, eyes: Eyes, targets: Targets, walls: Walls) -> bool:
    """Tell whether no building hides a point from a camera, near walls first."""
    for k in range(eyes.start[line.eye], eyes.start[line.eye + 1]):
        if _is_among(eyes.inside[k], targets.start, targets.under, line.target):
            return False  # one roof over both
    size, dy = walls.size, line.by - line.ay
    row, last = bucket_of(line.ay, size, walls.n_rows), bucket_of(line.by, size, walls.n_rows)
    step = 1 if last >= row else -1
    while True:
        t, u = 0.0, 1.0
        if dy != 0.0:
            near = (row if step > 0 else row + 1) * size - step * _BESIDE_M
            far = (row + 1 if step > 0 else row) * size + step * _BESIDE_M
            t = min(max((near - line.ay) / dy, 0.0), 1.0)
            u = min(max((far - line.ay) / dy, 0.0), 1.0)
        x, z = line.ax + t * (line.bx - line.ax), line.ax + u * (line.bx - line.ax)
        low, high = min(x, z) - _BESIDE_M, max(x, z) + _BESIDE_M
        col_0, col_1 = bucket_of(low, size, walls.n_cols), bucket_of(high, size, walls.n_cols)
        for k in range(col_1 - col_0 + 1):
            bucket = row * walls.n_cols + (col_0 + k if z >= x else col_1 - k)
            for at in range(walls.start[bucket], walls.start[bucket + 1]):
                if _hides(walls.listed[at], line, eyes, targets, walls):
                    return False
        if row == last:
            return True
        row += step


@njit(cache=True, nogil=True)
def free_lines(
    start: NDArray[np.int64],
    point: NDArray[np.int32],
    eyes: Eyes,
    targets: Targets,
    walls: Walls,
) -> NDArray[np.bool_]:
    """Return which points that cameras reach they also see.

    Parameters
    ----------
    start
        Where each camera's points start in ``point``, shape (n + 1,).
    point
        Points that each camera reaches in the open.
    eyes
        The cameras.
    targets
        The points.
    walls
        What may stand in the way.

    Returns
    -------
    ndarray of bool, shape (start[-1],)
        True where no building is on the line: not even touched, but for those that the point
        stands for, those that the camera's line leaves within ``eyes.depth``, and those that the
        line passes over. A camera and a point under one roof do not see each other.
    """
    free = np.empty(point.size, np.bool_)
    for i in range(start.size - 1):
        for k in range(start[i], start[i + 1]):
            j = point[k]
            line = _Line(eyes.xy[i, 0], eyes.xy[i, 1], targets.xy[j, 0], targets.xy[j, 1], i, j)
            free[k] = _is_free(line, eyes, targets, walls)
    return free
