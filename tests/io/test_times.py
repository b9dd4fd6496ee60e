"""Times: every usual form is read, a missing zone is asked for, and nothing is guessed."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.errors import InputError
from geogrid.io.times import (
    BLANK,
    CLOCK_CHANGE,
    FAR,
    OUTSIDE,
    UNKNOWN,
    UNREADABLE,
    read_times,
    with_dates,
)

INSTANT = datetime(2026, 3, 6, 8, 0, tzinfo=UTC)
MS = 1_772_784_000_000  # date -u -d "2026-03-06 08:00:00" +%s


def read(*cells: str, zone: str | None = None):
    return read_times(pa.array(cells, pa.string()), field="time", zone=zone)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-06T08:00:00Z",
        "2026-03-06 08:00:00Z",
        "2026-03-06T16:00:00+08:00",
        "2026-03-06T16:00:00+0800",
        "2026-03-06T03:30:00-04:30",
        "2026/3/6 8:00:00 UTC",
        "2026-03-06T08:00:00.000Z",
        "1772784000",
        "1772784000.0",
        "1772784000000",
    ],
)
def test_texts_with_an_offset_need_no_zone(text):
    assert INSTANT.timestamp() * 1_000 == MS
    assert read(text).ms.tolist() == [MS]


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-06 16:00:00",
        "2026-03-06T16:00",
        "2026/3/6 16:00:00",
        "2026.03.06 16:00:00",
        "2026年3月6日 16时00分00秒",
        "2026年03月06日16:00",
        "20260306160000",
        "20260306T160000",
        " 2026-03-06 16:00:00 ",
        "46087.6666666667",
    ],
)
def test_local_texts_are_taken_in_the_declared_zone(text):
    assert read(text, zone="Asia/Shanghai").ms.tolist() == [MS]


def test_a_missing_zone_is_asked_for():
    with pytest.raises(InputError, match="--tz"):
        read("2026-03-06 08:00:00")


def test_fractions_count_as_milliseconds():
    assert read("2026-03-06T08:00:00.5Z", "2026-03-06T08:00:00.1239Z").ms.tolist() == [
        MS + 500,
        MS + 123,
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", BLANK),
        ("NULL", BLANK),
        ("yesterday", UNREADABLE),
        ("2026-02-30 08:00:00", UNREADABLE),
        ("2026-13-01 08:00:00", UNREADABLE),
        ("2026-03-06 24:00:00", UNREADABLE),
        ("06/03/2026 08:00", UNREADABLE),
        ("1970-01-01 00:00:00", OUTSIDE),
        ("0001-01-01 00:00:00", OUTSIDE),
        ("2100-01-02 00:00:00", OUTSIDE),
    ],
)
def test_what_cannot_be_a_time_is_marked(text, fault):
    times = read(text, zone="UTC")
    assert times.fault.tolist() == [fault]
    assert times.ms.tolist() == [UNKNOWN]


def test_local_times_that_the_clock_skips_or_repeats_are_marked():
    times = read(
        "2026-03-08 02:30:00", "2026-11-01 01:30:00", "2026-11-01 03:30:00", zone="America/Chicago"
    )
    assert times.fault.tolist() == [CLOCK_CHANGE, CLOCK_CHANGE, 0]


def test_a_wild_clock_is_judged_by_the_other_rows():
    days = [f"2024-05-06T08:{minute:02d}:00Z" for minute in range(10)]
    assert read(*days, "2099-01-01T00:00:00Z").fault.tolist() == [0] * 10 + [FAR]
    years = [f"{year}-01-01T00:00:00Z" for year in range(1996, 2026)]
    assert not read(*years).fault.any()


MOMENTS = st.datetimes(
    datetime(1991, 1, 1),  # noqa: DTZ001 - gets its zone in the test
    datetime(2098, 1, 1),  # noqa: DTZ001 - as above
)


@settings(deadline=None)
@given(
    MOMENTS,
    st.sampled_from(["%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y%m%d%H%M%S"]),
    st.integers(-12 * 60, 14 * 60),
)
def test_reading_undoes_writing(moment, form, offset_min):
    moment = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=offset_min)))
    assert read(moment.isoformat()).ms.tolist() == [int(moment.timestamp()) * 1_000]
    in_utc = moment.astimezone(UTC)
    assert read(in_utc.strftime(form), zone="UTC").ms.tolist() == [int(moment.timestamp()) * 1_000]


def test_typed_timestamps_keep_their_zone():
    moments = np.array([MS], dtype="datetime64[ms]")
    in_utc = pa.array(moments, pa.timestamp("us", "UTC"))
    assert read_times(in_utc, field="time", zone=None).ms.tolist() == [MS]
    naive = pa.array(moments, pa.timestamp("us"))
    shanghai = read_times(naive, field="time", zone="Asia/Shanghai")
    assert shanghai.ms.tolist() == [MS - 8 * 3_600_000]


@pytest.mark.parametrize(
    ("day", "clock"),
    [
        ("2026-03-06", "08:00:00"),
        ("2026/3/6", "8:00"),
        ("20260306", "08:00:00"),
        ("2026-03-06 00:00:00", "08:00:00"),
        ("2026年3月6日", "8时00分"),
        ("1999-01-01", "2026-03-06 08:00:00"),  # a full time needs no date
    ],
)
def test_a_date_beside_a_time_of_day_is_joined_to_it(day, clock):
    joined = with_dates(pa.array([clock]), pa.array([day]))
    assert read_times(joined, field="time", zone="UTC").ms.tolist() == [MS]


def test_a_time_of_day_without_a_date_is_no_time():
    assert read("08:00:00", zone="UTC").fault.tolist() == [UNREADABLE]
