"""A self-exciting rate in each cell: what one EM step and a forecast need, in one pass.

The intensity of cell n at time t is ``mu_n + sum over its earlier events of
theta omega exp(-omega (t - t_i))``. Because the kernel is exponential, the sums over all pairs
of events follow from the event before, so a pass costs the number of events.

References
----------
Mohler, G. O. et al. (2015). Randomized controlled field trials of predictive policing.
Journal of the American Statistical Association 110, 1399-1411, eqs. 1-5.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def excitation_step(
    first: NDArray[np.int64],
    days: NDArray[np.float64],
    weights: NDArray[np.float64],
    mu: NDArray[np.float64],
    theta: float,
    omega: float,
    end: float,
    background: NDArray[np.float64],
) -> tuple[float, float, float, float]:
    """Share each event out between background and earlier events of its cell.

    Parameters
    ----------
    first
        Where the events of each cell begin, shape (n_cells + 1,).
    days
        Times of the events in days, rising in each cell, shape (n,).
    weights
        What each event counts for, >= 0, shape (n,).
    mu
        Background rate of each cell per day, shape (n_cells,).
    theta
        Events that one event sets off, on average.
    omega
        Rate at which that wears off, 1/day, > 0.
    end
        End of the time looked at, in days, not before any event.
    background
        Gets the expected background events of each cell, shape (n_cells,).

    Returns
    -------
    triggered, waited, spent, spent_slope : float
        Expected triggered events; sum of their expected waiting times in days; sums over all
        events of ``1 - exp(-omega r)`` and of ``r exp(-omega r)``, with r the days to ``end``.
    """
    triggered, waited, spent, spent_slope = 0.0, 0.0, 0.0, 0.0
    for cell in range(first.size - 1):
        background[cell] = 0.0
        near, near_wait, before = 0.0, 0.0, 0.0
        for i in range(first[cell], first[cell + 1]):
            if i > first[cell]:
                step = days[i] - days[i - 1]
                fade = np.exp(-omega * step)
                near_wait = fade * (near_wait + step * (near + before))
                near = fade * (near + before)
            rate = mu[cell] + theta * omega * near
            if rate > 0.0:
                background[cell] += weights[i] * mu[cell] / rate
                triggered += weights[i] * theta * omega * near / rate
                waited += weights[i] * theta * omega * near_wait / rate
            left = end - days[i]
            fade = np.exp(-omega * left)
            spent += weights[i] * (1.0 - fade)
            spent_slope += weights[i] * left * fade
            before = weights[i]
    return triggered, waited, spent, spent_slope


@njit(cache=True, nogil=True)
def excitation_left(
    first: NDArray[np.int64],
    days: NDArray[np.float64],
    weights: NDArray[np.float64],
    omega: float,
    end: float,
) -> NDArray[np.float64]:
    """Return the sum over each cell's events of what is left of their excitation.

    Parameters
    ----------
    first, days, weights
        The events; see `excitation_step`.
    omega
        Rate at which excitation wears off, 1/day.
    end
        When, in days, not before any event.

    Returns
    -------
    ndarray of float64, shape (n_cells,)
        ``sum_i w_i exp(-omega (end - t_i))``.
    """
    left = np.zeros(first.size - 1)
    for cell in range(first.size - 1):
        for i in range(first[cell], first[cell + 1]):
            left[cell] += weights[i] * np.exp(-omega * (end - days[i]))
    return left
