"""Files as they come: kinds of trouble, each made here, each with the outcome it must have."""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
import struct
import zipfile
from datetime import datetime
from decimal import Decimal

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from shapely.geometry import Point

from geogrid.crs import Datum
from geogrid.errors import FileFormatError, InputError
from geogrid.io import ReadOptions, read_boundary, read_register, read_tracks

OPTIONS = ReadOptions(datum=Datum.WGS84)
HEAD = "unit,time,lon,lat"
FIX = "A1,2026-03-06T08:00:00Z,117.61,26.21"
FIXES = f"{HEAD}\n{FIX}\nA1,2026-03-06T08:00:10Z,117.611,26.211\n"
PLACES = (
    "编号,名称,类别,经度,纬度\nP1,列东酒店,hotel,117.61,26.21\nP2,三元市场,market,117.63,26.23\n"
)


def fixes(path, content, options=OPTIONS):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_tracks(path, options)


def places(path, content, options=OPTIONS):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_register(path, "points", options)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32", "gb18030", "utf-8-sig"])
def test_an_encoding_without_a_name_is_found(tmp_path, codec):
    frame, report = places(tmp_path / "a.csv", PLACES.replace("列东", "𠮷野").encode(codec))
    assert list(frame["name"]) == ["𠮷野酒店", "三元市场"]
    assert report.status == "accept"


@pytest.mark.parametrize("codec", ["big5", "latin-1"])
def test_text_of_another_country_is_no_chinese(tmp_path, codec):
    text = {
        "big5": "編號,名稱,類別\n1,臺北飯店與國小的地點,學校\n2,市場,點位\n",
        "latin-1": "id,name\n1,Café São\n2,Zoë de la Peña\n",
    }
    with pytest.raises(InputError):
        places(tmp_path / "a.csv", text[codec].encode(codec))
    with pytest.raises(FileFormatError, match="encoding is neither"):
        places(tmp_path / "b.csv", f"id,kind,lon,lat,{text[codec]}".encode(codec))


@pytest.mark.parametrize(
    "title",
    [
        "# exported by a tracker\n",
        "巡逻轨迹,,,\n\n三元分局,,,\n\n",
        "\r",
        "\r\n,,,\r\n",
        "title\r\r",
    ],
)
def test_a_title_may_stand_above_the_header_and_rows_are_those_of_the_sheet(tmp_path, title):
    bad = FIXES + '"A\n2",2026-03-06T08:00:20Z,x,26.2\n\nA3,2026-03-06T08:00:20Z,117.6,y\n'
    report = fixes(tmp_path / "a.csv", title + bad)[2]
    above = len(title.splitlines()) + 1
    assert report.bad_rows == (3, 5)
    assert [refusal.line for refusal in report.refusals] == [above + 3, above + 5]


def test_a_file_without_the_columns_names_those_of_its_header_and_not_of_a_title(tmp_path):
    with pytest.raises(InputError, match="the columns are 'car', 'when'"):
        fixes(tmp_path / "a.csv", "Fleet report\ncar,when\nA,1\nB,2\nC,3\nD,4\n")


@pytest.mark.parametrize("letter", ["\x00", "\x1b", "\x08"])
def test_a_control_character_refuses_its_row(tmp_path, letter):
    report = fixes(tmp_path / "a.csv", f"{FIXES}B{letter}1,2026-03-06T08:00:20Z,117.6,26.2\n")[2]
    assert report.bad_rows == (3,)
    assert f"number {ord(letter)}" in str(report.refusals[0].render())
    report = places(tmp_path / "b.csv", PLACES.replace("列东", f"列{letter}东"))[1]
    assert report.bad_rows == (1,)


def test_ids_that_a_spreadsheet_rounded_are_told(tmp_path):
    text = PLACES.replace("P1", "1.23457E+11")
    report = places(tmp_path / "a.csv", text)[1]
    assert report.status == "accept_warn"
    assert "rounded" in str(report.warnings[0])


def test_gzip_in_several_parts_is_read_to_its_end(tmp_path):
    parts = gzip.compress(FIXES.encode()) + gzip.compress(b"B9,2026-03-06T09:00:00Z,117.6,26.2\n")
    assert len(fixes(tmp_path / "a.csv.gz", parts + bytes(512))[0]) == 3
    with pytest.raises(FileFormatError, match="gzip format is damaged"):
        fixes(tmp_path / "b.csv.gz", parts + b"more")


def book(fill, **options):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, options) as made:
        fill(made.add_worksheet(), made.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}))
    return out.getvalue()


