"""Hostile files, a kind each, made by hand: refused in words, or read without their poison."""

from __future__ import annotations

import json
import pickle
import sqlite3
import zipfile

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geogrid.crs import Datum
from geogrid.errors import BoundaryError, FileFormatError, InputError
from geogrid.io import ReadOptions, read_boundary, read_register, read_tracks

WGS84 = ReadOptions(datum=Datum.WGS84)


def points(folder, ending="gpkg"):
    path = folder / f"a.{ending}"
    shapes = geopandas.points_from_xy([17.61, 17.62], [26.21, 26.22], crs=4326)
    geopandas.GeoDataFrame({"id": ["1", "2"], "name": "a"}, geometry=shapes).to_file(path)
    return path


def test_geometry_nested_twenty_thousand_deep_ends_in_a_refused_row(tmp_path):
    path = points(tmp_path)
    nested = shapely.to_wkb(shapely.Point(17.6, 26.2))
    for _ in range(20_000):
        nested = b"\x01\x07\x00\x00\x00\x01\x00\x00\x00" + nested
    blob = b"GP\x00\x01" + (4326).to_bytes(4, "little") + nested
    hostile_row(path, blob)
    _refused_or_without_the_row(path)


def test_geometry_that_claims_four_billion_points_ends_in_a_refused_row(tmp_path):
    path = points(tmp_path)
    claim = b"\x01\x02\x00\x00\x00\xff\xff\xff\xff" + bytes(32)
    hostile_row(path, b"GP\x00\x01" + (4326).to_bytes(4, "little") + claim)
    _refused_or_without_the_row(path)


def hostile_row(path, blob):
    connection = sqlite3.connect(path)
    for (name,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type='trigger'"
    ).fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')
    connection.execute("UPDATE a SET geom = ? WHERE id = '2'", [blob])
    connection.commit()
    connection.close()


def _refused_or_without_the_row(path):
    try:
        register, report = read_register(path, "checkpoints", WGS84)
    except InputError:
        return
    assert register.index.tolist() == ["1"]
    assert [refusal.row for refusal in report.refusals] == [2]


def test_a_layer_that_is_an_endless_query_is_refused(tmp_path):
    path = points(tmp_path)
    connection = sqlite3.connect(path)
    connection.execute("ALTER TABLE a RENAME TO b")
    connection.execute(
        "CREATE VIEW a AS WITH RECURSIVE n(fid) AS (SELECT 1 UNION ALL SELECT fid + 1 FROM n) "
        "SELECT n.fid, b.geom, b.id, b.name FROM n, b"
    )
    connection.commit()
    connection.close()
    with pytest.raises(FileFormatError, match=r"view|longer"):
        read_register(path, "checkpoints", WGS84)


VRT = (
    "<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>{}</SrcDataSource></OGRVRTLayer>"
    "</OGRVRTDataSource>"
)


@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.vrt", "a.kml", "a"])
@pytest.mark.parametrize("target", ["/vsicurl/http://127.0.0.1:9/a.geojson", "/etc/passwd"])
def test_a_document_that_names_another_source_is_no_source(tmp_path, name, target):
    path = tmp_path / name
    path.write_text(VRT.format(target))
    with pytest.raises(FileFormatError):
        read_register(path, "points", WGS84)


def test_members_of_a_zip_are_never_written_by_their_name(tmp_path):
    inner = tmp_path / "in"
    inner.mkdir()
    points(inner, "shp")
    for member in ("../../canary", "/tmp/canary", "C:\\canary", "a/../../canary"):  # noqa: S108 - hostile
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for part in inner.glob("a.*"):
                archive.write(part, part.name)
            archive.writestr(member, "x")
        with pytest.raises(InputError, match="leaves the zip"):
            read_register(path, "checkpoints", WGS84)
    assert not list(tmp_path.rglob("*canary*"))


class Canary:
    """Leaves a file where it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_pickles_in_the_metadata_of_parquet_are_not_opened(tmp_path):
    canary = tmp_path / "canary"
    pickled = pickle.dumps(Canary(canary))
    field = pa.field(
        "unit",
        pa.string(),
        metadata={
            "ARROW:extension:name": "arrow.py_extension_type",
            "ARROW:extension:metadata": pickled,
        },
    )
    schema = pa.schema(
        [field, ("time", pa.string()), ("lon", pa.float64()), ("lat", pa.float64())],
        metadata={"pandas": pickled, "geo": pickled},
    )
    table = pa.table([["a"], ["2026-03-06T08:00:00Z"], [17.6], [26.2]], schema=schema)
    path = tmp_path / "a.parquet"
    pq.write_table(table, path)
    assert len(read_tracks(path, WGS84)[0]) == 1
    assert not canary.exists()


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/a.dtd">'
LOCAL = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("head", [LAUGHS, OUTSIDE, LOCAL])
@pytest.mark.parametrize(
    "body",
    [
        "<gpx><trk><name>&a;</name><trkseg><trkpt lon='1' lat='2'/></trkseg></trk></gpx>",
        "<kml><Placemark><name>&a;</name><Point><coordinates>1,2</coordinates></Point></Placemark></kml>",
    ],
)
def test_documents_with_entities_or_a_dtd_are_refused(tmp_path, head, body):
    path = tmp_path / "a"
    path.write_text(head + body)
    with pytest.raises(FileFormatError, match="DTD"):
        read_tracks(path, WGS84)


def star(count, seed=0):
    """Return a closed outline of random corners, which crosses itself count**2 / 4 times."""
    corners = np.random.default_rng(seed).uniform(0.0, 1.0, (count, 2)).round(6).tolist()
    return [*corners, corners[0]]


def boundary_file(folder, ring):
    path = folder / "a.geojson"
    feature = {
        "type": "Feature",
        "properties": {"id": "1", "name": "a"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


@pytest.mark.parametrize("corners", [600, 3_000, 20_000])
def test_an_outline_that_would_take_a_minute_to_repair_is_refused(tmp_path, corners):
    path = boundary_file(tmp_path, star(corners))
    with pytest.raises(BoundaryError, match="cross themselves"):
        read_boundary(path, repair=True)


def test_a_drawing_error_is_still_repaired(tmp_path):
    path = boundary_file(tmp_path, star(12))
    _, _, notes = read_boundary(path, repair=True)
    assert notes
