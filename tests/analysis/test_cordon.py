"""Cordons: toy graphs whose cuts are known, and laws that hold for every drawing."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.analysis.cordon import CordonParams, CordonZone, cordon
from geogrid.analysis.road_graph import road_graph
from geogrid.errors import InputError
from tests.analysis.drawn_roads import CORNER, CRS, drawn, groups

ZONE = shapely.box(*(CORNER + np.array([0.0, 0.0, 5000.0, 5000.0])))
SPOKES = (  # a cross of two roads through the zone: four crossings
    [(-2000, 2500), (7000, 2500)],
    [(2500, -2000), (2500, 7000)],
)
# Three lanes leave the zone eastwards; all come from one bridge over a river inside of it.
BRIDGE = (
    [(2500, 2500), (4200, 2500)],
    [(4200, 2500), (4400, 2500)],
    [(4400, 2500), (7000, 2000)],
    [(4400, 2500), (7000, 2500)],
    [(4400, 2500), (7000, 3000)],
)


def closed(*lines, guards=(), zone=ZONE, level=None, costs=None, **params):
    """Return the cordon of lines in metres from the corner."""
    level = None if level is None else np.array(level)
    graph = road_graph(drawn(*lines), CRS, level=level)
    places = np.array(guards, dtype=float).reshape(-1, 2) + CORNER
    zone = zone if isinstance(zone, CordonZone) else CordonZone(zone)
    costs = None if costs is None else np.array(costs, dtype=float)
    return cordon(graph, zone, places, road_cost=costs, params=CordonParams(**params))


def test_a_cross_of_two_roads_has_four_crossings_and_needs_four_points():
    found = closed(*SPOKES)
    np.testing.assert_allclose(
        found.xy - CORNER, [[0, 2500], [2500, 0], [2500, 5000], [5000, 2500]], atol=1e-3
    )
    assert found.leaks.tolist() == [0, 1, 2, 3]
    assert found.closure.cost.tolist() == [1.0] * 4
    np.testing.assert_allclose(
        np.abs(found.closure.xy - found.xy).max(axis=1), [10.0] * 4, atol=1e-3
    )


def test_a_bridge_that_gathers_three_leaks_costs_one_point():
    found = closed(*BRIDGE, level=[0, 1, 0, 0, 0])
    assert len(found.leaks) == 3
    assert found.closure.road.tolist() == [1]
    assert found.closure.cost.tolist() == [1.0]


def test_a_dear_bridge_is_left_for_the_cheap_lanes_behind_it():
    found = closed(*BRIDGE, costs=[9.0, 9.0, 1.5, 1.5, 1.5], level=[0, 1, 0, 0, 0])
    assert sorted(found.closure.road) == [2, 3, 4]
    assert found.closure.cost.sum() == pytest.approx(4.5)
    same = closed(*BRIDGE, costs=[9.0, 4.4, 1.5, 1.5, 1.5], level=[0, 1, 0, 0, 0])
    assert same.closure.road.tolist() == [1]


def test_two_ways_that_meet_again_need_one_point_beyond_their_meeting():
    lines = (
        [(2500, 2500), (4200, 2800), (4600, 2500)],
        [(2500, 2500), (4200, 2200), (4600, 2500)],
        [(4600, 2500), (7000, 2500)],
    )
    found = closed(*lines)
    assert found.closure.road.tolist() == [2]


def test_a_checkpoint_guards_the_crossing_on_its_road():
    found = closed(*SPOKES, guards=[(60, 2500)])
    assert found.guards == ((0,), (), (), ())
    assert len(found.closure.cost) == 3


@pytest.mark.parametrize(("along_m", "guarded"), [(199, True), (201, False), (-199, True)])
def test_a_checkpoint_guards_as_far_as_asked(along_m, guarded):
    found = closed(*SPOKES, guards=[(along_m, 2500)])
    assert (0 not in found.leaks) == guarded


def test_a_checkpoint_beyond_a_turning_does_not_guard():
    turning = [(50, 2500), (50, 4000), (2500, 4000)]
    found = closed(*SPOKES, turning, guards=[(100, 2500)])
    assert 0 in found.leaks
    assert 0 not in closed(*SPOKES, turning, guards=[(10, 2500)], watch_m=5.0).leaks


def test_a_checkpoint_on_another_road_does_not_guard():
    beside = [(-2000, 2600), (2400, 2600)]
    found = closed(*SPOKES, beside, guards=[(50, 2600)])
    assert [by for by in found.guards if by] == [(0,)]
    assert found.road[[bool(by) for by in found.guards]].tolist() == [2]


def test_a_checkpoint_watches_both_carriageways():
    twin = [(-2000, 2515), (2490, 2515)]
    found = closed(*SPOKES, twin, guards=[(50, 2507)])
    assert sum(by == (0,) for by in found.guards) == 2


def test_a_bridge_over_the_edge_is_a_crossing_of_its_own():
    found = closed(*SPOKES, [(-2000, 2000), (2500, 3000)], level=[0, 0, 1])
    assert len(found.xy) == 5


def test_a_junction_on_the_edge_is_one_crossing():
    fork = (
        [(2500, 2500), (5000, 2500)],
        [(5000, 2500), (7000, 2000)],
        [(5000, 2500), (7000, 3000)],
    )
    found = closed(*fork)
    np.testing.assert_allclose(found.xy - CORNER, [[5000, 2500]], atol=1e-3)
    assert len(found.closure.cost) == 1


def test_a_road_that_touches_the_edge_from_outside_does_not_cross():
    found = closed(*SPOKES, [(-1000, -1000), (0, 0), (-1000, 1000)])
    assert len(found.xy) == 4


def test_a_road_that_leaves_and_comes_back_crosses_twice():
    loop = [(1000, 1000), (1000, -500), (1500, -500), (1500, 1000)]
    found = closed(*SPOKES, loop)
    assert len(found.xy) == 6
    assert len(found.closure.cost) == 4  # the loop leads nowhere


def test_a_road_that_ends_outside_leads_nowhere_on_known_ground_and_on_elsewhere():
    stub = [(2000, 2500), (2000, -300)]
    known = shapely.box(*(CORNER + np.array([-9000.0, -9000.0, 9000.0, 9000.0])))
    assert len(closed(*SPOKES, stub, zone=CordonZone(ZONE, known=known)).closure.cost) == 4
    assert len(closed(*SPOKES, stub, zone=CordonZone(ZONE, known=ZONE)).closure.cost) == 5
    assert len(closed(*SPOKES, stub).closure.cost) == 4


def test_an_inner_zone_is_closed_where_that_is_cheapest():
    inner = shapely.box(*(CORNER + np.array([2400.0, 2400.0, 2600.0, 2600.0])))
    lanes = [[(1500, y), (7000, y)] for y in (1000, 2000, 3000, 4000)]
    ring = [(1500, 1000), (1500, 4000)]
    way = [(2500, 2500), (1500, 2500)]
    lines = (*lanes, ring, way)
    found = closed(*lines, zone=CordonZone(ZONE, inner=inner))
    assert found.closure.road.tolist() == [5]
    assert len(found.leaks) == 4


def test_a_zone_too_small_for_its_band_says_so():
    small = shapely.box(*(CORNER + np.array([0.0, 0.0, 900.0, 900.0])))
    assert closed(*SPOKES, zone=small).closure.reason == "no_core"


def test_roads_that_end_with_the_zone_do_not_close_it():
    found = closed([(100, 2500), (4900, 2500)])
    assert found.closure.reason == "no_outside"
    assert len(found.xy) == 0


def test_a_zone_with_a_hole_has_its_inner_edge_guarded_too():
    hole = shapely.box(*(CORNER + np.array([2000.0, 2000.0, 3000.0, 3000.0])))
    assert len(closed(*SPOKES, zone=shapely.difference(ZONE, hole), band_m=200.0).xy) == 8


@pytest.mark.parametrize("name", ["guard_m", "band_m", "watch_m"])
@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
def test_distances_are_positive(name, value):
    with pytest.raises(InputError, match="must be over 0 m"):
        CordonParams(**{name: value})


@pytest.mark.parametrize("cost", [0.0, -1.0, np.nan, 1e9])
def test_costs_are_positive_and_not_absurd(cost):
    with pytest.raises(InputError, match="the cost of a point must be from"):
        closed(*SPOKES, costs=[1.0, cost])


def test_what_is_protected_lies_inside():
    with pytest.raises(InputError, match="inside the zone"):
        closed(*SPOKES, zone=CordonZone(ZONE, inner=shapely.buffer(ZONE, 500.0)))


def test_a_zone_is_a_polygon():
    with pytest.raises(InputError, match="must be a polygon, got LineString"):
        CordonZone(shapely.boundary(ZONE))


# ------------------------------------------------------------------ laws over random drawings
SIDE, STEP, BAND = 7, 500.0, 900.0
SMALL = shapely.box(*(CORNER + np.array([750.0, 750.0, 2250.0, 2250.0])))
ALL_EDGES = [
    ((i, j), (i + di, j + dj))
    for i, j in itertools.product(range(SIDE), repeat=2)
    for di, dj in ((1, 0), (0, 1))
    if i + di < SIDE and j + dj < SIDE
]
drawings = st.lists(st.sampled_from(ALL_EDGES), min_size=4, max_size=40, unique=True)


def lattice_lines(edges):
    """Return roads on a lattice of 500 m, its middle at the zone's middle."""
    return [[(a * STEP, b * STEP) for a, b in edge] for edge in edges]


