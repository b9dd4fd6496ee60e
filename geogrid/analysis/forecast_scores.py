"""Scores of a ranking of cells: hits by area, and how good the best ranking could have been.

References
----------
Chainey, S., Tompson, L. & Uhlig, S. (2008). The utility of hotspot mapping for predicting
spatial patterns of crime. Security Journal 21, 4-28 (PAI).
Hunt, J. M. (2016). Do crime hot spots move? PhD thesis, American University (PEI).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

COUNT_TAIL: Final = 0.05  # on either side of the interval of a cell's count


@dataclass(frozen=True, slots=True, eq=False)
class HitCurve:
    """The incidents in the first cells of a ranking, by their share of the area.

    Parameters
    ----------
    area_share
        Share of the area up to each knot, rising from 0 to 1.
    hits
        Incidents up to each knot, from 0 to all on the ground. Between two knots cells are
        ranked alike, and any order of them is as good: hits rise in proportion to area.
    """

    area_share: NDArray[np.float64]
    hits: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        score: NDArray[np.float64],
        observed: NDArray[np.float64],
        area_m2: NDArray[np.float64],
    ) -> HitCurve:
        """Return the curve of a score.

        Parameters
        ----------
        score
            Higher comes first; equals come together, shape (n,).
        observed
            Incidents in each cell, shape (n,).
        area_m2
            Land of each cell, > 0, shape (n,).

        Returns
        -------
        HitCurve
            One knot for each value of the score.
        """
        _, group = np.unique(-score, return_inverse=True)
        area = np.cumsum(np.bincount(group, weights=area_m2))
        hits = np.cumsum(np.bincount(group, weights=observed))
        return cls(np.append(0.0, area / area[-1]), np.append(0.0, hits))

    def hits_at(self, share: Sequence[float]) -> NDArray[np.float64]:
        """Return the incidents in the first part of the area.

        Parameters
        ----------
        share
            Shares of the area, each in [0, 1].

        Returns
        -------
        ndarray of float64
            Of the last cell, the part that fits.
        """
        return np.asarray(np.interp(share, self.area_share, self.hits), dtype=np.float64)

    def mean_hits_to(self, share: float) -> float:
        """Return the mean height of the curve from no area to a share of it.

        Parameters
        ----------
        share
            Share of the area, in (0, 1].

        Returns
        -------
        float
            Area under the curve divided by ``share``.
        """
        inner = self.area_share < share
        x = np.append(self.area_share[inner], share)
        y = np.append(self.hits[inner], self.hits_at([share]))
        return float(np.sum(np.diff(x) * (y[1:] + y[:-1]) / 2.0) / share)


def best_curve(observed: NDArray[np.float64], area_m2: NDArray[np.float64]) -> HitCurve:
    """Return the curve that no ranking can be above: the fullest land first.

    Parameters
    ----------
    observed
        Incidents in each cell, shape (n,).
    area_m2
        Land of each cell, shape (n,).

    Returns
    -------
    HitCurve
        Of incidents per land.
    """
    return HitCurve.of(observed / area_m2, observed, area_m2)


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """An order of cells.

    Parameters
    ----------
    rank
        1 for the first cell; each rank once, shape (n,).
    tier
        Rises with rank, shape (n,); cells of one tier were scored alike, and only a second
        score or the order of cells tells them apart.
    """

    rank: NDArray[np.int64]
    tier: NDArray[np.int64]

    @classmethod
    def by_budget(
        cls,
        scores: Sequence[NDArray[np.float64]],
        budgets: tuple[float, ...],
        area_m2: NDArray[np.float64],
        tie_break: NDArray[np.float64],
    ) -> Ranking:
        """Return one ranking that fills each area budget by a score of its own.

        The cells of the smallest budget come first, ranked by the first score, until their
        land makes up the budget; then those that the second score adds, and so on; the last
        score ranks the rest.

        Parameters
        ----------
        scores
            A score for each budget, each of shape (n,).
        budgets
            Shares of the area, rising.
        area_m2
            Land of each cell, shape (n,).
        tie_break
            What ranks cells of equal score; what is equal here too stays in the order of cells.

        Returns
        -------
        Ranking
            Budgets in a row with the very same score are one: its tiers are not cut.
        """
        order = np.zeros(0, dtype=np.int64)
        tiers, top = np.zeros(0, dtype=np.int64), 0
        left = np.ones(area_m2.size, dtype=np.bool_)
        for number, score in enumerate(scores):
            last = number == len(scores) - 1
            if not last and scores[number + 1] is score:
                continue
            cells = np.flatnonzero(left)
            cells = cells[np.lexsort((-tie_break[cells], -score[cells]))]
            if not last:
                wanted = budgets[number] * area_m2.sum() - area_m2[order].sum()
                cells = cells[np.cumsum(area_m2[cells]) - area_m2[cells] < wanted]
            steps = np.append(1, np.diff(score[cells]) != 0.0)[: cells.size]
            tiers = np.concatenate([tiers, top + np.cumsum(steps)])
            top += int(steps.sum())
            order = np.concatenate([order, cells])
            left[cells] = False
        rank, tier = np.empty_like(order), np.empty_like(order)
        rank[order], tier[order] = np.arange(1, order.size + 1), tiers
        return cls(rank, tier)


def poisson_log_score(observed: NDArray[np.float64], expected: NDArray[np.float64]) -> float:
    """Return the log chance of what was observed, up to a term that no forecast changes.

    Parameters
    ----------
    observed
        Incidents in each cell, shape (n,).
    expected
        Incidents expected, >= 0, shape (n,).

    Returns
    -------
    float
        ``sum(y log m - m)``; minus infinity where something came that was held impossible.
    """
    happened = observed > 0.0
    if (expected[happened] <= 0.0).any():
        return -float("inf")
    gained = observed[happened] * np.log(expected[happened])
    return float(gained.sum() - expected.sum())


def count_interval(
    expected: NDArray[np.float64], size: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the least and the most incidents that a cell will have, 9 times in 10.

    Parameters
    ----------
    expected
        Incidents expected in each cell, >= 0, shape (n,).
    size
        Of the negative binomial, see `geogrid.analysis.backtest.Spread`; infinite for Poisson.

    Returns
    -------
    lo, hi : ndarray of float64, shape (n,)
        Whole numbers; fewer than ``lo`` come at most 5 times in 100, and more than ``hi``.
    """
    mean, at = np.unique(expected, return_inverse=True)
    lo, hi = (_quantile(chance, mean, size)[at] for chance in (COUNT_TAIL, 1.0 - COUNT_TAIL))
    return lo, hi


def _quantile(chance: float, mean: NDArray[np.float64], size: float) -> NDArray[np.float64]:
    """Return the least counts that at most ``chance`` of the draws fall short of.

    As ``ppf`` of ``scipy.stats``, which takes half a second to load, does: the inverse by whole
    counts is looked at from one below.
    """
    is_poisson = np.isinf(size)
    p = np.ones(mean.size) if is_poisson else size / (size + mean)
    start = special.pdtrik(chance, mean) if is_poisson else special.nbdtrik(chance, size, p)
    fewest = np.where(mean > 0.0, np.ceil(np.where(mean > 0.0, start, 0.0)) - 1.0, 0.0)
    k = np.maximum(fewest, 0.0)
    while True:
        at_most = (
            special.gammaincc(k + 1.0, mean) if is_poisson else special.betainc(size, k + 1.0, p)
        )
        short = at_most < chance
        if not short.any():
            return k
        k = k + short
