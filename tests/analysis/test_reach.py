"""Reach: Dijkstra by hand and by brute force, and laws that hold for every drawing."""

from __future__ import annotations

import heapq

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from geogrid.analysis.reach import ReachGround, shares_within, unit_reach
from geogrid.analysis.road_graph import road_graph
from geogrid.analysis.road_travel import RoadNetwork, Starts
from geogrid.analysis.travel_speeds import TravelParams, road_speeds
from geogrid.errors import InputError
from geogrid.model.boundary import Boundary
from geogrid.model.grid import Grid
from tests.analysis.drawn_roads import CORNER, CRS, drawn

KMH = 60.0  # a kilometre a minute
CROSS = ([(0, 1000), (4000, 1000)], [(2000, 0), (2000, 3000)])


def network(*lines, kmh=None, oneway=None, level=None):
    graph = road_graph(drawn(*lines), CRS, level=level)
    kmh = np.full(len(lines), KMH) if kmh is None else np.array(kmh, dtype=float)
    oneway = np.zeros(len(lines), bool) if oneway is None else np.array(oneway)
    return RoadNetwork.of(graph, kmh, oneway)


def lattice(width=4000.0, height=3000.0, cell=250.0):
    land = box(CORNER, CORNER, CORNER + width, CORNER + height)
    return Grid.over(Boundary(("A",), ("A",), (land,), CRS), cell, crs=CRS, origin=(0.0, 0.0))


def ground(*lines, grid=None, params=None, **roads):
    return ReachGround.of(grid or lattice(), network(*lines, **roads), params)


def at(grid, x, y):
    """Return the position of the cell that holds a place in metres from the corner."""
    cell = grid.spec.cell_at(np.array([x + CORNER]), np.array([y + CORNER]))
    return int(grid.position_of(cell)[0])


def minutes_to(land, places):
    return land.places(np.array(places, dtype=float).reshape(-1, 2) + CORNER).reached().minutes


def by_hand(roads, source):
    """Return minutes from a node by a heap and a dictionary."""
    ways = {}
    for (one, other), there, back in zip(
        roads.graph.ends.tolist(), roads.onward, roads.back, strict=True
    ):
        ways.setdefault(one, []).append((other, there))
        ways.setdefault(other, []).append((one, back))
    best, queue = {}, [(0.0, source)]
    while queue:
        so_far, node = heapq.heappop(queue)
        if node in best or not np.isfinite(so_far):
            continue
        best[node] = so_far
        for other, step in ways.get(node, ()):
            heapq.heappush(queue, (so_far + step, other))
    return best


def test_minutes_on_a_cross_of_two_roads_are_those_worked_out_by_hand():
    land = ground(*CROSS)
    minutes = minutes_to(land, [(125, 1000)])
    # 125 m on; the centre of the cell at (3875, 1000+) is nearest to (3875, 1000).
    assert minutes[at(land.grid, 3875, 1010)] == pytest.approx(3.75, abs=1e-6)
    # Along the first road to the crossing, 1.875 km, then 1.875 km up the second.
    assert minutes[at(land.grid, 2010, 2875)] == pytest.approx(1.875 + 1.875, abs=1e-6)
    assert minutes[at(land.grid, 130, 1010)] == 0.0


def test_a_cell_without_a_road_costs_the_walk_to_its_edge():
    land = ground(*CROSS)
    # The cell of rows 1500 to 1750 ends 500 m above the road: 500 m at 4 km/h are 7.5 minutes.
    there = at(land.grid, 1375, 1625)
    assert land.walk_min[there] == pytest.approx(7.5)
    assert minutes_to(land, [(375, 1000)])[there] == pytest.approx(1.0 + 7.5, abs=1e-6)


def test_the_yard_of_a_room_costs_its_way_to_the_road():
    land = ground(*CROSS)
    far = at(land.grid, 3875, 1010)
    # 500 m at 15 km/h are 2 minutes more.
    assert minutes_to(land, [(875, 500)])[far] == pytest.approx(2.0 + 3.0, abs=1e-6)


def test_a_one_way_road_is_driven_one_way_and_the_way_back_goes_around():
    square = (
        [(0, 500), (3000, 500)],
        [(3000, 500), (3000, 2500)],
        [(3000, 2500), (0, 2500)],
        [(0, 2500), (0, 500)],
    )
    land = ground(*square, oneway=[True, False, False, False])
    one, other = (875, 500), (2875, 500)
    assert minutes_to(land, [one])[at(land.grid, 2875, 510)] == pytest.approx(2.0, abs=1e-6)
    around = 0.125 + 2.0 + 3.0 + 2.0 + 0.875
    assert minutes_to(land, [other])[at(land.grid, 875, 510)] == pytest.approx(around, abs=1e-6)


def test_a_bridge_without_a_ramp_is_no_crossing():
    land = ground(*CROSS, level=np.array([0, 1]))
    assert np.isnan(minutes_to(land, [(125, 1000)])[at(land.grid, 2010, 2875)])


def test_the_quicker_of_two_parallel_edges_counts():
    land = ground([(0, 1000), (4000, 1000)], [(0, 1000), (4000, 1000)], kmh=[60.0, 120.0])
    minutes = minutes_to(land, [(125, 1000)])
    # Back 125 m on the slow one, over on the quick one, and back 125 m on the slow one.
    there = minutes[at(land.grid, 3875, 1010)]
    assert there == pytest.approx(0.125 + 2.0 + 0.125, abs=1e-6)


steps = st.integers(0, 8)
point = st.tuples(steps, steps).map(lambda p: (p[0] * 500.0, p[1] * 375.0))
lines = st.lists(
    st.tuples(point, point).filter(lambda ends: ends[0] != ends[1]), min_size=1, max_size=7
)


