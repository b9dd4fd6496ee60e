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
def _extent(log: Log, clock: NDArray[np.int8]) -> tuple[int, int, int, NDArray[np.int64]]:
    """Return west, south and bits of a column of the known cells, and each hour's rows, summed."""
    west, east, south = np.int64(1 << 40), np.int64(-(1 << 40)), np.int64(1 << 40)
    begins = np.zeros(HOURS + 1, np.int64)
    for i in range(log.shape[0]):
        who = log[i, WHO]
        if who & KINDS_MASK not in (SILENT, REJECTED):
            row = log[i, PLACE] >> PLACE_BITS
            col = log[i, PLACE] - (row << PLACE_BITS)
            west, east, south = min(west, col), max(east, col), min(south, row)
            begins[clock[(who >> HOUR_BITS) & HOURS_MASK] + 1] += 1
    for hour in range(HOURS):
        begins[hour + 1] += begins[hour]
    bits = 0
    while (east - west) >> bits > 0:
        bits += 1
    return int(west), int(south), bits, begins


@njit(cache=True, nogil=True)
def _visits(
    log: Log,
    clock: NDArray[np.int8],
    box: tuple[int, int, int],
    begins: NDArray[np.int64],
    out: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> NDArray[np.int64]:
    """Write cells and five sums of successive rows in one cell, hour by hour; return the ends."""
    (cells, sums), (west, south, bits) = out, box
    ends = begins[:HOURS].copy()
    last = np.full(HOURS, -1, np.int64)
    for i in range(log.shape[0]):
        who, place = log[i, WHO], log[i, PLACE]
        kind = who & KINDS_MASK
        if kind in (SILENT, REJECTED):
            continue
        row = place >> PLACE_BITS
        col = place - (row << PLACE_BITS)
        hour = clock[(who >> HOUR_BITS) & HOURS_MASK]
        cell = ((row - south) << bits) + (col - west)
        if cell != last[hour]:
            last[hour] = cells[ends[hour]] = cell
            sums[ends[hour]] = 0
            ends[hour] += 1
        n = ends[hour] - 1
        column = 1 if kind == STANDING else 2 if kind == DEPOT else 0
        sums[n, column] += log[i, LEAVE] - log[i, ENTER]
        sums[n, 3] += log[i, MM]
        sums[n, 4] += log[i, FIXES]
    return ends


@njit(cache=True, nogil=True)
def _join(cells: NDArray[np.int64], sums: NDArray[np.int64]) -> int:
    """Make one visit of all of one cell, in place and in order of cells; return how many."""
    order, rising = by_key(cells)
    parts = sums.copy()
    n, last = 0, np.int64(-1)
    for j in range(order.size):
        part = order[j]
        if rising[j] != last:
            last = cells[n] = rising[j]
            sums[n] = 0
            n += 1
        for column in range(SUMS):
            sums[n - 1, column] += parts[part, column]
    return n


@njit(cache=True, nogil=True)
def _told(
    cells: NDArray[np.int64],
    sums: NDArray[np.int64],
    spans: tuple[NDArray[np.int64], NDArray[np.int64]],
    box: tuple[int, int, int],
) -> HourSums:
    """Return the sums of all hours in order; each hour's lie in order between begin and end."""
    (begins, ends), (west, south, bits) = spans, box
    size = 0
    for hour in range(HOURS):
        size += ends[hour] - begins[hour]
    cell, at, hours = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int8)
    n = 0
    for hour in range(HOURS):
        for k in range(begins[hour], ends[hour]):
            cell[n], at[n], hours[n] = cells[k], k, hour
            n += 1
    order, rising = by_key(cell)  # equal cells keep the order of hours
    row, col = np.empty(size, np.int32), np.empty(size, np.int32)
    hour_of, out = np.empty(size, np.int8), np.empty((SUMS, size), np.int64)
    for j in range(size):
        line = rising[j] >> bits
        row[j], col[j] = line + south, rising[j] - (line << bits) + west - HALF_PLACE
        hour_of[j], k = hours[order[j]], at[order[j]]
        for column in range(SUMS):
            out[column, j] = sums[k, column]
    return HourSums(row, col, hour_of, out[0], out[1], out[2], out[3], out[4])


@njit(cache=True, nogil=True)
def hour_sums(log: Log, clock: NDArray[np.int8]) -> HourSums:
    """Return sums per cell and local hour.

    One hour's visits fit into the cache, so hours are sorted apart and then woven together.

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
    west, south, bits, begins = _extent(log, clock)
    box = west, south, bits
    cells, sums = np.empty(begins[-1], np.int64), np.empty((begins[-1], SUMS), np.int64)
    ends = _visits(log, clock, box, begins, (cells, sums))
    for hour in range(HOURS):
        begin, end = begins[hour], ends[hour]
        ends[hour] = begin + _join(cells[begin:end], sums[begin:end])
    return _told(cells, sums, (begins, ends), box)
