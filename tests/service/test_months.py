"""Months of a workspace answer as its days do, before and after late imports."""

from __future__ import annotations

import numpy as np
import pytest

from geogrid.analysis.patrol_coverage import coverage_of_days
from geogrid.service.months import PatrolYear
from geogrid.service.patrols import derived_days
from geogrid.store.tracks import TrackStore
from geogrid.workspace import PatrolRules, Window
from tests.small_city import drive, write_tracks

RULES = PatrolRules()
WINDOWS = (Window(), Window(hours=(22, 6)), Window(weekdays=frozenset({0, 6})))


def year_of(ws):
    return PatrolYear.of(ws._shelf, RULES)


def require_same(ws):
    shelf, year = ws._shelf, year_of(ws)
    for window in WINDOWS:
        expected = coverage_of_days(
            derived_days(shelf, RULES),
            shelf.grid,
            window,
            calendar=shelf.tracks.days(),
            time_zone=shelf.config.time_zone,
        )
        found, sums = year.coverage(window), year.sums(window)
        assert found.summary == sums.summary == expected.summary
        for name, column in expected.columns.items():
            np.testing.assert_array_equal(found[name], column, err_msg=name)
        for name, column in sums.columns.items():
            np.testing.assert_array_equal(column, expected[name], err_msg=name)
        at = int(np.nan_to_num(expected["visits"]).argmax())
        assert year.history(at, window).enter.size == np.nan_to_num(expected["visits"][at])
    return year


@pytest.fixture
def filled(ws, tmp_path, options):
    days = ("2026-03-30", "2026-04-01")
    rows = [row for d in days for row in drive("car-1", d) + drive("car-2", d, start=22)]
    ws.import_files("tracks", [write_tracks(tmp_path / "a.csv", rows)], options)
    return ws


def test_a_workspace_answers_from_months_as_from_days(filled):
    assert len(require_same(filled).months) == 2


def test_a_late_import_and_its_undoing_are_seen(filled, tmp_path, options):
    before = require_same(filled)
    late = write_tracks(tmp_path / "late.csv", drive("car-3", "2026-03-31", start=22))
    filled.import_files("tracks", [late], options)
    after = require_same(filled)
    assert after.coverage(Window())["units"].max() > before.coverage(Window())["units"].max()
    filled.undo()
    require_same(filled)


def test_days_are_not_looked_at_while_nothing_changes(filled, monkeypatch):
    year_of(filled)

    def never(*_, **__):
        raise AssertionError

    monkeypatch.setattr(TrackStore, "with_edges", never)
    assert len(year_of(filled).months) == 2


def test_only_stale_days_are_derived(filled, tmp_path, options):
    told = []
    PatrolYear.of(filled._shelf, RULES, lambda *report: told.append(report[1:]))
    assert told == [(1, 3), (2, 3), (3, 3)]  # 31 March is a day too, and has no fix
    late = write_tracks(tmp_path / "late.csv", [("car-1", "2026-04-01 08:30:30", 117.62, 26.21)])
    filled.import_files("tracks", [late], options)
    told.clear()
    PatrolYear.of(filled._shelf, RULES, lambda *report: told.append(report[1:]))
    assert told == [(1, 1)]


def test_a_workspace_without_tracks_has_no_months(ws):
    year = year_of(ws)
    assert year.months == ()
    assert np.isnan(year.coverage(Window())["patrol_s"]).all()
