"""The method kde of hotspots: a density, counted like every other method."""

from __future__ import annotations

import numpy as np
import pytest

from geogrid.errors import InputError
from geogrid.model.window import Window
from geogrid.service.hotspot_methods import HotspotQuestion, hotspot_table
from tests.service.test_forecasts import rows_of
from tests.small_city import write_incidents


@pytest.fixture
def filled(ws, options, tmp_path):
    ws.import_files("incidents", [write_incidents(tmp_path / "i.csv", rows_of())], options)
    return ws


def test_the_density_holds_the_incidents_of_the_window(filled):
    window = Window.parse("2026-01-01", "2026-01-31")
    table = hotspot_table(filled._shelf, "kde", HotspotQuestion(window=window))
    assert table.summary["counted"] == 93  # three a day
    assert table.summary["total"] == pytest.approx(93)
    assert (table["density"] * filled.grid.area_m2).sum() / 1e6 == pytest.approx(93)
    assert table.summary["bandwidth_m"] == 500.0
    assert table.summary["stacked"]["dropped"]


def test_the_bandwidth_is_taken_and_refused_where_it_is_under_a_cell(filled):
    narrow, wide = (
        hotspot_table(filled._shelf, "kde", HotspotQuestion(options={"bandwidth": metres}))
        for metres in (250.0, 1000.0)
    )
    assert narrow["density"].max() > wide["density"].max()
    np.testing.assert_allclose(narrow["density_wide"].sum(), narrow["density"].sum(), rtol=0.2)
    with pytest.raises(InputError, match="at least one cell"):
        hotspot_table(filled._shelf, "kde", HotspotQuestion(options={"bandwidth": 20.0}))
