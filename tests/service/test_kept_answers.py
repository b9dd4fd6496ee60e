"""Answers stay within the bytes that they may take, and what two are made of is made once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geogrid.model.cells import CellTable, Field
from geogrid.model.window import Window
from geogrid.service import kept_answers, layers
from geogrid.service.analyses import exposure
from geogrid.service.answer_bytes import answer_bytes
from geogrid.service.benches import Benches
from geogrid.workspace import Workspace
from tests.service.test_forecasts import rows_of
from tests.small_city import write_incidents

N = 50_000
DAY = Window.parse(hours="6-14")
NIGHT = Window.parse(hours="22-06")


def test_arrays_count_with_what_they_hold():
    assert answer_bytes(np.zeros(N)) == 8 * N
    sentences = [f"met, {i} visits in all of the window" for i in range(N)]
    told = pd.DataFrame({"a": np.arange(N), "b": pd.Series(sentences, dtype=object)})
    assert answer_bytes(told) == pytest.approx(told.memory_usage(deep=True).sum(), rel=0.1)
    told["b"] = pd.Series(["met"] * N, dtype=object)  # one text, named many times
    assert answer_bytes(told) == pytest.approx(told.memory_usage(deep=False).sum(), rel=0.1)


def test_shapes_count_with_their_corners():
    ring = shapely.points(0.0, 0.0).buffer(1.0, quad_segs=250)
    frame = gpd.GeoDataFrame({"a": range(3)}, geometry=[ring, ring, ring], crs=4326)
    assert 16_000 < answer_bytes(frame) < 50_000  # a shape that stands there thrice
    assert answer_bytes({"page": [1, 2.0, "x" * 9_000]}) > 9_000


def test_the_grid_counts_nothing_and_an_array_that_is_named_twice_once(ws):
    column = np.zeros(len(ws.grid))
    one = CellTable(ws.grid, (Field("a", "A"),), {"a": column})
    two = CellTable(ws.grid, (Field("a", "A"), Field("b", "B")), {"a": column, "b": column})
    assert column.nbytes < answer_bytes(one) < column.nbytes + 10_000
    assert answer_bytes(two) < answer_bytes(one) + column.nbytes + 2_000
    assert answer_bytes(ws.grid) == 0


def test_answers_that_do_not_fit_are_given_all_the_same(tiny_workspace, monkeypatch):
    monkeypatch.setattr(kept_answers, "KEPT_BYTES", 1)
    small = Workspace(tiny_workspace._shelf)
    told = small.layer_json("coverage", "en", NIGHT)
    assert told == tiny_workspace.layer_json("coverage", "en", NIGHT)
    assert small._answers.figures()["bytes"] == 0


def test_the_coverage_of_a_window_is_worked_out_once_for_all_layers(tiny_workspace, monkeypatch):
    asked = []
    whole = layers.coverage

    def counted(shelf, window, *rest, **named):
        asked.append(window)
        return whole(shelf, window, *rest, **named)

    monkeypatch.setattr(layers, "coverage", counted)
    fresh = Workspace(tiny_workspace._shelf)
    fresh._benches = Benches(1)  # who has the only one lends it to the coverage that it needs
    with ThreadPoolExecutor(4) as viewers:
        tables, same, *_ = viewers.map(fresh.tables, [NIGHT, NIGHT, DAY, DAY])
    assert {"coverage", "gaps", "hotspots"} <= set(tables)
    assert tables["gaps"] is same["gaps"]
    assert sorted(asked, key=repr) == sorted([DAY, NIGHT], key=repr)
    alone = layers.build_layer(tiny_workspace._shelf, "gaps", layers.Questions(window=NIGHT)).table
    for name in alone.columns:
        np.testing.assert_array_equal(tables["gaps"][name], alone[name])


def test_registers_and_incidents_are_read_again_when_they_have_changed(ws, options, tmp_path):
    shelf, numbers = ws._shelf, []
    for number in (1, 2, 3):
        rows = tmp_path / f"{number}.csv"
        write_incidents(rows, rows_of()[:number])
        ws.import_files("incidents", [rows], options)
        numbers.append(len(shelf.incidents.read()))
        assert shelf.incidents.read() is shelf.incidents.read()
    assert numbers == [1, 2, 3]
    assert "rooms" not in shelf.registers.kinds()
    room = {"type": "Feature", "id": "r", "properties": {"id": "r", "class": "1"}}
    lon, lat = ws.grid.lonlat(ws.grid.cells[[0]])
    room["geometry"] = {"type": "Point", "coordinates": [float(lon[0]), float(lat[0])]}
    rooms = tmp_path / "rooms.geojson"
    rooms.write_text(json.dumps({"type": "FeatureCollection", "features": [room]}), "utf-8")
    ws.import_files("rooms", [rooms], options)
    assert "rooms" in shelf.registers.kinds()
    assert exposure(shelf)["rooms"].tolist().index(True) == 0
    ws.undo()
    assert "rooms" not in shelf.registers.kinds()
    assert "rooms" not in exposure(shelf)


def test_one_cell_lies_where_it_lies_among_all(ws):
    every, at = ws.grid.lonlat(), len(ws.grid) // 3
    one = ws.grid.lonlat(ws.grid.cells[[at]])
    assert (one[0][0], one[1][0]) == (every[0][at], every[1][at])
