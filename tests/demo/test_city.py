from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csgraph

from geogrid.demo import SIZES
from geogrid.demo.city import build_city
from geogrid.demo.ground import Warp, read_ground
from geogrid.demo.highways import build_roads
from geogrid.demo.places import draw_hazards, draw_rooms, draw_venues
from geogrid.demo.roads import drivable_nodes, road_graph
from geogrid.demo.sensors import draw_cameras, draw_checkpoints


@pytest.fixture(scope="module")
def city(districts):
    return build_city(read_ground(districts), seed=0)


def test_the_city_has_the_stated_numbers(city):
    plan, net, ground = SIZES["city"], city.net, city.ground
    cameras = draw_cameras(net, ground, plan.cameras, seed=0)
    checkpoints = draw_checkpoints(net, ground, plan.checkpoints, seed=0)
    rooms = draw_rooms(net, ground, plan.rooms, seed=0)
    hazards = draw_hazards(net, ground, plan.hazards, seed=0)
    venues = draw_venues(
        net, ground, lodgings=plan.lodgings, internet_cafes=plan.internet_cafes, seed=0
    )
    assert (len(cameras.id), len(cameras.xy)) == (16_450, 16_450)
    assert len(checkpoints.xy) == 27
    assert (len(rooms.xy), set(rooms.kind)) == (421, {"1", "2", "3"})
    assert len(hazards.xy) == 28
    assert (venues.kind == "internet_cafe").sum() == 247
    assert len(venues.xy) == 847
    for xy in (cameras.xy, rooms.xy, hazards.xy, venues.xy, checkpoints.xy):
        assert (ground.district_of(xy) >= 0).all()
    assert set(ground.district_of(rooms.xy)) == set(range(12))


def test_cars_can_drive_from_nearly_every_crossing_to_every_other(city):
    inside = city.net.node_district >= 0
    assert drivable_nodes(city.graph)[inside].mean() > 0.97


def test_all_roads_hang_together(city):
    parts, _ = csgraph.connected_components(city.graph.seconds, directed=False)
    assert parts == 1


def test_ends_of_roads_are_nodes_and_lengths_are_those_of_their_lines(city):
    for road, ends, length_m in zip(city.net.roads, city.net.ends, city.net.length_m, strict=True):
        tips = road.xy[[0, -1]]
        np.testing.assert_allclose(tips, city.net.nodes[ends], atol=1e-3)
        assert length_m >= np.hypot(*(tips[1] - tips[0])) - 1e-6


def test_blocks_of_town_streets_have_the_length_of_blocks(city):
    street = city.net.road_class == "street"
    assert 190 < np.median(city.net.length_m[street]) < 245


def test_an_arc_of_the_graph_runs_from_its_tail_to_its_head(city):
    graph = city.graph
    tails, heads = np.divmod(graph.key, graph.n_nodes)
    np.testing.assert_allclose(graph.line[graph.start[:-1]], city.net.nodes[tails], atol=1e-3)
    np.testing.assert_allclose(graph.line[graph.start[1:] - 1], city.net.nodes[heads], atol=1e-3)
    assert (np.diff(graph.key) > 0).all()


def test_one_way_streets_give_one_arc(city):
    oneway = sum(road.oneway for road in city.net.roads)
    assert oneway > 0
    assert len(city.graph.key) == 2 * len(city.net.roads) - oneway


def test_shunned_circles_cost_ten_times_the_time(city):
    x, y = city.net.nodes[0]
    plain, shunned = road_graph(city.net), road_graph(city.net, shunned=[(x, y, 2_000.0)])
    ratio = shunned.seconds.data / plain.seconds.data
    assert set(np.round(ratio, 9)) == {1.0, 10.0}


def test_another_seed_gives_other_roads(tiny_ground):
    one, two = build_roads(tiny_ground, seed=1), build_roads(tiny_ground, seed=2)
    assert one.nodes.shape != two.nodes.shape or not np.allclose(one.nodes, two.nodes)


def test_a_warp_is_small_and_smooth():
    warp = Warp.draw([(900.0, 2_600.0, 40.0)], np.random.default_rng(0))
    xy = np.random.default_rng(1).uniform(0, 50_000, (2_000, 2))
    assert np.sqrt((warp.at(xy) ** 2).mean()) == pytest.approx(40.0, rel=0.1)
    assert np.abs(warp.at(xy + 1.0) - warp.at(xy)).max() < 1.5


@given(total=st.integers(24, 100_000))
def test_a_share_by_population_sums_to_the_total(city, total):
    share = city.ground.share(total, least=2)
    assert sum(share.values()) == total
    assert min(share.values()) >= 2
