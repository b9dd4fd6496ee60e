from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.analysis.aoristic import (
    LocalHours,
    aoristic_shares,
    hour_profile,
    shift_counts,
    window_shares,
)
from geogrid.errors import InputError
from geogrid.model.window import Window

SHANGHAI = "Asia/Shanghai"
SHIFTS = (6, 14, 22)


def ms(text, zone=SHANGHAI):
    when = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    return round(when.timestamp() * 1000)


def ranges(*pairs, zone=SHANGHAI):
    start, end = zip(*pairs, strict=True)
    return (
        np.array([ms(text, zone) for text in start], dtype=np.int64),
        np.array([ms(text, zone) for text in end], dtype=np.int64),
    )


def by_shift(*pairs, starts=SHIFTS):
    frame = shift_counts(*ranges(*pairs), SHANGHAI, starts=starts)
    return {(row.day.isoformat(), row.shift): row.incidents for row in frame.itertuples()}


def test_a_range_across_the_edge_of_a_shift_is_shared_by_hand():
    # 12:00 to 16:00: two of four hours before 14:00.
    assert by_shift(("2026-03-04 12:00", "2026-03-04 16:00")) == {
        ("2026-03-04", 0): 0.5,
        ("2026-03-04", 1): 0.5,
    }


def test_a_range_across_midnight_stays_in_the_night_shift_that_began_the_evening_before():
    # 21:00 to 03:00: one hour of the late shift, five of the night shift of the 4th.
    shares = by_shift(("2026-03-04 21:00", "2026-03-05 03:00"))
    assert shares == {("2026-03-04", 1): 1 / 6, ("2026-03-04", 2): 5 / 6}


def test_a_range_across_the_edge_of_a_month_is_shared_between_the_two_months():
    # 22:00 on 31 January to 04:00 on 1 February: one night shift, which began in January;
    # by the calendar two hours in January and four in February.
    pair = ("2026-01-31 22:00", "2026-02-01 04:00")
    assert by_shift(pair) == {("2026-01-31", 2): 1.0}
    start, end = ranges(pair)
    january = window_shares(start, end, Window(last=date(2026, 1, 31)), SHANGHAI)
    february = window_shares(start, end, Window(first=date(2026, 2, 1)), SHANGHAI)
    assert january.tolist() == [2 / 6]
    assert february.tolist() == [4 / 6]


def test_a_shift_that_begins_at_midnight_takes_nothing_from_the_day_before():
    shares = by_shift(("2026-01-31 23:00", "2026-02-01 01:00"), starts=(0, 8, 16))
    assert shares == {("2026-01-31", 2): 0.5, ("2026-02-01", 0): 0.5}


def test_a_known_time_lies_whole_in_the_hour_that_begins_with_it():
    start, end = ranges(("2026-03-04 14:00", "2026-03-04 14:00"))
    assert by_shift(("2026-03-04 14:00", "2026-03-04 14:00")) == {("2026-03-04", 1): 1.0}
    profile = hour_profile(start, end, SHANGHAI)
    assert profile[2, 14] == profile.sum() == 1.0  # a Wednesday


def test_a_range_ends_before_the_hour_that_begins_with_its_end():
    start, end = ranges(("2026-03-04 13:00", "2026-03-04 14:00"))
    assert by_shift(("2026-03-04 13:00", "2026-03-04 14:00")) == {("2026-03-04", 0): 1.0}
    assert hour_profile(start, end, SHANGHAI)[2, 13] == 1.0


def test_the_window_at_night_takes_its_part_of_a_weekend():
    # Friday 18:00 to Monday 06:00 is 60 hours; 22-06 takes three nights of eight.
    start, end = ranges(("2026-03-06 18:00", "2026-03-09 06:00"))
    assert window_shares(start, end, Window(hours=(22, 6)), SHANGHAI).tolist() == [24 / 60]
    saturday = Window(hours=(22, 6), weekdays=frozenset({5}))  # 00-06 and 22-24
    assert window_shares(start, end, saturday, SHANGHAI).tolist() == [8 / 60]


def test_the_hour_that_is_told_twice_is_two_hours_long():
    # Clocks in Chicago are set back at 2:00 on 1 November 2026: 00:00 to 03:00 is four hours.
    start, end = ranges(("2026-11-01 00:00", "2026-11-01 03:00"), zone="America/Chicago")
    profile = hour_profile(start, end, "America/Chicago")
    assert profile[6, :4].tolist() == [0.25, 0.5, 0.25, 0.0]


