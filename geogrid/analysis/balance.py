"""Whether demand exceeds supply in a cell, with the doubt that small counts leave.

Incidents given their number follow a Dirichlet-multinomial distribution whose mean is the
share of supply: without a gap, demand lies where patrols are. Overdispersion is estimated from
Pearson's statistic. The posterior of a cell's share of demand is then a Beta distribution,
which shrinks small counts towards supply. The bound on false findings holds under this model:
where strong gaps swell the dispersion that is estimated with them, more calm cells are called.

References
----------
Mosimann, J. E. (1962). On the compound multinomial distribution, the multivariate
beta-distribution, and correlations among proportions. Biometrika 49, 65-82.
Newton, M. A. et al. (2004). Detecting differential gene expression with a semiparametric
hierarchical mixture method. Biostatistics 5, 155-176 (false discovery from posteriors).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincc

EXCESS: Final = 1.25  # a share must exceed the other's by a quarter to count
MAX_FALSE_SHARE: Final = 0.05
_NO_OVERDISPERSION: Final = 1e12
_LEAST_STRENGTH: Final = 1.0  # what is known of supply is worth one incident at least


@dataclass(frozen=True, slots=True, eq=False)
class Balance:
    """Posterior comparison of two shares, cell by cell.

    Parameters
    ----------
    demand_share, supply_share
        Raw shares, summing to 1.
    log2_ratio
        Binary logarithm of the posterior mean of demand over supply; NaN where supply is 0.
    p_exceeds
        Pr(demand > 1.25 supply).
    verdict
        1 demand exceeds, -1 supply exceeds, 0 balanced.
    overdispersion
        Pearson's statistic over its degrees of freedom.
    """

    demand_share: NDArray[np.float64]
    supply_share: NDArray[np.float64]
    log2_ratio: NDArray[np.float64]
    p_exceeds: NDArray[np.float64]
    verdict: NDArray[np.int8]
    overdispersion: float


def balance(
    incidents: NDArray[np.float64], presence_s: NDArray[np.float64], *, least_s: float
) -> Balance:
    """Compare the share of incidents with the share of presence.

    Parameters
    ----------
    incidents
        Counts of the cells that can have any, shape (n,); some > 0.
    presence_s
        Seconds with a unit present, shape (n,); some > 0.
    least_s
        Presence that cannot be told from none, seconds, > 0; cells have at least this much
        when shares are compared.

    Returns
    -------
    Balance
        Arrays of shape (n,).
    """
    total = incidents.sum()
    demand, supply = incidents / total, presence_s / presence_s.sum()
    mean = np.maximum(presence_s, least_s)
    mean = mean / mean.sum()
    pearson = ((incidents - total * mean) ** 2 / (total * mean)).sum()
    phi = float(pearson / max(incidents.size - 1, 1))
    strength = _NO_OVERDISPERSION
    if phi > 1.0:
        strength = max((total - phi) / (phi - 1.0), _LEAST_STRENGTH)
    alpha = strength * mean + incidents
    beta = strength * (1.0 - mean) + total - incidents
    above = np.minimum(EXCESS * mean, 1.0)
    p_exceeds = betaincc(alpha, np.maximum(beta, 1e-300), above)
    p_below = betainc(alpha, np.maximum(beta, 1e-300), mean / EXCESS)
    verdict = np.zeros(incidents.size, dtype=np.int8)
    verdict[discoveries(p_below)] = -1
    verdict[discoveries(p_exceeds)] = 1
    with np.errstate(divide="ignore"):
        ratio = np.log2(alpha / (alpha + beta) / supply)
    ratio[supply == 0.0] = np.nan
    return Balance(demand, supply, ratio, p_exceeds, verdict, phi)


def discoveries(
    probability: NDArray[np.float64], most_false: float = MAX_FALSE_SHARE
) -> NDArray[np.bool_]:
    """Return the largest set whose mean probability of being false is small enough.

    Parameters
    ----------
    probability
        Posterior probability that the finding is true, shape (n,).
    most_false
        Bound on the mean of ``1 - probability`` over the set.

    Returns
    -------
    ndarray of bool, shape (n,)
        True for the members of the set.
    """
    order = np.argsort(-probability, kind="stable")
    false = np.cumsum(1.0 - probability[order]) / np.arange(1, probability.size + 1)
    count = int(np.searchsorted(false, most_false, side="right"))
    chosen = np.zeros(probability.size, dtype=np.bool_)
    chosen[order[:count]] = True
    return chosen
