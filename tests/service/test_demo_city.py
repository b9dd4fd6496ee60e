"""The small demo city answers as the contract says, and says everywhere that it is synthetic."""

from __future__ import annotations

import json
import re

import geopandas
import numpy as np
import pytest

from geogrid.errors import InputError, LayerNotFoundError
from geogrid.workspace import Datum, Selection, Window

SHARED = {"cell", "district", "area_m2", "lon", "lat"}
COLUMNS = {
    "coverage": "moving_s standing_s depot_s patrol_s presence_s distance_m passes visits units "
    "days first_seen last_seen longest_absence_h patrol_lo_s patrol_hi_s road_patrolled_share",
    "camera_coverage": "cameras covered_share twice_share road_covered_share",
    "hotspots": "count at_risk z p q hot support stability reason",
    "gaps": "state demand_share supply_share balance p_exceeds verdict reason",
}
STATES = {"not_required", "no_data", "off_duty", "dark", "never", "stale", "under", "met"}
VERDICTS = {"demand_exceeds", "balanced", "supply_exceeds"}
LATTICES = sorted(COLUMNS)


@pytest.mark.parametrize("layer_id", LATTICES)
def test_a_file_has_the_columns_of_the_contract(tiny_workspace, tmp_path, layer_id):
    path = tiny_workspace.export(
        layer_id, tmp_path / "cells.parquet", selection=Selection(district="350402")
    )
    frame = geopandas.read_parquet(path)
    assert SHARED | set(COLUMNS[layer_id].split()) <= set(frame.columns)
    assert frame["cell"].is_unique
    assert frame.crs.to_epsg() == 4326
    assert set(frame["district"]) == {"350402"}
    if layer_id == "gaps":
        assert set(frame["state"].dropna()) <= STATES
        assert set(frame["verdict"].dropna()) <= VERDICTS


def test_the_ledger_of_every_window_sums_to_its_total(tiny_workspace):
    for window in (Window(), Window.parse(first="2026-03-07", last="2026-03-07", hours="22-06")):
        summary = tiny_workspace.layer("coverage", window).summary
        assert {"cells_patrolled", "cells_with_fix", "ledger", "fixes"} <= set(summary)
        ledger = dict(summary["ledger"])
        assert set(ledger) == {
            *("moving", "standing", "depot", "silent", "off_grid", "rejected", "total")
        }
        total = ledger.pop("total")
        assert sum(ledger.values()) == pytest.approx(total, abs=1e-3)


def test_seconds_in_cells_are_the_seconds_of_the_ledger(tiny_workspace):
    layer = tiny_workspace.layer("coverage")
    ledger = layer.summary["ledger"]
    for column, bucket in (
        ("moving_s", "moving"),
        ("standing_s", "standing"),
        ("depot_s", "depot"),
    ):
        assert np.nansum(layer.table[column].astype(float)) == pytest.approx(
            ledger[bucket], abs=1e-3
        )


def test_fixes_by_reason_sum_to_the_rows_that_were_read(tiny_workspace):
    for window in (Window(), Window.parse(first="2026-03-07", last="2026-03-07")):
        fixes = dict(tiny_workspace.layer("coverage", window).summary["fixes"])
        read = fixes.pop("read")
        assert sum(fixes.values()) == read > 300_000
        assert min(fixes.values()) >= 0


def test_hotspots_name_method_null_and_mask(tiny_workspace):
    summary = tiny_workspace.layer("hotspots").summary
    assert {"cells", "tested", "hot", "cold", "method", "null", "mask"} <= set(summary)
    assert 0 < summary["hot"] < summary["tested"] < summary["cells"]


def test_states_of_gaps_sum_to_the_cells_and_their_land(tiny_workspace):
    summary = tiny_workspace.layer("gaps").summary
    assert sum(summary["states"].values()) == summary["cells"] == len(tiny_workspace.grid)
    land = sum(summary["land_km2"].values())
    assert land == pytest.approx(tiny_workspace.summary()["area_km2"], rel=1e-9)


def test_every_layer_made_of_demo_data_says_that_it_is_synthetic(tiny_workspace):
    listed = {layer["id"]: layer["synthetic"] for layer in tiny_workspace.layer_list("en")}
    assert listed.pop("districts") is listed.pop("grid") is False  # these are real
    assert set(listed.values()) == {True}
    for layer_id in listed:
        assert tiny_workspace.layer_json(layer_id)["synthetic"] is True
    assert tiny_workspace.synthetic


@pytest.mark.parametrize("layer_id", ["cameras", "gaps"])
def test_an_exported_file_says_that_it_is_synthetic(tiny_workspace, tmp_path, layer_id):
    path = tiny_workspace.export(
        layer_id,
        tmp_path / "part.geojson",
        selection=Selection(bbox=(117.60, 26.25, 117.65, 26.28)),
    )
    collection = json.loads(path.read_text("utf-8"))
    assert collection["features"]
    assert "synthetic" in json.dumps({k: v for k, v in collection.items() if k != "features"})
    assert "synthetic" in " ".join(tiny_workspace.layer(layer_id).provenance.sources)


@pytest.mark.parametrize("layer_id", LATTICES)
def test_provenance_is_the_same_when_a_layer_is_made_again(tiny_workspace, layer_id):
    again = type(tiny_workspace).open(tiny_workspace.path)
    one = tiny_workspace.layer(layer_id).provenance
    other = again.layer(layer_id).provenance
    assert one == other
    assert one.fingerprint == other.fingerprint
    assert re.fullmatch(r"[0-9a-f]{12}", one.fingerprint)
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in one.inputs.values())