def test_the_hour_that_is_left_out_takes_nothing():
    start, end = ranges(("2026-03-08 01:00", "2026-03-08 04:00"), zone="America/Chicago")
    assert hour_profile(start, end, "America/Chicago")[6, :5].tolist() == [0, 0.5, 0, 0.5, 0]


def test_hours_begin_with_the_local_clock_where_it_is_quarters_of_an_hour_off():
    start, end = ranges(("2026-03-04 12:30", "2026-03-04 13:30"), zone="Asia/Kathmandu")
    assert hour_profile(start, end, "Asia/Kathmandu")[2, 12:14].tolist() == [0.5, 0.5]


ZONES = st.sampled_from([SHANGHAI, "America/Chicago", "Asia/Kathmandu", "Australia/Lord_Howe"])
STARTS = st.integers(ms("2026-01-01 00:00"), ms("2026-12-31 00:00"))
LENGTHS = st.integers(0, 40 * 86_400_000)


@settings(deadline=None, max_examples=60)  # the first call compiles
@given(st.lists(st.tuples(STARTS, LENGTHS), min_size=1, max_size=4), ZONES)
def test_the_parts_of_an_incident_always_sum_to_one(drawn, zone):
    t_from, length = np.array(drawn, dtype=np.int64).T.copy()
    t_to = t_from + length
    hours = LocalHours.over(int(t_from.min()), int(t_to.max()), zone)
    shares = aoristic_shares(t_from, t_to, edges=hours.edges, label=hours.hour, n_labels=24)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, rtol=0, atol=1e-12)
    assert shares.min() >= 0.0
    counts = shift_counts(t_from, t_to, zone, starts=SHIFTS)
    assert counts["incidents"].sum() == pytest.approx(len(drawn), abs=1e-9)
    assert hour_profile(t_from, t_to, zone).sum() == pytest.approx(len(drawn), abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(STARTS, st.integers(1, 4 * 86_400_000), ZONES)
def test_shares_are_the_minutes_that_a_local_clock_counts(t_from, length, zone):
    t_from, length = t_from // 60_000 * 60_000, -(-length // 60_000) * 60_000
    minutes = np.arange(t_from, t_from + length, 60_000)
    local = [datetime.fromtimestamp(t / 1000, ZoneInfo(zone)) for t in minutes.tolist()]
    expected = np.zeros((7, 24))
    for when in local:
        expected[when.weekday(), when.hour] += 1.0 / minutes.size
    found = hour_profile(np.array([t_from]), np.array([t_from + length]), zone)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_windows_that_divide_all_time_divide_each_incident():
    rng = np.random.default_rng(8)
    t_from = ms("2026-01-01 00:00") + rng.integers(0, 10**10, 30)
    t_to = t_from + rng.integers(0, 10**9, 30)
    windows = [Window(hours=(start, start + 6)) for start in (0, 6, 12, 18)]
    shares = [window_shares(t_from, t_to, window, SHANGHAI) for window in windows]
    np.testing.assert_allclose(sum(shares), 1.0, rtol=0, atol=1e-12)


def test_a_profile_of_a_window_holds_only_what_lies_in_it():
    start, end = ranges(("2026-03-06 18:00", "2026-03-09 06:00"))
    night = Window(hours=(22, 6))
    profile = hour_profile(start, end, SHANGHAI, window=night)
    assert profile.sum() == pytest.approx(24 / 60)
    assert profile[:, 6:22].sum() == 0.0
    counts = shift_counts(start, end, SHANGHAI, starts=SHIFTS, window=night)
    assert counts["incidents"].tolist() == pytest.approx([8 / 60] * 3)
    assert set(counts["shift"]) == {2}


def test_no_incidents_have_no_shares():
    nothing = np.zeros(0, dtype=np.int64)
    assert window_shares(nothing, nothing, Window(), SHANGHAI).size == 0
    assert hour_profile(nothing, nothing, SHANGHAI).sum() == 0.0
    assert shift_counts(nothing, nothing, SHANGHAI, starts=SHIFTS).empty


@pytest.mark.parametrize("starts", [(), (14, 6), (6, 6), (-1, 6), (6, 24)])
def test_shifts_that_do_not_begin_at_rising_hours_are_refused(starts):
    with pytest.raises(InputError, match="shifts must begin"):
        by_shift(("2026-03-04 12:00", "2026-03-04 16:00"), starts=starts)
