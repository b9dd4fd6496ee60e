"""Bounds of patrol time: laws for any fixes, and how often they hold where the truth is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.analysis.dwell_bounds import (
    DETOUR_FACTOR,
    DETOUR_M,
    LEAST_SEGMENTS,
    NEED_FACTOR,
    USUAL_SHARE,
    DayFixes,
    dwell_bounds,
)
from geogrid.crs import WGS84, make_crs, transformer
from geogrid.demo.city import build_city
from geogrid.demo.fleet import draw_fleet
from geogrid.demo.gps import soil
from geogrid.demo.ground import read_ground
from geogrid.demo.places import draw_rooms
from geogrid.errors import InputError
from geogrid.kernels.cleaning import KEPT, mark_spikes
from geogrid.kernels.space_time_prism import Prisms, prism_bounds
from geogrid.kernels.walk import MOVING, STANDING, WalkRules, walk

ROOT = Path(__file__).resolve().parents[2]
CELL_M = 250.0
RULES = WalkRules(max_gap_ms=300_000, max_mm_per_ms=160 / 3.6, standing_mm_per_ms=1.0)
KEYS = ["row", "col", "hour"]
PRISMS = ("plain", "narrow")

fix = st.tuples(
    st.integers(-20, 20),  # quarters of a cell, hence on lines and corners too
    st.integers(-20, 20),
    st.sampled_from([1, 7, 500, 10_000, 60_000, 299_999, 300_000, 300_001]),  # ms since the last
    st.booleans(),  # in a depot
)
fleets = st.lists(st.lists(fix, min_size=1, max_size=60), min_size=1, max_size=3)


def fleet_fixes(fleet):
    """Return the fixes of a drawn fleet."""
    unit = np.repeat(np.arange(len(fleet)), [len(track) for track in fleet]).astype(np.int32)
    x, y, _, in_depot = (
        np.array(c) for c in zip(*(f for track in fleet for f in track), strict=True)
    )
    t = np.concatenate([np.cumsum([step for _, _, step, _ in track]) for track in fleet])
    return DayFixes(unit, t.astype(np.int64), x / 4, y / 4, in_depot, 8 * CELL_M)


def one_unit(t_s, x_m, y_m):
    """Return the fixes of one unit outside depots."""
    t = np.round(np.asarray(t_s, dtype=float) * 1e3).astype(np.int64)
    x, y = (np.asarray(side, dtype=float) / CELL_M for side in (x_m, y_m))
    return DayFixes(np.zeros(t.size, np.int32), t, x, y, np.zeros(t.size, np.bool_), CELL_M)


def one_hour(fixes):
    """Return limits of one long hour around all fixes, and its number."""
    return {
        "edges": np.array([fixes.t.min(), fixes.t.max() + 1], dtype=np.int64),
        "clock": np.zeros(1, np.int8),
    }


def patrol_ms(fixes, edges, clock):
    """Return patrol time at constant speed per cell and hour."""
    places = fixes.x, fixes.y, fixes.in_depot
    runs = walk(fixes.unit, fixes.t, *places, fixes.cell_m * 1e3, RULES, edges)
    frame = pd.DataFrame({"row": runs.row, "col": runs.col, "hour": clock[runs.hour]})
    frame["ms"] = runs.leave - runs.enter
    return frame[np.isin(runs.kind, (MOVING, STANDING))].groupby(KEYS)["ms"].sum()


def beside(bounds, ms):
    """Return bounds and patrol time in one table; 0 where one of them has no row."""
    both = bounds.set_index(KEYS).join(ms.rename("ms"), how="outer")
    return both.fillna(0).astype(np.int64)


def plain_limits(fixes, prism):
    """Return the top speed and the longest way of each segment, one after the other."""
    speed, reach, speeds_of = [], [], {}
    cell_mm = fixes.cell_m * 1e3
    for i in range(fixes.t.size - 1):
        ms, dx, dy = (column[i + 1] - column[i] for column in fixes_of(fixes))
        mm = np.sqrt(dx * dx + dy * dy) * cell_mm
        counts = fixes.unit[i] == fixes.unit[i + 1] and 0 < ms <= RULES.max_gap_ms
        counts = counts and mm <= RULES.max_mm_per_ms * ms
        if counts and fixes.in_depot[i] and fixes.in_depot[i + 1]:
            counts = mm >= RULES.standing_mm_per_ms * ms
        if counts and mm / ms >= RULES.standing_mm_per_ms:
            speeds_of.setdefault(int(fixes.unit[i]), []).append(mm / ms)
        speed.append(mm / ms if counts else np.nan)
        reach.append(np.inf if prism == "plain" else DETOUR_FACTOR * mm + DETOUR_M * 1e3)
    for i, need in enumerate(speed):
        known = sorted(speeds_of.get(int(fixes.unit[i]), []))
        usual = np.inf
        if prism == "narrow" and len(known) >= LEAST_SEGMENTS:
            usual = known[int(USUAL_SHARE * len(known))]
        top = min(RULES.max_mm_per_ms, max(usual, NEED_FACTOR * need))
        speed[i] = 0.0 if np.isnan(need) else top / cell_mm
    return np.append(speed, 0.0), np.append(np.array(reach) / cell_mm, 0.0)


def fixes_of(fixes):
    """Return times and places."""
    return fixes.t, fixes.x, fixes.y


@settings(deadline=None, max_examples=150)
@given(fleets, st.lists(st.integers(0, 3_000_000), min_size=2, max_size=5, unique=True))
def test_bounds_are_those_of_prisms_whose_limits_are_worked_out_one_by_one(fleet, limits):
    fixes = fleet_fixes(fleet)
    edges = np.array(sorted(limits), dtype=np.int64)
    clock = np.arange(edges.size - 1, dtype=np.int8)
    for prism in PRISMS:
        found = dwell_bounds(fixes, rules=RULES, edges=edges, clock=clock, prism=prism)
        prisms = Prisms(*fixes_of(fixes), *plain_limits(fixes, prism), ~fixes.in_depot)
        wanted = pd.DataFrame(prism_bounds(prisms, edges, clock)._asdict())
        pd.testing.assert_frame_equal(found, wanted)


@pytest.mark.parametrize("segments", [LEAST_SEGMENTS - 1, LEAST_SEGMENTS, 100, 1_999])
def test_a_unit_has_its_own_usual_top_speed_to_the_last_bit(segments):
    rng = np.random.default_rng(segments)
    n = segments + 1
    fleet = [
        [(*place, 10_000, bool(depot)) for place, depot in zip(places, depots, strict=True)]
        for places, depots in (
            # in cells; up to 19 m/s, then one speed for all
            (np.cumsum(rng.uniform(0.0, 0.3, (n, 2)), axis=0), rng.random(n) < 0.1),
            (np.outer(np.arange(n), [0.2, 0.1]), np.zeros(n)),
        )
    ]
    fixes = fleet_fixes(fleet)
    hour = one_hour(fixes)
    found = dwell_bounds(fixes, rules=RULES, **hour)
    prisms = Prisms(*fixes_of(fixes), *plain_limits(fixes, "narrow"), ~fixes.in_depot)
    wanted = pd.DataFrame(prism_bounds(prisms, hour["edges"], hour["clock"])._asdict())
    pd.testing.assert_frame_equal(found, wanted)


@settings(deadline=None, max_examples=150)
@given(fleets, st.lists(st.integers(0, 3_000_000), min_size=2, max_size=5, unique=True))
def test_patrol_time_lies_between_the_bounds_in_every_cell_and_hour(fleet, limits):
    fixes = fleet_fixes(fleet)
    edges = np.array(sorted(limits), dtype=np.int64)
    clock = (np.arange(edges.size - 1) % 2).astype(np.int8)  # an hour of the clock that comes twice
    ms = patrol_ms(fixes, edges, clock)
    for prism in PRISMS:
        bounds = dwell_bounds(fixes, rules=RULES, edges=edges, clock=clock, prism=prism)
        places = list(bounds[KEYS].itertuples(index=False))
        assert places == sorted(set(places))
        found = beside(bounds, ms)
        assert (found["lo_ms"] >= 0).all()
        assert (found["lo_ms"] <= found["ms"]).all()
        assert (found["ms"] <= found["hi_ms"]).all()


@settings(deadline=None, max_examples=100)
@given(fleets)
def test_narrow_bounds_lie_within_the_plain_ones(fleet):
    fixes = fleet_fixes(fleet)
    plain, narrow = (
        dwell_bounds(fixes, rules=RULES, **one_hour(fixes), prism=prism).set_index(KEYS)
        for prism in PRISMS
    )
    plain, narrow = plain.align(narrow, join="outer", fill_value=0)
    assert (narrow["hi_ms"] <= plain["hi_ms"]).all()
    assert (narrow["lo_ms"] >= plain["lo_ms"]).all()


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.sampled_from([3, 10, 40]))
def test_plain_bounds_hold_for_any_path_under_the_top_speed(seed, every):
    rng = np.random.default_rng(seed)
    step = rng.uniform(0.0, RULES.max_mm_per_ms, 240)  # m in each second
    turn = np.cumsum(rng.normal(0.0, 1.0, 240))
    x, y = (np.cumsum(step * side(turn)) for side in (np.cos, np.sin))
    full = one_unit(np.arange(240), x, y)
    kept = np.arange(240) % every == 239 % every
    kept[0] = True
    thin = one_unit(np.arange(240)[kept], x[kept], y[kept])
    hour = one_hour(full)
    found = beside(dwell_bounds(thin, rules=RULES, **hour, prism="plain"), patrol_ms(full, **hour))
    assert (found["lo_ms"] <= found["ms"] + 240).all()  # a path's parts are rounded one by one
    assert (found["ms"] <= found["hi_ms"] + 240).all()


def test_units_and_days_are_summed():
    fleet = [[(0, 0, 60_000, False), (900, 400, 60_000, False)], [(10, 10, 9_000, False)] * 3]
    both = fleet_fixes(fleet)
    hour = one_hour(both)
    together = dwell_bounds(both, rules=RULES, **hour).set_index(KEYS)
    parts = [dwell_bounds(fleet_fixes([track]), rules=RULES, **hour) for track in fleet]
    pd.testing.assert_frame_equal(together, pd.concat(parts).groupby(KEYS).sum())


def test_a_unit_at_rest_was_where_it_was_and_can_hardly_have_been_elsewhere():
    # Eight minutes of driving at 10 m/s, then a minute at rest in the middle of a cell.
    t = np.append(np.arange(0, 490, 10), 540)
    x = np.append(np.arange(0, 4_900, 100), 4_800) + 75.0
    fixes = one_unit(t, x, np.full(t.size, 125.0))
    edges = np.array([480_000, 540_000], dtype=np.int64)
    hour = {"edges": edges, "clock": np.array([7], dtype=np.int8)}
    plain, narrow = (
        dwell_bounds(fixes, rules=RULES, **hour, prism=prism).set_index(KEYS) for prism in PRISMS
    )
    assert set(narrow.index.get_level_values("hour")) == {7}
    # 125 m to the nearest side at 10 m/s: 12.5 s out and 12.5 s back are sure.
    assert narrow.loc[(0, 19, 7)].tolist() == pytest.approx([25_000, 60_000], abs=2)
    # 300 m of way get it 150 m off, for 60 s less twice 125 m at 10 m/s.
    assert narrow.loc[(1, 19, 7)].tolist() == pytest.approx([0, 35_000], abs=2)
    assert sorted(narrow.index.droplevel("hour")) == [(-1, 19), (0, 18), (0, 19), (0, 20), (1, 19)]
    assert len(plain) > 80
    assert plain.loc[(0, 19, 7), "lo_ms"] == 2 * 2_812  # 125 m at 160 km/h


@pytest.mark.parametrize(("segments", "cells"), [(LEAST_SEGMENTS - 1, 5), (LEAST_SEGMENTS, 1)])
def test_few_moving_segments_do_not_tell_a_usual_speed(segments, cells):
    n = np.arange(segments + 1)  # 2 m/s from the middle of a cell
    fixes = one_unit(n * 10, n * 20.0 + 125.0, np.full(n.size, 125.0))
    hour = one_hour(fixes) | {"edges": np.array([0, 10_000], dtype=np.int64)}
    found = dwell_bounds(fixes, rules=RULES, **hour)
    # A way of 330 m, one and a half straight lines and 300 m, or one of 25 m to the next fix.
    assert len(found) == cells


def test_silent_and_impossible_segments_and_depots_count_in_neither_bound():
    t = np.array([0, 400, 410, 470])
    x = np.array([125.0, 125.0, 9_000.0, 9_000.0])
    fixes = one_unit(t, x, np.full(4, 125.0))
    parked = DayFixes(fixes.unit, fixes.t, fixes.x, fixes.y, np.ones(4, np.bool_), CELL_M)
    hour = one_hour(fixes)
    found = dwell_bounds(fixes, rules=RULES, **hour)
    assert found["lo_ms"].sum() <= 60_000  # the last segment alone
    assert set(found["col"]) >= {35, 36}
    assert found["col"].min() > 20
    assert dwell_bounds(parked, rules=RULES, **hour).empty


def test_of_time_near_a_depot_nothing_is_sure():
    fixes = one_unit([0, 60], [125.0, 500.0], [125.0, 125.0])
    leaving = DayFixes(fixes.unit, fixes.t, fixes.x, fixes.y, np.array([True, False]), CELL_M)
    hour = one_hour(fixes)
    sure = dwell_bounds(fixes, rules=RULES, **hour).set_index(KEYS)
    found = dwell_bounds(leaving, rules=RULES, **hour).set_index(KEYS)
    assert sure.loc[(0, 0, 0), "lo_ms"] == 2_812
    assert found.loc[(0, 0, 0), "lo_ms"] == 0
    assert found["hi_ms"].equals(sure["hi_ms"])


def test_a_day_without_fixes_has_no_bounds():
    nothing = one_unit([], [], [])
    hour = {"edges": np.array([0, 1], dtype=np.int64), "clock": np.zeros(1, np.int8)}
    found = dwell_bounds(nothing, rules=RULES, **hour)
    assert found.empty
    assert list(found) == [*KEYS, "lo_ms", "hi_ms"]


def test_unusable_input_is_refused():
    fixes = one_unit([0, 1], [0, 1], [0, 1])
    with pytest.raises(InputError, match="narrow or plain"):
        dwell_bounds(fixes, rules=RULES, **one_hour(fixes), prism="wide")
    with pytest.raises(InputError, match="equal length"):
        DayFixes(fixes.unit, fixes.t, fixes.x[:1], fixes.y, fixes.in_depot, CELL_M)
    with pytest.raises(InputError, match="size"):
        DayFixes(fixes.unit, fixes.t, fixes.x, fixes.y, fixes.in_depot, 0.0)


@pytest.fixture(scope="module")
def patrol_cars():
    """Return a day of the synthetic city's cars in one district, a fix every 10 s."""
    ground = read_ground(ROOT / "data" / "boundaries" / "sanming_2010.geojson", ("350402",))
    city = build_city(ground, seed=0)
    fleet = draw_fleet(city, draw_rooms(city.net, ground, 20, seed=0), 12)
    fixes = soil(fleet.day(0, 0), (), np.random.default_rng(0)).fixes
    return kept(fixes.car, fixes.time_s * 1000, *fixes.xy.T)