@settings(deadline=None, max_examples=60)
@given(lines, st.lists(st.booleans(), min_size=7, max_size=7), st.data())
def test_minutes_to_nodes_equal_dijkstra_by_hand(drawing, oneway, data):
    roads = network(*drawing, oneway=oneway[: len(drawing)])
    usable = np.flatnonzero(roads.landing)
    if not usable.size:
        return
    edge = data.draw(st.sampled_from(usable.tolist()))
    node = int(roads.graph.ends[edge, 0])
    x, y = roads.graph.xy[node]
    footing = roads.footing(np.array([x]), np.array([y]))
    found = Starts.of(roads, footing, np.zeros(1)).nearest(np.array([0]))[0]
    # Where roads lie on one another, crossings are nodes of their own, billionths of a metre apart.
    beside = np.flatnonzero(np.hypot(*(roads.graph.xy - (x, y)).T) < 1e-5)
    ways = [by_hand(roads, int(start)) for start in beside]
    expected = [[best.get(n, np.inf) for n in range(len(roads.graph.xy))] for best in ways]
    told = found[: len(roads.graph.xy)]
    assert any(np.allclose(told, minutes, atol=1e-5) for minutes in expected), (told, expected)


@settings(deadline=None, max_examples=40)
@given(
    lines, st.lists(st.booleans(), min_size=7, max_size=7), st.lists(point, min_size=2, max_size=5)
)
def test_another_room_makes_no_cell_farther(drawing, oneway, rooms):
    land = ground(*drawing, oneway=oneway[: len(drawing)], grid=lattice(cell=500.0))
    fewer, more = minutes_to(land, rooms[:-1]), minutes_to(land, rooms)
    known = np.isfinite(fewer)
    assert np.isfinite(more[known]).all()
    assert (more[known] <= fewer[known] + 1e-6).all()


@settings(deadline=None, max_examples=40)
@given(lines, point, point)
def test_on_roads_for_both_ways_the_way_back_is_as_long(drawing, one, other):
    land = ground(*drawing)
    both = np.array([one, other]) + CORNER
    sources = land.places(both)
    if sources.starts is None:
        return
    there = sources.starts.nearest(np.array([0]))[0][sources.starts.node[1]]
    back = sources.starts.nearest(np.array([1]))[0][sources.starts.node[0]]
    assert there == pytest.approx(back, abs=1e-9)


def test_the_nearest_room_is_named_and_ties_are_settled():
    land = ground(*CROSS)
    places = np.array([(125.0, 1000.0), (3875.0, 1000.0)]) + CORNER
    found = land.places(places).reached()
    assert found.start[at(land.grid, 400, 1010)] == 0
    assert found.start[at(land.grid, 3600, 1010)] == 1
    assert (found.start >= 0).all()


def test_without_roads_minutes_are_straight_lines_times_the_factor():
    land = ReachGround.of(lattice(), None, TravelParams(straight_kmh=60.0, straight_factor=1.5))
    minutes = minutes_to(land, [(125, 125)])
    assert minutes[at(land.grid, 2125, 125)] == pytest.approx(3.0)
    assert np.isnan(land.walk_min).all()


def test_islets_of_road_are_not_landed_on():
    land = ground(*CROSS, [(3000, 2600), (3010, 2600)])
    minutes = minutes_to(land, [(125, 1000)])
    assert np.isfinite(minutes).all()


def test_nobody_anywhere_makes_every_cell_unknown():
    land = ground(*CROSS)
    assert np.isnan(land.places(np.empty((0, 2))).reached().minutes).all()
    units = unit_reach(land, {})
    assert np.isnan(units.columns()["unit_min"]).all()


def test_units_are_counted_by_hour_and_the_worst_hour_is_named():
    land = ground(*CROSS)
    near, far = (np.array([[x, 1000.0]]) + CORNER for x in (3625.0, 125.0))
    units = unit_reach(land, {3: [far, far, near], 9: [near]})
    columns, there = units.columns(), at(land.grid, 3875, 1010)
    assert units.samples == (3, 1)
    assert columns["worst_hour"][there] == "03"
    assert columns["unit_worst_min"][there] == pytest.approx(3.75, abs=1e-4)
    assert columns["unit_min"][there] == pytest.approx((3.75 + 0.25) / 2, abs=1e-4)


def test_an_instant_without_any_unit_is_farther_than_all():
    land = ground(*CROSS)
    near = np.array([[3625.0, 1000.0]]) + CORNER
    units = unit_reach(land, {3: [near, np.empty((0, 2)), np.empty((0, 2))]})
    assert np.isnan(units.columns()["unit_min"]).all()


def test_shares_within_minutes_leave_the_unknown_outside():
    told = shares_within(np.array([1.0, 7.0, np.nan]), np.array([1.0, 1.0, 2.0]), (5.0, 10.0))
    assert told == [{"minutes": 5.0, "share": 0.25}, {"minutes": 10.0, "share": 0.5}]
    assert shares_within(np.array([1.0]), np.zeros(1), (5.0,))[0]["share"] is None


def test_the_speed_of_the_register_comes_before_that_of_the_class():
    kmh, own = road_speeds(
        ("street", "street", "motorway_link", "bridle"), np.array([50.0, np.nan, 0.0, np.nan])
    )
    assert kmh.tolist() == [50.0, 30.0, 100.0, 30.0]
    assert own.tolist() == [True, False, False, False]


@pytest.mark.parametrize("wrong", [{"foot_kmh": 0.0}, {"straight_factor": 0.9}])
def test_speeds_that_cannot_be_are_refused(wrong):
    with pytest.raises(InputError):
        TravelParams(**wrong)
