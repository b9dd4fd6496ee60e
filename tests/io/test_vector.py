"""GeoJSON, GPX, KML, NMEA, Shapefile, GeoPackage, FlatGeobuf: same points, same register."""

import json
import shutil
import zipfile

import geopandas
import numpy as np
import pytest
import shapely

from geogrid.errors import BoundaryError, FileFormatError, InputError
from geogrid.io import ReadOptions, read_boundary, read_register, read_tracks

NAMES = ["人民路口", "广场北", "一中"]
LON, LAT = [117.61, 117.62, 117.63], [26.21, 26.22, 26.23]


def frame(crs="EPSG:4326"):
    points = geopandas.points_from_xy(LON, LAT, crs="EPSG:4326")
    return geopandas.GeoDataFrame({"id": ["007", "2", "3"], "name": NAMES}, geometry=points).to_crs(
        crs
    )


def check(path, *, warned=False):
    register, report = read_register(path, "checkpoints", ReadOptions())
    assert report.status == ("accept_warn" if warned else "accept"), report.summary()
    assert register.index.tolist() == ["007", "2", "3"]
    assert register["name"].tolist() == NAMES
    np.testing.assert_allclose(register.geometry.x, LON, atol=1e-8)
    np.testing.assert_allclose(register.geometry.y, LAT, atol=1e-8)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "EPSG:4548", "EPSG:3857"])
@pytest.mark.parametrize("ending", ["gpkg", "fgb", "shp"])
def test_formats_that_carry_their_crs_give_wgs84(tmp_path, crs, ending):
    path = tmp_path / f"点位.{ending}"
    options = {"SPATIAL_INDEX": "NO"} if ending == "fgb" else {}
    if ending == "shp":
        options = {"ENCODING": "UTF-8"}
    frame(crs).to_file(path, layer_options=options)
    check(path)


def shapefile(folder, encoding="GBK"):
    frame().to_file(folder / "a.shp", encoding=encoding)
    return folder


def zipped(folder, name="a.zip", *, leave_out=(), extra=None):
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        for part in folder.glob("a.*"):
            if part.suffix not in {*leave_out, ".zip"}:
                archive.write(part, f"数据/{part.name}")
        for member, data in (extra or {}).items():
            archive.writestr(member, data)
    return path


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_a_shapefile_in_a_folder_or_a_zip_without_its_index(tmp_path, encoding):
    shapefile(tmp_path, encoding)
    check(tmp_path)
    check(zipped(tmp_path, extra={"__MACOSX/a.shp": b"x", "readme.txt": b"x"}))
    check(zipped(tmp_path, leave_out={".shx", ".cpg"}))


def test_a_cpg_that_lies_is_found_out(tmp_path):
    shapefile(tmp_path, "GBK")
    (tmp_path / "a.cpg").write_text("UTF-8")
    check(tmp_path / "a.shp", warned=True)


def test_a_shapefile_without_prj_says_nothing_of_its_datum(tmp_path):
    shapefile(tmp_path)
    with pytest.raises(InputError, match="--datum"):
        read_register(zipped(tmp_path, leave_out={".prj"}), "checkpoints", ReadOptions())


def test_members_that_leave_the_zip_refuse_it(tmp_path):
    shapefile(tmp_path)
    with pytest.raises(FileFormatError, match="leaves the zip"):
        check(zipped(tmp_path, extra={"../../evil.txt": b"x"}))


def test_a_damaged_shapefile_is_refused(tmp_path):
    shapefile(tmp_path)
    shp = tmp_path / "a.shp"
    whole = shp.read_bytes()
    shp.write_bytes(whole[:-6])
    with pytest.raises(FileFormatError, match="record 3"):
        check(shp)
    shp.write_bytes(whole)
    (tmp_path / "a.dbf").unlink()
    with pytest.raises(FileFormatError, match=r"\.dbf"):
        check(shp)


def test_polygons_of_a_shapefile_keep_holes_and_parts(tmp_path):
    shell = shapely.box(24.0, 60.0, 25.0, 61.0)
    holed = shell.difference(shapely.box(24.4, 60.4, 24.6, 60.6))
    two = shapely.MultiPolygon([holed, shapely.box(26.0, 60.0, 27.0, 61.0)])
    geopandas.GeoDataFrame(
        {"code": ["1", "2"]}, geometry=[two, shapely.box(28, 60, 29, 61)], crs=4326
    ).to_file(tmp_path / "a.shp")
    boundary, _, _ = read_boundary(tmp_path / "a.shp")
    assert boundary.geometries[0].equals(two)
    assert boundary.ids == ("1", "2")


def collection(features, **members):
    return json.dumps({"type": "FeatureCollection", "features": features, **members})


