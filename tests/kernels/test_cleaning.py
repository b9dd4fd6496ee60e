"""Rules that clean fixes: each against a slow oracle, worked by hand, and cut at midnight."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.kernels.cleaning import (
    FROZEN,
    KEPT,
    SPIKE,
    Thresholds,
    cleaned,
    mark_frozen,
    mark_spikes,
)

MAX_M_S = 160.0 / 3.6
RULES = Thresholds(MAX_M_S, 300_000, 3, 30.0, 3, 180_000)
DAY = 86_400_000
SECOND = 1000
few = settings(deadline=None, max_examples=60)

# Mostly a unit that idles about a yard; now and then it is in the next town, or off the map.
# Whole metres, so that the oracles can compare without rounding.
yard = st.tuples(st.integers(-40, 40), st.integers(-40, 40))
idle = st.sampled_from([(0, 0), (3, -2)])
away = st.sampled_from([(900, 0), (20_000, 5_000), (100_000_000, 100_000_000)])
place = st.one_of(yard, idle, idle, idle, away)
step_s = st.one_of(st.integers(1, 120), st.integers(60, 400), st.integers(3600, 90_000))


@st.composite
def fixes(draw, start=0):
    """Draw unit, t, x, y of up to two units, sorted."""
    columns = []
    for unit in range(draw(st.integers(1, 2))):
        steps = draw(st.lists(st.tuples(step_s, place), min_size=1, max_size=16))
        t = start + SECOND * np.cumsum([s for s, _ in steps])
        x, y = np.array([p for _, p in steps], dtype=np.float64).T
        columns.append((np.full(t.size, unit, np.int32), t, x, y))
    return tuple(np.concatenate(column) for column in zip(*columns, strict=True))


@st.composite
def stands(draw):
    """Draw one unit that stands, drives off and comes back at a fix a second, and stands."""
    rows, t = [], 0
    for _ in range(draw(st.integers(1, 3))):
        for _ in range(draw(st.integers(3, 7))):
            t += draw(st.integers(20, 90))
            rows.append((t, *draw(st.tuples(st.integers(-12, 12), st.integers(-12, 12)))))
        for _ in range(draw(st.integers(0, 4))):
            t += 1
            rows.append((t, draw(st.integers(-60, 60)), draw(st.sampled_from([0, 0, 0, 5_000]))))
    return track(*rows)


@st.composite
def within(draw, made):
    """Draw fixes and a day: limits are half days, or times of fixes."""
    data = draw(made)
    times = st.sampled_from(data[1].tolist()) | st.integers(-1, 4).map(lambda k: k * DAY // 2)
    start, end = sorted([draw(times), draw(times)])
    return data, (start, end)


def track(*rows):
    """Return unit, t, x, y of one unit: seconds and metres."""
    t, x, y = np.array(rows, dtype=np.float64).T
    return np.zeros(t.size, np.int32), (SECOND * t).astype(np.int64), x, y


def clean(data, rules=RULES, day=(-DAY, 100 * DAY)):
    return cleaned(*data, rules, *day)


def too_far(a, b, dt_ms, max_m_s=MAX_M_S):
    square = Fraction(a[0] - b[0]) ** 2 + Fraction(a[1] - b[1]) ** 2
    return square * 1_000_000 > (Fraction(max_m_s) * dt_ms) ** 2


def units_of(unit):
    """Yield the slice of each unit."""
    for _, rows in itertools.groupby(range(unit.size), key=unit.__getitem__):
        part = list(rows)
        yield part[0], part[-1] + 1


def slow_spikes(t, xy):
    """Return the spikes of one unit, by the words of the rule."""

    def looks_like_one(i):
        return 0 < i < len(t) - 1 and (
            too_far(xy[i - 1], xy[i], t[i] - t[i - 1])
            and too_far(xy[i], xy[i + 1], t[i + 1] - t[i])
            and not too_far(xy[i - 1], xy[i + 1], t[i + 1] - t[i - 1])
        )

    like = [looks_like_one(i) for i in range(len(t))]
    return [
        i
        for i in range(len(t))
        if like[i] and not any(like[max(i - 1, 0) : i] + like[i + 1 : i + 2])
    ]


def slow_frozen(t, xy, kept, day):
    """Return the frozen fixes of one unit, by the words of the rule."""
    groups = [list(rows) for _, rows in itertools.groupby(kept, key=lambda i: xy[i])]
    found = []
    for group, after in itertools.pairwise(groups):
        following = after[0]
        inside = t[group[0]] >= day[0] and t[following] < day[1]
        stuck = too_far(xy[group[-1]], xy[following], t[following] - t[group[-1]])
        could = not too_far(xy[group[0]], xy[following], t[following] - t[group[0]])
        if len(group) >= RULES.frozen_fixes and inside and stuck and could:
            found += group[1:]
    return found


def slow_stays(t, xy, kept, day, max_m_s):
    """Yield the stays of one unit and their place, by the words of the rule."""
    inside = [i for i in kept if day[0] <= t[i] < day[1]]
    groups = []
    for i in inside[1:-1]:
        group = groups[-1] if groups else []
        if group and t[i] - t[group[-1]] <= RULES.max_gap_ms:
            off = [xy[i][k] - mean([xy[j][k] for j in group]) for k in (0, 1)]
            if off[0] ** 2 + off[1] ** 2 <= Fraction(RULES.stay_radius_m) ** 2:
                group.append(i)
                continue
        groups.append([i])
    final = dict(enumerate(xy))

    def spoilt(i, neighbour, place):
        dt = abs(t[i] - t[neighbour])
        possible = not too_far(final[neighbour], xy[i], dt, max_m_s)
        return possible and too_far(final[neighbour], place, dt, max_m_s)

    for stay in (list(group) for group in groups if t[group[-1]] - t[group[0]] >= RULES.stay_ms):
        place = tuple(mean([xy[i][k] for i in stay]) for k in (0, 1))
        while stay and spoilt(stay[0], inside[inside.index(stay[0]) - 1], place):
            del stay[0]
        while stay and spoilt(stay[-1], inside[inside.index(stay[-1]) + 1], place):
            del stay[-1]
        if len(stay) >= RULES.stay_fixes and t[stay[-1]] - t[stay[0]] >= RULES.stay_ms:
            final |= dict.fromkeys(stay, place)
            yield stay, place


def mean(values):
    return sum(Fraction(value) for value in values) / len(values)


def plain(data, first, after):
    _, t, x, y = data
    xy = list(zip(x[first:after].tolist(), y[first:after].tolist(), strict=True))
    return t[first:after].tolist(), xy


@few
@given(within(fixes()))
def test_spikes_and_frozen_fixes_are_those_of_the_slow_rules(case):
    data, day = case
    out = clean(data, day=day)
    for first, after in units_of(data[0]):
        t, xy = plain(data, first, after)
        spikes = slow_spikes(t, xy)
        frozen = slow_frozen(t, xy, [i for i in range(len(t)) if i not in spikes], day)
        expected = [
            SPIKE if i in spikes else FROZEN if i in frozen else KEPT for i in range(len(t))
        ]
        assert out.reason[first:after].tolist() == expected


@settings(deadline=None, max_examples=150)
@given(within(stands() | fixes()), st.sampled_from([7.3, 24.7, MAX_M_S]))
def test_stays_are_those_of_the_slow_rule(case, max_m_s):
    data, day = case
    out = clean(data, RULES._replace(max_m_s=max_m_s), day)
    x, y, rest = data[2].copy(), data[3].copy(), np.zeros(data[0].size, dtype=bool)
    for first, after in units_of(data[0]):
        t, xy = plain(data, first, after)
        kept = np.flatnonzero(out.reason[first:after] == KEPT).tolist()
        for stay, place in slow_stays(t, xy, kept, day, max_m_s):
            rows = first + np.array(stay)
            x[rows], y[rows] = float(place[0]), float(place[1])
            rest[rows] = True
    assert out.rest.tolist() == rest.tolist()
    for got, expected, given_there in ((out.x, x, data[2]), (out.y, y, data[3])):
        np.testing.assert_allclose(got, expected, rtol=1e-15, atol=1e-12)
        assert np.array_equal(got[~rest], given_there[~rest])


@few
@given(stands() | fixes(), st.sampled_from([1.0, 8.0, MAX_M_S]))
def test_no_way_that_was_possible_becomes_impossible(data, max_m_s):
    rules = RULES._replace(max_m_s=max_m_s)
    out = clean(data, rules)
    kept = np.flatnonzero(out.reason == KEPT)
    unit, t, x, y = data
    for i, j in itertools.pairwise(kept.tolist()):
        dt = int(t[j] - t[i])
        if unit[i] == unit[j] and not too_far((x[i], y[i]), (x[j], y[j]), dt, max_m_s):
            metres = np.hypot(out.x[j] - out.x[i], out.y[j] - out.y[i])
            assert metres * 1e3 <= max_m_s * dt * (1 + 1e-9)


@few
@given(fixes())
def test_a_stay_is_long_enough_and_near_its_place(data):
    out = clean(data)
    for (_, x, y), rows in itertools.groupby(
        np.flatnonzero(out.rest).tolist(), key=lambda i: (data[0][i], out.x[i], out.y[i])
    ):
        stay = list(rows)
        assert len(stay) >= RULES.stay_fixes
        assert data[1][stay[-1]] - data[1][stay[0]] >= RULES.stay_ms
        # A fix is within 30 m of the mean so far, which goes on: at most twice that.
        assert np.hypot(data[2][stay] - x, data[3][stay] - y).max() <= 2 * RULES.stay_radius_m


@few
@given(fixes(start=-DAY // 2))
def test_days_cleaned_apart_agree_on_the_fixes_next_to_midnight(data):
    unit, t, _, _ = data
    number = t // DAY
    views = {}
    for day in range(int(number.min()) - 1, int(number.max()) + 2):
        rows = np.concatenate(
            [
                np.concatenate(
                    [
                        at[number[at] < day][-3:],
                        at[number[at] == day],
                        at[number[at] > day][:3],
                    ]
                )
                for u in np.unique(unit)
                for at in [np.flatnonzero(unit == u)]
            ]
        )
        out = clean([column[rows] for column in data], day=(day * DAY, (day + 1) * DAY))
        views[day] = [(int(r), *values) for r, *values in zip(rows, *out, strict=True)]
    for day, midnight in ((day, (day + 1) * DAY) for day in views if day + 1 in views):
        for u in np.unique(unit):
            pairs = []
            for view in (views[day], views[day + 1]):
                kept = [v for v in view if unit[v[0]] == u and v[1] == KEPT]
                before = [v for v in kept if t[v[0]] < midnight][-1:]
                pairs.append(before + [v for v in kept if t[v[0]] >= midnight][:1])
            assert pairs[0] == pairs[1]
            assert not any(v[2] for v in pairs[0])  # at rest in neither
    whole = clean(data).reason
    for day, view in views.items():
        spikes = [v[0] for v in view if number[v[0]] == day and v[1] == SPIKE]
        assert spikes == np.flatnonzero((number == day) & (whole == SPIKE)).tolist()


@few
@given(fixes())
def test_inputs_stay_as_they_are(data):
    before = [column.copy() for column in data]
    clean(data)
    for column, copy in zip(data, before, strict=True):
        assert np.array_equal(column, copy)


@few
@given(fixes())
def test_once_spikes_are_out_there_are_no_more_and_so_with_frozen_fixes(data):
    for rule in (mark_spikes, mark_frozen):
        for first, after in units_of(data[0]):
            t, x, y = (column[first:after] for column in data[1:])
            limits = (MAX_M_S,) if rule is mark_spikes else (RULES, -DAY, 100 * DAY)
            reason = np.zeros(t.size, np.int8)
            rule(reason, 0, t.size, t, x, y, *limits)
            t, x, y = (column[reason == KEPT] for column in (t, x, y))
            again = np.zeros(t.size, np.int8)
            rule(again, 0, t.size, t, x, y, *limits)
            assert not again.any()


@few
@given(fixes(), st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_moving_the_map_moves_the_places(data, east, north):
    unit, t, x, y = data
    here, there = clean(data), clean((unit, t, x + east, y + north))
    assert np.array_equal(here.reason, there.reason)
    assert np.array_equal(here.rest, there.rest)
    np.testing.assert_allclose(here.x + east, there.x, rtol=0, atol=1e-7)


def test_a_teleport_there_and_back_is_a_spike():
    data = track((0, 0, 0), (10, 100, 0), (20, 20_000, 0), (30, 300, 0), (40, 400, 0))
    assert clean(data).reason.tolist() == [0, 0, SPIKE, 0, 0]


def test_a_lasting_jump_is_kept():
    data = track((0, 0, 0), (10, 100, 0), (20, 20_000, 0), (30, 20_100, 0), (40, 20_200, 0))
    assert clean(data).reason.tolist() == [0] * 5


def test_of_two_devices_under_one_name_neither_is_left_out():
    rows = [(10 * i, 20_000 * (i % 2), 5 * i) for i in range(12)]
    assert clean(track(*rows)).reason.tolist() == [0] * 12


def test_the_speed_limit_itself_is_possible():
    there = 10 * 50.0
    for beyond, spike in ((0.0, KEPT), (0.001, SPIKE)):
        data = track((0, 0, 0), (10, there + beyond, 0), (20, 0, 0))
        assert clean(data, RULES._replace(max_m_s=50.0)).reason[1] == spike


def test_a_receiver_that_says_an_old_place_20_times_and_then_jumps_was_frozen():
    drive = [(10 * i, 100 * i, 0) for i in range(5)]
    stuck = [(40 + 10 * i, 400, 0) for i in range(1, 20)]
    after = [(240 + 10 * i, 2_400 + 100 * i, 0) for i in range(5)]
    out = clean(track(*drive, *stuck, *after))
    assert out.reason.tolist() == [0] * 5 + [FROZEN] * 19 + [0] * 5
    assert not out.rest.any()


def test_a_frozen_receiver_beside_a_spike_is_seen():
    rows = [(0, 0, 0), (10, 0, 0), (20, 90_000, 0), (30, 0, 0), (40, 1_500, 0), (50, 1_600, 0)]
    assert clean(track(*rows)).reason.tolist() == [0, FROZEN, SPIKE, FROZEN, 0, 0]


@pytest.mark.parametrize(
    ("place_after", "why"),
    [(30.0, "a normal start"), (90_000.0, "too far from the first fix too: a lasting jump")],
)
def test_a_unit_that_stood_still_is_not_frozen(place_after, why):
    held = [(10 * i, 0, 0) for i in range(20)]
    data = track(*held, (200, place_after, 0), (210, place_after + 100, 0))
    assert not clean(data).reason.any(), why


def test_two_equal_places_are_too_few_to_be_frozen():
    data = track((0, 0, 0), (10, 0, 0), (20, 800, 0), (30, 900, 0))
    assert not clean(data).reason.any()
    assert clean(data, RULES._replace(frozen_fixes=2)).reason.tolist() == [0, FROZEN, 0, 0]


@pytest.mark.parametrize("cut_s", [5, 35, 45])
def test_frozen_fixes_that_reach_across_midnight_are_left(cut_s):
    rows = [(10, 0, 0), (20, 0, 0), (30, 0, 0), (40, 1_200, 0), (50, 1_300, 0)]
    reason = clean(track(*rows), day=(0, cut_s * SECOND)).reason.tolist()
    assert reason == ([0, FROZEN, FROZEN, 0, 0] if cut_s == 45 else [0] * 5)
    reason = clean(track(*rows), day=(cut_s * SECOND, DAY)).reason.tolist()
    assert reason == ([0, FROZEN, FROZEN, 0, 0] if cut_s == 5 else [0] * 5)


def test_a_parked_car_with_5_m_of_noise_goes_nowhere():
    rng = np.random.default_rng(1)
    noise = rng.normal(0.0, 5.0, (360, 2))
    t = SECOND * 10 * np.arange(360, dtype=np.int64)
    out = clean((np.zeros(360, np.int32), t, *np.ascontiguousarray(noise.T)))
    assert out.rest.tolist() == [False] + [True] * 358 + [False]
    assert np.ptp(out.x[1:-1]) == np.ptp(out.y[1:-1]) == 0.0
    np.testing.assert_allclose(out.x[1], noise[1:-1, 0].mean(), atol=1e-12)
    np.testing.assert_allclose(out.y[1], noise[1:-1, 1].mean(), atol=1e-12)
    assert np.hypot(*np.diff(noise, axis=0).T).sum() > 2_500  # metres that it seemed to go


def test_the_mean_of_equal_places_is_that_place_to_the_bit():
    data = track(*[(60 * i, 0.1, 1e8) for i in range(12)])
    out = clean(data)
    assert out.rest.sum() == 10
    assert set(out.x) == {0.1}
    assert set(out.y) == {1e8}


def test_a_car_that_circles_a_block_is_at_rest_nowhere():
    side, step = 100, 50  # metres; 18 km/h at a fix every 10 s
    corner = [(0, 0), (side, 0), (side, side), (0, side)]
    lap = [
        (a[0] + (b[0] - a[0]) * k * step / side, a[1] + (b[1] - a[1]) * k * step / side)
        for a, b in itertools.pairwise([*corner, corner[0]])
        for k in range(side // step)
    ]
    out = clean(track(*[(10 * i, *lap[i % len(lap)]) for i in range(80)]))
    assert not out.rest.any()


def test_a_stop_of_two_minutes_is_no_stay_and_one_of_three_is():
    for seconds, rest in ((170, False), (180, True)):
        stand = [(10 + s, 1_000 + s % 7, 0) for s in range(0, seconds + 1, 10)]
        data = track((0, 800, 0), *stand, (20 + seconds, 1_200, 0), (30 + seconds, 1_400, 0))
        assert clean(data).rest.any() == rest


def test_a_silence_ends_a_stay():
    rows = [(0, 0, 0), (60, 10, 0), (120, 12, 0), (1_000, 14, 0), (1_060, 16, 0), (1_120, 0, 0)]
    assert not clean(track(*rows)).rest.any()


def test_a_fix_on_the_rim_of_a_stay_is_part_of_it():
    for off, rest in ((30.0, True), (30.001, False)):
        stand = [(100, 0, 0), (200, 0, 0), (300, off, 0)]
        data = track((0, 500, 0), *stand, (400, 500, 0), (500, 900, 0))
        assert clean(data).rest.any() == rest


def test_two_fixes_three_minutes_apart_are_no_stay():
    data = track((0, 0, 0), (200, 0, 0), (400, 0, 0), (600, 0, 0))
    assert not clean(data).rest.any()


def test_a_spike_in_a_stay_is_no_part_of_it():
    rows = [(60 * i, i % 2, 0) for i in range(10)]
    rows[5] = (300, 90_000, 0)
    out = clean(track(*rows))
    assert out.reason[5] == SPIKE
    assert out.rest.tolist() == [False] + [True] * 4 + [False] + [True] * 3 + [False]
    assert out.x[5] == 90_000
    assert set(out.x[out.rest]) == {1 - 4 / 7}  # summed from the first fix, at 1


def test_a_car_that_reports_every_second_leaves_its_stay_as_fast_as_it_can():
    stand = [(s, 0, 0) for s in range(600)]
    leave = [(600 + s, 1.5 * (s + 1) ** 2, 0) for s in range(8)]  # 3 m/s2
    rules = RULES._replace(max_m_s=25.0)
    data = track(*stand, *leave)
    out = clean(data, rules)
    speed = np.diff(out.x) * 1e3 / np.diff(data[1])
    assert speed.max() <= 25.0
    assert out.x.sum() != data[2].sum()  # the first metres count to the stay ...
    held = np.flatnonzero(out.rest)[-1]
    assert out.x[held + 1 :].tolist() == data[2][held + 1 :].tolist()  # ... and the others do not
    assert out.x[held + 1] < 30.0 < data[2][-1]


def test_there_may_be_no_fixes_and_none_in_the_day():
    none = (np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0), np.empty(0))
    assert clean(none).reason.size == 0
    data = track((0, 0, 0), (100, 0, 0), (200, 0, 0), (300, 0, 0), (400, 0, 0))
    assert not clean(data, day=(DAY, 2 * DAY)).rest.any()
