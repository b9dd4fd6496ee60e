import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.kernels.small_prisms import BLOCK
from geogrid.kernels.space_time_prism import Prisms, prism_bounds
from geogrid.kernels.walk import SILENT, WalkRules, walk
from tests.coordinates import between
from tests.kernels.plain_prisms import plain_bounds

FAST = 40_000.0  # cells/s: whatever a drawn segment needs
CELL_MM = 250e3
# Quarters of a cell put fixes on lines and corners, where the kernels must agree; the rest is free.
quarter = st.integers(-12, 12).map(lambda n: n / 4)
place = st.one_of(quarter, between(-3.0, 3.0))
fix = st.tuples(place, place, st.integers(1, 20_000))  # x, y, ms since the fix before
tracks = st.lists(fix, min_size=2, max_size=8)
spare = st.sampled_from([1.0, 1.0 + 1e-12, 1.01, 1.5, 20.0])  # of the speed that is needed
cuts = st.lists(st.integers(1, 60_000), max_size=4, unique=True)


def arrays(track):
    x, y, step = (np.array(column) for column in zip(*track, strict=True))
    return np.cumsum(step).astype(np.int64), x.astype(float), y.astype(float)


def needed(t, x, y):
    return np.hypot(np.diff(x), np.diff(y)) / np.diff(t)


def hours_between(cut, t):
    """Return limits of hours around and inside a track, and the number of each hour."""
    inner = [at for at in sorted(cut) if at < t[-1] + 1]
    edges = np.array([0, *inner, t[-1] + 1], dtype=np.int64)
    return edges, np.arange(edges.size - 1, dtype=np.int8)


def bounds(t, x, y, *, speed, reach=np.inf, edges=None, sure=True):
    """Return {(row, col, hour): (lo, hi)} of one track."""
    if edges is None:
        edges = np.array([t[0], t[-1] + 1], dtype=np.int64)
    prisms = Prisms(
        t,
        x,
        y,
        np.append(np.broadcast_to(speed, t.size - 1), 0.0).astype(float),
        np.append(np.broadcast_to(reach, t.size - 1), 0.0).astype(float),
        np.broadcast_to(sure, t.size).copy(),
    )
    found = prism_bounds(prisms, edges, np.arange(edges.size - 1, dtype=np.int8))
    keys = list(zip(found.row.tolist(), found.col.tolist(), found.hour.tolist(), strict=True))
    assert keys == sorted(set(keys))
    assert (found.lo_ms >= 0).all()
    return dict(
        zip(keys, zip(found.lo_ms.tolist(), found.hi_ms.tolist(), strict=True), strict=True)
    )


near_place = st.one_of(st.integers(28, 36).map(lambda n: n / 4), between(7.0, 9.0))
near_fix = st.tuples(near_place, near_place, st.integers(1, 20_000), st.sampled_from([1, 1, 1, 0]))
near_tracks = st.lists(near_fix, min_size=2, max_size=8)


@settings(deadline=None, max_examples=300)
@given(
    near_tracks,
    spare,
    st.sampled_from([1.0, 1.01, 1.2, 2.0, np.inf]),
    cuts,
    st.sampled_from([0.0, -16.0, 2.5, 3_002.0]),
)
def test_bounds_are_those_of_each_segment_hour_and_cell_by_itself(
    track, faster, longer, cut, shift
):
    # Around the corner of four tiles, or well inside of one.
    t, x, y = arrays([fix[:3] for fix in track])
    x, y, sure = x + shift, y - shift, np.array([fix[3] for fix in track], np.bool_)
    edges, _ = hours_between(cut, t)
    clock = (np.arange(edges.size - 1) % 2).astype(np.int8)
    speed = np.maximum(needed(t, x, y) * faster, 2e-5)
    speed[::5] = 0.0 if t.size > 4 else speed[::5]
    reach = np.full(t.size - 1, np.inf)
    if longer < np.inf:
        reach = np.hypot(np.diff(x), np.diff(y)) * longer
    prisms = Prisms(t, x, y, np.append(speed, 0.0), np.append(reach, 0.0), sure)
    found = prism_bounds(prisms, edges, clock)
    rows = zip(*(column.tolist() for column in found), strict=True)
    assert {row[:3]: row[3:] for row in rows} == plain_bounds(prisms, edges, clock)


