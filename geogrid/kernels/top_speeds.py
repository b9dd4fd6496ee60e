"""How fast a unit can have been between two fixes, and how long its way, by its own day."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

_BINS = 1024  # of the speeds up to the highest that counts
_STILL = -1.0


class SegmentRules(NamedTuple):
    """What is taken for possible between two fixes, in milliseconds, millimetres and shares.

    A segment counts if it lasts at most ``max_gap_ms`` and needs at most ``max_mm_per_ms``; not
    where both fixes are in depots and it is slower than ``standing_mm_per_ms``. A unit's usual
    top speed is that which ``usual_share`` of its moving segments do not exceed, if it has at
    least ``least_segments``. The way of a segment is at most ``detour_factor`` straight lines
    and ``detour_mm``.
    """

    max_gap_ms: int
    max_mm_per_ms: float
    standing_mm_per_ms: float
    cell_mm: float
    usual_share: float
    least_segments: int
    need_factor: float
    detour_factor: float
    detour_mm: float


class Steps(NamedTuple):
    """Segments of one unit: length, duration, and the speed that is needed, below 0 if none counts.

    ``moving`` is the speed needed where the segment counts and the unit moves, and below 0
    elsewhere.
    """

    mm: NDArray[np.float64]
    ms: NDArray[np.float64]
    needed: NDArray[np.float64]
    moving: NDArray[np.float64]


@njit(cache=True, nogil=True)
def empty_steps(size: int) -> Steps:
    """Return room for the segments of a unit.

    Parameters
    ----------
    size
        How many.

    Returns
    -------
    Steps
        Not filled.
    """
    return Steps(np.empty(size), np.empty(size), np.empty(size), np.empty(size))


@njit(cache=True, nogil=True, error_model="numpy")
def measure_steps(
    t: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    in_depot: NDArray[np.bool_],
    rules: SegmentRules,
    steps: Steps,
) -> None:
    """Work out the segments of one unit, judged by the same comparisons as in the walk.

    Loops are short and touch few arrays, so that the compiler makes vector instructions of them.

    Parameters
    ----------
    t, x, y
        Fixes: ms, cells, shape (n + 1,).
    in_depot
        Whether each lies in a registered depot.
    rules
        What counts.
    steps
        Where the segments go, shape (n,) or longer.
    """
    n, cell_mm = t.size - 1, rules.cell_mm
    max_gap_ms, fastest, slowest = rules.max_gap_ms, rules.max_mm_per_ms, rules.standing_mm_per_ms
    mm, ms, needed, moving = steps.mm, steps.ms, steps.needed, steps.moving
    for i in range(n):
        dx, dy = x[i + 1] - x[i], y[i + 1] - y[i]
        mm[i] = math.sqrt(dx * dx + dy * dy) * cell_mm
    for i in range(n):
        ms[i] = t[i + 1] - t[i]
    for i in range(n):
        speed = mm[i] / (ms[i] if ms[i] > 0.0 else 1.0)
        counts = ms[i] > 0.0 and ms[i] <= max_gap_ms and mm[i] <= fastest * ms[i]
        parked = in_depot[i] & in_depot[i + 1] & (mm[i] < slowest * ms[i])
        needed[i] = speed if counts and not parked else _STILL
    for i in range(n):
        moving[i] = needed[i] if needed[i] >= slowest else _STILL


@njit(cache=True, nogil=True)
def usual_top_speed(moving: NDArray[np.float64], highest: float, share: float, least: int) -> float:
    """Return the order statistic of speeds that a share of them do not exceed, exactly.

    Parameters
    ----------
    moving
        Speeds, mm/ms; those below 0 do not count.
    highest
        About the highest that there can be, > 0.
    share
        Of the speeds, 0 to 1, less than 1: the rank is its product with their number, rounded
        down, counted from 0.
    least
        Fewer speeds tell nothing.

    Returns
    -------
    float
        A speed, mm/ms; inf if there are too few.
    """
    counts, n, scale = np.zeros(_BINS, np.int64), 0, _BINS / highest
    for speed in moving:
        if speed >= 0.0:
            counts[min(int(speed * scale), _BINS - 1)] += 1
            n += 1
    if n < max(least, 1):
        return math.inf
    rank, at = int(share * n), 0
    while rank >= counts[at]:
        rank -= counts[at]
        at += 1
    alike, k = np.empty(counts[at]), 0
    for speed in moving:
        if speed >= 0.0 and min(int(speed * scale), _BINS - 1) == at:
            alike[k] = speed
            k += 1
    return float(np.sort(alike)[rank])


@njit(cache=True, nogil=True)
def write_limits(
    steps: Steps,
    usual: float,
    rules: SegmentRules,
    top: NDArray[np.float64],
    longest: NDArray[np.float64],
) -> None:
    """Write the limits of a unit's segments.

    Parameters
    ----------
    steps
        The segments, worked out.
    usual
        The unit's usual top speed, mm/ms; inf if it is not known.
    rules
        What is possible.
    top
        Where top speeds go, cells/ms, 0 where a segment does not count, shape (n,).
    longest
        Where the longest ways go, cells, shape (n,).
    """
    cell_mm, fastest, factor = rules.cell_mm, rules.max_mm_per_ms, rules.need_factor
    detour_factor, detour_mm = rules.detour_factor, rules.detour_mm
    mm, needed = steps.mm, steps.needed
    for i in range(top.size):
        speed = min(fastest, max(usual, factor * needed[i]))
        top[i] = (speed if needed[i] >= 0.0 else 0.0) / cell_mm
    for i in range(top.size):
        longest[i] = (detour_factor * mm[i] + detour_mm) / cell_mm
