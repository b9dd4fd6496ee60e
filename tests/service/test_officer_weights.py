"""What officers found counts by how rarely they were there, in hotspots as in forecasts."""

from __future__ import annotations

import numpy as np
import pytest

from geogrid.service.analyses import IncidentChoice
from geogrid.service.hotspot_inputs import UNWEIGHTED
from geogrid.service.layers import Questions
from tests.service.test_forecasts import rows_of, sourced
from tests.small_city import WEST, drive, write_incidents, write_tracks

EVERYONE = IncidentChoice(sources=("call", "unknown", "officer"))
WAY, OFF = 26.21, 26.218  # on the way of the one unit that drives, and off it


@pytest.fixture
def found(ws, options, tmp_path):
    """Return a workspace in which officers found as much on their way as off it."""
    ws.import_files("incidents", [write_incidents(tmp_path / "i.csv", rows_of())], options)
    rows = [
        (f"{name}{i}", "2026-02-05 10:00:00", round(WEST + 0.011 + i * 1e-5, 6), lat, "a")
        for name, lat in (("w", WAY), ("x", OFF))
        for i in range(40)
    ]
    ws.import_files("incidents", [sourced(tmp_path / "o.csv", rows, "officer")], options)
    return ws


@pytest.fixture
def patrolled(found, options, tmp_path):
    fixes = [fix for day in (4, 5, 6) for fix in drive("car", f"2026-02-{day:02d}")]
    found.import_files("tracks", [write_tracks(tmp_path / "t.csv", fixes)], options)
    return found


def at(ws, lat):
    return int(ws.grid.position_at([WEST + 0.011], [lat])[0])


@pytest.mark.parametrize("method", ["gi", "local-moran"])
def test_a_find_counts_inversely_to_the_days_with_a_visit(patrolled, method):
    asked = Questions(method=method, choice=EVERYONE)
    layer = patrolled.layer("hotspots", questions=asked)
    assert layer.summary["officer_weighted"]
    assert layer.summary["weight"] == "exposure"
    assert layer.summary["p_method"] == "exact"  # weights are whole numbers of a twentieth
    assert UNWEIGHTED not in layer.summary["warnings"]
    assert "tracks" in layer.provenance.inputs


def test_on_the_way_a_find_weighs_a_quarter_of_one_where_nobody_came(patrolled):
    # Three of three days: 1 / ((3 + 1) / (3 + 1)); none: (3 + 1) / (0 + 1). 40 of each, and the
    # weights of all sum to 80: 0.4 and 1.6.
    table = patrolled.layer("hotspots", questions=Questions(choice=EVERYONE)).table
    calls = patrolled.layer("hotspots").table
    added = table["weight"] - calls["count"]
    np.testing.assert_allclose(added[[at(patrolled, WAY), at(patrolled, OFF)]], [16.0, 64.0])
    assert np.nansum(added) == pytest.approx(80.0)
    assert table["count"].sum() - calls["count"].sum() == 80


def test_harm_and_exposure_multiply(patrolled):
    params = Questions().hotspots
    harm = type(params)(weight="harm")
    table = patrolled.layer("hotspots", questions=Questions(hotspots=harm, choice=EVERYONE)).table
    plain = patrolled.layer("hotspots", questions=Questions(choice=EVERYONE)).table
    np.testing.assert_allclose(table["weight"], plain["weight"])  # harm is 1 in these files
    assert table.summary["weight"] == "harm"


def test_without_tracks_they_count_in_full_and_that_is_said(found):
    layer = found.layer("hotspots", questions=Questions(choice=EVERYONE))
    assert not layer.summary["officer_weighted"]
    assert layer.summary["warnings"][0] == UNWEIGHTED
    assert layer.summary["weight"] == "none"


@pytest.mark.parametrize("method", ["rate", "kde", "emerging", "scan"])
def test_a_method_that_counts_each_incident_once_says_so(patrolled, method):
    layer = patrolled.layer("hotspots", questions=Questions(method=method, choice=EVERYONE))
    assert layer.summary["warnings"][0] == UNWEIGHTED


def test_over_30_percent_are_warned_of_weighed_or_not(patrolled):
    officers = IncidentChoice(sources=("officer",))
    told = patrolled.layer("hotspots", questions=Questions(choice=officers)).summary["warnings"]
    assert told == [
        "found by officers: 100% of the incidents counted; they follow where officers go"
    ]


def test_areas_weigh_what_officers_found_too(patrolled):
    layer, summary = patrolled.spots(choice=EVERYONE)
    assert summary["officer_weighted"]
    assert UNWEIGHTED not in summary["warnings"]
    assert layer.provenance.parameters["weight"] == "exposure"
    assert "tracks" in layer.provenance.inputs
    same = patrolled.layer("spots", questions=Questions(choice=EVERYONE))
    assert list(same.table.index) == list(layer.table.index)
