"""The command `geogrid dosage` says what was kept, and `geogrid gaps` how demand is matched."""

from __future__ import annotations

import pytest

from tests.small_city import drive, write_incidents, write_tracks

DECLARED = ("--datum", "wgs84", "--tz", "Asia/Shanghai")


@pytest.fixture
def promised(run, ws, tmp_path):
    """Return a workspace with a room, a promise to it and a drive past it."""

    def put(kind, text):
        path = tmp_path / f"{kind}.csv"
        path.write_text(text, "utf-8")
        assert run("import", ws, kind, path, "--datum", "wgs84").code == 0

    put("rooms", "id,lon,lat,class\nR1,117.62,26.21,1\n")
    put("dosage", "类别,次数,最少分钟,最长间隔小时\n一级警务室,3,15,12\n")
    rows = drive("car", "2026-03-06")
    assert run("import", ws, "tracks", write_tracks(tmp_path / "t.csv", rows), *DECLARED).code == 0
    return ws


def test_it_says_what_was_kept_in_both_languages(run, promised):
    said = run("dosage", promised)
    assert said.code == 0
    assert "0 of 1 promises kept, at 1 places on 1 days" in said.out
    assert "of 45 promised minutes" in said.out
    chinese = run("dosage", promised, "--by", "shift", "--lang", "zh").out
    assert "1 项承诺中完成 0 项" in chinese
    assert "全天" in chinese


def test_json_has_totals_and_rows(run, promised):
    answer = run("dosage", promised, "--json").json
    assert answer["total"]["promised_visits"] == 3.0
    assert answer["total"]["drive_pasts"] == 1.0
    assert [row["place"] for row in answer["by_place"]] == ["R1"]
    assert run("dosage", promised, "--from", "2027-01-01", "--json").json["total"]["shifts"] == 0


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_it_writes_a_table(run, promised, tmp_path, ending):
    path = tmp_path / f"visits.{ending}"
    assert run("dosage", promised, "-o", path).code == 0
    assert path.stat().st_size > 0


def test_what_it_cannot_do_ends_with_2(run, ws, promised, tmp_path):
    assert run("dosage", promised, "-o", tmp_path / "visits.pdf").code == 2
    assert run("dosage", promised, "--units", "none").code == 2
    assert run("undo", ws).code == 0
    assert "no tracks are imported" in run("dosage", ws, "--json").json["message"]


def test_gaps_tell_the_match_and_who_recorded_the_incidents(run, promised, tmp_path):
    rows = [(str(k), "2026-03-06 08:30:00", 117.62, 26.21, "theft") for k in range(40)]
    path = write_incidents(tmp_path / "i.csv", rows)
    assert run("import", promised, "incidents", path, *DECLARED).code == 0
    said = run("gaps", promised)
    assert "presence matches demand: 0." in said.out
    assert "from 40 incidents" in said.out
    assert "who recorded 100% of the incidents" in said.out
    assert "匹配指数" in run("gaps", promised, "--lang", "zh").out
    assert "来源不明" in run("gaps", promised, "--lang", "zh").out
    assert run("gaps", promised, "--json").json["match"]["city"]["incidents"] == 40


def test_a_contract_in_toml_is_imported_and_who_was_due_is_told(run, promised, tmp_path):
    contract = tmp_path / "contract.toml"
    contract.write_text(
        '[[shifts]]\nname = "early"\nstart = 06:00:00\nend = 14:00:00\n'
        '[[rosters]]\nunit = "car"\nshift = "early"\n[[rosters]]\nunit = "van"\nshift = "early"\n'
        '[[dosage]]\nclass = "room_1"\nvisits = 2\nminutes_min = 10\n',
        "utf-8",
    )
    for kind in ("shifts", "rosters", "dosage"):
        assert run("import", promised, kind, contract).code == 0
    said = run("dosage", promised)
    assert "shift early: 1 of 2 units that were due were out" in said.out
    answer = run("dosage", promised, "--json").json
    assert [row["unit"] for row in answer["absent"]] == ["van"]
    assert answer["by_shift"][0]["promised_visits"] == 2.0
