"""Whether demand exceeds supply in a cell, with the doubt that small counts leave.

A cell's ratio of demand to supply is unknown; its incidents are Poisson given it. Cells are of two
groups. Calm ones have ratios about one value, with a spread that is estimated; those out of
balance may have any ratio from 1/64 to 64, none more likely than another on a logarithmic scale.
What share of cells is out of balance, where calm cells lie and how much they vary are those of the
highest likelihood. So a few strong gaps do not swell the spread of the calm cells, as they would
if one distribution had to fit both.

References
----------
Efron, B. (2008). Microarrays, empirical Bayes and the two-groups model. Statistical Science 23,
1-22.
Newton, M. A. et al. (2004). Detecting differential gene expression with a semiparametric
hierarchical mixture method. Biostatistics 5, 155-176 (false discovery from posteriors).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

EXCESS: Final = 1.25  # a share must exceed the other's by a quarter to count
MAX_FALSE_SHARE: Final = 0.05
MOST_RATIO: Final = 64.0
_STEPS: Final = 4  # points of the scale between balance and a quarter more
_STEP: Final = math.log(EXCESS) / (_STEPS + 0.5)  # so that no point lies on the limit
_REACH: Final = int(math.log(MOST_RATIO) / _STEP)
LOG_RATIO: Final = np.arange(-_REACH, _REACH + 1, dtype=np.float64) * _STEP
_SPREADS: Final = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.25, 1.5)
# Cells that are taken as seen before any count: one out of balance, nine calm. Without them three
# cells with five incidents would say that all are out of balance.
_PRIOR_OFF: Final = 1.0
_PRIOR_CALM: Final = 9.0
_ROUNDS: Final = 40
_BIN: Final = 0.02  # cells whose expected counts differ by 2 % are fitted, not judged, together
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


class _Groups(NamedTuple):
    """The two groups: how likely each ratio of `LOG_RATIO` is, and what was estimated."""

    weight: NDArray[np.float64]
    off_share: float
    calm_log_ratio: float
    calm_spread: float


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
    groups = _fitted(incidents, total * mean)
    ratio, above, below = _judged(incidents, total * mean, groups.weight)
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
    )


def _likelihood(
    incidents: NDArray[np.float64], expected: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how likely counts are at each ratio, up to a factor per row; shape (n, ratios)."""
    logs = incidents[:, None] * LOG_RATIO - expected[:, None] * np.exp(LOG_RATIO)
    return np.asarray(np.exp(logs - logs.max(axis=1, keepdims=True)))


def _fitted(incidents: NDArray[np.float64], expected: NDArray[np.float64]) -> _Groups:
    """Return the groups of highest likelihood."""
    bins = np.round(np.log(expected) / _BIN)
    pairs, times = np.unique(np.column_stack([incidents, bins]), axis=0, return_counts=True)
    likely = _likelihood(pairs[:, 0], np.exp(pairs[:, 1] * _BIN))
    slab = np.full(LOG_RATIO.size, 1.0 / LOG_RATIO.size)
    off = likely @ slab
    fits = [_best_calm(spread, likely, off, times) for spread in _SPREADS]
    at, share, _ = fits[top := int(np.argmax([fit[2] for fit in fits]))]
    weight = (1.0 - share) * _calm(at, _SPREADS[top]) + share * slab
    return _Groups(weight, share, at, _SPREADS[top])


def _best_calm(
    spread: float,
    likely: NDArray[np.float64],
    off: NDArray[np.float64],
    times: NDArray[np.int64],
) -> tuple[float, float, float]:
    """Return where calm cells lie best, the share out of balance, and the log-likelihood."""
    at, share, fit = 0.0, 0.0, -np.inf
    for step in (8, 4, 2, 1):  # coarsely first, then between the neighbours of the best
        tried = at + np.arange(-4, 5) * step * _STEP
        shapes = np.stack([_calm(place, spread) for place in tried])
        fits, shares = _mixed(likely @ shapes.T, off, times)
        top = int(np.argmax(fits))
        at, share, fit = float(tried[top]), float(shares[top]), float(fits[top])
    return at, share, fit


def _calm(at: float, spread: float) -> NDArray[np.float64]:
    """Return how likely each ratio is for a calm cell; all at one point without a spread."""
    width = max(spread, 0.25 * _STEP)
    logs = -0.5 * ((LOG_RATIO - at) / width) ** 2
    shape = np.exp(logs - logs.max())
    return np.asarray(shape / shape.sum())


def _mixed(
    calm: NDArray[np.float64], off: NDArray[np.float64], times: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return log-likelihoods and shares out of balance, by expectation and maximisation.

    ``calm`` has a column for each shape of the calm group.
    """
    share = np.full(calm.shape[1], _PRIOR_OFF / (_PRIOR_OFF + _PRIOR_CALM))
    cells = times.sum() + _PRIOR_OFF + _PRIOR_CALM
    for _ in range(_ROUNDS):
        out = share * off[:, None]
        member = out / np.maximum(out + (1.0 - share) * calm, 1e-300)
        share = (times @ member + _PRIOR_OFF) / cells
    whole = np.maximum(share * off[:, None] + (1.0 - share) * calm, 1e-300)
    prior = _PRIOR_OFF * np.log(share) + _PRIOR_CALM * np.log1p(-share)
    return times @ np.log(whole) + prior, share


def _judged(
    incidents: NDArray[np.float64], expected: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return each cell's mean ratio, and the chances that it is a quarter over and under."""
    ratios = np.exp(LOG_RATIO)
    over, under = ratios > EXCESS, ratios < 1.0 / EXCESS
    columns = np.stack([np.ones_like(weight), ratios, over, under], axis=1)
    parts = []
    for start in range(0, incidents.size, _PART):
        part = slice(start, start + _PART)
        parts.append((_likelihood(incidents[part], expected[part]) * weight) @ columns)
    sums = np.concatenate(parts)
    ratio, above, below = (sums[:, 1:] / sums[:, :1]).T
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
