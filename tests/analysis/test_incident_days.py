from dataclasses import replace

import numpy as np
import pytest

from geogrid.analysis.incident_days import DatedIncidents, day_text
from geogrid.errors import InputError
from geogrid.model.incidents import Incidents


def incidents(n):
    zero = np.zeros(n, dtype=np.int64)
    return Incidents(
        ids=np.array([str(i) for i in range(n)], dtype=object),
        t_from=zero,
        t_to=zero,
        lon=np.full(n, 117.5),
        lat=np.full(n, 26.5),
        categories=("theft",),
        category=np.zeros(n, dtype=np.int32),
        weight=np.ones(n),
        source=np.zeros(n, dtype=np.int8),
    )


def test_days_without_incidents_are_part_of_the_record():
    assert DatedIncidents(incidents(2), np.array([3, 5]), 1, 9).n_days == 9


def test_days_are_those_of_the_local_clock():
    # 16:30 UTC is half past midnight of the next day in Shanghai.
    half_past = np.array([0, 59_400_000], dtype=np.int64)
    dated = DatedIncidents.of(
        replace(incidents(2), t_from=half_past, t_to=half_past), "Asia/Shanghai"
    )
    assert dated.day.tolist() == [0, 1]
    assert (dated.first_day, dated.last_day) == (0, 1)
    with pytest.raises(InputError, match="at least one incident"):
        DatedIncidents.of(incidents(0), "UTC")


def test_a_day_is_told_as_a_date():
    assert day_text(0) == "1970-01-01"
    assert day_text(19_782) == "2024-02-29"


@pytest.mark.parametrize(
    ("days", "first", "last", "words"),
    [
        ([1, 2], 0, 9, "one whole day each"),
        ([1.0, 2.0, 3.0], 0, 9, "one whole day each"),
        ([1, 2, 3], 9, 0, "ends .1970-01-01. before it begins .1970-01-10."),
        ([1, 2, 3], 2, 9, "1970-01-02 lies outside the record, 1970-01-03 to 1970-01-10"),
        ([1, 2, 10], 0, 9, "1970-01-11 lies outside"),
    ],
)
def test_days_that_do_not_fit_are_refused(days, first, last, words):
    with pytest.raises(InputError, match=words):
        DatedIncidents(incidents(3), np.array(days), first, last)
