"""The tables of a day: sums of the log by cell and hour, by unit, by pass, against plain loops."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.kernels.day_fixes import silent_after, unit_fixes
from geogrid.kernels.day_tables import hour_sums, passes, unit_hours
from geogrid.kernels.walk import (
    DEPOT,
    MOVING,
    REJECTED,
    SILENT,
    STANDING,
    WalkRules,
    runs_of,
    walked,
)

HOUR, CELL_MM = 3_600_000, 250_000.0
DAY = np.arange(0, 25 * HOUR, HOUR)
CLOCK = ((np.arange(24) + 8) % 24).astype(np.int8)  # local time is not UTC
RULES = WalkRules(max_gap_ms=300_000, max_mm_per_ms=45.0, standing_mm_per_ms=1.0)
COLUMN = {MOVING: 0, STANDING: 1, DEPOT: 2}


@st.composite
def days(draw):
    """Draw fixes of a few units around the origin: stops, drives, jumps, silences, midnights."""
    unit, t, x, y, depot = [], [], [], [], []
    for number in range(draw(st.integers(1, 3))):
        now = draw(st.integers(-2 * HOUR, 23 * HOUR))
        for _ in range(draw(st.integers(1, 10))):
            now += draw(st.sampled_from([1, 10_000, 60_000, 299_999, 300_000, 300_001, 2 * HOUR]))
            unit.append(number)
            t.append(now)
            x.append(draw(st.sampled_from([-1.5, -0.01, 0.0, 0.5, 0.99, 1.0, 3.25, 400.0])))
            y.append(draw(st.sampled_from([-2.0, 0.25, 0.5, 1.0])))
            depot.append(draw(st.booleans()))
    return (
        np.array(unit, np.int32),
        np.array(t, np.int64),
        np.array(x),
        np.array(y),
        np.array(depot),
    )


def log_of(day):
    return walked(*day, CELL_MM, RULES, DAY)


def stays(log):
    runs = runs_of(log)
    columns = (runs.unit, runs.col, runs.row, runs.hour, runs.kind, runs.enter, runs.leave, runs.mm)
    return [tuple(int(v) for v in row) for row in zip(*columns, strict=True)]


@settings(deadline=None, max_examples=80)
@given(days())
def test_sums_per_cell_and_hour_are_those_of_the_stays_and_fixes(day):
    _, t, x, y, _ = day
    log = log_of(day)
    sums = defaultdict(lambda: [0] * 5)
    for _, col, row, hour, kind, enter, leave, mm in stays(log):
        if kind in COLUMN:
            key = (row, col, int(CLOCK[hour]))
            sums[key][COLUMN[kind]] += leave - enter
            sums[key][3] += mm
    for k in range(t.size):
        if DAY[0] <= t[k] < DAY[-1]:
            hour = int(CLOCK[t[k] // HOUR])
            sums[int(np.floor(y[k])), int(np.floor(x[k])), hour][4] += 1
    found = hour_sums(log, CLOCK)
    keys = list(zip(found.row.tolist(), found.col.tolist(), found.hour.tolist(), strict=True))
    assert keys == sorted(sums)
    columns = (found.moving_ms, found.standing_ms, found.depot_ms, found.mm, found.fixes)
    for key, *values in zip(keys, *columns, strict=True):
        assert [int(v) for v in values] == sums[key]


@settings(deadline=None, max_examples=80)
@given(days())
def test_time_per_unit_and_hour_is_that_of_the_stays(day):
    log = log_of(day)
    expected = np.zeros((3, 24, 5), np.int64)
    order = (SILENT, REJECTED, STANDING, MOVING, DEPOT)
    for unit, _, _, hour, kind, enter, leave, _ in stays(log):
        expected[unit, CLOCK[hour], order.index(kind)] += leave - enter
    assert unit_hours(log, 3, CLOCK).tolist() == expected.tolist()


@settings(deadline=None, max_examples=80)
@given(days())
def test_a_pass_is_an_unbroken_time_of_one_unit_in_one_cell_on_patrol(day):
    log = log_of(day)
    expected, last = [], None
    for unit, col, row, _, kind, enter, leave, mm in stays(log):
        if kind not in (MOVING, STANDING):
            continue
        moving, standing = (leave - enter, 0) if kind == MOVING else (0, leave - enter)
        if last is not None and last[:3] == (unit, col, row) and expected[-1][4] == enter:
            expected[-1][4:] = [
                leave,
                expected[-1][5] + moving,
                expected[-1][6] + standing,
                expected[-1][7] + mm,
            ]
        else:
            expected.append([unit, col, row, enter, leave, moving, standing, mm])
        last = (unit, col, row)
    found = passes(log)
    assert [[int(v) for v in row] for row in zip(*found, strict=True)] == expected


@settings(deadline=None, max_examples=60)
@given(days(), st.data())
def test_fixes_of_a_unit_are_counted_by_what_became_of_them(day, data):
    unit, t = day[0], day[1]
    why = st.lists(st.sampled_from([0, 0, 1, 2]), min_size=t.size, max_size=t.size)
    reason = np.array(data.draw(why), np.int8)
    found = unit_fixes(unit, t, reason, 3, (0, 24 * HOUR))
    inside = (t >= 0) & (t < 24 * HOUR)
    for kind, counts in enumerate((found.kept, found.spike, found.frozen)):
        assert counts.tolist() == [
            int((inside & (unit == u) & (reason == kind)).sum()) for u in range(3)
        ]


def test_the_usual_step_is_the_median_and_a_long_one_counts_as_an_hour():
    t = np.array([0, 10_000, 20_400, 30_000, 60_000, 10 * HOUR, 0, 5 * HOUR, 7], np.int64)
    unit = np.array([0, 0, 0, 0, 0, 0, 1, 1, 2], np.int32)
    found = unit_fixes(unit, t, np.zeros(9, np.int8), 3, (0, 24 * HOUR))
    assert found.step_s.tolist() == [10, 3600, 0]


def test_a_silence_counts_where_it_reaches_into_the_day():
    t = np.array([-HOUR, -1, 0, 400_000, 24 * HOUR, 30 * HOUR], np.int64)
    unit = np.zeros(6, np.int32)
    found = silent_after(unit, t, 300_000, (0, 24 * HOUR))
    assert found.tolist() == [2, 3]
    assert silent_after(unit, t, 300_000, (-HOUR, 0)).tolist() == [0]
