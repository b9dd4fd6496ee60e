"""One state per cell, the first that holds; silence hides only what it can."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from geogrid.analysis.dosage_summary import CellDosage
from geogrid.analysis.gaps import (
    REASONS,
    STATES,
    GapInputs,
    GapParams,
    coverage_gaps,
    gap_reason,
)
from geogrid.analysis.patrol_coverage import patrol_coverage
from geogrid.analysis.patrol_day import hour_edges, patrol_day
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.analysis.silences import hidden_cells, usual_top_speeds
from geogrid.errors import InputError
from geogrid.i18n import translator
from geogrid.model.boundary import Boundary
from geogrid.model.cells import CellTable
from geogrid.model.grid import Grid
from geogrid.model.projection import FastProjection

SHANGHAI = "Asia/Shanghai"
MONDAY = date(2026, 3, 2)
START = int(hour_edges(MONDAY, SHANGHAI)[0])
MINUTE, HOUR = 60_000, 3_600_000
END = START + 72 * HOUR


def patrols():
    """Return fixes of three days: a stay early, one late, and a day with one fix between."""
    rows = [("a", START + k * MINUTE, 2.5, 2.5) for k in range(30)]
    rows += [("a", START + 30 * HOUR, 6.5, 6.5)]
    return rows + [("b", START + 71 * HOUR + k * MINUTE, 9.5, 3.5) for k in range(20)]


def inputs_on(grid, tracks, *, required=None, incidents=None, dark=None, missing_days=0):
    n = len(grid)
    return GapInputs(
        coverage=patrol_coverage(tracks, grid, time_zone=SHANGHAI),
        incidents=np.zeros(n, np.int64) if incidents is None else incidents,
        required=np.ones(n, np.bool_) if required is None else required,
        dark=np.zeros(n, np.bool_) if dark is None else dark,
        window_end_ms=END,
        missing_days=missing_days,
    )


def test_each_state_is_the_first_that_holds(town):
    n, early, late = len(town.grid), town.at(2, 2), town.at(9, 3)
    required = np.ones(n, bool)
    dark = np.zeros(n, bool)
    forest, hidden, nowhere = town.at(0, 0), town.at(5, 5), town.at(11, 11)
    required[[forest]] = False
    dark[[forest, hidden, late]] = True
    tracks = town.tracks(patrols())
    table = coverage_gaps(inputs_on(town.grid, tracks, required=required, dark=dark))
    states = table["state"]
    assert states[forest] == "not_required"
    assert states[hidden] == "dark"
    assert states[nowhere] == "never"
    assert states[early] == "stale"
    assert states[late] == "met"  # somebody was seen: no silence makes it dark
    missing = coverage_gaps(
        inputs_on(town.grid, tracks, required=required, dark=dark, missing_days=1)
    )
    assert set(missing["state"]) == {"not_required", "no_data"}
    resting = coverage_gaps(
        inputs_on(town.grid, town.tracks(patrols()[:1]), required=required, dark=dark)
    )
    assert set(resting["state"]) == {"not_required", "off_duty"}


@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_states_partition_the_grid_and_its_land(town, data):
    n = len(town.grid)
    mask = st.lists(st.booleans(), min_size=n, max_size=n).map(np.array)
    inputs = replace(
        inputs_on(town.grid, town.tracks(patrols())),
        required=data.draw(mask),
        dark=data.draw(mask),
        missing_days=data.draw(st.sampled_from([0, 0, 2])),
    )
    table = coverage_gaps(inputs)
    assert set(table["state"]) <= set(STATES)
    assert sum(table.summary["states"].values()) == n
    for name, count in table.summary["states"].items():
        assert count == (table["state"] == name).sum()
    land = sum(table.summary["land_km2"].values())
    assert land == pytest.approx(town.grid.area_m2.sum() / 1e6, rel=1e-12)
    assert ((table["state"] == "not_required") == ~inputs.required).all()
    dark = table["state"] == "dark"
    assert not (dark & ~inputs.dark).any()
    assert (table["state"] != None).all()  # noqa: E711 - elementwise


def widened(town, by):
    """Return a town whose outline reaches further, and where the old cells are in it."""
    x, y = 1_000_000, 1_000_000
    size = 250 * 12
    shape = box(x - by, y - by, x + size + 2 * by, y + size + by)
    crs = town.grid.spec.crs
    grid = Grid.over(Boundary(("A",), ("Town",), (shape,), crs), 250, crs=crs)
    cells = [grid.spec.cell_of_code(code) for code in town.grid.codes()]
    return grid, grid.position_of(cells)


@pytest.mark.parametrize("by", [250, 1100])
def test_empty_land_around_changes_no_state_share_or_verdict(town, by):
    rng = np.random.default_rng(3)
    incidents = rng.poisson(3.0, len(town.grid)).astype(np.int64)
    incidents[town.at(9, 3)] = 400
    required = incidents > 0
    tracks = town.tracks(patrols())
    before = coverage_gaps(inputs_on(town.grid, tracks, required=required, incidents=incidents))
    grid, at = widened(town, by)
    wide_required, wide_incidents = np.zeros(len(grid), bool), np.zeros(len(grid), np.int64)
    wide_required[at], wide_incidents[at] = required, incidents
    after = coverage_gaps(inputs_on(grid, tracks, required=wide_required, incidents=wide_incidents))
    assert len(grid) > len(town.grid)
    for name in ("state", "verdict", "reason"):
        assert after[name][at].tolist() == before[name].tolist()
    for name in ("demand_share", "supply_share", "balance", "p_exceeds"):
        np.testing.assert_array_equal(after[name][at], before[name])
    outside = np.setdiff1d(np.arange(len(grid)), at)
    assert set(after["state"][outside]) == {"not_required"}


def test_shares_are_null_without_demand_or_supply(town):
    table = coverage_gaps(inputs_on(town.grid, town.tracks(patrols())))
    assert np.isnan(table["demand_share"]).all()
    assert set(table["verdict"]) == {None}


def test_shares_and_verdicts_are_of_required_cells_alone(town):
    incidents = np.zeros(len(town.grid), np.int64)
    incidents[[town.at(2, 2), town.at(9, 3), town.at(0, 0)]] = 50, 50, 900
    required = np.ones(len(town.grid), bool)
    required[town.at(0, 0)] = False
    table = coverage_gaps(
        inputs_on(town.grid, town.tracks(patrols()), incidents=incidents, required=required)
    )
    assert table["demand_share"][town.at(2, 2)] == 0.5
    assert np.nansum(table["demand_share"]) == pytest.approx(1.0)
    assert np.nansum(table["supply_share"]) == pytest.approx(1.0)
    assert table["verdict"][town.at(0, 0)] is None
    assert table.summary["incidents"] == 100


def test_reasons_tell_their_numbers_and_are_retold_in_chinese(town):
    dark = np.zeros(len(town.grid), bool)
    dark[town.at(5, 5)] = True
    table = coverage_gaps(inputs_on(town.grid, town.tracks(patrols()), dark=dark))
    stale = table["reason"][town.at(2, 2)]
    assert stale == "last seen 72 h before the end of the window, longer than 48 h"
    met = table["reason"][town.at(9, 3)]
    assert met == "1 visits, 19 min in all, last seen 1 h before the end"
    chinese = translator("zh")
    for name, template in REASONS.items():
        sentence = template.format(
            hours=72.4,
            limit=48.0,
            visits=1.0,
            minutes=19.0,
            kept=2.0,
            promised=5.0,
            absence=30.0,
            most=12.0,
        )
        retold = gap_reason(sentence, chinese)
        assert re.search("[\u4e00-\u9fff]", retold), name
        assert sorted(re.findall(r"\d+", retold)) == sorted(re.findall(r"\d+", sentence))
        assert "{" not in retold
    assert gap_reason("something else", chinese) == "something else"


def promised_to(town, cells, **values):
    """Return what some cells were promised and got."""
    names = ("promised", "kept", "absence_h", "absence_limit_h")
    columns = {name: np.full(len(town.grid), np.nan) for name in names}
    under = np.zeros(len(town.grid), bool)
    under[cells] = True
    for name, value in values.items():
        columns[name][cells] = value
    return CellDosage(under=under, **columns)


def test_promises_that_are_not_kept_make_a_cell_under_and_stand_in_its_reason(town):
    late, nowhere = town.at(9, 3), town.at(11, 11)
    dosage = promised_to(
        town, [late, nowhere], promised=6, kept=2, absence_h=30.4, absence_limit_h=12
    )
    tracks = town.tracks(patrols())
    table = coverage_gaps(replace(inputs_on(town.grid, tracks), dosage=dosage))
    assert table["state"][late] == "under"
    short = "2 of 6 promised visits; nobody for 30 h, longer than the 12 h promised"
    assert table["reason"][late] == short
    assert table["state"][nowhere] == "never"  # the first that holds; the others are told
    assert table["reason"][nowhere] == f"no unit was here in the window; {short}"
    chinese = gap_reason(table["reason"][nowhere], translator("zh"))
    assert not re.search("[a-z]{2}", chinese)
    assert re.findall(r"\d+", chinese) == ["2", "6", "30", "12"]
    only_late = promised_to(town, [late], promised=6, kept=6, absence_h=30.4, absence_limit_h=12)
    table = coverage_gaps(replace(inputs_on(town.grid, tracks), dosage=only_late))
    assert table["reason"][late] == "nobody for 30 h, longer than the 12 h promised"


def test_shifts_say_who_is_off_duty_and_tracks_only_where_none_are_known(town):
    nobody = inputs_on(town.grid, town.tracks(patrols()[:1]))
    assert set(coverage_gaps(nobody)["state"]) == {"off_duty"}
    assert set(coverage_gaps(replace(nobody, on_duty=True))["state"]) == {"never"}
    somebody = inputs_on(town.grid, town.tracks(patrols()))
    assert set(coverage_gaps(replace(somebody, on_duty=False))["state"]) == {"off_duty"}


def test_the_share_of_dark_land_is_that_of_required_land(town):
    dark, required = np.zeros(len(town.grid), bool), np.zeros(len(town.grid), bool)
    dark[[town.at(5, 5), town.at(0, 0)]] = True
    required[[town.at(5, 5), town.at(5, 6), town.at(5, 7), town.at(5, 8)]] = True
    table = coverage_gaps(
        inputs_on(town.grid, town.tracks(patrols()), dark=dark, required=required)
    )
    assert table.summary["dark_share"] == pytest.approx(0.25, rel=1e-3)
    nothing = inputs_on(town.grid, town.tracks(patrols()), required=required & False)
    assert coverage_gaps(nothing).summary["dark_share"] == 0.0


def test_the_match_of_the_city_and_of_its_district_is_told(town):
    incidents = np.zeros(len(town.grid), np.int64)
    incidents[[town.at(2, 2), town.at(9, 3)]] = 30, 20  # as the stays: 29 and 19 minutes
    table = coverage_gaps(inputs_on(town.grid, town.tracks(patrols()), incidents=incidents))
    match = table.summary["match"]
    assert match["city"]["index"] > 0.9
    assert match["city"]["interval"][1] == 1.0
    assert match["districts"] == [{"district": "A", "name": "Town", "match": match["city"]}]
    none = coverage_gaps(inputs_on(town.grid, town.tracks(patrols())))
    assert none.summary["match"] == {"city": None, "districts": []}


# --- Silences ------------------------------------------------------------------------------


def silence(town, minutes, start=(2.5, 2.5), end=(4.5, 2.5)):
    """Return a unit's passes and silences: it drives at 10 m/s, then falls silent."""
    rows = [("a", START + k * 25_000, start[0] + k, start[1]) for k in range(-2, 1)]
    rows.append(("a", START + round(minutes * MINUTE), *end))
    day = patrol_day(town.tracks(rows), MONDAY, SHANGHAI, town.projection, rules=PatrolRules())
    before = patrol_day(
        town.tracks(rows),
        MONDAY - timedelta(days=1),
        SHANGHAI,
        town.projection,
        rules=PatrolRules(),
    )
    passes = pd.concat(
        [before.passes.astype({"unit": object}), day.passes.astype({"unit": object})]
    )
    return day.silences, passes


