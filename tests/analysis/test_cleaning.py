"""Thresholds that say no nonsense, fixes cleaned by them, and silences in tunnels."""

from __future__ import annotations

import itertools
from dataclasses import fields

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from geogrid.analysis.cleaning import (
    REASONS,
    CleaningRules,
    Tunnels,
    cleaned_fixes,
    through_tunnels,
)
from geogrid.crs import WGS84, reprojection
from geogrid.errors import InputError
from geogrid.kernels.cleaning import FROZEN, KEPT, SPIKE

CRS_M = CRS.from_epsg(4548)  # metres, under Sanming
ORIGIN = np.array([500_000.0, 2_900_000.0])  # on the CRS's meridian
WHOLE_DAY = (0, 86_400_000)
RULES = CleaningRules()


def tunnels(*lines):
    """Return tunnels of lists of vertices in metres."""
    xy = np.array([vertex for line in lines for vertex in line], dtype=np.float64).reshape(-1, 2)
    return Tunnels(xy, np.append(0, np.cumsum([len(line) for line in lines])).astype(np.int64))


def track(*rows, unit=0):
    """Return unit, t, x, y of one unit: seconds and metres."""
    t, x, y = np.array(rows, dtype=np.float64).T
    return np.full(t.size, unit, np.int32), (1000 * t).astype(np.int64), x, y


def through(data, *lines, rules=RULES):
    return through_tunnels(*data, tunnels=tunnels(*lines), rules=rules)


def filled(data, places):
    """Return unit, t, x, y with the places added."""
    return tuple(
        np.insert(column, places.before, added)
        for column, added in zip(data, places[1:], strict=True)
    )


STRAIGHT = [(0, 0), (6_000, 0)]
# 100 m before the portal, and 400 s later 100 m behind the other: 6.2 km at 55.8 km/h.
DRIVE = track((0, -300, 0), (10, -100, 0), (410, 6_100, 0), (420, 6_300, 0))


@pytest.mark.parametrize("name", [field.name for field in fields(CleaningRules)])
@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf")])
def test_a_threshold_that_means_nothing_is_refused(name, value):
    with pytest.raises(InputError, match=name):
        CleaningRules(**{name: value})


@pytest.mark.parametrize("name", ["frozen_fixes", "stay_fixes"])
def test_a_row_of_fixes_has_at_least_two(name):
    assert getattr(CleaningRules(**{name: 2}), name) == 2
    for value in (1, 2.5):
        with pytest.raises(InputError, match="at least 2"):
            CleaningRules(**{name: value})


def test_the_kernel_gets_the_thresholds_in_metres_and_milliseconds():
    rules = CleaningRules(max_gap_s=600, max_speed_kmh=180, stay_s=0.5, stay_radius_m=7)
    assert rules.as_thresholds() == (50.0, 600_000, 3, 7, 3, 500)


def test_each_fix_has_a_reason_with_a_name():
    stand = [(60 * i, i % 2, 0) for i in range(8)]
    stuck = [(500 + 10 * i, 1_000, 0) for i in range(9)]
    data = track(*stand, *stuck, (590, 4_000, 0), (600, 40_000, 0), (610, 4_100, 0))
    out = cleaned_fixes(*data, rules=RULES, day_ms=WHOLE_DAY)
    named = [REASONS[reason] for reason in out.reason]
    assert named == ["kept"] * 9 + ["frozen"] * 8 + ["kept", "spike", "kept"]
    assert (REASONS.index("kept"), REASONS.index("spike")) == (KEPT, SPIKE)
    assert REASONS.index("frozen") == FROZEN
    assert out.rest.tolist() == [False] + [True] * 7 + [False] * 12
    assert np.ptp(out.x[1:8]) == 0.0


def test_fixes_of_unequal_length_are_refused():
    unit, t, x, y = DRIVE
    with pytest.raises(InputError, match="equal length"):
        cleaned_fixes(unit, t, x[1:], y, rules=RULES, day_ms=WHOLE_DAY)


def test_a_silence_in_a_tunnel_is_driven_at_constant_speed():
    places = through(DRIVE, STRAIGHT)
    # At 15.5 m/s the portals are 100 m in; between them 150 s at most to each part.
    assert places.before.tolist() == [2] * 4
    assert places.unit.tolist() == [0] * 4
    portal_ms = round(100 / 6_200 * 400_000)
    inside = 400_000 - 2 * portal_ms
    expected = [
        portal_ms,
        portal_ms + inside // 3,
        portal_ms + inside * 2 // 3,
        400_000 - portal_ms,
    ]
    assert (places.t - 10_000).tolist() == expected
    np.testing.assert_allclose(places.x, [0, 2_000, 4_000, 6_000], atol=0.02)
    assert not places.y.any()


