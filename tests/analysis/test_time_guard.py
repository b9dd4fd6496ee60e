"""Times that look hours off are asked about, and those that do not are left alone."""

from __future__ import annotations

import numpy as np
import pytest

from geogrid.analysis.time_guard import LEAST_DAYS, LEAST_EVENTS, judge_times

# Events by hour of a city: fewest from 3 to 6, most in the evening.
CITY = np.array(
    [30, 22, 16, 9, 8, 8, 10, 20, 32, 35, 36, 38, 42, 42, 42, 44, 46, 48, 50, 50, 48, 44, 40, 36]
)


@pytest.mark.parametrize("offset", [8, 3, 5.5, -5, -8])
def test_a_city_whose_nights_are_quiet_raises_no_question(offset):
    assert judge_times(CITY, 7, offset) is None


@pytest.mark.parametrize("offset", [8, 7, -6, -7])
def test_local_times_taken_for_utc_look_local_and_the_other_way_round(offset):
    later = judge_times(np.roll(CITY, offset), 7, offset)
    assert later is not None
    assert (later.looks, later.would_be) == ("local", 3)
    assert later.quiet == (3 + offset) % 24
    earlier = judge_times(np.roll(CITY, -offset), 7, offset)
    assert earlier is not None
    assert (earlier.looks, earlier.would_be) == ("utc", 3)


def test_flat_days_two_rests_few_events_few_days_and_zones_near_utc_say_nothing():
    later = np.roll(CITY, 8)
    twice = CITY + np.roll(CITY, 12)
    assert judge_times(np.full(24, 40), 7, 8) is None
    assert judge_times(np.roll(twice, 3), 7, 8) is None
    assert judge_times(later, LEAST_DAYS - 1, 8) is None
    assert judge_times(later * 0 + (later > 20) * (LEAST_EVENTS // 24 - 1), 7, 8) is None
    assert judge_times(np.roll(CITY, 2), 7, 2) is None


def test_a_turn_by_half_a_day_fits_both_ways_and_is_not_guessed():
    assert judge_times(np.roll(CITY, 12), 7, 12) is None


def test_chance_alone_asks_nothing_in_a_thousand_cities():
    rng, share = np.random.default_rng(0), CITY / CITY.sum()
    asked = [judge_times(rng.multinomial(250, share), 7, 8) for _ in range(1_000)]
    assert not any(asked)
    told = [judge_times(np.roll(rng.multinomial(250, share), 8), 7, 8) for _ in range(1_000)]
    assert sum(verdict is not None and verdict.looks == "local" for verdict in told) >= 990
