"""Plan compliance, worked out by hand."""

from __future__ import annotations

import numpy as np

from geogrid.analysis.dosage import CellStays
from geogrid.analysis.tour_compliance import stop_compliance

MIN = 60_000


def stays(*rows):
    table = np.array(sorted(rows), dtype=np.int64).reshape(-1, 4)
    return CellStays(table[:, 0], table[:, 1], table[:, 2] * MIN, table[:, 3] * MIN)


def judged(found, cells, units, arrive):
    return stop_compliance(
        np.array(cells), np.array(units), np.array(arrive) * MIN, found, (0, 240 * MIN)
    )


def test_each_state_is_told_from_the_stays_of_the_hours():
    found = stays(
        (1, 0, 30, 41),  # the unit itself, 11 minutes
        (2, 0, 50, 54),  # itself, 4 minutes
        (3, 1, 60, 80),  # another
        (4, 0, -20, -5),  # before the plan began
    )
    told = judged(found, [1, 2, 3, 4, 5], [0] * 5, [25, 60, 70, 90, 120])
    assert told["state"].tolist() == ["kept", "short", "other", "missed", "missed"]
    assert told["own_min"].tolist() == [11.0, 4.0, 0.0, 0.0, 0.0]
    assert told["any_min"].tolist() == [11.0, 4.0, 20.0, 0.0, 0.0]
    np.testing.assert_array_equal(told["late_min"], [5.0, -10.0, np.nan, np.nan, np.nan])


def test_two_short_visits_add_up_and_two_units_at_once_count_once():
    found = stays((1, 0, 30, 36), (1, 0, 100, 105), (1, 1, 33, 40))
    told = judged(found, [1], [0], [30])
    assert told["state"].tolist() == ["kept"]
    assert told["own_min"].tolist() == [11.0]
    assert told["any_min"].tolist() == [15.0]


def test_a_stay_across_the_end_counts_up_to_it():
    told = judged(stays((1, 0, 235, 260)), [1], [0], [235])
    assert told["own_min"].tolist() == [5.0]
    assert told["state"].tolist() == ["short"]


def test_a_unit_that_never_reported_keeps_nothing():
    told = judged(stays((1, 0, 30, 60)), [1], [-1], [30])
    assert told["state"].tolist() == ["other"]