def test_another_question_has_another_fingerprint(tiny_workspace):
    one = tiny_workspace.layer("coverage").provenance
    other = tiny_workspace.layer("coverage", Window.parse(hours="22-06")).provenance
    assert one.inputs == other.inputs
    assert one.fingerprint != other.fingerprint


def test_data_are_as_of_the_newest_fact(tiny_workspace):
    newest = max(
        int(day.t.max()) for day in map(tiny_workspace._shelf.tracks.read, tiny_workspace.days())
    )
    as_of = tiny_workspace.layer("coverage").provenance.data_as_of
    assert np.datetime64(as_of.removesuffix("Z"), "s") == np.datetime64(newest // 1000, "s")
    assert tiny_workspace.layer("districts").provenance.data_as_of is None


def test_a_part_of_a_layer_follows_district_and_window(tiny_workspace, tmp_path):
    every = len(tiny_workspace.layer("incidents"))
    window = Window.parse(first="2026-01-01", last="2026-03-31")
    inside = len(tiny_workspace.layer("incidents", window))
    path = tiny_workspace.export(
        "incidents",
        tmp_path / "part.csv",
        selection=Selection(district="梅列区"),
        window=window,
    )
    written = len(path.read_text("utf-8-sig").splitlines()) - 1
    assert 0 < written < inside < every
    picked = tiny_workspace.selection(area="districts:350402")  # the same land, picked as an area
    tiny_workspace.export("incidents", tmp_path / "area.csv", selection=picked, window=window)
    assert (tmp_path / "area.csv").read_bytes() == path.read_bytes()
    assert picked.as_text() == {"area": "districts:350402"}


@pytest.mark.parametrize("ending", ["parquet", "geojson", "gpkg", "csv", "fgb"])
def test_an_export_is_of_the_format_of_its_ending(tiny_workspace, tmp_path, ending):
    path = tiny_workspace.export("checkpoints", tmp_path / f"points.{ending}")
    if ending == "csv":
        assert path.read_text("utf-8-sig").startswith("id,")
    elif ending == "parquet":
        assert len(geopandas.read_parquet(path)) == len(tiny_workspace.layer("checkpoints"))
    else:
        assert len(geopandas.read_file(path)) == len(tiny_workspace.layer("checkpoints"))


def test_geojson_is_in_wgs84_only(tiny_workspace, tmp_path):
    elsewhere = Selection(datum=Datum.GCJ02)
    with pytest.raises(InputError, match=r"RFC 7946.*\.gpkg"):
        tiny_workspace.export("cameras", tmp_path / "x.geojson", selection=elsewhere)
    assert not (tmp_path / "x.geojson").exists()
    moved = geopandas.read_file(
        tiny_workspace.export("checkpoints", tmp_path / "x.gpkg", selection=elsewhere)
    )
    straight = tiny_workspace.layer("checkpoints").to_geodataframe()
    shift = np.abs(moved.geometry.x.to_numpy() - straight.geometry.x.to_numpy()).mean()
    assert 0.003 < shift < 0.008  # some 500 m


def test_an_unknown_layer_or_district_names_the_known_ones(tiny_workspace, tmp_path):
    with pytest.raises(LayerNotFoundError, match="coverage, camera_coverage"):
        tiny_workspace.layer("weather")
    with pytest.raises(InputError, match="350402"):
        tiny_workspace.export("gaps", tmp_path / "x.csv", selection=Selection(district="Atlantis"))
    for named in ("districts:Atlantis", "weather:1", "cameras:1"):
        with pytest.raises(InputError, match="there is no area"):
            tiny_workspace.selection(area=named)


def test_the_map_is_one_file(tiny_workspace, tmp_path):
    path = tiny_workspace.one_file_map(tmp_path / "map.html", language="zh")
    assert [file.name for file in tmp_path.iterdir()] == ["map.html"]
    text = path.read_text("utf-8")
    assert "巡逻覆盖" in text
    assert "模拟数据" in text


def test_a_cell_tells_everything_in_the_readers_language(tiny_workspace):
    gaps = tiny_workspace.layer("gaps").table
    at = int(np.flatnonzero(gaps["state"] == "met")[0])
    code = tiny_workspace.grid.codes()[at]
    english = tiny_workspace.cell_report(code)
    chinese = tiny_workspace.cell_report(code, language="zh")
    assert set(english["layers"]) == set(LATTICES)
    assert re.search(r"\d+ visits, \d+ min", english["sentence"])
    assert re.search(r"到访 \d+ 次，共 \d+ 分钟", chinese["sentence"])
    assert json.loads(json.dumps(english, allow_nan=False)) == english
    with pytest.raises(LayerNotFoundError, match="no cell"):
        tiny_workspace.cell_report(code[:-7] + "9999750")


def test_totals_of_districts_sum_to_those_of_the_city(tiny_workspace):
    rows = tiny_workspace.district_table()
    assert len(rows) == 12
    coverage = tiny_workspace.layer("coverage").table
    hours = np.nansum(coverage["patrol_s"].astype(float)) / 3600
    assert sum(row["patrol_h"] for row in rows) == pytest.approx(hours, rel=1e-5)
    assert sum(row["land_km2"] for row in rows) == pytest.approx(22_975.7, rel=1e-4)
    cameras = tiny_workspace.layer("camera_coverage").table["cameras"].sum()
    assert sum(row["cameras"] for row in rows) == cameras
