"""Forecasts of a workspace: what counts, what is weighed, what a file says of it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from geogrid.errors import InputError, LayerNotFoundError
from geogrid.service.analyses import IncidentChoice
from tests.small_city import NORTH, SOUTH, WEST, drive, write_incidents, write_tracks

AS_OF = date(2026, 3, 20)


def rows_of(*, days=120, seed=0):
    """Return incidents of the small city, three a day, most of them in one corner."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(3 * days):
        day = np.datetime64("2025-11-20") + i // 3
        lon = WEST + 0.039 * rng.beta(1, 3)
        lat = SOUTH + 0.019 * rng.beta(1, 3)
        rows.append(
            (f"i{i:04d}", f"{day} {8 + i % 12:02d}:00:00", round(lon, 6), round(lat, 6), "a")
        )
    return rows


@pytest.fixture
def filled(ws, options, tmp_path):
    file = write_incidents(tmp_path / "incidents.csv", rows_of())
    assert ws.import_files("incidents", [file], options).as_json()["accepted"] == 360
    return ws


def sourced(path, rows, source):
    """Write incidents of one source as CSV."""
    lines = ["id,time,lon,lat,category,source"]
    lines += [",".join(map(str, (*row, source))) for row in rows]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_a_forecast_is_a_layer_with_its_card(filled):
    layer = filled.forecast(AS_OF, 7)
    assert (layer.id, layer.is_lattice, layer.synthetic) == ("forecast", True, False)
    assert layer.summary["known"] == 360
    assert len(layer.summary["card"]) == 3
    assert layer.provenance.data_as_of.startswith("2026-03-19T")
    assert layer.provenance.parameters["as_of"] == "2026-03-20"
    assert "incidents: incidents.csv" in layer.provenance.sources


def test_a_file_of_a_forecast_has_the_columns_and_the_same_bytes_again(filled, tmp_path):
    first = filled.forecast(AS_OF, 7, path=tmp_path / "a.geojson")
    filled.forecast(AS_OF, 7, path=tmp_path / "b.geojson")
    assert (tmp_path / "a.geojson").read_bytes() == (tmp_path / "b.geojson").read_bytes()
    assert [field.name for field in first.fields] == ["rank", "expected", "lo", "hi"]


def test_incidents_imported_later_than_the_day_do_not_change_it(filled, options, tmp_path):
    before = filled.forecast(AS_OF, 7)
    later = [(f"n{i}", "2026-03-20 00:00:00", WEST + 0.03, NORTH - 0.002, "a") for i in range(200)]
    filled.import_files("incidents", [write_incidents(tmp_path / "n.csv", later)], options)
    after = filled.forecast(AS_OF, 7)
    for name in ("rank", "expected", "lo", "hi"):
        np.testing.assert_array_equal(before.table[name], after.table[name])
    assert before.summary["card"] == after.summary["card"]
    assert before.provenance.data_as_of == after.provenance.data_as_of
    assert after.summary["later"] == 200


def test_what_officers_found_is_left_out_but_its_share_is_shown(filled, options, tmp_path):
    found = [(f"o{i}", "2026-03-01 10:00:00", WEST + 0.03, NORTH - 0.002, "a") for i in range(240)]
    filled.import_files("incidents", [sourced(tmp_path / "o.csv", found, "officer")], options)
    summary = filled.forecast(AS_OF, 7).summary
    assert summary["known"] == 360
    assert summary["officer_share"] == pytest.approx(0.4)
    assert (summary["officer_included"], summary["warnings"]) == (False, [])
    assert summary["sources"] == {"call": 0, "officer": 240, "sensor": 0, "unknown": 360}


def test_with_what_officers_found_a_share_over_30_percent_is_warned_of(filled, options, tmp_path):
    found = [(f"o{i}", "2026-03-01 10:00:00", WEST + 0.03, NORTH - 0.002, "a") for i in range(240)]
    filled.import_files("incidents", [sourced(tmp_path / "o.csv", found, "officer")], options)
    everything = IncidentChoice(sources=("call", "unknown", "officer"), stacked="keep")
    summary = filled.forecast(AS_OF, 7, choice=everything).summary
    assert summary["known"] == 600
    assert not summary["officer_weighted"]
    assert [warning[:9] for warning in summary["warnings"]] == ["incidents", "40% of th"]


def test_with_tracks_what_officers_found_is_weighed_by_their_visits(filled, options, tmp_path):
    # One unit drives along the middle every day; half of what officers found is on its way.
    on_way = [(f"w{i}", "2026-02-05 10:00:00", WEST + 0.01, 26.21, "a") for i in range(60)]
    off_way = [(f"x{i}", "2026-02-05 11:00:00", WEST + 0.01, 26.218, "a") for i in range(60)]
    file = sourced(tmp_path / "o.csv", on_way + off_way, "officer")
    filled.import_files("incidents", [file], options)
    days = [f"2026-03-{day:02d}" for day in (4, 5, 6, 25)]
    tracks = write_tracks(tmp_path / "t.csv", [fix for day in days for fix in drive("car", day)])
    filled.import_files("tracks", [tracks], options)
    choice = IncidentChoice(sources=("officer",), stacked="keep")
    layer = filled.forecast(AS_OF, 7, choice=choice)
    assert layer.summary["officer_weighted"]
    assert layer.summary["warnings"] == [
        "100% of these incidents were found by officers: the forecast follows where they went"
    ]
    assert "tracks" in layer.provenance.inputs
    grid = filled.grid
    way, off = (int(grid.position_at([WEST + 0.01], [lat])[0]) for lat in (26.21, 26.218))
    # Three of three days on record before the day: (3 + 1) / (3 + 1); none: (3 + 1) / (0 + 1).
    expected = layer.table["expected"]
    assert expected[off] > 1.5 * expected[way] > 0  # drawn to their neighbours


def test_a_workspace_without_incidents_says_what_to_import(ws):
    with pytest.raises(LayerNotFoundError, match="geogrid import WS incidents FILE"):
        ws.forecast(AS_OF)


def test_a_category_that_does_not_occur_is_refused(filled):
    with pytest.raises(InputError, match="no incident has the category"):
        filled.forecast(AS_OF, choice=IncidentChoice(categories=("b",)))


def test_a_question_asked_again_is_not_worked_out_again(filled):
    assert filled.forecast(AS_OF) is filled.forecast(AS_OF)
