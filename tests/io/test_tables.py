"""Tables as text and workbooks: encodings, separators, quotes, row numbers, limits."""

import gzip
import zipfile
from datetime import datetime
from io import BytesIO

import numpy as np
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.crs import Datum
from geogrid.errors import FileFormatError, InputError, PersonDataError
from geogrid.io import ReadOptions, read_register, read_tracks
from geogrid.io.text import find_encoding, to_utf8

HERE = ReadOptions(datum=Datum.WGS84, time_zone="Asia/Shanghai")
HEADER = "车牌号,定位时间,经度,纬度,单位"
ROWS = [
    "闽G0001警,2026-03-06 08:00:00,117.61,26.21,列东",
    "闽G0001警,2026-03-06 08:00:10,117.62,26.22,列东",
    "闽G0002警,2026-03-06 08:00:00,117.63,26.23,列西",
]
TABLE = "\n".join([HEADER, *ROWS]) + "\n"


def write(folder, data, name="tracks.csv"):
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def fixes(path, options=HERE):
    tracks, groups, report = read_tracks(path, options)
    arrays = [getattr(tracks, name).tolist() for name in ("unit", "t", "lon", "lat")]
    return tracks.units, arrays, dict(groups), report


def test_a_small_table_by_hand(tmp_path):
    units, (unit, t, lon, lat), groups, report = fixes(write(tmp_path, TABLE))
    assert units == ("闽G0001警", "闽G0002警")
    assert unit == [0, 0, 1]
    start = 1_772_784_000_000 - 8 * 3_600_000
    assert t == [start, start + 10_000, start]
    assert (lon, lat) == (
        [1_176_100_000, 1_176_200_000, 1_176_300_000],
        [262_100_000, 262_200_000, 262_300_000],
    )
    assert groups == {"闽G0001警": "列东", "闽G0002警": "列西"}
    assert (report.status, report.read, report.accepted) == ("accept", 3, 3)
    assert report.options["datum"] == "wgs84"
    assert report.options["tz"] == "Asia/Shanghai"


@pytest.mark.parametrize(
    "twin",
    [
        TABLE.encode("gb18030"),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("utf-16"),
        TABLE.replace(",", "\t").encode("utf-16-le"),
        TABLE.replace(",", ";").encode(),
        TABLE.replace("\n", "\r\n").encode(),
        TABLE.replace("\n", "\r").encode(),
        TABLE.rstrip("\n").encode(),
        ("\n\n" + TABLE).encode(),
        gzip.compress(TABLE.encode()),
    ],
    ids=["gb18030", "bom", "utf16", "utf16le", "semicolon", "crlf", "cr", "no_end", "lead", "gzip"],
)
def test_the_same_table_in_another_dress_gives_the_same_fixes(tmp_path, twin):
    ending = "tracks.csv.gz" if twin[:2] == b"\x1f\x8b" else "tracks.csv"
    assert fixes(write(tmp_path, twin, ending))[:3] == fixes(write(tmp_path, TABLE, "a.csv"))[:3]


def test_row_numbers_are_those_of_the_spreadsheet_below_its_header(tmp_path):
    lines = [
        HEADER,
        ROWS[0],
        "",  # data row 2 is blank
        "闽G0001警,2026-03-06 08:00:20,abc,26.21,列东",  # 3
        "闽G0001警,2026-03-06 08:00:30",  # 4: too short
        '闽G0001警,2026-03-06 08:00:40,117.6,26.2,"列东\n二中队"',  # 5 is two lines of text
        ",,,,",  # 6 is blank
        "闽G0001警,2026-03-06 08:00:50,0,0,列东",  # 7
        "闽G0001警,,117.6,26.2,列东",  # 8
        "闽G0001警,2026-03-06 08:01:00,117.6,96.2,列东",  # 9
    ]
    report = fixes(write(tmp_path, "\n".join(lines)))[3]
    assert report.bad_rows == (3, 4, 7, 8, 9)
    assert [refusal.field for refusal in report.refusals] == ["lon", "row", "lon", "time", "lat"]
    assert report.refusals[0].render() == (
        "row 3 (spreadsheet row 4), lon 'abc': this is not a number; write it with digits and a "
        "decimal point"
    )
    assert (report.read, report.accepted, report.status) == (7, 2, "quarantine")
    assert "0, 0" in report.refusals[2].render()


def test_rows_blank_only_in_the_needed_columns_are_refused_not_dropped(tmp_path):
    table = TABLE.replace(HEADER, f"{HEADER},备注").replace("列东\n", "列东,x\n")
    table = table.replace("列西\n", "列西,x\n") + ",,,,,备注在此\n"
    report = fixes(write(tmp_path, table))[3]
    assert report.bad_rows == (4,)


def test_a_quotation_mark_that_never_closes_is_named_with_its_row(tmp_path):
    table = TABLE.replace("117.62", '"117.62')
    with pytest.raises(FileFormatError, match=r"row 2.*quotation mark"):
        fixes(write(tmp_path, table))


def test_text_that_was_cut_inside_a_character_is_refused(tmp_path):
    with pytest.raises(FileFormatError, match="truncated"):
        fixes(write(tmp_path, TABLE.encode()[:-2]))


def test_latin_text_is_not_taken_for_chinese(tmp_path):
    table = "unit,time,lon,lat,group\nônibus,2026-03-06 08:00:00,-37.1,-10.9,São José\n"
    with pytest.raises(FileFormatError, match="encoding"):
        fixes(write(tmp_path, table.encode("latin-1")))


@settings(deadline=None)
@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_marked_and_utf8_text_comes_back_whole(text, codec):
    if codec == "utf-8" and text.startswith("\ufeff"):
        text = "x" + text
    if codec == "utf-8" and text.encode()[:1] >= b"\xfe":
        return
    assert to_utf8(text.encode(codec), "file") == text.encode()


