"""Forecast: where incidents are expected in the days ahead, with its record.

Baselines and stronger models are tried at every origin of a rolling back-test, and the one
that fills each area budget best is taken: plain counts, unless another gains more than chance
would explain. The card says how well the whole procedure did.

References
----------
Wheeler, A. P. & Steenbeek, W. (2021). Mapping the risk terrain for crime using machine
learning. Journal of Quantitative Criminology 37, 445-480 (counts are hard to beat).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.backtest import TIE_BREAK, Progress, Record, Schedule, backtest
from geogrid.analysis.forecast_card import (
    Resampling,
    backtest_json,
    calibration,
    card,
)
from geogrid.analysis.forecast_events import (
    YEAR_DAYS,
    Events,
    ForecastTime,
    day_named,
    day_number,
    known_days,
)
from geogrid.analysis.forecast_ground import Ground
from geogrid.analysis.forecast_models import MODELS, models_for
from geogrid.analysis.forecast_scores import Ranking, count_interval
from geogrid.analysis.hotspots import at_risk_cells
from geogrid.errors import InputError
from geogrid.model.cells import CellTable, Field
from geogrid.model.grid import Grid
from geogrid.model.incidents import Incidents
from geogrid.model.window import Window

MIN_INCIDENTS: Final = 30  # fewer say nothing about a whole city
MIN_SPAN_DAYS: Final = 28  # of records; less has no weeks to tell apart
BUDGETS: Final = (0.01, 0.05, 0.10)  # of the area at risk
DEFAULT_BANDWIDTH_M: Final = 250.0  # or a cell where that is more; best of 250, 375 and 500 m

FIELDS: Final = (
    Field(
        "rank",
        "Forecast rank",
        meaning="1 for the cell to go to first; null where nothing is at risk",
    ),
    Field(
        "expected",
        "Expected incidents",
        meaning="incidents expected in the days of the forecast; null where nothing is at risk",
    ),
    Field(
        "lo",
        "Expected, at least",
        meaning="fewer come at most 5 times in 100; null where nothing is at risk",
    ),
    Field(
        "hi",
        "Expected, at most",
        meaning="more come at most 5 times in 100; null where nothing is at risk",
    ),
)


@dataclass(frozen=True, slots=True)
class ForecastParams:
    """How a forecast is made and tested.

    Parameters
    ----------
    budgets
        Shares of the area at risk, rising, in (0, 1].
    bandwidth_m
        Standard deviation of the kernel that models smooth with, metres; ``None`` for 250 m,
        or a cell where that is more.
    most_windows
        Most windows of the back-test, >= 0; the latest are taken.
    mask_period
        First and last local day, ISO 8601: without exposure, only incidents of this period say
        where something can happen. ``None`` for all that are known.
    seed
        Of the intervals.

    Raises
    ------
    InputError
        A value is out of its range.
    """

    budgets: tuple[float, ...] = BUDGETS
    bandwidth_m: float | None = None
    most_windows: int = 52
    mask_period: tuple[str, str] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        rising = all(a < b for a, b in zip(self.budgets, self.budgets[1:], strict=False))
        if not self.budgets or not rising or not 0.0 < self.budgets[0] <= self.budgets[-1] <= 1.0:
            raise InputError(
                "area budgets must be rising shares between 0 and 1, got {budgets}",
                budgets=self.budgets,
            )
        if self.bandwidth_m is not None and not 0.0 < self.bandwidth_m < np.inf:
            raise InputError(
                "the bandwidth must be a positive number of metres, got {bandwidth}",
                bandwidth=self.bandwidth_m,
            )
        if self.mask_period is not None:
            Window.parse(*self.mask_period)
        if self.most_windows < 0:
            raise InputError(
                "the number of windows must be 0 or more, got {windows}",
                windows=self.most_windows,
            )

    def bandwidth_over(self, cell_size_m: float) -> float:
        """Return the bandwidth on a grid of a given cell size.

        Parameters
        ----------
        cell_size_m
            Cell size, metres.

        Returns
        -------
        float
            Metres, at least one cell.
        """
        return max(self.bandwidth_m or DEFAULT_BANDWIDTH_M, cell_size_m)


def forecast(
    incidents: Incidents,
    grid: Grid,
    time: ForecastTime,
    *,
    exposure: Mapping[str, NDArray[np.bool_]] | None = None,
    params: ForecastParams | None = None,
    progress: Progress | None = None,
) -> CellTable:
    """Return where incidents are expected in the days ahead, and how far that can be trusted.

    An incident whose time range is not over as ``time.as_of`` begins is left out first of all.

    Parameters
    ----------
    incidents
        The incidents, of all times; each counts for its weight.
    grid
        The grid.
    time
        The moment and the days ahead.
    exposure
        By name, the cells that hold roads, places and the like; see
        `geogrid.analysis.hotspots.at_risk_cells`. A cell that had an incident before the
        moment is at risk as well, without exposure also those near it; in the back-test,
        before its first window. ``params.mask_period`` says which incidents count for that.
    params
        Budgets, kernel, back-test; the defaults if ``None``.
    progress
        Is told how much of the back-test is done.

    Returns
    -------
    CellTable
        Columns ``rank``, ``expected``, ``lo`` and ``hi``. The ranking fills each area budget
        by the model picked for it; the numbers are those of the model with the best log score.
        Its summary has ``card`` (see `geogrid.analysis.forecast_card.card`), ``calibration``,
        ``backtest``, ``models`` by budget, ``rates`` (the model of the numbers), and ``as_of``
        ``horizon_days`` ``cells`` ``at_risk`` ``mask`` ``incidents`` ``known`` ``later``
        ``outside`` ``first_day`` ``newest_day`` ``bandwidth_m`` ``expected_total``.

    Raises
    ------
    InputError
        Fewer than 30 incidents are known in the grid, they span less than 28 days, or none
        is of the last year.
    """
    params = params or ForecastParams()
    known = known_days(incidents, time.time_zone) < time.as_of_day
    before = incidents.where(known)
    events = Events.of(before, grid, time.time_zone)
    _require_enough(events, time)
    sigma_m = params.bandwidth_over(grid.spec.cell_size)
    schedule = Schedule.over(
        float(np.floor(events.day[0])),
        time.as_of_day,
        horizon_days=time.horizon_days,
        most=params.most_windows,
    )
    record = Record(params.budgets, schedule.days)
    if schedule.origins:
        early = before.where(known_days(before, time.time_zone) < schedule.origins[0])
        at_first, _ = at_risk_cells(_reference(early, time, params), grid, exposure=exposure)
        _require_ground(at_first, params)
        then = Ground.of(grid, at_first, sigma_m=sigma_m)
        record = backtest(events, then, schedule, params.budgets, progress=progress)
    at_risk, mask = at_risk_cells(_reference(before, time, params), grid, exposure=exposure)
    _require_ground(at_risk, params)
    now = _Now.of(events, Ground.of(grid, at_risk, sigma_m=sigma_m), record, time)
    summary = {
        "method": "forecast",
        "as_of": time.as_of.isoformat(),
        "horizon_days": time.horizon_days,
        "cells": len(grid),
        "at_risk": int(at_risk.sum()),
        "mask": mask,
        "incidents": len(incidents),
        "known": len(events),
        "later": int((~known).sum()),
        "outside": events.outside,
        "first_day": day_named(events.day[0]).isoformat(),
        "newest_day": day_named(events.day[-1]).isoformat(),
        "bandwidth_m": sigma_m,
        "seed": params.seed,
    }
    return _table(grid, now, summary | _told(record, now, params))


def _reference(incidents: Incidents, time: ForecastTime, params: ForecastParams) -> Incidents:
    """Return the incidents that say where something can happen."""
    if params.mask_period is None:
        return incidents
    period = Window.parse(*params.mask_period)
    day = known_days(incidents, time.time_zone)
    keep = np.ones(day.size, dtype=np.bool_)
    if period.first is not None:
        keep &= day >= day_number(period.first)
    if period.last is not None:
        keep &= day < day_number(period.last) + 1
    return incidents.where(keep)


def _require_ground(at_risk: NDArray[np.bool_], params: ForecastParams) -> None:
    if not at_risk.any():
        first, last = params.mask_period or ("", "")
        raise InputError(
            "nothing is at risk by the incidents from {first} to {last} that were known before "
            "the back-test began; ask for an earlier mask period",
            first=first,
            last=last,
        )


def _require_enough(events: Events, time: ForecastTime) -> None:
    if len(events) < MIN_INCIDENTS:
        raise InputError(
            "a forecast needs at least {least} incidents in the grid before {day}, got {counted}; "
            "choose a later day or more categories",
            least=MIN_INCIDENTS,
            day=time.as_of.isoformat(),
            counted=len(events),
        )
    span = time.as_of_day - float(np.floor(events.day[0]))
    if span < MIN_SPAN_DAYS:
        raise InputError(
            "a forecast needs records of at least {least} days before {day}, got {span:.0f}",
            least=MIN_SPAN_DAYS,
            day=time.as_of.isoformat(),
            span=span,
        )
    if time.as_of_day - events.day[-1] > YEAR_DAYS:
        raise InputError(
            "the newest incident before {day} is of {newest}, more than a year earlier; "
            "import newer incidents or choose an earlier day",
            day=time.as_of.isoformat(),
            newest=day_named(events.day[-1]).isoformat(),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Now:
    """The forecast of the moment itself, on its ground."""

    ground: Ground
    picks: tuple[str, ...]
    rates: str
    rank: NDArray[np.int64]
    expected: NDArray[np.float64]
    lo: NDArray[np.float64]
    hi: NDArray[np.float64]

    @classmethod
    def of(cls, events: Events, ground: Ground, record: Record, time: ForecastTime) -> _Now:
        past = events.past(ground, time.as_of_day)
        names = models_for(past.span_days)
        picks, rates = record.pick(names), record.pick_rates(names)
        used = {name: MODELS[name](past, time.horizon_days) for name in {*picks, rates, TIE_BREAK}}
        scores = [used[name] for name in picks]
        ranking = Ranking.by_budget(scores, record.budgets, ground.area_m2, used[TIE_BREAK])
        lo, hi = count_interval(used[rates], record.spreads[rates].size)
        return cls(ground, picks, rates, ranking.rank, used[rates], lo, hi)


def _told(record: Record, now: _Now, params: ForecastParams) -> dict[str, Any]:
    return {
        "models": {
            f"{share * 100.0:g}": name
            for share, name in zip(params.budgets, now.picks, strict=True)
        },
        "rates": now.rates,
        "expected_total": float(now.expected.sum()),
        "card": card(record, now.picks, Resampling(seed=params.seed)),
        "calibration": calibration(record),
        "backtest": backtest_json(record),
    }


def _table(grid: Grid, now: _Now, summary: dict[str, Any]) -> CellTable:
    columns = {}
    for name in ("rank", "expected", "lo", "hi"):
        column = np.full(len(grid), np.nan)
        column[now.ground.cells] = getattr(now, name)
        columns[name] = column
    return CellTable(grid, FIELDS, columns, summary)