def feature(geometry, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def point(*xy):
    return {"type": "Point", "coordinates": list(xy)}


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        "Point",
        {"type": "point", "coordinates": [24.9, 60.2]},
        point(24.9),
        point("24.9", "60.2"),
        point(True, False),
        point(float("nan"), 60.2),
        point(1e999, 60.2),
        point(24.9, 95.0),
        point(0, 0),
        {"type": "MultiPoint", "coordinates": [[24.9, 60.2]]},
        {"type": "GeometryCollection", "geometries": [point(24.9, 60.2)]},
        {"type": "Polygon", "coordinates": [[[24, 60], [25, 60], [25, 61], [24, 60]]]},
    ],
)
def test_a_feature_without_a_usable_point_is_refused_by_number(tmp_path, geometry):
    path = tmp_path / "a.geojson"
    path.write_text(
        collection([feature(point(24.9, 60.2, 10.0), id="1"), feature(geometry, id="2")])
    )
    register, report = read_register(path, "checkpoints", ReadOptions())
    assert register.index.tolist() == ["1"]
    assert report.bad_rows == (2,)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        ('{"type":"FeatureCollection","features":null}', "no list"),
        ('{"type":"FeatureCollection","features":[]}', "no data"),
        ('{"type":"Topology","objects":{}}', "0 layers"),
        ("[" * 100_000, "nested"),
        ('{"type":"FeatureCollection","features":' + "[" * 100_000, "nested"),
        ('{"type":"FeatureCollection","features":[1' + "0" * 10_000 + "]}", "too long"),
        (collection([feature(point(1, 2), id=1)], crs={"type": "name"}), "crs"),
    ],
)
def test_json_that_is_no_geojson_is_refused(tmp_path, text, words):
    path = tmp_path / "a.geojson"
    path.write_text(text)
    with pytest.raises(InputError, match=words):
        read_register(path, "checkpoints", ReadOptions())


def test_an_old_crs_member_is_heeded(tmp_path):
    path = tmp_path / "a.geojson"
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    path.write_text(collection([feature(point(2_771_855.3, 8_437_941.2), id="1")], crs=crs))
    register, _ = read_register(path, "checkpoints", ReadOptions())
    assert register.geometry.x.iloc[0] == pytest.approx(24.9, abs=1e-3)


GPX = """<?xml version="1.0" encoding="{encoding}"?>
<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">
<trk><name>巡逻1</name><trkseg>
<trkpt lat="60.2" lon="24.9"><time>2026-03-06T08:00:00Z</time></trkpt>
<trkpt lat="60.2" lon="x"><time>2026-03-06T08:00:10Z</time></trkpt>
</trkseg></trk>
<trk><trkseg><trkpt lat="60.3" lon="24.9"><time>2026-03-06T08:00:20Z</time></trkpt></trkseg></trk>
</gpx>"""


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
def test_tracks_of_gpx_are_named_by_their_track_or_file(tmp_path, encoding):
    path = tmp_path / "车载.gpx"
    path.write_bytes(GPX.format(encoding=encoding).encode(encoding))
    tracks, _, report = read_tracks(path, ReadOptions())
    assert tracks.units == ("巡逻1", "车载")
    assert report.bad_rows == (2,)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('<!DOCTYPE gpx SYSTEM "http://127.0.0.1:9/x.dtd"><gpx/>', "DTD"),
        ('<!DOCTYPE gpx [<!ENTITY a "b">]><gpx>&a;</gpx>', "DTD"),
        ("<html><body/></html>", "root element is 'html'"),
        ("<gpx>" + "<a>" * 20_000 + "</a>" * 20_000 + "</gpx>", "nested"),
        ("<gpx><trk>", "cannot be read"),
        ("<gpx><trk><trkseg/></trk></gpx>", "no data"),
    ],
)
def test_xml_that_is_dangerous_or_no_gpx_is_refused(tmp_path, text, words):
    path = tmp_path / "a.gpx"
    path.write_text(text)
    with pytest.raises(InputError, match=words):
        read_tracks(path, ReadOptions())


def kml(*placemarks):
    return (
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        + "".join(placemarks)
        + "</Document></kml>"
    )


def placemark(number, coordinates):
    return (
        f'<Placemark id="{number}"><name>n{number}</name><ExtendedData><Data name="status">'
        f"<value>在线</value></Data></ExtendedData><Point><coordinates>{coordinates}"
        "</coordinates></Point></Placemark>"
    )


