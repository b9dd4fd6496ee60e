"""A workspace is told sound or not, kept as one file, and made again of it byte by byte."""

from __future__ import annotations

import json
import sqlite3
import zipfile

import pytest

from tests.small_city import (
    MIDDLE,
    WEST,
    drive,
    write_cameras,
    write_districts,
    write_incidents,
    write_tracks,
)


@pytest.fixture
def filled(run, ws, tmp_path):
    """Return a small workspace with a day of tracks, cameras and an incident."""
    files = {
        "tracks": write_tracks(tmp_path / "a.csv", drive("A", "2026-03-06")),
        "cameras": write_cameras(tmp_path / "c.csv", [("1", 117.61, 26.21, 50.0)]),
        "incidents": write_incidents(
            tmp_path / "i.csv",
            [("1", "2026-03-06 08:00", 117.61, 26.21, "theft"), ("2", "?", 1, 1, "theft")],
        ),
    }
    for kind, file in files.items():
        declared = ("--datum", "wgs84", "--tz", "Asia/Shanghai")
        assert run("import", ws, kind, file, *declared).code == 0
    return ws


def content(root):
    skipped = {".lock", ".undo", "derived"}
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.relative_to(root).parts[0] not in skipped
    }


def test_a_workspace_as_it_was_made_is_sound(run, filled):
    said = run("doctor", filled, "--json")
    assert said.code == 0
    assert said.json["sound"] is True
    assert said.json["findings"] == []
    counts = said.json["counts"]
    assert counts == {
        "imports": 4,  # the districts are the first
        "cameras": 1,
        "districts": 2,
        "days": 1,
        "fixes": 60,
        "incidents": 1,
    }


def test_looking_changes_nothing(run, filled):
    before = content(filled)
    run("doctor", filled)
    assert content(filled) == before


def flip(path, at=-40):
    data = bytearray(path.read_bytes())
    data[at] ^= 0xFF
    path.write_bytes(data)


FAULTS = {
    "another version": lambda ws: rewrite(
        ws / "workspace.toml", "schema_version = 2", "schema_version = 9"
    ),
    "no toml": lambda ws: (ws / "workspace.toml").unlink(),
    "no registers": lambda ws: (ws / "registers.gpkg").unlink(),
    "registers cut": lambda ws: (ws / "registers.gpkg").write_bytes(b"SQLite format 3\0"),
    "no log": lambda ws: (ws / "app.sqlite").unlink(),
    "log cut": lambda ws: (ws / "app.sqlite").write_bytes(b"x" * 5000),
    "a bit of a day": lambda ws: flip(next(ws.glob("tracks/*/fixes.parquet")), 40),
    "a day cut": lambda ws: next(ws.glob("tracks/*/fixes.parquet")).write_bytes(b"PAR1"),
    "no edges": lambda ws: next(ws.glob("tracks/*/edges.parquet")).unlink(),
    "no manifest": lambda ws: next(ws.glob("tracks/*/manifest.json")).unlink(),
    "incidents cut": lambda ws: next(ws.glob("incidents/*/*.parquet")).write_bytes(b"PAR1"),
}


