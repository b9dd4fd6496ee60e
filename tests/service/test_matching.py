"""How presence matches demand in shifts that begin and end on any minute."""

from __future__ import annotations

import numpy as np
import pytest

from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.analysis.window_clock import WindowClock
from geogrid.service.months import PatrolYear
from geogrid.workspace import Window
from tests.service.test_dosages import HERE, THERE, put, stand
from tests.small_city import write_incidents, write_tracks

DAY = "2026-03-06"


@pytest.fixture
def filled(ws, tmp_path, options):
    """A unit here until 8:30 and there from 8:30 on; forty incidents on the right side of it."""
    put(ws, tmp_path, "shifts", "name,start,end\nearly,00:30,08:30\nlate,08:30,00:30\n", options)
    rows = stand("a", DAY, 480, 29) + stand("b", DAY, 511, 29, THERE)
    ws.import_files("tracks", [write_tracks(tmp_path / "t.csv", rows)], options)
    events = [(f"e{k}", f"{DAY} 08:29:00", *HERE, "x") for k in range(40)]
    events += [(f"l{k}", f"{DAY} 08:31:00", *THERE, "x") for k in range(40)]
    ws.import_files("incidents", [write_incidents(tmp_path / "i.csv", events)], options)
    return ws


def test_shifts_that_begin_at_half_past_are_told_apart_to_the_minute(filled):
    matches = filled.layer("gaps", Window.parse(DAY, DAY)).summary["match"]
    early, late = (row["match"] for row in matches["shifts"])
    assert (early["incidents"], late["incidents"]) == (40, 40)
    # In each shift all incidents lie where the unit was: the dissimilarity is 0.
    assert early["dissimilarity"] == pytest.approx(0.0, abs=1e-9)
    assert late["dissimilarity"] == pytest.approx(0.0, abs=1e-9)


def test_hours_of_the_window_cut_the_shifts(filled):
    matches = filled.layer("gaps", Window.parse(DAY, DAY, "08-09")).summary["match"]
    assert [row["match"]["incidents"] for row in matches["shifts"]] == [40, 40]
    matches = filled.layer("gaps", Window.parse(DAY, DAY, "10-12")).summary["match"]
    assert [row["match"] for row in matches["shifts"]] == [None, None]


def test_presence_of_a_clock_is_that_of_the_window_with_its_hours(filled):
    shelf = filled._shelf
    year, window = PatrolYear.of(shelf, PatrolRules()), Window.parse(DAY, DAY, "08-09")
    clock = WindowClock.of(window, year.calendar, year.time_zone)
    found = year.presence(clock)
    np.testing.assert_array_equal(found, year.coverage(window)["presence_s"])
    half = WindowClock(clock.start, clock.start + 1_800_000)
    rest = WindowClock(clock.start + 1_800_000, clock.end)
    np.testing.assert_allclose(year.presence(half) + year.presence(rest), found)
    assert found.sum() == pytest.approx(2 * 29 * 60)
    assert (year.presence(WindowClock(clock.start[:0], clock.end[:0])) == 0.0).all()


def test_a_clock_holds_its_starts_and_not_its_ends():
    clock = WindowClock(np.array([10, 40]), np.array([20, 50]))
    t = np.array([9, 10, 19, 20, 39, 40, 49, 50])
    assert clock.holds(t).tolist() == [False, True, True, False, False, True, True, False]