@pytest.fixture(scope="module")
def aracaju_cars(shared_data):
    """Return cars and buses of Aracaju that report every 6 s."""
    frame = pd.read_csv(shared_data / "aracaju_gps" / "positions.csv")
    t = pd.to_datetime(frame["time"]).to_numpy().astype("datetime64[ms]").astype(np.int64)
    place = transformer(WGS84, make_crs(32724)).transform(frame["lon"], frame["lat"])
    return kept(pd.factorize(frame["vehicle_id"], sort=True)[0], t, *map(np.asarray, place))


def kept(unit, t, x, y):
    """Return fixes in order, each unit's and time's first one, without spikes."""
    order = np.lexsort((t, unit))
    unit, t, x, y = unit[order].astype(np.int32), t[order], x[order], y[order]
    new = np.append(True, (np.diff(unit) != 0) | (np.diff(t) > 0))
    unit, t, x, y = unit[new], t[new], x[new], y[new]
    reason = np.zeros(t.size, np.int8)
    begin = np.flatnonzero(np.diff(unit, prepend=-1))
    for first, after in zip(begin, np.append(begin[1:], t.size), strict=True):
        mark_spikes(reason, first, after, t, x, y, RULES.max_mm_per_ms)
    good = reason == KEPT
    places = x[good] / CELL_M, y[good] / CELL_M
    return DayFixes(unit[good], t[good], *places, np.zeros(int(good.sum()), np.bool_), CELL_M)


