"""Patrol effort per cell: hand-worked cases, a slow oracle, windows, and a real fleet."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.analysis.patrol_coverage import (
    BACK_WITHIN_S,
    FIELDS,
    LEAST_VISIT_S,
    coverage_of_days,
    patrol_coverage,
)
from geogrid.analysis.patrol_day import BUCKETS, PatrolDay, hour_edges
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.crs import WGS84, make_crs, transformer
from geogrid.model.boundary import Boundary
from geogrid.model.grid import Grid
from geogrid.model.tracks import Tracks
from geogrid.model.window import ALL_TIME, Window

SHANGHAI = "Asia/Shanghai"
MONDAY = date(2026, 3, 2)
START = int(hour_edges(MONDAY, SHANGHAI)[0])
MINUTE, HOUR = 60_000, 3_600_000
DAY = 24 * HOUR


def standing(unit, begin, end, x, y, every=MINUTE):
    return [(unit, t, x, y) for t in range(begin, end + 1, every)]


def covered(town, rows, *, window=ALL_TIME, time_zone=SHANGHAI, **options):
    return patrol_coverage(
        town.tracks(rows), town.grid, window=window, time_zone=time_zone, **options
    )


def test_two_cars_that_overlap_in_a_cell(town):
    ten = START + 10 * HOUR
    rows = standing("a", ten, ten + 15 * MINUTE, 3.5, 4.5)
    rows += standing("b", ten + 5 * MINUTE, ten + 20 * MINUTE, 3.6, 4.4)
    table = covered(town, rows)
    at = town.at(3, 4)
    expected = {
        "patrol_s": 1800.0,
        "standing_s": 1800.0,
        "moving_s": 0.0,
        "depot_s": 0.0,
        "presence_s": 1200.0,
        "visits": 2.0,
        "passes": 2.0,
        "units": 2.0,
        "days": 1.0,
        "longest_absence_h": 24.0 - 10.0 - 20.0 / 60.0,
    }
    assert {name: float(table[name][at]) for name in expected} == pytest.approx(expected)
    assert table["first_seen"][at] == np.datetime64(ten, "ms")
    assert table["last_seen"][at] == np.datetime64(ten + 20 * MINUTE, "ms")
    assert table.summary["ledger"]["total"] == 1800.0
    assert table.summary["cells_patrolled"] == table.summary["cells_with_fix"] == 1
    elsewhere = np.arange(len(table)) != at
    assert (table["patrol_s"][elsewhere] == 0.0).all()
    assert (table["longest_absence_h"][elsewhere] == 24.0).all()
    assert np.isnat(table["first_seen"][elsewhere]).all()


def test_a_unit_back_within_five_minutes_is_on_the_same_visit(town):
    def there_and_back(away_s):
        begin = START + HOUR
        rows = standing("a", begin, begin + MINUTE, 3.9, 4.5)
        rows += [("a", begin + MINUTE + away_s * 500, 4.3, 4.5)]
        return rows + standing("a", begin + MINUTE + away_s * 1000, begin + 12 * MINUTE, 3.9, 4.5)

    at = town.at(3, 4)
    # The unit leaves the cell and comes back at a quarter and three quarters of the way.
    for away_s, n_visits in ((390, 1.0), (420, 2.0)):
        table = covered(town, there_and_back(away_s), rules=PatrolRules(max_gap_s=500.0))
        assert table["passes"][at] == 2.0
        assert table["visits"][at] == n_visits


def test_a_drive_by_of_less_than_ten_seconds_is_a_pass_and_no_visit(town):
    rows = [("a", START, 2.5, 4.5), ("a", START + 12_000, 4.5, 4.5)]
    table = covered(town, rows, rules=PatrolRules(max_speed_kmh=200.0))
    at = town.at(3, 4)
    assert (table["passes"][at], table["visits"][at], table["units"][at]) == (1.0, 0.0, 1.0)
    assert table["patrol_s"][at] == pytest.approx(6.0, abs=0.002)
    assert table["distance_m"][at] == pytest.approx(250.0, abs=0.02)


def test_a_stay_over_midnight_is_one_pass_on_two_days(town):
    table = covered(town, standing("a", START + 23 * HOUR, START + 25 * HOUR, 5.5, 5.5))
    at = town.at(5, 5)
    got = [float(table[n][at]) for n in ("passes", "visits", "days", "presence_s")]
    assert got == [1.0, 1.0, 2.0, 7200.0]
    assert table["longest_absence_h"][at] == 23.0


def test_a_window_counts_its_hours_across_midnight_and_its_weekdays(town):
    rows = standing("a", START + 20 * HOUR, START + 32 * HOUR, 5.5, 5.5)  # Monday 20 to Tuesday 8
    at = town.at(5, 5)
    night = covered(town, rows, window=Window(hours=(22, 6)))
    assert night["presence_s"][at] == 8 * 3600.0
    assert night["passes"][at] == 1.0
    assert night["longest_absence_h"][at] == 6.0  # Monday's first hours; the night is unbroken
    assert night.summary["ledger"]["standing"] == night.summary["ledger"]["total"] == 8 * 3600.0
    tuesday = covered(town, rows, window=Window(weekdays=frozenset({1})))
    assert tuesday["presence_s"][at] == 8 * 3600.0
    assert tuesday["longest_absence_h"][at] == 16.0
    assert tuesday.summary["days"] == ["2026-03-03"]


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_a_car_that_stands_all_day_stands_as_long_as_the_day_is(town, day, hours):
    begin, end = (int(edge) for edge in hour_edges(day, "Europe/Berlin")[[0, -1]])
    rows = standing("a", begin, end, 5.5, 5.5, every=5 * MINUTE)
    window = Window(day, day)
    table = covered(town, rows, window=window, time_zone="Europe/Berlin")
    at = town.at(5, 5)
    got = [float(table[n][at]) for n in ("patrol_s", "presence_s", "longest_absence_h", "days")]
    assert got == [hours * 3600.0, hours * 3600.0, 0.0, 1.0]
    assert table["longest_absence_h"][town.at(0, 0)] == hours


def test_time_off_the_grid_silence_and_jumps_have_their_buckets(town):
    rows = standing("a", START, START + 5 * MINUTE, -3.5, 4.5)
    rows += standing("a", START + HOUR, START + HOUR + MINUTE, 9.5, 4.5)
    rows += standing("a", START + HOUR + 2 * MINUTE, START + HOUR + 4 * MINUTE, 400.5, 4.5)
    ledger = covered(town, rows).summary["ledger"]
    assert ledger == {
        "moving": 0.0,
        "standing": 60.0,
        "depot": 0.0,
        "silent": 3300.0,
        "off_grid": 420.0,
        "rejected": 60.0,
        "total": 3840.0,
    }


def test_nothing_is_known_where_no_imported_day_falls_in_the_window(town):
    rows = standing("a", START, START + HOUR, 5.5, 5.5)
    for table in (covered(town, []), covered(town, rows, window=Window(date(2026, 4, 1)))):
        for field in FIELDS:
            column = table[field.name]
            assert (np.isnat(column) if field.scale == "time" else np.isnan(column)).all()
        assert table.summary["ledger"] == dict.fromkeys([*BUCKETS, "total"], 0.0)


def test_a_day_without_fixes_between_two_is_not_known_absence(town):
    rows = standing("a", START + 23 * HOUR, START + 24 * HOUR - 1, 5.5, 5.5)
    rows += standing("a", START + 48 * HOUR, START + 49 * HOUR, 5.5, 5.5)
    table = covered(town, rows)
    assert table["longest_absence_h"][town.at(5, 5)] == 23.0  # Tuesday is not imported
    assert table.summary["ledger"]["silent"] == pytest.approx(24 * 3600.0, abs=60.1)


# --- A slow oracle: sets of whole minutes ------------------------------------------------

stay = st.tuples(
    st.sampled_from("abc"), st.integers(0, 2), st.integers(0, 3 * 1440 - 1), st.integers(1, 900)
)
windows = st.sampled_from(
    [
        ALL_TIME,
        Window(hours=(22, 6)),
        Window(hours=(8, 9)),
        Window(weekdays=frozenset({0, 2})),
        Window(MONDAY + timedelta(days=1), hours=(20, 4)),
    ]
)


def days_of_stays(town, stays):
    """Return days with passes made of stays, each cut at midnight as derived days are."""
    col, row = town.origin_cell()
    for number in range(3):
        first, last = number * 1440, (number + 1) * 1440
        rows = sorted(
            (unit, max(t, first), min(t + dt, last), cell)
            for unit, cell, t, dt in stays
            if t < last and t + dt > first
        )
        unit, enter, leave, cell = zip(*rows, strict=True) if rows else ((), (), (), ())
        passes = pd.DataFrame(
            {
                "unit": pd.Categorical(unit, categories=sorted(set(unit))),
                "col": np.array(cell, np.int32) + col,
                "row": np.full(len(rows), row, np.int32),
                "enter": START + np.array(enter, np.int64) * MINUTE,
                "leave": START + np.array(leave, np.int64) * MINUTE,
            }
        )
        hours = pd.DataFrame(
            {
                name: np.empty(0, np.int64)
                for name in (
                    "row",
                    "col",
                    "hour",
                    "moving_ms",
                    "standing_ms",
                    "depot_ms",
                    "mm",
                    "fixes",
                )
            }
        )
        ledger = pd.DataFrame(
            {n: np.empty(0, np.int64) for n in ("hour", "silent_ms", "rejected_ms")}
        )
        bounds = hours.assign(lo_ms=0, hi_ms=0)
        day = MONDAY + timedelta(days=number)
        yield PatrolDay(day, passes, hours, passes, ledger, passes, bounds, {})


def in_window(window, minute):
    local = datetime.fromtimestamp(START / 1000 + minute * 60, ZoneInfo(SHANGHAI))
    return window.holds_day(local.date()) and window.hour_mask()[local.hour]


def longest_run(marks):
    longest = now = 0
    for mark in marks:
        now = now + 1 if mark else 0
        longest = max(longest, now)
    return longest


@settings(deadline=None, max_examples=40)
@given(stays=st.lists(stay, max_size=8), window=windows)
def test_columns_of_stays_are_those_of_counting_minutes(town, stays, window):
    once = []  # a unit is in one place at a time
    for unit, cell, t, dt in stays:
        if all(u != unit or t >= b + m or t + dt <= b for u, _, b, m in once):
            once.append((unit, cell, t, dt))
    calendar = [MONDAY + timedelta(days=k) for k in range(3)]
    table = coverage_of_days(
        days_of_stays(town, once), town.grid, window, calendar=calendar, time_zone=SHANGHAI
    )
    clock = [minute for minute in range(3 * 1440) if in_window(window, minute)]
    for cell in range(3):
        by_unit = {
            unit: {m for u, c, t, dt in once if (u, c) == (unit, cell) for m in range(t, t + dt)}
            & set(clock)
            for unit in "abc"
        }
        present = set().union(*by_unit.values())
        at = town.at(cell, 0)
        assert table["presence_s"][at] == 60.0 * len(present)
        assert table["units"][at] == sum(bool(minutes) for minutes in by_unit.values())
        assert table["days"][at] == len({minute // 1440 for minute in present})
        absent = longest_run([minute not in present for minute in clock])
        assert table["longest_absence_h"][at] == pytest.approx(absent / 60.0)
        n_visits = sum(
            1 + sum(b - a > 1 + BACK_WITHIN_S // 60 for a, b in itertools.pairwise(m))
            for m in map(sorted, by_unit.values())
            if m
        )
        assert table["visits"][at] == n_visits
        if present:
            seen = [START + m * MINUTE for m in (min(present), max(present) + 1)]
            got = [table[name][at].astype(np.int64) for name in ("first_seen", "last_seen")]
            assert got == seen
        else:
            assert np.isnat(table["last_seen"][at])
    assert LEAST_VISIT_S < 60


@settings(deadline=None, max_examples=25)
@given(st.data())
def test_the_ledger_of_any_window_sums_to_the_time_tracked_in_it(town, data):
    steps = data.draw(
        st.lists(
            st.tuples(st.integers(1, 20 * MINUTE) | st.integers(1, 2 * DAY), st.floats(-1, 13)),
            min_size=2,
            max_size=12,
        )
    )
    window = data.draw(windows)
    t = START + np.cumsum([dt for dt, _ in steps])
    table = covered(
        town, [("a", m, x, 5.5) for m, (_, x) in zip(t, steps, strict=True)], window=window
    )
    tracked = 0
    day = MONDAY
    while hour_edges(day, SHANGHAI)[0] <= t[-1]:
        edges = hour_edges(day, SHANGHAI)
        for hour in range(24):
            if window.holds_day(day) and window.hour_mask()[hour]:
                tracked += max(0, min(edges[hour + 1], t[-1]) - max(edges[hour], t[0]))
        day += timedelta(days=1)
    ledger = table.summary["ledger"]
    assert ledger["total"] == tracked / 1e3
    assert sum(ledger[bucket] for bucket in BUCKETS) == pytest.approx(tracked / 1e3, abs=1e-6)
    if not np.isnan(table["patrol_s"]).any():
        inside = ledger["moving"] + ledger["standing"]
        assert table["patrol_s"].sum() == pytest.approx(inside, abs=1e-6)


# --- A real fleet --------------------------------------------------------------------------


def test_a_day_of_buses_in_austin_has_its_known_kilometres_hours_and_cells(shared_data):
    rows = pd.read_csv(shared_data / "austin_fleet_gps" / "positions_2015-09-06.csv.gz")
    rows = rows[(rows["lon"].abs() >= 1.0) & (rows["lat"].abs() >= 1.0)].drop_duplicates()
    time = pd.DatetimeIndex(pd.to_datetime(rows["time"], utc=True))
    t = time.tz_localize(None).to_numpy().astype("datetime64[ms]").astype(np.int64)
    tracks = Tracks.from_fixes(rows["vehicle_id"].astype(str), t, rows["lon"], rows["lat"])
    utm = make_crs(32614)
    x, y = transformer(WGS84, utm).transform(*tracks.lonlat_deg())
    around = shapely.box(x.min() - 2000, y.min() - 2000, x.max() + 2000, y.max() + 2000)
    grid = Grid.over(Boundary(("A",), ("Austin",), (around,), utm), 500, crs=utm)
    rules = PatrolRules(max_gap_s=600.0, max_speed_kmh=130.0)
    table = patrol_coverage(tracks, grid, time_zone="America/Chicago", rules=rules)
    summary = table.summary
    assert table["distance_m"].sum() / 1e3 == pytest.approx(27_723.7, rel=1e-3)
    known_h = (summary["ledger"]["moving"] + summary["ledger"]["standing"]) / 3600.0
    assert known_h == pytest.approx(1_496.4, rel=1e-3)
    assert summary["cells_with_fix"] == 972
    # The walk enters cells that no fix lies in; GEOS, given the same segments, finds the same.
    same = np.diff(tracks.unit) == 0
    dt, far = np.diff(tracks.t), np.hypot(np.diff(x), np.diff(y))
    driven = same & (dt <= 600_000) & (far * 3.6 <= 130.0 * dt / 1e3)
    ends = np.stack([np.column_stack([x, y])[:-1][driven], np.column_stack([x, y])[1:][driven]], 1)
    still = far[driven] == 0.0
    touched = set(grid.spec.cell_at(*ends[still][:, 0].T).tolist())
    lines = shapely.linestrings(ends[~still])
    squares = shapely.box(
        *(side + 500.0 * k for k in (0, 1) for side in grid.spec.corners(grid.cells))
    )
    line, square = shapely.STRtree(squares).query(lines, predicate="intersects")
    inside = shapely.length(shapely.intersection(lines[line], squares[square]))
    touched |= set(grid.cells[square[inside > 0.01]].tolist())
    walked = set(grid.cells[table["patrol_s"] > 0.0].tolist())
    assert len(walked) == 1_118
    assert len(walked ^ touched) <= 3  # corners cut by centimetres take no whole millisecond
    assert datetime.fromtimestamp(tracks.t[0] / 1e3, UTC).year == 2015
