"""The report on units: a table worked out by hand, and laws that hold for any days."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.analysis.patrol_day import PatrolDay, hour_edges
from geogrid.analysis.unit_quality import FIELDS, unit_quality
from geogrid.analysis.unit_remarks import QualityRules, median_by_weight
from geogrid.errors import InputError
from geogrid.i18n import translator
from geogrid.model.window import ALL_TIME, Window
from tests.analysis.fleet_hours import fleet, with_clock

ZONE = "Asia/Shanghai"
FIRST = date(2026, 3, 2)  # a Monday
H = 3_600_000
TIMES = ("silent_ms", "rejected_ms", "standing_ms", "moving_ms", "depot_ms")


def frame(columns, rows):
    """Return a table as days keep it: units by name, the rest whole numbers."""
    made = pd.DataFrame(rows, columns=columns)
    whole = {name: np.int64 for name in columns if name != "unit"}
    return made.astype({"unit": "category"} | whole)


def day_of(day, *, ledger=(), units=(), silences=()):
    """Return a day with what the report reads of it."""
    nothing = pd.DataFrame()
    return PatrolDay(
        day=day,
        passes=nothing,
        hours=nothing,
        silences=frame(["unit", "enter", "leave"], silences),
        ledger=frame(["unit", "hour", *TIMES], ledger),
        units=frame(["unit", "fixes", "spike", "frozen", "step_s"], units),
        bounds=nothing,
        fixes={},
    )


def by_hand():
    """Return two days of three cars: A is fine, B is silent and slow, C says old places."""
    night = int(hour_edges(FIRST, ZONE)[20])  # A and C rest from 20:00 to 06:00
    rest = [(unit, night, night + 10 * H) for unit in ("A", "C")]
    monday = day_of(
        FIRST,
        ledger=[
            ("A", 8, 0, 0, H // 2, H // 2, 0),
            ("B", 8, H // 2, 0, 0, H // 2, 0),
            ("C", 8, 0, H // 10, 0, H - H // 10, 0),
            *((unit, hour, H, 0, 0, 0, 0) for unit in "AC" for hour in range(20, 24)),
        ],
        units=[("A", 360, 1, 0, 10), ("B", 30, 0, 0, 60), ("C", 300, 0, 60, 10)],
        silences=rest,
    )
    tuesday = day_of(
        FIRST + timedelta(days=1),
        ledger=[
            *((unit, hour, H, 0, 0, 0, 0) for unit in "AC" for hour in range(6)),
            ("A", 9, 0, 0, 0, H // 2, H // 2),
        ],
        units=[("A", 100, 0, 0, 12), ("B", 1, 0, 0, 0)],
        silences=rest,
    )
    return [monday, tuesday]


def test_the_table_is_the_one_worked_out_by_hand():
    found = unit_quality(by_hand(), ALL_TIME, time_zone=ZONE, groups={"A": "North"})
    assert found.days == 2
    assert list(found.table.columns) == [field.name for field in FIELDS]
    rows = found.table.set_index("unit")
    assert list(rows.index) == ["C", "B", "A"]  # two things far over their limit, two, none
    a = rows.loc["A"]
    assert (a["group"], a["days"], a["fixes"], a["step_s"]) == ("North", 2, 460, 10.0)
    assert (a["tracked_h"], a["moving_h"], a["standing_h"], a["depot_h"]) == (12.0, 1.0, 0.5, 0.5)
    assert (a["silent_h"], a["rest_h"], a["silent_share"]) == (10.0, 10.0, 0.0)
    assert a["reason"] == ""
    b, c = rows.loc["B"], rows.loc["C"]
    assert pd.isna(b["group"])
    assert (b["days"], b["fixes"], b["step_s"], b["silent_share"]) == (2, 31, 60.0, 0.5)
    assert b["reason"] == (
        "silent 50 % of its time on duty; a fix every 60 s, the fleet's usual is 10 s"
    )
    assert (c["rejected_h"], c["frozen"], c["frozen_share"]) == (0.1, 60, 60 / 360)
    assert c["reason"] == (
        "17 % of its fixes are an old place said again; "
        "10.0 % of its time is rejected: jumps that last, or two receivers"
    )
    assert a["spike_share"] == 1 / 461
    assert rows["clock_off_h"].isna().all()  # two days say nothing of a clock


def test_a_rest_is_no_fault_and_a_silence_on_duty_is():
    start = int(hour_edges(FIRST, ZONE)[0])
    ledger = [("A", hour, H, 0, 0, 0, 0) for hour in range(12)]
    ledger += [("A", hour, 0, 0, 0, H, 0) for hour in range(12, 24)]
    units = [("A", 4000, 0, 0, 10)]
    rest = [("A", start - 2 * H, start + 12 * H)]
    one = day_of(FIRST, ledger=ledger, units=units, silences=rest)
    row = unit_quality([one], ALL_TIME, time_zone=ZONE).table.iloc[0]
    assert (row["silent_h"], row["rest_h"], row["silent_share"]) == (12.0, 12.0, 0.0)
    parts = [("A", start - 2 * H, start + 6 * H), ("A", start + 6 * H, start + 12 * H)]
    two = day_of(FIRST, ledger=ledger, units=units, silences=parts)
    row = unit_quality([two], ALL_TIME, time_zone=ZONE).table.iloc[0]
    assert (row["silent_h"], row["rest_h"], row["silent_share"]) == (12.0, 0.0, 0.5)
    late = Window.parse(hours="10-14")
    row = unit_quality([one], late, time_zone=ZONE).table.iloc[0]
    assert (row["tracked_h"], row["silent_h"], row["rest_h"]) == (4.0, 2.0, 2.0)


def test_a_window_takes_its_days_and_hours_only():
    days = by_hand()
    monday = unit_quality(days, Window(last=FIRST), time_zone=ZONE).table.set_index("unit")
    assert monday.loc["A", "fixes"] == 360
    assert monday.loc["A", "days"] == 1
    hours = unit_quality(days, Window(hours=(8, 9)), time_zone=ZONE).table.set_index("unit")
    assert hours.loc["A", "tracked_h"] == 1.0
    assert hours.loc["A", "fixes"] == 460  # fixes are counted by whole days
    nothing = unit_quality(days, Window(first=date(2027, 1, 1)), time_zone=ZONE)
    assert nothing.days == 0
    assert list(nothing.table.columns) == [field.name for field in FIELDS]
    assert nothing.table.empty


amounts = st.integers(0, H)
ledgers = st.dictionaries(
    st.tuples(st.sampled_from("ABC"), st.integers(0, 23)), st.tuples(*[amounts] * 5), max_size=20
)


@settings(deadline=None, max_examples=40)
@given(st.lists(ledgers, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_hours_sum_to_the_ledger_and_the_order_of_days_does_not_matter(drawn, order):
    days = [
        day_of(
            FIRST + timedelta(days=at),
            ledger=[(*key, *times) for key, times in one.items()],
            units=[("A", at, 0, 0, 10 + at)],
        )
        for at, one in enumerate(drawn)
    ]
    found = unit_quality(days, ALL_TIME, time_zone=ZONE)
    total = sum(sum(times) for one in drawn for times in one.values())
    assert found.table["tracked_h"].sum() == pytest.approx(total / H, rel=1e-12)
    for at, name in enumerate(TIMES):
        summed = sum(times[at] for one in drawn for times in one.values())
        column = found.table[name.replace("_ms", "_h")]
        assert column.sum() == pytest.approx(summed / H, rel=1e-12)
    shuffled = order.sample(days, len(days))
    pd.testing.assert_frame_equal(
        unit_quality(shuffled, ALL_TIME, time_zone=ZONE).table, found.table
    )


def days_of_fleet(hours):
    """Return days in which units move as an array says."""
    return [
        day_of(
            FIRST + timedelta(days=at),
            ledger=[
                (f"U{unit:02d}", hour, 0, 0, 0, round(moved * H), 0)
                for unit, row in enumerate(hours[:, at])
                for hour, moved in enumerate(row)
                if moved > 0
            ],
            units=[(f"U{unit:02d}", 1000, 0, 0, 10) for unit in range(len(hours))],
        )
        for at in range(hours.shape[1])
    ]


def test_a_clock_that_is_off_is_told_first_and_in_both_languages():
    rng = np.random.default_rng(8)
    hours = fleet(rng, plan="from dawn to midnight", n_units=25, n_days=28, odd=False)
    found = unit_quality(days_of_fleet(with_clock(hours, 3, 8)), ALL_TIME, time_zone=ZONE)
    first = found.table.iloc[0]
    assert (first["unit"], first["clock_off_h"]) == ("U03", 8.0)
    assert first["clock_sure"] > 0.99
    assert first["reason"] == "its clock seems 8 h ahead of the fleet"
    assert found.reasons(translator("zh"))[0] == "其时钟似乎比车队快 8 小时"
    behind = unit_quality(days_of_fleet(with_clock(hours, 3, -8)), ALL_TIME, time_zone=ZONE)
    assert behind.table.iloc[0]["reason"] == "its clock seems 8 h behind the fleet"
    # The hours of a window do not cut the day that a clock is judged by.
    part = unit_quality(
        days_of_fleet(with_clock(hours, 3, 8)), Window(hours=(8, 9)), time_zone=ZONE
    )
    assert part.table.iloc[0]["clock_off_h"] == 8.0


def test_the_usual_step_is_the_median_of_days_by_their_fixes():
    assert median_by_weight(np.array([10, 60, 10]), np.array([1, 5, 1])) == 60.0
    assert median_by_weight(np.array([30, 10, 20]), np.array([1, 1, 1])) == 20.0


@pytest.mark.parametrize("name", ["rest_h", "silent_share", "slow_s", "rejected_share"])
def test_a_limit_of_nothing_is_refused(name):
    with pytest.raises(InputError, match="more than 0"):
        QualityRules(**{name: 0.0})
