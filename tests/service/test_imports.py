"""Importing: all files or none, the same bytes in any order, and back again exactly."""

from __future__ import annotations

import hashlib
import itertools
import json
from pathlib import Path

import pytest

from geogrid.errors import InputError, PersonDataError
from geogrid.io.report import ReadReport
from geogrid.workspace import KINDS, Workspace, dry_run, read_options
from tests.small_city import drive, write_cameras, write_incidents, write_tracks

NOT_COMPARED = {".lock", ".undo", "app.sqlite"}


def tree(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else "folder"
        for path in sorted(root.rglob("*"))
        if path.relative_to(root).parts[0] not in NOT_COMPARED
    }


def part(root: Path, folder: str) -> dict[str, str]:
    return {name: digest for name, digest in tree(root).items() if name.startswith(folder)}


@pytest.fixture
def days(tmp_path):
    """Return track files of three days; the second repeats some of the first's fixes."""
    first = drive("car-1", "2026-03-06") + drive("car-2", "2026-03-06", start=23)
    second = drive("car-1", "2026-03-07") + first[10:20]
    third = drive("car-3", "2026-03-08") + drive("car-1", "2026-03-08", start=0)
    return [
        write_tracks(tmp_path / f"day{i}.csv", rows)
        for i, rows in enumerate([first, second, third])
    ]


def test_the_files_of_one_import_come_in_together_or_not_at_all(ws, days, tmp_path, options):
    before = tree(ws.path)
    bad = tmp_path / "bad.csv"
    bad.write_text("unit,time,lon,lat\ncar-1,yesterday,north,east\n")
    with pytest.raises(InputError, match=r"bad\.csv") as refused:
        ws.import_files("tracks", [*days, bad], options)
    assert refused.value.values["bad_rows"] == (1,)
    assert tree(ws.path) == before
    assert ws.days() == ()
    assert len(ws.import_files("tracks", days, options).reports) == 3


def test_importing_again_changes_no_byte_of_tracks_and_no_total(ws, days, options):
    first = ws.import_files("tracks", days, options)
    stored, ledger = part(ws.path, "tracks"), ws.layer("coverage").summary["ledger"]
    again = ws.import_files("tracks", days, options)
    assert part(ws.path, "tracks") == stored
    assert ws.layer("coverage").summary["ledger"] == ledger
    assert (first.accepted, first.duplicates) == (310, 10)
    assert (again.accepted, again.duplicates) == (310, 310)


def test_the_order_of_imports_leaves_no_trace(make, days, tmp_path, options):
    conflict = write_tracks(
        tmp_path / "conflict.csv", [("car-1", "2026-03-06 08:05:00", 117.605, 26.205)]
    )
    files = [*days, conflict]
    stored = set()
    for order in itertools.permutations(range(4)):
        if order[0] > order[-1] and order != (3, 2, 1, 0):
            continue  # half of the orders, and the one turned round
        workspace = make("-".join(map(str, order)))
        for at in order:
            workspace.import_files("tracks", [files[at]], options)
        stored.add(tuple(part(workspace.path, "tracks").items()))
    assert len(stored) == 1


def test_registers_and_incidents_hold_the_same_whatever_came_first(make, tmp_path, options):
    cameras = [
        write_cameras(tmp_path / "a.csv", [("c1", 117.61, 26.21, 50), ("c2", 117.62, 26.21, 60)]),
        write_cameras(tmp_path / "b.csv", [("c3", 117.63, 26.21, 70)]),
    ]
    incidents = [
        write_incidents(tmp_path / "i.csv", [("i2", "2026-03-06 10:00", 117.61, 26.21, "theft")]),
        write_incidents(tmp_path / "j.csv", [("i1", "2025-12-31 10:00", 117.61, 26.21, "fire")]),
    ]
    one, other = make("one"), make("other")
    for workspace, step in ((one, 1), (other, -1)):
        for file in cameras[::step]:
            workspace.import_files("cameras", [file], options)
        for file in incidents[::step]:
            workspace.import_files("incidents", [file], options)
    assert one.register("cameras").equals(other.register("cameras"))
    assert part(one.path, "incidents") == part(other.path, "incidents")
    fingerprints = [w.layer("cameras").provenance.inputs for w in (one, other)]
    assert fingerprints[0] == fingerprints[1]


