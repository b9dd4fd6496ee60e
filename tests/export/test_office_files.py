"""Workbooks, zipped Shapefiles and KML say what they could not hold."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from python_calamine import CalamineWorkbook

from geogrid.crs import Datum, from_wgs84
from geogrid.errors import InputError
from geogrid.export.files import write_layer
from geogrid.export.sheets import SHEET_ROWS


def rows_of(path, sheet=0):
    header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(sheet).to_python()
    return pd.DataFrame(rows, columns=header)


def test_a_workbook_has_the_numbers_and_the_meaning_of_its_columns(cells_layer, tmp_path):
    path = write_layer(cells_layer, tmp_path / "out.xlsx")
    rows, frame = rows_of(path), cells_layer.to_geodataframe()
    assert rows["cell"].tolist() == frame["cell"].tolist()
    known = frame["patrol_s"].notna().to_numpy()
    numbers = rows["patrol_s"][known].to_numpy(dtype=float)
    np.testing.assert_allclose(numbers, frame["patrol_s"][known], rtol=1e-15)  # 16 digits
    assert (rows["patrol_s"][~known] == "").all()
    about = rows_of(path, 1)
    meant = {field.name: field.meaning for field in cells_layer.fields}
    told = dict(zip(about["name"], about["meaning"], strict=True))
    assert {name: told[name] for name in meant} == meant


def test_text_that_looks_like_a_formula_stays_text_in_a_workbook(features, tmp_path):
    layer = features([shapely.Point(117.0, 26.0)], name=["=1+1"])
    assert rows_of(write_layer(layer, tmp_path / "out.xlsx"))["name"].tolist() == ["=1+1"]
    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_a_workbook_has_a_point_inside_each_shape_in_the_datum_asked_for(features, tmp_path):
    horseshoe = shapely.box(117, 26, 118, 27) - shapely.box(117.2, 26, 117.8, 26.9)
    layer = features([horseshoe], name=["bend"])
    row = rows_of(write_layer(layer, tmp_path / "out.xlsx", datum=Datum.GCJ02)).iloc[0]
    place = shapely.point_on_surface(horseshoe)
    lon, lat = from_wgs84(place.x, place.y, Datum.GCJ02)
    assert (row["lon_gcj02"], row["lat_gcj02"]) == pytest.approx((lon, lat), abs=2e-4)


def test_what_does_not_fit_into_a_workbook_is_refused_with_row_and_column(features, tmp_path):
    layer = features([shapely.Point(117.0, 26.0)], note=["x" * 40_000])
    with pytest.raises(InputError, match=r"row 1, column note: a text of 40000 characters"):
        write_layer(layer, tmp_path / "out.xlsx")
    assert not list(tmp_path.iterdir())
    assert SHEET_ROWS == 2**20 - 1


def test_a_shapefile_tells_which_names_and_texts_it_shortened(features, tmp_path):
    shapes = [shapely.Point(117.0, 26.0), shapely.Point(117.1, 26.0)]
    layer = features(shapes, patrolled_share=[0.25, 0.5], patrolled_shift=["夜" * 100, "昼"])
    path = write_layer(layer, tmp_path / "out.zip")
    back = pyogrio.read_dataframe(f"/vsizip/{path}")
    with zipfile.ZipFile(path) as archive:
        told = json.loads(archive.read("provenance.json"))["shapefile"]
        assert any(name.endswith(".prj") for name in archive.namelist())
    names = told["columns"]
    assert names["patrolled_share"] == "patrolled_"
    assert names["patrolled_shift"] == "patrolle_1"
    assert back[names["patrolled_share"]].tolist() == [0.25, 0.5]
    assert back[names["patrolled_shift"]].tolist() == ["夜" * 84, "昼"]
    assert told["texts_cut"] == {"patrolled_shift": 1}


def test_kinds_of_geometry_that_a_shapefile_cannot_mix_are_files_of_their_own(features, tmp_path):
    shapes = [shapely.Point(117, 26), shapely.box(117, 26, 118, 27), None]
    path = write_layer(features(shapes, name=["点", "面", "无"]), tmp_path / "out.zip")
    with zipfile.ZipFile(path) as archive:
        files = [name for name in archive.namelist() if name.endswith(".shp")]
    assert len(files) == 2
    names = [pyogrio.read_dataframe(f"/vsizip/{path}/{file}")["name"].tolist() for file in files]
    assert sorted(map(sorted, names)) == [["无", "面"], ["点"]]


def test_kml_keeps_every_column_and_is_wgs84_only(points_layer, tmp_path):
    back = pyogrio.read_dataframe(write_layer(points_layer, tmp_path / "out.kml"))
    frame = points_layer.table
    assert back["Name"].tolist() == frame["name"].tolist()  # what a globe shows
    assert back["feature_id"].tolist() == frame.index.tolist()
    np.testing.assert_allclose(back.geometry.x, frame.geometry.x, atol=1e-9)
    with pytest.raises(InputError, match="KML is WGS-84 by its standard, not gcj02"):
        write_layer(points_layer, tmp_path / "no.kml", datum=Datum.GCJ02)