@pytest.mark.parametrize("formatted", [True, False])
@pytest.mark.parametrize("from_1904", [True, False])
def test_days_are_counted_from_where_the_workbook_says(tmp_path, formatted, from_1904):
    def fill(sheet, style):
        sheet.write_row(0, 0, HEAD.split(","))
        sheet.write_row(1, 0, ["A", "", 117.6, 26.2])
        when = datetime(2026, 3, 6, 8)  # noqa: DTZ001 - a sheet has local times
        sheet.write_datetime(1, 1, when, style if formatted else None)

    options = ReadOptions(datum=Datum.WGS84, time_zone="UTC")
    tracks = fixes(tmp_path / "a.xlsx", book(fill, date_1904=from_1904), options)[0]
    assert tracks.t.tolist() == [1_772_784_000_000]


def test_rows_of_a_workbook_are_those_of_its_sheet(tmp_path):
    def fill(sheet, _):
        sheet.merge_range(0, 0, 0, 3, "巡逻轨迹")
        sheet.write_row(2, 0, HEAD.split(","))
        sheet.write_row(3, 0, FIX.split(","))
        sheet.write_row(5, 0, ["A", "2026-03-06T08:00:10Z", "x", "26.2"])  # row 6 of the sheet

    report = fixes(tmp_path / "a.xlsx", book(fill))[2]
    assert [(one.row, one.line) for one in report.refusals] == [(3, 6)]


@pytest.mark.parametrize("cell", ['<c r = "XFD1048576">', "<c r='XFD1048576'>"])
def test_a_far_cell_is_found_however_it_is_written(tmp_path, cell):
    def far(name, data):
        new = f"<row>{cell}<v>1</v></c></row></sheetData>".encode()
        return data.replace(b"</sheetData>", new) if "sheet1.xml" in name else data

    data = zipped(book(lambda sheet, _: sheet.write_row(0, 0, HEAD.split(","))), far)
    with pytest.raises(InputError, match="XFD1048576"):
        fixes(tmp_path / "a.xlsx", data)


def zipped(data, change):
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return out.getvalue()


TRACK = """<Placemark><name>A</name><gx:Track xmlns:gx="http://www.google.com/kml/ext/2.2">
<when>2026-03-06T08:00:00Z</when><when>2026-03-06T08:00:10Z</when>
<gx:coord>117.61 26.21 0</gx:coord>{}</gx:Track></Placemark>"""


def kml(body):
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'


def test_tracks_of_kml_are_fixes_and_one_without_a_place_is_refused(tmp_path):
    second = "<gx:coord>117.611 26.211 0</gx:coord>"
    tracks, _, report = fixes(tmp_path / "a.kml", kml(TRACK.format(second)))
    assert (tracks.units, tracks.lon.tolist()) == (("A",), [1_176_100_000, 1_176_110_000])
    assert report.status == "accept"
    assert fixes(tmp_path / "b.kml", kml(TRACK.format("")))[2].bad_rows == (2,)


def test_a_link_of_kml_is_told_and_not_followed(tmp_path):
    link = "<NetworkLink><Link><href>http://127.0.0.1:9/a.kml</href></Link></NetworkLink>"
    report = fixes(tmp_path / "a.kml", kml(link + TRACK.format("")))[2]
    assert "links to other files" in report.summary()


def test_waypoints_of_gpx_are_left_out_and_told(tmp_path):
    text = """<gpx><wpt lat="26.2" lon="117.6"/><trk><trkseg><trkpt lat="26.2" lon="117.6">
    <time>2026-03-06T08:00:00Z</time></trkpt></trkseg></trk></gpx>"""
    tracks, _, report = fixes(tmp_path / "a.gpx", text)
    assert len(tracks) == 1
    assert "1 waypoints" in report.summary()


def sentence(body):
    total = 0
    for letter in body:
        total ^= ord(letter)
    return f"${body}*{total:02X}"


def rmc(clock, mode=""):
    return f"GNRMC,{clock},A,2612.6000,N,11736.6000,E,10.0,90.0,060326,,{mode}"


@pytest.mark.parametrize("mode", [",N", ",S", ",M"])
def test_a_fix_that_was_not_measured_is_refused(tmp_path, mode):
    lines = [sentence(rmc("080000", mode)), "log opened", sentence(rmc("080010", ",A"))]
    report = fixes(tmp_path / "a.nmea", "\n".join(lines))[2]
    assert report.bad_rows == (1,)
    assert "1 lines are no NMEA sentences" in report.summary()