def test_a_stray_fix_far_off_changes_nothing_of_the_others():
    rng = np.random.default_rng(6)
    n = 40
    t = np.arange(n) * 1_000
    x, y = rng.uniform(7.5, 8.5, (2, n))
    x[20], y[20] = 4e5, -4e5
    speed = np.full(n, 2e-3)
    speed[19:21] = 0.0
    prisms = Prisms(t, x, y, speed, np.full(n, 1.5), np.ones(n, np.bool_))
    edges, clock = np.array([500, 20_250, 38_500]), np.array([4, 3], dtype=np.int8)
    found = prism_bounds(prisms, edges, clock)
    rows = list(zip(*(column.tolist() for column in found), strict=True))
    assert rows == sorted(rows)
    assert {row[:3]: row[3:] for row in rows} == plain_bounds(prisms, edges, clock)


def two_fixes(x0, y0, x1, y1, ms, **limits):
    t, x, y = np.array([0, ms], dtype=np.int64), np.array([x0, x1]), np.array([y0, y1])
    return {cell[:2]: time for cell, time in bounds(t, x, y, **limits).items()}


def walked(t, x, y, edges):
    """Return {(row, col, hour): ms} at constant speed."""
    n = t.size
    runs = walk(
        np.zeros(n, np.int32),
        t,
        x,
        y,
        np.zeros(n, np.bool_),
        CELL_MM,
        WalkRules(10**9, FAST * CELL_MM, 1.0),
        edges,
    )
    assert (runs.kind > SILENT).all()
    time: dict[tuple[int, int, int], int] = {}
    for row, col, hour, enter, leave in zip(
        runs.row, runs.col, runs.hour, runs.enter, runs.leave, strict=True
    ):
        key = (int(row), int(col), int(hour))
        time[key] = time.get(key, 0) + int(leave - enter)
    return time


@settings(deadline=None, max_examples=200)
@given(tracks, spare, st.sampled_from([1.0, 1.2, np.inf]), cuts)
def test_time_at_constant_speed_lies_between_the_bounds(track, faster, longer, cut):
    t, x, y = arrays(track)
    edges, _ = hours_between(cut, t)
    need = needed(t, x, y)
    reach = np.hypot(np.diff(x), np.diff(y)) * longer if longer < np.inf else np.inf
    found = bounds(t, x, y, speed=np.maximum(need * faster, 1e-9), reach=reach, edges=edges)
    time = walked(t, x, y, edges)
    assert time.keys() <= found.keys() | {key for key, ms in time.items() if ms == 0}
    for key, (lo, hi) in found.items():
        assert lo <= time.get(key, 0) <= hi


@settings(deadline=None, max_examples=100)
@given(tracks, spare, cuts)
def test_hours_sum_to_the_bounds_of_the_whole(track, faster, cut):
    t, x, y = arrays(track)
    speed = np.maximum(needed(t, x, y) * faster, 1e-4)
    edges, _ = hours_between(cut, t)
    whole, split = bounds(t, x, y, speed=speed), {}
    for (row, col, _hour), (lo, hi) in bounds(t, x, y, speed=speed, edges=edges).items():
        before = split.get((row, col, 0), (0, 0))
        split[row, col, 0] = (before[0] + lo, before[1] + hi)
    assert split == whole


@settings(deadline=None, max_examples=100)
@given(tracks, st.floats(1.0, 3.0), st.floats(1.0, 3.0))
def test_a_faster_unit_can_be_anywhere_longer_and_must_be_nowhere_longer(track, slow, faster):
    t, x, y = arrays(track)
    need = np.maximum(needed(t, x, y), 1e-4)
    narrow, wide = (bounds(t, x, y, speed=need * slow * more) for more in (1.0, faster))
    assert narrow.keys() <= wide.keys()
    for key, (lo, hi) in narrow.items():
        assert wide[key][0] <= lo
        assert hi <= wide[key][1]


@settings(deadline=None, max_examples=100)
@given(place, place, place, place, st.integers(1, 20_000), st.floats(1.0, 5.0))
def test_the_way_back_has_the_bounds_of_the_way_there(x0, y0, x1, y1, ms, faster):
    speed = max(np.hypot(x1 - x0, y1 - y0) / ms, 1e-4) * faster
    there = two_fixes(x0, y0, x1, y1, ms, speed=speed)
    back = two_fixes(x1, y1, x0, y0, ms, speed=speed)
    for cell in there.keys() | back.keys():
        # a float may fall on the other side of a rounding
        np.testing.assert_allclose(there.get(cell, (0, 0)), back.get(cell, (0, 0)), atol=1)


