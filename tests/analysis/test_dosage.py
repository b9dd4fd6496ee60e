"""What was promised and what was delivered, by hand and minute by minute."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.analysis.dosage import (
    CellStays,
    DutyClocks,
    Promise,
    PromisedPlace,
    dosage_compliance,
)
from geogrid.analysis.patrol_day import hour_edges
from geogrid.analysis.shift_clock import WHOLE_DAY, Shift, duty_periods
from geogrid.analysis.window_clock import WindowClock
from geogrid.errors import InputError
from geogrid.model.window import Window

MONDAY = date(2026, 3, 2)
ZERO = int(hour_edges(MONDAY, "UTC")[0])
MINUTE = 60_000
NIGHT, EARLY, LATE = Shift("N", 1320, 360), Shift("E", 360, 840), Shift("L", 840, 1320)


def stays(*rows):
    """Return stays of rows (cell, unit, first minute, last minute), minutes from Monday 0:00."""
    cell, unit, enter, leave = np.array(sorted(rows), dtype=np.float64).reshape(-1, 4).T
    at = [(ZERO + np.round(side * MINUTE)).astype(np.int64) for side in (enter, leave)]
    return CellStays(cell.astype(np.int64), unit.astype(np.int64), *at)


def delivered(promise, rows, *, shifts=(WHOLE_DAY,), days=1, cells=(7,), window=None):
    """Return the rows of one place over some days from Monday on."""
    calendar = [MONDAY + timedelta(days=k) for k in range(days)]
    around = [MONDAY - timedelta(days=1), *calendar, calendar[-1] + timedelta(days=1)]
    known = WindowClock.of(
        Window(hours=promise.hours), [d for d in calendar if not window or d in window], "UTC"
    )
    clocks = {
        promise.hours: DutyClocks(WindowClock.of(Window(hours=promise.hours), around, "UTC"), known)
    }
    place = PromisedPlace("p", "hotel", "A", np.array(cells), promise)
    periods = duty_periods(shifts, calendar[0], calendar[-1], "UTC")
    return dosage_compliance([place], stays(*rows), periods, clocks)


def test_three_visits_of_fifteen_minutes_against_two_and_a_half_of_nine_point_six():
    # Over two days: 5 visits of 9.6 minutes where 6 of 15 were promised: 24 of 45 minutes a day.
    visits = [(7, 1, start, start + 9.6) for start in (60, 300, 700, 1500, 2000)]
    table = delivered(Promise(3, 15), visits, days=2)
    assert table["promised_min"].tolist() == [45.0, 45.0]
    assert table["delivered_min"].sum() / table["promised_min"].sum() == pytest.approx(
        0.5333, abs=1e-4
    )
    assert table["drive_pasts"].tolist() == [3, 2]
    assert table["visits"].tolist() == [0, 0]
    assert not table["kept"].any()


def test_a_shift_across_midnight_is_one_promise():
    rows = [(7, 1, 1380, 1400), (7, 1, 1500, 1520), (7, 1, 1900, 1920)]
    table = delivered(Promise(2, 15), rows, shifts=(NIGHT,), days=2)
    # Sunday's night until Monday 6:00; Monday's, with visits at 23:00 and 1:00; Tuesday's evening.
    assert table["part"].tolist() == [0.75, 1.0, 0.25]
    assert table["visits"].tolist() == [0, 2, 0]
    assert table["promised_visits"].tolist() == [1.5, 2.0, 0.5]
    assert table["kept"].tolist() == [False, True, True]  # half a visit cannot be asked for


def test_a_visit_over_a_change_of_shifts_counts_once_and_its_minutes_in_both():
    table = delivered(Promise(1, 15), [(7, 1, 830, 850)], shifts=(EARLY, LATE))
    assert table["visits"].tolist() == [1, 0]
    assert table["delivered_min"].tolist() == [10.0, 10.0]


def test_a_part_of_a_shift_promises_a_part():
    # Hours of duty 8 to 10 are 2 of the 8 hours of the early shift: all that is promised.
    table = delivered(
        Promise(4, 10, hours=(8, 10)), [(7, 1, 500, 515), (7, 1, 700, 715)], shifts=(EARLY,)
    )
    assert table["part"].tolist() == [1.0]
    assert table["visits"].tolist() == [1]
    # A window of one day holds 6 of the 8 hours of Sunday's night, 2 of Monday's.
    table = delivered(
        Promise(4, 10), [(7, 1, 100, 115), (7, 1, 200, 215), (7, 1, 300, 315)], shifts=(NIGHT,)
    )
    assert table["promised_visits"].tolist() == [3.0, 1.0]
    assert table["promised_min"].tolist() == [30.0, 10.0]
    assert table["kept"].tolist() == [True, False]


def test_a_unit_that_only_drives_past_is_no_visit():
    rows = [(7, 1, 100, 100.1), (7, 1, 200, 201), (7, 2, 300, 320)]
    table = delivered(Promise(3, 10), rows)
    assert table[["all_visits", "visits", "drive_pasts"]].iloc[0].tolist() == [2, 1, 1]
    assert table["delivered_min"][0] == pytest.approx(21.1)


def test_two_units_at_once_are_minutes_once_and_unit_minutes_twice():
    table = delivered(Promise(1, 5), [(7, 1, 100, 120), (7, 2, 110, 130)])
    assert table[["delivered_min", "unit_min", "visits"]].iloc[0].tolist() == [30.0, 40.0, 2.0]


def test_a_unit_that_moves_between_cells_of_a_place_or_is_back_soon_is_on_one_visit():
    rows = [(7, 1, 100, 108), (8, 1, 108, 113), (7, 1, 117, 118), (9, 1, 118, 300)]
    table = delivered(Promise(1, 14), rows, cells=(7, 8))
    assert table[["all_visits", "visits", "in_band"]].iloc[0].tolist() == [1, 1, 1]
    assert table["delivered_min"][0] == 14.0


def test_visits_of_ten_to_sixteen_minutes_and_too_long_ones_are_counted():
    rows = [(7, 1, 100 * k, 100 * k + n) for k, n in enumerate((9.9, 10, 16, 16.1, 40), 1)]
    table = delivered(Promise(1, 0, 20), rows)
    assert table[["all_visits", "in_band", "too_long"]].iloc[0].tolist() == [5, 2, 1]


def test_the_longest_absence_runs_over_shifts_and_edges():
    table = delivered(
        Promise(0, 0, longest_absence_h=9), [(7, 1, 480, 500)], shifts=(EARLY, LATE, NIGHT)
    )
    # Nobody from 0:00 to 8:00, then from 8:20 on. Shifts: until 6:00, to 14:00, to 22:00, 24:00.
    hours = [6.0, 8.0, 22 - 500 / 60, 24 - 500 / 60]
    assert table["longest_absence_h"].tolist() == pytest.approx(hours)
    assert table["kept"].tolist() == [True, True, False, False]


def test_days_that_are_not_imported_promise_nothing():
    table = delivered(Promise(1, 5), [(7, 1, 100, 120)], days=3, window={MONDAY})
    assert table["period"].tolist() == [0]


def test_nothing_is_promised_to_no_place_and_too_much_is_refused():
    periods = duty_periods([WHOLE_DAY], MONDAY, MONDAY, "UTC")
    assert dosage_compliance([], stays(), periods, {}).empty
    with pytest.raises(InputError, match="not below 0"):
        Promise(-1.0)
    with pytest.raises(InputError, match="not below 0"):
        Promise(1, 20, 10)
    place = PromisedPlace("p", "hotel", "A", np.array([1]), Promise(1))
    with pytest.raises(InputError, match="ask for fewer days"):
        dosage_compliance([place] * 4_000_000, stays(), periods, {})


drives = st.lists(
    st.tuples(st.sampled_from([7, 8]), st.integers(0, 3), st.integers(0, 300), st.integers(1, 40)),
    max_size=14,
)


@settings(deadline=None, max_examples=150)
@given(drives, st.sampled_from([None, (0, 2), (1, 4), (3, 1)]), st.integers(0, 20))
def test_minutes_visits_and_absences_are_those_of_every_minute_counted(rows, hours, least):
    free, kept = {}, []
    for cell, unit, start, length in sorted(rows, key=lambda row: row[2]):
        if start >= free.get(unit, 0):
            kept.append((cell, unit, start, start + length))
            free[unit] = start + length
    shifts = (Shift("a", 0, 150), Shift("b", 150, 1440))
    table = delivered(Promise(1, least, hours=hours), kept, shifts=shifts, cells=(7, 8))
    on_duty = [h for h in range(24) for m in range(60) if Window(hours=hours).hour_mask()[h]]
    mask = np.repeat(Window(hours=hours).hour_mask(), 60)
    assert len(on_duty) == mask.sum()
    there = np.zeros((4, 1440), bool)
    for _, unit, start, end in kept:
        there[unit, start:end] = True
    there &= mask
    expected, age, oldest = [], 0, np.zeros(1440)
    for t in np.flatnonzero(mask):
        age = 0 if there[:, t].any() else age + 1
        oldest[t] = age
    visits = counted_visits(there)
    for start, end in ((0, 150), (150, 1440)):
        if mask[start:end].any():
            begun = [n for t, n in visits if start <= t < end]
            row = (there[:, start:end].any(0).sum(), there[:, start:end].sum())
            expected.append(
                (*row, sum(n >= least for n in begun), len(begun), oldest[start:end].max())
            )
    found = table[
        ["delivered_min", "unit_min", "visits", "all_visits", "longest_absence_h"]
    ].to_numpy()
    found[:, 4] *= 60
    np.testing.assert_allclose(found, np.array(expected, float).reshape(-1, 5), atol=1e-9)


def counted_visits(there):
    """Return begin and minutes of visits: a unit's minutes not more than five apart."""
    visits = []
    for unit in there:
        last = -100
        for t in np.flatnonzero(unit):
            if t - last - 1 > 5:
                visits.append([t, 0])
            visits[-1][1] += 1
            last = t
    return visits
