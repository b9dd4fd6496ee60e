"""Whether demand exceeds supply in a cell, with the doubt that small counts leave.

A cell's ratio of demand to supply is unknown; its incidents are Poisson given it. Cells are of two
groups. Calm ones have ratios about one value, with a spread that is estimated; those out of
balance may have any ratio from 1/64 to 64, none more likely than another on a logarithmic scale.
What share of cells is out of balance, where calm cells lie and how much they vary are those of the
highest likelihood (`geogrid.analysis.ratio_groups`). So a few strong gaps do not swell the spread
of the calm cells, as they would if one distribution had to fit both. What the cells around one say
changes how likely it is to be out of balance (`geogrid.analysis.near_evidence`).

References
----------
Efron, B. (2008). Microarrays, empirical Bayes and the two-groups model. Statistical Science 23,
1-22.
Newton, M. A. et al. (2004). Detecting differential gene expression with a semiparametric
hierarchical mixture method. Biostatistics 5, 155-176 (false discovery from posteriors).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.distinct_pairs import distinct_pairs
from geogrid.analysis.near_evidence import NearClasses, near_classes
from geogrid.analysis.ratio_groups import EXCESS, LOG_RATIO, fitted_groups, likelihood

MAX_FALSE_SHARE: Final = 0.05
_PART: Final = 16_384


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
    off_share
        Share of cells out of balance, as estimated.
    calm_ratio
        Demand over supply of calm cells: below 1 where cells out of balance take demand.
    calm_spread
        Standard deviation of the natural logarithm of calm cells' ratios.
    expected
        Posterior mean of the incidents to expect in each cell.
    near_share
        How often a cell around one whose demand exceeds is out of balance, too, as estimated; the
        share of all cells where they were not asked.
    """

    demand_share: NDArray[np.float64]
    supply_share: NDArray[np.float64]
    log2_ratio: NDArray[np.float64]
    p_exceeds: NDArray[np.float64]
    verdict: NDArray[np.int8]
    off_share: float
    calm_ratio: float
    calm_spread: float
    expected: NDArray[np.float64]
    near_share: float


def balance(
    incidents: NDArray[np.float64],
    presence_s: NDArray[np.float64],
    *,
    least_s: float,
    near: NDArray[np.int64] | None = None,
) -> Balance:
    """Compare the share of incidents with the share of presence.

    Parameters
    ----------
    incidents
        Counts of the cells that can have any, shape (n,); some > 0. Weighed ones are
        `geogrid.analysis.harm.harm_counts`, no whole numbers.
    presence_s
        Seconds with a unit present, shape (n,); some > 0.
    least_s
        Presence that cannot be told from none, seconds, > 0; cells have at least this much
        when shares are compared.
    near
        Positions of the cells around each, -1 where there is none, shape (n, k): what they say
        counts too, by `geogrid.analysis.near_evidence.near_classes`. Each cell stands alone if
        ``None``.

    Returns
    -------
    Balance
        Arrays of shape (n,).
    """
    total = incidents.sum()
    demand, supply = incidents / total, presence_s / presence_s.sum()
    mean = np.maximum(presence_s, least_s)
    mean = mean / mean.sum()
    groups = fitted_groups(incidents, total * mean)
    classes = None if near is None else near_classes(incidents, total * mean, near, groups)
    ratio, above, below = _judged_by_class(incidents, total * mean, groups.weight, classes)
    verdict = np.zeros(incidents.size, dtype=np.int8)
    verdict[discoveries(below)] = -1
    verdict[discoveries(above)] = 1
    with np.errstate(divide="ignore"):
        log2_ratio = np.log2(ratio * mean / supply)
    log2_ratio[supply == 0.0] = np.nan
    return Balance(
        demand_share=demand,
        supply_share=supply,
        log2_ratio=log2_ratio,
        p_exceeds=above,
        verdict=verdict,
        off_share=groups.off_share,
        calm_ratio=float(np.exp(groups.calm_log_ratio)),
        calm_spread=groups.calm_spread,
        expected=ratio * mean * total,
        near_share=groups.off_share if classes is None else classes.near_share,
    )


def _judged_by_class(
    incidents: NDArray[np.float64],
    expected: NDArray[np.float64],
    weight: NDArray[np.float64],
    classes: NearClasses | None,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return what `_judged` does, each cell by how likely ratios are in its class."""
    if classes is None:
        return _judged(incidents, expected, weight)
    found = np.empty((3, incidents.size))
    for number, of_class in enumerate(classes.weight):
        at = np.flatnonzero(classes.number == number)
        if at.size:
            found[:, at] = _judged(incidents[at], expected[at], of_class)
    ratio, above, below = found
    return ratio, above, below


def _judged(
    incidents: NDArray[np.float64], expected: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return each cell's mean ratio, and the chances that it is a quarter over and under."""
    ratios = np.exp(LOG_RATIO)
    over, under = ratios > EXCESS, ratios < 1.0 / EXCESS
    columns = np.stack([np.ones_like(weight), ratios, over, under], axis=1)
    pairs = distinct_pairs(incidents, expected)  # most cells have nothing, and nobody came
    parts = []
    for start in range(0, pairs.first.size, _PART):
        part = slice(start, start + _PART)
        parts.append((likelihood(pairs.first[part], pairs.second[part]) * weight) @ columns)
    sums = np.concatenate(parts)
    ratio, above, below = (sums[:, 1:] / sums[:, :1]).T[:, pairs.number]
    return ratio, np.minimum(above, 1.0), np.minimum(below, 1.0)


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
