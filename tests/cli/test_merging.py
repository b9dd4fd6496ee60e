"""Two camera lists become one register; what is not added can be traced, and all of it undone."""

from __future__ import annotations

import pandas as pd
import pytest

from geogrid.store.registers import RegisterStore

HEAD = "id,lon,lat,name,bearing,range,filing_no\n"
OURS = HEAD + "1,117.61,26.21,Market north,0,60,\n2,117.62,26.21,Bus station,90,80,\n"
# A is 1; 2 is another camera that has our number; C is new; D is near 2 and has another name.
THEIRS = HEAD + (
    "A,117.61005,26.21003,market (north),5,50,F-7\n2,117.63,26.215,School,10,40,\n"
    "C,117.605,26.205,Bridge,,30,\nD,117.62005,26.21,Hotel,80,30,\n"
)
DATUM = ("--datum", "wgs84")


@pytest.fixture
def lists(run, ws, tmp_path):
    for name, text in (("ours.csv", OURS), ("theirs.csv", THEIRS)):
        (tmp_path / name).write_text(text, "utf-8")
    assert run("import", ws, "cameras", tmp_path / "ours.csv", *DATUM).code == 0
    return ws, tmp_path / "theirs.csv"


def cameras(ws):
    return RegisterStore(ws).read("cameras")


def test_without_accept_pairs_are_shown_and_nothing_is_stored(run, lists):
    ws, theirs = lists
    before = cameras(ws)
    said = run("merge", ws, "cameras", "--with", theirs, *DATUM, "--json").json
    verdicts = {(pair["ours"], pair["theirs"]): pair["verdict"] for pair in said["pairs"]}
    assert verdicts == {("1", "A"): "same", ("2", "2"): "ask"}
    assert cameras(ws).equals(before)


def test_what_is_the_same_fills_gaps_and_the_rest_is_added_under_ids_of_its_own(run, lists):
    ws, theirs = lists
    said = run("merge", ws, "cameras", "--with", theirs, *DATUM, "--accept", "same", "--json").json
    assert (said["added"], said["merged"]) == (3, 1)
    frame = cameras(ws)
    assert sorted(frame.index) == ["1", "2", "C", "D", "theirs.csv:2"]
    assert frame.loc["1", ["name", "range", "filing_no"]].tolist() == ["Market north", 60, "F-7"]
    assert frame.loc["2", "name"] == "Bus station"
    assert frame.loc["theirs.csv:2", "name"] == "School"
    trace = run("quarantine", ws, "--json").json["records"]
    assert [(row["field"], row["value"]) for row in trace] == [("id", "A")]
    assert "the same as 1" in trace[0]["reason"]
    assert run("undo", ws).code == 0
    assert sorted(cameras(ws).index) == ["1", "2"]
    assert run("quarantine", ws, "--json").json["records"] == []


def test_a_person_marks_the_table(run, lists, tmp_path):
    ws, theirs = lists
    table = tmp_path / "pairs.csv"
    assert run("merge", ws, "cameras", "--with", theirs, *DATUM, "-o", table).code == 0
    pairs = pd.read_csv(table, dtype=str, encoding="utf-8-sig")
    pairs["accept"] = ["yes" if theirs_id == "2" else "no" for theirs_id in pairs["theirs"]]
    pairs.to_csv(table, index=False)
    said = run("merge", ws, "cameras", "--with", theirs, *DATUM, "--accept", table, "--json").json
    assert (said["added"], said["merged"]) == (3, 1)
    assert sorted(cameras(ws).index) == ["1", "2", "A", "C", "D"]
    assert cameras(ws).loc["2", "name"] == "Bus station"


@pytest.mark.parametrize(("accept", "count"), [("all", 4), ("none", 6)])
def test_all_or_none(run, lists, accept, count):
    ws, theirs = lists
    assert run("merge", ws, "cameras", "--with", theirs, *DATUM, "--accept", accept).code == 0
    assert len(cameras(ws)) == count


def test_odd_answers_are_refused_and_change_nothing(run, lists, tmp_path):
    ws, theirs = lists
    before = cameras(ws)
    (tmp_path / "a.csv").write_text("x\n1\n")
    (tmp_path / "b.csv").write_text("ours,theirs,accept\n1,Z,yes\n")
    for accept in ("maybe", tmp_path / "a.csv", tmp_path / "b.csv"):
        said = run("merge", ws, "cameras", "--with", theirs, *DATUM, "--accept", accept)
        assert said.code == 2
    assert run("merge", ws, "tracks", "--with", theirs, *DATUM).code == 2
    assert run("merge", ws, "rooms", "--with", theirs, *DATUM).code == 2
    assert cameras(ws).equals(before)