def thinned(fixes, every_s):
    """Return the first fix of each unit in every so many seconds."""
    turn = fixes.t // (every_s * 1000)
    first = np.append(True, (np.diff(turn) != 0) | (np.diff(fixes.unit) != 0))
    columns = (fixes.unit, fixes.t, fixes.x, fixes.y, fixes.in_depot)
    return DayFixes(*(column[first] for column in columns), fixes.cell_m)


@pytest.mark.parametrize("every_s", [60, 120])
@pytest.mark.parametrize("cars", ["patrol_cars", "aracaju_cars"])
def test_bounds_of_thinned_fixes_hold_in_19_of_20_cells(request, cars, every_s):
    full = request.getfixturevalue(cars)
    hour = one_hour(full)
    truth = patrol_ms(full, **hour)
    widths = {}
    for prism in PRISMS:
        bounds = dwell_bounds(thinned(full, every_s), rules=RULES, **hour, prism=prism)
        found = beside(bounds, truth)
        found = found[found["ms"] > 0]
        holds = (found["lo_ms"] <= found["ms"]) & (found["ms"] <= found["hi_ms"])
        assert holds.mean() >= 0.95
        widths[prism] = (found["hi_ms"] - found["lo_ms"]).median()
    assert widths["narrow"] < widths["plain"] / 4
