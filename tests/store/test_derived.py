"""Derived days are put in their place whole, by any number of writers, and leftovers go."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from geogrid.analysis.patrol_day import PatrolDay
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.store.derived import DerivedStore

DAY = date(2026, 3, 2)


@pytest.fixture
def store(tmp_path):
    return DerivedStore(tmp_path, PatrolRules(), "context")


@pytest.fixture
def day():
    rng = np.random.default_rng(3)
    unit = pd.Categorical.from_codes([0, 1, 1], categories=pd.Index(["a", "警01"], dtype=object))
    table = pd.DataFrame({"unit": unit, "hour": np.array([0, 5, 23], np.int8)})
    table = table.assign(ms=rng.integers(-(2**40), 2**40, 3), col=np.array([-5, 0, 7], np.int32))
    plain = table.drop(columns="unit")
    return PatrolDay(DAY, table, plain, table, table, table, plain, {"kept": 3, "spike": 1}, 2)


def test_what_is_read_is_what_was_written(store, day):
    store.write(day, "inputs")
    found = store.read(DAY, "inputs")
    for name in ("passes", "hours", "silences", "ledger", "units", "bounds"):
        pd.testing.assert_frame_equal(
            getattr(found, name), getattr(day, name), check_categorical=False
        )
    assert (found.fixes, found.tunnels) == ({"kept": 3, "spike": 1}, 2)


@pytest.mark.parametrize("most", [2**31 - 1, 2**31, -(2**31), -(2**31) - 1])
def test_amounts_are_kept_whole_whatever_room_they_need(store, day, most):
    table = day.hours.assign(mm=np.array([0, most, 1]), moving_ms=np.array([7, 0, 9]))
    store.write(replace(day, hours=table), "inputs")
    pd.testing.assert_frame_equal(store.read(DAY, "inputs").hours, table)


def test_a_day_of_other_inputs_rules_or_context_is_not_there(store, day, tmp_path):
    store.write(day, "inputs")
    assert store.read(DAY, "others") is None
    assert DerivedStore(tmp_path, PatrolRules(), "moved").read(DAY, "inputs") is None
    assert (
        DerivedStore(tmp_path, PatrolRules(max_gap_s=60.0), "context").read(DAY, "inputs") is None
    )


def test_many_writers_of_one_day_leave_one_whole_day(store, day):
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(store.write, day, "inputs") for _ in range(40)]:
            done.result()
    assert store.read(DAY, "inputs") is not None
    assert [path.name for path in store.folder.iterdir()] == [f"day={DAY}"]


def test_what_a_killed_writer_left_goes_when_it_is_old(store, day):
    store.write(day, "inputs")
    old, new = (store.folder / f"day={DAY}.{name}.new" for name in ("old", "young"))
    for path in (old, new):
        path.mkdir()
    long_ago = time.time() - 7200.0
    os.utime(old, (long_ago, long_ago))
    assert store.remove_leftovers() == 1
    assert (old.exists(), new.exists()) == (False, True)
    assert store.read(DAY, "inputs") is not None
