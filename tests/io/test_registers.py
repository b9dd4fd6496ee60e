"""Registers: contract columns, words, units, ids as text, and what becomes of odd values."""

import numpy as np
import pytest
import shapely

from geogrid.crs import WGS84, Datum
from geogrid.errors import InputError
from geogrid.io import KINDS, PLAIN_KINDS, REGISTERS, ReadOptions, read_register
from geogrid.io.fields import FieldSpec

POINT = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},'
    '"geometry":{"type":"Point","coordinates":[24.9,60.2]}}]}'
)
HERE = ReadOptions(datum=Datum.WGS84)


def write(folder, text, name="register.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_camera_register_with_chinese_headers_and_words(tmp_path):
    path = write(
        tmp_path,
        "编号,名称,经度,纬度,朝向,视角,可视距离(公里),状态,用途,联网\n"
        "007,人民路口,117.61,26.21,360,90,0.05,在线,观赏,是\n"
        "1E5,广场北,117.62,26.22,,,,故障,,否\n",
    )
    cameras, report = read_register(path, "cameras", HERE)
    assert report.status == "accept_warn"  # 观赏 is no known purpose
    assert cameras.crs == WGS84
    assert cameras.index.name == "id"
    assert cameras.index.tolist() == ["007", "1E5"]
    first, second = cameras.iloc[0], cameras.iloc[1]
    assert (first["bearing"], first["view_angle"], first["range"]) == (0.0, 90.0, 50.0)
    assert (first["status"], second["status"]) == ("on", "off")
    assert (first["integrated"], second["integrated"]) == (True, False)
    assert np.isnan(second["range"])
    assert second["purpose"] is None or second["purpose"] != second["purpose"]
    assert cameras.geometry.iloc[0].equals(shapely.Point(117.61, 26.21))


@pytest.mark.parametrize("kind", [kind for kind in REGISTERS if kind not in PLAIN_KINDS])
def test_every_register_has_all_columns_of_its_kind(tmp_path, kind):
    shapes = {
        "areas": "POLYGON((117 26,118 26,118 27,117 26))",
        "roads": "LINESTRING(117 26,118 26)",
    }
    polygon_kinds = {"areas", "zones", "buildings"}
    wkt = shapes["roads"] if kind == "roads" else shapes["areas"]
    needed = {"class": "1", "kind": "hotel", "persons": "5"}
    names = [spec.name for spec in KINDS[kind] if spec.name in needed]
    cells = [needed[name] for name in names]
    if kind in polygon_kinds | {"roads"}:
        names, cells = [*names, "geometry"], [*cells, f'"{wkt}"']
    else:
        names, cells = [*names, "lon", "lat"], [*cells, "117.5", "26.5"]
    if kind == "zones":
        cells[names.index("kind")] = "private"
    path = write(tmp_path, ",".join(["id", *names]) + "\n" + ",".join(["x", *cells]) + "\n")
    frame, report = read_register(path, kind, HERE)
    assert report.status == "accept"
    expected = {
        spec.name
        for spec in KINDS[kind]
        if spec.type not in {"id", "lon", "lat", "geometry", "note"}
    }
    assert set(frame.columns) == expected | {"geometry"}


def test_an_optional_value_that_cannot_be_used_is_left_empty_with_a_warning(tmp_path):
    path = write(
        tmp_path,
        "id,lon,lat,range,height\n1,24.9,60.2,-5,3\n2,24.9,60.3,30,12 ft\n3,24.9,60.4,x,\n",
    )
    cameras, report = read_register(path, "cameras", ReadOptions())
    assert report.status == "accept_warn"
    assert np.isnan(cameras["range"]).tolist() == [True, False, True]
    np.testing.assert_allclose(cameras["height"], [3.0, 12 * 0.3048, np.nan])
    assert report.warnings[0].values["count"] == 2
    assert report.warnings[0].values["row"] == 1


def test_a_needed_value_that_cannot_be_used_refuses_its_row(tmp_path):
    path = write(tmp_path, "id,lon,lat,class\n1,24.9,60.2,一级\n2,24.9,60.2,9\n3,24.9,60.2,\n")
    rooms, report = read_register(path, "rooms", ReadOptions())
    assert rooms["class"].tolist() == ["1"]
    assert report.bad_rows == (2, 3)
    assert "1, 2, 3" in report.refusals[0].render()


def test_an_id_that_repeats_is_counted_if_equal_and_refused_if_not(tmp_path):
    path = write(tmp_path, "id,lon,lat\n1,24.9,60.2\n1,24.9,60.2\n1,24.8,60.2\n,24.9,60.2\n")
    frame, report = read_register(path, "checkpoints", ReadOptions())
    assert frame.index.tolist() == ["1"]
    assert (report.duplicates, report.bad_rows) == (1, (3, 4))


def test_places_keep_kinds_that_are_not_in_the_list(tmp_path):
    path = write(
        tmp_path, "id,类别,lon,lat\n1,网吧,24.9,60.2\n2,KTV,24.9,60.3\n3,Museum,24.9,60.4\n"
    )
    places, report = read_register(path, "places", ReadOptions())
    assert places["kind"].tolist() == ["internet_cafe", "karaoke", "museum"]
    assert report.status == "accept"


def test_devices_in_private_places_are_pointed_out(tmp_path):
    path = write(tmp_path, "id,lon,lat,场所类型\n1,24.9,60.2,道路\n2,24.9,60.3,旅馆客房\n")
    report = read_register(path, "cameras", ReadOptions())[1]
    assert report.status == "accept_warn"
    assert report.warnings[0].values["rows"] == "2"


def test_texts_are_kept_as_they_are(tmp_path):
    names = ["=1+1", "<script>alert(1)</script>", "{{7*7}}", "\u202eabc", "3101120000000000015"]
    rows = [f'{i},24.9,60.2,"{name}"' for i, name in enumerate(names)]
    path = write(tmp_path, "\n".join(["id,lon,lat,name", *rows]))
    assert read_register(path, "checkpoints", ReadOptions())[0]["name"].tolist() == names


def test_polygons_without_a_declared_datum_in_china_are_asked_for(tmp_path):
    text = 'id,wkt\n1,"POLYGON((117 26,118 26,118 27,117 26))"\n'
    path = write(tmp_path, text)
    with pytest.raises(InputError, match="--datum"):
        read_register(path, "areas", ReadOptions())
    moved = read_register(path, "areas", ReadOptions(datum=Datum.GCJ02))[0]
    shift_deg = np.abs(np.array(moved.total_bounds) - [117, 26, 118, 27])
    assert ((shift_deg > 0.002) & (shift_deg < 0.008)).all()


def test_geometry_of_another_type_or_an_invalid_one_is_refused(tmp_path):
    rows = [
        '1,"POLYGON((24 60,25 60,25 61,24 60))"',
        '2,"POINT(24 60)"',
        '3,"POLYGON((24 60,25 61,25 60,24 61,24 60))"',
        "4,nonsense",
        '5,"GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(POINT(1 1)))"',
        '6,"POLYGON((24 60,25 60,25 61"',
        "7,",
    ]
    path = write(tmp_path, "\n".join(["id,geometry", *rows]))
    frame, report = read_register(path, "areas", ReadOptions())
    assert frame.index.tolist() == ["1"]
    assert report.bad_rows == (2, 3, 4, 5, 6, 7)


def test_an_area_keeps_shapes_that_touch_it(tmp_path):
    rows = ['1,"LINESTRING(24.9 60.2,27 60.2)"', '2,"LINESTRING(26 60.2,27 60.2)"']
    path = write(tmp_path, "\n".join(["id,geometry", *rows]))
    box = ReadOptions(area=(24.0, 60.0, 25.0, 61.0))
    frame, report = read_register(path, "roads", box)
    assert frame.index.tolist() == ["1"]
    assert report.bad_rows == (2,)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("synthetic_a.csv", "id,lon,lat\n1,24.9,60.2\n"),
        ("a.csv", "id,lon,lat,数据来源\n1,24.9,60.2,合成数据\n"),
        ("a.csv", "id,lon,lat,source\n1,24.9,60.2,Synthetic city\n"),
        (
            "a.geojson",
            POINT.replace("[{", '[{"id":1,', 1).replace("{", '{"synthetic":true,', 1),
        ),
    ],
)
def test_a_file_that_says_it_is_synthetic_is_marked(tmp_path, name, text):
    assert read_register(write(tmp_path, text, name), "checkpoints", ReadOptions())[1].synthetic


def test_a_file_that_does_not_say_so_is_not_marked(tmp_path):
    path = write(tmp_path, "id,lon,lat,source\n1,24.9,60.2,survey\n")
    assert not read_register(path, "checkpoints", ReadOptions())[1].synthetic


def test_an_unknown_kind_is_refused_with_the_kinds():
    with pytest.raises(InputError, match="cameras, checkpoints"):
        read_register("nothing.csv", "officers", ReadOptions())


@pytest.mark.parametrize("kind", KINDS)
def test_the_table_of_kinds_has_no_field_twice(kind):
    names = [spec.name for spec in KINDS[kind]]
    assert len(names) == len(set(names))
    assert all(isinstance(spec, FieldSpec) for spec in KINDS[kind])
