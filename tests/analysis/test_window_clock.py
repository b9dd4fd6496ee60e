"""The instants of a window, end to end."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from geogrid.analysis.patrol_day import hour_edges
from geogrid.analysis.window_clock import WindowClock
from geogrid.model.window import Window

HOUR = 3_600_000
MONDAY = date(2026, 3, 2)
WEEK = [MONDAY + timedelta(days=k) for k in range(7)]


def test_whole_days_are_one_unbroken_part():
    clock = WindowClock.of(Window(), WEEK, "Asia/Shanghai")
    assert clock.start.tolist() == [hour_edges(MONDAY, "Asia/Shanghai")[0]]
    assert clock.length_ms == 7 * 24 * HOUR


def test_nights_are_joined_over_midnight_and_cut_at_the_first_and_last_day():
    clock = WindowClock.of(Window(hours=(22, 6)), WEEK, "Asia/Shanghai")
    lengths = ((clock.end - clock.start) // HOUR).tolist()
    assert lengths == [6, 8, 8, 8, 8, 8, 8, 2]
    assert clock.length_ms == 7 * 8 * HOUR


def test_a_missing_day_breaks_the_clock():
    clock = WindowClock.of(Window(), [WEEK[0], WEEK[2]], "UTC")
    assert ((clock.end - clock.start) // HOUR).tolist() == [24, 24]


@pytest.mark.parametrize(
    ("day", "window", "hours"),
    [
        (date(2026, 3, 29), Window(), 23),
        (date(2026, 10, 25), Window(), 25),
        (date(2026, 3, 29), Window(hours=(2, 3)), 0),
        (date(2026, 10, 25), Window(hours=(2, 3)), 2),
        (date(2026, 10, 25), Window(hours=(22, 6)), 9),
    ],
)
def test_a_day_on_which_clocks_change_is_as_long_as_it_is(day, window, hours):
    assert WindowClock.of(window, [day], "Europe/Berlin").length_ms == hours * HOUR


def test_no_days_are_no_time():
    clock = WindowClock.of(Window(), [], "UTC")
    assert clock.length_ms == 0
    assert clock.start.shape == clock.end.shape == (0,)


def test_elapsed_time_leaves_out_what_is_between_the_parts():
    clock = WindowClock.of(Window(hours=(8, 10)), WEEK[:3], "UTC")
    t = np.array([clock.start[0], clock.end[0], clock.start[1], clock.start[2] + 60_000])
    part = np.array([0, 0, 1, 2])
    assert clock.elapsed(t, part).tolist() == [0, 2 * HOUR, 2 * HOUR, 4 * HOUR + 60_000]