def rewrite(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


@pytest.mark.parametrize("name", FAULTS)
def test_lost_or_damaged_data_is_found_and_a_remedy_named(run, filled, name):
    FAULTS[name](filled)
    said = run("doctor", filled, "--json")
    assert said.code == 2
    assert said.json["sound"] is False
    faults = [one for one in said.json["findings"] if one["level"] == "fault"]
    assert faults
    assert all(one["place"] and one["problem"] and one["remedy"] for one in faults)


def test_each_byte_of_a_day_is_covered_by_its_hash(run, filled):
    path = next(filled.glob("tracks/*/fixes.parquet"))
    whole = path.read_bytes()
    for at in range(0, len(whole), max(1, len(whole) // 12)):
        flip(path, at)
        assert run("doctor", filled).code == 2, at
        path.write_bytes(whole)
    assert run("doctor", filled).code == 0


def test_files_that_do_not_belong_there_are_named_and_do_no_harm(run, filled):
    (filled / "notes.txt").write_text("x")
    (filled / "tracks" / "day=2026-03-06" / "fixes.parquet.new").write_text("x")
    (filled / "quarantine" / "000099.csv").write_text("x")
    (filled / ".staging").mkdir()
    said = run("doctor", filled, "--json")
    assert said.code == 0
    assert {one["place"] for one in said.json["findings"]} == {
        "notes.txt",
        "tracks/day=2026-03-06/fixes.parquet.new",
        "quarantine/000099.csv",
        ".staging",
    }


def test_a_folder_that_is_no_workspace_is_refused(run, tmp_path):
    assert run("doctor", tmp_path / "no").code == 2
    assert "is not a workspace" in run("doctor", tmp_path).err


def test_a_backup_gives_the_same_workspace(run, filled, tmp_path):
    run("coverage", filled)  # leaves derived days, which are not in a backup
    assert run("backup", filled, tmp_path / "b.zip").code == 0
    said = run("restore", tmp_path / "b.zip", tmp_path / "again", "--json")
    assert said.code == 0
    assert said.json["counts"]["fixes"] == 60
    assert content(tmp_path / "again") == content(filled)
    asked = [run("coverage", root, "--json").json for root in (filled, tmp_path / "again")]
    assert asked[0] == asked[1]


def test_the_same_workspace_gives_the_same_backup(run, filled, tmp_path):
    for name in ("one.zip", "two.zip"):
        run("backup", filled, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_a_backup_overwrites_nothing_and_is_not_made_of_what_is_unsound(run, filled, tmp_path):
    target = tmp_path / "b.zip"
    target.write_text("mine")
    assert run("backup", filled, target).code == 2
    assert target.read_text() == "mine"
    flip(next(filled.glob("tracks/*/fixes.parquet")), 40)
    assert "not sound" in run("backup", filled, tmp_path / "c.zip").err
    assert not (tmp_path / "c.zip").exists()
    assert not list(tmp_path.glob(".*.part"))


def test_a_backup_is_restored_into_a_new_folder_only(run, filled, tmp_path):
    run("backup", filled, tmp_path / "b.zip")
    before = content(filled)
    assert "not empty" in run("restore", tmp_path / "b.zip", filled).err
    assert content(filled) == before


def repacked(path, target, change):
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        members = {info.filename: old.read(info) for info in old.infolist()}
        for name, data in change(members).items():
            new.writestr(name, data)


def with_member(name):
    def change(members):
        manifest = json.loads(members["backup.json"])
        import hashlib

        manifest["sha256"][name] = hashlib.sha256(b"x").hexdigest()
        return members | {name: b"x", "backup.json": json.dumps(manifest).encode()}

    return change


def without(start):
    return lambda members: {n: d for n, d in members.items() if not n.startswith(start)}


@pytest.mark.parametrize(
    "change",
    [
        lambda members: members | {"registers.gpkg": members["registers.gpkg"][:-1] + b"x"},
        lambda members: members | {"more.txt": b"x"},
        with_member("../canary"),
        with_member("/canary"),
        with_member("tracks/day=2026-03-06/../../../canary"),
        without("tracks/"),
        without("backup.json"),
        without("workspace.toml"),
        lambda members: members | {"backup.json": b"{"},
        lambda members: members | {"backup.json": b"[]"},
    ],
)
def test_a_backup_that_was_changed_restores_nothing(run, filled, tmp_path, change):
    run("backup", filled, tmp_path / "b.zip")
    repacked(tmp_path / "b.zip", tmp_path / "c.zip", change)
    assert run("restore", tmp_path / "c.zip", tmp_path / "again").code == 2
    assert not (tmp_path / "again").exists()
    assert not list(tmp_path.rglob("*canary*"))
    assert not list(tmp_path.glob(".*.part"))


def test_a_file_that_is_no_zip_or_cut_off_restores_nothing(run, filled, tmp_path):
    run("backup", filled, tmp_path / "b.zip")
    whole = (tmp_path / "b.zip").read_bytes()
    for cut in (0, 10, len(whole) // 2, len(whole) - 1):
        (tmp_path / "c.zip").write_bytes(whole[:cut])
        assert run("restore", tmp_path / "c.zip", tmp_path / "again").code == 2
    assert not (tmp_path / "again").exists()


def test_a_database_with_a_bad_page_is_found(run, filled):
    path = filled / "registers.gpkg"
    connection = sqlite3.connect(path)
    size = connection.execute("PRAGMA page_size").fetchone()[0]
    connection.close()
    data = bytearray(path.read_bytes())
    data[5 * size : 6 * size] = b"\xff" * size
    path.write_bytes(data)
    assert run("doctor", filled).code == 2


def test_a_workspace_is_sound_after_every_kind_of_change(run, filled, tmp_path, districts):
    smaller = write_districts(tmp_path / "west.geojson", {"West": (WEST, MIDDLE)})
    more = write_tracks(tmp_path / "b.csv", drive("B", "2026-03-09"))
    declared = ("--datum", "wgs84", "--tz", "Asia/Shanghai")
    changes = [
        ("import", filled, "tracks", more, *declared),
        ("districts", filled, smaller),
        ("undo", filled),
        ("retain", filled, "--days", "3", "--as-of", "2026-03-10", "--yes"),
        ("undo", filled),
        ("retain", filled, "--days", "3", "--as-of", "2026-03-10", "--yes", "--for-good"),
        ("remove", filled, "tracks", "--unit", "B", "--yes"),
        ("remove", filled, "cameras", "--file", tmp_path / "c.csv", *declared, "--yes"),
        ("migrate", filled),
        ("districts", filled, districts),
        ("coverage", filled),
    ]
    for words in changes:
        done = run(*words)
        assert done.code == 0, done.err
        said = run("doctor", filled, "--json")
        assert said.code == 0, words
        assert said.json["findings"] == [], words
    assert said.json["counts"]["days_as_sums"] == 1
