"""Incidents weighed by harm, as counts that may be compared as counts are.

A sum of weights varies more than a count of the same size: one incident of weight 100 is not a
hundred incidents. Divided by the mean weight of a unit of harm it varies about as a count does
(the scaled Poisson distribution): such effective incidents are what shares are compared with.

References
----------
Fay, M. P. & Feuer, E. J. (1997). Confidence intervals for directly standardized rates. Statistics
in Medicine 16, 791-801 (a weighted sum of Poisson counts as a scaled one).
Bohm, G. & Zech, G. (2014). Statistics of weighted Poisson events and its applications. Nuclear
Instruments and Methods A 748, 1-6 (how well it fits).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geogrid.errors import InputError


def harm_counts(
    position: NDArray[np.int64], weight: NDArray[np.float64], n_cells: int
) -> NDArray[np.float64]:
    """Return the effective incidents of each cell.

    Parameters
    ----------
    position
        Cell of each incident, -1 outside, shape (n,).
    weight
        Harm of each incident, >= 0, shape (n,).
    n_cells
        Cells of the grid.

    Returns
    -------
    ndarray of float64, shape (n_cells,)
        Sums of weights, divided by the sum of squared weights over the sum of weights. Where all
        weights are alike, the counts; whatever the unit of harm is, the same.

    Raises
    ------
    InputError
        A weight is negative, or no number.
    """
    if not (np.isfinite(weight) & (weight >= 0.0)).all():
        raise InputError("weights of incidents must be numbers that are not below 0")
    inside = position >= 0
    held = weight[inside]
    if not held.any():
        return np.zeros(n_cells)
    held = held / held.max()  # so that squares of any unit are numbers
    scale = float((held**2).sum() / held.sum())
    sums = np.bincount(position[inside], weights=held, minlength=n_cells)
    return np.asarray(sums / scale, dtype=np.float64)


def tail_counts(
    counts: NDArray[np.float64], position: NDArray[np.int64], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return effective incidents that are safe to judge a single cell by.

    Few heavy incidents make sums that are far out more often than a scaled Poisson count of the
    same variance is. With a scale that matches its skewness these are no more often there.

    Parameters
    ----------
    counts
        As `harm_counts` returns them, shape (n_cells,).
    position, weight
        What it took.

    Returns
    -------
    ndarray of float64, shape (n_cells,)
        Times the squared sum of squares over the sum of weights times the sum of cubes, which is at
        most 1, and 1 where all weights are alike.
    """
    held = weight[position >= 0]
    if not held.any():
        return counts
    held = held / held.max()
    ratio = float((held**2).sum() ** 2 / (held.sum() * (held**3).sum()))
    return counts * min(ratio, 1.0)
