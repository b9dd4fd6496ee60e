"""A year in which each unit falls silent once: the share is told, and nothing is drawn through."""

from __future__ import annotations

import numpy as np
import pytest

from geogrid.analysis.patrol_coverage import patrol_coverage
from geogrid.analysis.patrol_day import hour_edges
from tests.analysis.test_patrol_day import FIRST, SHANGHAI

UNITS, DAYS, STEP_MS = 3, 365, 300_000
HOUR, DAY = 3_600_000, 86_400_000
SILENT_MS = 8 * HOUR
START = int(hour_edges(FIRST, SHANGHAI)[0])
WEST, EAST = 1, 10  # columns of the town where the units are before and after the silence


@pytest.fixture(scope="module")
def year(town):
    """Return a year of three units in one column, and after 8 silent hours in another."""
    t = START + np.arange(0, DAYS * DAY + 1, STEP_MS)
    rows = []
    for unit in range(UNITS):
        falls_silent = START + (90 + 100 * unit) * DAY + (20 * HOUR if unit else 3 * HOUR)
        heard = t[(t <= falls_silent) | (t >= falls_silent + SILENT_MS)]
        x = np.where(heard <= falls_silent, WEST, EAST) + 0.5
        y = 2.5 + (heard // STEP_MS + unit) % 8  # a cell of 250 m every five minutes
        rows += [(f"car-{unit}", int(m), a, b) for m, a, b in zip(heard, x, y, strict=True)]
    return patrol_coverage(town.tracks(rows), town.grid, time_zone=SHANGHAI)


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
