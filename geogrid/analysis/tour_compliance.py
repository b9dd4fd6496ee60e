"""Plan compliance: which planned stops were made, by whom, how long and how late."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.dosage import BAND_MIN, CellStays
from geogrid.analysis.shift_clock import clock_of

STATES: Final = ("kept", "short", "other", "missed")
_MIN_MS: Final = 60_000.0
_ROUNDING_MIN: Final = 1.0 / 60.0


def stop_compliance(
    cell: NDArray[np.int64],
    unit: NDArray[np.int64],
    arrive_ms: NDArray[np.int64],
    stays: CellStays,
    span_ms: tuple[int, int],
) -> dict[str, NDArray[np.generic]]:
    """Return what became of each planned stop in the hours of the plan.

    Parameters
    ----------
    cell
        Position of each stop's cell, shape (n,).
    unit
        Number of the unit that was to stop, as in ``stays``; -1 for one that never reported.
    arrive_ms
        When it was to be there, milliseconds UTC.
    stays
        Of all units in these cells, ordered by cell.
    span_ms
        From and to of the plan: what is outside does not count.

    Returns
    -------
    dict of str to ndarray
        ``own_min`` minutes of the unit itself, ``any_min`` minutes with at least one unit,
        ``late_min`` minutes from the planned arrival to the unit's first entry, negative when it
        was early, NaN when it never came, and ``state``: ``kept`` when the unit stayed at least 10
        minutes in all, ``short`` when it came for less, ``other`` when only others came,
        ``missed`` when nobody did.
    """
    n = cell.size
    own, some, late = np.zeros(n), np.zeros(n), np.full(n, np.nan)
    enter = np.maximum(stays.enter, span_ms[0])
    leave = np.minimum(stays.leave, span_ms[1])
    for at in range(n):
        rows = np.arange(
            np.searchsorted(stays.cell, cell[at], side="left"),
            np.searchsorted(stays.cell, cell[at], side="right"),
        )
        rows = rows[leave[rows] > enter[rows]]
        clock = clock_of(enter[rows], leave[rows])
        some[at] = clock.length_ms / _MIN_MS
        mine = rows[stays.unit[rows] == unit[at]]
        if mine.size:
            own[at] = (leave[mine] - enter[mine]).sum() / _MIN_MS
            late[at] = (enter[mine].min() - arrive_ms[at]) / _MIN_MS
    kept = own >= BAND_MIN[0] - _ROUNDING_MIN
    number = np.select([kept, own > 0.0, some > 0.0], [0, 1, 2], 3)
    return {
        "own_min": own,
        "any_min": some,
        "late_min": late,
        "state": np.array(STATES, dtype=object)[number],
    }
