"""The command `geogrid quality` says what is wrong, shows figures and writes files."""

from __future__ import annotations

import pytest

from tests.small_city import drive, write_tracks

DECLARED = ("--datum", "wgs84", "--tz", "Asia/Shanghai")


@pytest.fixture
def patrolled(run, ws, tmp_path):
    """Return a workspace with a car that reports each minute and one with a hole of 20 min."""
    rows = drive("fine", "2026-03-06")
    rows += [row for at, row in enumerate(drive("poor", "2026-03-06")) if not 20 <= at < 40]
    assert run("import", ws, "tracks", write_tracks(tmp_path / "t.csv", rows), *DECLARED).code == 0
    return ws


def test_it_names_what_is_wrong_and_shows_every_unit(run, patrolled):
    said = run("quality", patrolled)
    assert said.code == 0
    assert "1 of 2 units have something wrong, on 1 days" in said.out
    assert "  poor: silent 36 % of its time on duty" in said.out
    lines = [line.split() for line in said.out.splitlines()]
    assert [line[0] for line in lines if line[0] in {"poor", "fine"}] == ["poor", "fine"]
    chinese = run("quality", patrolled, "--lang", "zh").out
    assert "poor: 当班时间的 36% 失联" in chinese
    assert "无法判断" in chinese


def test_json_has_the_rows_and_a_longer_gap_makes_no_silence(run, patrolled):
    answer = run("quality", patrolled, "--json").json
    assert [unit["unit"] for unit in answer["units"]] == ["poor", "fine"]
    assert answer["units"][0]["silent_h"] == pytest.approx(21 / 60)
    patient = run("quality", patrolled, "--max-gap", 3600, "--json").json
    assert patient["wrong"] == 0
    nothing = run("quality", patrolled, "--from", "2027-01-01", "--json").json
    assert nothing["units"] == []
    assert run("quality", patrolled, "--from", "2027-01-01").code == 0


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_it_writes_a_table(run, patrolled, tmp_path, ending):
    path = tmp_path / f"units.{ending}"
    assert run("quality", patrolled, "-o", path).code == 0
    assert path.stat().st_size > 0


def test_what_it_cannot_do_ends_with_2(run, ws, patrolled, tmp_path):
    assert run("quality", patrolled, "-o", tmp_path / "units.pdf").code == 2
    assert run("quality", patrolled, "--units", "none").code == 2
    assert run("undo", ws).code == 0
    said = run("quality", ws, "--json")
    assert said.code == 2
    assert "nothing is known of units" in said.json["message"]
