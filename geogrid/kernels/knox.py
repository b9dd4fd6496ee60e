"""Pairs of events that are close in space and in time, counted by bands.

References
----------
Knox, E. G. (1964). The detection of space-time interactions. Applied Statistics 13, 25-30.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

_MM = 1000.0


@njit(cache=True, nogil=True)
def close_pairs(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    edges_mm: NDArray[np.int64],
    manhattan: bool,  # noqa: FBT001 - numba passes by position
    out: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int8]],
) -> int:
    """Fill in the pairs nearer than the last edge with their band, and return how many there are.

    Distances are rounded to whole millimetres: a projection's noise moves no pair over an edge.
    Where ``out`` is too short, the rest is counted on, up to one more than ``2**31``.

    Parameters
    ----------
    x, y
        Metres, shape (n,), sorted by x.
    edges_mm
        Edges of the bands, millimetres, rising from 0; band b is ``edges[b] <= d < edges[b + 1]``.
    manhattan
        Whether a distance is the sum of its parts along the axes; else it is straight.
    out
        First and second event of each pair and its band, each of the same length.

    Returns
    -------
    int
        Pairs nearer than the last edge, whether they were filled in or not.
    """
    first, second, band = out
    n, found = x.size, 0
    reach = edges_mm[-1] / _MM + 1.0 / _MM
    for i in range(n):
        for j in range(i + 1, n):
            east = x[j] - x[i]
            if east > reach:
                break
            north = abs(y[j] - y[i])
            if north > reach:
                continue
            metres = east + north if manhattan else math.sqrt(east * east + north * north)
            distance = math.floor(metres * _MM + 0.5)
            if distance >= edges_mm[-1]:
                continue
            if found < first.size:
                at = 0
                while distance >= edges_mm[at + 1]:
                    at += 1
                first[found], second[found], band[found] = i, j, at
            found += 1
        if found > 2**31:
            break
    return found


@njit(cache=True, nogil=True)
def pairs_by_bands(
    pairs: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int8]],
    day: NDArray[np.int64],
    gap_band: NDArray[np.int64],
    table: NDArray[np.int64],
) -> None:
    """Count pairs by band in space and time.

    Parameters
    ----------
    pairs
        First and second event and space band of each pair.
    day
        Day of each event, shape (n,).
    gap_band
        Time band of each number of days between two events, from 0 to the longest there is.
    table
        Shape (n_space, n_time); every entry is written.
    """
    first, second, band = pairs
    table[:] = 0
    for k in range(first.size):
        gap = abs(day[first[k]] - day[second[k]])
        table[band[k], gap_band[gap]] += 1


@njit(cache=True, nogil=True)
def partners_in_time(
    per_day: NDArray[np.int64], gap_band: NDArray[np.int64], n_bands: int
) -> NDArray[np.int64]:
    """Return, for an event of each day, how many others lie in each time band from it.

    Parameters
    ----------
    per_day
        Events on each day of the record, shape (n_days,).
    gap_band
        Time band of each number of days, shape (n_days,) or more.
    n_bands
        Number of time bands.

    Returns
    -------
    ndarray of int64, shape (n_days, n_bands)
        The event itself is left out.
    """
    partners = np.zeros((per_day.size, n_bands), dtype=np.int64)
    for one in range(per_day.size):
        if per_day[one] == 0:
            continue
        for other in range(per_day.size):
            partners[one, gap_band[abs(one - other)]] += per_day[other]
        partners[one, gap_band[0]] -= 1
    return partners


@njit(cache=True, nogil=True)
def mark_reach(
    u: NDArray[np.float64],
    v: NDArray[np.float64],
    last_day: NDArray[np.int64],
    rings: NDArray[np.float64],
    manhattan: bool,  # noqa: FBT001 - numba passes by position
    out: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> None:
    """Mark the cells that any part of which lies in a ring around an event.

    Parameters
    ----------
    u, v
        Places of events in cell sizes from the lattice's corner, shape (n,).
    last_day
        The last day of each event's alert, shape (n,).
    rings
        Inner (included) and outer radius (not included) of each event's rings, in cell sizes,
        shape (n, n_rings, 2); an outer radius of 0 is no ring.
    manhattan
        Whether a distance is the sum of its parts along the axes.
    out
        Lattices of shape (n_rows, n_cols): the number of events that reach a cell is added to
        the first, and the latest of their last days is kept in the second.
    """
    reached, until = out
    n_rows, n_cols = reached.shape
    for i in range(u.size):
        far = rings[i, :, 1].max()
        if far <= 0.0:
            continue
        for row in range(max(0, math.floor(v[i] - far)), min(n_rows, math.floor(v[i] + far) + 1)):
            south, north = row - v[i], row + 1 - v[i]
            near_y = max(south, -north, 0.0)
            far_y = max(-south, north)
            for col in range(
                max(0, math.floor(u[i] - far)), min(n_cols, math.floor(u[i] + far) + 1)
            ):
                west, east = col - u[i], col + 1 - u[i]
                near_x = max(west, -east, 0.0)
                far_x = max(-west, east)
                if manhattan:
                    nearest, farthest = near_x + near_y, far_x + far_y
                else:
                    nearest = math.sqrt(near_x * near_x + near_y * near_y)
                    farthest = math.sqrt(far_x * far_x + far_y * far_y)
                for ring in range(rings.shape[1]):
                    if nearest < rings[i, ring, 1] and farthest >= rings[i, ring, 0]:
                        reached[row, col] += 1
                        until[row, col] = max(until[row, col], last_day[i])
                        break
