"""A workspace is made as a whole or not at all; other districts keep its lattice."""

from __future__ import annotations

import json

import numpy as np
import pytest

from geogrid.errors import BoundaryError, InputError, LayerNotFoundError, StoreError
from geogrid.workspace import Choices, DistrictFile, Workspace
from tests.small_city import EAST, MIDDLE, NORTH, SOUTH, WEST, drive, write_districts, write_tracks


@pytest.fixture
def overlapping(tmp_path):
    return write_districts(
        tmp_path / "bad.geojson", {"West": (WEST, MIDDLE + 0.001), "East": (MIDDLE, EAST)}
    )


def test_districts_that_overlap_leave_no_folder_and_name_place_and_size(overlapping, tmp_path):
    with pytest.raises(BoundaryError) as refused:
        Workspace.create(tmp_path / "new" / "ws", DistrictFile(overlapping))
    assert not (tmp_path / "new").exists()
    for part in ("W", "E", "m2", f"{MIDDLE:.1f}", f"{SOUTH:.0f}"):
        assert part in str(refused.value)


def test_a_repair_is_made_on_request_and_says_what_it_changed(overlapping, tmp_path):
    ws, notes = Workspace.create(tmp_path / "ws", DistrictFile(overlapping, repair=True))
    changed = {note.district for note in notes if note.before_m2 != note.after_m2}
    assert changed
    assert len(ws.grid.boundary) == 2
    assert ws.summary()["area_km2"] == pytest.approx(8.86, abs=0.02)


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        (Choices(cell_size_m=0), "0 m cells"),
        (Choices(cell_size_m=12.5), "cell size"),
        (Choices(crs="EPSG:4326"), "projected in metres"),
        (Choices(crs="EPSG:1"), "unknown CRS"),
        (Choices(time_zone="Mars/Olympus"), "unknown time zone"),
        (Choices(origin=(0.5, 0.0)), "origin"),
    ],
)
def test_a_choice_that_cannot_be_leaves_no_folder(districts, tmp_path, choices, message):
    with pytest.raises(InputError, match=message):
        Workspace.create(tmp_path / "ws", DistrictFile(districts), choices)
    assert not (tmp_path / "ws").exists()


def test_a_folder_with_files_is_never_overwritten(districts, tmp_path):
    (tmp_path / "ws").mkdir()
    (tmp_path / "ws" / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="is not empty"):
        Workspace.create(tmp_path / "ws", DistrictFile(districts))
    assert [path.name for path in (tmp_path / "ws").iterdir()] == ["thesis.txt"]


def test_a_file_is_no_folder_for_a_workspace(districts, tmp_path):
    with pytest.raises(InputError, match="is a file"):
        Workspace.create(districts, DistrictFile(districts))


def test_an_empty_folder_becomes_a_workspace(districts, tmp_path):
    (tmp_path / "ws").mkdir()
    ws, _ = Workspace.create(tmp_path / "ws", DistrictFile(districts))
    assert ws.name == "ws"


def test_a_creation_that_was_cut_short_can_be_made_again(districts, tmp_path):
    ws, _ = Workspace.create(tmp_path / "ws", DistrictFile(districts))
    (ws.path / "workspace.toml").unlink()
    with pytest.raises(InputError, match="is not empty"):  # it may be a damaged one
        Workspace.create(ws.path, DistrictFile(districts))
    (ws.path / ".creating").touch()
    assert len(Workspace.create(ws.path, DistrictFile(districts))[0].grid) == len(ws.grid)


def test_a_choice_of_crs_and_origin_is_kept_for_life(districts, tmp_path):
    choices = Choices(crs="EPSG:4548", origin=(100.0, 50.0), cell_size_m=200, name='三明 "A"')
    made, _ = Workspace.create(tmp_path / "ws", DistrictFile(districts), choices)
    opened = Workspace.open(tmp_path / "ws")
    assert opened.grid.spec == made.grid.spec
    assert opened.summary()["crs"] == "EPSG:4548"
    assert opened.name == '三明 "A"'
    assert (opened.grid.spec.x_min - 100.0) % 200 == 0.0


