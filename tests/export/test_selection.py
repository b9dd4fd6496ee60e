"""What is chosen of a layer is what its words say, in every format and on every axes."""

import json

import geopandas
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.crs import WGS84, Datum, from_wgs84, reprojection
from geogrid.errors import InputError
from geogrid.export.files import ENDINGS, write_layer, write_selection
from geogrid.export.selection import (
    Condition,
    Selection,
    area_named,
    condition_text,
    conditions,
)
from tests.export.test_files import about_in, read

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
AREA = "117.02,26.0;117.08,26.0;117.05,26.05"


@st.composite
def told(draw):
    column = draw(st.text("abcxyz_", min_size=1, max_size=6))
    if draw(st.booleans()):
        kinds = draw(st.frozensets(WORDS, min_size=1, max_size=3))
        return Condition(column, kinds=kinds, without=draw(st.booleans()))
    ends = draw(st.tuples(*[st.none() | st.integers(-(10**9), 10**9).map(float)] * 2))
    return Condition(column, *(ends if any(end is not None for end in ends) else (0.5, None)))


@settings(deadline=None)
@given(st.lists(told(), max_size=3))
def test_conditions_come_back_from_their_text(where):
    assert conditions(condition_text(tuple(where))) == tuple(where)


@pytest.mark.parametrize(
    ("text", "values", "kept"),
    [
        ("n=2..3.5", [1.0, 2.0, 3.5, 4.0, np.nan], [1, 2]),
        ("n=2..", [1, 2, 3], [1, 2]),
        ("n=..-1.5", [-2.0, -1.5, -1.0], [0, 1]),
        ("n=.5..", [0.4, 0.5], [1]),
        ("n=1", np.array([1.0, np.nan, 2.0]), [0]),
        ("n=met,", ["met", None, "暗"], [0, 1]),
        ("n!=met", ["met", None, "暗"], [1, 2]),
        ("n=true", [True, False], [0]),
        ("n=%2C%3B", [",;", "x"], [0]),
    ],
)
def test_a_condition_keeps_what_it_says(text, values, kept):
    (one,) = conditions(text)
    assert np.flatnonzero(one.holds(values)).tolist() == kept


@pytest.mark.parametrize("text", ["n", "n=..", "n!=1..2", "=1", "n=1=2", "n=a..b"])
def test_a_condition_that_cannot_be_read_is_refused(text):
    with pytest.raises(InputError, match="cannot read"):
        conditions(text)


@pytest.mark.parametrize(
    "text", ["1,2;3,4", "a", "1,2;3,4;181,0", "1,2,3;1,2;3,4", "nan,1;2,2;3,1"]
)
def test_an_area_without_three_places_is_refused(text):
    with pytest.raises(InputError, match="three or more corners"):
        area_named(text)


def test_an_area_that_crosses_itself_is_refused():
    with pytest.raises(InputError, match="crosses itself"):
        area_named("0,0;1,1;1,0;0,1")


def test_a_range_of_words_and_a_column_that_is_not_there_are_refused(cells_layer, tmp_path):
    for text, said in (("state=1..2", "has no numbers"), ("speed=1..2", "no column 'speed'")):
        chosen = Selection(where=conditions(text))
        with pytest.raises(InputError, match=said):
            write_selection(cells_layer, tmp_path / "out.csv", chosen)


@pytest.mark.parametrize("ending", ENDINGS)
def test_cells_of_an_area_with_some_values_are_in_every_format(cells_layer, tmp_path, ending):
    area = area_named(AREA)
    chosen = Selection(area=area, where=conditions("patrol_s=3..40;state!=met"))
    path = write_selection(cells_layer, tmp_path / f"out{ending}", chosen)
    back = pd.read_csv(path) if ending == ".csv" else read(path)
    frame = cells_layer.to_geodataframe()
    centres = shapely.points(frame["lon"], frame["lat"])
    wanted = frame[
        shapely.contains_properly(area, centres)
        & frame["patrol_s"].between(3, 40)
        & (frame["state"] != "met")
    ]
    assert 5 < len(wanted) < len(frame) / 2
    named = back["Name" if ending == ".kml" else "cell"]
    assert sorted(named) == sorted(wanted["cell"])
    told = json.loads(about_in(path))["selection"]
    assert told == {"area": area.wkt, "where": "patrol_s=3..40;state!=met"}


