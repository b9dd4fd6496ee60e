from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from geogrid.errors import InputError
from geogrid.model.incidents import SOURCES, Incidents
from geogrid.model.window import Window
from geogrid.service.analyses import IncidentChoice
from geogrid.service.hotspot_inputs import UNWEIGHTED, in_time, mask_period, source_figures

ZONE = "Asia/Shanghai"
DAY = 86_400_000
MIDNIGHT = 1_767_196_800_000  # 2026-01-01 00:00 in Shanghai


def incidents(t_from, *, hours=0.0, weight=1.0, source="call"):
    start = np.asarray(t_from, dtype=np.int64)
    n = start.size
    names = np.broadcast_to(np.asarray(source), n)
    return Incidents(
        ids=np.array([str(i) for i in range(n)], dtype=object),
        t_from=start,
        t_to=start + np.int64(hours * 3_600_000),
        lon=np.full(n, 117.5),
        lat=np.full(n, 26.5),
        categories=("theft",),
        category=np.zeros(n, dtype=np.int32),
        weight=np.full(n, weight),
        source=np.array([SOURCES.index(name) for name in names], dtype=np.int8),
    )


def test_a_range_counts_by_its_share_of_the_window_and_also_where_it_begins_outside():
    # 21:00 to 01:00: three of four hours before midnight.
    night = incidents([MIDNIGHT + 21 * 3_600_000], hours=4, weight=8.0)
    first, second = Window(date(2026, 1, 1), date(2026, 1, 1)), Window(date(2026, 1, 2))
    share = {"aoristic": True, "harm": False}
    assert in_time(night, first, ZONE, **share).weight.tolist() == [0.75]
    assert in_time(night, second, ZONE, **share).weight.tolist() == [0.25]
    assert in_time(night, second, ZONE, aoristic=True, harm=True).weight.tolist() == [2.0]
    assert len(in_time(night, second, ZONE, aoristic=False, harm=False)) == 0
    assert in_time(night, first, ZONE, aoristic=False, harm=True).weight.tolist() == [8.0]


def test_the_mask_is_of_the_first_365_days_and_later_data_leave_it():
    year = incidents(MIDNIGHT + DAY * np.arange(0, 364))
    period, frozen = mask_period(year, ZONE, IncidentChoice())
    assert (period.first, period.last, frozen) == (date(2026, 1, 1), date(2026, 12, 30), False)
    longer = incidents(MIDNIGHT + DAY * np.arange(0, 500))
    period, frozen = mask_period(longer, ZONE, IncidentChoice())
    assert (period.first, period.last, frozen) == (date(2026, 1, 1), date(2026, 12, 31), True)


def test_the_mask_is_of_the_days_that_are_asked_for():
    choice = IncidentChoice(mask_period=("2025-02-01", "2025-02-28"))
    period, frozen = mask_period(incidents([MIDNIGHT]), ZONE, choice)
    assert (period.as_json(), frozen) == ({"from": "2025-02-01", "to": "2025-02-28"}, True)


def test_incidents_that_officers_found_are_told_and_warned_of_over_30_percent():
    every = incidents(np.arange(10), source=["officer"] * 4 + ["call"] * 6)
    calls = every.where(every.source == SOURCES.index("call"))
    without = source_figures(every, calls)
    assert without["sources"] == {"call": 6, "officer": 4, "sensor": 0, "unknown": 0}
    assert (without["officer_share"], without["warnings"]) == (0.0, [])
    included = source_figures(every, every)
    assert included["officer_share"] == 0.4
    assert included["warnings"] == [
        UNWEIGHTED,
        "found by officers: 40% of the incidents counted; they follow where officers go",
    ]
    few = incidents(np.arange(10), source=["officer"] * 3 + ["call"] * 7)
    assert source_figures(few, few)["warnings"] == [UNWEIGHTED]
    assert source_figures(few, few, weighted=True)["warnings"] == []


def test_incidents_of_unknown_source_are_warned_of_too():
    unknown = incidents(np.arange(10), source="unknown")
    figures = source_figures(unknown, unknown)
    assert figures["unknown_share"] == 1.0
    assert "the source is not known" in figures["warnings"][0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"stacked": "hide"},
        {"mask_period": ("2026-02-30", "2026-03-01")},
        {"mask_period": ("2026-03-02", "2026-03-01")},
        {"shifts": (22, 6)},
    ],
)
def test_choices_out_of_range_are_refused(wrong):
    with pytest.raises(InputError):
        replace(IncidentChoice(), **wrong)