def test_other_districts_keep_crs_codes_and_the_coverage_of_cells_that_stay(ws, tmp_path, options):
    ws.import_files("tracks", [write_tracks(tmp_path / "t.csv", drive("c", "2026-03-06"))], options)
    before, spec = ws.layer("coverage").table, ws.grid.spec
    old = dict(zip(ws.grid.codes(), range(len(ws.grid)), strict=True))
    wider = write_districts(
        tmp_path / "wider.geojson",
        {"West": (WEST - 0.02, MIDDLE), "East": (MIDDLE, EAST), "North": (EAST, EAST + 0.02)},
    )
    ws.replace_districts(DistrictFile(wider))
    assert ws.grid.spec.crs == spec.crs
    assert len(ws.grid.boundary) == 3
    after = ws.layer("coverage").table
    shared = [(old[code], at) for at, code in enumerate(ws.grid.codes()) if code in old]
    assert len(shared) == len(old)
    was, now = map(list, zip(*shared, strict=True))
    land = ws.grid.area_m2[now] == before.grid.area_m2[was]
    assert land.sum() > 100
    for name in before.columns:
        a, b = before[name][was][land], after[name][now][land]
        assert np.array_equal(a, b, equal_nan=a.dtype.kind in "fM"), name


def test_bad_districts_change_nothing(ws, overlapping):
    before = ws.register("districts")
    with pytest.raises(BoundaryError):
        ws.replace_districts(DistrictFile(overlapping))
    assert Workspace.open(ws.path).register("districts").equals(before)


def test_other_districts_can_be_undone(ws, tmp_path):
    cells = len(ws.grid)
    one = write_districts(tmp_path / "one.geojson", {"West": (WEST, MIDDLE)})
    ws.replace_districts(DistrictFile(one))
    assert len(ws.grid) < cells
    ws.undo()
    assert len(ws.grid) == len(Workspace.open(ws.path).grid) == cells


def test_an_open_workspace_follows_districts_that_another_process_replaces(ws, tmp_path):
    served = Workspace.open(ws.path)
    assert len(served.layer("districts")) == 2
    one = write_districts(tmp_path / "one.geojson", {"West": (WEST, MIDDLE)})
    ws.replace_districts(DistrictFile(one))
    assert len(served.layer("districts")) == 1
    assert len(served.grid) == len(ws.grid)


def test_a_folder_that_is_no_workspace_says_how_to_make_one(tmp_path):
    with pytest.raises(InputError, match="geogrid init"):
        Workspace.open(tmp_path)


def toml(zone: str = "Asia/Shanghai", origin: str = "0.0, 0.0", crs: str = "EPSG:4548") -> str:
    return (
        f'schema_version = 2\nname = "x"\ntime_zone = "{zone}"\ncell_size_m = 250\n'
        f'origin = [{origin}]\ncrs = "{crs}"\n'
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "schema_version = 2\n",
        "not toml at all [",
        toml(zone="Mars/Olympus"),
        toml(origin="0.0"),
        toml(crs="nonsense"),
    ],
)
def test_a_damaged_workspace_toml_says_what_to_do(ws, text):
    (ws.path / "workspace.toml").write_text(text)
    with pytest.raises(StoreError, match=r"workspace\.toml is damaged .*backup"):
        Workspace.open(ws.path)


def test_a_workspace_of_another_version_says_so(ws):
    path = ws.path / "workspace.toml"
    path.write_text(path.read_text().replace("schema_version = 2", "schema_version = 9"))
    with pytest.raises(StoreError, match="schema version 9"):
        Workspace.open(ws.path)


def test_a_missing_or_damaged_file_of_registers_says_what_to_do(ws):
    path = ws.path / "registers.gpkg"
    content = path.read_bytes()
    path.write_bytes(b"no database" * 500)
    with pytest.raises(StoreError, match=r"registers\.gpkg is damaged .*backup"):
        Workspace.open(ws.path)
    path.unlink()
    with pytest.raises(StoreError, match=r"registers\.gpkg is missing.*backup"):
        Workspace.open(ws.path)
    path.write_bytes(content)
    assert len(Workspace.open(ws.path).grid)


def test_a_register_that_is_not_there_says_how_to_import_it(ws):
    with pytest.raises(LayerNotFoundError, match="geogrid import WS cameras FILE"):
        ws.register("cameras")


def test_the_registers_open_as_a_plain_geopackage(ws):
    import geopandas

    frame = geopandas.read_file(ws.path / "registers.gpkg", layer="districts")
    assert list(frame["name"]) == ["East", "West"]
    assert frame.total_bounds == pytest.approx([WEST, SOUTH, EAST, NORTH])


def test_a_summary_is_plain_json(ws):
    summary = ws.summary()
    assert json.loads(json.dumps(summary)) == summary
