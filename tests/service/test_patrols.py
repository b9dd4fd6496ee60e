"""Patrol days are derived once, and again only where an input has changed."""

from __future__ import annotations

import json

import numpy as np
import pytest

from geogrid.errors import StoreError
from geogrid.workspace import PatrolRules, Questions, Window, Workspace
from tests.small_city import drive, write_tracks

DAYS = ("2026-03-05", "2026-03-06", "2026-03-07", "2026-03-08", "2026-03-09")


def derived(ws: Workspace) -> dict[str, int]:
    """Return when each derived day was written."""
    return {
        path.parent.name: path.stat().st_mtime_ns
        for path in sorted(ws.path.glob("derived/day=*/manifest.json"))
    }


def redone(ws: Workspace, before: dict[str, int]) -> set[str]:
    ws.layer("coverage")
    return {name[4:] for name, ns in derived(ws).items() if before.get(name) != ns}


def columns_equal(one: Workspace, other: Workspace) -> bool:
    a, b = one.layer("coverage").table, other.layer("coverage").table
    return all(
        np.array_equal(a[name], b[name], equal_nan=a[name].dtype.kind in "fM") for name in a.columns
    )


def forget_months(ws: Workspace) -> None:
    """Make a workspace look at its days again; while months are current it does not."""
    (ws.path / "derived" / "months" / "stamp.json").unlink()


@pytest.fixture
def files(tmp_path):
    """Return five days of two cars; each drives until an hour before midnight."""
    return [
        write_tracks(tmp_path / f"{day}.csv", drive("car-1", day) + drive("car-2", day, start=22))
        for day in DAYS
    ]


@pytest.fixture
def filled(ws, files, options):
    ws.import_files("tracks", files, options)
    ws.layer("coverage")
    return ws


def test_days_are_not_derived_again_while_nothing_changes(filled):
    before = derived(filled)
    assert len(before) == 5
    assert redone(Workspace.open(filled.path), before) == set()


def test_a_late_file_inside_a_day_redoes_that_day_alone(filled, tmp_path, options):
    before = derived(filled)
    late = write_tracks(tmp_path / "late.csv", drive("car-1", "2026-03-07", start=12))
    middle = [("car-1", "2026-03-07 08:00:30", 117.6015, 26.2101)]
    filled.import_files("tracks", [late], options)
    filled.layer("coverage")
    before = derived(filled)
    filled.import_files("tracks", [write_tracks(tmp_path / "m.csv", middle)], options)
    # The fixes at the day's edges stay: car-1's first two of the day are older than the new one.
    assert redone(filled, before) <= {"2026-03-06", "2026-03-07"}
    assert "2026-03-07" in redone(filled, before)


def test_a_late_file_at_the_edge_of_a_day_redoes_its_neighbour_too(filled, tmp_path, options):
    before = derived(filled)
    rows = [("car-2", "2026-03-07 23:30:00", 117.61, 26.21)]
    filled.import_files("tracks", [write_tracks(tmp_path / "late.csv", rows)], options)
    assert redone(filled, before) == {"2026-03-07", "2026-03-08"}


def test_a_late_unit_redoes_its_day_and_the_days_it_is_known_in(filled, tmp_path, options):
    before = derived(filled)
    rows = drive("car-9", "2026-03-07")
    filled.import_files("tracks", [write_tracks(tmp_path / "late.csv", rows)], options)
    # A unit is looked for on both sides of a day: on the other days it is now known to be silent.
    assert "2026-03-07" in redone(filled, before)


def test_late_data_give_what_a_fresh_workspace_gives(make, files, tmp_path, options):
    rows = [("car-2", "2026-03-07 23:30:00", 117.61, 26.21)]
    late = write_tracks(tmp_path / "late.csv", [*rows, *drive("car-9", "2026-03-05")])
    one, other = make("one"), make("other")
    one.import_files("tracks", files, options)
    one.layer("coverage")
    one.import_files("tracks", [late], options)
    other.import_files("tracks", [late, *files[::-1]], options)
    assert columns_equal(one, other)
    one.undo()
    third = make("third")
    third.import_files("tracks", files, options)
    assert columns_equal(one, third)


def test_a_depot_redoes_every_day_and_moves_seconds_into_its_bucket(filled, tmp_path, options):
    before = derived(filled)
    still = [("car-1", f"2026-03-06 12:{i:02d}:00", 117.61, 26.205) for i in range(30)]
    filled.import_files("tracks", [write_tracks(tmp_path / "still.csv", still)], options)
    assert filled.layer("coverage").summary["ledger"]["depot"] == 0.0
    depots = tmp_path / "depots.csv"
    depots.write_text("id,lon,lat,radius_m\nd,117.61,26.205,100\n")
    filled.import_files("depots", [depots], options)
    assert redone(filled, before) == set(DAYS)
    assert filled.layer("coverage").summary["ledger"]["depot"] == 29 * 60.0


def test_cameras_redo_no_day(filled, tmp_path, options):
    before = derived(filled)
    cameras = tmp_path / "c.csv"
    cameras.write_text("id,lon,lat\nc,117.61,26.21\n")
    filled.import_files("cameras", [cameras], options)
    assert redone(filled, before) == set()


def test_other_rules_have_a_folder_of_their_own(filled):
    before = derived(filled)
    asked = Questions(rules=PatrolRules(max_gap_s=30.0))
    strict = filled.layer("coverage", questions=asked)
    assert strict.summary["ledger"]["moving"] == 0.0
    assert (filled.path / "derived" / "gap30-speed160" / "day=2026-03-05").is_dir()
    assert derived(filled) == before


def test_a_day_without_fixes_between_others_is_derived_too(make, files, options):
    ws = make("ws2")
    ws.import_files("tracks", [files[0], files[2]], options)
    ws.layer("coverage")
    assert list(derived(ws)) == ["day=2026-03-05", "day=2026-03-06", "day=2026-03-07"]
    assert ws.layer("coverage").completeness["days_imported"] == 2


def test_seconds_fall_into_one_bucket_each_in_every_window(filled):
    for window in (
        Window(),
        Window.parse(first="2026-03-06", last="2026-03-07"),
        Window.parse(hours="22-06"),
        Window.parse(weekdays="mon,tue"),
    ):
        ledger = dict(filled.layer("coverage", window).summary["ledger"])
        total = ledger.pop("total")
        assert sum(ledger.values()) == pytest.approx(total, abs=1e-6)


def test_fixes_that_are_not_the_ones_that_were_written_are_refused(filled):
    path = filled.path / "tracks" / "day=2026-03-07" / "fixes.parquet"
    other = filled.path / "tracks" / "day=2026-03-06" / "fixes.parquet"
    path.write_bytes(other.read_bytes())
    forget_months(filled)
    (filled.path / "derived" / "day=2026-03-07" / "manifest.json").unlink()
    with pytest.raises(StoreError, match=r"fixes\.parquet is not the file that was written"):
        Workspace.open(filled.path).layer("coverage")


def test_a_derived_day_that_is_half_gone_is_derived_again(filled):
    forget_months(filled)
    (filled.path / "derived" / "day=2026-03-07" / "manifest.json").unlink()
    (filled.path / "derived" / "day=2026-03-07" / "passes.parquet").unlink()
    opened = Workspace.open(filled.path)
    assert columns_equal(opened, opened)
    assert (filled.path / "derived" / "day=2026-03-07" / "passes.parquet").exists()


def test_manifests_of_tracks_count_fixes_and_units(filled):
    manifest = json.loads((filled.path / "tracks/day=2026-03-07/manifest.json").read_text())
    assert (manifest["fixes"], manifest["units"]) == (120, 2)
