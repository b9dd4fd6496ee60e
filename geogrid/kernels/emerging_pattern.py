"""The kind of emerging hotspot that a row of hot, cold and other steps is.

The definitions are Esri's (ArcGIS Pro, "How Emerging Hot Spot Analysis works"). As worded they
overlap: a location that was hot in 90 % of the steps but not in the last is both persistent
and historical, one that is hot for the first time and was cold before is both new and
oscillating, and one that is historical hot may be new cold. The precedence here is historical
before all, then persistent, then new and consecutive before oscillating.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

NEW = 1
CONSECUTIVE = 2
INTENSIFYING = 3
PERSISTENT = 4
DIMINISHING = 5
SPORADIC = 6
OSCILLATING = 7
HISTORICAL = 8


@njit(cache=True, nogil=True)
def _kind(n_steps: int, same: int, other: int, run: int, trend: int) -> int:
    """Return the kind for one sign, from its steps, the other's and its last unbroken run."""
    if 10 * same >= 9 * n_steps:
        if run == 0:
            return HISTORICAL
        if trend > 0:
            return INTENSIFYING
        return DIMINISHING if trend < 0 else PERSISTENT
    if run == 0:
        return 0
    if run == same:
        return NEW if run == 1 else CONSECUTIVE
    return SPORADIC if other == 0 else OSCILLATING


@njit(cache=True, nogil=True)
def emerging_patterns(
    states: NDArray[np.int8], trends: NDArray[np.int8]
) -> tuple[NDArray[np.int8], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the pattern of each cell's steps.

    Parameters
    ----------
    states
        1 where a step is hot, -1 where it is cold, 0 elsewhere; steps in order of time, one
        cell a column; shape (n_steps, n).
    trends
        1 where the counts rise significantly, -1 where they fall, 0 elsewhere; shape (n,).

    Returns
    -------
    pattern : ndarray of int8, shape (n,)
        A kind of this module, positive for hot and negative for cold; 0 for none of them.
    hot, cold : ndarray of int64, shape (n,)
        Steps that are hot, and cold.
    run : ndarray of int64, shape (n,)
        Steps at the end that are all hot, or all cold.
    """
    n_steps, n = states.shape
    pattern = np.zeros(n, dtype=np.int8)
    hot = np.zeros(n, dtype=np.int64)
    cold = np.zeros(n, dtype=np.int64)
    run = np.zeros(n, dtype=np.int64)
    for step in range(n_steps):
        for i in range(n):
            state = states[step, i]
            if state > 0:
                hot[i] += 1
            elif state < 0:
                cold[i] += 1
            if state == 0:
                run[i] = 0
            elif step > 0 and state == states[step - 1, i]:
                run[i] += 1
            else:
                run[i] = 1
    for i in range(n):
        last = states[n_steps - 1, i]
        warm = _kind(n_steps, hot[i], cold[i], run[i] if last > 0 else 0, trends[i])
        cool = _kind(n_steps, cold[i], hot[i], run[i] if last < 0 else 0, -trends[i])
        # Only a historical kind can meet one of the other sign, and it comes first.
        if warm == HISTORICAL or cool == 0:
            pattern[i] = warm
        else:
            pattern[i] = -cool
    return pattern, hot, cold, run
