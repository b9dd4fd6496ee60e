import numpy as np
import pytest

from geogrid.kernels import emerging_pattern as kinds
from geogrid.kernels.emerging_pattern import emerging_patterns

STATE = {"H": 1, "C": -1, ".": 0}


def pattern(strip, trend=0):
    states = np.array([[STATE[letter]] for letter in strip], dtype=np.int8)
    found, hot, cold, run = emerging_patterns(states, np.array([trend], dtype=np.int8))
    return int(found[0]), int(hot[0]), int(cold[0]), int(run[0])


def test_cold_in_every_step_and_rising_is_diminishing_cold_not_intensifying_hot():
    assert pattern("CCCCCCCCCC", trend=1)[0] == -kinds.DIMINISHING


def test_hot_in_nine_of_ten_steps_but_not_the_last_is_historical_not_persistent():
    assert pattern("HHHHHHHHH.")[0] == kinds.HISTORICAL


@pytest.mark.parametrize(
    ("strip", "trend", "kind"),
    [
        (".........H", 0, kinds.NEW),
        ("..C......H", 0, kinds.NEW),
        (".......HHH", 1, kinds.CONSECUTIVE),
        (".C.....HHH", 0, kinds.CONSECUTIVE),
        ("..HHHHHHHH", 0, kinds.CONSECUTIVE),
        (".HHHHHHHHH", 0, kinds.PERSISTENT),
        ("HHHHHHHHHH", 1, kinds.INTENSIFYING),
        ("HHHHCHHHHH", -1, kinds.DIMINISHING),
        (".HH....H.H", 0, kinds.SPORADIC),
        ("CHH....H.H", 0, kinds.OSCILLATING),
        ("HHHHHHHHHC", 1, kinds.HISTORICAL),
        ("HHHHHHHH..", 0, 0),
        ("H.........", 0, 0),
        ("..........", 1, 0),
        ("HCHCHCHC..", 0, 0),
    ],
)
def test_a_strip_has_its_kind_and_its_mirror_has_the_opposite(strip, trend, kind):
    assert pattern(strip, trend)[0] == kind
    swapped = strip.translate(str.maketrans("HC", "CH"))
    assert pattern(swapped, -trend)[0] == -kind


@pytest.mark.parametrize(
    ("strip", "hot", "cold", "run"),
    [("HH.CCHHH", 5, 2, 3), ("HHHHCC", 4, 2, 2), ("HC.", 1, 1, 0), ("CCCC", 0, 4, 4)],
)
def test_steps_and_the_last_run_are_counted(strip, hot, cold, run):
    assert pattern(strip)[1:] == (hot, cold, run)


def test_ninety_per_cent_is_not_rounded():
    assert pattern("H" * 18 + ".H")[0] == kinds.PERSISTENT  # 19 of 20
    assert pattern("H" * 16 + ".." + "HH")[0] == kinds.PERSISTENT  # 18 of 20 exactly
    assert pattern("H" * 15 + "..." + "HH")[0] == kinds.SPORADIC  # 17 of 20
    assert pattern("H" * 7 + ".H")[0] == kinds.SPORADIC  # 8 of 9 is 88.9 %
