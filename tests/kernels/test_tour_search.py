"""Tours: the brute-force optimum on small cases, and laws of every tour."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from geogrid.kernels.tour_search import Tours, TourTask, minutes_of, search, total_worth


def empty(task):
    units, stops = task.depart.shape
    return Tours(np.zeros((units, stops), np.int64), np.zeros(units, np.int64), np.full(stops, -1))


def drawn(seed, *, stops=6, units=2, one_way=False):
    rng = np.random.default_rng(seed)
    xy, home = rng.uniform(0, 30, (stops, 2)), rng.uniform(0, 30, (units, 2))
    travel = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    if one_way:
        travel = travel * rng.uniform(1.0, 2.0, travel.shape)
    depart = np.hypot(*(home[:, None] - xy[None]).transpose(2, 0, 1))
    worth = rng.integers(1, 20, stops).astype(float)
    return TourTask(worth, travel, depart, rng.uniform(20, 70, units), 10.0)


def length(task, unit, order):
    legs = [task.depart[unit, order[0]]] if order else []
    legs += [task.travel[a, b] for a, b in itertools.pairwise(order)]
    return sum(legs) + task.stay * len(order)


def optimum(task):
    """Return the most worth of any tours: all subsets, dealt to the units in every way."""
    units, stops = task.depart.shape
    fits = []
    for unit in range(units):
        possible = {frozenset()}
        for count in range(1, stops + 1):
            for order in itertools.permutations(range(stops), count):
                if length(task, unit, order) <= task.budget[unit]:
                    possible.add(frozenset(order))
        fits.append(possible)
    best = 0.0
    for choice in itertools.product(*fits):
        union = frozenset().union(*choice)
        if len(union) == sum(map(len, choice)):
            best = max(best, float(task.worth[list(union)].sum()))
    return best


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("one_way", [False, True])
def test_small_cases_reach_the_brute_force_optimum(seed, one_way):
    task = drawn(seed, stops=6, units=1 + seed % 2, one_way=one_way)
    tours = empty(task)
    assert search(task, tours, 40, np.array([seed + 1])) == pytest.approx(optimum(task))


@pytest.mark.parametrize("seed", range(3))
def test_tours_keep_their_budget_and_make_every_stop_once(seed):
    task = drawn(seed, stops=14, units=3)
    tours = empty(task)
    worth = search(task, tours, 10, np.array([7]))
    made = [int(s) for u in range(3) for s in tours.stops[u, : tours.size[u]]]
    assert len(made) == len(set(made))
    assert worth == pytest.approx(task.worth[made].sum()) == total_worth(task, tours)
    for unit in range(3):
        order = tours.stops[unit, : tours.size[unit]].tolist()
        assert minutes_of(task, tours, unit) == pytest.approx(length(task, unit, order))
        assert length(task, unit, order) <= task.budget[unit] + 1e-6
        assert (tours.owner[order] == unit).all()
    assert set(np.flatnonzero(tours.owner >= 0)) == set(made)


def test_more_time_is_never_worse_on_small_cases():
    for seed in range(6):
        task = drawn(seed)
        more = task._replace(budget=task.budget + 15.0)
        one = search(task, empty(task), 60, np.array([1]))
        assert search(more, empty(more), 60, np.array([1])) >= one


def test_nothing_fits_into_no_time_and_worthless_stops_are_not_made():
    task = drawn(1)._replace(budget=np.full(2, 9.0))
    assert search(task, empty(task), 5, np.array([1])) == 0.0
    task = drawn(1)._replace(worth=np.zeros(6))
    tours = empty(task)
    assert search(task, tours, 5, np.array([1])) == 0.0
    assert tours.size.sum() == 0


def test_the_same_dice_give_the_same_tours():
    task = drawn(3, stops=12)
    one, other = empty(task), empty(task)
    search(task, one, 8, np.array([5]))
    search(task, other, 8, np.array([5]))
    np.testing.assert_array_equal(one.owner, other.owner)
