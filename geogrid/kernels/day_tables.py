"""What is kept of a day: sums of the log of stays by cell and hour, by unit and hour, by pass."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geogrid.kernels.radix import by_key
from geogrid.kernels.walk import (
    DEPOT,
    ENTER,
    FIXES,
    HALF_PLACE,
    HOUR_BITS,
    HOURS_MASK,
    KINDS_MASK,
    LEAVE,
    MM,
    MOVING,
    PLACE,
    PLACE_BITS,
    REJECTED,
    SEEN,
    SILENT,
    STANDING,
    UNIT_BITS,
    WHO,
    Log,
)

HOURS = 24
SUMS = 5  # moving, standing, depot, mm, fixes


class Passes(NamedTuple):
    """Unbroken stays of a unit in a cell on patrol, in order of unit and time."""

    unit: NDArray[np.int32]
    col: NDArray[np.int32]
    row: NDArray[np.int32]
    enter: NDArray[np.int64]
    leave: NDArray[np.int64]
    moving_ms: NDArray[np.int64]
    standing_ms: NDArray[np.int64]
    mm: NDArray[np.int64]


class HourSums(NamedTuple):
    """Sums per cell and local hour, sorted by row, column and hour."""

    row: NDArray[np.int32]
    col: NDArray[np.int32]
    hour: NDArray[np.int8]
    moving_ms: NDArray[np.int64]
    standing_ms: NDArray[np.int64]
    depot_ms: NDArray[np.int64]
    mm: NDArray[np.int64]
    fixes: NDArray[np.int64]


@njit(cache=True, nogil=True)
def passes(log: Log) -> Passes:
    """Return stays on patrol: rows of the log joined over hours and kinds of time.

    Parameters
    ----------
    log
        From `geogrid.kernels.walk.walk`.

    Returns
    -------
    Passes
        Time that is silent, rejected or spent in a depot ends a pass.
    """
    n = 0
    out = Passes(
        np.empty(log.shape[0], np.int32),
        np.empty(log.shape[0], np.int32),
        np.empty(log.shape[0], np.int32),
        np.empty(log.shape[0], np.int64),
        np.empty(log.shape[0], np.int64),
        np.empty(log.shape[0], np.int64),
        np.empty(log.shape[0], np.int64),
        np.empty(log.shape[0], np.int64),
    )
    last_unit, last_place, left = -1, 0, 0
    for i in range(log.shape[0]):
        kind = log[i, WHO] & KINDS_MASK
        if kind not in (MOVING, STANDING) or (log[i, ENTER] == log[i, LEAVE] and log[i, MM] == 0):
            continue
        unit, place = log[i, WHO] >> UNIT_BITS, log[i, PLACE]
        if unit != last_unit or place != last_place or log[i, ENTER] != left:
            row = place >> PLACE_BITS
            out.unit[n], out.row[n] = unit, row
            out.col[n] = place - (row << PLACE_BITS) - HALF_PLACE
            out.enter[n] = log[i, ENTER]
            out.moving_ms[n], out.standing_ms[n], out.mm[n] = 0, 0, 0
            n += 1
        last_unit, last_place, left = unit, place, log[i, LEAVE]
        out.leave[n - 1] = left
        out.mm[n - 1] += log[i, MM]
        if kind == MOVING:
            out.moving_ms[n - 1] += left - log[i, ENTER]
        else:
            out.standing_ms[n - 1] += left - log[i, ENTER]
    return Passes(
        out.unit[:n],
        out.col[:n],
        out.row[:n],
        out.enter[:n],
        out.leave[:n],
        out.moving_ms[:n],
        out.standing_ms[:n],
        out.mm[:n],
    )


@njit(cache=True, nogil=True)
def unit_hours(log: Log, n_units: int, clock: NDArray[np.int8]) -> NDArray[np.int64]:
    """Return how much time of each kind each unit had in each hour.

    Parameters
    ----------
    log
        From `geogrid.kernels.walk.walk`.
    n_units
        Number of units.
    clock
        Number of each hour on the local clock, 0 to 23, shape (n_hours,).

    Returns
    -------
    ndarray of int, shape (n_units, 24, 5)
        Milliseconds silent, rejected, standing, moving and in depots.
    """
    out = np.zeros((n_units, HOURS, DEPOT), np.int64)
    for i in range(log.shape[0]):
        who = log[i, WHO]
        kind = who & KINDS_MASK
        if kind != SEEN:
            hour = clock[(who >> HOUR_BITS) & HOURS_MASK]
            out[who >> UNIT_BITS, hour, kind - 1] += log[i, LEAVE] - log[i, ENTER]
    return out


@njit(cache=True, nogil=True)
def _box(log: Log) -> tuple[int, int, int]:
    """Return the west, the south and the width of the known cells of a log."""
    west, east, south = np.int64(1 << 40), np.int64(-(1 << 40)), np.int64(1 << 40)
    for i in range(log.shape[0]):
        if log[i, WHO] & KINDS_MASK not in (SILENT, REJECTED):
            row = log[i, PLACE] >> PLACE_BITS
            col = log[i, PLACE] - (row << PLACE_BITS)
            west, east, south = min(west, col), max(east, col), min(south, row)
    return int(west), int(south), max(int(east - west) + 1, 1)


@njit(cache=True, nogil=True)
def _visits(
    log: Log, clock: NDArray[np.int8], box: tuple[int, int, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return a key by cell and local hour, and five sums, of successive rows in one such."""
    west, south, width = box
    keys = np.empty(log.shape[0], np.int64)
    sums = np.zeros((log.shape[0], SUMS), np.int64)
    n, last = 0, np.int64(-1)
    for i in range(log.shape[0]):
        who, place = log[i, WHO], log[i, PLACE]
        kind = who & KINDS_MASK
        if kind in (SILENT, REJECTED):
            continue
        row = place >> PLACE_BITS
        col = place - (row << PLACE_BITS)
        hour = clock[(who >> HOUR_BITS) & HOURS_MASK]
        key = ((row - south) * width + (col - west)) * HOURS + hour
        n, last = n + (key != last), key
        keys[n - 1] = key
        column = 1 if kind == STANDING else 2 if kind == DEPOT else 0
        sums[n - 1, column] += log[i, LEAVE] - log[i, ENTER]
        sums[n - 1, 3] += log[i, MM]
        sums[n - 1, 4] += log[i, FIXES]
    return keys[:n], sums[:n]


