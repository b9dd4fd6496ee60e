import json
import sqlite3
import zipfile

import geopandas
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from python_calamine import CalamineWorkbook

from geogrid.crs import Datum, from_wgs84
from geogrid.errors import InputError
from geogrid.export.files import ENDINGS, write_layer

SPATIAL = (".geojson", ".parquet", ".gpkg", ".fgb")


def read(path):
    if path.suffix == ".xlsx":
        return pd.DataFrame(*sheet(path, 0))
    if path.suffix == ".zip":
        return pyogrio.read_dataframe(f"/vsizip/{path}")
    return (
        geopandas.read_parquet(path) if path.suffix == ".parquet" else pyogrio.read_dataframe(path)
    )


def sheet(path, number):
    """Return the rows and the header of a workbook's sheet."""
    header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(number).to_python()
    return rows, None, header


def by_cell(frame):
    return frame.sort_values("cell", ignore_index=True)  # FlatGeobuf orders by place


def about_in(path):
    """Return what a file says about itself, as text."""
    match path.suffix:
        case ".parquet":
            text = pq.read_schema(path).metadata[b"geogrid"].decode()
        case ".csv" | ".kml":
            text = path.with_name(path.name + ".provenance.json").read_text("utf-8")
        case ".xlsx":
            text = sheet(path, 1)[0][-1][0]
        case ".zip":
            with zipfile.ZipFile(path) as archive:
                text = archive.read("provenance.json").decode()
        case ".geojson":
            text = path.read_text("utf-8")
        case _:
            text = pyogrio.read_info(path)["layer_metadata"]["DESCRIPTION"]
    return text


def provenance_in(path):
    return json.loads(about_in(path))["provenance"]


@pytest.mark.parametrize("ending", SPATIAL)
def test_cells_come_back_whole_from_every_format(cells_layer, tmp_path, ending):
    back = by_cell(read(write_layer(cells_layer, tmp_path / f"out{ending}")))
    frame = by_cell(cells_layer.to_geodataframe())
    assert back.crs.to_epsg() == 4326
    assert back["cell"].tolist() == frame["cell"].tolist()
    np.testing.assert_array_equal(back["patrol_s"], frame["patrol_s"])
    np.testing.assert_array_equal(back["covered_share"], frame["covered_share"])
    assert back["state"].isna().tolist() == frame["state"].isna().tolist()
    assert back["state"].dropna().tolist() == frame["state"].dropna().tolist()
    seen = pd.to_datetime(back["last_seen"], utc=True).dt.tz_localize(None)
    assert (seen.dropna().to_numpy() == frame["last_seen"].dropna().to_numpy()).all()
    apart = shapely.hausdorff_distance(back.geometry.to_numpy(), frame.geometry.to_numpy())
    assert apart.max() < 1e-6


@pytest.mark.parametrize("ending", SPATIAL)
def test_chinese_text_and_ids_of_features_come_back_from_every_format(
    points_layer, tmp_path, ending
):
    back = read(write_layer(points_layer, tmp_path / f"out{ending}"))
    back = back.sort_values("id", ignore_index=True)
    assert back["id"].tolist() == ["f0", "f1", "f2", "f3"]
    assert back["name"].tolist() == points_layer.table["name"].tolist()
    assert back["open"].tolist() == [True, False, True, True]
    assert back.geometry.x.tolist() == points_layer.table.geometry.x.tolist()


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_format_says_where_the_data_comes_from(cells_layer, tmp_path, ending):
    path = write_layer(cells_layer, tmp_path / f"out{ending}")
    expected = cells_layer.provenance.as_json()
    expected["parameters"]["units"] = ["甲", "乙"]
    assert provenance_in(path) == expected


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_same_layer_gives_the_same_bytes_in_every_format(cells_layer, tmp_path, ending):
    once = write_layer(cells_layer, tmp_path / f"one{ending}").read_bytes()
    again = write_layer(cells_layer, tmp_path / f"two{ending}").read_bytes()
    assert once == again


def test_a_geopackage_carries_the_time_of_the_data_and_its_title(cells_layer, tmp_path):
    path = write_layer(cells_layer, tmp_path / "out.gpkg")
    connection = sqlite3.connect(path)
    rows = connection.execute(
        "select table_name, identifier, last_change from gpkg_contents"
    ).fetchall()
    connection.close()
    assert rows == [("coverage", "Patrol coverage (coverage)", "2026-03-02T08:15:30.250Z")]


def test_the_clock_of_gdal_is_given_back(points_layer, tmp_path):
    write_layer(points_layer, tmp_path / "out.gpkg")
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


