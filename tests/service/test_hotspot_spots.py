"""Hotspots of a workspace as areas: names, files, ids that go on."""

from __future__ import annotations

import geopandas as gpd
import pytest

from geogrid.analysis.hotspot_params import HotspotParams
from geogrid.errors import InputError, LayerNotFoundError
from geogrid.model.window import Window
from tests.service.test_forecasts import rows_of
from tests.small_city import SOUTH, WEST, write_incidents

PARAMS = HotspotParams(radius_m=625.0)
BEFORE, AFTER = Window.parse("2025-11-20", "2026-02-28"), Window.parse("2025-11-27", "2026-03-07")


@pytest.fixture
def filled(ws, options, tmp_path):
    ws.import_files("incidents", [write_incidents(tmp_path / "i.csv", rows_of())], options)
    return ws


def test_areas_are_features_with_ranks_shares_and_provenance(filled):
    layer, summary = filled.spots(BEFORE, params=PARAMS)
    assert len(summary["areas"]) >= 1
    first = summary["areas"][0]
    assert (first["rank"], first["name"]) == (1, "West")
    assert first["share_of_incidents"] > 3 * first["share_of_area"]
    assert summary["lattices"] == 15
    assert set(layer.table["part"]) <= {"core", "fringe"}
    assert layer.provenance.data_as_of.startswith("2026-02-28")
    assert [field.name for field in layer.fields] == list(layer.table.columns.drop("geometry"))


@pytest.mark.parametrize("ending", ["geojson", "gpkg", "parquet"])
def test_ids_and_names_go_on_from_a_file_of_the_week_before(filled, tmp_path, ending):
    file = tmp_path / f"before.{ending}"
    _, before = filled.spots(BEFORE, params=PARAMS, path=file)
    _, after = filled.spots(AFTER, params=PARAMS, earlier=file)
    assert after["kept"] == sorted(area["id"] for area in before["areas"])
    assert after["areas"][0]["name"] == before["areas"][0]["name"]
    assert after["gone"] == []


def test_an_area_is_named_after_a_place_in_it(filled, options, tmp_path):
    places = tmp_path / "places.csv"
    rows = ["id,kind,lon,lat,name", f"p1,hotel,{WEST + 0.004},{SOUTH + 0.002},Harbour Hotel"]
    places.write_text("\n".join(rows) + "\n", "utf-8")
    filled.import_files("places", [places], options)
    _, summary = filled.spots(BEFORE, params=PARAMS)
    assert summary["areas"][0]["name"] == "Harbour Hotel"


def test_the_same_question_gives_the_same_bytes(filled, tmp_path):
    for name in ("a.geojson", "b.geojson"):
        filled.spots(BEFORE, params=PARAMS, path=tmp_path / name)
    assert (tmp_path / "a.geojson").read_bytes() == (tmp_path / "b.geojson").read_bytes()
    assert len(gpd.read_file(tmp_path / "a.geojson")) >= 1


def test_too_few_incidents_another_file_or_none_are_refused(filled, ws, make, tmp_path):
    with pytest.raises(InputError, match="at least 30 incidents, got 3"):
        filled.spots(Window.parse("2025-11-20", "2025-11-20"))
    with pytest.raises(InputError, match="there is no such file"):
        filled.spots(BEFORE, params=PARAMS, earlier=tmp_path / "none.geojson")
    filled.export("districts", tmp_path / "d.geojson")
    with pytest.raises(InputError, match="no file of hotspot areas"):
        filled.spots(BEFORE, params=PARAMS, earlier=tmp_path / "d.geojson")
    with pytest.raises(LayerNotFoundError, match="import WS incidents"):
        make("empty").spots()
