"""Entries of two lists are paired one to one by distance, name and direction, with a reason."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from geogrid.analysis.register_pairs import register_pairs

LON, LAT = 117.6, 26.2
M = 1 / 111_195.0


def register(*rows):
    """Return a register: id, metres east, metres north, name, bearing."""
    scale = np.cos(np.radians(LAT))
    return pd.DataFrame(
        {
            "geometry": [shapely.Point(LON + x * M / scale, LAT + y * M) for _, x, y, *_ in rows],
            "name": [row[3] for row in rows],
            "bearing": [row[4] for row in rows],
        },
        index=pd.Index([row[0] for row in rows], name="id"),
    )


def found(ours, theirs, **more):
    return {(pair.ours, pair.theirs): pair for pair in register_pairs(ours, theirs, **more)}


def test_the_same_camera_in_two_lists_is_found_with_its_reason():
    ours = register(("1", 0, 0, "人民路与广场路口", 90.0))
    theirs = register(
        ("A", 6, 8, "人民路·广场路口", 100.0), ("B", 500, 0, "人民路与广场路口", 90.0)
    )
    pairs = found(ours, theirs)
    assert set(pairs) == {("1", "A")}
    pair = pairs["1", "A"]
    assert pair.metres == pytest.approx(10.0, abs=0.01)
    assert pair.degrees == 10.0
    assert pair.verdict == "same"
    assert next(text.format(**values) for text, values in pair.reasons) == "10 m apart"


def test_two_views_on_one_pole_are_two_cameras():
    ours = register(("1", 0, 0, "", 0.0))
    assert found(ours, register(("A", 1, 0, "", 90.0))) == {}
    assert set(found(ours, register(("A", 1, 0, "", 350.0)))) == {("1", "A")}
    assert set(found(ours, register(("A", 1, 0, "", None)))) == {("1", "A")}


def test_views_of_one_pole_go_to_the_view_that_looks_the_same_way():
    ours = register(("N", 0, 0, "", 0.0), ("E", 0, 0, "", 90.0))
    theirs = register(("e", 2, 0, "", 80.0), ("n", 2, 0, "", 10.0))
    assert set(found(ours, theirs)) == {("N", "n"), ("E", "e")}


def test_another_name_is_for_a_person_to_decide():
    pair = found(register(("1", 0, 0, "第一小学", None)), register(("A", 5, 0, "加油站", None)))
    assert pair["1", "A"].verdict == "ask"


def test_each_entry_is_in_one_pair_at_most_and_the_nearest_come_first():
    ours = register(("1", 0, 0, "", None), ("2", 10, 0, "", None))
    theirs = register(("A", 1, 0, "", None), ("B", 4, 0, "", None), ("C", 24, 0, "", None))
    assert set(found(ours, theirs)) == {("1", "A"), ("2", "B")}


def test_the_same_id_is_paired_at_any_distance_and_asked_about():
    pair = found(register(("1", 0, 0, "", None)), register(("1", 800, 0, "", None)))["1", "1"]
    assert pair.same_id
    assert pair.verdict == "ask"
    assert pair.reasons[0][0] == "the same id, {metres:.0f} m apart"


def test_a_list_and_itself_moved_a_little_is_paired_with_itself():
    rng = np.random.default_rng(0)
    rows = [
        (f"{n}", *rng.uniform(0, 5_000, 2), f"点位{n}", float(rng.uniform(0, 360)))
        for n in range(300)
    ]
    moved = [(f"b{n}", x + 5, y - 5, name, turn) for n, (_, x, y, name, turn) in enumerate(rows)]
    pairs = found(register(*rows), register(*moved))
    right = sum((f"{n}", f"b{n}") in pairs for n in range(300))
    assert right >= 297  # a neighbour within a metre or two may be as likely


def test_swapping_the_lists_swaps_the_pairs():
    rng = np.random.default_rng(1)
    one = register(*[(f"{n}", *rng.uniform(0, 300, 2), "", None) for n in range(40)])
    other = register(*[(f"b{n}", *rng.uniform(0, 300, 2), "", None) for n in range(40)])
    there = {pair[::-1] for pair in found(other, one)}
    assert set(found(one, other)) == there


def test_empty_lists_have_no_pairs():
    some = register(("1", 0, 0, "", None))
    assert register_pairs(some.iloc[:0], some) == ()
    assert register_pairs(some, some.iloc[:0]) == ()