def test_features_that_touch_an_area_are_chosen(features, tmp_path):
    shapes = [shapely.Point(1, 1), shapely.LineString([(1.9, 1), (5, 1)]), shapely.Point(3, 3)]
    layer = features(shapes, kind=["a", "b", "a"])
    chosen = Selection(area=area_named("0,0;2,0;2,2;0,2"))
    back = read(write_selection(layer, tmp_path / "out.gpkg", chosen))
    assert back["kind"].tolist() == ["a", "b"]


@pytest.mark.parametrize("ending", [".gpkg", ".fgb", ".parquet", ".zip"])
def test_the_working_crs_is_in_the_file_and_leads_back_to_the_place(
    cells_layer, points_layer, small_grid, tmp_path, ending
):
    crs = small_grid.spec.crs
    chosen = Selection(projected=crs)
    back = read(write_selection(points_layer, tmp_path / f"points{ending}", chosen))
    assert back.crs.is_projected
    same = reprojection(back.crs, WGS84)(shapely.get_coordinates(back.geometry))
    wanted = shapely.get_coordinates(points_layer.table.geometry)
    np.testing.assert_allclose(np.sort(same, axis=0), np.sort(wanted, axis=0), atol=1e-8)
    cells = read(write_selection(cells_layer, tmp_path / f"cells{ending}", chosen))
    sides = (cells.geometry.bounds.to_numpy() - small_grid.spec.x_min) % 250.0
    assert cells.geometry.area.max() == pytest.approx(small_grid.spec.cell_size**2, rel=1e-6)
    assert np.minimum(sides, 250.0 - sides).min() < 1e-3  # on the lattice's lines


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_tables_in_the_working_crs_have_metres(points_layer, small_grid, tmp_path, ending):
    path = tmp_path / f"out{ending}"
    write_selection(points_layer, path, Selection(projected=small_grid.spec.crs))
    back = pd.read_csv(path, encoding="utf-8-sig") if ending == ".csv" else read(path)
    assert "lon" not in back.columns
    metres = back[["x_m", "y_m"]].to_numpy(dtype=float)
    same = reprojection(small_grid.spec.crs, WGS84)(metres)
    wanted = shapely.get_coordinates(points_layer.table.geometry)
    np.testing.assert_allclose(same, wanted, atol=1e-8)
    assert json.loads(about_in(path))["datum"] == "working"


@pytest.mark.parametrize("ending", [".geojson", ".kml"])
def test_what_knows_wgs84_alone_refuses_the_working_crs(points_layer, small_grid, tmp_path, ending):
    chosen = Selection(projected=small_grid.spec.crs)
    with pytest.raises(InputError, match="WGS-84 by its standard"):
        write_selection(points_layer, tmp_path / f"out{ending}", chosen)
    assert not list(tmp_path.iterdir())


def test_parquet_tells_the_working_crs_in_full(points_layer, small_grid, tmp_path):
    path = tmp_path / "out.parquet"
    write_selection(points_layer, path, Selection(projected=small_grid.spec.crs))
    geo = json.loads(pq.read_schema(path).metadata[b"geo"])
    assert geo["columns"]["geometry_working"]["crs"]["name"] == small_grid.spec.crs.name
    assert geopandas.read_parquet(path).crs == small_grid.spec.crs


def test_a_whole_layer_is_written_alike_by_both_ways(points_layer, tmp_path):
    one = write_layer(points_layer, tmp_path / "one.csv", datum=Datum.GCJ02)
    other = write_selection(points_layer, tmp_path / "two.csv", Selection(datum=Datum.GCJ02))
    assert one.read_bytes() == other.read_bytes()
    lon, _ = from_wgs84(117.6, 26.2, Datum.GCJ02)
    assert lon != 117.6
