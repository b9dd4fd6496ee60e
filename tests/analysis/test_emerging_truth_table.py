"""Every row of ten steps and three trends, against a literal reading of Esri's definitions."""

from itertools import product

import numpy as np
import pytest

from geogrid.analysis.emerging_columns import CATEGORIES, category_names, strips
from geogrid.kernels.emerging_pattern import emerging_patterns

STEPS = 10
TRENDS = (-1, 0, 1)
# Where several definitions hold, the first of these that does names the row.
PRECEDENCE = (
    "historical",
    "persistent",
    "intensifying",
    "diminishing",
    "new",
    "consecutive",
    "sporadic",
    "oscillating",
)


def literal(row, sign, trend):
    """Return all kinds whose definition, as worded, holds of a row for one sign.

    `trend` is 1 where the clustering of this sign grows, -1 where it weakens.
    """
    mine = [state == sign for state in row]
    other = [state == -sign for state in row]
    share = sum(mine)  # of ten
    run = next((i for i, hit in enumerate(reversed(mine)) if not hit), len(row))
    held = set()
    if mine[-1] and not any(mine[:-1]):
        held.add("new")
    if run >= 2 and not any(mine[: len(row) - run]) and share < 9:
        held.add("consecutive")
    if share >= 9 and mine[-1] and trend > 0:
        held.add("intensifying")
    if share >= 9 and trend == 0:
        held.add("persistent")
    if share >= 9 and mine[-1] and trend < 0:
        held.add("diminishing")
    if mine[-1] and share < 9 and any(mine[: len(row) - run]) and not any(other):
        held.add("sporadic")
    if mine[-1] and share < 9 and any(other[:-1]):
        held.add("oscillating")
    if share >= 9 and not mine[-1]:
        held.add("historical")
    return held


def named(row, trend):
    """Return the category of a row by the definitions and the precedence."""
    held = {1: literal(row, 1, trend), -1: literal(row, -1, -trend)}
    for kind in PRECEDENCE:
        for sign, word in ((1, "hot"), (-1, "cold")):
            if kind in held[sign]:
                return f"{kind}_{word}"
    return "none"


@pytest.fixture(scope="module")
def every_row():
    rows = list(product((-1, 0, 1), repeat=STEPS))
    assert len(rows) == 3**STEPS
    return rows


@pytest.mark.parametrize("trend", TRENDS)
def test_every_row_has_the_category_of_a_literal_reading(every_row, trend):
    states = np.ascontiguousarray(np.array(every_row, dtype=np.int8).T)
    trends = np.full(len(every_row), trend, dtype=np.int8)
    pattern, hot, cold, _ = emerging_patterns(states, trends)
    names = category_names(pattern)
    assert names.tolist() == [named(row, trend) for row in every_row]
    np.testing.assert_array_equal(hot, (states == 1).sum(axis=0))
    np.testing.assert_array_equal(cold, (states == -1).sum(axis=0))


def test_the_definitions_overlap_only_where_the_precedence_says(every_row):
    overlaps = {}
    for row in every_row:
        for trend in TRENDS:
            held = literal(row, 1, trend)
            if len(held) > 1:
                pair = tuple(sorted(held))
                overlaps[pair] = overlaps.get(pair, 0) + 1
    assert overlaps == {
        ("new", "oscillating"): 1533,
        ("consecutive", "oscillating"): 1503,
        ("historical", "persistent"): 2,
    }


def test_signs_meet_only_where_one_is_historical(every_row):
    meet = [
        (literal(row, 1, 1), literal(row, -1, -1))
        for row in every_row
        if literal(row, 1, 1) and literal(row, -1, -1)
    ]
    assert meet
    assert all("historical" in hot | cold for hot, cold in meet)
    assert named((1,) * 9 + (-1,), 0) == "historical_hot"


def test_every_category_occurs(every_row):
    states = np.ascontiguousarray(np.array(every_row, dtype=np.int8).T)
    seen = set()
    for trend in TRENDS:
        pattern, *_ = emerging_patterns(states, np.full(len(every_row), trend, dtype=np.int8))
        seen |= set(category_names(pattern).tolist())
    assert seen == set(CATEGORIES)
    assert len(CATEGORIES) == 17


def test_a_strip_tells_the_steps_in_order():
    states = np.array([[1, 0], [-1, 0], [0, 1]], dtype=np.int8)
    assert strips(states).tolist() == ["HC.", "..H"]
