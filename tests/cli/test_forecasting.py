"""What `geogrid forecast` does, prints, and ends with."""

from __future__ import annotations

import csv

import pytest

from tests.service.test_forecasts import rows_of
from tests.small_city import write_incidents

DECLARED = ("--datum", "wgs84", "--tz", "Asia/Shanghai")
ASKED = ("--as-of", "2026-03-20", "--horizon", 7)


@pytest.fixture
def filled(run, ws, tmp_path):
    file = write_incidents(tmp_path / "incidents.csv", rows_of())
    assert run("import", ws, "incidents", file, *DECLARED).code == 0
    return ws


def test_the_answer_has_a_card_for_1_5_and_10_percent_of_the_area(run, filled):
    answer = run("forecast", filled, *ASKED, "--json").json
    assert [entry["area_percent"] for entry in answer["card"]] == [1.0, 5.0, 10.0]
    for entry in answer["card"]:
        for name in ("hit_rate", "pai", "pei"):
            assert {"value", "lo", "hi"} == set(entry[name]) == set(entry["baseline"][name])
    assert answer["backtest"]["window_days"] == 5  # four months give twelve of them


def test_the_file_has_a_row_a_cell_with_rank_expected_and_bounds(run, filled, tmp_path):
    answer = run("forecast", filled, *ASKED, "-o", tmp_path / "f.csv", "--json").json
    with (tmp_path / "f.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == answer["cells"]
    at_risk = [row for row in rows if row["rank"]]
    assert len(at_risk) == answer["at_risk"]
    assert sum(float(row["expected"]) for row in at_risk) == pytest.approx(answer["expected_total"])
    assert min(float(row["rank"]) for row in at_risk) == 1
    assert all(float(row["lo"]) <= float(row["hi"]) for row in at_risk)


def test_people_read_what_is_expected_and_whether_it_beats_counting(run, filled):
    said = run("forecast", filled, *ASKED)
    assert said.code == 0
    assert "incidents expected in 7 days from 2026-03-20 on" in said.out
    assert "tested on 12 windows of 5 days" in said.out
    assert said.out.count("counting") == 4  # the head, and a verdict for each budget
    told = run("--lang", "zh", "forecast", filled, *ASKED)
    assert "直接计数" in told.out
    assert "counting" not in told.out


def test_a_day_that_is_none_and_a_horizon_of_none_are_refused(run, filled):
    assert "'soon' is not a day" in run("forecast", filled, "--as-of", "soon").err
    assert "1 to 366 days" in run("forecast", filled, "--as-of", "2026-03-20", "--horizon", 0).err
    missing = run("forecast", filled)
    assert missing.code == 2
    assert "--as-of" in missing.err


def test_a_day_before_all_records_is_refused_with_what_there_is(run, filled, tmp_path):
    said = run("forecast", filled, "--as-of", "2025-11-21", "-o", tmp_path / "f.csv", "--json")
    assert said.code == 2
    assert "at least 30 incidents in the grid before 2025-11-21, got 3" in said.json["message"]
    assert not (tmp_path / "f.csv").exists()