@njit(cache=True, nogil=True)
def hour_sums(log: Log, clock: NDArray[np.int8]) -> HourSums:
    """Return sums per cell and local hour.

    Parameters
    ----------
    log
        From `geogrid.kernels.walk.walk`.
    clock
        Number of each hour on the local clock, 0 to 23, shape (n_hours,).

    Returns
    -------
    HourSums
        Known time only; cells with nothing but a fix are in it.
    """
    west, south, width = _box(log)
    keys, parts = _visits(log, clock, (west, south, width))
    order, rising = by_key(keys)
    groups, last = 0, np.int64(-1)
    for key in rising:
        groups, last = groups + (key != last), key
    row, col, hour = (
        np.empty(groups, np.int32),
        np.empty(groups, np.int32),
        np.empty(groups, np.int8),
    )
    sums = np.zeros((SUMS, groups), np.int64)
    group, last = -1, np.int64(-1)
    for j in range(order.size):
        part, key = order[j], rising[j]
        if key != last:
            group, last, cell = group + 1, key, key // HOURS
            row[group], col[group] = cell // width + south, cell % width + west - HALF_PLACE
            hour[group] = key - cell * HOURS
        for column in range(SUMS):
            sums[column, group] += parts[part, column]
    return HourSums(row, col, hour, sums[0], sums[1], sums[2], sums[3], sums[4])
