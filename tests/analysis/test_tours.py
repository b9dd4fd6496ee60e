"""Tours: hand-worked plans and timetables, and what they are measured against."""

from __future__ import annotations

import numpy as np
import pytest

from geogrid.analysis.tours import (
    TourParams,
    TourProblem,
    best_cells,
    dosage_short,
    equal_time,
    hottest_first,
    planned_tours,
    timetable,
    worth_of,
)
from geogrid.errors import InputError

# On a straight road: a cell at each of these minutes from the unit's place at 0.
PLACES = np.array([20.0, 1.0, 2.0, 3.0])
WORTH = np.array([5.0, 2.0, 2.0, 2.0])


def problem(budget=45.0, units=1):
    travel = np.abs(PLACES[:, None] - PLACES)
    return TourProblem(WORTH, travel, np.tile(PLACES, (units, 1)), np.full(units, budget))


def drawn(seed, stops=40, units=3):
    rng = np.random.default_rng(seed)
    xy, home = rng.uniform(0, 40, (stops, 2)), rng.uniform(0, 40, (units, 2))
    travel = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    depart = np.hypot(*(home[:, None] - xy[None]).transpose(2, 0, 1))
    return TourProblem(rng.lognormal(0, 1, stops), travel, depart, np.full(units, 120.0))


def test_three_near_cells_are_worth_more_than_the_hottest_far_one():
    plan = planned_tours(problem())
    assert worth_of(plan, WORTH) == 7.0  # one near cell and the hottest: 20 + 2 x 10 = 40
    assert worth_of(planned_tours(problem(33.0)), WORTH) == 6.0  # 3 + 3 x 10 = 33
    assert worth_of(hottest_first(problem(33.0), WORTH, 10.0), WORTH) == 5.0


def test_hottest_first_gives_each_cell_to_the_unit_that_is_there_soonest():
    depart = np.array([PLACES, np.abs(PLACES - 20.0)])
    task = TourProblem(WORTH, problem().travel, depart, np.full(2, 33.0))
    assert [tour.tolist() for tour in hottest_first(task, WORTH, 10.0)] == [[1, 2, 3], [0]]


@pytest.mark.parametrize("seed", range(5))
def test_a_plan_is_worth_no_less_than_hottest_first_and_equal_time(seed):
    task = drawn(seed)
    planned = worth_of(planned_tours(task), task.worth)
    assert planned >= worth_of(hottest_first(task, task.worth, 10.0), task.worth)
    rng = np.random.default_rng(seed)
    assert planned >= worth_of(equal_time(task, rng, 10.0), task.worth)


@pytest.mark.parametrize("seed", range(5))
def test_every_plan_keeps_its_time_and_stops_once(seed):
    task, params = drawn(seed), TourParams(rounds=5)
    plans = (
        planned_tours(task, params),
        hottest_first(task, task.worth, 10.0),
        equal_time(task, np.random.default_rng(seed), 10.0),
    )
    for plan in plans:
        made = np.concatenate(plan)
        assert made.size == np.unique(made).size
        for unit, tour in enumerate(plan):
            times = timetable(task, unit, tour, params)
            if tour.size:
                assert times.arrive_min[-1] + times.stay_min[-1] <= 120.0 + 1e-6
                assert (times.stay_min >= 10.0).all()
                assert (times.stay_min <= 16.0).all()


def test_time_left_over_makes_stops_longer_up_to_the_most():
    tour = np.array([1, 2, 3])
    times = timetable(problem(42.0), 0, tour, TourParams())
    assert times.stay_min.tolist() == [13.0] * 3  # 42 - 3 minutes of driving, by three
    assert times.arrive_min.tolist() == [1.0, 15.0, 29.0]
    assert times.drive_min.tolist() == [1.0, 1.0, 1.0]
    assert timetable(problem(90.0), 0, tour, TourParams()).stay_min.tolist() == [16.0] * 3
    with pytest.raises(InputError, match=r"takes 3.0 minutes more"):
        timetable(problem(30.0), 0, tour, TourParams())


def test_a_cell_that_no_way_leads_to_is_not_stopped_at():
    task = problem(500.0)
    cut = TourProblem(
        WORTH, np.where(PLACES == 20.0, np.inf, task.travel), task.depart.copy(), task.budget_min
    )
    cut.depart[0, 0] = np.inf
    assert set(np.concatenate(planned_tours(cut)).tolist()) == {1, 2, 3}


def test_without_units_or_cells_there_is_no_tour():
    nobody = TourProblem(WORTH, problem().travel, np.empty((0, 4)), np.empty(0))
    assert planned_tours(nobody) == ()
    assert hottest_first(nobody, WORTH, 10.0) == ()
    empty = TourProblem(np.empty(0), np.empty((0, 0)), np.empty((1, 0)), np.full(1, 60.0))
    assert [tour.size for tour in planned_tours(empty)] == [0]


def test_a_cell_is_short_of_what_it_did_not_get():
    promised = np.array([4.0, 4.0, np.nan, np.nan, 0.0])
    kept = np.array([1.0, 4.0, np.nan, np.nan, 0.0])
    presence = np.array([900.0, 0.0, 450.0, np.nan, 1800.0])
    short = dosage_short(promised, kept, presence, 900.0)
    assert short.tolist() == [0.75, 0.0, 0.5, 1.0, 0.0]
    assert dosage_short(promised, kept, None, 900.0).tolist() == [0.75, 0.0, 1.0, 1.0, 1.0]


def test_the_cells_of_most_worth_are_taken_by_district():
    worth = np.array([1.0, 3.0, 2.0, 0.0, 3.0])
    found = best_cells(worth, np.array([0, 0, 0, 1, 2]), lambda _: 2)
    assert {key: cells.tolist() for key, cells in found.items()} == {0: [1, 2], 2: [4]}


@pytest.mark.parametrize("wrong", [{"stay_min": 0.0}, {"stay_min": 17.0}, {"rounds": -1}])
def test_params_that_cannot_be_are_refused(wrong):
    with pytest.raises(InputError):
        TourParams(**wrong)


def test_arrays_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="matching shapes"):
        TourProblem(WORTH, np.zeros((3, 3)), np.zeros((1, 4)), np.ones(1))
    with pytest.raises(InputError, match="finite"):
        TourProblem(-WORTH, problem().travel, problem().depart, np.ones(1))
