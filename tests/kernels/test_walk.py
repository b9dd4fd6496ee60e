"""The walk through cells and hours: exact sums, shapely's lengths, corners, and dirt."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.kernels.walk import (
    DEPOT,
    MOVING,
    REJECTED,
    SILENT,
    STANDING,
    WalkRules,
    walk,
)
from tests.coordinates import between

HOUR = 3_600_000
CELL_MM = 250_000.0
RULES = WalkRules(max_gap_ms=300_000, max_mm_per_ms=45.0, standing_mm_per_ms=1.0)
ANY = WalkRules(max_gap_ms=10**16, max_mm_per_ms=1e12, standing_mm_per_ms=0.0)
DAY = np.arange(0, 25 * HOUR, HOUR)
coord = between(0.0, 8.0)
on_lines = st.integers(0, 16).map(lambda k: k / 2)  # lines, corners and middles
place = st.tuples(coord | on_lines, coord | on_lines)


def walked(t, xy, *, rules=ANY, depot=None, edges=DAY, unit=None):
    t, xy = np.asarray(t, np.int64), np.asarray(xy, np.float64).reshape(-1, 2)
    unit = np.zeros(t.size, np.int32) if unit is None else np.asarray(unit, np.int32)
    depot = np.zeros(t.size, np.bool_) if depot is None else np.asarray(depot, np.bool_)
    x, y = (np.ascontiguousarray(side) for side in xy.T)
    return walk(unit, t, x, y, depot, CELL_MM, rules, edges)


def pieces(runs):
    return [
        (int(c), int(r), int(b - a), int(m))
        for c, r, a, b, m in zip(runs.col, runs.row, runs.enter, runs.leave, runs.mm, strict=True)
    ]


def by_cell(runs):
    cells = {}
    for col, row, ms, mm in pieces(runs):
        had = cells.get((col, row), (0, 0))
        cells[col, row] = (had[0] + ms, had[1] + mm)
    return cells


@settings(deadline=None)
@given(st.lists(place, min_size=2, max_size=8), st.integers(1, 10**9))
def test_time_and_distance_per_cell_are_those_of_shapely(xy, step):
    t = np.arange(len(xy)) * step
    edges = np.array([0, t[-1] + 1])
    cells = by_cell(walked(t, xy, edges=edges))
    expected_ms, expected_mm = {}, {}
    for (x0, y0), (x1, y1) in itertools.pairwise(xy):
        length = np.hypot(x1 - x0, y1 - y0)
        for cell in [(c, r) for c in range(9) for r in range(9)]:
            # Half-open cells: a segment along a line belongs to the cell above or right of it.
            along_x = x0 == x1 and x0 == cell[0] + 1
            along_y = y0 == y1 and y0 == cell[1] + 1
            if length < 1e-9 or along_x or along_y:
                continue
            box = shapely.box(cell[0], cell[1], cell[0] + 1, cell[1] + 1)
            inside = shapely.intersection(shapely.LineString([(x0, y0), (x1, y1)]), box).length
            expected_ms[cell] = expected_ms.get(cell, 0.0) + inside / length * step
            expected_mm[cell] = expected_mm.get(cell, 0.0) + inside * CELL_MM
    standing = sum(np.hypot(*np.subtract(a, b)) < 1e-9 for a, b in itertools.pairwise(xy))
    tolerance = len(xy) * (1.0 + 1e-9 * step)
    for cell in cells | expected_ms.keys() if not standing else ():
        ms, mm = cells.get(cell, (0, 0))
        assert ms == pytest.approx(expected_ms.get(cell, 0.0), abs=tolerance)
        assert mm == pytest.approx(expected_mm.get(cell, 0.0), abs=2.0 * len(xy))
    assert sum(ms for ms, _ in cells.values()) == t[-1]


@settings(deadline=None, max_examples=60)
@given(place, place)
def test_over_a_long_time_shares_agree_with_shapely_to_1e_9(start, end):
    long = 10**15  # ms: rounding to whole milliseconds is 1e-15 of it
    length = np.hypot(end[0] - start[0], end[1] - start[1])
    if length < 1e-3 or start[0] == end[0] or start[1] == end[1]:
        return
    line = shapely.LineString([start, end])
    cells = by_cell(walked([0, long], [start, end], edges=np.array([0, long + 1])))
    for (col, row), (ms, _) in cells.items():
        share = shapely.intersection(line, shapely.box(col, row, col + 1, row + 1)).length / length
        assert ms / long == pytest.approx(share, abs=1e-9)


@settings(deadline=None)
@given(st.data())
def test_splitting_a_segment_changes_sums_by_rounding_alone(data):
    start, end = data.draw(place), data.draw(place)
    dt = 300_000
    cut = data.draw(st.integers(1, dt - 1))
    middle = tuple(a + (b - a) * cut / dt for a, b in zip(start, end, strict=True))
    whole = by_cell(walked([0, dt], [start, end]))
    halves = by_cell(walked([0, cut, dt], [start, middle, end]))
    assert sum(ms for ms, _ in halves.values()) == sum(ms for ms, _ in whole.values()) == dt
    for cell in whole | halves:
        # A float at most moves the middle across a line by 1e-15 of a cell: 2 ms and 2 mm cover it.
        assert whole.get(cell, (0, 0)) == pytest.approx(halves.get(cell, (0, 0)), abs=3)


@settings(deadline=None)
@given(st.lists(st.tuples(coord, coord), min_size=2, max_size=10))
def test_a_track_driven_backwards_stays_as_long_in_each_cell(xy):
    t = np.arange(len(xy)) * 60_000
    there, back = by_cell(walked(t, xy)), by_cell(walked(t, xy[::-1]))
    for cell in there | back:
        if any(x in (cell[0], cell[0] + 1) or y in (cell[1], cell[1] + 1) for x, y in xy):
            continue  # on a line: half-open cells are not symmetrical
        ms, mm = there.get(cell, (0, 0))
        assert back.get(cell, (0, 0)) == (
            pytest.approx(ms, abs=2 * len(xy)),
            pytest.approx(mm, abs=2 * len(xy)),
        )


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 90 * 60_000), place, st.booleans()), min_size=2, max_size=12),
    st.integers(-2 * HOUR, 23 * HOUR),
)
def test_every_millisecond_inside_the_day_is_in_one_run(steps, start):
    t = start + np.cumsum([dt for dt, _, _ in steps])
    xy, depot = [p for _, p, _ in steps], [d for _, _, d in steps]
    runs = walked(t, xy, rules=RULES, depot=depot)
    inside = max(0, min(t[-1], DAY[-1]) - max(t[0], 0))
    assert (runs.leave - runs.enter).sum() == inside
    assert (runs.leave >= runs.enter).all()
    assert (runs.enter[1:] >= runs.leave[:-1]).all()
    assert (runs.enter // HOUR == runs.hour).all()
    assert ((runs.leave - 1) // HOUR == runs.hour)[runs.leave > runs.enter].all()


def test_a_diagonal_through_corners_touches_no_cell_beside_it():
    assert pieces(walked([0, 4000], [(0.5, 0.5), (2.5, 2.5)])) == [
        (0, 0, 1000, 176_777),
        (1, 1, 2000, 353_553),
        (2, 2, 1000, 176_777),
    ]


def test_a_way_along_a_line_belongs_to_the_cell_above_or_right_of_it():
    assert pieces(walked([0, 1000], [(0.0, 1.0), (0.5, 1.0)])) == [(0, 1, 1000, 125_000)]
    assert pieces(walked([0, 1000], [(1.0, 0.5), (1.0, 0.0)])) == [(1, 0, 1000, 125_000)]
    assert pieces(walked([0, 1000], [(1.0, 0.5), (0.0, 0.5)])) == [(0, 0, 1000, 250_000)]
    assert pieces(walked([0, 1000], [(0.0, 0.5), (1.0, 0.5)])) == [(0, 0, 1000, 250_000)]


def test_standing_time_stays_where_it_is():
    runs = walked([0, 300_000, 600_000], [(1.0, 1.0)] * 3, rules=RULES)
    assert pieces(runs) == [(1, 1, 600_000, 0)]
    assert runs.kind.tolist() == [STANDING]


def test_a_millisecond_is_not_lost_over_several_cells():
    runs = walked([0, 1], [(0.5, 0.5), (3.5, 0.5)])
    assert (runs.leave - runs.enter).sum() == 1
    assert runs.mm.sum() == 750_000


def test_hours_and_midnight_cut_a_segment_exactly():
    edges = np.array([HOUR, 2 * HOUR, 3 * HOUR])
    track = ([HOUR - 1, 2 * HOUR, 3 * HOUR + 1], [(0.5, 0.5), (1.5, 0.5), (0.5, 0.5)])
    runs = walked(*track, edges=edges)
    assert runs.enter[0] == HOUR
    assert runs.leave[-1] == 3 * HOUR
    assert (runs.leave - runs.enter).sum() == 2 * HOUR
    assert runs.hour.tolist() == sorted(runs.hour.tolist())
    assert runs.leave[runs.hour == 0].max() == runs.enter[runs.hour == 1].min() == 2 * HOUR


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 400_000), place), min_size=2, max_size=12), st.data())
def test_two_days_sum_to_the_run_over_both(steps, data):
    t = np.cumsum([dt for dt, _ in steps])
    xy = [p for _, p in steps]
    midnight = data.draw(st.integers(1, int(t[-1])))
    end = int(t[-1]) + 1
    whole = by_cell(walked(t, xy, rules=RULES, edges=np.array([0, midnight, end])))
    both = by_cell(walked(t, xy, rules=RULES, edges=np.array([0, midnight])))
    for cell, (ms, mm) in by_cell(
        walked(t, xy, rules=RULES, edges=np.array([midnight, end]))
    ).items():
        had = both.get(cell, (0, 0))
        both[cell] = (had[0] + ms, had[1] + mm)
    assert {c: v for c, v in both.items() if any(v)} == {c: v for c, v in whole.items() if any(v)}


def test_a_gap_of_just_the_limit_is_driven_and_one_millisecond_more_is_silent():
    driven = walked([0, 300_000], [(0.5, 0.5), (5.5, 0.5)], rules=RULES)
    assert set(driven.kind.tolist()) == {MOVING}
    silent = walked([0, 300_001], [(0.5, 0.5), (5.5, 0.5)], rules=RULES)
    assert pieces(silent) == [(0, 0, 300_001, 0)]
    assert silent.kind.tolist() == [SILENT]


def test_too_fast_a_segment_is_rejected_where_it_began():
    just = walked([0, 1000], [(0.5, 0.5), (0.5 + 45e3 / CELL_MM, 0.5)], rules=RULES)
    assert just.kind.tolist() == [MOVING]
    runs = walked([0, 1000], [(0.5, 0.5), (1.5, 0.5)], rules=RULES)
    assert pieces(runs) == [(0, 0, 1000, 0)]
    assert runs.kind.tolist() == [REJECTED]


def test_a_jump_across_the_world_takes_no_room():
    runs = walked([0, 1000], [(0.5, 0.5), (4e8, -4e8)], rules=RULES)
    assert pieces(runs) == [(0, 0, 1000, 0)]


def test_only_a_stay_with_both_fixes_in_a_depot_is_depot_time():
    t, xy = [0, 1000, 2000, 3000], [(1.5, 1.5)] * 4
    runs = walked(t, xy, rules=RULES, depot=[True, True, False, True])
    assert runs.kind.tolist() == [DEPOT, STANDING]
    assert pieces(runs) == [(1, 1, 1000, 0), (1, 1, 2000, 0)]
    through = walked([0, 1000], [(1.5, 1.5), (1.55, 1.5)], rules=RULES, depot=[True, True])
    assert through.kind.tolist() == [MOVING]


def test_units_are_never_joined():
    runs = walked([0, 1000, 0, 1000], [(0.5, 0.5)] * 2 + [(9.5, 0.5)] * 2, unit=[0, 0, 1, 1])
    assert runs.unit.tolist() == [0, 1]
    assert pieces(runs) == [(0, 0, 1000, 0), (9, 0, 1000, 0)]


def test_a_silence_of_several_days_fills_each_day_between():
    for day in (1, 2):
        edges = DAY + day * 24 * HOUR
        runs = walked([0, 4 * 24 * HOUR], [(0.5, 0.5), (7.5, 0.5)], rules=RULES, edges=edges)
        assert (runs.leave - runs.enter).sum() == 24 * HOUR
        assert set(runs.kind.tolist()) == {SILENT}
        assert len(runs.kind) == 24