def zone_of(guards_known=None):
    core = shapely.box(*(CORNER + np.array([1400.0, 1400.0, 1600.0, 1600.0])))
    return CordonZone(SMALL, inner=core, known=guards_known)


def brute_force_cut(edges):
    """Return the fewest lattice edges whose removal parts the middle from beyond the band."""
    number = {node: k for k, node in enumerate(sorted({n for e in edges for n in e}))}
    source = [k for node, k in number.items() if node == (3, 3)]
    middle = shapely.box(750, 750, 2250, 2250)
    sink = [
        k
        for (i, j), k in number.items()
        if shapely.distance(shapely.Point(i * STEP, j * STEP), middle) > 500.0
    ]
    pairs = [(number[a], number[b]) for a, b in edges]
    for size in range(5):
        for out in itertools.combinations(range(len(pairs)), size):
            left = [pair for k, pair in enumerate(pairs) if k not in out]
            label = groups(left, len(number))
            if not {label[k] for k in source} & {label[k] for k in sink}:
                return size
    raise AssertionError


@settings(deadline=None, max_examples=25)
@given(st.lists(st.sampled_from(ALL_EDGES), min_size=4, max_size=22, unique=True))
def test_the_cut_is_as_small_as_brute_force_finds(edges):
    found = closed(*lattice_lines(edges), zone=zone_of(), band_m=500.0)
    if found.closure.reason:
        return
    assert len(found.closure.cost) == brute_force_cut(edges)


