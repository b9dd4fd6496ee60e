"""The weighted displacement difference and quotient: published and hand-worked."""

from __future__ import annotations

import numpy as np
import pytest

from geogrid.analysis.displacement import (
    BeforeAfter,
    difference_from_rest,
    displacement_difference,
    displacement_quotient,
)
from geogrid.errors import InputError

# Wheeler & Ratcliffe (2018), Crime Science 7, 11: the Philadelphia example, as the R package
# ptools (1.0) tests it.
TREATED, CONTROL = BeforeAfter(207, 110), BeforeAfter(308, 318)
RING, CONTROL_RING = BeforeAfter(178, 157), BeforeAfter(150, 140)


def test_the_published_example():
    found = displacement_difference((TREATED, CONTROL), (RING, CONTROL_RING))
    assert found.wdd == -118
    assert found.se == pytest.approx(np.sqrt(1568))
    assert round(found.z, 2) == -2.98
    assert [round(side) for side in found.interval] == [-196, -40]


def test_the_example_of_a_tool_of_one_of_the_authors():
    # 100 to 90 in the control and 100 to 80 at the place: 10 fewer, standard error 19.
    found = displacement_difference((BeforeAfter(100, 80), BeforeAfter(100, 90)))
    assert found.wdd == -10
    assert round(found.se) == 19


def test_a_longer_time_before_is_scaled_to_the_time_after():
    # Five years before at 500 and 500: the same difference, and the doubt of 500 / 25 each.
    found = displacement_difference((BeforeAfter(500, 80), BeforeAfter(500, 90)), days=(5, 1))
    assert found.wdd == pytest.approx(-10.0)
    assert found.se == pytest.approx(np.sqrt(80 + 90 + 2 * 500 / 25))


def test_a_place_that_changed_as_the_rest_did_shows_no_difference():
    found = difference_from_rest(BeforeAfter(40, 30), BeforeAfter(4000, 3000))
    assert found.wdd == 0.0
    # 30 + 0.75^2 x 40 + 30^2 x (1/4000 + 1/3000) = 30 + 22.5 + 0.525
    assert found.se == pytest.approx(np.sqrt(53.025))


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(2000):
        place = BeforeAfter(int(rng.poisson(60)), int(rng.poisson(40)))
        control = BeforeAfter(int(rng.poisson(80)), int(rng.poisson(70)))
        low, high = displacement_difference((place, control)).interval
        held += low <= -10.0 <= high
    assert 0.935 <= held / 2000 <= 0.97


def test_intervals_against_the_rest_hold_the_truth_too():
    rng = np.random.default_rng(4)
    held = 0
    for _ in range(2000):
        place = BeforeAfter(int(rng.poisson(60)), int(rng.poisson(33)))
        rest = BeforeAfter(int(rng.poisson(600)), int(rng.poisson(480)))
        low, high = difference_from_rest(place, rest).interval
        held += low <= 33.0 - 60.0 * 0.8 <= high
    assert 0.935 <= held / 2000 <= 0.97


def test_the_quotient_by_hand():
    # (157/318 - 178/308) / (110/318 - 207/308) = -0.08422 / -0.32617
    assert displacement_quotient(TREATED, RING, CONTROL) == pytest.approx(0.2582, abs=5e-4)


@pytest.mark.parametrize(
    ("after", "expected"),
    [(60, -1.0), (50, 0.0), (40, 1.0), (70, -2.0)],  # a gain of 10 at the place, control steady
)
def test_the_quotient_tells_displacement_from_diffusion(after, expected):
    found = displacement_quotient(BeforeAfter(30, 20), BeforeAfter(50, after), BeforeAfter(9, 9))
    assert found == pytest.approx(expected)


def test_the_quotient_says_nothing_where_the_place_did_not_gain():
    assert displacement_quotient(BeforeAfter(20, 20), RING, BeforeAfter(9, 9)) is None
    assert displacement_quotient(TREATED, RING, BeforeAfter(9, 0)) is None


def test_counts_below_zero_and_periods_without_length_are_refused():
    with pytest.raises(InputError, match="below 0"):
        BeforeAfter(-1, 0)
    with pytest.raises(InputError, match="at least a day"):
        displacement_difference((TREATED, CONTROL), days=(0, 1))
    with pytest.raises(InputError, match="needs some in both"):
        difference_from_rest(TREATED, BeforeAfter(5, 0))


def test_nothing_counted_is_no_difference_and_no_z():
    nothing = BeforeAfter(0, 0)
    found = displacement_difference((nothing, nothing))
    assert (found.wdd, found.se, found.z) == (0.0, 0.0, None)
