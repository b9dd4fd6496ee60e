"""Visits promised to the class hotspot are held at the areas that the search for them finds."""

from __future__ import annotations

import numpy as np
import pytest

from geogrid.errors import LayerNotFoundError
from tests.service.test_dosages import HERE, put, stand
from tests.small_city import EAST, NORTH, SOUTH, WEST, write_incidents, write_tracks

DAY = "2026-03-06"


@pytest.fixture
def promised(ws, tmp_path, options):
    tracks = write_tracks(tmp_path / "t.csv", stand("a", DAY, 480, 15) + stand("a", DAY, 700, 4))
    ws.import_files("tracks", [tracks], options)
    put(ws, tmp_path, "dosage", "class,visits,minutes_min\nhotspot,2,10\n", options)
    return ws


def test_each_hotspot_is_a_place_with_its_id_and_cells(promised, tmp_path, options):
    rng = np.random.default_rng(0)
    rows = [(f"h{k}", f"{DAY} 10:00", *HERE, "x") for k in range(2)]
    spots = rng.normal(HERE, 0.0008, (150, 2)).round(6)
    rows += [(f"n{k}", f"{DAY} 10:00", *spot, "x") for k, spot in enumerate(spots.tolist())]
    lon = rng.uniform(WEST + 0.001, EAST - 0.001, 80).round(6)
    lat = rng.uniform(SOUTH + 0.001, NORTH - 0.001, 80).round(6)
    rows += [(f"s{k}", f"{DAY} 10:00", lon[k], lat[k], "x") for k in range(80)]
    promised.import_files("incidents", [write_incidents(tmp_path / "i.csv", rows)], options)
    areas = {area["id"] for area in promised.spots()[1]["areas"]}
    answer = promised.dosage()
    assert areas
    assert {row["place"] for row in answer["by_place"]} == areas
    total = answer["total"]
    assert (total["promised_visits"], total["visits"], total["drive_pasts"]) == (2.0, 1, 1)
    table = promised.layer("gaps").table
    here = promised.grid.position_at([HERE[0]], [HERE[1]])[0]
    assert table["state"][here] == "under"
    assert table["reason"][here] == "1 of 2 promised visits"


def test_without_incidents_there_is_no_hotspot_to_promise_to(promised):
    with pytest.raises(LayerNotFoundError, match="no incidents are imported"):
        promised.dosage()
