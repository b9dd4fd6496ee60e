"""Promises, shifts and rosters as TOML: the same rows and the same refusals as a table has."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from geogrid.errors import FileFormatError, InputError, PersonDataError
from geogrid.io import ReadOptions, apart, read_register
from geogrid.io.detect import FileType, open_source

CONTRACT = """
# What we promise
[[shifts]]
name = "夜"
start = 22:00:00
end = "06:00"
weekdays = ["fri", "sat"]

[[dosage]]
class = "一级警务室"
visits = 3
minutes_min = 15
longest_absence_h = 12.5
hours = "20-02"

[[dosage]]
"场所编号" = "R1"
visits = 2

[[rosters]]
unit = "P-1"
shift = "夜"
first = 2026-03-01
last = "2026/3/31"
"""


@pytest.fixture(autouse=True)
def here(monkeypatch):
    """Read in this process: what a process apart adds is held to in test_apart."""
    monkeypatch.setattr("geogrid.io.opening.READ_APART", apart.READ_APART - {FileType.TOML})


def read(folder, kind, text, name="contract.toml"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_register(path, kind, ReadOptions())


def test_toml_and_csv_of_the_same_promises_are_the_same_register(tmp_path):
    promises, report = read(tmp_path, "dosage", CONTRACT)
    text = (
        "place,class,visits,minutes_min,longest_absence_h,hours\n"
        ",room_1,3,15,12.5,20-02\nR1,,2,,,\n"
    )
    same, _ = read(tmp_path, "dosage", text, "contract.csv")
    pd.testing.assert_frame_equal(promises, same)
    assert report.accepted == 2
    assert "[[shifts]], [[rosters]]" in report.warnings[0].values["others"]


def test_shifts_and_rosters_take_times_days_and_lists(tmp_path):
    shifts, _ = read(tmp_path, "shifts", CONTRACT)
    assert shifts.loc["夜"].tolist() == ["22:00", "06:00", "fri,sat"]
    rosters, _ = read(tmp_path, "rosters", CONTRACT)
    row = rosters.loc["P-1@夜@2026-03-01/2026-03-31"]
    assert (row["unit"], row["first"], row["last"]) == ("P-1", "2026-03-01", "2026-03-31")


def test_a_table_that_cannot_be_used_is_refused_by_its_number_and_field(tmp_path):
    text = (
        '[[dosage]]\nclass = "a"\nvisits = 1\n[[dosage]]\nclass = {b = 1}\nvisits = 1\n'
        '[[dosage]]\nclass = "c"\nvisits = 1\nhours = "nine"\n[[dosage]]\nvisits = 2\n'
        '[[dosage]]\nclass = "d"\n'
    )
    promises, report = read(tmp_path, "dosage", text)
    assert promises.index.tolist() == ["class=a"]
    assert [(r.row, r.field) for r in report.refusals] == [
        (2, "class"),
        (3, "hours"),
        (4, "place"),
        (5, "visits"),
    ]


def test_a_misspelt_field_is_no_promise_and_refuses_the_file(tmp_path):
    text = '[[dosage]]\nclass = "a"\nvisits = 1\n[[dosage]]\nclass = "b"\nvisit = 2\n'
    with pytest.raises(InputError, match=r"contract.toml: table 2 of \[\[dosage\]\].*'visit'"):
        read(tmp_path, "dosage", text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[dosage]]\nclass = a\n", "not TOML.*line 2"),
        ("[[dosage]]\nclass = 'a'\nclass = 'b'\n", "not TOML"),
        ("a = " + "[" * 3000 + "]" * 3000, "not TOML: lists or tables are nested too deeply"),
        (b"[[dosage]]\nclass = '\xb0\xa1'\n", "not UTF-8"),
        ("[dosage]\nclass = 'a'\nvisits = 1\n", r"begin each one with \[\[dosage\]\]"),
        ("[[dossage]]\nclass = 'a'\n", "'dossage' is not known"),
        ("title = 'x'\n[[dosage]]\nclass = 'a'\n", "'title' is not known"),
        ("[[units]]\nunit = 'a'\n", r"no table under \[\[dosage\]\]"),
        ("[[dosage]]\n", r"no table under \[\[dosage\]\]"),
        ("[[dosage]]\nvisits = 1\n", "no column for place, nor for class"),
        ("PAR1 and so on", "the name says TOML"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_name(tmp_path, text, told):
    with pytest.raises(InputError, match=told) as caught:
        read(tmp_path, "dosage", text)
    assert "contract.toml" in str(caught.value) or "no column" in told


def test_kinds_with_places_are_no_toml(tmp_path):
    with pytest.raises(FileFormatError, match="not cameras"):
        read(tmp_path, "cameras", "[[cameras]]\nid = 1\n")


def test_a_persons_name_is_refused_here_too(tmp_path):
    with pytest.raises(PersonDataError, match="姓名"):
        read(tmp_path, "rosters", '[[rosters]]\nunit = "a"\nshift = "b"\n"姓名" = "c"\n')


def test_a_roster_that_ends_before_it_begins_or_has_no_day_is_refused(tmp_path):
    text = "unit,shift,first,last\na,b,2026-03-02,2026-03-01\nc,b,2026-02-30,\nd,b,2026年3月1日,\n"
    rosters, report = read(tmp_path, "rosters", text, "r.csv")
    assert rosters.index.tolist() == ["d@b@2026-03-01"]
    assert [(r.row, r.field) for r in report.refusals] == [(1, "last"), (2, "first")]


def test_toml_is_known_by_its_name_and_read_apart(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text("[[shifts]]\nname = 'a'\n")
    assert open_source(path).type is FileType.TOML
    assert FileType.TOML in apart.READ_APART
    (tmp_path / "a.json").write_text("[[1]]")
    assert open_source(tmp_path / "a.json").type is FileType.JSON


@pytest.mark.parametrize("kind", ["shifts", "rosters", "dosage"])
def test_the_contract_of_the_manual_is_read(tmp_path, kind):
    page = (Path(__file__).parents[2] / "docs" / "data-formats.md").read_text("utf-8")
    contract = page.split("```toml\n")[1].split("```")[0]
    register, report = read(tmp_path, kind, contract)
    assert (len(register), report.accepted, report.refusals) == (1, 1, ())