def test_the_way_back_is_through_the_same_tunnel():
    there = through(DRIVE, STRAIGHT)
    unit, t, x, y = DRIVE
    back = through((unit, t, x[::-1].copy(), y), STRAIGHT)
    np.testing.assert_allclose(back.x, there.x[::-1], atol=0.02)
    assert through(DRIVE, STRAIGHT[::-1]).x.tolist() == there.x.tolist()


def test_places_follow_a_bend():
    bend = [(0, 0), (3_000, 0), (3_000, 3_000)]
    data = track((0, -50, 0), (400, 3_000, 3_050))
    places = through(data, bend)
    assert (3_000.0, 0.0) in set(zip(places.x.tolist(), places.y.tolist(), strict=True))
    assert all(
        x == pytest.approx(3_000) or y == pytest.approx(0)
        for x, y in zip(places.x, places.y, strict=True)
    )


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (track((0, -100, 0), (300, 6_100, 0)), "no silence: 300 s are allowed"),
        (track((0, -151, 0), (400, 6_100, 0)), "the first fix is too far from the portal"),
        (track((0, -100, 0), (400, 6_151, 0)), "the last fix is too far from the portal"),
        (track((0, -100, 0), (400, -100, 0)), "both fixes are at one portal"),
        (track((0, 3_000, 0), (400, 6_100, 0)), "it began inside"),
        (track((0, -100, 0), (1_801, 6_100, 0)), "longer than half an hour"),
        (tuple(np.concatenate(pair) for pair in zip(
            track((0, -100, 0)), track((400, 6_100, 0), unit=1), strict=True)), "two units"),
    ],
)  # fmt: skip
def test_a_silence_that_the_tunnel_does_not_explain_stays_silent(data, why):
    assert through(data, STRAIGHT).t.size == 0, why


def test_who_is_too_slow_or_too_fast_for_the_way_stays_silent():
    short = [(0, 0), (400, 0)]
    for seconds, explained in ((310, False), (301, False), (289, False)):
        data = track((0, 0, 0), (seconds, 400, 0))
        assert bool(through(data, short).t.size) == explained
    rules = CleaningRules(max_gap_s=60)
    # 400 m at 5 km/h take 288 s, at 160 km/h 9 s.
    for seconds, explained in ((289, False), (287, True), (61, True)):
        data = track((0, 0, 0), (seconds, 400, 0))
        assert bool(through(data, short, rules=rules).t.size) == explained
    for km, explained in ((17.7, True), (17.8, False)):  # 17,777.8 m in 400 s are 160 km/h
        data = track((0, 0, 0), (400, 1_000 * km, 0))
        assert bool(through(data, [(0, 0), (1_000 * km, 0)]).t.size) == explained


def test_of_two_tunnels_the_shorter_way_is_taken():
    detour = [(0, 20), (3_000, 900), (6_000, 20)]
    for lines in ((detour, STRAIGHT), (STRAIGHT, detour)):
        assert not through(DRIVE, *lines).y.any()
    assert through(DRIVE, detour).y.max() > 800


def test_without_tunnels_or_silences_nothing_is_added():
    for places in (
        through_tunnels(*DRIVE, tunnels=Tunnels.none(), rules=RULES),
        through(track((0, -100, 0), (10, 0, 0)), STRAIGHT),
        through(track((0, 0, 0)), STRAIGHT),
        through(tuple(column[:0] for column in DRIVE), STRAIGHT),
    ):
        assert [column.size for column in places] == [0] * 5
    assert filled(DRIVE, through(DRIVE, [(9_000, 0), (9_900, 0)]))[2].tolist() == DRIVE[2].tolist()


corner = st.tuples(st.integers(-40, 40), st.integers(-40, 40)).map(
    lambda p: (100.0 * p[0], 100.0 * p[1])
)


@st.composite
def towns(draw):
    """Draw tunnels, and fixes near their portals and elsewhere."""
    lines = draw(st.lists(st.lists(corner, min_size=2, max_size=5), min_size=1, max_size=3))
    ends = [end for line in lines for end in (line[0], line[-1])]
    near = st.tuples(st.sampled_from(ends), st.integers(-90, 90), st.integers(-90, 90)).map(
        lambda p: (p[0][0] + p[1], p[0][1] + p[2])
    )
    parts = []
    for unit in range(draw(st.integers(1, 2))):
        steps = draw(
            st.lists(st.tuples(st.integers(30, 2_000), near | corner), min_size=1, max_size=8)
        )
        seconds = np.cumsum([step for step, _ in steps])
        parts.append(track(*((s, *p) for s, (_, p) in zip(seconds, steps, strict=True)), unit=unit))
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True)), lines


