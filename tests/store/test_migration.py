"""A workspace that 0.1.0 wrote is refused with the remedy, and brought up to date whole.

``workspace_0_1_0.zip`` was written by the program of the tag's day: two units with a group each
(kept with empty points), two days, a camera, an incident and a refused row.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas as gpd
import pytest

from geogrid.errors import InputError, StoreError
from geogrid.service.care import bring_up_to_date
from geogrid.store import config, migration
from geogrid.store.backup import restore_backup
from geogrid.store.registers import RegisterStore
from geogrid.store.soundness import inspect_folder
from geogrid.workspace import Questions, Workspace
from tests.store.test_transaction import tree

OLD = Path(__file__).with_name("workspace_0_1_0.zip")


@pytest.fixture
def old(tmp_path):
    restore_backup(OLD, tmp_path / "ws")
    return tmp_path / "ws"


def test_an_older_workspace_is_not_opened_and_the_remedy_is_said(old):
    with pytest.raises(StoreError, match=f"schema version 1.* geogrid migrate {old}"):
        Workspace.open(old)


def test_an_inspection_reads_an_older_workspace_and_names_the_remedy(old):
    seen = inspect_folder(old)
    assert seen.sound
    assert seen.counts["fixes"] == 240
    (finding,) = seen.findings
    assert "geogrid migrate" in finding.remedy


def test_an_older_workspace_is_brought_up_to_date_after_a_backup(old):
    days = {name: data for name, data in tree(old).items() if name.startswith("tracks")}
    done = bring_up_to_date(old)
    assert (done["from"], done["to"], done["registers"]) == (1, config.SCHEMA_VERSION, ["units"])
    seen = inspect_folder(old)
    assert seen.sound
    assert not seen.findings
    workspace = Workspace.open(old)
    assert not isinstance(RegisterStore(old).read("units"), gpd.GeoDataFrame)
    night = workspace.layer("coverage", questions=Questions(group="night"))
    assert night.table.summary["ledger"]["moving"] == pytest.approx(2 * 59 * 60)
    assert {name: data for name, data in tree(old).items() if name.startswith("tracks")} == days


def test_the_backup_is_the_workspace_as_it_was(old, tmp_path):
    before = tree(old)
    backup = Path(bring_up_to_date(old)["backup"])
    assert backup == tmp_path / "ws-schema-1.zip"
    restore_backup(backup, tmp_path / "again")
    assert tree(tmp_path / "again") == before


def test_a_migration_is_undone_exactly(old):
    before = tree(old)
    bring_up_to_date(old)
    Workspace.open(old).undo()
    assert tree(old) == before


def test_a_second_migration_changes_nothing_and_writes_no_backup(old, tmp_path):
    bring_up_to_date(old)
    before = tree(old)
    again = bring_up_to_date(old)
    assert again["from"] == again["to"]
    assert again["backup"] is None
    assert tree(old) == before
    assert [path.name for path in tmp_path.glob("*.zip")] == ["ws-schema-1.zip"]


def test_a_step_that_fails_leaves_the_older_workspace(old, monkeypatch):
    def broken(change):
        change.path_for("registers.gpkg").write_bytes(b"half")
        raise OSError("No space left on device")

    before = tree(old)
    monkeypatch.setattr(migration, "_STEPS", {1: broken})
    with pytest.raises(OSError, match="No space left"):
        bring_up_to_date(old)
    assert tree(old) == before


def test_an_existing_file_is_not_overwritten_by_the_backup(old, tmp_path):
    before, mine = tree(old), tmp_path / "mine.zip"
    mine.write_text("mine")
    with pytest.raises(InputError, match="exists"):
        bring_up_to_date(old, mine)
    assert mine.read_text() == "mine"
    assert tree(old) == before


def test_a_workspace_of_a_newer_version_is_neither_opened_nor_migrated(old):
    path = old / config.FILE_NAME
    path.write_text(path.read_text().replace("schema_version = 1", "schema_version = 7"))
    for act in (Workspace.open, bring_up_to_date):
        with pytest.raises(StoreError, match=r"schema version 7.*update the program"):
            act(old)
    assert not inspect_folder(old).sound


def test_the_fixture_is_what_version_1_wrote():
    with zipfile.ZipFile(OLD) as archive:
        assert b"schema_version = 1" in archive.read(config.FILE_NAME)
