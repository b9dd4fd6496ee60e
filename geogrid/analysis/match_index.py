"""How well presence follows demand, as one number from 0 to 1 with its doubt.

The dissimilarity of two shares is never 0 in a sample: 10,000 incidents dealt to 10,000 cells
exactly in proportion to presence still differ from it by half. So what chance alone gives is
taken off, and 1 means that no more than chance is seen.

References
----------
Duncan, O. D. & Duncan, B. (1955). A methodological analysis of segregation indexes. American
Sociological Review 20, 210-217 (the dissimilarity).
Winship, C. (1977). A revaluation of indexes of residential segregation. Social Forces 55,
1058-1066 (its value by chance, taken off).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincc, gammaln

from geogrid.errors import InputError

INTERVAL_Z: Final = 1.959963984540054  # 95 %
LEAST_INCIDENTS: Final = 30  # fewer say nothing of a share over cells


@dataclass(frozen=True, slots=True)
class MatchIndex:
    """The match of presence with demand.

    Parameters
    ----------
    index
        1 - max(0, dissimilarity - by_chance) / (1 - by_chance), in [0, 1].
    low, high
        95 % interval of the index.
    dissimilarity
        Half the sum of the absolute differences of the two shares.
    by_chance
        Its mean if each incident fell where units are, in proportion to their presence.
    incidents
        What it rests on; of weighed ones the effective number.
    error
        Standard error of the index before it is cut to [0, 1].
    """

    index: float
    low: float
    high: float
    dissimilarity: float
    by_chance: float
    incidents: int
    error: float

    def as_json(self) -> dict[str, Any]:
        """Return the figures as JSON values."""
        return {
            "index": self.index,
            "interval": [self.low, self.high],
            "dissimilarity": self.dissimilarity,
            "by_chance": self.by_chance,
            "incidents": self.incidents,
        }

    def change_from(self, before: MatchIndex) -> dict[str, Any]:
        """Return the change since another period, with its 95 % interval.

        Parameters
        ----------
        before
            The index of that period, from other incidents.

        Returns
        -------
        dict
            ``change`` and ``interval``: JSON values, better above 0.
        """
        change = self.index - before.index
        half = INTERVAL_Z * math.hypot(self.error, before.error)
        return {"change": change, "interval": [change - half, change + half]}


def match_index(
    incidents: NDArray[np.int64] | NDArray[np.float64],
    presence_s: NDArray[np.float64],
    *,
    expected: NDArray[np.float64] | None = None,
) -> MatchIndex | None:
    """Return how well presence follows demand over some cells.

    Presence is taken as known, incidents as one draw of what they could have been.

    Parameters
    ----------
    incidents
        Counts per cell, shape (n,); weighed ones are `geogrid.analysis.harm.harm_counts`.
    presence_s
        Seconds with a unit present per cell, shape (n,).
    expected
        Incidents to expect in each cell, as `geogrid.analysis.balance.Balance.expected`: the
        interval rests on them. The counts themselves if ``None``, which makes it too wide where
        counts are small.

    Returns
    -------
    MatchIndex or None
        ``None`` where there are fewer than 30 incidents, or nobody was there.

    Raises
    ------
    InputError
        The arrays differ in shape.

    Notes
    -----
    Chance: E|X - N s| of a binomial count by De Moivre's formula, summed over cells. Error: the
    variance of the sum of |Y - N s| for independent Poisson counts ``Y`` with the expected means,
    less what a fixed total takes from it (the regression of the sum on the total).
    """
    if incidents.shape != presence_s.shape:
        raise InputError(
            "incidents and presence need one value per cell each, got {a} and {b}",
            a=incidents.shape,
            b=presence_s.shape,
        )
    total, present = float(incidents.sum()), float(presence_s.sum())
    if total < LEAST_INCIDENTS or present <= 0.0:
        return None
    supply = presence_s / present
    dissimilarity = 0.5 * float(np.abs(incidents / total - supply).sum())
    trials = round(total)
    by_chance = 0.5 * float(mean_deviation(trials, supply).sum()) / trials
    left = max(1.0 - by_chance, 1e-12)
    index = 1.0 - max(0.0, dissimilarity - by_chance) / left
    rates = incidents.astype(np.float64) if expected is None else expected
    error = 0.5 * _deviation_error(rates * (total / rates.sum()), total * supply) / total / left
    middle = 1.0 - (dissimilarity - by_chance) / left
    low, high = (min(max(middle + z * error, 0.0), 1.0) for z in (-INTERVAL_Z, INTERVAL_Z))
    return MatchIndex(min(index, 1.0), low, high, dissimilarity, by_chance, trials, error)


def match_by_district(
    incidents: NDArray[np.int64] | NDArray[np.float64],
    presence_s: NDArray[np.float64],
    expected: NDArray[np.float64],
    district: NDArray[np.integer],
) -> dict[int, dict[str, Any] | None]:
    """Return the match inside each district, over its own cells alone.

    Parameters
    ----------
    incidents, presence_s, expected
        As `match_index` takes them, shape (n,).
    district
        Of each cell, shape (n,).

    Returns
    -------
    dict of int to dict or None
        JSON values by district, in order; ``None`` where too little is known.
    """
    found: dict[int, dict[str, Any] | None] = {}
    for number in np.unique(district).tolist():
        own = district == number
        match = match_index(incidents[own], presence_s[own], expected=expected[own])
        found[number] = match.as_json() if match else None
    return found


def mean_deviation(total: int, share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean absolute deviation of binomial counts from their mean.

    Parameters
    ----------
    total
        Trials, >= 1.
    share
        Chances of success, in [0, 1], shape (n,).

    Returns
    -------
    ndarray of float64, shape (n,)
        E|X - N p|.

    Notes
    -----
    De Moivre (1730): 2 k C(N, k) p^k (1 - p)^(N - k + 1) with k = floor(N p) + 1; see
    Diaconis, P. & Zabell, S. (1991). Closed form summation for classical distributions.
    Statistical Science 6, 284-302.
    """
    out = np.zeros_like(share, dtype=np.float64)
    inner = (share > 0.0) & (share < 1.0)
    p = share[inner]
    k = np.minimum(np.floor(total * p) + 1.0, total)
    logs = _log_choose(total, k) + k * np.log(p) + (total - k + 1.0) * np.log1p(-p)
    out[inner] = 2.0 * k * np.exp(logs)
    return out


def _log_choose(total: int, k: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(gammaln(total + 1.0) - gammaln(k + 1.0) - gammaln(total - k + 1.0))


def _deviation_error(rate: NDArray[np.float64], centre: NDArray[np.float64]) -> float:
    """Return the standard deviation of sum |Y - centre|, Y Poisson with a fixed total."""
    mean = _poisson_deviation(rate, centre)
    variance = rate + (rate - centre) ** 2 - mean**2
    with_total = rate * (_poisson_deviation(rate, centre - 1.0) - mean)
    fixed = variance.sum() - with_total.sum() ** 2 / rate.sum()
    return math.sqrt(max(float(fixed), 0.0))


def _poisson_deviation(
    rate: NDArray[np.float64], centre: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return E|Y - centre| of Poisson counts."""
    k = np.floor(centre)
    under = centre * _at_most(k, rate) - rate * _at_most(k - 1.0, rate)
    return np.asarray(2.0 * under + rate - centre)


def _at_most(k: NDArray[np.float64], rate: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the chance of a Poisson count of at most ``k``, which may be negative."""
    return np.where(k >= 0.0, gammaincc(np.maximum(k, 0.0) + 1.0, rate), 0.0)
