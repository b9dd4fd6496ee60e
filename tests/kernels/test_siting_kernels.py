"""Reach, presolve, greedy, swaps and prices, beside plain counts of everything."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from geogrid.kernels.siting_bound import Prices, improve_prices
from geogrid.kernels.siting_greedy import Cover, Rules, State, add_greedily, switch
from geogrid.kernels.siting_presolve import dominating, equal_lists, list_keys, transposed
from geogrid.kernels.siting_reach import bucketed, points_within
from geogrid.kernels.siting_swap import Floors, search

RNG = np.random.default_rng(7)
NO_FLOORS = Floors(*(np.zeros(0, kind) for kind in (np.int32, np.int64, np.int64, np.int64)))


def rows(table):
    item = np.nonzero(table)[1]
    start = np.concatenate([[0], np.cumsum(table.sum(axis=1))]).astype(np.int64)
    return start, item.astype(np.int32)


def cover_of(table, first, second):
    start, item = rows(table)
    return Cover(start, item, *transposed(start, item, table.shape[1]), first, second)


def free_state(cover):
    n, m = cover.start.size - 1, cover.first.size
    worth = [cover.first[cover.item[cover.start[i] : cover.start[i + 1]]].sum() for i in range(n)]
    return State(
        np.zeros(n, bool), np.zeros(m, np.int32), np.array(worth, np.int64), np.zeros(m, np.int64)
    )


def value(table, first, second, sites):
    views = table[list(sites)].sum(axis=0)
    return int(first[views >= 1].sum() + second[views >= 2].sum())


def town(seed, n=8, m=20):
    rng = np.random.default_rng(seed)
    table = rng.random((n, m)) < 0.3
    table[np.arange(n), rng.integers(0, m, n)] = True
    first = rng.integers(1, 40, m)
    return table, first, first // 2


def free_rules(n):
    return Rules(np.ones(n, np.int64), np.zeros(n + 1, np.int64), np.zeros(0, np.int32))


def test_a_point_exactly_at_the_range_is_reached_and_one_millimetre_more_is_not():
    site = np.array([[0, 0]])
    point = np.array([[3000, 4000], [3000, 4001], [0, 5000]])
    whole = np.array([math.pi])
    _, found = points_within(site, np.array([5000]), np.zeros(1), whole, bucketed(point, 1000))
    assert found.tolist() == [0, 2]


@pytest.mark.parametrize("size", [1, 7, 40, 1000])
def test_buckets_of_any_size_find_what_a_look_at_every_pair_finds(size):
    point = RNG.integers(0, 60, (30, 2))
    site = RNG.integers(-20, 80, (12, 2))
    reach = RNG.integers(1, 30, 12)
    start, found = points_within(site, reach, np.zeros(12), np.full(12, 4.0), bucketed(point, size))
    for i in range(12):
        near = ((point - site[i]) ** 2).sum(axis=1) <= reach[i] ** 2
        assert found[start[i] : start[i + 1]].tolist() == np.flatnonzero(near).tolist()


def test_a_sector_sees_its_edges_and_nothing_behind_it():
    point = np.array([[10, 20], [20, 10], [20, 20], [0, 0], [10, 0]])
    site, bearing = np.array([[10, 10]]), np.array([math.pi / 4])
    half = np.array([math.pi / 4])
    _, found = points_within(site, np.array([50]), bearing, half, bucketed(point, 10))
    assert found.tolist() == [0, 1, 2]


def test_equal_lists_are_one_group_and_others_are_not_even_with_equal_keys():
    table = np.array([[1, 1, 0, 1], [0, 0, 1, 1]], bool)
    by, owner = transposed(*rows(table), 4)
    keys = list_keys(by, owner, np.array([5, 5]))
    assert keys.tolist() == [5, 5, 5, 10]
    group, n = equal_lists(by, owner, np.array([0, 1, 2, 3]), np.zeros(4, np.int32))
    assert n == 3
    assert group[0] == group[1] != group[2]
    group, n = equal_lists(by, owner, np.array([0, 1, 2, 3]), np.array([0, 1, 0, 0], np.int32))
    assert n == 4


def test_a_site_inside_another_that_costs_no_more_is_dominated():
    table = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 0], [0, 0, 1]], bool)
    start, item = rows(table)
    by, owner = transposed(start, item, 3)
    kind = np.zeros(4, np.int64)
    same = dominating(start, item, by, owner, np.ones(4, np.int64), kind)
    assert same.tolist() == [-1, 0, 0, -1]
    dear = dominating(start, item, by, owner, np.array([9, 1, 2, 1]), kind)
    assert dear.tolist() == [2, -1, -1, -1]
    apart = dominating(start, item, by, owner, np.ones(4, np.int64), np.array([0, 1, 0, -1]))
    assert apart.tolist() == [-1, -1, 0, -1]


@pytest.mark.parametrize("seed", range(5))
def test_switching_sites_keeps_the_worth_of_every_site_exact(seed):
    table, first, second = town(seed)
    cover = cover_of(table, first, second)
    state = free_state(cover)
    inside = set()
    for site in np.random.default_rng(seed).integers(0, len(table), 25):
        before = value(table, first, second, inside)
        inside ^= {int(site)}
        change = switch(int(site), cover, state)
        assert change == value(table, first, second, inside) - before
        for other in range(len(table)):
            with_it = value(table, first, second, inside | {other})
            without = value(table, first, second, inside - {other})
            assert state.worth[other] == with_it - without
        assert state.views.tolist() == table[sorted(inside)].sum(axis=0).tolist()


@pytest.mark.parametrize("seed", range(5))
def test_greedy_takes_what_adds_most_and_is_not_far_from_the_best(seed):
    table, first, second = town(seed)
    cover = cover_of(table, first, second)
    state = free_state(cover)
    order = add_greedily(cover, free_rules(len(table)), state, 3, 2**62)
    chosen = set()
    for site in order.tolist():
        gains = [value(table, first, second, chosen | {i}) for i in range(len(table))]
        assert gains[site] == max(gains)
        assert site == gains.index(max(gains))
        chosen.add(site)
    best = max(value(table, first, second, c) for c in itertools.combinations(range(8), 3))
    assert value(table, first, second, chosen) >= (1 - 1 / math.e) * best


@pytest.mark.parametrize("seed", range(5))
def test_the_search_tells_its_gain_truly_and_no_single_swap_is_left(seed):
    table, first, second = town(seed)
    cover, rules = cover_of(table, first, second), free_rules(len(table))
    state = free_state(cover)
    start = [0, 1, 2]
    for site in start:
        switch(site, cover, state)
    dice, money = np.array([5]), np.array([0])
    gain, best = search(cover, rules, state, NO_FLOORS, dice, money, 20, 0)
    sites = set(np.flatnonzero(best).tolist())
    assert len(sites) == 3
    now = value(table, first, second, sites)
    assert now == value(table, first, second, start) + gain
    for out, inside in itertools.product(sites, set(range(8)) - sites):
        assert value(table, first, second, sites - {out} | {inside}) <= now


def test_a_search_keeps_floors_and_foes():
    table, first, second = town(3)
    cover = cover_of(table, first, second)
    foe_start, foe = rows(np.eye(8, dtype=bool)[[1, 0, 3, 2, 5, 4, 7, 6]])
    rules = Rules(np.ones(8, np.int64), foe_start, foe)
    district = (np.arange(20) % 2).astype(np.int32)
    state = free_state(cover)
    for site in (0, 2, 4):
        switch(site, cover, state)
    met = np.array([first[(state.views > 0) & (district == d)].sum() for d in (0, 1)])
    floors = Floors(district, first, met.copy(), met)
    _, best = search(cover, rules, state, floors, np.array([9]), np.array([0]), 30, 50)
    seen = table[best].any(axis=0)
    assert all(first[seen & (district == d)].sum() >= floors.need[d] for d in (0, 1))
    assert not any(best[a] and best[b] for a, b in ((0, 1), (2, 3), (4, 5), (6, 7)))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("dear", [False, True])
def test_prices_bound_every_plan_from_above(seed, dear):
    table, first, second = town(seed)
    cover = cover_of(table, first, second)
    cost = np.random.default_rng(seed).integers(1, 4, 8) if dear else np.ones(8, np.int64)
    budget = 5 if dear else 3
    subsets = itertools.chain.from_iterable(itertools.combinations(range(8), k) for k in range(6))
    best = max(value(table, first, second, c) for c in subsets if cost[list(c)].sum() <= budget)
    prices = Prices(0.5 * first, np.zeros(0))
    pole = np.arange(8)
    bound, _, _ = improve_prices(cover, NO_FLOORS, cost, pole, prices, budget, best, 1.0, 60)
    assert best <= bound + 1e-6
    again, _, _ = improve_prices(cover, NO_FLOORS, cost, pole, prices, budget, best, 1.0, 1)
    assert again == pytest.approx(bound)
