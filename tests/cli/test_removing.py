"""Data of one source goes as one change: counted first, exact, and undone exactly."""

from __future__ import annotations

import pytest

from geogrid.store.registers import RegisterStore
from tests.small_city import drive, write_cameras, write_incidents, write_tracks

DECLARED = ("--datum", "wgs84", "--tz", "Asia/Shanghai")


@pytest.fixture
def filled(run, ws, tmp_path):
    """Return a workspace with two units, two days, cameras and incidents of two files each."""
    days = ("2026-03-06", "2026-03-07")
    tracks = [
        write_tracks(tmp_path / f"{unit}.csv", [row for day in days for row in drive(unit, day)])
        for unit in ("A", "B")
    ]
    cameras = [
        write_cameras(tmp_path / f"c{n}.csv", [(str(n), 117.61, 26.21, 50.0)]) for n in (1, 2)
    ]
    incidents = [
        write_incidents(
            tmp_path / f"i{n}.csv", [(str(n), f"202{n}-03-06 08:00", 117.61, 26.21, "theft")]
        )
        for n in (4, 5)
    ]
    for kind, files in (("tracks", tracks), ("cameras", cameras), ("incidents", incidents)):
        assert run("import", ws, kind, *files, *DECLARED).code == 0
    return ws


def counts(run, ws):
    return run("doctor", ws, "--json").json["counts"]


def facts(root):
    from tests.store.test_transaction import tree

    return {name: data for name, data in tree(root).items() if not name.startswith("derived")}


@pytest.mark.parametrize(
    ("words", "left"),
    [
        (("--unit", "A"), 120),
        (("--to", "2026-03-06"), 120),
        (("--from", "2026-03-07", "--unit", "B"), 180),
        (("--unit", "A", "--unit", "B"), 0),
        (("--unit", "nobody"), 240),
    ],
)
def test_fixes_of_units_and_days_go_and_come_back(run, filled, words, left):
    before = facts(filled)
    told = run("remove", filled, "tracks", *words, "--json").json
    assert (told["removed"], told["done"]) == (240 - left, False)
    assert facts(filled) == before
    done = run("remove", filled, "tracks", *words, "--yes", "--json").json
    assert (done["removed"], done["done"]) == (240 - left, left < 240)
    assert counts(run, filled)["fixes"] == left
    assert run("doctor", filled, "--json").json["findings"] == []
    if left < 240:
        assert run("undo", filled).code == 0
        assert facts(filled) == before


def test_what_a_file_brought_goes_and_nothing_else(run, filled, tmp_path):
    said = run("remove", filled, "tracks", "--file", tmp_path / "A.csv", *DECLARED, "--yes")
    assert said.code == 0
    assert counts(run, filled)["fixes"] == 120
    for kind, file in (("cameras", "c1.csv"), ("incidents", "i4.csv")):
        assert run("remove", filled, kind, "--file", tmp_path / file, *DECLARED, "--yes").code == 0
    seen = counts(run, filled)
    assert (seen["cameras"], seen["incidents"]) == (1, 1)
    assert list(RegisterStore(filled).read("cameras").index) == ["2"]


def test_a_register_that_loses_its_last_entry_is_gone(run, filled, tmp_path):
    before = facts(filled)
    both = write_cameras(tmp_path / "c.csv", [(n, 117.61, 26.21, 50.0) for n in ("1", "2")])
    assert run("remove", filled, "cameras", "--file", both, *DECLARED, "--yes").code == 0
    assert "cameras" not in counts(run, filled)
    assert run("doctor", filled, "--json").json["findings"] == []
    assert "cameras" not in run("layers", filled, "--json").out
    assert run("undo", filled).code == 0
    assert facts(filled) == before


def test_what_is_removed_for_good_is_not_put_back(run, filled):
    assert run("remove", filled, "tracks", "--unit", "A", "--yes", "--for-good").code == 0
    assert run("undo", filled).code == 2
    assert counts(run, filled)["fixes"] == 120
    assert not list(filled.rglob(".undo/*"))


@pytest.mark.parametrize(
    "words",
    [
        ("tracks",),
        ("people", "--file", "a.csv"),
        ("cameras", "--unit", "A"),
        ("tracks", "--from", "yesterday"),
        ("rooms", "--file", "c1.csv"),
    ],
)
def test_odd_questions_are_refused(run, filled, words):
    assert run("remove", filled, *words, "--yes").code == 2
    assert counts(run, filled)["fixes"] == 240
