"""Damaged files: whatever is cut, flipped or spliced, the answer is a report or a clear refusal."""

import json
import zipfile
from io import BytesIO

import geopandas
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geogrid.crs import Datum
from geogrid.errors import InputError
from geogrid.io import ReadOptions, ReadReport, read_incidents, read_register, read_tracks

ROWS = [
    ("id", "unit", "time", "lon", "lat", "category"),
    ("007", "京P001", "2026-03-06T08:00:00Z", "117.61", "26.21", "盗窃"),
    ("2", "京P001", "2026-03-06 08:00:10", "117.62", "26.22", "打架"),
    ("3", "京P002", "1772784000", "117.63", "26.23", '"a, b"'),
]
TABLE = "\n".join(",".join(row) for row in ROWS)
JUNK = [b"", b"NaN", b"null", b'"', b",", b"-", b"1e309", b"\xff\xfe", b"\x00", b"[", b"9" * 40]


def geojson() -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": dict(zip(ROWS[0], row, strict=True)),
            "geometry": {"type": "Point", "coordinates": [float(row[3]), float(row[4])]},
        }
        for row in ROWS[1:]
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def workbook() -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for i, row in enumerate(ROWS):
            sheet.write_row(i, 0, row)
    return out.getvalue()


def gpx() -> bytes:
    points = "".join(
        f'<trkpt lon="{row[3]}" lat="{row[4]}"><time>{row[2]}</time></trkpt>' for row in ROWS[1:]
    )
    return f"<gpx><trk><name>a</name><trkseg>{points}</trkseg></trk></gpx>".encode()


def layers(folder) -> dict[str, bytes]:
    points = geopandas.points_from_xy([117.61, 117.62], [26.21, 26.22], crs=4326)
    frame = geopandas.GeoDataFrame(
        {"id": ["1", "2"], "category": "a", "time": "2026-03-06T08:00:00Z", "unit": "x"},
        geometry=points,
    )
    frame.to_file(folder / "a.shp")
    frame.to_file(folder / "a.gpkg")
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for ending in ("shp", "dbf", "prj"):
            archive.write(folder / f"a.{ending}", f"a.{ending}")
    return {"zip": out.getvalue(), "gpkg": (folder / "a.gpkg").read_bytes()}


class Seeds(dict):
    """Files to damage; hypothesis shows their names only."""

    def __repr__(self):
        return f"Seeds({sorted(self)})"


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    rmc = "$GNRMC,080000.00,A,6012.0000,N,02454.0000,E,9.99,90.0,060326,,,A*"
    files = {
        "csv": TABLE.encode(),
        "txt": TABLE.encode("gb18030"),
        "tsv": TABLE.replace(",", "\t").encode("utf-16"),
        "geojson": geojson(),
        "gpx": gpx(),
        "xlsx": workbook(),
        "nmea": f"{rmc}77\n{rmc}78".encode(),
        **layers(tmp_path_factory.mktemp("layers")),
    }
    return Seeds(files)


edits = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 20), st.sampled_from(JUNK) | st.binary(max_size=4)),
    min_size=1,
    max_size=4,
)


def attempt(read) -> ReadReport | str:
    try:
        return read()
    except InputError as error:
        return str(error)


@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@pytest.mark.parametrize(
    "ending", ["csv", "txt", "tsv", "geojson", "gpx", "xlsx", "nmea", "zip", "gpkg"]
)
@given(changes=edits, cut=st.floats(0.2, 4.0))
def test_a_damaged_file_gives_a_report_or_a_clear_refusal(tmp_path, seeds, ending, changes, cut):
    data = seeds[ending]
    for where, length, new in changes:
        place = int(where * len(data))
        data = data[:place] + new + data[place + length :]
    path = tmp_path / f"damaged.{ending}"
    path.write_bytes(data[: int(cut * len(data)) + 1])
    options = ReadOptions(datum=Datum.WGS84, time_zone="Asia/Shanghai")
    for read in (
        lambda: read_tracks(path, options)[2],
        lambda: read_incidents(path, options)[1],
        lambda: read_register(path, "checkpoints", options)[1],
    ):
        result = attempt(read)
        if isinstance(result, str):
            assert len(result) > 10
            continue
        refused = {refusal.row for refusal in result.refusals}
        assert result.read == result.accepted + result.duplicates + len(refused)
        assert result.summary().startswith("damaged")
