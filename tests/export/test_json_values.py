import json
import math
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import PurePosixPath

import numpy as np
import pandas as pd
import pytest

from geogrid.errors import InputError
from geogrid.export.json_values import column_texts, column_values, json_text, plain


@pytest.mark.parametrize(
    "value", [None, math.nan, math.inf, pd.NA, pd.NaT, np.datetime64("NaT"), np.float32("nan")]
)
def test_what_is_not_known_is_null(value):
    assert plain(value) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.int32(5), 5),
        (np.bool_(True), True),
        (np.float64(0.1), 0.1),
        (-0.0, 0.0),
        (2**53, 2**53),
        (2**53 + 1, "9007199254740993"),
        (np.uint64(0x8941A39AC33FFFF), "618147883861147647"),
        (date(2026, 3, 1), "2026-03-01"),
        (datetime(2026, 3, 1, 8, tzinfo=timezone(timedelta(hours=8))), "2026-03-01T00:00:00Z"),
        (datetime(2026, 3, 1, 8, tzinfo=UTC).replace(tzinfo=None), "2026-03-01T08:00:00Z"),
        (np.datetime64("2026-03-01T00:00:00.5", "ns"), "2026-03-01T00:00:00.500000Z"),
        (PurePosixPath("a/b"), "a/b"),
        ({"k": (1, math.nan)}, {"k": [1, None]}),
        (frozenset({3, 1}), [1, 3]),
        (np.array([1.5, np.nan]), [1.5, None]),
    ],
)
def test_values_become_what_json_can_hold(value, expected):
    assert plain(value) == expected
    assert type(plain(value)) is type(expected)


def test_minus_zero_loses_its_sign():
    assert math.copysign(1.0, plain(-0.0)) == 1.0


def test_a_value_of_an_unknown_type_is_refused():
    with pytest.raises(InputError, match="type complex cannot be written"):
        plain(1j)


def test_times_of_a_column_are_utc_and_as_fine_as_needed():
    zone = pd.Series(pd.to_datetime(["2026-03-01T08:00", None])).dt.tz_localize("Asia/Shanghai")
    assert column_values(zone) == ["2026-03-01T00:00:00Z", None]
    fine = pd.Series(pd.to_datetime(["2026-03-01T08:00:00.250", "2026-03-01"], format="ISO8601"))
    assert column_values(fine) == ["2026-03-01T08:00:00.250Z", "2026-03-01T00:00:00.000Z"]


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([1.5, np.nan, -0.0, 1e300]),
        pd.Series([1, 2]),
        pd.Series([True, False]),
        pd.Series(["三明", 'a"b\\\n', None], dtype=object),
        pd.Series([{"b": 1, "a": [None]}, 3, "x"], dtype=object),
        pd.Series(pd.to_datetime(["2026-03-01", None])),
        pd.Series([1, None], dtype="Int64"),
        pd.Series(["a", "b"], dtype="category"),
    ],
)
def test_texts_of_a_column_parse_to_its_values(column):
    assert [json.loads(text) for text in column_texts(column)] == column_values(column)


def test_the_text_of_a_mapping_does_not_depend_on_its_order():
    assert json_text({"b": 1, "a": "三"}) == json_text({"a": "三", "b": 1}) == '{"a":"三","b":1}'