def test_undo_restores_every_byte(ws, days, tmp_path, options):
    ws.import_files("tracks", days[:1], options)
    ws.import_files(
        "cameras", [write_cameras(tmp_path / "c.csv", [("c", 117.61, 26.21, 50)])], options
    )
    before = tree(ws.path)
    for kind, files in (
        ("tracks", days),
        ("cameras", [write_cameras(tmp_path / "d.csv", [("c", 117.62, 26.21, 9)])]),
        (
            "incidents",
            [write_incidents(tmp_path / "i.csv", [("i", "2026-03-06", 117.61, 26.21, "x")])],
        ),
    ):
        ws.import_files(kind, files, options)
        assert tree(ws.path) != before
        assert ws.undo()["kind"] == kind
        assert tree(ws.path) == before


def test_undo_after_a_second_import_undoes_only_the_second(ws, days, options):
    ws.import_files("tracks", days[:1], options)
    after_first = tree(ws.path)
    ws.import_files("tracks", days[1:], options)
    ws.undo()
    assert tree(ws.path) == after_first
    with pytest.raises(InputError, match="no import to undo"):
        ws.undo()


def test_days_are_gone_after_the_undo_of_the_only_import(ws, days, options):
    ws.import_files("tracks", days, options)
    assert len(ws.days()) == 3
    ws.undo()
    assert ws.days() == ()
    assert "coverage" not in ws.layer_ids()


def test_a_new_workspace_has_nothing_to_undo(ws):
    with pytest.raises(InputError, match="no import to undo"):
        ws.undo()


def test_the_quarantine_names_file_row_field_value_and_reason(ws, tmp_path, options):
    rows = [*drive("car-1", "2026-03-06"), ("car-1", "2026-03-06 12:00:00", 117.61, 95.0)]
    rows.append(("=cmd()", "2026-03-06 25:00:00", 117.61, 26.21))
    result = ws.import_files("tracks", [write_tracks(tmp_path / "t.csv", rows)], options)
    assert result.status == "quarantine"
    assert result.accepted == 60
    table = ws.quarantine()
    assert list(table.columns) == ["import", "file", "row", "field", "value", "reason", "record"]
    assert list(table["row"]) == [61, 62]
    assert list(table["field"]) == ["lat", "time"]
    assert set(table["file"]) == {"t.csv"}
    assert table["reason"].str.len().min() > 10
    ws.undo()
    assert ws.quarantine().empty


def test_no_cell_of_the_quarantine_is_a_formula(ws, tmp_path, options):
    rows = [*drive("car-1", "2026-03-06"), ("car-1", "=1+1", 117.61, 26.21)]
    ws.import_files("tracks", [write_tracks(tmp_path / "=t.csv", rows)], options)
    text = next((ws.path / "quarantine").glob("*.csv")).read_text("utf-8-sig")
    assert not any(cell.startswith(("=", "+", "@")) for cell in text.replace("\n", ",").split(","))


def test_a_file_about_persons_is_refused_and_says_what_to_do(ws, tmp_path, options):
    path = tmp_path / "cars.csv"
    path.write_text("unit,time,lon,lat,身份证号\ncar-1,2026-03-06 08:00,117.61,26.21,1\n", "utf-8")
    before = tree(ws.path)
    with pytest.raises(PersonDataError, match=r"身份证号.*remove the column"):
        ws.import_files("tracks", [path], options)
    assert tree(ws.path) == before


def test_counts_of_fixes_sum_to_the_rows_that_were_read(ws, days, tmp_path, options):
    ws.import_files("tracks", days, options)
    extra = write_tracks(
        tmp_path / "extra.csv",
        [("car-1", "2026-03-06 08:05:00", 117.605, 26.205), ("car-9", "never", 117.61, 26.21)],
    )
    ws.import_files("tracks", [extra], options)
    fixes = dict(ws.layer("coverage").summary["fixes"])
    read = fixes.pop("read")
    assert read == 60 * 5 + 10 + 2
    assert sum(fixes.values()) == read
    assert fixes["refused"] == 1
    assert fixes["conflict"] == 1
    assert fixes["duplicate"] == 10


def test_an_entry_with_a_known_id_takes_the_old_ones_place_and_is_told(ws, tmp_path, options):
    ws.import_files(
        "cameras", [write_cameras(tmp_path / "a.csv", [("c", 117.61, 26.21, 50)])], options
    )
    again = ws.import_files(
        "cameras",
        [write_cameras(tmp_path / "b.csv", [("c", 117.62, 26.21, 60), ("d", 117.63, 26.21, 70)])],
        options,
    )
    assert ws.register("cameras")["range"].to_dict() == {"c": 60, "d": 70}
    assert again.status == "accept_warn"
    assert "1 entries of cameras replaced" in again.as_json()["message"]


