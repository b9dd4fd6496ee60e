"""The scan of a month's rows against the kernels that look at all stays at once."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.kernels import month_scan as scan
from geogrid.kernels.month_rows import SLOTS, by_cell, slot_rows, sort_in_cells, stay_rows
from geogrid.kernels.stays import presence, visits

DAY = 86_400_000
MONTH_MS = 2 * DAY  # short, so that a stay in ten is near an edge
CELLS, UNITS = 3, 3
BACK, LEAST = 300_000, 10_000
length = st.sampled_from([0, 1, 5_000, 10_000, 299_999, 300_000, 300_001, 9 * 3_600_000])
leg = st.tuples(st.integers(0, CELLS - 1), length, length)
drive = st.lists(leg, max_size=12)


def stays_of(drives, begin):
    """Return stays (cell, unit, enter, leave) that follow each other, unit by unit."""
    stays = []
    for unit, legs in enumerate(drives):
        now = begin
        for cell, away, stayed in legs:
            now += away
            stays.append((cell, unit, now, now + stayed))
            now += stayed
    return stays


def counted(stays, n_months):
    """Return the counts of stays that lie in months of two days, none across an edge."""
    counts, open_visits = scan.no_counts(CELLS), scan.no_visits()
    seen = np.zeros((CELLS, 1), np.uint64)
    end = n_months * MONTH_MS
    parts = scan.Parts(*(np.array([t], np.int64) for t in (0, end, 0)))
    for month in range(n_months):
        start = month * MONTH_MS
        held = [s for s in stays if start <= s[2] and s[3] <= start + MONTH_MS]
        held = [s for s in held if s[2] < start + MONTH_MS]
        cell, unit, enter, leave = (np.array([s[i] for s in held], np.int64) for i in range(4))
        rows = by_cell([stay_rows(cell.astype(np.int32), enter, leave, unit, start, 2)], CELLS)
        sort_in_cells(rows.start, rows.rows)
        hours = MONTH_MS // scan.HOUR_MS + 1
        frame = scan.Frame(
            start_ms=start,
            unit_bits=2,
            unit=np.arange(UNITS),
            part_at=np.zeros(hours, np.int64),
            day_at=np.arange(hours) // 24,
            day_start=np.array([0, DAY, 2 * DAY]),
            day_number=2 * month,
        )
        limits = scan.Limits(BACK, LEAST, start + MONTH_MS, 0)
        open_visits = scan.add_stays(
            rows, 0, rows.position.size, frame, parts, limits, open_visits, counts, seen
        )
    np.add.at(counts[:, scan.VISITS], open_visits.cell, open_visits.stayed >= LEAST)
    return counts, end


@settings(deadline=None)
@given(st.lists(drive, max_size=UNITS))
def test_the_scan_counts_what_the_kernels_of_stays_count(drives):
    whole = stays_of(drives, DAY + 23 * 3_600_000)
    edges = [DAY * i for i in range(1, 40)]
    stays = []  # as days are derived: cut at midnight
    for cell, unit, enter, leave in whole:
        cuts = [enter, *(e for e in edges if enter < e < leave), leave]
        stays += [(cell, unit, a, b) for a, b in pairwise(cuts)]
    counts, end = counted(stays, 12)
    by_unit = np.array(sorted(stays, key=lambda s: (s[0], s[1])), np.int64).reshape(-1, 4).T
    by_time = np.array(sorted(stays, key=lambda s: (s[0], s[2])), np.int64).reshape(-1, 4).T
    n_visits, n_units = visits(*by_unit, CELLS, BACK, LEAST)
    present, absent = presence(by_time[0], by_time[2], by_time[3], CELLS, end)
    assert counts[:, scan.VISITS].tolist() == n_visits.tolist()
    assert counts[:, scan.UNITS].tolist() == n_units.tolist()
    assert counts[:, scan.PRESENT].tolist() == present.tolist()
    found = np.maximum(counts[:, scan.LONGEST], end - counts[:, scan.UNTIL])
    assert found.tolist() == absent.tolist()


def test_two_cars_that_overlap_are_two_visits_and_one_presence():
    minute = 60_000
    ten = 10 * 60 * minute
    stays = [(1, 0, ten, ten + 15 * minute), (1, 1, ten + 5 * minute, ten + 20 * minute)]
    counts, _ = counted(stays, 1)
    assert counts[1, scan.PRESENT] == 1_200_000
    assert counts[1, [scan.VISITS, scan.PASSES, scan.UNITS, scan.DAYS]].tolist() == [2, 2, 2, 1]
    assert counts[1, [scan.FIRST, scan.LAST]].tolist() == [ten, ten + 20 * minute]
    assert counts[[0, 2], scan.PASSES].tolist() == [0, 0]


def test_only_wanted_slots_are_added_up():
    cell = np.array([4, 4, 4, 2], np.int32)
    slot, ones = np.array([0, 1, 743, 1]), np.ones(4, np.int64)
    rows = by_cell([slot_rows(cell, slot, 10 * ones, 7 * ones, np.array([1, 0, 0, 1]))], 6)
    wanted = np.zeros(SLOTS, np.uint64)
    wanted[[1, 743]] = ~np.uint64(0)
    sums, marked = np.zeros((2, 6), np.int64), np.zeros(6, np.bool_)
    scan.add_sums(rows, 0, rows.position.size, wanted, sums, marked)
    assert sums.tolist() == [[0, 0, 10, 0, 20, 0], [0, 0, 7, 0, 14, 0]]
    assert marked.tolist() == [False, False, True, False, False, False]
