"""One workspace asked in several ways: other methods, areas and forecasts as layers."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from geogrid.analysis.hotspot_params import HotspotParams
from geogrid.errors import InputError, LayerNotFoundError
from geogrid.model.window import Window
from geogrid.service.layers import Questions
from tests.service.test_forecasts import rows_of
from tests.small_city import write_incidents

PARAMS = HotspotParams(radius_m=625.0)
METHODS = ("gi", "local-moran", "rate", "kde", "emerging", "near-repeat", "scan")
LAST = Window.parse(None, "2026-03-07")


@pytest.fixture
def filled(ws, options, tmp_path):
    ws.import_files("incidents", [write_incidents(tmp_path / "i.csv", rows_of())], options)
    return ws


@pytest.mark.parametrize("method", METHODS)
def test_a_view_of_another_method_answers_everything_a_map_asks(filled, method):
    other = filled.asking(Questions(method=method))
    described = other.layer_json("hotspots", "zh")
    assert described["provenance"]["parameters"]["method"] == method
    drawn = [one["name"] for one in described["fields"] if "wire" in one]
    for name in drawn:
        assert len(other.wire_column("hotspots", name).data) > 0
    table = other.layer("hotspots").table
    assert table.summary["method"] == method
    code = filled.grid.codes()[0]
    told = other.cell_report(code, language="zh")["layers"]["hotspots"]
    assert set(told) == set(table.columns)
    assert len(other.district_table()) == 2


@pytest.mark.parametrize("method", [name for name in METHODS if name != "kde"])
def test_every_reason_of_every_method_is_told_in_chinese(filled, method):
    other = filled.asking(Questions(method=method))
    reasons = np.asarray(other.layer("hotspots").table["reason"]).astype(str)
    _, first = np.unique(reasons, return_index=True)
    for at in first:
        report = other.cell_report(filled.grid.codes()[at], language="zh")
        said = report["layers"]["hotspots"]["reason"]
        assert any("\u4e00" <= letter <= "\u9fff" for letter in said), said


def test_the_first_view_keeps_its_own_answers(filled):
    before = filled.layer_json("hotspots")["version"]
    other = filled.asking(Questions(method="kde"))
    assert other.layer_json("hotspots")["version"] != before
    assert filled.layer_json("hotspots")["version"] == before
    assert filled.cell_report(filled.grid.codes()[0])["layers"]["hotspots"]["reason"]


def test_what_does_not_hang_on_the_question_is_worked_out_once_for_all_views(filled):
    other = filled.asking(Questions(method="kde"))
    assert other.mesh() is filled.mesh()
    assert other.layer("grid") is filled.layer("grid")
    assert other.layer("hotspots") is not filled.layer("hotspots")


def test_areas_are_a_layer_of_features_with_words_for_their_parts(filled):
    asked = Questions(hotspots=PARAMS)
    view = filled.asking(asked)
    page = view.features("spots", window=LAST)
    assert page["numberMatched"] >= 1
    direct, _ = filled.spots(LAST, params=PARAMS)
    assert [one["id"] for one in page["features"]] == list(direct.table.index)
    assert {one["properties"]["part"] for one in page["features"]} <= {"core", "fringe"}
    fields = {one["name"]: one for one in view.layer_json("spots", "zh", LAST)["fields"]}
    assert [one["label"] for one in fields["part"]["categories"]] == ["核心", "边缘"]


def test_the_window_of_features_counts(filled):
    all_time = filled.features("incidents")["numberMatched"]
    assert 0 < filled.features("incidents", window=LAST)["numberMatched"] < all_time


def test_a_forecast_is_a_layer_that_knows_what_its_window_holds(filled):
    layer = filled.layer("forecast", LAST)
    asked = filled.forecast(date(2026, 3, 8))
    assert layer.provenance.parameters["as_of"] == "2026-03-08"
    np.testing.assert_array_equal(layer.table["rank"], asked.table["rank"])
    assert len(filled.wire_column("forecast", "expected", LAST).data) > 0
    newest = filled.layer("forecast", Window.parse(None, "2030-01-01"))
    assert newest.provenance.parameters["as_of"] == "2026-03-20"  # the record ends the day before


def test_a_forecast_is_worked_out_when_it_is_asked_for_and_not_for_every_cell(filled):
    code = filled.grid.codes()[0]
    assert "forecast" not in filled.layer_ids()
    assert "forecast" not in filled.cell_report(code)["layers"]
    told = filled.cell_report(code, also=("forecast",))["layers"]["forecast"]
    assert set(told) == {"rank", "expected", "lo", "hi"}


@pytest.mark.parametrize(
    "asked", [("2026-01-01", None), (None, None, "8-12"), (None, None, None, "mon,tue")]
)
def test_a_forecast_of_some_hours_or_days_is_refused(filled, asked):
    with pytest.raises(InputError, match="a forecast knows all hours"):
        filled.layer("forecast", Window.parse(*asked))


@pytest.mark.parametrize("layer_id", ["forecast", "spots"])
def test_without_incidents_neither_is_there(ws, layer_id):
    with pytest.raises(LayerNotFoundError, match="import WS incidents"):
        ws.layer(layer_id)


def test_q_belongs_to_the_whole_family_and_stays_when_only_a_district_is_shown(filled, tmp_path):
    whole = {
        one["properties"]["cell"]: one["properties"]["q"]
        for one in filled.features("hotspots", limit=10_000)["features"]
    }
    part = filled.features("hotspots", district="West", limit=10_000)["features"]
    assert 0 < len(part) < len(whole)
    assert all(whole[one["properties"]["cell"]] == one["properties"]["q"] for one in part)


def test_areas_and_forecasts_can_be_exported_by_name(filled, tmp_path):
    for layer_id in ("spots", "forecast"):
        path = filled.export(layer_id, tmp_path / f"{layer_id}.geojson", window=LAST)
        assert f'"name":"{layer_id}"' in path.read_text("utf-8")
