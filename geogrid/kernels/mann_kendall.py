"""Mann-Kendall score of many short series at once, with ties.

References
----------
Mann, H. B. (1945). Nonparametric tests against trend. Econometrica 13, 245-259.
Kendall, M. G. (1975). Rank Correlation Methods, 4th ed., ch. 4 (the variance with ties). Griffin.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def mann_kendall(
    series: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the score of each series and its variance under no trend.

    The score is the number of pairs that rise less the number that fall. Under the null every
    order of the values that were seen, ties included, is as likely as any other.

    Parameters
    ----------
    series
        One series a column, steps in order of time; shape (n_steps, n).

    Returns
    -------
    score : ndarray of int64, shape (n,)
        From ``-T (T - 1) / 2`` to ``T (T - 1) / 2`` for T steps.
    variance : ndarray of float64, shape (n,)
        ``[T (T - 1) (2 T + 5) - sum_g t_g (t_g - 1) (2 t_g + 5)] / 18`` over groups g of
        t_g equal values; 0 where all are equal.
    """
    n_steps, n = series.shape
    score = np.zeros(n, dtype=np.int64)
    variance = np.zeros(n)
    ranked = np.empty(n_steps, dtype=np.int64)
    free = n_steps * (n_steps - 1) * (2 * n_steps + 5)
    for i in range(n):
        rising = 0
        # Insertion keeps the values so far in order: those it passes are greater, and those
        # that stay below the new one's equals are less.
        for step in range(n_steps):
            value = series[step, i]
            at = step
            while at > 0 and ranked[at - 1] > value:
                ranked[at] = ranked[at - 1]
                at -= 1
            ranked[at] = value
            below = at
            while below > 0 and ranked[below - 1] == value:
                below -= 1
            rising += below - (step - at)
        tied, run = 0, 1
        for at in range(1, n_steps + 1):
            if at < n_steps and ranked[at] == ranked[at - 1]:
                run += 1
            else:
                tied += run * (run - 1) * (2 * run + 5)
                run = 1
        score[i] = rising
        variance[i] = (free - tied) / 18.0
    return score, variance