def test_roads_of_two_files_without_ids_all_stay(ws, tmp_path, options):
    files = []
    for name, lat in (("a", 26.205), ("b", 26.215)):
        line = {"type": "LineString", "coordinates": [[117.605, lat], [117.635, lat]]}
        feature = {"type": "Feature", "properties": {"class": name}, "geometry": line}
        files.append(tmp_path / f"{name}.geojson")
        files[-1].write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    ws.import_files("roads", files, options)
    assert ws.register("roads")["class"].to_dict() == {"a.geojson:1": "a", "b.geojson:1": "b"}
    ws.import_files("roads", files[:1], options)
    assert len(ws.register("roads")) == 2


def test_incidents_are_kept_by_local_year_and_move_with_their_time(ws, tmp_path, options):
    row = ("i", "2026-01-01 00:30", 117.61, 26.21, "theft")
    ws.import_files("incidents", [write_incidents(tmp_path / "a.csv", [row])], options)
    assert (ws.path / "incidents" / "year=2026").is_dir()
    moved = ("i", "2025-12-31 23:30", 117.61, 26.21, "theft")
    ws.import_files("incidents", [write_incidents(tmp_path / "b.csv", [moved])], options)
    assert [path.name for path in (ws.path / "incidents").iterdir()] == ["year=2025"]


def test_groups_of_units_are_registered(ws, tmp_path, options):
    path = tmp_path / "t.csv"
    rows = drive("car-1", "2026-03-06")
    path.write_text(
        "unit,time,lon,lat,group\n" + "\n".join(f"{','.join(map(str, r))},一中队" for r in rows),
        "utf-8",
    )
    ws.import_files("tracks", [path], options)
    assert ws.register("units")["group"].to_dict() == {"car-1": "一中队"}
    assert "units" not in ws.layer_ids()


def test_an_unknown_kind_names_the_kinds_there_are(ws, days, options):
    with pytest.raises(InputError, match=r"'dogs'.*tracks, incidents"):
        ws.import_files("dogs", days, options)


def test_a_dry_run_says_what_an_import_would_and_stores_nothing(ws, days, options):
    before = tree(ws.path)
    dry = dry_run("tracks", days[0], options)
    assert tree(ws.path) == before
    real = ws.import_files("tracks", [days[0]], options)
    assert (dry.status, dry.accepted) == (real.status, real.accepted)
    assert dry.number == 0


@pytest.mark.parametrize("kind", ["points", "boundaries"])
def test_a_dry_run_reads_points_and_boundaries_too(kind, districts, tmp_path, options):
    points = tmp_path / "p.csv"
    points.write_text("id,kind,lon,lat\np,hotel,117.61,26.21\n")
    file = districts if kind == "boundaries" else points
    assert dry_run(kind, file, options).status in {"accept", "accept_warn"}


def test_the_summary_of_a_refused_file_comes_in_the_readers_language(ws, tmp_path, options):
    path = write_tracks(tmp_path / "t.csv", [("car-1", "never", 117.61, 26.21)])
    with pytest.raises(InputError) as refused:
        ws.import_files("tracks", [path], options)
    seen: list[str] = []
    refused.value.render(lambda template: seen.append(template) or template)
    assert len(seen) >= 3
    assert isinstance(refused.value.values["summary"].report, ReadReport)
    assert "rows accepted" in str(refused.value)


def test_the_log_of_imports_outlives_the_program(ws, days, options):
    ws.import_files("tracks", days, options, credit="Traffic office")
    layer = Workspace.open(ws.path).layer("coverage")
    assert layer.provenance.sources[-1] == "tracks: day0.csv, day1.csv, day2.csv (Traffic office)"


def test_read_options_refuse_an_unknown_datum():
    with pytest.raises(InputError, match=r"'wgs72'.*gcj02"):
        read_options({"datum": "wgs72"})


def test_kinds_are_listed_in_the_help_of_the_import():
    from geogrid.cli.program import program

    text = program.commands["import"].help
    assert [kind for kind in KINDS if kind not in text] == []


def test_results_are_plain_json(ws, days, options):
    result = ws.import_files("tracks", days, options).as_json()
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert {"status", "accepted", "duplicates", "bad_rows", "message", "warnings"} <= set(result)
