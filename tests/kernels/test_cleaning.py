"""Rules that clean fixes: each against a slow oracle, and cut at midnight.

Cases worked by hand stand in ``test_cleaning_by_hand.py``.
"""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
from hypothesis import assume, given, settings
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


@settings(deadline=None, max_examples=200)
@given(stands(), st.integers(1, 40), st.sampled_from([7.3, 24.7]))
def test_a_spike_changes_nothing_for_the_others(data, at, max_m_s):
    unit, t, x, y = data
    at = 1 + at % (t.size - 1)
    rules = RULES._replace(max_m_s=max_m_s)
    with_spike = (
        unit[:1].repeat(t.size + 1),
        *(np.insert(column, at, value) for column, value in ((t, t[at] - 500), (x, 9e6), (y, 0.0))),
    )
    without, out = clean(data, rules), clean(with_spike, rules)
    assume(out.reason[at] == SPIKE)
    others = [np.delete(column, at) for column in out]
    assume(np.array_equal(others[0], without.reason))
    assert (out.rest[at], out.x[at]) == (False, 9e6)
    for got, expected in zip(others, without, strict=True):
        assert np.array_equal(got, expected)


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
