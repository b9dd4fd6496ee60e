"""What cameras see between walls, by evenly spaced rays: an angular z-buffer.

Each wall is drawn into the rays between its ends; a ray keeps the nearest. Rays tell how far a
camera sees in every direction; a view's outline is made of them with its corners put back: where
the wall changes from one ray to the next, the turn is at the end of a wall that lies between the
two. Only what falls between two rays altogether is missed.

References
----------
Catmull, E. (1974). A subdivision algorithm for computer display of curved surfaces, University of
Utah (the z-buffer).
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geogrid.kernels.visible_sweep import diamond_angle
from geogrid.kernels.wall_index import Walls
from geogrid.kernels.wall_scan import Cameras, gather_walls

_ARC: Final = -1  # in place of a wall where nothing stands in the way
_SLACK: Final = 1e-12  # rad: the end of a wall that lies right on a ray
_SAME_M2: Final = 1e-18  # squared distance at which two corners are one


class _Rays(NamedTuple):
    """Evenly spaced rays of a full circle, the first one again at the end.

    ``key`` is their `diamond_angle`; ``first[c]`` is the first ray whose key is at least
    ``c / per_key``.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    key: NDArray[np.float64]
    first: NDArray[np.int64]
    per_key: float


@njit(cache=True, nogil=True)
def _even_rays(rays: int) -> _Rays:
    """Return so many rays."""
    x, y, key = np.empty(rays + 1), np.empty(rays + 1), np.empty(rays + 1)
    for k in range(rays):
        angle = 2.0 * math.pi * k / rays
        x[k], y[k] = math.cos(angle), math.sin(angle)
        key[k] = diamond_angle(x[k], y[k])
    key[0] = 0.0
    x[rays], y[rays], key[rays] = 1.0, 0.0, 4.0
    first = np.empty(4 * rays + 1, np.int64)
    k = 0
    for c in range(4 * rays + 1):
        while key[k] < c / rays:
            k += 1
        first[c] = k
    return _Rays(x, y, key, first, float(rays))


@njit(cache=True, nogil=True)
def _first_ray(rays: _Rays, key: float) -> int:
    """Return the first ray that is not before a direction."""
    k = rays.first[int(key * rays.per_key)]
    while rays.key[k] < key:
        k += 1
    return int(k)


@njit(cache=True, nogil=True)
def _draw_wall(
    e: int,
    span: tuple[int, int],
    rays: _Rays,
    w: tuple[float, float],
    inverse: NDArray[np.float64],
    wall: NDArray[np.int64],
) -> None:
    """Draw one wall into the rays of a span, the last one left out."""
    for k in range(span[0], span[1]):
        value = rays.x[k] * w[1] - rays.y[k] * w[0]
        if value > inverse[k]:
            inverse[k], wall[k] = value, e


@njit(cache=True, nogil=True)
def _draw(
    seen: NDArray[np.float64],
    rays: _Rays,
    end: int,
    inverse: NDArray[np.float64],
    wall: NDArray[np.int64],
) -> None:
    """Draw walls into the rays before ``end``: the inverse of the distance, and which it is."""
    for e in range(seen.shape[0]):
        low = diamond_angle(seen[e, 0], seen[e, 1])
        high = diamond_angle(seen[e, 2], seen[e, 3])
        w = (seen[e, 4], seen[e, 5])
        first, last = _first_ray(rays, low), _first_ray(rays, high)
        if low <= high:
            _draw_wall(e, (first, min(last, end)), rays, w, inverse, wall)
        else:
            _draw_wall(e, (first, end), rays, w, inverse, wall)
            _draw_wall(e, (0, min(last, end)), rays, w, inverse, wall)


@njit(cache=True, nogil=True)
def ray_ranges(walls: Walls, cameras: Cameras, rays: int) -> NDArray[np.float32]:
    """Return how far each camera sees along evenly spaced rays.

    Parameters
    ----------
    walls
        What may stand in the way.
    cameras
        Where they stand; view angles are not looked at, ``start`` is the first ray.
    rays
        Number of rays of a full circle.

    Returns
    -------
    ndarray of float32, shape (n, rays)
        Metres, at most the camera's radius; ray k goes ``2 pi k / rays`` counter-clockwise from
        ``start``.
    """
    even = _even_rays(rays)
    out = np.empty((cameras.radius.size, rays), np.float32)
    stamp = np.full(walls.building.size, -1, np.int64)
    seen = np.empty((2 * walls.building.size + 1, 6))
    inverse, wall = np.empty(rays), np.empty(rays, np.int64)
    for i in range(cameras.radius.size):
        n_seen = gather_walls(i, walls, cameras, stamp, seen)
        inverse[:] = 1.0 / cameras.radius[i]
        _draw(seen[:n_seen], even, rays, inverse, wall)
        for k in range(rays):
            out[i, k] = 1.0 / inverse[k]
    return out


