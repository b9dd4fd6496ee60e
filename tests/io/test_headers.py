"""Headers: usual names are known, what is ambiguous is asked for, persons are refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.crs import Datum
from geogrid.errors import InputError, PersonDataError
from geogrid.io import KINDS, ReadOptions
from geogrid.io.columnnames import parse_header
from geogrid.io.headers import map_header

NONE = ReadOptions()


def mapped(headers: list[str], kind: str, **columns: str) -> dict[str, str]:
    found = map_header(headers, kind, ReadOptions(columns=columns))
    return {name: headers[at] for name, at in found.columns.items()}


@pytest.mark.parametrize(
    "headers",
    [
        ["unit", "time", "lon", "lat"],
        ["Device ID", "Timestamp", "Longitude", "Latitude"],
        ["车牌号", "定位时间", "经度", "纬度"],
        ["终端号", "时间", "经度(WGS84)", "纬度(WGS84)"],
        ["\ufeffvehicle_id", "gps_time", "X", "Y"],
        ["ＶＥＨＩＣＬＥ＿ＩＤ", "time", "lng", "lat"],
    ],
)
def test_usual_names_of_tracks_are_known(headers):
    assert list(mapped(headers, "tracks")) == ["unit", "time", "lon", "lat"]
    assert list(mapped(headers, "tracks").values()) == headers


def test_unit_is_the_group_where_another_column_names_the_vehicle():
    assert mapped(["vehicle_id", "time", "lon", "lat", "unit"], "tracks") == {
        "unit": "vehicle_id",
        "time": "time",
        "lon": "lon",
        "lat": "lat",
        "group": "unit",
    }


def test_units_and_datums_in_names_are_understood():
    found = map_header(
        ["编号", "经度(GCJ02)", "纬度(GCJ02)", "朝向(度)", "可视距离（米）", "高度_ft"],
        "cameras",
        NONE,
    )
    assert found.datum is Datum.GCJ02
    assert [found.names[name].unit for name in ("bearing", "range", "height")] == [
        "degree",
        "m",
        "ft",
    ]


def test_two_columns_for_one_field_are_not_guessed():
    with pytest.raises(InputError, match=r"'lon', '经度'.*--map lon="):
        map_header(["unit", "time", "lon", "经度", "lat"], "tracks", NONE)
    assert mapped(["unit", "time", "lon", "经度", "lat"], "tracks", lon="经度")["lon"] == "经度"


def test_a_missing_column_is_named_with_what_was_found():
    with pytest.raises(InputError, match=r"no column for lat.*'Breite'.*--map lat="):
        map_header(["unit", "time", "lon", "Breite"], "tracks", NONE)


def test_declared_columns_swap_what_the_header_says():
    headers = ["unit", "time", "lon", "lat"]
    assert mapped(headers, "tracks", lon="lat", lat="lon") == {
        "lon": "lat",
        "lat": "lon",
        "unit": "unit",
        "time": "time",
    }


@pytest.mark.parametrize(
    "column", ["姓名", "身份证号", "警号", "Officer Name", "id_card", "phone", "手机号", "驾驶员"]
)
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "districts"])
def test_columns_about_persons_are_refused_in_every_kind(kind, column):
    needed = [spec.name for spec in KINDS[kind] if spec.type != "note"]
    with pytest.raises(PersonDataError, match=column):
        map_header([*needed, column], kind, NONE)


def test_a_plate_names_a_unit_and_nothing_else():
    assert mapped(["plate", "time", "lon", "lat"], "tracks")["unit"] == "plate"
    with pytest.raises(PersonDataError, match="plate"):
        map_header(["id", "lon", "lat", "plate"], "cameras", NONE)


@settings(deadline=None)  # the first call builds the tables
@given(st.sampled_from(sorted(KINDS)), st.randoms(use_true_random=False), st.data())
def test_every_name_in_the_table_maps_to_its_field_in_any_order(kind, random, data):
    chosen = {
        spec.name: data.draw(st.sampled_from((spec.name, *spec.aliases)))
        for spec in KINDS[kind]
        if spec.type != "note"
    }
    names = [name for name in chosen.values() if list(chosen.values()).count(name) == 1]
    if len(names) < len(chosen):  # one name for two fields is for the next test
        return
    shared = {
        name
        for name in names
        if sum(name in (spec.name, *spec.aliases) for spec in KINDS[kind]) > 1
    }
    random.shuffle(names)
    found = mapped(names, kind)
    for field, name in chosen.items():
        if name not in shared:
            assert found[field] == name


@settings(deadline=None)  # the first call builds the tables
@given(st.text(max_size=30))
def test_any_header_has_a_reading_or_none(text):
    assert all(reading.core for reading in parse_header(text))


@pytest.mark.parametrize("text", ["Lon", " lon ", "ＬＯＮ", "l_o-n", "LON:"])
def test_case_width_and_spaces_do_not_count(text):
    assert parse_header(text)[0].core == "lon"