def test_most_stays_agree_with_distances_by_shapely_and_ways_over_many_points():
    rng = np.random.default_rng(3)
    row, col = np.divmod(np.arange(400), 20)
    row, col = row - 10, col - 10
    squares = shapely.box(col, row, col + 1, row + 1)
    rim = shapely.get_coordinates(shapely.segmentize(shapely.box(0, 0, 1, 1), 0.01))
    for _ in range(40):
        x0, y0, x1, y1 = rng.uniform(-2.0, 2.0, 4)
        ms = int(rng.integers(1_000, 60_000))
        apart = np.hypot(x1 - x0, y1 - y0)
        way = apart + rng.uniform(0.0, 6.0)
        reach = apart + rng.uniform(0.2, 1.0) * (way - apart)
        far0 = shapely.distance(squares, shapely.points(x0, y0))
        far1 = shapely.distance(squares, shapely.points(x1, y1))
        x, y = col[:, None] + rim[:, 0], row[:, None] + rim[:, 1]
        by_rim = np.min(np.hypot(x - x0, y - y0) + np.hypot(x - x1, y - y1), axis=1)
        holds = (far0 == 0.0) | (far1 == 0.0)
        exact = ms - (far0 + far1) * ms / way
        found = two_fixes(x0, y0, x1, y1, ms, speed=way / ms, reach=reach)
        hi = np.array(
            [found.get((int(r), int(c)), (0, 0))[1] for r, c in zip(row, col, strict=True)]
        )
        # both ends are rounded outward to whole milliseconds
        can = holds | (by_rim <= reach)
        assert np.all(hi[can] >= exact[can] - 1e-6)
        assert np.all(hi[can] <= exact[can] + 2.0)
        assert np.all(hi[~holds & (by_rim > reach + 0.01)] == 0)  # points are 0.01 apart


def test_least_stays_agree_with_ways_over_points_of_the_sides():
    rng = np.random.default_rng(4)
    side = np.linspace(0.0, 1.0, 2_001)
    line = np.concatenate(
        [[side, 0 * side], [side, 0 * side + 1], [0 * side, side], [0 * side + 1, side]], 1
    )
    for _ in range(100):
        (x0, x1), (y0, y1) = rng.uniform(0.0, 1.0, 2), rng.uniform(0.0, 1.0, 2)
        way = np.hypot(x1 - x0, y1 - y0) + rng.uniform(0.0, 1.0)
        out = np.hypot(line[0] - x0, line[1] - y0)
        back = np.hypot(line[0] - x1, line[1] - y1)
        ((lo, hi),) = (two_fixes(x0, y0, x1, y1, 10_000, speed=way / 10_000)[0, 0],)
        if np.min(out + back) > way + 1e-3:  # the sampled way is a little too long
            assert lo == 10_000
        elif np.min(out + back) < way:
            exact = (out.min() + back.min()) / way * 10_000
            assert exact - 12.0 <= lo <= exact
        assert hi == 10_000


def test_a_hand_worked_segment_over_three_cells():
    # Two cells east in 10 s at up to 0.3 cells/s: a way of 3. From the middle of cell 0 to the
    # middle of cell 2 every way leaves cell 0 after 1.667 s at the earliest and stays 10 s at
    # most less the way back to cell 2: 1.5 / 0.3 = 5 s. Cell 1: 0.5 + 0.5 cells of way outside.
    found = two_fixes(0.5, 0.5, 2.5, 0.5, 10_000, speed=0.3e-3)
    assert found[0, 0] == (1_666, 5_000)
    assert found[0, 1] == (0, 6_668)  # 6,666.7 rounded outward at both ends
    assert found[0, 2] == (1_666, 5_000)
    beside = 10_000 - 2 * np.hypot(0.5, 0.5) / 0.3e-3
    assert found[1, 1][0] == 0
    assert beside <= found[1, 1][1] <= beside + 2.0


def test_a_unit_that_cannot_get_out_and_back_was_in_its_cell_all_the_time():
    assert two_fixes(0.5, 0.5, 0.5, 0.5, 9_000, speed=1e-4) == {(0, 0): (9_000, 9_000)}


def test_time_for_going_out_and_back_is_not_sure():
    found = two_fixes(0.5, 0.5, 0.5, 0.5, 20_000, speed=1e-4)  # two cells of way, one to get out
    assert found[0, 0] == (10_000, 20_000)
    assert found[0, 1] == (0, 10_000)


