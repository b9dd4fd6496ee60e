"""A map of what officers find is a map of where they go: the guard says so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geogrid.analysis.origin_guard import origin_guard
from geogrid.model.incidents import SOURCES
from tests.analysis.forecasting import incidents_at


@pytest.fixture
def recorded(town):
    """Return a maker of incidents of each source."""

    def make(**counts):
        source = np.repeat([SOURCES.index(name) for name in counts], list(counts.values()))
        n = source.size
        return replace(
            incidents_at(town.grid, np.zeros(n), np.ones(n), np.ones(n)),
            source=source.astype(np.int8),
        )

    return make


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"call": 70, "officer": 30}, []),
        ({"call": 69, "officer": 31}, ["31% of the recorded incidents were found by officers"]),
        ({"call": 70, "unknown": 30}, []),
        ({"call": 60, "unknown": 40}, ["who recorded 40% of the incidents"]),
        ({"unknown": 50, "officer": 50}, ["50% of the recorded", "who recorded 100%"]),
        ({}, []),
    ],
)
def test_a_third_from_officers_or_from_nobody_knows_whom_is_said(recorded, counts, told):
    guard = origin_guard(recorded(**counts), ("call", "unknown"))
    assert len(guard["warnings"]) == len(told)
    for warning, start in zip(guard["warnings"], told, strict=True):
        assert warning.startswith(start)
    assert guard["sources"] == {source: counts.get(source, 0) for source in SOURCES}


def test_shares_of_nothing_are_not_known(recorded):
    guard = origin_guard(recorded(), ("call", "unknown"))
    assert guard["officer_share"] is guard["unknown_share"] is None
    assert origin_guard(recorded(call=3), ("call",))["unknown_share"] is None