def test_cells_are_hidden_only_where_a_visit_fits_into_the_silence(town):
    silences, passes = silence(town, 6.0)
    speeds = usual_top_speeds(passes)
    assert speeds["a"] == pytest.approx(10.0, rel=0.01)
    params = GapParams()
    hidden = hidden_cells(silences, speeds, town.grid, town.projection, params)
    x, y = town.grid.spec.centres(town.grid.cells)
    ends = [(1_000_000 + 250 * c, 1_000_000 + 250 * r) for c, r in ((2.5, 2.5), (4.5, 2.5))]
    way = sum(np.hypot(x - a, y - b) for a, b in ends)
    reach = (6 * 60 - params.least_dwell_s) * speeds["a"]
    sure = np.abs(way - reach) > 1.0
    assert (hidden == (way <= reach))[sure].all()
    assert hidden.any()
    assert not hidden.all()


def test_a_longer_or_slower_silence_hides_more_and_one_too_long_says_nothing(town):
    short, passes = silence(town, 6.0)
    long, _ = silence(town, 12.0)
    endless, _ = silence(town, 31.0)
    speeds, params = usual_top_speeds(passes), GapParams()

    def hidden(silences, speed):
        return hidden_cells(silences, speed, town.grid, town.projection, params)

    assert (hidden(short, speeds) <= hidden(long, speeds)).all()
    assert hidden(short, speeds).sum() < hidden(long, speeds).sum()
    assert not hidden(endless, speeds).any()
    assert not hidden(long, {}).any()
    assert not hidden(short, {"a": 0.5}).any()


def test_drift_and_corners_say_nothing_of_a_units_top_speed():
    passes = pd.DataFrame(
        {
            "unit": ["a", "a", "a", "b"],
            "moving_ms": [20_000, 1, 10, 5],
            "standing_ms": [0, 600_000, 0, 600_000],
            "mm": [200_000, 90_000, 900, 90_000],
        }
    )
    assert usual_top_speeds(passes) == {"a": 10.0}


def test_limits_that_are_not_positive_are_refused():
    with pytest.raises(InputError, match="more than 0"):
        GapParams(stale_after_h=0.0)


def test_the_table_is_on_the_grid_of_the_coverage(town):
    table = coverage_gaps(inputs_on(town.grid, town.tracks(patrols())))
    assert isinstance(table, CellTable)
    assert table.grid is town.grid
    assert isinstance(town.projection, FastProjection)
