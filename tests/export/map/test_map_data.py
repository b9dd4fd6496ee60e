"""What a one-file map holds is what its layers hold."""

from __future__ import annotations

import base64
import gzip
import json
import re
from importlib import resources

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.geometry import LineString, Point, box

from geogrid.crs import WGS84
from geogrid.errors import InputError, LayerNotFoundError
from geogrid.export import map_data as map_data_module
from geogrid.export.map_data import MapOptions, map_data
from geogrid.export.map_features import district_outlines, feature_arrays
from geogrid.export.map_words import WORDS
from geogrid.export.palettes import category_swatch
from geogrid.i18n import catalogue
from geogrid.model.cells import CellTable, Field
from geogrid.model.grid import Grid
from geogrid.model.layer import Layer, Provenance

OPTIONS = MapOptions("A city")


def unpacked(text):
    return gzip.decompress(base64.b64decode(text))


def positions(differences):
    return np.cumsum(np.array(differences).reshape(-1, 2), axis=0) / 100_000


def register(geometry, **columns):
    frame = gpd.GeoDataFrame(columns, geometry=geometry, crs=WGS84)
    fields = tuple(Field(name, name.title(), scale="text") for name in columns)
    return Layer("places", "Places", frame, fields, Provenance({}, {}, "0", "0", None))


def numbers(data, name):
    """Return the values of a packed column as a reader gets them."""
    meta = next(entry for entry in data.manifest["columns"] if entry["id"] == name)
    width = int(meta["dtype"][1])
    raw = np.frombuffer(unpacked(data.blobs[name]), np.uint8).reshape(width, -1).T
    raw = np.ascontiguousarray(raw).view(f"<{meta['dtype']}").ravel().astype(float)
    return np.where(raw == meta["null"], np.nan, raw * meta["scale"] + meta["offset"])


def test_columns_are_what_the_tables_hold(small_layers):
    data = map_data(small_layers, OPTIONS)
    table = small_layers[0].table
    np.testing.assert_allclose(numbers(data, "coverage.patrol_s"), table["patrol_s"], atol=0.051)
    z = small_layers[2].table["z"]
    np.testing.assert_allclose(numbers(data, "hotspots.z"), z, atol=0.0051)


def test_the_map_opens_with_the_first_column_of_the_first_layer(small_layers):
    data = map_data([small_layers[1], *small_layers[4:], small_layers[0]], OPTIONS)
    assert data.manifest["columns"][0]["id"] == "gaps.state"


def test_columns_that_are_asked_for_are_the_ones_that_are_there(small_layers):
    options = MapOptions("A city", columns={"coverage": ["visits"]})
    data = map_data(small_layers[:1], options)
    assert [column["id"] for column in data.manifest["columns"]] == ["coverage.visits"]


def test_a_column_that_is_not_there_is_named(small_layers):
    options = MapOptions("A city", columns={"coverage": ["speed"]})
    with pytest.raises(LayerNotFoundError, match="speed"):
        map_data(small_layers, options)


def test_text_columns_stay_out(small_layers):
    ids = [column["id"] for column in map_data(small_layers, OPTIONS).manifest["columns"]]
    assert "gaps.reason" not in ids


def test_one_can_tell_inputs_parameters_and_version_from_the_map(small_layers):
    manifest = map_data(small_layers, OPTIONS).manifest
    for layer, about in zip(small_layers, manifest["layers"], strict=True):
        assert about["provenance"] == layer.provenance.as_json()
        assert about["fingerprint"] == layer.provenance.fingerprint
    assert manifest["dataAsOf"] == "2026-03-31T15:59:00Z"
    assert manifest["synthetic"] is True


def test_what_does_not_fit_is_left_out_and_named(small_layers, monkeypatch):
    monkeypatch.setattr(map_data_module, "DATA_BYTES", 40_000)
    data = map_data(small_layers, OPTIONS)
    ids = [column["id"] for column in data.manifest["columns"]]
    firsts = ["coverage.patrol_s", "gaps.state", "hotspots.hot", "camera_coverage.covered_share"]
    assert [name for name in ids if name in firsts] == firsts
    assert data.manifest["leftOut"]


def test_layers_without_cells_make_no_map(small_layers):
    with pytest.raises(InputError, match="at least one layer of cells"):
        map_data(small_layers[4:], OPTIONS)


