"""Months on disk: laid out once, again when a day changes, never half."""

from __future__ import annotations

import dataclasses
import json
import os
from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from geogrid.analysis.patrol_month import DayCounts, pack_month
from geogrid.crs import working_crs
from geogrid.errors import StoreError
from geogrid.model.boundary import Boundary
from geogrid.model.grid import Grid
from geogrid.store import months as months_module
from geogrid.store.months import MonthStore

ZONE = "Asia/Shanghai"
DAYS = [date(2026, 2, 26) + timedelta(days=i) for i in range(6)]
HOUR = 3_600_000
WEST = 1_000_000


@pytest.fixture(scope="module")
def grid():
    return town(3)


def town(side):
    crs = working_crs(116.4, 25.5, 118.6, 27.1)
    square = box(WEST, WEST, WEST + side * 250, WEST + side * 250)
    return Grid.over(Boundary(("A",), ("Town",), (square,), crs), 250, crs=crs)


def write_day(folder, day, *, unit="car-1", moving_ms=5):
    """Write what `geogrid.store.derived` keeps of a day."""
    path = folder / f"day={day}"
    path.mkdir(parents=True, exist_ok=True)
    cell = {"row": [WEST // 250], "col": [WEST // 250 + 1]}
    enter = int(pd.Timestamp(day, tz=ZONE).value // 10**6) + 3 * HOUR
    amounts = {"moving_ms": [moving_ms], "standing_ms": [7], "depot_ms": [0], "mm": [11]}
    tables = {
        "passes": {"unit": [unit], **cell, "enter": [enter], "leave": [enter + HOUR]},
        "hours": {**cell, "hour": [3], **amounts, "fixes": [2]},
        "bounds": {**cell, "hour": [3], "lo_ms": [1], "hi_ms": [20]},
        "ledger": {"unit": [unit], "hour": [4], "silent_ms": [60_000], "rejected_ms": [0]},
    }
    for name, table in tables.items():
        found = pd.DataFrame(table)
        if "unit" in found:
            found["unit"] = found["unit"].astype("category")
        found.to_parquet(path / f"{name}.parquet", index=False)
    manifest = {"fingerprint": f"{day} {unit} {moving_ms}", "fixes": {"kept": 2, "spike": 0}}
    manifest["tunnels"] = 1
    (path / "manifest.json").write_text(json.dumps(manifest), "utf-8")


@pytest.fixture
def folder(tmp_path):
    for day in DAYS:
        write_day(tmp_path / "derived", day)
    return tmp_path / "derived"


@pytest.fixture
def store(folder, grid):
    return MonthStore(SimpleNamespace(folder=folder), grid, ZONE)


def written(store):
    files = store.folder.glob("*.month")
    return {path.name: path.stat().st_mtime_ns for path in files}


def flat(month):
    """Return everything in a month, to be compared."""
    values = []
    for field in dataclasses.fields(month):
        value = getattr(month, field.name)
        arrays = value if hasattr(value, "_fields") else (value,)
        values += [a.tolist() if isinstance(a, np.ndarray) else a for a in arrays]
    return values


def test_what_is_read_is_what_was_laid_out(store, folder, grid):
    store.update(DAYS, "one")

    def read(day, table, columns):
        return pd.read_parquet(folder / f"day={day}" / f"{table}.parquet")[list(columns)]

    months = store.read()
    assert [month.first for month in months] == [date(2026, 2, 1), date(2026, 3, 1)]
    for month in months:
        held = [day for day in DAYS if day.month == month.first.month]
        counts = dict.fromkeys(held, DayCounts({"kept": 2, "spike": 0}, 1))
        assert flat(month) == flat(pack_month(counts, read, grid, time_zone=ZONE))
    assert months[0].stays.rows.size == 3
    with pytest.raises(ValueError, match="read-only"):
        months[0].stays.rows[0] = 0


def test_months_are_current_under_their_stamp_alone(store):
    assert not store.is_current("one")
    store.update(DAYS, "one")
    assert store.is_current("one")
    assert not store.is_current("two")


def test_a_month_that_was_deleted_is_laid_out_again(store):
    store.update(DAYS, "one")
    before = [flat(month) for month in store.read()]
    (store.folder / "2026-02.month").unlink()
    assert not store.is_current("one")
    store.update(DAYS, "one")
    assert store.is_current("one")
    assert [flat(month) for month in store.read()] == before


def test_a_late_day_redoes_its_month_alone(store, folder):
    store.update(DAYS, "one")
    before = written(store)
    store.update(DAYS, "two")
    assert written(store) == before
    write_day(folder, DAYS[1], unit="car-2", moving_ms=2**27)
    store.update(DAYS, "three")
    after = written(store)
    assert after["2026-02.month"] != before["2026-02.month"]
    assert after["2026-03.month"] == before["2026-03.month"]
    assert store.read()[0].units == ("car-1", "car-2")


def test_a_month_without_days_is_dropped(store):
    store.update(DAYS, "one")
    store.update(DAYS[:3], "two")
    assert [month.first for month in store.read()] == [date(2026, 2, 1)]


def test_another_grid_redoes_all_months(store, folder):
    store.update(DAYS, "one")
    before = written(store)
    other = MonthStore(SimpleNamespace(folder=folder), town(5), ZONE)
    assert not other.is_current("one")
    other.update(DAYS, "one")
    assert not set(written(other).values()) & set(before.values())


def test_months_that_are_open_stay_as_they_were(store, folder):
    store.update(DAYS, "one")
    opened = store.read()[0]
    before = flat(opened)
    write_day(folder, DAYS[1], moving_ms=9)
    store.update(DAYS, "two")
    assert flat(opened) == before != flat(store.read()[0])


def test_a_layout_that_is_cut_short_leaves_nothing_half(store, folder, monkeypatch):
    store.update(DAYS, "one")
    before = flat(store.read()[0])
    write_day(folder, DAYS[1], moving_ms=9)

    def cut(_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(months_module.os, "fsync", cut)
        with pytest.raises(KeyboardInterrupt):
            store.update(DAYS, "two")
    assert flat(store.read()[0]) == before
    assert not store.is_current("two")
    assert not list(store.folder.glob("*.new"))
    store.update(DAYS, "two")
    assert flat(store.read()[0]) != before


def test_what_a_killed_process_was_writing_is_dropped_when_it_is_old(store):
    store.folder.mkdir()
    young, old = (store.folder / f"{name}.new" for name in ("young", "old"))
    young.touch()
    old.touch()
    os.utime(old, (0, 0))
    store.update(DAYS, "one")
    assert young.exists()
    assert not old.exists()


def test_a_file_of_another_kind_is_told(store):
    store.update(DAYS, "one")
    (store.folder / "2026-03.month").write_bytes(b"something else")
    with pytest.raises(StoreError, match="worked out again"):
        store.read()