def explained(a, b, seconds, lines):
    """Tell whether any tunnel explains a silence, by the words of the rule."""
    for line in lines:
        length = sum(np.hypot(*np.subtract(p, q)) for p, q in itertools.pairwise(line))
        for first, last in ((line[0], line[-1]), (line[-1], line[0])):
            there, back = np.hypot(*np.subtract(a, first)), np.hypot(*np.subtract(b, last))
            kmh = (there + length + back) / seconds * 3.6
            if max(there, back) <= 150 and 5 <= kmh <= 150:  # below 160: no doubt by rounding
                return True
    return False


@settings(deadline=None, max_examples=100)
@given(towns())
def test_silences_are_explained_as_the_slow_rule_says_and_well_filled(town):
    data, lines = town
    places = through(data, *lines)
    unit, t, x, y = data
    for i in range(t.size - 1):
        if unit[i] == unit[i + 1] and 300_000 < t[i + 1] - t[i] <= 1_800_000:
            ends = (x[i], y[i]), (x[i + 1], y[i + 1])
            if explained(*ends, (t[i + 1] - t[i]) / 1000, lines):
                assert i + 1 in places.before
    full_unit, full_t, full_x, full_y = filled(data, places)
    added = np.isin(np.arange(full_t.size), places.before + np.arange(places.t.size))
    within = (np.diff(full_unit) == 0) & (added[1:] | added[:-1])
    assert (np.diff(full_t)[within] > 0).all()
    assert (np.diff(full_t)[within] <= 150_000).all()
    metres = np.hypot(np.diff(full_x), np.diff(full_y))[within]
    assert (metres * 1e3 <= 160 / 3.6 * np.diff(full_t)[within] * (1 + 1e-9)).all()
    if added.any():
        # Straight parts cut corners by at most the way of a second.
        drawn = shapely.multilinestrings([shapely.linestrings(line) for line in lines])
        points = shapely.points(places.x, places.y)
        ends = shapely.points(np.array([end for line in lines for end in (line[0], line[-1])]))
        to_portal = shapely.distance(points[:, None], ends[None, :]).min(axis=1)
        off = np.minimum(shapely.distance(points, drawn), np.maximum(to_portal - 150, 0.0))
        assert off.max() <= 160 / 3.6


def lonlat(*xy):
    """Return a line in WGS-84 of vertices in metres around a place in the CRS."""
    local = np.array(xy, dtype=np.float64) + ORIGIN
    return shapely.LineString(reprojection(CRS_M, WGS84)(local))


def test_lines_that_meet_end_to_end_are_one_tunnel():
    half = lonlat((0, 0), (3_000, 0)), lonlat((6_000, 0), (3_000, 0))
    made = Tunnels.of(np.array([*half, lonlat((0, 900), (500, 900))]), CRS_M)
    assert len(made) == 2
    lengths = sorted(made.first[1:] - made.first[:-1])
    assert lengths == [2, 3]
    longest = int(np.argmax(np.diff(made.first)))
    xy = made.xy[made.first[longest] : made.first[longest + 1]] - ORIGIN
    np.testing.assert_allclose(xy[np.argsort(xy[:, 0])], [[0, 0], [3000, 0], [6000, 0]], atol=1e-3)


def test_parts_of_a_line_are_lines_and_closed_ones_have_no_portals():
    parts = shapely.MultiLineString([lonlat((0, 0), (9, 0)), lonlat((0, 50), (9, 50))])
    ring = lonlat((0, 0), (100, 0), (100, 100), (0, 0))
    assert len(Tunnels.of(np.array([parts]), CRS_M)) == 2
    assert len(Tunnels.of(np.array([ring]), CRS_M)) == 0
    assert len(Tunnels.of(np.array([], dtype=object), CRS_M)) == 0


def test_what_is_no_tunnel_is_refused():
    with pytest.raises(InputError, match="must be a line, got a Point"):
        Tunnels.of(np.array([shapely.Point(117, 26)]), CRS_M)
    with pytest.raises(InputError, match="does not reach"):
        tunnels([(0, 0), (np.inf, 0)])
    with pytest.raises(InputError, match="two vertices"):
        tunnels([(0, 0)])
