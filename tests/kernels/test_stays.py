"""Unions, absences and visits against a slow oracle that looks at every instant."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.kernels.stays import presence, visits

WINDOW = 60
stay = st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, WINDOW), st.integers(0, 20))


def columns(rows):
    return [np.array(column, np.int64) for column in zip(*rows, strict=True)] or [
        np.empty(0, np.int64)
    ] * 4


def longest_run_of_false(marks):
    longest = now = 0
    for mark in marks:
        now = 0 if mark else now + 1
        longest = max(longest, now)
    return longest


@settings(deadline=None)
@given(st.lists(stay, max_size=12))
def test_presence_is_the_union_of_stays_and_absence_the_longest_hole(stays):
    rows = sorted((cell, t, min(t + dt, WINDOW), unit) for cell, unit, t, dt in stays)
    cell, enter, leave, _ = columns(rows)
    present, absent = presence(cell, enter, leave, 3, WINDOW)
    for at in range(3):
        marks = [any(c == at and a <= t < b for c, a, b, _ in rows) for t in range(WINDOW)]
        assert present[at] == sum(marks)
        # A stay of no length is a sight: it ends an absence.
        sights = sorted({a for c, a, b, _ in rows if c == at and a == b})
        holes, begin = [], 0
        for t in [*sights, WINDOW]:
            holes.append(longest_run_of_false(marks[begin:t]))
            begin = t
        assert absent[at] == max(holes)


def test_a_cell_nobody_visits_is_absent_for_the_whole_window():
    none = np.empty(0, np.int64)
    present, absent = presence(none, none, none, 2, WINDOW)
    assert present.tolist() == [0, 0]
    assert absent.tolist() == [WINDOW, WINDOW]


def test_edges_of_the_window_bound_an_absence():
    one = np.array([0], np.int64)
    _, absent = presence(one, np.array([50]), np.array([55]), 1, WINDOW)
    assert absent.tolist() == [50]
    _, absent = presence(one, np.array([0]), np.array([5]), 1, WINDOW)
    assert absent.tolist() == [55]


def test_two_cars_that_overlap_are_two_visits_and_one_presence():
    minute = 60_000
    cell = np.zeros(2, np.int64)
    enter, leave = np.array([0, 5 * minute]), np.array([15 * minute, 20 * minute])
    present, _ = presence(cell, enter, leave, 1, 24 * 60 * minute)
    assert present.tolist() == [1_200_000]
    n_visits, n_units = visits(cell, np.array([0, 1]), enter, leave, 1, 300_000, 10_000)
    assert (n_visits.tolist(), n_units.tolist()) == ([2], [2])


def test_stays_are_one_visit_when_the_unit_is_back_just_in_time():
    cell = unit = np.zeros(3, np.int64)
    enter, leave = np.array([0, 320, 641]), np.array([20, 340, 660])
    n_visits, _ = visits(cell, unit, enter, leave, 1, 300, 10)
    assert n_visits.tolist() == [2]


def test_a_visit_shorter_than_the_least_stay_is_left_out():
    cell = unit = np.zeros(3, np.int64)
    enter, leave = np.array([0, 100, 9000]), np.array([5, 105, 9009])
    n_visits, n_units = visits(cell, unit, enter, leave, 1, 300, 10)
    assert n_visits.tolist() == [1]  # 5 + 5 are enough, 9 are not
    assert n_units.tolist() == [1]


@settings(deadline=None)
@given(st.lists(stay, max_size=12), st.integers(0, 15), st.integers(0, 15))
def test_visits_are_groups_of_stays_that_are_long_enough(stays, back_within, at_least):
    rows = sorted((cell, unit, t, t + dt) for cell, unit, t, dt in stays)
    cell, unit, enter, leave = columns(rows)
    n_visits, n_units = visits(cell, unit, enter, leave, 3, back_within, at_least)
    for at in range(3):
        units = sorted({u for c, u, _, _ in rows if c == at})
        assert n_units[at] == len(units)
        groups = []
        for who in units:
            mine = [(a, b) for c, u, a, b in rows if c == at and u == who]
            groups.append([mine[0]])
            for before, (a, b) in enumerate(mine[1:], start=1):
                if a - max(end for _, end in mine[:before]) > back_within:
                    groups.append([])
                groups[-1].append((a, b))
        assert n_visits[at] == sum(sum(b - a for a, b in g) >= at_least for g in groups)
