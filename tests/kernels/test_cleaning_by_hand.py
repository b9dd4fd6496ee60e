"""Rules that clean fixes: cases worked by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from geogrid.kernels.cleaning import FROZEN, KEPT, SPIKE, Thresholds, cleaned

RULES = Thresholds(160.0 / 3.6, 300_000, 3, 30.0, 3, 180_000)
DAY = 86_400_000
SECOND = 1000


def track(*rows):
    """Return unit, t, x, y of one unit: seconds and metres."""
    t, x, y = np.array(rows, dtype=np.float64).T
    return np.zeros(t.size, np.int32), (SECOND * t).astype(np.int64), x, y


def clean(data, rules=RULES, day=(-DAY, 100 * DAY)):
    return cleaned(*data, rules, *day)


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


def test_a_spike_at_any_place_of_an_arrival_and_a_start_changes_nothing():
    come = [(s, 13 * (8 - s), 0) for s in range(8)]  # the last three are near the place
    stand = [(8 + 10 * s, 0, 0) for s in range(40)]
    leave = [(399 + s, -13 * (s + 1), 0) for s in range(9)]
    rules = RULES._replace(max_m_s=15.0)
    data = track(*come, *stand, *leave)
    without = clean(data, rules)
    assert without.x[:8].tolist() == data[2][:8].tolist()  # no place is in reach of the one before
    assert without.rest[8:47].all()
    for at in range(2, data[0].size - 1):
        spike = np.array([0]), data[1][at] - 500, 9e6, 9e6
        out = clean(
            [np.insert(column, at, value) for column, value in zip(data, spike, strict=True)], rules
        )
        assert out.reason.nonzero()[0].tolist() == [at]
        for got, expected in zip(out, without, strict=True):
            assert np.delete(got, at).tolist() == expected.tolist()


def test_a_stay_begins_where_the_stay_before_it_leaves_it_time_to():
    first = [(60 * i, 0, 0) for i in range(11)] + [(601, 20, 0)]  # held at 20 / 11
    second = [(602, 32, 0)] + [(603 + 60 * i, 50, 0) for i in range(11)]
    rules = RULES._replace(max_m_s=32.0)
    out = clean(track((-9, 0, 0), *first, *second, (1_300, 50, 0)), rules)
    held = out.x[1]
    assert held == pytest.approx(20 / 12)
    assert out.x[12] == held
    assert (out.x[13], out.rest[13]) == (32.0, False)  # from the first place to the second: 46 m
    assert out.rest[14]