@njit(cache=True, nogil=True)
def _between(d: NDArray[np.float64], x: float, y: float, e: NDArray[np.float64]) -> bool:
    """Tell whether a vector points between two directions that are near each other."""
    slack = -_SLACK * (abs(x) + abs(y))
    return bool(d[0] * y - d[1] * x >= slack and x * e[1] - y * e[0] >= slack)


@njit(cache=True, nogil=True)
def _nearness(seen: NDArray[np.float64], e: int, x: float, y: float) -> float:
    """Return the inverse distance of a wall, in lengths of a vector."""
    return x * seen[e, 5] - y * seen[e, 4] if e != _ARC else 0.0


@njit(cache=True, nogil=True)
def _turning(
    seen: NDArray[np.float64],
    walls: tuple[int, int],
    here: NDArray[np.float64],
    there: NDArray[np.float64],
) -> tuple[float, float, float, float]:
    """Return where the wall of one ray ends and where that of the next one begins."""
    a, b = walls
    end_x, end_y, ends = here[0], here[1], False
    start_x, start_y, starts = there[0], there[1], False
    if a != _ARC and _between(here, seen[a, 2], seen[a, 3], there):
        end_x, end_y, ends = seen[a, 2], seen[a, 3], True
    if b != _ARC and _between(here, seen[b, 0], seen[b, 1], there):
        start_x, start_y, starts = seen[b, 0], seen[b, 1], True
    if ends and starts:
        overlap = start_x * end_y - start_y * end_x > 0.0
        if overlap and _nearness(seen, a, start_x, start_y) > _nearness(seen, b, start_x, start_y):
            starts = False
        elif overlap:
            ends = False
    if ends and not starts:
        return end_x, end_y, end_x, end_y
    if starts and not ends:
        return start_x, start_y, start_x, start_y
    return end_x, end_y, start_x, start_y


@njit(cache=True, nogil=True)
def _add_corner(x: float, y: float, out: NDArray[np.float64], n: int) -> int:
    """Append a corner, unless it is the last one again."""
    if n > 0 and (x - out[n - 1, 0]) ** 2 + (y - out[n - 1, 1]) ** 2 <= _SAME_M2:
        return n
    out[n, 0], out[n, 1] = x, y
    return n + 1


@njit(cache=True, nogil=True)
def _add_arc(
    x0: float, y0: float, turn: float, arc: tuple[float, float], out: NDArray[np.float64], n: int
) -> int:
    """Append the chords of an arc: as many as keep near it, of the radius that keeps its area."""
    if turn <= _SLACK:
        return n
    radius, widest = arc
    chords = max(math.ceil(turn / widest - 1e-9), 1)
    delta = turn / chords
    radius *= math.sqrt(delta / math.sin(delta))
    first = math.atan2(y0, x0)
    for k in range(chords + 1):
        angle = first + k * delta
        n = _add_corner(radius * math.cos(angle), radius * math.sin(angle), out, n)
    return n


@njit(cache=True, nogil=True)
def _add_run(
    run: tuple[float, float, float, float],
    seen: NDArray[np.float64],
    e: int,
    arc: tuple[float, float],
    out: NDArray[np.float64],
    n: int,
) -> int:
    """Append what one wall, or the arc, shows from its first to its last direction."""
    x0, y0, x1, y1 = run
    if e == _ARC:
        turn = math.atan2(x0 * y1 - y0 * x1, x0 * x1 + y0 * y1) % (2.0 * math.pi)
        if turn > 2.0 * math.pi - _SLACK:  # it ends where it begins: rounding, no full circle
            turn = 0.0
        return _add_arc(x0, y0, turn, arc, out, n)
    least = 1.0 / (arc[0] * math.hypot(x0, y0))
    near = 1.0 / max(_nearness(seen, e, x0, y0), least)
    n = _add_corner(x0 * near, y0 * near, out, n)
    least = 1.0 / (arc[0] * math.hypot(x1, y1))
    near = 1.0 / max(_nearness(seen, e, x1, y1), least)
    return _add_corner(x1 * near, y1 * near, out, n)


