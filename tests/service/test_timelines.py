"""When things happened: bars of days, hours and weekdays add up to the columns of cells."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from geogrid.model.window import Window

HOUR_S = 3600.0


@pytest.fixture(scope="module")
def whole(tiny_workspace):
    return tiny_workspace.timeline()


def test_patrol_hours_of_days_add_up_to_those_of_cells(tiny_workspace, whole):
    patrol_s = tiny_workspace.layer("coverage").table["patrol_s"].sum()
    assert sum(filter(None, whole["patrol_h"])) * HOUR_S == pytest.approx(patrol_s, rel=1e-3)
    for part in ("by_hour", "by_weekday"):
        assert sum(whole[part]["patrol_h"]) * HOUR_S == pytest.approx(patrol_s, rel=1e-3)


def test_each_incident_is_in_one_day_one_hour_and_one_weekday(tiny_workspace, whole):
    count = tiny_workspace.features("incidents", limit=1)["numberMatched"]
    assert sum(whole["incidents"]) == count
    assert sum(whole["by_hour"]["incidents"]) == count
    assert sum(whole["by_weekday"]["incidents"]) == count


def test_days_follow_one_another_and_an_unknown_day_is_not_a_day_without_patrols(
    tiny_workspace, whole
):
    days = [date.fromisoformat(text) for text in whole["days"]]
    assert all((b - a).days == 1 for a, b in pairwise(days))
    imported = set(tiny_workspace.days())
    for day, hours in zip(days, whole["patrol_h"], strict=True):
        assert (hours is not None) == (day in imported)


def test_hours_and_weekdays_leave_the_rest_out(tiny_workspace):
    window = Window.parse(None, None, "22-06", "mon,sat")
    part = tiny_workspace.timeline(window)
    for name in ("patrol_h", "incidents"):
        assert all(value == 0 for value in part["by_hour"][name][6:22])
        assert all(part["by_weekday"][name][day] == 0 for day in (1, 2, 3, 4, 6))
    for text, count in zip(part["days"], part["incidents"], strict=True):
        assert (count is None) == (date.fromisoformat(text).weekday() not in (0, 5))


def test_a_window_cuts_the_days(tiny_workspace):
    first = tiny_workspace.days()[0]
    part = tiny_workspace.timeline(Window(first, first))
    assert part["days"] == [first.isoformat()]
    assert part["patrol_h"][0] > 0


def test_summed_columns_are_those_of_the_whole_layer_under_the_same_version(tiny_workspace):
    window = Window.parse(None, None, "20-08", None)
    quick = tiny_workspace.column_json("coverage", "patrol_s", "en", window)
    slow = tiny_workspace.layer_json("coverage", "en", window)
    assert quick["version"] == slow["version"]
    assert quick["completeness"] == slow["completeness"]
    assert [field["name"] for field in quick["fields"]] == [
        field["name"] for field in slow["fields"]
    ]
    for mine, full in zip(quick["fields"], slow["fields"], strict=True):
        assert mine == {key: value for key, value in full.items() if key in mine}
        if "wire" in mine:
            sums = tiny_workspace.column_of_window("coverage", mine["name"], window)
            whole = tiny_workspace.wire_column("coverage", mine["name"], window)
            assert sums.data == whole.data
    drawn = {field["name"] for field in quick["fields"] if "wire" in field}
    assert {"patrol_s", "distance_m"} <= drawn
    assert "visits" not in drawn
    assert tiny_workspace.column_json("coverage", "visits", "en", window) == slow
