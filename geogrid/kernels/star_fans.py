"""Stars around a place, cut into convex fans.

A fan goes on from corner to corner as long as the outline turns left and the fan is no wider than
half a turn; a step straight towards or away from the place begins a new one.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def _cross(o: NDArray[np.float64], a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Return twice the signed area of a triangle."""
    return float((a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]))


@njit(cache=True, nogil=True)
def star_fans(
    start: NDArray[np.int64],
    corners: NDArray[np.float64],
    centre: NDArray[np.float64],
    all_round: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return stars as convex polygons.

    Parameters
    ----------
    start
        Where each star's corners start, shape (n + 1,).
    corners
        Counter-clockwise, not closed, shape (start[-1], 2); the centre is the first one of a
        star that does not go round.
    centre
        Of each star, shape (n, 2).
    all_round
        Which stars go round their centre, shape (n,).

    Returns
    -------
    owner : ndarray of int, shape (k,)
        Star of each fan, rising.
    fan_start : ndarray of int, shape (k + 1,)
        Where each fan's corners start.
    fan_corners : ndarray of float, shape (fan_start[-1], 2)
        Counter-clockwise, closed, from the centre.
    """
    owner = np.empty(corners.shape[0], np.int64)
    fan_start = np.zeros(corners.shape[0] + 1, np.int64)
    out = np.empty((4 * corners.shape[0] + 4, 2))
    fans, m = 0, 0
    for i in range(all_round.size):
        star, c = corners[start[i] : start[i + 1]], centre[i]
        first, last = (0, star.shape[0]) if all_round[i] else (1, star.shape[0] - 1)
        k = first
        while k < last:
            a, b = star[k], star[(k + 1) % star.shape[0]]
            if _cross(c, a, b) <= 0.0:
                k += 1
                continue
            out[m], out[m + 1], out[m + 2] = c, a, b
            m += 3
            begin, k = a, k + 1
            while k < last:
                d = star[(k + 1) % star.shape[0]]
                ahead = _cross(c, b, d) > 0.0 and _cross(c, begin, d) >= 0.0
                if not (ahead and _cross(a, b, d) >= 0.0):
                    break
                out[m] = d
                a, b, k, m = b, d, k + 1, m + 1
            out[m] = c
            m += 1
            owner[fans], fan_start[fans + 1] = i, m
            fans += 1
    return owner[:fans].copy(), fan_start[: fans + 1].copy(), out[:m].copy()
