"""Measured responses: minutes from dispatch to arrival, and the cells that are slow.

A cell is tested by the sum of the ranks that its responses have among the city's (Wilcoxon 1945):
a few very long ones, and clocks that are off now and then, move it little. The chance is that of
drawing the cell's responses from the city's at random, without putting back, by the normal with
half a rank of continuity and the variance of tied ranks. A uniform sum has lighter tails than the
normal, so far out the chance is rather too large: fewer cells are called slow, not more.

References
----------
Wilcoxon, F. (1945). Individual comparisons by ranking methods. Biometrics Bulletin 1, 80-83.
Lehmann, E. L. (1975). Nonparametrics, ch. 1: mean and variance of a rank sum with ties.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from geogrid.analysis.multiple_testing import adjusted_p
from geogrid.errors import InputError

LEAST_RESPONSES: Final = 10  # with fewer the normal is no rank sum's
LONGEST_MIN: Final = 24.0 * 60.0  # longer ones are forms filled in late
_MS_PER_MIN: Final = 60_000.0


@dataclass(frozen=True, slots=True, eq=False)
class Responses:
    """Measured responses, cell by cell.

    Parameters
    ----------
    count
        Responses in each cell, shape (n_cells,).
    median_min
        Their median, minutes; NaN where there are none.
    p, q
        Chance, and corrected chance, that the cell is not slower; NaN where untested.
    summary
        ``responses`` ``median_min`` ``p90_min`` ``tested`` ``slow`` ``least``.
    """

    count: NDArray[np.int64]
    median_min: NDArray[np.float64]
    p: NDArray[np.float64]
    q: NDArray[np.float64]
    summary: dict[str, Any]

    def verdicts(self, level: float) -> NDArray[np.object_]:
        """Return ``slow``, ``usual`` or ``None`` of every cell.

        Parameters
        ----------
        level
            False discovery rate.

        Returns
        -------
        ndarray of object
            ``None`` where untested.
        """
        words = np.array(["slow", "usual", None], dtype=object)
        return words[np.where(np.isnan(self.q), 2, np.where(self.q <= level, 0, 1))]


def response_minutes(
    dispatched_ms: NDArray[np.float64], arrived_ms: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return minutes from dispatch to arrival.

    Parameters
    ----------
    dispatched_ms, arrived_ms
        Milliseconds UTC; NaN where not known.

    Returns
    -------
    ndarray of float
        NaN where a time is missing, arrival is before dispatch, or they are over 24 h apart.
    """
    minutes = (arrived_ms - dispatched_ms) / _MS_PER_MIN
    possible = (minutes >= 0.0) & (minutes <= LONGEST_MIN)
    return np.where(possible, minutes, np.nan)


def measured_responses(
    cell: NDArray[np.int64], minutes: NDArray[np.float64], n_cells: int, *, level: float = 0.05
) -> Responses:
    """Return responses by cell, and which cells are slower than the city.

    Parameters
    ----------
    cell
        Position of each incident's cell, -1 outside, shape (n,).
    minutes
        See `response_minutes`.
    n_cells
        Number of cells.
    level
        False discovery rate of Benjamini and Hochberg (1995), in (0, 1).

    Returns
    -------
    Responses
        A cell with fewer than ten responses is not tested.

    Raises
    ------
    InputError
        ``level`` is not in (0, 1).
    """
    if not 0.0 < level < 1.0:
        raise InputError("level must be in (0, 1), got {level}", level=level)
    used = np.isfinite(minutes) & (cell >= 0)
    cell, minutes = cell[used], minutes[used]
    order = np.lexsort((minutes, cell))
    cell, minutes = cell[order], minutes[order]
    count = np.bincount(cell, minlength=n_cells)
    median = np.full(n_cells, np.nan)
    first = np.cumsum(count) - count
    some = np.flatnonzero(count)
    low = minutes[first[some] + (count[some] - 1) // 2]
    median[some] = (low + minutes[first[some] + count[some] // 2]) / 2.0
    p = _slower(cell, minutes, count)
    tested = np.isfinite(p)
    q = np.full(n_cells, np.nan)
    q[tested] = adjusted_p(p[tested], "bh")
    summary = {
        "responses": int(cell.size),
        "median_min": float(np.median(minutes)) if cell.size else None,
        "p90_min": float(np.percentile(minutes, 90)) if cell.size else None,
        "tested": int(tested.sum()),
        "slow": int((q[tested] <= level).sum()),
        "least": LEAST_RESPONSES,
        "level": level,
    }
    return Responses(count, median, p, q, summary)


def _slower(
    cell: NDArray[np.int64], minutes: NDArray[np.float64], count: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the chance of a rank sum at least as great, cell by cell."""
    total = minutes.size
    tested = (count >= LEAST_RESPONSES) & (count < total)
    p = np.full(count.size, np.nan)
    if not tested.any():
        return p
    rank = pd.Series(minutes).rank().to_numpy()
    ranks = np.bincount(cell, rank, minlength=count.size)[tested]
    n = count[tested].astype(np.float64)
    spread = float(rank.var(ddof=1))  # ties make it smaller than N (N + 1) / 12
    deviation = np.sqrt(n * (1.0 - n / total) * spread)
    above = ranks - n * (total + 1) / 2.0 - 0.5
    z = np.divide(above, deviation, out=np.zeros_like(above), where=deviation > 0.0)
    p[tested] = ndtr(-z)
    return p
