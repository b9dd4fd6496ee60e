"""Rolling-origin back-test: each forecast as it would have been made, against what came.

At each origin the models see what was known then. The default forecast of an origin is picked
on the origins whose outcome was known by then, so its record holds no hindsight.

References
----------
Tashman, L. J. (2000). Out-of-sample tests of forecasting accuracy. International Journal of
Forecasting 16, 437-450.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.forecast_events import YEAR_DAYS, Events
from geogrid.analysis.forecast_ground import Ground
from geogrid.analysis.forecast_models import BASELINE, MODELS, models_for
from geogrid.analysis.forecast_scores import (
    HitCurve,
    Ranking,
    best_curve,
    count_interval,
    poisson_log_score,
)

logger = logging.getLogger(__name__)
LEAST_WINDOWS: Final = 12  # of a schedule: fewer give no interval worth the name
LEAST_RECORD: Final = 8  # windows before anything but plain counts is picked
SURE: Final = 1.64  # standard errors of a gain: 1 chance in 20, of a normal
FIRST_RATES: Final = "blend"  # whose numbers are shown before there is a record
TIE_BREAK: Final = "kde"
GROUPS: Final = 10
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the back-test forecasts from, and how far.

    Parameters
    ----------
    origins
        Days since 1970-01-01, rising; the windows that begin there do not overlap.
    days
        Length of a window; all are over by the moment of the forecast.
    """

    origins: tuple[float, ...]
    days: int

    @classmethod
    def over(cls, first_day: float, as_of: float, *, horizon_days: int, most: int) -> Schedule:
        """Return the schedule that a stretch of records allows.

        A year of records, or half of them where that is less, comes before the first origin.

        Parameters
        ----------
        first_day, as_of
            From the first record to the moment of the forecast, days since 1970-01-01.
        horizon_days
            Days to forecast. Where fewer than 12 such windows fit, they are shorter.
        most
            Most origins; the latest are taken.

        Returns
        -------
        Schedule
            Without origins where not even days would do.
        """
        span = as_of - first_day
        free = span - min(YEAR_DAYS, span / 2.0)
        days = max(1, min(horizon_days, int(free // LEAST_WINDOWS)))
        n = min(most, int(free // days))
        return cls(tuple(as_of - days * k for k in range(n, 0, -1)), days)


@dataclass(slots=True, eq=False)
class Tally:
    """What came of the forecasts of one kind, origin by origin.

    Parameters
    ----------
    hits, mean_hits
        Incidents in each area budget, and the mean height of the hit curve up to it; one
        array a window.
    """

    hits: list[NDArray[np.float64]] = field(default_factory=list)
    mean_hits: list[NDArray[np.float64]] = field(default_factory=list)

    def add(self, curve: HitCurve, budgets: tuple[float, ...]) -> None:
        """Add a window.

        Parameters
        ----------
        curve
            Of its ranking.
        budgets
            Shares of the area.
        """
        self.hits.append(curve.hits_at(budgets))
        self.mean_hits.append(np.array([curve.mean_hits_to(share) for share in budgets]))


@dataclass(slots=True, eq=False)
class Spread:
    """How far counts lie from what was expected, beyond what Poisson counts would.

    Parameters
    ----------
    squares, excess
        Sums of ``m^2`` and of ``(y - m)^2 - m`` over cells and windows.
    """

    squares: float = 0.0
    excess: float = 0.0

    def add(self, observed: NDArray[np.float64], expected: NDArray[np.float64]) -> None:
        """Add a window.

        Parameters
        ----------
        observed, expected
            Incidents in each cell, shape (n,).
        """
        self.squares += float((expected**2).sum())
        self.excess += float(((observed - expected) ** 2 - expected).sum())

    @property
    def size(self) -> float:
        """Size of the negative binomial with variance ``m + m^2 / size``; infinite if Poisson."""
        return self.squares / self.excess if self.excess > 0.0 else float("inf")


@dataclass(slots=True, eq=False)
class Record:
    """What came of every model and of the default forecast.

    Parameters
    ----------
    budgets
        Shares of the area, rising.
    days
        Length of a window.
    origins
        Where windows began, days since 1970-01-01.
    totals
        Incidents of each window on the whole grid.
    models, default, best
        Tallies: of each model, of the forecast that would have been shown, of the best
        ranking there could have been.
    picks
        Models that the default forecast of each origin used, one a budget.
    log_scores
        Sum of each model's Poisson log scores.
    spreads
        Of each model.
    groups
        Expected and observed incidents in tenths of the expected ones, from the cells that
        expect most; shape (10, 2).
    within, checked
        Counts of cells inside the interval that earlier windows gave, and all looked at.
    """

    budgets: tuple[float, ...]
    days: int
    origins: list[float] = field(default_factory=list)
    totals: list[float] = field(default_factory=list)
    models: dict[str, Tally] = field(default_factory=lambda: {name: Tally() for name in MODELS})
    default: Tally = field(default_factory=Tally)
    best: Tally = field(default_factory=Tally)
    picks: list[tuple[str, ...]] = field(default_factory=list)
    log_scores: dict[str, float] = field(default_factory=lambda: dict.fromkeys(MODELS, 0.0))
    spreads: dict[str, Spread] = field(default_factory=lambda: {name: Spread() for name in MODELS})
    groups: NDArray[np.float64] = field(default_factory=lambda: np.zeros((GROUPS, 2)))
    within: int = 0
    checked: int = 0

    def pick(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return the model for each budget, by the record so far.

        Parameters
        ----------
        names
            Models to choose from.

        Returns
        -------
        tuple of str
            Plain counts, unless another model's mean gain over them is above 1.64 of its standard
            errors; then the one that gains most. Of the models that hold no cell impossible,
            only the one with the best log score is tried: hits are few, and the best of many
            tries is often luck.
        """
        rates = self.pick_rates(names)
        tried = tuple(
            name for name in names if name == rates or not np.isfinite(self.log_scores[name])
        )
        return tuple(self._pick_at(at, tried) for at in range(len(self.budgets)))

    def _pick_at(self, budget: int, names: tuple[str, ...]) -> str:
        if len(self.totals) < LEAST_RECORD:
            return BASELINE
        plain = np.array(self.models[BASELINE].hits)[:, budget]
        best, best_gain = BASELINE, 0.0
        for name in names:
            hits = self.models[name].hits  # of the latest windows: a model may come in late
            if name == BASELINE or len(hits) < LEAST_RECORD:
                continue
            gains = np.array(hits)[:, budget] - plain[-len(hits) :]
            gain, error = float(gains.mean()), float(gains.std(ddof=1)) / np.sqrt(gains.size)
            if gain > SURE * error and gain > best_gain:
                best, best_gain = name, gain
        return best

    def pick_rates(self, names: tuple[str, ...]) -> str:
        """Return the model whose numbers have the best log score so far.

        Parameters
        ----------
        names
            Models to choose from.

        Returns
        -------
        str
            `FIRST_RATES` before there is a record.
        """
        scored = [name for name in names if len(self.models[name].hits) == len(self.totals)]
        if not self.totals or not scored:
            return FIRST_RATES
        best = max(scored, key=self.log_scores.__getitem__)
        return best if np.isfinite(self.log_scores[best]) else FIRST_RATES


def backtest(
    events: Events,
    ground: Ground,
    schedule: Schedule,
    budgets: tuple[float, ...],
    *,
    progress: Progress | None = None,
) -> Record:
    """Return what came of forecasts at every origin of a schedule.

    Parameters
    ----------
    events
        All that was over by the moment of the forecast.
    ground
        The cells that were at risk as the first window began.
    schedule
        Origins and length of the windows.
    budgets
        Shares of the ground's area, rising.
    progress
        Is told how many windows are done.

    Returns
    -------
    Record
        Incidents off the ground count as missed.
    """
    record = Record(budgets, schedule.days)
    for done, origin in enumerate(schedule.origins, start=1):
        past = events.past(ground, origin)
        names = models_for(past.span_days)
        expected = {name: MODELS[name](past, schedule.days) for name in names}
        observed, total = events.observed(ground, origin, origin + schedule.days)
        _score(record, expected, observed, ground)
        record.totals.append(total)
        record.origins.append(origin)
        if progress is not None:
            progress("testing forecasts", done, len(schedule.origins))
    logger.info("back-test: %d windows of %d days", len(record.totals), schedule.days)
    return record


def _score(
    record: Record,
    expected: dict[str, NDArray[np.float64]],
    observed: NDArray[np.float64],
    ground: Ground,
) -> None:
    """Add a window to a record: first the default picked by what was known, then the rest."""
    names, budgets, area = tuple(expected), record.budgets, ground.area_m2
    picks, rates = record.pick(names), record.pick_rates(names)
    scores = [expected[name] for name in picks]
    tier = Ranking.by_budget(scores, budgets, area, expected[TIE_BREAK]).tier
    record.picks.append(picks)
    record.default.add(HitCurve.of(-tier.astype(np.float64), observed, area), budgets)
    record.best.add(best_curve(observed, area), budgets)
    record.groups += grouped(expected[rates], observed)
    if record.totals:
        lo, hi = count_interval(expected[rates], record.spreads[rates].size)
        record.within += int(((lo <= observed) & (observed <= hi)).sum())
        record.checked += observed.size
    for name, values in expected.items():
        record.models[name].add(HitCurve.of(values, observed, area), budgets)
        record.log_scores[name] += poisson_log_score(observed, values)
        record.spreads[name].add(observed, values)


def grouped(expected: NDArray[np.float64], observed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return expected and observed incidents in tenths of the expected ones.

    Parameters
    ----------
    expected, observed
        Incidents in each cell, shape (n,).

    Returns
    -------
    ndarray of float64, shape (10, 2)
        From the cells that expect most to those that expect least.
    """
    order = np.argsort(-expected, kind="stable")
    middle = np.cumsum(expected[order]) - expected[order] / 2.0
    whole = float(expected.sum())
    if whole <= 0.0:
        return np.zeros((GROUPS, 2))
    group = np.minimum((middle / whole * GROUPS).astype(np.int64), GROUPS - 1)
    sums = [
        np.bincount(group, weights=values[order], minlength=GROUPS)
        for values in (expected, observed)
    ]
    return np.column_stack(sums).astype(np.float64)
