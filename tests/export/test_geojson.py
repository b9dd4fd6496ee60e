import json
import re
import sys
from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.errors import InputError
from geogrid.export.geojson import (
    CELL_DECIMALS,
    DECIMALS,
    feature_collection,
    rounded_shapes,
    write_geojson,
)

sys.path.insert(0, str(Path(__file__).parent))
from rfc7946 import check_text

WRONG_HAND = shapely.Polygon(
    [(117.0, 26.0), (117.0, 26.1), (117.1, 26.1), (117.1, 26.0)],
    [[(117.02, 26.02), (117.04, 26.02), (117.04, 26.04), (117.02, 26.04)]],
)


def written(layer, folder):
    path = write_geojson(layer, folder / "layer.geojson")
    return path, path.read_text("utf-8")


def test_cells_are_valid_geojson_with_six_decimals(cells_layer, tmp_path):
    _, text = written(cells_layer, tmp_path)
    collection = check_text(text)
    assert len(collection["features"]) == len(cells_layer)
    finer = re.findall(r"\[\d+\.\d{7},|,\d+\.\d{7}\]", text)
    assert len(finer) < 50  # of cells with a sliver that six decimals would collapse


def test_features_of_all_kinds_are_valid_geojson(features, tmp_path):
    shapes = [
        shapely.Point(117.123456789, 26.0, 55.0),
        shapely.LineString([(117.0, 26.0), (117.00000001, 26.00000001), (117.2, 26.2)]),
        WRONG_HAND,
        shapely.MultiPolygon([WRONG_HAND, shapely.box(118.0, 26.0, 118.1, 26.1)]),
        shapely.GeometryCollection([shapely.Point(117.0, 26.0), WRONG_HAND]),
        None,
        shapely.Point(),
    ]
    _, text = written(features(shapes, name=list("abcdefg")), tmp_path)
    collection = check_text(text, decimals=DECIMALS)
    kinds = [f["geometry"] and f["geometry"]["type"] for f in collection["features"]]
    assert kinds[:5] == [shape.geom_type for shape in shapes[:5]]
    assert kinds[5:] == [None, None]
    assert collection["features"][0]["geometry"]["coordinates"] == [117.1234568, 26.0]


def test_gdal_reads_back_the_same_features(cells_layer, tmp_path):
    path, _ = written(cells_layer, tmp_path)
    back = pyogrio.read_dataframe(path)
    frame = cells_layer.to_geodataframe()
    assert len(back) == len(frame)
    assert back["cell"].tolist() == frame["cell"].tolist()
    known = np.where(back["state"].isna(), None, back["state"])
    assert known.tolist() == cells_layer.table["state"].tolist()
    np.testing.assert_array_equal(back["patrol_s"], frame["patrol_s"])
    np.testing.assert_array_equal(back["covered_share"], frame["covered_share"])
    apart = shapely.hausdorff_distance(back.geometry.to_numpy(), frame.geometry.to_numpy())
    assert apart.max() < 1e-6


def test_the_collection_says_what_it_is_and_where_it_comes_from(cells_layer, tmp_path):
    _, text = written(cells_layer, tmp_path)
    collection = json.loads(text)
    assert collection["title"] == "Patrol coverage"
    assert collection["synthetic"] is True
    assert collection["provenance"]["inputs"] == {"districts": "ab" * 32}
    assert collection["provenance"]["parameters"] == {"max_gap_s": 300.0, "units": ["甲", "乙"]}
    assert collection["provenance"]["data_as_of"] == "2026-03-02T08:15:30.250Z"
    assert [field["name"] for field in collection["fields"]] == list(cells_layer.table.columns)


def test_values_not_known_are_null_and_times_are_utc(cells_layer, tmp_path):
    _, text = written(cells_layer, tmp_path)
    first, second = (f["properties"] for f in json.loads(text)["features"][:2])
    assert first["covered_share"] is None
    assert first["last_seen"] is None
    assert first["patrol_s"] == 0.0
    assert second["last_seen"] == "2026-03-01T00:01:01.500Z"
    assert second["state"] == "暗"


def test_feature_ids_are_the_codes_of_cells_and_the_index_of_features(
    cells_layer, points_layer, tmp_path
):
    _, text = written(cells_layer, tmp_path)
    assert [f["id"] for f in json.loads(text)["features"]] == cells_layer.table.grid.codes()
    _, text = written(points_layer, tmp_path)
    assert [f["id"] for f in json.loads(text)["features"]] == ["f0", "f1", "f2", "f3"]


def test_the_same_layer_gives_the_same_bytes(cells_layer, tmp_path):
    once = written(cells_layer, tmp_path)[0].read_bytes()
    again = written(cells_layer, tmp_path)[0].read_bytes()
    assert once == again


def test_more_features_than_one_chunk_make_one_valid_file(features, tmp_path, monkeypatch):
    monkeypatch.setattr("geogrid.export.geojson.CHUNK", 3)
    xy = np.column_stack([np.linspace(117.0, 118.0, 10), np.linspace(26.0, 27.0, 10)])
    _, text = written(features(shapely.points(xy), n=list(range(10))), tmp_path)
    collection = check_text(text)
    assert [f["properties"]["n"] for f in collection["features"]] == list(range(10))