def test_sentences_without_a_checksum_are_refused_for_that(tmp_path):
    report = fixes(tmp_path / "a.nmea", "$" + rmc("080000"))[2]
    assert "checksum" in report.summary()


def geojson(x, y, **more):
    properties = {"id": "1", "kind": "hotel", "name": "a"}
    point = {"type": "Point", "coordinates": [x, y]}
    feature = {"type": "Feature", "properties": properties, "geometry": point}
    return json.dumps({"type": "FeatureCollection", "features": [feature], **more})


def test_degrees_that_are_said_to_be_metres_are_refused(tmp_path):
    crs = {"type": "name", "properties": {"name": "EPSG:3857"}}
    with pytest.raises(InputError, match=r"EPSG:3857.* are degrees"):
        places(tmp_path / "a.geojson", geojson(117.6, 26.2, crs=crs))


def test_half_a_character_is_refused(tmp_path):
    text = geojson(117.6, 26.2)
    whole = places(tmp_path / "a.geojson", text.replace('"a"', '"\\ud83d\\ude93"'))[0]
    assert list(whole["name"]) == ["\U0001f693"]
    with pytest.raises(FileFormatError, match="half of a character"):
        places(tmp_path / "b.geojson", text.replace('"a"', '"\\ud83d"'))


def test_a_district_that_steps_over_the_180th_meridian_is_refused(tmp_path):
    ring = [[179, 10], [-179, 10], [-179, 11], [179, 11], [179, 10]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"id": "1"}, "geometry": shape}
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    with pytest.raises(InputError, match="180th meridian"):
        read_boundary(path)


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """The parts of a Shapefile of two places, in UTF-8."""
    folder = tmp_path_factory.mktemp("shapefile")
    columns = {"id": ["1", "2"], "kind": ["hotel", "bank"], "name": ["列东", "列西"]}
    where = [Point(117.6, 26.2), Point(117.61, 26.2)]
    frame = gpd.GeoDataFrame(columns, geometry=where, crs=4326)
    frame.to_file(folder / "a.shp", encoding="utf-8")
    return {path.suffix: path.read_bytes() for path in folder.iterdir()}


def shapefile(parts, **changed):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for ending, data in (parts | {f".{name}": data for name, data in changed.items()}).items():
            archive.writestr(f"数据/A{ending.upper()}", data)
    return out.getvalue()


def test_a_cpg_that_lies_is_told_and_the_text_is_right(tmp_path, parts):
    frame, report = places(tmp_path / "a.zip", shapefile(parts, cpg=b"GBK"))
    assert list(frame["name"]) == ["列东", "列西"]
    assert report.status == "accept_warn"


def test_a_record_that_is_marked_as_deleted_is_left_out(tmp_path, parts):
    table = bytearray(parts[".dbf"])
    table[struct.unpack_from("<H", table, 8)[0]] = ord("*")
    frame, report = places(tmp_path / "a.zip", shapefile(parts, dbf=bytes(table)))
    assert list(frame.index) == ["2"]
    assert "1 records are marked as deleted" in report.summary()


def geopackage(path, *statements):
    frame = gpd.GeoDataFrame({"id": ["1"], "kind": ["hotel"]}, geometry=[Point(117.6, 26.2)])
    frame.set_crs(4326).to_file(path, driver="GPKG")
    with sqlite3.connect(path) as base:
        for statement in statements:
            base.execute(statement)
    base.close()


def test_an_undefined_crs_of_a_geopackage_is_none(tmp_path):
    path = tmp_path / "a.gpkg"
    geopackage(
        path,
        "UPDATE gpkg_contents SET srs_id = -1",
        "UPDATE gpkg_geometry_columns SET srs_id = -1",
    )
    assert read_register(path, "points", OPTIONS)[0].geometry.x.tolist() == [117.6]
    with pytest.raises(InputError, match="datum of the coordinates is not declared"):
        read_register(path, "points", ReadOptions())


def test_a_database_that_is_no_geopackage_is_called_one(tmp_path):
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE a (id)")
    base.close()
    with pytest.raises(FileFormatError, match="SQLite, and no GeoPackage"):
        read_register(path, "points", OPTIONS)


def test_decimals_of_parquet_are_numbers(tmp_path):
    columns = {
        "unit": pa.array(["A", "B"]).dictionary_encode(),
        "time": [1_772_784_000] * 2,
        "lon": [Decimal("117.6"), Decimal("117.7")],
        "lat": [Decimal("26.2"), None],
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    tracks, _, report = read_tracks(tmp_path / "a.parquet", OPTIONS)
    assert (tracks.lon.tolist(), report.bad_rows) == ([1_176_000_000], (2,))
