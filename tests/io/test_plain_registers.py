"""Registers without geometry: units, shifts and promises, as offices write them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.errors import InputError, PersonDataError
from geogrid.io import PLAIN_KINDS, ReadOptions, read_register
from geogrid.io.dutywords import clock_text, hours_text, weekdays_text
from geogrid.model.window import WEEKDAYS, Window


def read(folder, kind, text):
    path = folder / "register.csv"
    path.write_text(text, encoding="utf-8")
    return read_register(path, kind, ReadOptions())


def test_units_and_their_groups_are_read_with_chinese_headers(tmp_path):
    units, report = read(tmp_path, "units", "车牌号,所属单位\n闽G1001警,梅列\n闽G1002警,\n")
    assert units.index.tolist() == ["闽G1001警", "闽G1002警"]
    assert units["group"].fillna("").tolist() == ["梅列", ""]
    assert "geometry" not in units
    assert report.status == "accept"


def test_shifts_are_read_across_midnight_and_by_days(tmp_path):
    text = (
        "班次,开始时间,结束时间,星期\n早,8:00,16时,周一至周五\n"
        "夜,22:00:00,06:00,\n周末,0,24:00,周末\n"
    )
    shifts, report = read(tmp_path, "shifts", text)
    assert shifts.index.tolist() == ["早", "夜", "周末"]
    assert shifts["start"].tolist() == ["08:00", "22:00", "00:00"]
    assert shifts["end"].tolist() == ["16:00", "06:00", "24:00"]
    assert shifts["weekdays"].fillna("").tolist() == ["mon,tue,wed,thu,fri", "", "sat,sun"]
    assert report.status == "accept"


def test_the_name_of_a_shift_is_no_persons_name(tmp_path):
    shifts, _ = read(tmp_path, "shifts", "name,start,end\nearly,06:00,14:00\n")
    assert shifts.index.tolist() == ["early"]
    for column in ("姓名", "officer", "民警", "driver name"):
        with pytest.raises(PersonDataError, match=column):
            read(tmp_path, "shifts", f"name,start,end,{column}\nearly,06:00,14:00,x\n")


def test_a_plate_is_a_unit_and_not_a_shift(tmp_path):
    with pytest.raises(PersonDataError, match="plate"):
        read(tmp_path, "shifts", "name,start,end,plate\nearly,06:00,14:00,x\n")
    assert read(tmp_path, "units", "plate\nx\n")[0].index.tolist() == ["x"]


def test_a_shift_whose_hours_cannot_be_read_is_refused(tmp_path):
    text = "name,start,end,weekdays\na,25:00,06:00,\nb,8:00,,\nc,8:00,9:00,someday\nd,8:00,9:00,\n"
    shifts, report = read(tmp_path, "shifts", text)
    assert shifts.index.tolist() == ["d"]
    assert [(r.row, r.field) for r in report.refusals] == [
        (1, "start"),
        (2, "end"),
        (3, "weekdays"),
    ]


def test_promises_are_made_to_a_place_or_to_a_class(tmp_path):
    text = (
        "place,class,visits,minutes_min,minutes_max,longest_absence_h,hours\n"
        "R1,,3,15,20,,8-20\n,一级警务室,2,10,,12,\n,加油站,1,,,,22:00-06:00\n"
        ",,1,,,,\nR2,hotel,1,,,,\nR3,,,,,,\nR4,,1,20,10,,\nR1,,3,15,20,,08-20\nR1,,9,15,20,,08-20\n"
    )
    promises, report = read(tmp_path, "dosage", text)
    names = ["place=R1@08-20", "class=room_1", "class=加油站@22-06"]
    assert promises.index.tolist() == names
    assert promises["class"].fillna("").tolist() == ["", "room_1", "加油站"]
    assert promises["visits"].tolist() == [3.0, 2.0, 1.0]
    np.testing.assert_equal(promises["longest_absence_h"].to_numpy(), [np.nan, 12.0, np.nan])
    assert report.duplicates == 1
    assert report.bad_rows == (4, 5, 6, 7, 9)


@pytest.mark.parametrize("field", ["visits", "minutes_min", "minutes_max", "longest_absence_h"])
@pytest.mark.parametrize("written", ["three", "-1", "9999999"])
def test_a_promise_whose_numbers_cannot_be_is_refused_not_made_smaller(tmp_path, field, written):
    row = {"place": "R1", "visits": "2", "minutes_min": "5"} | {field: written}
    text = f"{','.join(row)}\n{','.join(row.values())}\nR2,1,5{',' * (len(row) - 3)}\n"
    promises, report = read(tmp_path, "dosage", text)
    assert promises.index.tolist() == ["place=R2"]
    assert [refusal.field for refusal in report.refusals] == [field]


def test_a_contract_needs_a_column_for_what_it_promises_to(tmp_path):
    with pytest.raises(InputError, match="no column for place, nor for class"):
        read(tmp_path, "dosage", "visits\n3\n")


@pytest.mark.parametrize("kind", PLAIN_KINDS)
def test_a_register_without_geometry_takes_files_that_have_some(tmp_path, kind):
    needed = {"unit": "u", "name": "n", "start": "08:00", "end": "16:00", "class": "hotel"}
    needed["shift"] = "n"
    fields = {spec.name: needed[spec.name] for spec in PLAIN_KINDS[kind] if spec.name in needed}
    if kind == "dosage":
        fields["visits"] = "1"
    pairs = ",".join(f'"{name}":"{value}"' for name, value in fields.items())
    path = tmp_path / "x.geojson"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{'
        + pairs
        + '},"geometry":{"type":"Point","coordinates":[24.9,60.2]}}]}'
    )
    frame, report = read_register(path, kind, ReadOptions())
    assert (len(frame), report.status) == (1, "accept")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8", "08:00"),
        ("08:05", "08:05"),
        ("２２：３０", "22:30"),
        ("22时30分", "22:30"),
        ("8点", "08:00"),
        ("24:00", "24:00"),
        ("24:01", None),
        ("8:60", None),
        ("noon", None),
        ("", None),
    ],
)
def test_times_of_day(text, expected):
    assert clock_text(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("22-06", "22-06"),
        ("8:00-20:00", "08-20"),
        ("8时至20时", "08-20"),
        ("0~24", "00-24"),
        ("24-06", None),
        ("22:30-06", None),
        ("22", None),
    ],
)
def test_hours_of_duty(text, expected):
    assert hours_text(text) == expected
    if expected:
        assert Window.parse(hours=expected).as_json()["hours"] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon-Fri", "mon,tue,wed,thu,fri"),
        ("fri - mon", "mon,fri,sat,sun"),
        ("周一、周三", "mon,wed"),
        ("1-5,7", "mon,tue,wed,thu,fri,sun"),
        ("every day", ",".join(WEEKDAYS)),
        ("工作日", "mon,tue,wed,thu,fri"),
        ("mon-wed-fri", None),
        ("8", None),
        ("mon,", None),
    ],
)
def test_days_of_the_week(text, expected):
    assert weekdays_text(text) == expected


@settings(deadline=None)
@given(st.sets(st.sampled_from(WEEKDAYS), min_size=1))
def test_days_that_are_written_are_read_back(days):
    text = ",".join(day for day in WEEKDAYS if day in days)
    assert weekdays_text(text) == text
    assert Window.parse(weekdays=text).as_json()["weekdays"] == text
