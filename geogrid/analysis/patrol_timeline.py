"""How much was patrolled when: unit time by local day and hour, over all cells at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.month_coverage import wanted_slots
from geogrid.analysis.patrol_month import HOURS, PatrolMonth
from geogrid.kernels.month_rows import MOST, SLOT_SHIFT, SLOTS
from geogrid.model.window import Window

_PIECE = 1 << 20  # rows of a mapped file that are looked at at once


def patrol_by_hour(
    months: Sequence[PatrolMonth], window: Window, days: Sequence[date]
) -> NDArray[np.int64]:
    """Return patrol time by local day and hour of the day.

    Parameters
    ----------
    months
        Months of patrol days, laid out by cell.
    window
        Which days and hours count.
    days
        Local days, rising; a day without tracks has zeros.

    Returns
    -------
    ndarray of int64, shape (n_days, 24)
        Unit-milliseconds, moving or standing on the grid outside of depots. Their sum is that of
        the column ``patrol_s``.
    """
    line = {day: i for i, day in enumerate(days)}
    total = np.zeros((len(days), HOURS), np.int64)
    for month in months:
        shown = [day for day in month.days if day in line and window.holds_day(day)]
        if not shown:
            continue
        by_slot = _by_slot(month)
        by_slot[wanted_slots(month, window) == 0] = 0
        for day in shown:
            at = (day.day - 1) * HOURS
            total[line[day]] = by_slot[at : at + HOURS]
    return total


def _by_slot(month: PatrolMonth) -> NDArray[np.int64]:
    """Return moving and standing time of all cells by slot."""
    by_slot = np.zeros(SLOTS, np.int64)
    for cells in (month.driven, month.still):
        for start in range(0, cells.rows.size, _PIECE):
            rows = cells.rows[start : start + _PIECE]
            slots = (rows >> SLOT_SHIFT) & (SLOTS - 1)
            # Doubles hold these sums exactly: a piece has at most 2^20 amounts below 2^26.
            by_slot += np.bincount(slots, rows & MOST, SLOTS).astype(np.int64)
    return by_slot
