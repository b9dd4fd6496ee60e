"""A year in which each unit falls silent once: the share is told, and nothing is drawn through."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geogrid.analysis.gaps import GapInputs, GapParams, coverage_gaps
from geogrid.analysis.patrol_coverage import patrol_coverage
from geogrid.analysis.patrol_day import hour_edges
from geogrid.analysis.silences import hidden_cells
from tests.analysis.test_patrol_day import FIRST, SHANGHAI

UNITS, DAYS, STEP_MS = 3, 365, 300_000
WEEKS = 28  # days, where a year would take half a minute
HOUR, DAY = 3_600_000, 86_400_000
SILENT_MS = 8 * HOUR
START = int(hour_edges(FIRST, SHANGHAI)[0])
WEST, EAST = 1, 10  # columns of the town where the units are before and after the silence


def driven(town, silent_ms, then, days=DAYS):
    """Return days of three units in one column, and after a silence in another or the same."""
    t = START + np.arange(0, days * DAY + 1, STEP_MS)
    rows = []
    for unit in range(UNITS):
        falls_silent = START + days // 4 * (1 + unit) * DAY + (20 * HOUR if unit else 3 * HOUR)
        heard = t[(t <= falls_silent) | (t >= falls_silent + silent_ms)]
        x = np.where(heard <= falls_silent, WEST, then) + 0.5
        y = 2.5 + (heard // STEP_MS + unit) % 8  # a cell of 250 m every five minutes
        rows += [(f"car-{unit}", int(m), a, b) for m, a, b in zip(heard, x, y, strict=True)]
    return patrol_coverage(town.tracks(rows), town.grid, time_zone=SHANGHAI)


@pytest.fixture(scope="module")
def year(town):
    """Return the year in which each unit fell silent for 8 hours."""
    return driven(town, SILENT_MS, EAST)


def states(coverage, dark):
    """Return cells by state where every cell is required, and seldom means never."""
    cells = len(coverage.grid)
    inputs = GapInputs(
        coverage=coverage,
        incidents=np.zeros(cells, np.int64),
        required=np.ones(cells, bool),
        dark=dark,
        window_end_ms=START + WEEKS * DAY,
        missing_days=0,
    )
    return coverage_gaps(inputs, params=GapParams(stale_after_h=24.0 * 366)).summary["states"]


def test_never_covers_what_it_covered_before_and_nothing_is_dark(town):
    silences = pd.DataFrame(
        {
            "unit": ["car-0"],
            "enter": [START + 90 * DAY + 3 * HOUR],
            "leave": [START + 90 * DAY + 3 * HOUR + SILENT_MS],
            "lon_0": [1_176_000_000],
            "lon_1": [1_176_000_000],
            "lat_0": [262_000_000],
            "lat_1": [262_000_000],
        }
    )
    hidden = hidden_cells(silences, {"car-0": 20.0}, town.grid, town.projection, GapParams())
    assert not hidden.any()  # eight hours say nothing of where a unit was
    nothing = np.zeros(len(town.grid), bool)
    before = states(driven(town, 0, WEST, WEEKS), nothing)
    after = states(driven(town, SILENT_MS, WEST, WEEKS), hidden)
    assert (after["never"], after["dark"]) == (before["never"], 0)
    assert 0 < after["never"] < sum(after.values()) == len(town.grid)


def test_the_ledger_tells_the_silence_to_the_millisecond(year):
    ledger = year.summary["ledger"]
    assert ledger["silent"] * 1000 == UNITS * SILENT_MS
    assert ledger["total"] * 1000 == UNITS * DAYS * DAY
    assert ledger["silent"] / ledger["total"] == pytest.approx(8 / 24 / 365)


def test_nothing_is_drawn_through_the_silence(year):
    col = year.grid.cells % year.grid.spec.n_cols
    between = (col > WEST) & (col < EAST)
    for name in ("passes", "patrol_s", "presence_s", "distance_m"):
        assert year[name][between].sum() == 0.0
        assert year[name][~between].sum() > 0.0


def test_time_in_cells_is_all_the_time_that_is_not_silent(year):
    assert year["patrol_s"].sum() * 1000 == UNITS * (DAYS * DAY - SILENT_MS)