@pytest.mark.parametrize("name", ["𠮷祥里", "警务室", "㐂"])
def test_gb18030_is_found_for_chinese_text(name):
    assert find_encoding(f"id,name\n1,{name}\n".encode("gb18030"), "file") == ("gb18030", 0)


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "a.csv", "empty"),
        (HEADER.encode() + b"\n", "a.csv", "no rows"),
        (b"PAR1 is not", "a.csv", "Parquet"),
        (TABLE.encode(), "a.xlsx", "XLSX"),
        (TABLE.encode(), "a.parquet", "Parquet"),
        (b"\x00\x01\x02\x03\x04\x05", "a.csv", "format"),
        (b"Rar!\x1a\x07\x00\x00\x01\x02", "a.zip", "format"),
        (b"<OGRVRTDataSource/>", "a.geojson", "JSON"),
        (gzip.compress(b"a,b\n" * 10_000_000), "a.csv.gz", "size limit"),
        (gzip.compress(TABLE.encode())[:-9], "a.csv.gz", "cut off"),
        ((",".join(map(str, range(600))) + "\n1\n").encode(), "a.csv", "600 columns"),
    ],
)
def test_what_is_not_the_promised_file_is_refused(tmp_path, data, name, words):
    with pytest.raises(InputError, match=words):
        fixes(write(tmp_path, data, name))


def test_a_column_about_persons_refuses_the_file(tmp_path):
    table = TABLE.replace("单位", "驾驶员")
    with pytest.raises(PersonDataError, match="驾驶员"):
        fixes(write(tmp_path, table))


def workbook(folder, sheets, name="a.xlsx", hidden=()):
    path = folder / name
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            if title in hidden:
                sheet.hide()
            for i, row in enumerate(rows):
                for j, cell in enumerate(row):
                    if isinstance(cell, datetime):
                        sheet.write_datetime(i, j, cell, day)
                    else:
                        sheet.write(i, j, cell)
    return path


def test_a_workbook_gives_the_same_fixes_as_its_table(tmp_path):
    head = HEADER.split(",")
    rows = []
    for line in ROWS:
        unit, time, lon, lat, group = line.split(",")
        rows.append([unit, datetime.fromisoformat(time), float(lon), lat, group])
    path = workbook(tmp_path, {"说明": [["请勿修改"]], "轨迹": [head, *rows]})
    assert fixes(path)[:3] == fixes(write(tmp_path, TABLE))[:3]


def test_hidden_sheets_are_not_read_and_a_second_fitting_one_is_mentioned(tmp_path):
    rows = [["id", "lon", "lat"], ["007", 117.6, 26.2], [8, 117.7, 26.3]]
    path = workbook(tmp_path, {"a": rows, "b": rows, "c": rows}, hidden=("b",))
    register, report = read_register(path, "checkpoints", HERE)
    assert register.index.tolist() == ["007", "8"]
    assert report.status == "accept_warn"
    assert "'c'" in str(report.warnings[0])
    assert "'b'" not in str(report.warnings[0])


def test_dates_and_times_of_day_of_a_workbook_belong_together(tmp_path):
    head = ["设备号", "日期", "时间", "经度", "纬度"]
    rows = [["a", datetime(2026, 3, 6), "8:00:10", 117.61, 26.21]]  # noqa: DTZ001 - a cell
    tracks = read_tracks(workbook(tmp_path, {"a": [head, *rows]}), HERE)[0]
    assert tracks.t.tolist() == [1_772_784_010_000 - 8 * 3_600_000]


def test_a_title_above_the_header_is_passed_over(tmp_path):
    rows = [["三明市卡口台账"], [], ["编号", "经度", "纬度"], ["1", 117.6, 26.2], ["2", "", 26.2]]
    register, report = read_register(workbook(tmp_path, {"a": rows}), "checkpoints", HERE)
    assert register.index.tolist() == ["1"]
    assert report.bad_rows == (2,)


def test_a_workbook_without_the_columns_names_those_of_its_widest_row(tmp_path):
    rows = [["三明市卡口台账"], ["编号", "经度", "地址"], ["1", 117.6, "列东"]]
    with pytest.raises(InputError, match=r"no column for lat.*'地址'"):
        read_register(workbook(tmp_path, {"a": rows}), "checkpoints", HERE)


def test_one_far_cell_does_not_cost_the_memory_of_the_sheet(tmp_path):
    path = workbook(tmp_path, {"a": [["id", "lon", "lat"], ["1", 117.6, 26.2]]})
    changed = tmp_path / "far.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for info in old.infolist():
            data = old.read(info)
            if info.filename.endswith("sheet1.xml"):
                far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                data = data.replace(b"</sheetData>", far)
            new.writestr(info, data)
    with pytest.raises(InputError, match="XFD1048576"):
        read_register(changed, "checkpoints", HERE)


def test_numbers_of_a_parquet_file_are_read_as_they_are(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    moments = np.array([1_772_755_200_000, 1_772_755_210_000], dtype="datetime64[ms]")
    table = pa.table(
        {
            "unit": pa.array(["a", "b"]).dictionary_encode(),
            "time": pa.array(moments, pa.timestamp("us", "UTC")),
            "lon": [117.61, float("nan")],
            "lat": pa.array([26.21, 26.22], pa.float32()),
        }
    )
    out = BytesIO()
    pq.write_table(table, out)
    tracks, _, report = read_tracks(write(tmp_path, out.getvalue(), "a.parquet"), HERE)
    assert tracks.units == ("a",)
    assert tracks.t.tolist() == [1_772_755_200_000]
    assert report.bad_rows == (2,)