def test_a_layer_comes_once(small_layers):
    with pytest.raises(InputError, match="once"):
        map_data([small_layers[0], small_layers[0]], OPTIONS)


def test_layers_share_their_grid(sanming, small_layers):
    grid = Grid.over(sanming, 5000)
    table = CellTable(grid, (Field("v", "V"),), {"v": np.zeros(len(grid))})
    other = Layer("other", "Other", table, table.fields, small_layers[0].provenance)
    with pytest.raises(InputError, match="different grids"):
        map_data([small_layers[0], other], OPTIONS)


def test_the_same_layers_make_the_same_data(small_layers):
    assert map_data(small_layers, OPTIONS) == map_data(small_layers, OPTIONS)


# --------------------------------------------------------------------------------------
# Registers and districts


def test_outlines_keep_within_50_m_and_neighbours_keep_one_border(sanming):
    outlines = district_outlines(sanming)
    drawn = [
        shapely.union_all([shapely.Polygon(positions(ring)) for ring in parts]).buffer(0)
        for parts in outlines["parts"]
    ]
    for shape, true in zip(drawn, sanming.geometries, strict=True):
        apart = shapely.hausdorff_distance(shape.boundary, shapely.union_all(true).boundary)
        assert apart < 1.5e-3  # degrees
        assert shape.area == pytest.approx(true.area, rel=2e-3)
    overlap = shapely.union_all(drawn).area - sum(shape.area for shape in drawn)
    assert abs(overlap) < 1e-5
    assert [point[0] for point in outlines["labels"]] == pytest.approx(
        [shape.point_on_surface().x for shape in sanming.geometries], abs=1e-5
    )


def test_points_come_back_to_a_metre():
    places = [Point(117.634567, 26.265432), Point(117.1, 26.9)]
    arrays = feature_arrays(register(places, name=["甲", None]))
    np.testing.assert_allclose(
        positions(arrays["points"]), [[117.63457, 26.26543], [117.1, 26.9]], atol=1e-9
    )
    assert arrays["columns"] == [{"title": "Name", "values": ["甲", None]}]


def test_lines_stay_open_and_polygons_closed():
    lines = feature_arrays(register([LineString([(0, 0), (1, 1)])], name=["a"]))
    assert lines["closed"] is False
    areas = feature_arrays(register([box(0, 0, 1, 1)], name=["a"]))
    assert areas["closed"] is True
    assert (
        positions(areas["parts"][0][0]).tolist()[0] == positions(areas["parts"][0][0]).tolist()[-1]
    )


def test_a_mix_of_points_and_areas_is_drawn_as_areas():
    arrays = feature_arrays(register([box(0, 0, 1, 1), Point(2, 2)], name=["a", "b"]))
    assert arrays["closed"] is True
    assert len(arrays["parts"]) == 2


def test_a_register_too_large_for_one_file_is_not_packed(monkeypatch):
    monkeypatch.setattr("geogrid.export.map_features.MAX_POINTS", 1)
    assert feature_arrays(register([Point(0, 0), Point(1, 1)], name=["a", "b"])) is None


# --------------------------------------------------------------------------------------
# Words


def chinese():
    """Return the catalogue, with parts that are not merged into it yet."""
    words = dict(catalogue("zh"))
    parts = resources.files("geogrid") / "locale" / "zh"
    for file in parts.iterdir() if parts.is_dir() else ():
        words |= json.loads(file.read_text("utf-8"))
    return words


def test_every_text_of_the_page_is_listed_and_has_its_chinese():
    scripts = [
        (resources.files("geogrid.export") / "assets" / name).read_text("utf-8")
        for name in ("snapshot.js", "snapshot_format.js", "snapshot_parts.js")
    ]
    said = {text for script in scripts for text in re.findall(r'\bt\("([^"]+)"\)', script)}
    said |= {"d", "h", "min", "or more", "or later", "Sources", "Made with"}
    assert said <= set(WORDS)
    assert set(WORDS) - set(chinese()) == set()


def test_categories_with_their_own_colours_have_their_chinese(small_layers):
    manifest = map_data(small_layers, OPTIONS).manifest
    labels = {
        entry["label"]
        for column in manifest["columns"]
        for entry in [*column["legend"]["classes"], column["legend"]["null"]]
    }
    assert labels - {""} - set(chinese()) == set()
    assert category_swatch("never", 0) != category_swatch("met", 0)