def test_of_a_fix_that_is_not_sure_no_least_time_counts():
    t, x, y = np.array([0, 10_000]), np.array([0.5, 2.5]), np.array([0.5, 0.5])
    found = bounds(t, x, y, speed=0.3e-3, sure=np.array([False, True]))
    assert found[0, 0, 0] == (0, 5_000)
    assert found[0, 2, 0] == (1_666, 5_000)


def test_a_shorter_reach_leaves_out_detours_only():
    free = two_fixes(0.5, 0.5, 2.5, 0.5, 60_000, speed=1e-4)
    bound = two_fixes(0.5, 0.5, 2.5, 0.5, 60_000, speed=1e-4, reach=2.2)
    assert set(bound) == {(0, 0), (0, 1), (0, 2)}
    assert {cell: free[cell] for cell in bound} == bound


def test_segments_without_speed_and_outside_the_day_count_nowhere():
    t = np.array([0, 1_000, 2_000, 3_000, 4_000], dtype=np.int64)
    x = y = np.full(5, 0.5)
    edges = np.array([1_500, 3_000], dtype=np.int64)
    speed = np.array([1e-6, 1e-6, 0.0, 1e-6])
    assert bounds(t, x, y, speed=speed, edges=edges) == {(0, 0, 0): (500, 500)}


def test_two_hours_of_one_number_on_the_clock_are_summed():
    t, x, y = np.array([0, 10_000]), np.array([0.5, 0.5]), np.array([0.5, 0.5])
    prisms = Prisms(t, x, y, np.array([1e-6, 0.0]), np.full(2, np.inf), np.ones(2, np.bool_))
    edges = np.array([0, 4_000, 10_000], dtype=np.int64)
    found = prism_bounds(prisms, edges, np.array([2, 2], dtype=np.int8))
    assert found.hour.tolist() == [2]
    assert found.hi_ms.tolist() == [10_000]


def test_many_tracks_far_apart_give_the_sums_of_each():
    # More tiles than the first table has room for.
    rng = np.random.default_rng(5)
    n = 1_100
    x, y = rng.uniform(-4e5, 4e5, (2, n)).repeat(2, axis=1) + rng.uniform(0.0, 2.0, (2, 2 * n))
    t = np.tile(np.array([0, 60_000], dtype=np.int64), n)
    speed = np.zeros(2 * n)
    speed[::2] = 1e-4
    prisms = Prisms(t, x, y, speed, np.full(2 * n, np.inf), np.ones(2 * n, np.bool_))
    edges, clock = np.array([0, 60_000], dtype=np.int64), np.zeros(1, np.int8)
    together = prism_bounds(prisms, edges, clock)
    lo, hi = 0, 0
    for i in range(0, 2 * n, 2):
        one = prism_bounds(Prisms(*(column[i : i + 2] for column in prisms)), edges, clock)
        lo, hi = lo + int(one.lo_ms.sum()), hi + int(one.hi_ms.sum())
    assert (together.lo_ms.sum(), together.hi_ms.sum()) == (lo, hi)
    place = np.stack([together.row, together.col], axis=1)
    assert np.unique(place, axis=0).shape == place.shape
    assert together.row.min() < -1e5


def test_a_long_track_has_the_sums_of_its_parts():
    # More segments than are worked out at once, and cells on both sides of the origin.
    rng = np.random.default_rng(7)
    n = 2 * BLOCK + 2
    t, (x, y) = np.arange(n) * 1_000, np.cumsum(rng.normal(0.0, 0.1, (2, n)), axis=1)
    speed, reach = np.full(n, 2e-3), np.full(n, 1.2)
    prisms = Prisms(t, x, y, speed, reach, np.ones(n, np.bool_))
    edges, clock = np.array([0, n * 1_000]), np.zeros(1, np.int8)
    sums = {}
    for first in range(0, n - 1, 100):
        part = Prisms(*(column[first : first + 101] for column in prisms))
        for key, (lo, hi) in plain_bounds(part, edges, clock).items():
            before = sums.get(key, (0, 0))
            sums[key] = (before[0] + lo, before[1] + hi)
    found = prism_bounds(prisms, edges, clock)
    rows = zip(*(column.tolist() for column in found), strict=True)
    assert {row[:3]: row[3:] for row in rows} == sums


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_fixes_have_no_bounds(n):
    nothing = np.zeros(n)
    prisms = Prisms(np.zeros(n, np.int64), nothing, nothing, nothing, nothing, np.ones(n, np.bool_))
    edges = np.array([0, 1], dtype=np.int64)
    assert prism_bounds(prisms, edges, np.zeros(1, np.int8)).row.size == 0
