"""Tours of several units over some of many stops, each at most once: team orienteering.

Iterated local search after Vansteenwegen, Souffriau, Vanden Berghe & Van Oudheusden (2009),
Iterated local search for the team orienteering problem with time windows: stops are put in by
worth squared over the minutes they add; tours are shaken by taking out some stops in a row. In
between tours are shortened by turning stretches round and moving stops, and poor stops give way to
better. Each round sees stops and units through a taste of its own, thrown by dice: without it the
same stops come back into the same places.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geogrid.kernels.siting_swap import throw

_SLACK = 1e-9
_TASTES = 8
_BACK_AFTER = 10  # rounds without a better plan, then back to the best


class TourTask(NamedTuple):
    """What tours are looked for."""

    worth: NDArray[np.float64]  # of each stop, shape (n,), >= 0
    travel: NDArray[np.float64]  # minutes from stop to stop, shape (n, n)
    depart: NDArray[np.float64]  # minutes from each unit to each stop, shape (u, n)
    budget: NDArray[np.float64]  # minutes of each unit
    stay: float  # minutes at a stop


class Tours(NamedTuple):
    """Tours as they stand; changed in place."""

    stops: NDArray[np.int64]  # shape (u, most), the first ``size`` of each row
    size: NDArray[np.int64]
    owner: NDArray[np.int64]  # unit of each stop, -1 for none


@njit(cache=True, nogil=True)
def leg(task: TourTask, unit: int, before: int, stop: int) -> float:
    """Return minutes from the stop before, or from the unit's place, to a stop.

    Parameters
    ----------
    task
        What is looked for.
    unit
        The unit.
    before
        The stop before; -1 for the unit's place.
    stop
        The stop; -1 for the end of the tour, which is nowhere.

    Returns
    -------
    float
        Minutes.
    """
    if stop < 0:
        return 0.0
    if before < 0:
        return float(task.depart[unit, stop])
    return float(task.travel[before, stop])


@njit(cache=True, nogil=True)
def minutes_of(task: TourTask, tours: Tours, unit: int) -> float:
    """Return how long a tour takes: driving and stays.

    Parameters
    ----------
    task
        What is looked for.
    tours
        The tours.
    unit
        Whose.

    Returns
    -------
    float
        Minutes.
    """
    total, before = 0.0, -1
    for at in range(tours.size[unit]):
        stop = tours.stops[unit, at]
        total += leg(task, unit, before, stop) + task.stay
        before = stop
    return total


@njit(cache=True, nogil=True)
def total_worth(task: TourTask, tours: Tours) -> float:
    """Return the worth of all stops that some unit makes.

    Parameters
    ----------
    task
        What is looked for.
    tours
        The tours.

    Returns
    -------
    float
        Their sum.
    """
    total = 0.0
    for stop in range(task.worth.size):
        if tours.owner[stop] >= 0:
            total += task.worth[stop]
    return total


@njit(cache=True, nogil=True)
def _stop_at(tours: Tours, unit: int, at: int) -> int:
    if at < 0 or at >= tours.size[unit]:
        return -1
    return int(tours.stops[unit, at])


@njit(cache=True, nogil=True)
def _added(task: TourTask, tours: Tours, unit: int, at: int, stop: int) -> float:
    """Return the minutes that a stop put in before position ``at`` adds."""
    before, after = _stop_at(tours, unit, at - 1), _stop_at(tours, unit, at)
    gone = leg(task, unit, before, stop) + leg(task, unit, stop, after)
    return gone - leg(task, unit, before, after) + task.stay


@njit(cache=True, nogil=True)
def _saved(task: TourTask, tours: Tours, unit: int, at: int) -> float:
    """Return the minutes that taking out the stop at a position saves."""
    before, stop = _stop_at(tours, unit, at - 1), _stop_at(tours, unit, at)
    after = _stop_at(tours, unit, at + 1)
    gone = leg(task, unit, before, stop) + leg(task, unit, stop, after)
    return gone - leg(task, unit, before, after) + task.stay


@njit(cache=True, nogil=True)
def _put(tours: Tours, unit: int, at: int, stop: int) -> None:
    for place in range(tours.size[unit], at, -1):
        tours.stops[unit, place] = tours.stops[unit, place - 1]
    tours.stops[unit, at] = stop
    tours.size[unit] += 1
    tours.owner[stop] = unit


@njit(cache=True, nogil=True)
def _take(tours: Tours, unit: int, at: int) -> int:
    stop = int(tours.stops[unit, at])
    tours.size[unit] -= 1
    for place in range(at, tours.size[unit]):
        tours.stops[unit, place] = tours.stops[unit, place + 1]
    tours.owner[stop] = -1
    return stop


@njit(cache=True, nogil=True)
def fill(task: TourTask, tours: Tours, taste: NDArray[np.float64]) -> bool:
    """Put in stops while there is time, those of most worth for their minutes first.

    Parameters
    ----------
    task
        What is looked for.
    tours
        Changed in place.
    taste
        What worth squared is taken times, by stop and then by unit, shape (n + u,), > 0.

    Returns
    -------
    bool
        Whether any stop came in.
    """
    changed, spent = False, np.empty(task.budget.size)
    for unit in range(task.budget.size):
        spent[unit] = minutes_of(task, tours, unit)
    while True:
        best, best_unit, best_at, best_stop, best_added = 0.0, -1, -1, -1, 0.0
        for stop in range(task.worth.size):
            if tours.owner[stop] >= 0 or task.worth[stop] <= 0.0:
                continue
            for unit in range(task.budget.size):
                if tours.size[unit] == tours.stops.shape[1]:
                    continue
                for at in range(tours.size[unit] + 1):
                    added = _added(task, tours, unit, at, stop)
                    if spent[unit] + added > task.budget[unit] + _SLACK:
                        continue
                    keen = taste[stop] * taste[task.worth.size + unit]
                    ratio = keen * task.worth[stop] ** 2 / max(added, _SLACK)
                    if ratio > best:
                        best, best_unit, best_at = ratio, unit, at
                        best_stop, best_added = stop, added
        if best_unit < 0:
            return changed
        _put(tours, best_unit, best_at, best_stop)
        spent[best_unit] += best_added
        changed = True


@njit(cache=True, nogil=True)
def _turn(stretch: NDArray[np.int64]) -> None:
    stretch[:] = stretch[::-1].copy()


@njit(cache=True, nogil=True)
def turn_round(task: TourTask, tours: Tours) -> bool:
    """Turn stretches of tours round where that saves time (2-opt on one-way roads, too).

    Parameters
    ----------
    task
        What is looked for.
    tours
        Changed in place.

    Returns
    -------
    bool
        Whether any tour is shorter.
    """
    changed = False
    for unit in range(task.budget.size):
        now = minutes_of(task, tours, unit)
        first = 0
        while first < tours.size[unit] - 1:
            for last in range(first + 1, tours.size[unit]):
                _turn(tours.stops[unit, first : last + 1])
                then = minutes_of(task, tours, unit)
                if then < now - _SLACK:
                    now, changed = then, True
                else:
                    _turn(tours.stops[unit, first : last + 1])
            first += 1
    return changed


@njit(cache=True, nogil=True)
def move_over(task: TourTask, tours: Tours) -> bool:
    """Move stops to other places and tours where that saves time.

    Parameters
    ----------
    task
        What is looked for.
    tours
        Changed in place.

    Returns
    -------
    bool
        Whether any stop moved.
    """
    changed, left = False, task.budget + _SLACK
    for unit in range(task.budget.size):
        left[unit] -= minutes_of(task, tours, unit)
    for stop in range(task.worth.size):
        unit = tours.owner[stop]
        if unit < 0:
            continue
        at = 0
        while tours.stops[unit, at] != stop:
            at += 1
        saved = _saved(task, tours, unit, at)
        _take(tours, unit, at)
        best, best_unit, best_at = saved - _SLACK, unit, at
        for other in range(task.budget.size):
            if tours.size[other] == tours.stops.shape[1]:
                continue
            room = left[other] + (saved if other == unit else 0.0)
            for place in range(tours.size[other] + 1):
                added = _added(task, tours, other, place, stop)
                if added <= room and added < best:
                    best, best_unit, best_at = added, other, place
        _put(tours, best_unit, best_at, stop)
        left[unit] += saved
        left[best_unit] -= min(best, saved)
        changed = changed or best < saved - _SLACK
    return changed


@njit(cache=True, nogil=True)
def give_way(task: TourTask, tours: Tours) -> bool:
    """Let the stop that gains most take the place of a poorer one, if there is time.

    Parameters
    ----------
    task
        What is looked for.
    tours
        Changed in place.

    Returns
    -------
    bool
        Whether one did.
    """
    best, best_unit, best_at, best_to, best_stop = _SLACK, -1, -1, -1, -1
    for unit in range(task.budget.size):
        for at in range(tours.size[unit]):
            stop = _take(tours, unit, at)
            left = task.budget[unit] - minutes_of(task, tours, unit) + _SLACK
            for other in range(task.worth.size):
                gain = task.worth[other] - task.worth[stop]
                if tours.owner[other] >= 0 or gain <= best or other == stop:
                    continue
                for place in range(tours.size[unit] + 1):
                    if _added(task, tours, unit, place, other) <= left:
                        best, best_unit, best_at = gain, unit, at
                        best_to, best_stop = place, other
                        break
            _put(tours, unit, at, stop)
    if best_unit < 0:
        return False
    _take(tours, best_unit, best_at)
    _put(tours, best_unit, best_to, best_stop)
    return True


@njit(cache=True, nogil=True)
def improve(task: TourTask, tours: Tours, taste: NDArray[np.float64]) -> None:
    """Improve tours until no move does.

    Parameters
    ----------
    task
        What is looked for.
    tours
        Changed in place.
    taste
        See `fill`.
    """
    fill(task, tours, taste)
    while True:
        shorter = turn_round(task, tours)
        shorter = move_over(task, tours) or shorter
        better = fill(task, tours, taste)
        better = give_way(task, tours) or better
        if not (shorter or better):
            return


@njit(cache=True, nogil=True)
def _shake(tours: Tours, dice: NDArray[np.int64]) -> None:
    """Take some stops in a row out of about two tours, from a place thrown by the dice."""
    for unit in range(tours.size.size):
        size = tours.size[unit]
        if size == 0 or throw(dice, tours.size.size) > 1:
            continue
        count, first = 1 + throw(dice, size), throw(dice, size)
        for _ in range(count):
            _take(tours, unit, min(first, tours.size[unit] - 1))


@njit(cache=True, nogil=True)
def search(task: TourTask, tours: Tours, rounds: int, dice: NDArray[np.int64]) -> float:
    """Leave the best tours found in a number of rounds, and return their worth.

    Parameters
    ----------
    task
        What is looked for.
    tours
        Where the search begins, and what it leaves.
    rounds
        Rounds of shaking and improving.
    dice
        One word of random state, over 0.

    Returns
    -------
    float
        Worth of all stops made.
    """
    taste = np.ones(task.worth.size + task.budget.size)
    improve(task, tours, taste)
    best = total_worth(task, tours)
    stops, size, owner = tours.stops.copy(), tours.size.copy(), tours.owner.copy()
    idle = 0
    for _ in range(rounds):
        _shake(tours, dice)
        for at in range(taste.size):
            taste[at] = 1.0 / (1 + throw(dice, _TASTES))
        improve(task, tours, taste)
        worth = total_worth(task, tours)
        idle += 1
        if worth > best + _SLACK:
            best, idle = worth, 0
            stops[:], size[:], owner[:] = tours.stops, tours.size, tours.owner
        elif idle % _BACK_AFTER == 0:
            tours.stops[:], tours.size[:], tours.owner[:] = stops, size, owner
    tours.stops[:], tours.size[:], tours.owner[:] = stops, size, owner
    return best
