"""Models of where incidents will be: plain counts, decay, smoothing, and two that mix them.

Each takes a `Past` and a number of days, and returns the incidents expected in each cell.

References
----------
Mohler, G. O. et al. (2015). Randomized controlled field trials of predictive policing.
Journal of the American Statistical Association 110, 1399-1411, eqs. 1-5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.forecast_events import LONG_DAYS, YEAR_DAYS, Past
from geogrid.analysis.forecast_prior import Prior
from geogrid.kernels.self_exciting import excitation_left, excitation_step

LEAST_LONG_DAYS: Final = 1.5 * YEAR_DAYS  # below, the long count is the count of a year
DECAY_DAYS: Final = 180.0  # best of 28 to 365 on two years of Chicago
_EM_STEPS: Final = 60
_LEAST_OMEGA: Final = 1.0 / YEAR_DAYS  # slower is background
_MOST_OMEGA: Final = 2.0  # faster than half a day is one case recorded twice
_MOST_THETA: Final = 0.95  # at 1 an outbreak never ends
RateModel = Callable[[Past, float], NDArray[np.float64]]


def count_year(past: Past, days: float) -> NDArray[np.float64]:
    """Return what a plain count over the last year expects.

    Parameters
    ----------
    past
        What is known.
    days
        Days to forecast.

    Returns
    -------
    ndarray of float64, shape (n,)
        Incidents in each cell.
    """
    return _counted(past, days, YEAR_DAYS)


def count_long(past: Past, days: float) -> NDArray[np.float64]:
    """Return what a plain count over the last three years, or all there is, expects.

    Parameters
    ----------
    past
        What is known.
    days
        Days to forecast.

    Returns
    -------
    ndarray of float64, shape (n,)
        Incidents in each cell.
    """
    return _counted(past, days, LONG_DAYS)


def _counted(past: Past, days: float, window: float) -> NDArray[np.float64]:
    return past.counts(window) * (days / min(window, past.span_days))


def decay(past: Past, days: float) -> NDArray[np.float64]:
    """Return what counts that fade with age expect: to 37 % in 180 days.

    Parameters
    ----------
    past
        What is known.
    days
        Days to forecast.

    Returns
    -------
    ndarray of float64, shape (n,)
        Incidents in each cell.
    """
    faded = past.sums(past.weight * np.exp(-past.age_days / DECAY_DAYS))
    exposure = DECAY_DAYS * float(-np.expm1(-past.span_days / DECAY_DAYS))
    return faded * (days / exposure)


def density(past: Past, days: float) -> NDArray[np.float64]:
    """Return what counts of the last year, smoothed over the ground, expect.

    Parameters
    ----------
    past
        What is known.
    days
        Days to forecast.

    Returns
    -------
    ndarray of float64, shape (n,)
        Incidents in each cell.
    """
    return past.ground.smoothed(count_year(past, days))


def blend(past: Past, days: float) -> NDArray[np.float64]:
    """Return what a cell's own long count and its neighbours' expect together.

    Parameters
    ----------
    past
        What is known.
    days
        Days to forecast.

    Returns
    -------
    ndarray of float64, shape (n,)
        Mean of the gamma distribution of each cell's rate after its own count.
    """
    prior, span = past.prior, min(LONG_DAYS, past.span_days)
    own = past.counts(LONG_DAYS)
    return days * (own + prior.shape) / (span + prior.shape / prior.mean)


@dataclass(frozen=True, slots=True, eq=False)
class SelfExciting:
    """A background in each cell, and incidents that set off others in their cell.

    Parameters
    ----------
    mu
        Background, incidents per day, shape (n,).
    theta
        Incidents that one sets off, on average, under 1.
    omega
        Rate at which that wears off, 1/day.
    """

    mu: NDArray[np.float64]
    theta: float
    omega: float

    def expected(self, left: NDArray[np.float64], days: float) -> NDArray[np.float64]:
        """Return the incidents expected in the days ahead, those they set off included.

        Parameters
        ----------
        left
            What is left of past excitation in each cell now; see
            `geogrid.kernels.self_exciting.excitation_left`.
        days
            Days to forecast.

        Returns
        -------
        ndarray of float64, shape (n,)
            Incidents in each cell.

        Notes
        -----
        The mean intensity m obeys ``m' = -omega (1 - theta) (m - mu / (1 - theta))``.
        """
        settled = self.mu / (1.0 - self.theta)
        now = self.mu + self.theta * self.omega * left
        rate = self.omega * (1.0 - self.theta)
        lasting = float(-np.expm1(-rate * days)) / rate
        return settled * days + (now - settled) * lasting


def fit_self_exciting(past: Past, prior: Prior, *, steps: int = _EM_STEPS) -> SelfExciting:
    """Return the self-exciting model of a past, by expectation and maximisation.

    Parameters
    ----------
    past
        What is known.
    prior
        Of the cells' rates; their background is the part that is not set off.
    steps
        Steps of the algorithm.

    Returns
    -------
    SelfExciting
        The background of each cell is the mean after its own background incidents.
    """
    days = past.span_days - past.age_days
    theta, omega, mu = 0.3, 0.1, 0.7 * prior.mean
    background = np.zeros(len(past.ground))
    for _ in range(steps):
        triggered, waited, spent, slope = excitation_step(
            past.first, days, past.weight, mu, theta, omega, past.span_days, background
        )
        if triggered <= 0.0 or spent <= 0.0:
            return SelfExciting(mu, 0.0, omega)
        theta = min(triggered / spent, _MOST_THETA)
        omega = float(np.clip(triggered / (waited + theta * slope), _LEAST_OMEGA, _MOST_OMEGA))
        usual = (1.0 - theta) * prior.mean
        mu = (background + prior.shape) / (past.span_days + prior.shape / usual)
    return SelfExciting(mu, theta, omega)


def self_exciting(past: Past, days: float) -> NDArray[np.float64]:
    """Return what a self-exciting model with a shrunken background expects.

    Parameters
    ----------
    past
        What is known.
    days
        Days to forecast.

    Returns
    -------
    ndarray of float64, shape (n,)
        Incidents in each cell.
    """
    model = fit_self_exciting(past, past.prior)
    ages = past.span_days - past.age_days
    left = excitation_left(past.first, ages, past.weight, model.omega, past.span_days)
    return model.expected(left, days)


BASELINE: Final = "count_1y"
MODELS: Final[Mapping[str, RateModel]] = {  # from the simplest on
    BASELINE: count_year,
    "count_3y": count_long,
    "decay": decay,
    "kde": density,
    "blend": blend,
    "self_exciting": self_exciting,
}


def models_for(span_days: float) -> tuple[str, ...]:
    """Return the models that a length of records allows.

    Parameters
    ----------
    span_days
        Days that the records reach back.

    Returns
    -------
    tuple of str
        Names in `MODELS`; under a year and a half there is no long count.
    """
    return tuple(name for name in MODELS if name != "count_3y" or span_days >= LEAST_LONG_DAYS)
