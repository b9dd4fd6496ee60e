"""The report on a workspace's units agrees with its coverage, and is made once."""

from __future__ import annotations

import pytest

from geogrid.errors import InputError, LayerNotFoundError
from geogrid.workspace import PatrolRules, Window, Workspace, read_options
from tests.small_city import DECLARED, EAST, MIDDLE, WEST, drive, write_districts, write_tracks


def test_hours_of_all_units_are_those_of_the_ledger_of_coverage(tiny_workspace):
    units = tiny_workspace.quality()["units"]
    ledger = tiny_workspace.layer("coverage").summary["ledger"]
    for name in ("silent", "rejected"):
        mine = sum(unit[f"{name}_h"] for unit in units)
        assert mine * 3600 == pytest.approx(ledger[name], rel=1e-9)
    assert sum(unit["tracked_h"] for unit in units) * 3600 == pytest.approx(
        ledger["total"], rel=1e-9
    )
    fixes = tiny_workspace.layer("coverage").summary["fixes"]
    for name, key in (("fixes", "kept"), ("spikes", "spike"), ("frozen", "frozen")):
        assert sum(unit[name] for unit in units) == fixes[key]


def test_the_car_with_the_planted_silence_of_8_hours_is_first(tiny_workspace):
    report = tiny_workspace.quality(language="zh")
    assert report["units"][0]["remarks"] == ["silent"]
    assert report["units"][0]["reason"].startswith("当班时间的")
    assert report["wrong"] == sum(1 for unit in report["units"] if unit["reason"])
    assert all(unit["rest_h"] <= unit["silent_h"] for unit in report["units"])


def test_no_clock_of_the_demo_is_called_wrong(tiny_workspace):
    assert {unit["clock_off_h"] for unit in tiny_workspace.quality()["units"]} <= {0.0, None}


def test_a_group_is_a_part_of_the_report_on_all(tiny_workspace):
    every = tiny_workspace.quality()["units"]
    group = next(unit["group"] for unit in every if unit["group"])
    part = tiny_workspace.quality(group=group)["units"]
    assert part == [unit for unit in every if unit["group"] == group]
    with pytest.raises(InputError, match="no unit is in the group 'none'"):
        tiny_workspace.quality(group="none")


def test_the_window_and_the_rules_count(tiny_workspace):
    first = tiny_workspace.days()[0]
    day = tiny_workspace.quality(Window(first=first, last=first))
    assert day["days"] == 1
    assert {unit["days"] for unit in day["units"]} <= {0, 1}
    patient = tiny_workspace.quality(rules=PatrolRules(max_gap_s=86_400.0))
    assert sum(unit["silent_h"] for unit in patient["units"]) == 0.0


def test_a_workspace_without_tracks_has_no_report(tmp_path):
    squares = {"West": (WEST, MIDDLE), "East": (MIDDLE, EAST)}
    from geogrid.workspace import DistrictFile

    districts = DistrictFile(write_districts(tmp_path / "d.geojson", squares), "id", "name")
    workspace, _ = Workspace.create(tmp_path / "ws", districts)
    with pytest.raises(LayerNotFoundError, match="nothing is known of units"):
        workspace.quality()
    tracks = write_tracks(tmp_path / "t.csv", drive("car", "2026-03-06"))
    workspace.import_files("tracks", [tracks], read_options(DECLARED))
    (unit,) = workspace.quality()["units"]
    assert (unit["unit"], unit["fixes"], unit["step_s"]) == ("car", 60, 60.0)
    assert unit["tracked_h"] == pytest.approx(59 / 60)
    assert unit["clock_off_h"] is None
