"""`geogrid coverage` on other engines, and of one group of units."""

from __future__ import annotations

import shutil

import pytest

from tests.small_city import drive

DECLARED = ("--datum", "wgs84", "--tz", "Asia/Shanghai")


@pytest.fixture
def filled(run, ws, tmp_path):
    """Return a workspace with three days of two cars, each of a group of its own."""
    rows = [
        (*row, group)
        for day in ("2026-03-06", "2026-03-07", "2026-03-08")
        for unit, group in (("car-1", "north"), ("car-2", "south"))
        for row in drive(unit, day, fixes=40 if group == "north" else 20)
    ]
    lines = ["unit,time,lon,lat,group", *(",".join(map(str, row)) for row in rows)]
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    assert run("import", ws, "tracks", tmp_path / "t.csv", *DECLARED).code == 0
    return ws


def test_dask_says_and_writes_what_threads_do(run, filled, tmp_path):
    said = {}
    for engine in (["threads"], ["threads", "--workers", "1"], ["dask"]):
        shutil.rmtree(filled / "derived", ignore_errors=True)
        file = tmp_path / f"{'-'.join(engine)}.parquet"
        answer = run("coverage", filled, "--engine", *engine, "--json", "-o", file)
        assert answer.code == 0
        said[file.name] = (answer.json, file.read_bytes())
    one, *others = said.values()
    assert one[0]["ledger"]["total"] - one[0]["ledger"]["silent"] == 3 * (39 + 19) * 60.0
    assert others == [one, one]


def test_a_group_of_units_is_counted_alone_and_named(run, filled):
    answer = run("coverage", filled, "--units", "south", "--json").json
    assert answer["ledger"]["total"] == 3 * 19 * 60.0 + answer["ledger"]["silent"]
    assert answer["units"] == {"group": "south", "registered": 1}
    assert "only the 1 units of south" in run("coverage", filled, "--units", "south").out
    assert (
        "只统计 south 的 1 个巡逻单元"
        in run("--lang", "zh", "coverage", filled, "--units", "south").out
    )


def test_a_group_that_is_not_there_ends_with_2_and_names_those_that_are(run, filled):
    said = run("coverage", filled, "--units", "east", "--json")
    assert said.code == 2
    assert "there are north, south" in said.json["message"]


def test_a_scheduler_that_is_not_there_ends_with_2_in_both_languages(run, filled, monkeypatch):
    monkeypatch.setattr("geogrid.scale.dask.CONNECT_S", 0.3)
    words = ("coverage", filled, "--engine", "dask", "--scheduler", "tcp://127.0.0.1:1")
    said = run(*words, "--json")
    assert said.code == 2
    assert "cannot reach a Dask scheduler at tcp://127.0.0.1:1" in said.json["message"]
    assert "无法连接 tcp://127.0.0.1:1 的 Dask 调度器" in run("--lang", "zh", *words).err