@njit(cache=True, nogil=True)
def _add_runs(
    seen: NDArray[np.float64],
    rays: NDArray[np.float64],
    wall: NDArray[np.int64],
    arc: tuple[float, float],
    out: NDArray[np.float64],
    n: int,
) -> int:
    """Append all that is seen from the first to the last ray."""
    x, y, first = rays[0, 0], rays[0, 1], 0
    for k in range(1, rays.shape[0]):
        if wall[k] == wall[first]:
            continue
        ends = _turning(seen, (wall[k - 1], wall[k]), rays[k - 1], rays[k])
        n = _add_run((x, y, ends[0], ends[1]), seen, wall[first], arc, out, n)
        x, y, first = ends[2], ends[3], k
    return _add_run((x, y, rays[-1, 0], rays[-1, 1]), seen, wall[first], arc, out, n)


@njit(cache=True, nogil=True)
def _look(
    angle: float, reach: float, seen: NDArray[np.float64], rays: _Rays
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the rays of a view, both edges included, and the wall that each one meets."""
    all_round = angle >= 2.0 * math.pi
    full = rays.x.size - 1
    last = full if all_round else int(angle * full / (2.0 * math.pi)) + 1
    inverse, wall = np.full(last + 1, 1.0 / reach), np.full(last + 1, _ARC)
    here = np.empty((last + 1, 2))
    here[:, 0], here[:, 1] = rays.x[: last + 1], rays.y[: last + 1]
    _draw(seen, rays, last, inverse, wall)
    if all_round:
        wall[last] = wall[0]
        return here, wall
    x, y = math.cos(angle), math.sin(angle)
    here[last, 0], here[last, 1] = x, y
    for e in range(seen.shape[0]):
        value = x * seen[e, 5] - y * seen[e, 4]
        ahead = seen[e, 0] * y - seen[e, 1] * x >= 0.0 >= seen[e, 2] * y - seen[e, 3] * x
        if ahead and value > inverse[last]:
            inverse[last], wall[last] = value, e
    return here, wall


@njit(cache=True, nogil=True)
def _outline(
    i: int,
    cameras: Cameras,
    seen: NDArray[np.float64],
    rays: _Rays,
    out: NDArray[np.float64],
) -> int:
    """Write the corners of a view, counter-clockwise; return their number."""
    angle = cameras.angle[i]
    delta = angle / cameras.chords[i]
    reach = cameras.radius[i] * math.sqrt(math.sin(delta) / delta)
    here, wall = _look(angle, reach, seen, rays)
    m = 0
    if angle < 2.0 * math.pi:
        out[0, 0], out[0, 1] = 0.0, 0.0
        m = 1
    if angle >= 2.0 * math.pi and not (wall != _ARC).any():
        m = _add_arc(1.0, 0.0, angle, (reach, delta), out, m) - 1
    else:
        m = _add_runs(seen, here, wall, (reach, delta), out, m)
    cos, sin = math.cos(cameras.start[i]), math.sin(cameras.start[i])
    for k in range(m):
        x, y = out[k, 0], out[k, 1]
        out[k, 0] = cameras.xy[i, 0] + x * cos - y * sin
        out[k, 1] = cameras.xy[i, 1] + x * sin + y * cos
    return m


@njit(cache=True, nogil=True)
def ray_polygons(
    walls: Walls, cameras: Cameras, rays: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return about what each camera sees, as a polygon that is a star around it.

    Parameters
    ----------
    walls
        What may stand in the way.
    cameras
        Where they stand and look.
    rays
        Number of rays of a full circle.

    Returns
    -------
    start : ndarray of int, shape (n + 1,)
        Where each camera's corners start.
    corners : ndarray of float, shape (start[-1], 2)
        As of `geogrid.kernels.visible_sweep.visible_polygons`.
    """
    even = _even_rays(rays)
    count = cameras.radius.size
    start = np.zeros(count + 1, np.int64)
    corners = np.empty((64 * count + 64, 2))
    stamp = np.full(walls.building.size, -1, np.int64)
    seen = np.empty((2 * walls.building.size + 1, 6))
    view = np.empty((0, 2))
    for i in range(count):
        n_seen = gather_walls(i, walls, cameras, stamp, seen)
        rows = 4 * rays + cameras.chords[i] + 8
        if view.shape[0] < rows:
            view = np.empty((rows, 2))
        n = _outline(i, cameras, seen[:n_seen], even, view)
        if corners.shape[0] < start[i] + n:
            grown = np.empty((2 * (start[i] + n), 2))
            grown[: start[i]] = corners[: start[i]]
            corners = grown
        corners[start[i] : start[i] + n] = view[:n]
        start[i + 1] = start[i] + n
    return start, corners[: start[-1]].copy()
