"""The card of a forecast: what its record is worth, beside plain counts and chance.

References
----------
Kuensch, H. R. (1989). The jackknife and the bootstrap for general stationary observations.
Annals of Statistics 17, 1217-1241 (blocks).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.backtest import Record
from geogrid.analysis.forecast_events import day_named
from geogrid.analysis.forecast_models import BASELINE

BLOCK_DAYS: Final = 28  # windows that near are alike: weather, holidays, a series of cases
LEVEL: Final = 0.95  # of the intervals of scores
BETTER: Final = "better than counting"
NOT_BETTER: Final = "no better than counting"
WORSE: Final = "worse than counting"
NO_RECORD: Final = "no record: too short a history to test a forecast on"
VERDICTS: Final = (BETTER, NOT_BETTER, WORSE, NO_RECORD)

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Resampling:
    """How intervals are made: by drawing runs of windows again.

    Parameters
    ----------
    replicates
        Draws.
    seed
        The same seed gives the same intervals.
    """

    replicates: int = 999
    seed: int = 0

    def weights(self, windows: int, days: int) -> Numbers:
        """Return how often each window is drawn.

        Parameters
        ----------
        windows
            Number of windows, >= 1.
        days
            Length of each.

        Returns
        -------
        ndarray of float64, shape (replicates, windows)
            Rows sum to ``windows``. Windows are drawn in runs of 28 days, which wrap around.
        """
        run = max(1, min(round(BLOCK_DAYS / days), windows))
        rng = np.random.default_rng(self.seed)
        starts = rng.integers(0, windows, size=(self.replicates, -(-windows // run)))
        drawn = (starts[:, :, None] + np.arange(run)) % windows
        drawn = drawn.reshape(self.replicates, -1)[:, :windows]
        cell = np.arange(self.replicates)[:, None] * windows + drawn
        counts = np.bincount(cell.ravel(), minlength=self.replicates * windows)
        return counts.reshape(self.replicates, windows).astype(np.float64)


def card(
    record: Record, picks: tuple[str, ...], resampling: Resampling | None = None
) -> list[dict[str, Any]]:
    """Return the record at each area budget, as JSON values.

    Parameters
    ----------
    record
        Of a back-test.
    picks
        The model that fills each budget now.
    resampling
        How intervals are made; the defaults if ``None``.

    Returns
    -------
    list of dict
        For each budget ``area_percent``, the ``model`` now, the ``models`` of the record by
        windows, and with ``value`` ``lo`` ``hi`` each of ``hit_rate`` ``pai`` ``pei`` and
        ``area_under_curve``; the same figures in ``baseline`` (plain counts), ``random`` and
        ``gain`` (the difference of the two); ``verdict``. Without a record figures are null.
    """
    resampling = resampling or Resampling()
    if not record.totals or sum(record.totals) <= 0.0:
        return [_empty(share, name) for share, name in zip(record.budgets, picks, strict=True)]
    draws = resampling.weights(len(record.totals), record.days)
    return [_entry(record, at, picks[at], draws) for at in range(len(record.budgets))]


def _empty(share: float, model: str) -> dict[str, Any]:
    figures = dict.fromkeys(("hit_rate", "pai", "pei", "area_under_curve"))
    about = {"area_percent": share * 100.0, "model": model, "models": {}}
    rest = {"baseline": {"model": BASELINE} | figures, "random": _random(share), "gain": figures}
    return about | figures | rest | {"verdict": NO_RECORD}


def _random(share: float) -> dict[str, Any]:
    return {"hit_rate": share, "pai": 1.0, "area_under_curve": share / 2.0}


def _entry(record: Record, at: int, model: str, draws: Numbers) -> dict[str, Any]:
    """Return the card of one budget."""
    share = record.budgets[at]
    default = _figures(record, record.default.hits, record.default.mean_hits, at)
    plain_tally = record.models[BASELINE]
    plain = _figures(record, plain_tally.hits, plain_tally.mean_hits, at)
    used = [names[at] for names in record.picks]
    gain = {
        name: _interval(default[name], draws, minus=plain[name])
        for name in ("hit_rate", "pai", "pei", "area_under_curve")
    }
    return {
        "area_percent": share * 100.0,
        "model": model,
        "models": {name: used.count(name) for name in dict.fromkeys(used)},
        **{name: _interval(figure, draws) for name, figure in default.items()},
        "baseline": {"model": BASELINE}
        | {name: _interval(figure, draws) for name, figure in plain.items()},
        "random": _random(share),
        "gain": gain,
        "verdict": verdict(gain["pai"]),
    }


@dataclass(frozen=True, slots=True, eq=False)
class _Ratio:
    """A ratio of sums over windows."""

    above: Numbers
    below: Numbers

    def value(self, draws: Numbers) -> Numbers:
        below = draws @ self.below
        return np.divide(draws @ self.above, below, out=np.zeros_like(below), where=below > 0.0)


def _figures(
    record: Record, hits: list[Numbers], mean_hits: list[Numbers], at: int
) -> dict[str, _Ratio]:
    share, totals = record.budgets[at], np.array(record.totals)
    got, under = np.array(hits)[:, at], np.array(mean_hits)[:, at]
    most = np.array(record.best.hits)[:, at]
    return {
        "hit_rate": _Ratio(got, totals),
        "pai": _Ratio(got / share, totals),
        "pei": _Ratio(got, most),
        "area_under_curve": _Ratio(under, totals),
    }


def _interval(figure: _Ratio, draws: Numbers, minus: _Ratio | None = None) -> dict[str, float]:
    """Return a figure, or a difference of two on the same windows, with its interval."""
    once = np.ones((1, draws.shape[1]))
    value, drawn = figure.value(once), figure.value(draws)
    if minus is not None:
        value, drawn = value - minus.value(once), drawn - minus.value(draws)
    tail = (1.0 - LEVEL) / 2.0
    lo, hi = np.quantile(drawn, (tail, 1.0 - tail))
    return {"value": float(value[0]), "lo": float(lo), "hi": float(hi)}


def verdict(gain: Mapping[str, float]) -> str:
    """Return in words whether a gain over plain counts is one.

    Parameters
    ----------
    gain
        ``lo`` and ``hi`` of its interval.

    Returns
    -------
    str
        One of `VERDICTS`; "no better than counting" where the interval holds zero.
    """
    if gain["lo"] > 0.0:
        return BETTER
    return WORSE if gain["hi"] < 0.0 else NOT_BETTER


def calibration(record: Record) -> dict[str, Any]:
    """Return how the numbers expected fit those that came, as JSON values.

    Parameters
    ----------
    record
        Of a back-test.

    Returns
    -------
    dict
        ``expected`` and ``observed`` incidents, their ``ratio`` (observed by expected; null
        without a record), ``within`` (share of cells whose count lay inside the interval of 9
        in 10 that earlier windows gave), and ``tenths``: the same in tenths of the expected
        incidents, from the cells that expect most.
    """
    expected, observed = record.groups.sum(axis=0).tolist()
    tenths = [
        {"expected": want, "observed": got, "ratio": got / want if want > 0.0 else None}
        for want, got in record.groups.tolist()
    ]
    ratio = observed / expected if expected > 0.0 else None
    return {
        "expected": expected,
        "observed": observed,
        "ratio": ratio,
        "within": record.within / record.checked if record.checked else None,
        "tenths": tenths,
    }


def backtest_json(record: Record) -> dict[str, Any]:
    """Return what a record is made of, as JSON values.

    Parameters
    ----------
    record
        Of a back-test.

    Returns
    -------
    dict
        ``windows`` ``window_days`` ``first`` and ``last`` day of them (null without any),
        ``incidents``; and by model its ``hit_rate`` at each budget.
    """
    first = day_named(record.origins[0]).isoformat() if record.origins else None
    last = day_named(record.origins[-1] + record.days - 1).isoformat() if record.origins else None
    rates = {}
    for name, tally in record.models.items():
        total = sum(record.totals[len(record.totals) - len(tally.hits) :])
        if tally.hits and total > 0.0:
            rates[name] = (np.sum(tally.hits, axis=0) / total).tolist()
    return {
        "windows": len(record.totals),
        "window_days": record.days,
        "first": first,
        "last": last,
        "incidents": float(sum(record.totals)),
        "hit_rates": rates,
    }
