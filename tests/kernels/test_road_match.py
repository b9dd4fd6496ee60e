"""Ways along roads between fixes, against hand-worked cases and Dijkstra by SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse import csgraph

from geogrid.kernels.near_roads import NearRoads, RoadNet, choose, near_roads, no_choice
from geogrid.kernels.road_match import Matching, driven_hours

RULES = Matching(within=30.0, detour=1.5, max_gap_ms=300_000, slowest=1e-3, fastest=0.05)
EDGES = np.array([0, 3_600_000, 7_200_000], dtype=np.int64)
CLOCK = np.array([22, 23], dtype=np.int8)


def net_of(xy, ends, piece_m=50.0):
    xy, ends = np.array(xy, dtype=float), np.array(ends, dtype=np.int64)
    step = xy[ends[:, 1]] - xy[ends[:, 0]]
    length = np.hypot(step[:, 0], step[:, 1])
    node = ends.ravel()
    order = np.argsort(node, kind="stable")
    return RoadNet(
        xy[:, 0].copy(),
        xy[:, 1].copy(),
        ends,
        length,
        np.searchsorted(node[order], np.arange(len(xy) + 1)),
        np.repeat(np.arange(len(ends)), 2)[order],
        np.append(0, np.cumsum(np.ceil(length / piece_m).astype(np.int64))),
    )


def near(net) -> NearRoads:
    west, south = float(net.x.min()) - 30, float(net.y.min()) - 30
    shape = (int(np.ptp(net.y) / 100) + 2, int(np.ptp(net.x) / 100) + 2)
    return near_roads(net, west, south, 100.0, shape, 30.0)


def driven(net, *fixes, rules=RULES):
    """Return the hours of each piece; fixes are (seconds, x, y) of one unit."""
    t, x, y = np.array(fixes, dtype=float).T
    unit = np.zeros(t.size, np.int32)
    columns = (unit, (t * 1000).astype(np.int64), x.copy(), y.copy())
    return driven_hours(net, near(net), columns, rules, EDGES, CLOCK)


STREET = net_of([(0, 0), (200, 0)], [(0, 1)])
# A bend: 200 m east, then 200 m north; a lane goes on east from the corner.
BEND = net_of([(0, 0), (200, 0), (200, 200), (400, 0)], [(0, 1), (1, 2), (1, 3)])


def test_pieces_whose_middle_is_driven_over_count():
    # Pieces of 50 m have their middles at 25, 75, 125 and 175 m.
    assert driven(STREET, (0, 20, 5), (10, 130, -5)).astype(bool).tolist() == [1, 1, 1, 0]


def test_the_way_goes_along_the_road_and_not_over_the_chord():
    found = driven(BEND, (0, 100, 0), (20, 200, 100))
    assert found.astype(bool).tolist() == [0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]


def test_a_side_street_is_not_driven_by_a_fix_that_is_25_m_off():
    found = driven(BEND, (0, 100, 0), (10, 205, 24), (20, 320, 0))
    assert not found[4:8].any()
    assert found[8:10].all()


def test_a_fix_farther_than_30_m_from_any_road_joins_nothing():
    assert not driven(STREET, (0, 20, 31), (10, 150, 31)).any()
    assert driven(STREET, (0, 20, 30), (10, 150, 30)).any()


def test_a_way_over_one_and_a_half_times_the_line_and_60_m_is_none():
    # Straight 120 m; along the road 2 x depth + 120: the limit is 240 m.
    def loop(depth):
        xy = [(0, 0), (0, depth), (120, depth), (120, 0)]
        return driven(net_of(xy, [(0, 1), (1, 2), (2, 3)]), (0, 0, 0), (20, 120, 0))

    assert loop(59.0).all()
    assert not loop(61.0).any()


@pytest.mark.parametrize(
    ("rules", "seconds"),
    [
        (RULES, 301),  # silent
        (RULES, 2),  # 130 m in 2 s is faster than 50 m/s
        (RULES, 131),  # slower than a metre a second: at rest
    ],
)
def test_time_that_is_silent_rejected_or_at_rest_drives_nothing(rules, seconds):
    assert not driven(STREET, (0, 20, 0), (seconds, 150, 0), rules=rules).any()


def test_a_way_counts_in_the_hour_of_the_local_clock_in_which_it_begins():
    found = driven(STREET, (3590, 0, 0), (3605, 100, 0), (3620, 200, 0))
    assert found.tolist() == [1 << 22, 1 << 22, 1 << 23, 1 << 23]


def test_ways_that_begin_outside_the_day_are_another_days():
    assert not driven(STREET, (-10, 0, 0), (5, 200, 0)).any()
    assert not driven(STREET, (7200, 0, 0), (7215, 200, 0)).any()


def test_two_units_are_not_joined():
    fixes = (
        np.array([0, 1], np.int32),
        np.array([0, 10_000]),
        np.array([0.0, 200.0]),
        np.zeros(2),
    )
    assert not driven_hours(STREET, near(STREET), fixes, RULES, EDGES, CLOCK).any()


def test_the_four_nearest_roads_are_chosen_nearest_first():
    xy = [(x, y) for y in (0, 5, 12, 20, 28, 90) for x in (0, 100)]
    net = net_of(xy, [(k, k + 1) for k in range(0, 12, 2)])
    choice = no_choice()
    assert choose(net, near(net), 50.0, 10.0, 30.0, choice) == 4
    assert choice.edge.tolist() == [2, 1, 0, 3]
    assert choice.off.tolist() == [2.0, 5.0, 10.0, 10.0]
    assert (choice.along == 50.0).all()


def test_driven_length_is_the_shortest_way_of_dijkstra():
    rng = np.random.default_rng(5)
    side = 5
    xy = [(100 * c, 100 * r) for r in range(side) for c in range(side)]
    xy = np.array(xy) + rng.uniform(-25, 25, (side * side, 2))
    node = np.arange(side * side).reshape(side, side)
    ends = np.concatenate(
        [
            np.column_stack([node[:, :-1].ravel(), node[:, 1:].ravel()]),
            np.column_stack([node[:-1].ravel(), node[1:].ravel()]),
        ]
    )
    net = net_of(xy, ends, piece_m=1e9)  # an edge is a piece
    matrix = sparse.coo_array((net.length, ends.T), shape=(len(xy), len(xy)))
    far = csgraph.dijkstra(matrix, directed=False)
    rules = RULES._replace(detour=10.0, max_gap_ms=10**9, slowest=0.0, fastest=1e9)
    for _ in range(40):
        a, b = rng.choice(len(xy), 2, replace=False)
        found = driven(net, (0, *xy[a]), (60, *xy[b]), rules=rules)
        assert net.length[found > 0].sum() == pytest.approx(far[a, b], rel=1e-9)