def test_parquet_says_what_geoparquet_asks_for(cells_layer, tmp_path):
    path = write_layer(cells_layer, tmp_path / "out.parquet")
    geo = json.loads(pq.read_schema(path).metadata[b"geo"])
    column = geo["columns"]["geometry"]
    assert (geo["version"], geo["primary_column"]) == ("1.1.0", "geometry")
    assert column["encoding"] == "WKB"
    assert set(column["geometry_types"]) <= {"Polygon", "MultiPolygon"}
    assert column["crs"]["id"] == {"authority": "EPSG", "code": 4326}
    assert pq.ParquetFile(path).metadata.row_group(0).column(0).compression == "ZSTD"


def test_csv_opens_in_a_spreadsheet_with_its_chinese_and_without_formulas(points_layer, tmp_path):
    path = write_layer(points_layer, tmp_path / "out.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbfid,name,")
    back = pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False)
    assert back["name"].tolist() == ["列东派出所", "'=1+1", "'＠sum", "plain"]
    assert back["district"].tolist() == ["350402", "350402", "350403", ""]
    assert back["open"].tolist() == ["true", "false", "true", "true"]
    assert back["lon"].astype(float).tolist() == [117.6, 117.65, 118.1, 116.9]


@pytest.mark.parametrize("start", list("=+-@\t\r\n＝＋－＠"))
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(features, tmp_path, start):
    layer = features([shapely.Point(117.0, 26.0)], name=[start + "cmd"], n=[-5])
    path = write_layer(layer, tmp_path / "out.csv")
    text = path.read_bytes().decode("utf-8-sig")
    assert f"'{start}cmd" in text
    assert ",-5," in text  # a number stays a number


def test_csv_of_cells_has_their_centres_and_null_is_empty(cells_layer, tmp_path):
    path = write_layer(cells_layer, tmp_path / "out.csv")
    back = pd.read_csv(path, encoding="utf-8-sig")
    np.testing.assert_array_equal(back["covered_share"], cells_layer.table["covered_share"])
    assert back["last_seen"][1] == "2026-03-01T00:01:01.500Z"
    assert back["last_seen"].isna().sum() == np.isnat(cells_layer.table["last_seen"]).sum()
    assert "wkt" not in back.columns


def test_csv_of_lines_has_their_wkt(features, tmp_path):
    line = shapely.LineString([(117.0, 26.0), (117.5, 26.25)])
    path = write_layer(features([line], name=["国道"]), tmp_path / "out.csv")
    back = pd.read_csv(path, encoding="utf-8-sig")
    assert shapely.from_wkt(back["wkt"][0]) == line


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
@pytest.mark.parametrize("ending", [".parquet", ".gpkg", ".fgb"])
def test_another_datum_is_moved_and_labelled(points_layer, tmp_path, ending, datum):
    path = write_layer(points_layer, tmp_path / f"out{ending}", datum=datum)
    back = read(path).sort_values("id", ignore_index=True)
    lon, lat = from_wgs84(points_layer.table.geometry.x, points_layer.table.geometry.y, datum)
    np.testing.assert_allclose(back.geometry.x, lon, atol=1e-12)
    np.testing.assert_allclose(back.geometry.y, lat, atol=1e-12)
    assert back.crs.to_epsg() is None
    assert ("GCJ-02" if datum is Datum.GCJ02 else "BD-09") in back.crs.name
    if ending == ".parquet":
        assert back.geometry.name == f"geometry_{datum}"
    else:
        assert pyogrio.list_layers(path)[0, 0] == f"places_{datum}"


def test_columns_of_centres_carry_the_name_of_another_datum(cells_layer, tmp_path):
    path = write_layer(cells_layer, tmp_path / "out.csv", datum=Datum.GCJ02)
    back = pd.read_csv(path, encoding="utf-8-sig")
    lon, _ = from_wgs84(*cells_layer.table.grid.lonlat(), Datum.GCJ02)
    np.testing.assert_array_equal(back["lon_gcj02"], lon)
    assert not {"lon", "lat"} & set(back.columns)


def test_cgcs2000_has_the_coordinates_of_wgs84_and_its_own_crs(points_layer, tmp_path):
    back = read(write_layer(points_layer, tmp_path / "out.gpkg", datum=Datum.CGCS2000))
    assert back.crs.to_epsg() == 4490
    assert back.geometry.x.tolist() == points_layer.table.geometry.x.tolist()


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09, Datum.CGCS2000])
def test_geojson_of_another_datum_is_refused(points_layer, tmp_path, datum):
    with pytest.raises(InputError, match="GeoJSON is WGS-84 by its standard"):
        write_layer(points_layer, tmp_path / "out.geojson", datum=datum)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["out.shp", "out.xyz", "out", "out.json"])
def test_an_unknown_ending_is_refused_with_those_there_are(points_layer, tmp_path, name):
    with pytest.raises(
        InputError, match=r"\.geojson, \.parquet, \.gpkg, \.csv, \.fgb, \.xlsx, \.zip, \.kml"
    ):
        write_layer(points_layer, tmp_path / name)


