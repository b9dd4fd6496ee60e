"""A clock is called wrong only where no shift plan explains the hours; then by the right hours.

The fleets are drawn in `fleet_hours`: six sets of shift plans, crews that keep their hours or
change weekly, 10 to 49 units, 4 to 28 days, and up to two units with a plan of their own.
"""

from __future__ import annotations

import numpy as np
import pytest

from geogrid.analysis.unit_clock import ClockRules, unit_clocks
from geogrid.errors import InputError
from tests.analysis.fleet_hours import PLANS, fleet, with_clock

PLAN_NAMES = list(PLANS)


def wrong(found):
    """Return the units whose clock is called wrong."""
    return np.flatnonzero(np.nan_to_num(found.off_h) != 0.0)


def planted(off_h):
    """Return a fleet of one plan in which the clock of unit 3 is off and found to be."""
    rng = np.random.default_rng(8)
    hours = fleet(rng, plan="from dawn to midnight", n_units=25, n_days=28, odd=False)
    return with_clock(hours, 3, off_h)


def test_in_200_honest_fleets_no_clock_is_called_wrong_and_most_are_called_right():
    called, told, units = [], 0, 0
    for world in range(200):
        rng = np.random.default_rng([7, world])
        hours = fleet(rng, plan=PLAN_NAMES[world % len(PLAN_NAMES)])
        found = unit_clocks(hours)
        called += [(world, at, found.off_h[at]) for at in wrong(found)]
        told += int((found.off_h == 0.0).sum())
        units += len(hours)
    assert called == []
    assert told / units > 0.9  # 0.93


@pytest.mark.parametrize(("off_h", "least"), [(8, 0.15), (-8, 0.15), (1, 0.15), (-1, 0.15)])
def test_of_planted_clocks_a_fifth_are_found_and_none_by_other_hours(off_h, least):
    told = []
    for world in range(36):
        rng = np.random.default_rng([8, world])
        hours = fleet(rng, plan=PLAN_NAMES[world % len(PLAN_NAMES)], odd=False)
        unit = int(rng.integers(len(hours)))
        found = unit_clocks(with_clock(hours, unit, off_h))
        told.append(found.off_h[unit])
        assert set(wrong(found)) <= {unit}
    told = np.array(told)
    assert set(told[~np.isnan(told)]) <= {0.0, float(off_h)}
    assert (told == off_h).mean() >= least
    assert (told == 0.0).mean() <= 0.05  # crews that relieve each other after 8 h


@pytest.mark.parametrize("off_h", [8, -8, 1])
def test_in_a_fleet_of_one_plan_and_four_weeks_most_planted_clocks_are_found(off_h):
    told = []
    for world in range(20):
        rng = np.random.default_rng([11, world])
        hours = fleet(rng, plan="from dawn to midnight", n_units=30, n_days=28, odd=False)
        told.append(unit_clocks(with_clock(hours, 5, off_h)).off_h[5])
    assert np.mean(np.array(told) == off_h) >= 0.6


def test_a_lone_night_car_among_day_cars_is_not_called_wrong():
    rng = np.random.default_rng(3)
    day = fleet(rng, plan="two crews of 12 h", n_units=30, n_days=14, odd=False)
    noon = day[:, :, 12].sum(axis=1)
    crew = day[noon > np.median(noon) / 2]
    night = np.roll(crew[0].ravel(), 12).reshape(crew[0].shape)
    found = unit_clocks(np.concatenate([crew, night[None]]))
    assert np.isnan(found.off_h[-1])


def test_a_fleet_without_a_daily_rhythm_tells_nothing():
    rng = np.random.default_rng(5)
    hours = rng.uniform(0.4, 0.6, (20, 14, 24))
    assert np.isnan(unit_clocks(hours).off_h).all()


def test_too_few_days_hours_or_other_units_tell_nothing():
    rng = np.random.default_rng(6)
    hours = fleet(rng, plan="day", n_units=12, n_days=10, odd=False)
    short = hours.copy()
    short[0, 2:] = 0.0
    idle = hours.copy()
    idle[0] *= 9.9 / idle[0].sum()
    for one in (short, idle):
        found = unit_clocks(one)
        assert np.isnan(found.off_h[0])
        assert (found.off_h[1:] == 0.0).all()
    assert np.isnan(unit_clocks(hours[:4]).off_h).all()
    assert unit_clocks(hours[:0]).off_h.shape == (0,)


def test_turning_every_clock_alike_changes_nothing_because_only_the_fleet_is_compared():
    hours = planted(5)
    turned = np.stack([np.roll(one, 3, axis=1) for one in hours])
    for one, other in zip(unit_clocks(hours), unit_clocks(turned), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9)
    assert unit_clocks(hours).off_h[3] == 5.0


def test_the_order_of_units_and_days_does_not_matter():
    rng, hours = np.random.default_rng(10), planted(-3)
    units, days = rng.permutation(25), rng.permutation(28)
    found, shuffled = unit_clocks(hours), unit_clocks(hours[units][:, days])
    np.testing.assert_array_equal(found.off_h[units], shuffled.off_h)
    np.testing.assert_allclose(found.sure[units], shuffled.sure, rtol=1e-9)


def test_stricter_limits_call_less():
    hours = planted(8)
    assert unit_clocks(hours).off_h[3] == 8.0
    assert unit_clocks(hours, ClockRules(likelihood_ratio=1e300)).off_h[3] != 8.0
    assert unit_clocks(hours, ClockRules(chance=1e-300)).off_h[3] != 8.0
    assert unit_clocks(hours, ClockRules(steady_share=1.01)).off_h[3] != 8.0
    assert unit_clocks(hours, ClockRules(least_common_share=1.01)).off_h[3] != 8.0
    assert np.isnan(unit_clocks(hours, ClockRules(least_days=99)).off_h).all()


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (np.zeros((3, 24)), "by unit, day and hour"),
        (np.zeros((3, 2, 23)), "by unit, day and hour"),
        (np.full((3, 2, 24), -1.0), "0 or more"),
        (np.full((3, 2, 24), np.nan), "0 or more"),
    ],
)
def test_hours_of_another_form_are_refused(hours, words):
    with pytest.raises(InputError, match=words):
        unit_clocks(hours)
