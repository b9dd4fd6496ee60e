"""Shifts on the local clock: across midnights, by days of the week, and where clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geogrid.analysis.shift_clock import WHOLE_DAY, Shift, clock_of, duty_periods, parts_inside
from geogrid.analysis.window_clock import WindowClock
from geogrid.errors import InputError
from geogrid.model.window import Window

SHANGHAI, BERLIN = "Asia/Shanghai", "Europe/Berlin"
MONDAY = date(2026, 3, 2)
NIGHT = Shift("night", 22 * 60, 6 * 60)


def told(periods):
    """Return the periods as texts in UTC."""
    return [
        tuple(datetime.fromtimestamp(int(t) / 1000, UTC).strftime("%d %H:%M") for t in pair)
        for pair in zip(periods.start, periods.end, strict=True)
    ]


def test_a_night_shift_is_one_period_and_yesterdays_reaches_in():
    periods = duty_periods([NIGHT], MONDAY, date(2026, 3, 3), SHANGHAI)
    # 22:00 in Shanghai is 14:00 UTC; the first began on Sunday.
    assert told(periods) == [
        ("01 14:00", "01 22:00"),
        ("02 14:00", "02 22:00"),
        ("03 14:00", "03 22:00"),
    ]
    assert np.diff(periods.day).tolist() == [1, 1]


def test_a_shift_begins_on_its_days_and_ends_when_it_ends():
    friday = Shift("friday", 22 * 60, 6 * 60, frozenset({4}))
    periods = duty_periods([friday], MONDAY, date(2026, 3, 8), "UTC")
    assert told(periods) == [("06 22:00", "07 06:00")]
    early = Shift("early", 6 * 60, 14 * 60)
    assert len(told(duty_periods([early], MONDAY, MONDAY, "UTC"))) == 1  # Sunday's is over


def test_a_shift_that_ends_at_its_start_lasts_a_day():
    assert Shift("all", 480, 480).length_min == 1440
    assert WHOLE_DAY.length_min == 1440
    assert NIGHT.length_min == 480
    with pytest.raises(InputError, match="within a day"):
        Shift("bad", 1440, 60)


def test_a_night_in_which_clocks_change_is_an_hour_shorter_or_longer():
    for day, hours in ((date(2026, 3, 28), 7), (date(2026, 10, 24), 9), (date(2026, 6, 1), 8)):
        periods = duty_periods([NIGHT], day, day, BERLIN)
        assert (periods.end - periods.start)[-1] == hours * 3_600_000


def test_parts_of_shifts_inside_a_window_are_cut_at_its_edges():
    clock = WindowClock.of(Window(), [MONDAY], "UTC")
    periods = duty_periods([NIGHT, Shift("day", 360, 1320)], MONDAY, MONDAY, "UTC")
    parts = parts_inside(periods.start, periods.end, clock)
    assert (parts.length_ms(periods.start.size) // 3_600_000).tolist() == [6, 16, 2]


times = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30)), max_size=12)


@given(times, times)
def test_clocks_and_parts_are_those_of_every_minute_counted(periods, others):
    def limits(rows):
        start = np.array([a for a, _ in rows], dtype=np.int64)
        return start, start + np.array([n for _, n in rows], dtype=np.int64)

    def minutes(rows):
        return {t for a, n in rows for t in range(a, a + n)}

    clock = clock_of(*limits(others))
    covered = {t for a, b in zip(clock.start, clock.end, strict=True) for t in range(a, b)}
    assert covered == minutes(others)
    assert (clock.start[1:] > clock.end[:-1]).all()
    parts = parts_inside(*limits(periods), clock)
    expected = [len(set(range(a, a + n)) & covered) for a, n in periods]
    assert parts.length_ms(len(periods)).tolist() == expected
    assert (parts.end > parts.start).all()