def test_a_format_can_be_named_apart_from_the_ending(points_layer, tmp_path):
    path = write_layer(points_layer, tmp_path / "download", fmt="csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    upper = write_layer(points_layer, tmp_path / "OUT.GEOJSON")
    assert json.loads(upper.read_text("utf-8"))["type"] == "FeatureCollection"


def test_the_files_of_all_districts_hold_every_cell_once(cells_layer, tmp_path):
    grid = cells_layer.table.grid
    found = []
    for district in grid.boundary.ids:
        path = write_layer(cells_layer, tmp_path / f"{district}.csv", district=district)
        found += pd.read_csv(path, encoding="utf-8-sig")["cell"].tolist()
    assert sorted(found) == sorted(grid.codes())


def test_a_district_can_be_named_in_chinese(cells_layer, tmp_path):
    boundary = cells_layer.table.grid.boundary
    by_name = write_layer(cells_layer, tmp_path / "n.fgb", district=boundary.names[0])
    by_id = write_layer(cells_layer, tmp_path / "i.fgb", district=boundary.ids[0])
    assert len(read(by_name)) == len(read(by_id)) > 0


def test_an_unknown_district_is_refused(cells_layer, points_layer, features, tmp_path):
    for layer in (cells_layer, points_layer):
        with pytest.raises(InputError, match="no district 'Atlantis'"):
            write_layer(layer, tmp_path / "out.csv", district="Atlantis")
    with pytest.raises(InputError, match="does not say which district"):
        write_layer(features([shapely.Point(117, 26)], n=[1]), tmp_path / "o.csv", district="a")


def test_a_box_chooses_the_features_that_touch_it(points_layer, tmp_path):
    path = write_layer(points_layer, tmp_path / "out.geojson", bbox=(117.5, 26.0, 117.65, 26.3))
    collection = json.loads(path.read_text("utf-8"))
    assert [f["id"] for f in collection["features"]] == ["f0", "f1"]
    assert collection["selection"] == {"bbox": [117.5, 26.0, 117.65, 26.3]}


@pytest.mark.parametrize("box", [(118.0, 26.0, 117.0, 27.0), (float("nan"), 0.0, 1.0, 1.0)])
def test_a_box_that_is_none_is_refused(points_layer, tmp_path, box):
    with pytest.raises(InputError, match="a box is xmin,ymin,xmax,ymax"):
        write_layer(points_layer, tmp_path / "out.csv", bbox=box)


@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_chosen_gives_an_empty_file_of_the_format(points_layer, tmp_path, ending):
    path = write_layer(points_layer, tmp_path / f"out{ending}", bbox=(0.0, 0.0, 1.0, 1.0))
    rows = pd.read_csv(path, encoding="utf-8-sig") if ending == ".csv" else read(path)
    assert len(rows) == 0


def test_places_of_several_kinds_of_geometry_come_back(features, tmp_path):
    shapes = [shapely.Point(117.0, 26.0), shapely.box(117.0, 26.0, 117.1, 26.1), None]
    layer = features(shapes, name=["点", "面", "无"])
    for ending in (".parquet", ".gpkg", ".geojson"):
        back = read(write_layer(layer, tmp_path / f"out{ending}"))
        assert back["name"].tolist() == ["点", "面", "无"]
        assert back.geometry.geom_type.tolist()[:2] == ["Point", "Polygon"]
        assert back.geometry.iloc[2] is None


def test_ids_that_are_already_a_column_are_not_written_twice(features, tmp_path):
    layer = features([shapely.Point(117.0, 26.0)], id=["f0"])
    assert read(write_layer(layer, tmp_path / "a.parquet")).columns.tolist() == ["id", "geometry"]
    other = features([shapely.Point(117.0, 26.0)], id=["pole 7"])
    back = read(write_layer(other, tmp_path / "b.parquet"))
    assert back.drop(columns="geometry").to_dict("records") == [
        {"feature_id": "f0", "id": "pole 7"}
    ]


def test_lists_and_large_numbers_in_a_column_become_text(features, tmp_path):
    layer = features([shapely.Point(117.0, 26.0)], tags=[["a", 1]], pole=[2**60])
    back = read(write_layer(layer, tmp_path / "out.gpkg"))
    assert back["tags"].tolist() == ['["a",1]']
    assert back["pole"].tolist() == [2**60]


def test_no_part_of_a_file_is_left_behind(points_layer, tmp_path):
    for ending in ENDINGS:
        write_layer(points_layer, tmp_path / f"out{ending}")
    names = {file.name for file in tmp_path.iterdir()}
    beside = {"out.csv.provenance.json", "out.kml.provenance.json"}
    assert names == {f"out{ending}" for ending in ENDINGS} | beside
