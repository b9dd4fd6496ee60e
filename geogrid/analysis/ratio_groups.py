"""The two groups of cells, in balance and out of it, and how likely counts are in each.

A cell's ratio of demand to supply is one of `LOG_RATIO`. Calm cells have ratios about one value;
those out of balance may have any, none more likely than another on a logarithmic scale.

References
----------
Efron, B. (2008). Microarrays, empirical Bayes and the two-groups model. Statistical Science 23,
1-22.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.distinct_pairs import distinct_pairs

EXCESS: Final = 1.25  # a share must exceed the other's by a quarter to count
MOST_RATIO: Final = 64.0
_STEPS: Final = 4  # points of the scale between balance and a quarter more
_STEP: Final = math.log(EXCESS) / (_STEPS + 0.5)  # so that no point lies on the limit
_REACH: Final = int(math.log(MOST_RATIO) / _STEP)
LOG_RATIO: Final = np.arange(-_REACH, _REACH + 1, dtype=np.float64) * _STEP
_SPREADS: Final = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.25, 1.5)
# Cells that are taken as seen before any count: one out of balance, nine calm. Without them three
# cells with five incidents would say that all are out of balance.
PRIOR_OFF: Final = 1.0
PRIOR_CALM: Final = 9.0
ROUNDS: Final = 40  # of expectation and maximisation
_BIN: Final = 0.02  # cells whose expected counts differ by 2 % are fitted, not judged, together


class Groups(NamedTuple):
    """The two groups: how likely each ratio of `LOG_RATIO` is, and what was estimated.

    ``calm`` and ``weight`` are how likely each ratio is for a calm cell and for any, shape
    (ratios,); ``off_share`` is the share of cells out of balance, ``calm_log_ratio`` and
    ``calm_spread`` where calm ones lie and how much they vary, on the natural logarithm.
    """

    calm: NDArray[np.float64]
    weight: NDArray[np.float64]
    off_share: float
    calm_log_ratio: float
    calm_spread: float


def likelihood(
    incidents: NDArray[np.float64], expected: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how likely counts are at each ratio.

    Parameters
    ----------
    incidents
        Counts, shape (n,).
    expected
        Counts to expect in balance, > 0, shape (n,).

    Returns
    -------
    ndarray of float64, shape (n, ratios)
        Up to a factor for each row, so that the greatest is 1.
    """
    logs = incidents[:, None] * LOG_RATIO - expected[:, None] * np.exp(LOG_RATIO)
    return np.asarray(np.exp(logs - logs.max(axis=1, keepdims=True)))


def fitted_groups(incidents: NDArray[np.float64], expected: NDArray[np.float64]) -> Groups:
    """Return the groups of highest likelihood.

    Parameters
    ----------
    incidents
        Counts, shape (n,).
    expected
        Counts to expect in balance, > 0, shape (n,).

    Returns
    -------
    Groups
        What was estimated of all cells together.
    """
    bins = np.round(np.log(expected) / _BIN)
    counts, of_bin, _, times = distinct_pairs(incidents, bins)
    likely = likelihood(counts, np.exp(of_bin * _BIN))
    slab = np.full(LOG_RATIO.size, 1.0 / LOG_RATIO.size)
    off = likely @ slab
    fits = [_best_calm(spread, likely, off, times) for spread in _SPREADS]
    at, share, _ = fits[top := int(np.argmax([fit[2] for fit in fits]))]
    calm = _calm(at, _SPREADS[top])
    weight = (1.0 - share) * calm + share * slab
    return Groups(calm, weight, share, at, _SPREADS[top])


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
    share = np.full(calm.shape[1], PRIOR_OFF / (PRIOR_OFF + PRIOR_CALM))
    cells = times.sum() + PRIOR_OFF + PRIOR_CALM
    for _ in range(ROUNDS):
        out = share * off[:, None]
        member = out / np.maximum(out + (1.0 - share) * calm, 1e-300)
        share = (times @ member + PRIOR_OFF) / cells
    whole = np.maximum(share * off[:, None] + (1.0 - share) * calm, 1e-300)
    prior = PRIOR_OFF * np.log(share) + PRIOR_CALM * np.log1p(-share)
    return times @ np.log(whole) + prior, share
