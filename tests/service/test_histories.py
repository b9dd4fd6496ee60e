"""The history of a cell tells what the columns of coverage tell, by day and by hour."""

from __future__ import annotations

from datetime import date

import pytest

from geogrid.workspace import Window
from tests.small_city import drive, write_tracks

DAYS = ("2026-03-05", "2026-03-06", "2026-03-08")


@pytest.fixture
def patrolled(ws, tmp_path, options):
    rows = [row for day in DAYS for row in drive("car-1", day) + drive("car-2", day, start=22)]
    ws.import_files("tracks", [write_tracks(tmp_path / "t.csv", rows)], options)
    return ws


def code_of_a_patrolled_cell(ws):
    frame = ws.layer("coverage").table.to_frame()
    return frame.loc[frame["visits"].idxmax()]


@pytest.mark.parametrize("window", [Window(), Window.parse(hours="21-03", weekdays="thu,fri")])
def test_history_sums_to_the_columns_of_coverage(patrolled, window):
    code = code_of_a_patrolled_cell(patrolled)["cell"]
    report = patrolled.cell_report(code, window=window)
    history, known = report["history"], report["layers"]["coverage"]
    assert sum(history["visits"]) == sum(history["visits_by_hour"]) == known["visits"]
    assert sum(history["patrol_min"]) == pytest.approx(known["patrol_s"] / 60, abs=0.1)
    assert sum(history["patrol_min_by_hour"]) == pytest.approx(known["patrol_s"] / 60, abs=0.1)
    assert history["units"] == known["units"]
    assert [history[k] for k in ("first_seen", "last_seen")] == [
        known[k] for k in ("first_seen", "last_seen")
    ]
    assert history["days"] == [day for day in DAYS if window.holds_day(date.fromisoformat(day))]


def test_a_window_without_an_imported_day_has_no_history(patrolled):
    code = code_of_a_patrolled_cell(patrolled)["cell"]
    window = Window.parse(first="2026-03-07", last="2026-03-07")
    assert patrolled.cell_report(code, window=window)["history"] is None


def test_a_workspace_without_tracks_has_no_history(ws):
    code = ws.grid.spec.codes(ws.grid.cells[:1])[0]
    assert ws.cell_report(code)["history"] is None