@settings(deadline=None, max_examples=25)
@given(drawings, st.lists(st.sampled_from(range(8)), max_size=4, unique=True))
def test_points_of_the_cut_close_the_zone_and_are_no_more_than_the_leaks(edges, at):
    lines = lattice_lines(edges)
    bare = closed(*lines, zone=zone_of(), band_m=500.0)
    guards = [tuple(bare.xy[k] - CORNER) for k in at if k < len(bare.xy)]
    found = closed(*lines, guards=guards, zone=zone_of(), band_m=500.0)
    if found.closure.reason:
        return
    assert len(found.closure.cost) <= len(found.leaks)
    more = guards + [tuple(place - CORNER) for place in found.closure.xy]
    again = closed(*lines, guards=more, zone=zone_of(), band_m=500.0, watch_m=5.0)
    assert len(again.closure.cost) == 0


@settings(deadline=None, max_examples=25)
@given(drawings, st.lists(st.integers(0, 11), min_size=1, max_size=5))
def test_taking_a_checkpoint_away_adds_exactly_its_own_crossings(edges, at):
    lines = lattice_lines(edges)
    bare = closed(*lines, zone=zone_of(), band_m=500.0)
    guards = [tuple(bare.xy[k % len(bare.xy)] - CORNER) for k in at if len(bare.xy)]
    full = closed(*lines, guards=guards, zone=zone_of(), band_m=500.0)
    for gone in range(len(guards)):
        rest = guards[:gone] + guards[gone + 1 :]
        own = {k for k, by in enumerate(full.guards) if by == (gone,)}
        fewer = closed(*lines, guards=rest, zone=zone_of(), band_m=500.0)
        assert set(fewer.leaks.tolist()) - set(full.leaks.tolist()) == own
        assert set(full.leaks.tolist()) <= set(fewer.leaks.tolist())
