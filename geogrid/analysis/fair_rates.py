"""Rates that can be compared: with exact intervals, and shrunk where counts are small.

A district with two incidents and few people can lead any table by chance alone. Beside each rate
stands the interval of its Poisson count, and the rate that remains when all districts are taken as
draws from one distribution: the fewer the incidents, the nearer to the rate of all.

References
----------
Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28, 437-442.
Marshall, R. J. (1991). Mapping disease and mortality rates using empirical Bayes estimators.
Applied Statistics 40, 283-294 (mean and variance of the rates by moments).
Clayton, D. & Kaldor, J. (1987). Empirical Bayes estimates of age-standardized relative risks for
use in disease mapping. Biometrics 43, 671-681 (gamma rates, Poisson counts).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainccinv, gammaincinv

from geogrid.errors import InputError

LEVEL: Final = 0.95
SMALL: Final = 20  # incidents; under it a rate is out by half of itself


@dataclass(frozen=True, slots=True, eq=False)
class FairRates:
    """Rates of counts, per unit of what they are counted on.

    Parameters
    ----------
    rate
        Count over exposure, shape (n,); NaN without exposure.
    low, high
        Exact 95 % interval of the rate (Garwood).
    shrunk, shrunk_low, shrunk_high
        Posterior mean of the rate and its 95 % interval.
    rank
        1 for the highest shrunk rate; 0 without exposure. Equal ones share a rank.
    against
        1 where the exact interval lies above the rate of all, -1 below, 0 neither.
    overall
        Rate of all together.
    variance
        Of the true rates between districts, as estimated; 0 where chance explains all.
    """

    rate: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    shrunk: NDArray[np.float64]
    shrunk_low: NDArray[np.float64]
    shrunk_high: NDArray[np.float64]
    rank: NDArray[np.int64]
    against: NDArray[np.int8]
    overall: float
    variance: float


def poisson_interval(
    count: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the exact 95 % interval of the mean of Poisson counts.

    Parameters
    ----------
    count
        Counts, shape (n,).

    Returns
    -------
    low, high : ndarray of float, shape (n,)
        ``chi2(0.025, 2 y) / 2`` and ``chi2(0.975, 2 y + 2) / 2``; low is 0 at a count of 0.
    """
    tail = (1.0 - LEVEL) / 2.0
    low = np.where(count > 0, gammaincinv(np.maximum(count, 1), tail), 0.0)
    return low, np.asarray(gammainccinv(count + 1, tail))


def fair_rates(count: NDArray[np.int64], exposure: NDArray[np.float64]) -> FairRates:
    """Return rates with exact intervals, and shrunk to what all have in common.

    Parameters
    ----------
    count
        Incidents of each district, shape (n,).
    exposure
        What they are counted on: km2, persons, kilometres of road; 0 where there is none.

    Returns
    -------
    FairRates
        Districts without exposure have no rate and count for nothing.

    Raises
    ------
    InputError
        The arrays differ in shape, or a number is below 0.

    Notes
    -----
    With ``b`` the rate of all and ``s2`` the mean of ``(rate - b)^2`` weighted by exposure, the
    variance of the true rates is ``a = s2 - b / mean exposure``, at least 0 (Marshall 1991). The
    true rate is taken as gamma with this mean and variance, so that the posterior is gamma with
    shape ``b^2 / a + y`` and rate ``b / a + e``; its mean is Marshall's estimate. Without variance
    all have the rate of all, with the exact interval of their sum.
    """
    if count.shape != exposure.shape or (count < 0).any() or not (exposure >= 0.0).all():
        raise InputError(
            "counts and exposures need one value each per district, none below 0, got {counts} and "
            "{exposures}",
            counts=count.shape,
            exposures=exposure.shape,
        )
    has = exposure > 0.0
    y, e = count[has], exposure[has]
    columns = np.full((6, count.size), np.nan)
    rank, against = np.zeros(count.size, np.int64), np.zeros(count.size, np.int8)
    if not has.any():
        return FairRates(*_six(columns), rank, against, np.nan, np.nan)
    overall = float(y.sum() / e.sum())
    low, high = (side / e for side in poisson_interval(y))
    spread = float((e * (y / e - overall) ** 2).sum() / e.sum())
    variance = max(spread - overall / float(e.mean()), 0.0)
    shrunk = _shrunk(y, e, overall, variance)
    columns[:, has] = y / e, low, high, *shrunk
    rank[has] = 1 + (shrunk[0][None, :] > shrunk[0][:, None]).sum(axis=1)
    against[has] = (low > overall).astype(np.int8) - (high < overall).astype(np.int8)
    return FairRates(*_six(columns), rank, against, overall, variance)


_Row = NDArray[np.float64]


def _six(rows: _Row) -> tuple[_Row, _Row, _Row, _Row, _Row, _Row]:
    return rows[0], rows[1], rows[2], rows[3], rows[4], rows[5]


def _shrunk(
    y: NDArray[np.int64], e: NDArray[np.float64], overall: float, variance: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return posterior means of rates and their interval."""
    if variance == 0.0:
        low, high = (side / e.sum() for side in poisson_interval(np.array([y.sum()])))
        every = np.ones(y.size)
        return every * overall, every * low, every * high
    shape, rate = overall**2 / variance + y, overall / variance + e
    tail = (1.0 - LEVEL) / 2.0
    return (
        shape / rate,
        np.asarray(gammaincinv(shape, tail) / rate),
        np.asarray(gammainccinv(shape, tail) / rate),
    )
