"""Which incidents of a workspace a forecast believes, and which say where something can happen."""

from __future__ import annotations

import numpy as np
import pytest

from geogrid.errors import InputError
from geogrid.service.analyses import IncidentChoice
from tests.service.test_forecasts import AS_OF, rows_of
from tests.small_city import NORTH, WEST, write_incidents


@pytest.fixture
def filled(ws, options, tmp_path):
    ws.import_files("incidents", [write_incidents(tmp_path / "i.csv", rows_of())], options)
    return ws


def stack(n, day):
    """Return incidents that all have one coordinate."""
    return [(f"s{i}", f"{day} 10:00:00", WEST + 0.035, NORTH - 0.002, "a") for i in range(n)]


def test_a_stack_of_one_coordinate_is_told_and_left_out_unless_kept(filled, options, tmp_path):
    before = filled.forecast(AS_OF)
    file = write_incidents(tmp_path / "s.csv", stack(60, "2026-02-01"))
    filled.import_files("incidents", [file], options)
    dropped = filled.forecast(AS_OF)
    np.testing.assert_array_equal(dropped.table["expected"], before.table["expected"])
    told = dropped.summary["stacked"]
    assert (told["incidents"], told["dropped"], len(told["places"])) == (60, True, 1)
    kept = filled.forecast(AS_OF, choice=IncidentChoice(stacked="keep"))
    at = int(filled.grid.position_at([WEST + 0.035], [NORTH - 0.002])[0])
    assert kept.table["rank"][at] == 1
    assert kept.summary["stacked"]["dropped"] is False
    assert kept.provenance.parameters["stacked"] == "keep"


def test_a_stack_that_grows_after_the_day_changes_nothing(filled, options, tmp_path):
    # Three before the day are no stack; the 60 after it must not make them one.
    first = [(f"f{i}", *row[1:]) for i, row in enumerate(stack(3, "2026-02-01"))]
    filled.import_files("incidents", [write_incidents(tmp_path / "f.csv", first)], options)
    before = filled.forecast(AS_OF)
    later = write_incidents(tmp_path / "l.csv", stack(60, "2026-03-25"))
    filled.import_files("incidents", [later], options)
    after = filled.forecast(AS_OF)
    np.testing.assert_array_equal(after.table["expected"], before.table["expected"])
    assert after.summary["stacked"] == before.summary["stacked"]


def test_a_mask_period_freezes_the_cells_at_risk(filled, options, tmp_path):
    period = IncidentChoice(mask_period=("2025-11-20", "2025-12-19"))
    before = filled.forecast(AS_OF, choice=period)
    away = [("z1", "2026-02-01 10:00:00", WEST + 0.0395, NORTH - 0.0005, "a")]
    filled.import_files("incidents", [write_incidents(tmp_path / "z.csv", away)], options)
    after = filled.forecast(AS_OF, choice=period)
    np.testing.assert_array_equal(np.isnan(after.table["rank"]), np.isnan(before.table["rank"]))
    free = filled.forecast(AS_OF)
    assert free.summary["at_risk"] > after.summary["at_risk"]
    assert after.provenance.parameters["mask_period"] == ["2025-11-20", "2025-12-19"]


def test_a_mask_period_with_nothing_known_before_the_back_test_is_refused(filled):
    with pytest.raises(InputError, match="nothing is at risk by the incidents from 2026-03-01"):
        filled.forecast(AS_OF, choice=IncidentChoice(mask_period=("2026-03-01", "2026-03-19")))