def test_a_layer_without_features_is_an_empty_collection(features, tmp_path):
    _, text = written(features([], name=[]), tmp_path)
    collection = check_text(text)
    assert collection["features"] == []
    assert "bbox" not in collection


def test_a_column_name_with_a_percent_sign_or_quote_survives(features, tmp_path):
    layer = features([shapely.Point(117.0, 26.0)], **{'100 % "of" %s': [1]})
    assert (
        check_text(written(layer, tmp_path)[1])["features"][0]["properties"]['100 % "of" %s'] == 1
    )


def test_positions_off_the_globe_are_refused_and_leave_no_file(features, tmp_path):
    layer = features([shapely.Point(117.0, 26.0), shapely.Point(500_000.0, 2_800_000.0)])
    with pytest.raises(InputError, match=r"feature 'f1' reaches .* not on the globe"):
        write_geojson(layer, tmp_path / "off.geojson")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_earlier_file_alone(features, tmp_path):
    path, text = written(features([shapely.Point(117.0, 26.0)], name=["a"]), tmp_path)
    with pytest.raises(InputError, match="type complex"):
        write_geojson(features([shapely.Point(117.0, 26.0)], name=[1j]), path)
    assert path.read_text("utf-8") == text
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_missing_folder_is_named(points_layer, tmp_path):
    with pytest.raises(InputError, match="there is no folder"):
        write_geojson(points_layer, tmp_path / "none" / "a.geojson")
    with pytest.raises(InputError, match="it is a folder"):
        write_geojson(points_layer, tmp_path)


def test_no_number_is_longer_than_its_decimals(features, tmp_path):
    rng = np.random.default_rng(1)
    xy = rng.uniform((116.0, 25.0), (119.0, 28.0), (20_000, 2))
    path = write_geojson(features([shapely.LineString(xy)]), tmp_path / "line.geojson")
    numbers = re.findall(r"\d+\.\d+", path.read_text("utf-8").partition('"features"')[2])
    assert max(len(number.partition(".")[2]) for number in numbers) == DECIMALS
    assert float(numbers[0]) == round(xy[0, 0], DECIMALS)


def test_a_polygon_that_rounding_would_collapse_keeps_seven_decimals():
    speck = shapely.box(117.0000001, 26.0000001, 117.0000004, 26.0000004)
    (rounded,) = rounded_shapes(np.array([speck]), CELL_DECIMALS)
    assert rounded.is_valid
    assert rounded.bounds == speck.bounds


def test_a_polygon_smaller_than_any_decimals_has_no_geometry():
    dust = shapely.box(117.0, 26.0, 117.00000001, 26.00000001)
    assert rounded_shapes(np.array([dust]), DECIMALS).tolist() == [None]


@settings(max_examples=100)
@given(
    st.lists(
        st.tuples(st.floats(116.9, 116.900003), st.floats(26.0, 26.000003)), min_size=3, max_size=6
    )
)
def test_what_was_valid_stays_valid_with_right_hand_rings(points):
    hull = shapely.MultiPoint(points).convex_hull
    (rounded,) = rounded_shapes(np.array([hull], dtype=object), CELL_DECIMALS)
    if rounded is not None:
        assert rounded.is_valid
        assert rounded.geom_type != "Polygon" or rounded.exterior.is_ccw


def test_a_page_has_the_features_of_the_file(cells_layer, tmp_path):
    _, text = written(cells_layer, tmp_path)
    page = feature_collection(
        cells_layer.to_geodataframe().head(20),
        cells_layer.fields,
        decimals=CELL_DECIMALS,
        members={"numberMatched": len(cells_layer)},
    )
    check_text(json.dumps(page, separators=(",", ":")))
    assert page["numberMatched"] == len(cells_layer)
    for given_, whole in zip(page["features"], json.loads(text)["features"], strict=False):
        del whole["properties"]["h3"]
        assert given_ == whole


def test_a_page_has_only_the_columns_that_fields_name(points_layer):
    name_field = tuple(f for f in points_layer.fields if f.name == "name")
    page = feature_collection(points_layer.table, name_field)
    assert [list(f["properties"]) for f in page["features"]] == [["district", "name"]] * 4
    assert page["features"][0]["properties"]["name"] == "列东派出所"
    assert [f["id"] for f in page["features"]] == ["f0", "f1", "f2", "f3"]


def test_a_page_of_another_crs_is_refused(points_layer):
    with pytest.raises(InputError, match="needs features in WGS-84"):
        feature_collection(points_layer.table.to_crs(32650), points_layer.fields)


def test_an_empty_page_is_an_empty_collection():
    empty = geopandas.GeoDataFrame({"name": []}, geometry=[], crs=4326)
    assert feature_collection(empty, ())["features"] == []


def test_the_layer_is_left_as_it_was(points_layer, tmp_path):
    before = points_layer.table.copy()
    written(points_layer, tmp_path)
    assert points_layer.table.equals(before)
