"""What a cell's neighbours say of it: the prior that models of forecasts share.

References
----------
Clayton, D. & Kaldor, J. (1987). Empirical Bayes estimates of age-standardized relative risks.
Biometrics 43, 671-681, section 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

from geogrid.analysis.forecast_ground import Ground

SHAPES: Final = (0.01, 100.0)  # from "each cell for itself" to "as its neighbours"
_CITY_SHARE: Final = 0.01  # of the prior: a cell far from everything is not impossible


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """What a cell's neighbours say of it before its own incidents are looked at.

    Parameters
    ----------
    mean
        Incidents per day, > 0, shape (n,).
    shape
        How much that is worth, in incidents: 0.01 hardly anything, 100 nearly all.
    """

    mean: NDArray[np.float64]
    shape: float

    @classmethod
    def of(cls, counts: NDArray[np.float64], days: float, ground: Ground) -> Prior:
        """Return the prior that makes the counts of the cells most likely.

        Parameters
        ----------
        counts
            Incidents of each cell, shape (n,).
        days
            In which they came, > 0.
        ground
            The cells.

        Returns
        -------
        Prior
            Its mean is the kernel's over the other cells, so that no cell is judged by itself;
            its shape maximises the negative binomial likelihood (Clayton & Kaldor 1987).
        """
        near = ground.smoothed_from_others(counts)
        even = ground.area_m2 / ground.area_m2.sum()
        total = float(counts.sum())
        near = near * (total / max(float(near.sum()), 1e-300)) if near.any() else total * even
        mean = (1.0 - _CITY_SHARE) * near + _CITY_SHARE * total * even
        mean = np.maximum(mean, 1e-12)
        shape = minimize_scalar(
            lambda log_shape: -_log_likelihood(counts, mean, float(np.exp(log_shape))),
            bounds=(log(SHAPES[0]), log(SHAPES[1])),
            method="bounded",
            options={"xatol": 0.02},
        )
        return cls(mean / days, float(np.exp(shape.x)))


def _log_likelihood(counts: NDArray[np.float64], mean: NDArray[np.float64], shape: float) -> float:
    """Return the part of the negative binomial log likelihood that depends on the shape."""
    values, often = np.unique(counts, return_counts=True)
    rising = float((often * (gammaln(values + shape) - gammaln(shape))).sum())
    even = counts.size * shape * log(shape)
    return rising + even - float(((counts + shape) * np.log(shape + mean)).sum())
