"""Who works which shift: off duty without a unit, and who was due is held beside who was out."""

from __future__ import annotations

import pytest

from geogrid.errors import InputError
from geogrid.workspace import Window
from tests.service.test_dosages import promised, put, stand  # noqa: F401 - a fixture
from tests.small_city import write_tracks

DAY = {"first": "2026-03-06", "last": "2026-03-06"}


def rostered(ws, folder, options, rows, head="unit,shift,first,last,weekdays"):
    put(ws, folder, "rosters", f"{head}\n{rows}", options)
    return ws


def by_shift(answer):
    return {row["shift"]: (row["units_due"], row["units_out"]) for row in answer["by_shift"]}


def test_a_shift_without_a_unit_is_off_duty(promised, tmp_path, options):  # noqa: F811
    night = Window.parse(**DAY, hours="00-05")
    assert "off_duty" not in set(promised.layer("gaps", night).table["state"])
    rostered(promised, tmp_path, options, "a,early,,,\na,late,,,\n")
    assert set(promised.layer("gaps", night).table["state"]) == {"not_required", "off_duty"}
    early = Window.parse(**DAY, hours="07-13")
    assert "off_duty" not in set(promised.layer("gaps", early).table["state"])


def test_a_roster_holds_on_its_days_alone(promised, tmp_path, options):  # noqa: F811
    # 6 March 2026 is a Friday.
    early = Window.parse(**DAY, hours="07-13")
    for row, off in (
        ("a,early,2026-03-06,2026-03-06,\n", False),
        ("a,early,2026-03-07,,\n", True),
        ("a,early,,2026-03-05,\n", True),
        ("a,early,,,fri\n", False),
        ("a,early,,,mon-thu\n", True),
    ):
        rostered(promised, tmp_path, options, row)
        assert ("off_duty" in set(promised.layer("gaps", early).table["state"])) == off, row
        promised.undo()


def test_each_shift_tells_who_was_due_and_who_was_out(promised, tmp_path, options):  # noqa: F811
    # The unit "a" stood for 40 minutes in the early shift and for 12 in the late one.
    rows = "a,early,,,\na,late,,,\nb,early,,,\n"
    answer = rostered(promised, tmp_path, options, rows).dosage(Window.parse(**DAY))
    assert by_shift(answer) == {"early": (2, 1), "late": (1, 0), "night": (0, 0)}
    missed = {(row["shift"], row["unit"]): row["heard_min"] for row in answer["absent"]}
    assert missed == {("early", "b"): 0.0, ("late", "a"): pytest.approx(12.0, abs=0.2)}


def test_who_is_of_no_shift_is_not_asked_for(promised):  # noqa: F811
    answer = promised.dosage()
    assert "absent" not in answer
    assert all("units_due" not in row for row in answer["by_shift"])


def test_a_roster_of_a_shift_that_is_none_is_refused(promised, tmp_path, options):  # noqa: F811
    rostered(promised, tmp_path, options, "a,dawn,,,\n")
    with pytest.raises(InputError, match="roster of the shift 'dawn'"):
        promised.dosage()


def test_a_night_belongs_to_the_day_it_begins_on(promised, tmp_path, options):  # noqa: F811
    rows = stand("b", "2026-03-07", 60, 120, (117.63, 26.21))
    promised.import_files("tracks", [write_tracks(tmp_path / "n.csv", rows)], options)
    rostered(promised, tmp_path, options, "b,night,2026-03-06,2026-03-06,\n")
    answer = promised.dosage(Window.parse(first="2026-03-06", last="2026-03-07"))
    assert by_shift(answer)["night"] == (1, 1)
