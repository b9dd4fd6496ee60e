"""Emerging hotspots: which places are newly, steadily or no longer hot, step by step.

Each cell at risk is tested in each step of time with the exact Gi* of a window in space and time
(Getis & Ord 1992), against all cells and steps together; false discovery is held over all of
them. The row of hot, cold and other steps is then named as Esri defines its seventeen
categories. The trend is that of the steps' own counts: windows that overlap in time would be
alike for no other reason, and the test would find trends in 14 to 24 % of cells that have none.

References
----------
Getis, A. & Ord, J. K. (1992). The analysis of spatial association by use of distance
statistics. Geographical Analysis 24, 189-206.
Mann, H. B. (1945). Nonparametric tests against trend. Econometrica 13, 245-259.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfc

from geogrid.analysis.at_risk import at_risk_cells, require_aligned
from geogrid.analysis.emerging_columns import (
    CATEGORIES,
    FIELDS,
    UNTESTED,
    category_names,
    pattern_sentences,
    strips,
)
from geogrid.analysis.grouped_testing import adjusted_p_of_groups
from geogrid.analysis.hotspot_data import MIN_INCIDENTS
from geogrid.analysis.hotspot_params import HotspotParams
from geogrid.analysis.incident_days import DatedIncidents, day_text, require_used
from geogrid.analysis.incident_frame import LatticeFrame
from geogrid.analysis.multiple_testing import adjusted_p
from geogrid.errors import InputError
from geogrid.kernels.emerging_pattern import emerging_patterns
from geogrid.kernels.exact_tail import total_tails
from geogrid.kernels.mann_kendall import mann_kendall
from geogrid.kernels.window_sums import disc_half_widths, window_sums_at
from geogrid.model.cells import CellTable
from geogrid.model.grid import Grid

MIN_STEPS: Final = 8  # with fewer no order of the steps is unlikely enough to be a trend
MAX_STEPS: Final = 366
MAX_WINDOW_BINS: Final = 900  # cells times steps; exact tails of more take over a quarter minute
DEFAULT_MAX_STEPS: Final = 60  # a strip that can still be read
DEFAULT_STEP_DAYS: Final = (1, 7, 28, 91)


@dataclass(frozen=True, slots=True)
class EmergingParams:
    """How emerging hotspots are looked for.

    Parameters
    ----------
    base
        Radius, correction, rate and least support; nothing else.
    step_days
        Length of a step, days, >= 1. ``None`` for the first of 1, 7, 28 and 91 days that makes
        at most 60 steps.
    lag_steps
        Steps before its own that a window reaches back, 0 to 6. They count for hot and
        cold, never for the trend.

    Raises
    ------
    InputError
        A value is out of its range, or has no use here.
    """

    base: HotspotParams = field(default_factory=HotspotParams)
    step_days: int | None = None
    lag_steps: int = 1

    def __post_init__(self) -> None:
        require_used(self.base, "emerging", "radius_m", "correction", "q", "min_support")
        if self.step_days is not None and self.step_days < 1:
            raise InputError("a step must have 1 day or more, got {days}", days=self.step_days)
        if not 0 <= self.lag_steps <= 6:
            raise InputError("a window reaches back 0 to 6 steps, got {lag}", lag=self.lag_steps)

    def step_over(self, n_days: int) -> int:
        """Return the length of a step of a record.

        Parameters
        ----------
        n_days
            Days of the record.

        Returns
        -------
        int
            Days.

        Raises
        ------
        InputError
            The record makes fewer than 8 steps, or more than 366.
        """
        fitting = [days for days in DEFAULT_STEP_DAYS if n_days // days <= DEFAULT_MAX_STEPS]
        days = self.step_days or (fitting[0] if fitting else DEFAULT_STEP_DAYS[-1])
        steps = n_days // days
        if not MIN_STEPS <= steps <= MAX_STEPS:
            raise InputError(
                "emerging hotspots need {least} to {most} steps, but {n_days} days make {steps} "
                "of {days} days; widen the time window or change the step",
                least=MIN_STEPS,
                most=MAX_STEPS,
                n_days=n_days,
                steps=steps,
                days=days,
            )
        return days


def emerging_hotspots(
    dated: DatedIncidents,
    grid: Grid,
    *,
    at_risk: NDArray[np.bool_] | None = None,
    mask_name: str = "given",
    params: EmergingParams | None = None,
) -> CellTable:
    """Return the pattern of hot and cold steps of each cell at risk.

    Steps end with the last day of the record; days that are left over at its beginning count
    nowhere. Each incident counts once, whatever its weight or the length of its time range.

    Parameters
    ----------
    dated
        The incidents by day.
    grid
        The grid.
    at_risk
        The cells that are tested, shape (n_cells,); ``None`` for
        `geogrid.analysis.hotspots.at_risk_cells`.
    mask_name
        What ``at_risk`` was judged by, for the summary.
    params
        Radius, correction, length of a step; the defaults if ``None``.

    Returns
    -------
    CellTable
        Columns ``category``, ``was_other``, ``trend_z``, ``trend_q``, ``hot_share``,
        ``cold_share``, ``count``, ``at_risk``, ``steps`` and ``reason``. Its summary has
        ``cells`` ``tested`` ``hot`` ``cold`` (cells in a category of that sign) ``categories``
        (cells in each) ``method`` ``mask`` ``n_steps`` ``step_days`` ``first_day`` ``last_day``
        (of the steps), the parameters and ``p_floor`` (0: chances are exact); and of the
        incidents ``incidents`` given, ``counted``, ``outside`` the grid, ``off_mask``,
        ``before_steps``.

    Raises
    ------
    InputError
        There are fewer than 8 steps or 30 incidents, the radius does not fit the cell size, a
        window holds over 900 cells and steps, or ``at_risk`` is not aligned to the grid.
    """
    params = params or EmergingParams()
    radius_m = params.base.radius_over(grid.spec.cell_size)
    step_days = params.step_over(dated.n_days)
    if at_risk is None:
        at_risk, mask_name = at_risk_cells(dated.incidents, grid)
    cube = _Cube.of(dated, grid, at_risk, step_days)
    half_widths = _window(radius_m / grid.spec.cell_size, params.lag_steps)
    sums, sizes = cube.window_sums(half_widths)
    found = _Patterns.of(_states(cube, sums, sizes, params), sums, params.base)
    summary = {
        "cells": len(grid),
        "tested": int(at_risk.sum()),
        **found.figures(),
        "method": "emerging",
        "mask": mask_name,
        "n_steps": cube.n_steps,
        "first_day": day_text(dated.last_day + 1 - cube.n_steps * step_days),
        "last_day": day_text(dated.last_day),
        "window_cells": int((2 * half_widths + 1).sum()),
        **cube.ledger,
        "null": params.base.null,
        "correction": params.base.correction,
        "q": params.base.q,
        "min_support": params.base.min_support,
        "p_floor": 0.0,
        "radius_m": radius_m,
        "step_days": step_days,
        "lag_steps": params.lag_steps,
    }
    return CellTable(grid, FIELDS, _columns(cube, found, at_risk), summary)


def _window(radius_cells: float, lag_steps: int) -> NDArray[np.int64]:
    """Return the disc of a window; refuse one whose exact tails would take too long."""
    half_widths = disc_half_widths(radius_cells)
    bins = int((2 * half_widths + 1).sum()) * (lag_steps + 1)
    if bins > MAX_WINDOW_BINS:
        raise InputError(
            "a window holds {bins} cells and steps, at most {most}; choose a smaller radius or "
            "fewer steps to reach back",
            bins=bins,
            most=MAX_WINDOW_BINS,
        )
    return half_widths


@dataclass(frozen=True, slots=True, eq=False)
class _Cube:
    """Counts of incidents by cell at risk and step."""

    frame: LatticeFrame
    n_steps: int
    cell: NDArray[np.int64]  # of each counted incident, among the cells at risk
    step: NDArray[np.int64]  # of each counted incident
    in_cell: NDArray[np.int64]  # counts in all active cells, at risk or not
    ledger: dict[str, int]

    @classmethod
    def of(
        cls, dated: DatedIncidents, grid: Grid, at_risk: NDArray[np.bool_], step_days: int
    ) -> _Cube:
        require_aligned("at_risk", at_risk, grid)
        n_steps = dated.n_days // step_days
        step = n_steps - 1 - (dated.last_day - dated.day) // step_days
        position = grid.position_at(dated.incidents.lon, dated.incidents.lat)
        inside, timely = position >= 0, step >= 0
        kept = inside & timely & at_risk[position]
        ledger = {
            "incidents": len(dated.incidents),
            "counted": int(kept.sum()),
            "outside": int((~inside).sum()),
            "before_steps": int((inside & ~timely).sum()),
            "off_mask": int((inside & timely & ~kept).sum()),
        }
        if ledger["counted"] < MIN_INCIDENTS:
            raise InputError(
                "emerging hotspots need at least {least} incidents in cells at risk, got "
                "{counted} of {given}; widen the time window or the categories",
                least=MIN_INCIDENTS,
                counted=ledger["counted"],
                given=ledger["incidents"],
            )
        rank = np.cumsum(at_risk) - 1
        return cls(
            frame=LatticeFrame.around(grid, at_risk),
            n_steps=n_steps,
            cell=rank[position[kept]],
            step=step[kept],
            in_cell=np.bincount(position[inside & timely], minlength=len(grid)),
            ledger=ledger,
        )

    @property
    def counted(self) -> int:
        """Incidents in cells at risk and in steps."""
        return int(self.cell.size)

    def population(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the distinct counts of the cells' steps, rising, and how many have each."""
        n = self.frame.rows.size
        _, counts = np.unique(self.step * n + self.cell, return_counts=True)
        members = np.bincount(counts)
        members[0] = self.n_steps * n - counts.size
        values = np.flatnonzero(members)
        return values.astype(np.int64), members[values].astype(np.int64)

    def window_sums(
        self, half_widths: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the window sums of each step, (n_steps, n), and the cells in each window."""
        frame, mask = self.frame, self.frame.mask()
        at = frame.rows * frame.shape[1] + frame.cols
        sums = np.empty((self.n_steps, at.size), dtype=np.int64)
        order = np.argsort(self.step, kind="stable")
        ends = np.searchsorted(self.step[order], np.arange(self.n_steps + 1))
        for step in range(self.n_steps):
            cells = self.cell[order[ends[step] : ends[step + 1]]]
            counts = np.bincount(at[cells], minlength=mask.size).reshape(mask.shape)
            sums[step], sizes = window_sums_at(counts, mask, frame.rows, frame.cols, half_widths)
        return sums, sizes


def _states(
    cube: _Cube,
    sums: NDArray[np.int64],
    sizes: NDArray[np.int64],
    params: EmergingParams,
) -> NDArray[np.int8]:
    """Return which cells are hot (1) and cold (-1) in which steps, shape (n_steps, n).

    All cells and steps are one family. A window's verdict depends on its number of bins and
    its sum alone, so each such pair is tested once.
    """
    keys = np.empty_like(sums)
    for step in range(cube.n_steps):
        reach = slice(max(0, step - params.lag_steps), step + 1)
        sums[reach].sum(axis=0, out=keys[step])
    width = int(keys.max()) + 1
    for step in range(cube.n_steps):
        keys[step] += sizes * (min(step, params.lag_steps) + 1) * width
    times = np.bincount(keys.ravel())
    pairs = np.flatnonzero(times)
    bins, support = np.divmod(pairs, width)
    values, members = cube.population()
    p_lo, p_hi = total_tails(values, members, bins, support)
    p = np.minimum(2.0 * np.minimum(p_lo, p_hi), 1.0)
    q = adjusted_p_of_groups(p, times[pairs], params.base.correction)
    called = q <= params.base.q
    excess = support * int(members.sum()) - bins * cube.counted
    verdict = np.zeros(times.size, dtype=np.int8)
    verdict[pairs[called & (excess > 0) & (support >= params.base.min_support)]] = 1
    verdict[pairs[called & (excess < 0)]] = -1
    return verdict[keys]


@dataclass(frozen=True, slots=True, eq=False)
class _Patterns:
    """What the steps of each cell at risk show; arrays of shape (n,)."""

    states: NDArray[np.int8]  # (n_steps, n)
    pattern: NDArray[np.int8]
    hot: NDArray[np.int64]
    cold: NDArray[np.int64]
    run: NDArray[np.int64]
    trend_z: NDArray[np.float64]
    trend_q: NDArray[np.float64]  # NaN where the trend decides nothing

    @classmethod
    def of(
        cls, states: NDArray[np.int8], sums: NDArray[np.int64], base: HotspotParams
    ) -> _Patterns:
        score, variance = mann_kendall(sums)
        # One step towards zero: the score moves by two, and half of that is rounding's share.
        nearer = (score - np.sign(score)).astype(np.float64)
        z = np.divide(nearer, np.sqrt(variance), out=np.zeros(score.size), where=variance > 0.0)
        level = np.zeros(score.size, dtype=np.int8)
        _, hot, cold, _ = emerging_patterns(states, level)
        # Which cells these are does not hang on the order of their steps, so their p-values
        # are still those of a test under the null of no trend.
        decides = 10 * np.maximum(hot, cold) >= 9 * states.shape[0]
        q = np.full(score.size, np.nan)
        if decides.any():
            q[decides] = adjusted_p(erfc(np.abs(z[decides]) / np.sqrt(2.0)), base.correction)
        trends = np.where(q <= base.q, np.sign(z), 0.0).astype(np.int8)
        return cls(states, *emerging_patterns(states, trends), z, q)

    def figures(self) -> dict[str, object]:
        """Return how many cells are in a hot and a cold category, and in each of them."""
        names = category_names(self.pattern)
        return {
            "hot": int((self.pattern > 0).sum()),
            "cold": int((self.pattern < 0).sum()),
            "categories": {name: int((names == name).sum()) for name in CATEGORIES},
        }


def _columns(
    cube: _Cube, found: _Patterns, at_risk: NDArray[np.bool_]
) -> dict[str, NDArray[np.generic]]:
    def spread(values: NDArray[np.generic]) -> NDArray[np.generic]:
        text = values.dtype == object
        column = np.full(
            at_risk.size, None if text else np.nan, dtype=values.dtype if text else float
        )
        column[at_risk] = values
        return column

    reason = np.full(at_risk.size, UNTESTED, dtype=object)
    reason[at_risk] = pattern_sentences(
        found.pattern, found.hot, found.cold, found.run, cube.n_steps
    )
    return {
        "category": spread(category_names(found.pattern)),
        "was_other": spread((found.hot > 0) & (found.cold > 0)),
        "trend_z": spread(found.trend_z),
        "trend_q": spread(found.trend_q),
        "hot_share": spread(found.hot / cube.n_steps),
        "cold_share": spread(found.cold / cube.n_steps),
        "count": cube.in_cell.astype(np.float64),
        "at_risk": at_risk.astype(np.float64),
        "steps": spread(strips(found.states)),
        "reason": reason,
    }
