"""Visits by road that fit into a silence: by hand, and against Dijkstra by SciPy."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from geogrid.kernels.road_ellipse import RoadCells, mark_reachable_by_road
from tests.kernels.test_road_match import near, net_of

CELL = 100.0


def middles(net):
    """Return the middle of each piece."""
    rows = []
    for e, (a, b) in enumerate(net.ends):
        n = net.piece[e + 1] - net.piece[e]
        for k in range(n):
            share = (k + 0.5) / n
            rows.append(
                (
                    net.x[a] + share * (net.x[b] - net.x[a]),
                    net.y[a] + share * (net.y[b] - net.y[a]),
                )
            )
    return np.array(rows)


def cells_of(net, shape):
    xy = middles(net)
    col, row = (np.floor(xy / CELL).astype(np.int64)).T
    inside = (row >= 0) & (col >= 0) & (row < shape[0]) & (col < shape[1])
    has = np.zeros(shape, np.bool_)
    has[row[inside], col[inside]] = True
    return RoadCells(0.0, 0.0, CELL, np.where(inside, row * shape[1] + col, -1), has)


def marked(net, shape, foci, reach, wanted=None):
    """Return which cells are marked for one silence, and how many were searched."""
    out = np.zeros(shape, np.uint8)
    wanted = np.ones(shape, np.uint8) if wanted is None else wanted
    silences = (np.array([foci], dtype=float), np.array([float(reach)]))
    searched = mark_reachable_by_road(
        net, near(net), 30.0, silences, cells_of(net, shape), wanted, out
    )
    return out.astype(bool), searched


# A street along the south; a loop road leaves it at 50 m and comes back at 950 m, 400 m north.
LOOP = net_of(
    [(50, 50), (950, 50), (50, 450), (950, 450)],
    [(0, 1), (0, 2), (2, 3), (3, 1)],
    piece_m=20.0,
)
ENDS = (50.0, 50.0, 950.0, 50.0)


def test_a_place_near_in_a_straight_line_and_far_by_road_is_not_reached():
    # There and on by the loop is 400 + 900 + 400 m; the straight way over its middle 1,204 m.
    found, _ = marked(LOOP, (5, 10), ENDS, 1650)
    assert not found[4, 4:6].any()
    assert found[0].all()  # the street itself is 900 m
    found, _ = marked(LOOP, (5, 10), ENDS, 1710)
    assert found[4].all()


def test_there_and_back_on_a_side_road_counts_twice():
    # From (50, 50) north and back, then along the street: 900 + 2 x depth.
    found, _ = marked(LOOP, (5, 10), ENDS, 900 + 2 * 200 + 1)
    assert found[2, 0]  # pieces with middles at 150 to 200 m of depth
    assert not found[3, 0]  # from 200 m of depth on the pieces begin at 210 m


def test_a_cell_without_a_road_is_judged_by_a_straight_line():
    found, _ = marked(LOOP, (5, 10), ENDS, 1000)
    centre = np.hypot(450 - 50, 150 - 50) + np.hypot(950 - 450, 150 - 50)
    assert centre < 1000
    assert found[1, 4]
    assert not found[3, 4]


def test_a_fix_off_all_roads_makes_the_silence_straight():
    found, searched = marked(LOOP, (5, 10), (50.0, 250.0, 950.0, 50.0), 1650)
    assert searched == 1
    found, searched = marked(LOOP, (5, 10), (500.0, 250.0, 950.0, 50.0), 1400)
    assert searched == 0
    assert found[4, 5]


def test_only_wanted_cells_are_marked_and_without_any_nothing_is_searched():
    wanted = np.zeros((5, 10), np.uint8)
    assert marked(LOOP, (5, 10), ENDS, 1710, wanted)[1] == 0
    wanted[4, 5] = 1
    found, searched = marked(LOOP, (5, 10), ENDS, 1710, wanted)
    assert (searched, int(found.sum())) == (1, 1)


def test_a_silence_too_short_for_its_own_fixes_marks_nothing():
    found, searched = marked(LOOP, (5, 10), ENDS, 899)
    assert not found.any()
    assert searched == 0


def test_cells_are_those_of_dijkstra_over_all_pieces():
    rng = np.random.default_rng(2)
    side, shape = 4, (5, 5)
    xy = np.array([(120 * c + 50, 120 * r + 50) for r in range(side) for c in range(side)])
    xy = xy + rng.uniform(-20, 20, xy.shape)
    node = np.arange(side * side).reshape(side, side)
    ends = np.concatenate(
        [
            np.column_stack([node[:, :-1].ravel(), node[:, 1:].ravel()]),
            np.column_stack([node[:-1].ravel(), node[1:].ravel()]),
        ]
    )[rng.permutation(24)[:20]]
    net = net_of(xy, ends, piece_m=30.0)
    graph = sparse.coo_array((net.length, net.ends.T), shape=(len(xy), len(xy)))
    far = csgraph.dijkstra(graph, directed=False)
    cells, middle = cells_of(net, shape), middles(net)
    centres = (np.stack(np.meshgrid(range(5), range(5)), axis=-1) + 0.5) * CELL
    edge = np.repeat(np.arange(len(net.ends)), np.diff(net.piece))
    used = np.unique(net.ends)
    for _ in range(30):
        a, b = rng.choice(used, 2, replace=False)
        reach = rng.uniform(1.0, 2.2) * np.hypot(*(xy[a] - xy[b]))
        foci = (*xy[a], *xy[b])
        found, _ = marked(net, shape, foci, reach)
        both = np.zeros(middle.shape[0])
        for start in (a, b):
            way = [
                far[start, net.ends[edge, k]] + np.hypot(*(middle - xy[net.ends[edge, k]]).T)
                for k in (0, 1)
            ]
            both += np.minimum(*way)
        straight = np.hypot(*(centres - xy[a]).transpose(2, 0, 1))
        straight += np.hypot(*(centres - xy[b]).transpose(2, 0, 1))
        expected = ~cells.has_road & (straight <= reach)
        inside = cells.of_piece >= 0
        for piece in np.flatnonzero(inside & (both <= reach)):
            row, col = divmod(int(cells.of_piece[piece]), 5)
            expected[row, col] |= straight[row, col] <= reach
        if np.hypot(*(xy[a] - xy[b])) > reach:
            expected[:] = False
        np.testing.assert_array_equal(found, expected)
