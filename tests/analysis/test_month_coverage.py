"""Windows from months laid out by cell, equal to those from day tables, to the last bit."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.analysis.cell_history import cell_history
from geogrid.analysis.month_coverage import (
    SUMMED_FIELDS,
    coverage_of_months,
    sums_of_months,
    wanted_slots,
)
from geogrid.analysis.patrol_coverage import coverage_of_days
from geogrid.analysis.patrol_day import PatrolDay, hour_edges, local_hours
from geogrid.analysis.patrol_month import DayCounts, pack_month
from geogrid.model.window import ALL_TIME, Window

# Ten days with the end of March, and changes of clocks: Berlin's on 29 March by an hour, Lord
# Howe's on 5 April by half an hour.
DAYS = tuple(date(2026, 3, 28) + timedelta(days=i) for i in range(10))
ZONES = ("Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe")
CELLS = ((0, 0), (0, 1), (3, 2), (11, 11), (40, 40))  # column and row; the last is off the grid
SECOND, HOUR = 1000, 3_600_000
COLUMNS = {
    "passes": ("unit", "row", "col", "enter", "leave"),
    "hours": ("row", "col", "hour", "moving_ms", "standing_ms", "depot_ms", "mm", "fixes"),
    "bounds": ("row", "col", "hour", "lo_ms", "hi_ms"),
    "ledger": ("hour", "silent_ms", "rejected_ms"),
}

length = st.sampled_from(
    [
        0,
        1,
        9_999,
        10_000,
        299_999,
        300_000,
        300_001,
        HOUR // 2,
        HOUR,
        7 * HOUR,
        26 * HOUR,
        60 * HOUR,
    ]
)
leg = st.tuples(st.integers(0, len(CELLS) - 1), length, length)
amount = st.sampled_from([0, 0, 1, 1000, 2**26 - 1, 2**26, 2**28 + 5])
hour_row = st.tuples(
    st.integers(0, len(DAYS) - 1),
    st.integers(0, len(CELLS) - 1),
    st.integers(0, 23),
    st.tuples(*[amount] * 7),
)
window = st.builds(
    Window,
    first=st.none() | st.sampled_from(DAYS[:5]),
    last=st.none() | st.sampled_from(DAYS[4:]),
    hours=st.none() | st.tuples(st.integers(0, 23), st.integers(0, 24)),
    weekdays=st.none() | st.frozensets(st.integers(0, 6), min_size=1),
)


def frame(name, rows):
    table = pd.DataFrame(rows, columns=COLUMNS[name])
    whole = [column for column in table.columns if column != "unit"]
    table[whole] = table[whole].astype(np.int64)
    if "unit" in table:
        table["unit"] = pd.Categorical(table["unit"])
    return table


def patrol_days(town, drives, sums, zone, dates=DAYS):
    """Return derived days of units that go from stay to stay, and of drawn hourly sums."""
    col_0, row_0 = town.origin_cell()
    edges = [int(hour_edges(day, zone)[0]) for day in (*dates, dates[-1] + timedelta(days=1))]
    tables = [{name: [] for name in COLUMNS} for _ in dates]
    for unit, legs in enumerate(drives):
        now = edges[0] + 22 * HOUR
        for cell, away, stayed in legs:
            now += away
            col, row = CELLS[cell]
            cuts = [now, *(e for e in edges if now < e < now + stayed), now + stayed]
            for enter, leave in pairwise(cuts):
                day = int(np.searchsorted(edges, enter, side="right")) - 1
                if 0 <= day < len(dates):
                    at = (f"car {unit}", row + row_0, col + col_0, enter, leave)
                    tables[day]["passes"].append(at)
            now += stayed
    for day, cell, hour, amounts in sums:
        col, row = CELLS[cell]
        place = (row + row_0, col + col_0, hour)
        tables[day]["hours"].append((*place, *amounts[:5]))
        tables[day]["bounds"].append((*place, *sorted(amounts[5:])))
        tables[day]["ledger"].append((hour, amounts[1], amounts[2]))
    others = {
        field.name: pd.DataFrame()
        for field in dataclasses.fields(PatrolDay)
        if field.name not in {*COLUMNS, "day", "fixes", "tunnels"}
    }
    return [
        PatrolDay(
            day=day,
            fixes={"kept": 3 + i, "spike": i},
            tunnels=i // 3,
            **{name: frame(name, rows) for name, rows in table.items()},
            **others,
        )
        for i, (day, table) in enumerate(zip(dates, tables, strict=True))
    ]


def months_of(days, grid, zone, threads=1):
    """Return days laid out by cell, month by month."""
    by_day = {day.day: day for day in days}

    def read(day, table, columns):
        return getattr(by_day[day], table)[list(columns)]

    months = {}
    for day in days:
        counts = DayCounts(day.fixes, day.tunnels)
        months.setdefault(day.day.replace(day=1), {})[day.day] = counts
    return [
        pack_month(counts, read, grid, time_zone=zone, threads=threads)
        for _, counts in sorted(months.items())
    ]


def require_same(found, expected):
    assert found.summary == expected.summary
    assert list(found.columns) == [field.name for field in found.fields]
    for name, column in found.columns.items():
        assert column.dtype == expected[name].dtype
        np.testing.assert_array_equal(column, expected[name], err_msg=name)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.lists(leg, max_size=14), max_size=3),
    st.lists(hour_row, max_size=8),
    window,
    st.sampled_from(ZONES),
    st.frozensets(st.sampled_from(DAYS)),
    st.sampled_from([(0, 10), (1, 9), (4, 10), (0, 4)]),
)
def test_any_window_is_that_of_the_day_tables(town, drives, sums, window, zone, missing, held):
    days = patrol_days(town, drives, sums, zone)[slice(*held)]
    calendar = [day.day for day in days if day.day not in missing]
    asked = (town.grid, window)
    known = {"calendar": calendar, "time_zone": zone}
    expected = coverage_of_days(days, *asked, **known)
    months = months_of(days, town.grid, zone)
    require_same(coverage_of_months(months, *asked, **known), expected)
    found = sums_of_months(months, *asked, **known)
    assert found.fields == SUMMED_FIELDS
    require_same(found, expected)
    for col, row in CELLS[:4]:
        at = town.at(col, row)
        history = cell_history(months, at, window, **known)
        if np.isnan(expected["visits"][at]):
            assert history.enter.size == history.visits.sum() == history.patrol_ms.sum() == 0
            continue
        assert history.enter.size == history.visits.sum() == expected["visits"][at]
        assert history.units == expected["units"][at]
        first, last = (
            None if np.isnat(t) else int(t.astype(np.int64))
            for t in (expected["first_seen"][at], expected["last_seen"][at])
        )
        assert (history.first_seen, history.last_seen) == (first, last)
        if not missing:
            assert history.patrol_ms.sum() / 1e3 == expected["patrol_s"][at]


def one_day(town, drives):
    return patrol_days(town, drives, [], ZONES[0])


def test_two_cars_that_overlap_in_a_cell(town):
    noon = 12 * HOUR  # the drives begin at 22:00
    minute = 60 * SECOND
    days = one_day(town, [[(2, noon, 15 * minute)], [(2, noon + 5 * minute, 15 * minute)]])
    known = {"calendar": DAYS, "time_zone": ZONES[0]}
    months = months_of(days, town.grid, ZONES[0])
    table = coverage_of_months(months, town.grid, ALL_TIME, **known)
    at = town.at(3, 2)
    got = [float(table[name][at]) for name in ("presence_s", "visits", "passes", "units", "days")]
    assert got == [1200.0, 2.0, 2.0, 2.0, 1.0]
    history = cell_history(months, at, ALL_TIME, **known)
    assert (history.leave - history.enter).sum() == 1800 * SECOND
    day, hour = np.argwhere(history.visits)[0]
    assert (history.days[day], hour, history.visits[day, hour]) == (DAYS[1], 10, 2)


def test_a_stay_over_the_end_of_a_month_is_one_pass_and_one_visit(town):
    until_march_31 = (3 * 24 - 22 + 23) * HOUR
    days = one_day(town, [[(2, until_march_31, 2 * HOUR)]])
    months = months_of(days, town.grid, ZONES[0])
    assert [month.first for month in months] == [date(2026, 3, 1), date(2026, 4, 1)]
    known = {"calendar": DAYS, "time_zone": ZONES[0]}
    at = town.at(3, 2)
    table = coverage_of_months(months, town.grid, ALL_TIME, **known)
    got = [float(table[name][at]) for name in ("presence_s", "visits", "passes", "units", "days")]
    assert got == [7200.0, 1.0, 1.0, 1.0, 2.0]
    night = coverage_of_months(months, town.grid, Window(hours=(0, 6)), **known)
    assert (night["presence_s"][at], night["passes"][at], night["days"][at]) == (3600.0, 1.0, 1.0)


@pytest.mark.parametrize(("away", "n_visits"), [(300_000, 1.0), (300_001, 2.0)])
def test_a_visit_goes_on_after_the_end_of_a_month(town, away, n_visits):
    until_march_31 = (3 * 24 - 22 + 23) * HOUR  # to 23:00; it stays until two minutes to midnight
    days = one_day(town, [[(2, until_march_31, 58 * 60 * SECOND), (2, away, HOUR)]])
    known = {"calendar": DAYS, "time_zone": ZONES[0]}
    table = coverage_of_months(months_of(days, town.grid, ZONES[0]), town.grid, ALL_TIME, **known)
    require_same(table, coverage_of_days(days, town.grid, ALL_TIME, **known))
    at = town.at(3, 2)
    assert (table["passes"][at], table["visits"][at]) == (2.0, n_visits)
    assert (
        cell_history(months_of(days, town.grid, ZONES[0]), at, ALL_TIME, **known).enter.size
        == n_visits
    )


def test_a_visit_at_the_end_of_the_last_month_counts(town):
    until_march_31 = (3 * 24 - 22 + 23) * HOUR
    days = one_day(town, [[(2, until_march_31, HOUR)]])[:4]
    known = {"calendar": DAYS[:4], "time_zone": ZONES[0]}
    table = coverage_of_months(months_of(days, town.grid, ZONES[0]), town.grid, ALL_TIME, **known)
    require_same(table, coverage_of_days(days, town.grid, ALL_TIME, **known))
    assert table["visits"][town.at(3, 2)] == 1.0


def test_the_same_day_of_two_months_is_two_days(town):
    days = tuple(date(2026, 3, 1) + timedelta(days=i) for i in range(32))
    legs = [(2, 0, HOUR), (2, (31 * 24 - 1) * HOUR, HOUR)]
    derived = patrol_days(town, [legs], [], ZONES[0], days)
    known = {"calendar": days, "time_zone": ZONES[0]}
    months = months_of(derived, town.grid, ZONES[0])
    table = coverage_of_months(months, town.grid, ALL_TIME, **known)
    require_same(table, coverage_of_days(derived, town.grid, ALL_TIME, **known))
    assert table["days"][town.at(3, 2)] == 2.0


def test_who_leaves_when_the_window_opens_is_not_in_it(town):
    days = one_day(town, [[(2, 0, 8 * HOUR)]])
    known = {"calendar": DAYS, "time_zone": ZONES[0]}
    months, morning = months_of(days, town.grid, ZONES[0]), Window(hours=(6, 12))
    at = town.at(3, 2)
    assert coverage_of_months(months, town.grid, morning, **known)["units"][at] == 0.0
    history = cell_history(months, at, morning, **known)
    assert (history.units, history.last_seen) == (0, None)


def test_a_long_stay_among_many_units_is_one_pass(town):
    others = [[(1, 0, HOUR)] for _ in range(300)]  # nine bits for the unit leave 70 minutes a row
    days = one_day(town, [*others, [(2, 0, 26 * HOUR)]])
    known = {"calendar": DAYS, "time_zone": ZONES[0]}
    months = months_of(days, town.grid, ZONES[0])
    assert months[0].stays.rows.size > 300 + 20
    table = coverage_of_months(months, town.grid, ALL_TIME, **known)
    require_same(table, coverage_of_days(days, town.grid, ALL_TIME, **known))
    at = town.at(3, 2)
    assert (table["passes"][at], table["visits"][at], table["units"].max()) == (1.0, 1.0, 300.0)


@pytest.mark.parametrize(("then", "days_seen"), [([], 1.0), ([(2, 0, 0)], 1.0), ([(2, 1, 0)], 2.0)])
def test_a_sight_that_ends_a_stay_at_midnight_adds_no_day(town, then, days_seen):
    days = one_day(town, [[(2, 0, 2 * HOUR), *then]])
    known = {"calendar": DAYS, "time_zone": ZONES[0]}
    table = coverage_of_months(months_of(days, town.grid, ZONES[0]), town.grid, ALL_TIME, **known)
    require_same(table, coverage_of_days(days, town.grid, ALL_TIME, **known))
    assert table["days"][town.at(3, 2)] == days_seen


def test_who_comes_when_the_window_closes_is_not_in_it(town):
    # On 5 April the clocks of Lord Howe go back by half an hour: after that, local hours begin
    # half an hour off those that are counted from the month's first instant.
    zone, morning = ZONES[2], Window(date(2026, 4, 6), date(2026, 4, 6), hours=(0, 6))
    six = int(hour_edges(date(2026, 4, 6), zone)[6])
    begin = int(hour_edges(DAYS[0], zone)[0]) + 22 * HOUR
    days = patrol_days(town, [[(2, six - begin, HOUR)]], [], zone)
    known = {"calendar": DAYS, "time_zone": zone}
    table = coverage_of_months(months_of(days, town.grid, zone), town.grid, morning, **known)
    require_same(table, coverage_of_days(days, town.grid, morning, **known))
    assert table["passes"][town.at(3, 2)] == 0.0


def test_a_day_begins_at_its_midnight_when_clocks_have_changed_by_half_an_hour(town):
    zone = ZONES[2]
    begin = int(hour_edges(DAYS[0], zone)[0]) + 22 * HOUR
    midnight = int(hour_edges(date(2026, 4, 6), zone)[0])
    legs = [(2, midnight - 3 * HOUR - begin, HOUR), (2, 2 * HOUR, HOUR)]
    days = patrol_days(town, [legs], [], zone)
    known = {"calendar": DAYS, "time_zone": zone}
    table = coverage_of_months(months_of(days, town.grid, zone), town.grid, ALL_TIME, **known)
    require_same(table, coverage_of_days(days, town.grid, ALL_TIME, **known))
    assert table["days"][town.at(3, 2)] == 2.0


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_change_nothing(town, threads):
    rows = [(i % 10, i % 5, i, (i, 2 * i, 0, 5, 1, 3, 4)) for i in range(24)]
    days = patrol_days(town, [[(1, 0, HOUR), (2, 5, 40 * HOUR)]], rows, ZONES[1])
    months = months_of(days, town.grid, ZONES[1], threads=threads)
    for found, expected in zip(months, months_of(days, town.grid, ZONES[1]), strict=True):
        for table in ("stays", "driven", "still", "bounds"):
            for a, b in zip(getattr(found, table), getattr(expected, table), strict=True):
                np.testing.assert_array_equal(a, b)
    known = {"calendar": DAYS, "time_zone": ZONES[1]}
    require_same(
        coverage_of_months(months, town.grid, ALL_TIME, threads=threads, **known),
        coverage_of_days(days, town.grid, ALL_TIME, **known),
    )


def test_a_slot_is_an_hour_of_a_day_of_the_month(town):
    month = months_of(one_day(town, []), town.grid, ZONES[0])[0]
    window = Window(first=date(2026, 3, 30), hours=(22, 6), weekdays=frozenset({1}))
    slots = np.flatnonzero(wanted_slots(month, window))
    assert slots.tolist() == [30 * 24 + hour for hour in (*range(6), 22, 23)]  # Tuesday 31 March


def test_the_clock_of_lord_howe_is_half_an_hour_off_in_april():
    hours = local_hours(hour_edges(date(2026, 4, 5), ZONES[2]), ZONES[2])
    assert hours.size == 25  # 24.5 hours: what makes the drawn windows cut inside an hour
