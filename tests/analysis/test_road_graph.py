"""Roads as a graph: where lines meet, and where they only cross."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from geogrid.analysis.road_graph import road_graph, stretches
from geogrid.errors import InputError
from geogrid.model.places import Places
from tests.analysis.drawn_roads import CORNER, CRS, drawn, groups

EAST_WEST = [(-100, 0), (100, 0)]
NORTH_SOUTH = [(0, -100), (0, 100)]


def graph_of(*lines, level=None):
    level = None if level is None else np.array(level, dtype=np.int64)
    return road_graph(drawn(*lines), CRS, level=level)


def pieces(graph):
    return len(set(groups(graph.ends, len(graph.xy))))


def test_roads_on_the_ground_that_cross_meet():
    graph = graph_of(EAST_WEST, NORTH_SOUTH)
    assert sorted(graph.degree) == [1, 1, 1, 1, 4]
    np.testing.assert_allclose(graph.xy[graph.degree == 4], [[CORNER, CORNER]], atol=1e-6)
    np.testing.assert_allclose(np.bincount(graph.road, graph.length_m), [200.0, 200.0], atol=1e-6)


@pytest.mark.parametrize("level", [[1, 0], [0, -1], [1, -1], [1, 1]])
def test_a_bridge_or_a_tunnel_does_not_join_what_it_crosses(level):
    graph = graph_of(EAST_WEST, NORTH_SOUTH, level=level)
    assert pieces(graph) == 2
    assert sorted(graph.degree) == [1, 1, 1, 1]


def test_a_bridge_does_not_join_a_road_below_with_a_vertex_at_the_crossing():
    bent = [(-100, 0), (0, 0), (100, 0)]
    below = [(0, -100), (0, 0), (0, 100)]
    assert pieces(graph_of(bent, below, level=[1, 0])) == 2
    assert pieces(graph_of(bent, below, level=[0, 0])) == 1


def test_a_bridge_meets_the_ground_at_its_ends():
    bridge = [(-100, 0), (100, 0)]
    graph = graph_of(bridge, [(-300, 0), (-100, 0)], [(100, 0), (100, 200)], level=[1, 0, 0])
    assert pieces(graph) == 1
    assert sorted(graph.degree) == [1, 1, 2, 2]


def test_a_bridge_that_ends_on_a_road_without_a_vertex_meets_it():
    graph = graph_of([(0, 0), (0, 100)], EAST_WEST, level=[1, 0])
    assert pieces(graph) == 1
    assert sorted(graph.degree) == [1, 1, 1, 3]


@pytest.mark.parametrize(("short_m", "joined"), [(0.0, True), (0.1, True), (0.5, False)])
def test_an_end_that_falls_short_by_the_rounding_of_positions_ends_on_the_road(short_m, joined):
    graph = graph_of(EAST_WEST, [(10, short_m), (10, 50)])
    assert (pieces(graph) == 1) == joined


def test_a_vertex_that_two_roads_share_joins_them():
    graph = graph_of([(0, 0), (50, 10), (100, 0)], [(50, 10), (50, 90)])
    assert sorted(graph.degree) == [1, 1, 1, 3]


def test_roads_drawn_over_each_other_meet_at_both_ends_of_what_they_share():
    graph = graph_of([(0, 0), (100, 0)], [(40, 0), (140, 0)])
    assert pieces(graph) == 1
    assert sorted(graph.degree) == [1, 1, 3, 3]


def test_vertices_in_one_place_twice_make_no_edge_without_length():
    graph = graph_of([(0, 0), (0, 0), (10, 0), (10, 0)])
    assert len(graph.ends) == 1
    assert graph.length_m == pytest.approx([10.0], abs=1e-6)


def test_new_nodes_cut_edges_and_keep_their_roads_and_lengths():
    graph = graph_of([(0, 0), (100, 0)], [(0, 50), (100, 50)])
    parts, parent = graph.with_nodes(np.array([1, 0, 1]), np.array([0.75, 0.5, 0.25]))
    assert parent.tolist() == [0, 0, 1, 1, 1]
    np.testing.assert_array_equal(parts.road, graph.road[parent])
    np.testing.assert_allclose(parts.length_m, [50, 50, 25, 50, 25], atol=1e-6)
    np.testing.assert_array_equal(parts.xy[: len(graph.xy)], graph.xy)


def test_a_stretch_ends_at_turnings_and_stops_only():
    graph = graph_of([(0, 0), (10, 0), (20, 0), (30, 0)], [(20, 0), (20, 30)])
    free = stretches(graph, np.zeros(len(graph.xy), dtype=bool))
    assert len(set(free)) == 3
    bend = np.isclose(graph.xy[:, 0] - CORNER, 10.0, atol=1e-3)
    assert len(set(stretches(graph, bend))) == 4


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(*[st.integers(0, 12)] * 4), min_size=1, max_size=7))
def test_roads_on_the_ground_hang_together_as_their_drawing_does(segments):
    lines = [[(a * 10, b * 10), (c * 10, d * 10)] for a, b, c, d in segments if (a, b) != (c, d)]
    if not lines:
        return
    graph = graph_of(*lines)
    noded = shapely.union_all([shapely.LineString(line) for line in lines])
    tree = shapely.STRtree(shapely.get_parts(noded))
    near = tree.query(shapely.get_parts(noded), predicate="dwithin", distance=1e-6).T
    assert pieces(graph) == len(set(groups(near, len(shapely.get_parts(noded)))))


def test_no_roads_make_an_empty_graph():
    graph = road_graph(Places((), (), np.empty(0, dtype=object)), CRS)
    assert len(graph.ends) == len(graph.xy) == len(graph.lines()) == 0


def test_points_are_refused_as_roads():
    with pytest.raises(InputError, match="'P' is a Point, but roads must be lines"):
        road_graph(Places(("P",), ("",), np.array([Point(117.6, 26.2)], dtype=object)), CRS)


def test_each_road_needs_its_level():
    with pytest.raises(InputError, match="equal length"):
        graph_of(EAST_WEST, level=[0, 0])