def test_placemarks_of_kml_and_kmz(tmp_path):
    text = kml(
        placemark(1, "24.9,60.2,0"), placemark(2, ""), placemark(3, "a,b"), placemark(4, "24.9")
    )
    plain = tmp_path / "a.kml"
    plain.write_text(text, encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as archive:
        archive.writestr("doc.kml", text)
    for path in (plain, tmp_path / "a.kmz"):
        register, report = read_register(path, "checkpoints", ReadOptions())
        assert register.index.tolist() == ["1"]
        assert register["status"].tolist() == ["on"]
        assert report.bad_rows == (2, 3, 4)


def sentence(body):
    total = 0
    for letter in body:
        total ^= ord(letter)
    return f"${body}*{total:02X}"


def test_fixes_of_nmea_are_numbered_by_line(tmp_path):
    good = "GNRMC,08000{}.00,{},6012.0000,N,02454.0000,E,9.99,90.0,060326,,,A"
    lines = [
        sentence("GNGGA,080000.00,6012.0000,N,02454.0000,E,1,12,0.8,45.0,M,-8.0,M,,"),
        sentence(good.format(0, "A")),
        sentence(good.format(1, "V")),
        sentence(good.format(2, "A")).replace("6012", "6013"),  # the sum is no longer right
        sentence(good.format(3, "A").replace("6012.0", "6099.9")),
        sentence(good.format(4, "A")),
    ]
    path = tmp_path / "car7.nmea"
    path.write_text("\r\n".join(lines))
    tracks, _, report = read_tracks(path, ReadOptions())
    assert tracks.units == ("car7",)
    assert tracks.t.tolist() == [1_772_784_000_000, 1_772_784_004_000]
    assert (tracks.lon[0], tracks.lat[0]) == (249_000_000, 602_000_000)
    assert report.bad_rows == (3, 4, 5)


def square(x, y):
    return json.loads(shapely.to_geojson(shapely.box(x, y, x + 0.1, y + 0.1)))


def districts(folder, *features):
    path = folder / "a.geojson"
    path.write_text(collection(list(features)))
    return path


def test_districts_take_id_and_name_from_usual_or_named_fields(tmp_path):
    path = districts(
        tmp_path,
        feature(square(24.0, 60.0), adcode=350402, label="A", name="甲"),
        feature(square(24.2, 60.0), adcode=350403, label="B", name="乙"),
    )
    boundary, report, _ = read_boundary(path)
    assert (boundary.ids, boundary.names) == (("350402", "350403"), ("甲", "乙"))
    assert report.kind == "districts"
    assert read_boundary(path, id_field="label")[0].ids == ("A", "B")
    with pytest.raises(InputError, match="0 columns of that name"):
        read_boundary(path, id_field="nothing")


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (feature(square(24.2, 60.0), code="1"), "more than once"),
        (feature(square(24.2, 60.0)), "feature 2, code"),
        (feature(None, code="2"), "feature 2, geometry"),
        (feature(point(24.2, 60.0), code="2"), "Polygon is needed|Polygon"),
        (feature(square(24.05, 60.0), code="2"), "overlap"),
        (feature(square(200.0, 60.0), code="2"), "range"),
    ],
)
def test_one_faulty_district_refuses_all(tmp_path, second, words):
    path = districts(tmp_path, feature(square(24.0, 60.0), code="1"), second)
    with pytest.raises(BoundaryError, match=words):
        read_boundary(path)


def test_a_repair_is_made_on_request_and_reported(tmp_path):
    path = districts(
        tmp_path,
        feature(square(24.0, 60.0), code="1"),
        feature(square(24.05, 60.0), code="2"),
    )
    boundary, report, notes = read_boundary(path, repair=True)
    assert len(boundary) == 2
    assert [note.change for note in notes] == ["overlap"]
    assert report.status == "accept_warn"


def test_a_geopackage_whose_layer_is_a_view_is_refused(shared_data):
    path = shared_data / "badinput" / "boundaries" / "gpkg" / "evil_view.gpkg"
    with pytest.raises(FileFormatError, match="view"):
        read_boundary(path)


def test_a_geopackage_under_another_name_is_still_one(tmp_path):
    frame().to_file(tmp_path / "a.gpkg")
    shutil.copy(tmp_path / "a.gpkg", tmp_path / "a.dat")
    check(tmp_path / "a.dat")


@pytest.mark.parametrize("minutes", ["22.89006.22", "22..8", "2 2.8", "-2.8", "٢٢.8", "."])
def test_minutes_of_nmea_that_are_no_number_refuse_their_line(tmp_path, minutes):
    lines = []
    for angle in (minutes, "12.0000"):
        body = f"GPRMC,080000,A,26{angle},N,11736.0000,E,0.0,0.0,060326,,"
        total = 0
        for letter in body:
            total ^= ord(letter)
        lines.append(f"${body}*{total:02X}")
    path = tmp_path / "a.nmea"
    path.write_text("\n".join(lines), "utf-8")
    report = read_tracks(path, ReadOptions())[2]
    assert (report.accepted, report.bad_rows) == (1, (1,))
