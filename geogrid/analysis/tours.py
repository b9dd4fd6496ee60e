"""Tours of patrol units: which cells each unit stops at in the next hours, and in what order.

What a stop is worth is what is expected in its cell times what the cell is short of. Each cell is
stopped at once. Stops are planned with their least length, and what time is left over makes them
longer: within 10 to 16 minutes the length of a stop does not change what it is worth (Koper 1995).
There is no bound on what a better plan might be worth; on small cases the search finds the best.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.dosage import BAND_MIN
from geogrid.errors import InputError
from geogrid.kernels.tour_search import Tours, TourTask, search

_FAR_MIN: Final = 1e6  # minutes of a way that does not exist
_WORK: Final = 2_000  # cells times rounds of a search
_ROUNDS: Final = (4, 60)


@dataclass(frozen=True, slots=True)
class TourParams:
    """How tours are planned.

    Parameters
    ----------
    stay_min, most_stay_min
        Least and most minutes of a stop; 10 to 16 by default.
    per_unit
        Candidate cells for each unit: the most worth in its district.
    rounds
        Rounds of the search: 0 gives the first plan, built stop by stop; ``None`` takes from 4
        to 60, fewer where there are more cells.
    seed
        Of the search, >= 0.

    Raises
    ------
    InputError
        A number is out of its range.
    """

    stay_min: float = BAND_MIN[0]
    most_stay_min: float = BAND_MIN[1]
    per_unit: int = 30
    rounds: int | None = None
    seed: int = 1

    def __post_init__(self) -> None:
        if not 0.0 < self.stay_min <= self.most_stay_min < np.inf:
            raise InputError(
                "a stop must last over 0 minutes, and its most not be under its least, got "
                "{least:g} to {most:g}",
                least=self.stay_min,
                most=self.most_stay_min,
            )
        if self.per_unit < 1 or (self.rounds or 0) < 0 or self.seed < 0:
            raise InputError(
                "candidates per unit must be 1 or more, rounds and seed 0 or more, got {per_unit}, "
                "{rounds}, {seed}",
                per_unit=self.per_unit,
                rounds=self.rounds,
                seed=self.seed,
            )


@dataclass(frozen=True, slots=True, eq=False)
class TourProblem:
    """Units, cells that they may stop at, and the minutes between.

    Parameters
    ----------
    worth
        Of each cell, shape (n,), >= 0.
    travel
        Minutes from cell to cell, shape (n, n); infinite where no way leads.
    depart
        Minutes from each unit to each cell, shape (u, n).
    budget_min
        Minutes that each unit has, shape (u,); it need not come back.
    """

    worth: NDArray[np.float64]
    travel: NDArray[np.float64]
    depart: NDArray[np.float64]
    budget_min: NDArray[np.float64]

    def __post_init__(self) -> None:
        units, cells = self.budget_min.size, self.worth.size
        if self.travel.shape != (cells, cells) or self.depart.shape != (units, cells):
            raise InputError("tours need arrays of matching shapes")
        if not (np.isfinite(self.worth).all() and (self.worth >= 0.0).all()):
            raise InputError("what stops are worth must be finite and not below 0")

    def task(self, stay_min: float) -> TourTask:
        """Return the problem as the search takes it.

        Parameters
        ----------
        stay_min
            Minutes of a stop.

        Returns
        -------
        TourTask
            Ways that do not exist are longer than any budget.
        """
        return TourTask(
            np.ascontiguousarray(self.worth),
            np.where(np.isfinite(self.travel), self.travel, _FAR_MIN),
            np.where(np.isfinite(self.depart), self.depart, _FAR_MIN),
            self.budget_min.astype(np.float64),
            float(stay_min),
        )


Plan = tuple[NDArray[np.int64], ...]  # the stops of each unit, in order


def planned_tours(problem: TourProblem, params: TourParams | None = None) -> Plan:
    """Return tours of as much worth as the search finds.

    Parameters
    ----------
    problem
        Units and cells.
    params
        How they are planned; the defaults if ``None``.

    Returns
    -------
    tuple of ndarray of int
        Positions of cells in the order of each unit's tour. The same problem and seed give the
        same tours.
    """
    params = params or TourParams()
    units, cells = problem.depart.shape
    if not units or not cells:
        return tuple(np.empty(0, np.int64) for _ in range(units))
    most = min(cells, int(problem.budget_min.max() / params.stay_min) + 1)
    tours = Tours(
        np.zeros((units, most), np.int64),
        np.zeros(units, np.int64),
        np.full(cells, -1, dtype=np.int64),
    )
    rounds = params.rounds
    if rounds is None:
        rounds = int(np.clip(_WORK // cells, *_ROUNDS))
    search(problem.task(params.stay_min), tours, rounds, np.array([params.seed + 1]))
    return tuple(
        row[:size].copy() for row, size in zip(tours.stops, tours.size.tolist(), strict=True)
    )


def hottest_first(problem: TourProblem, heat: NDArray[np.float64], stay_min: float) -> Plan:
    """Return tours that take the hottest cell next, each by the unit that is there soonest.

    Parameters
    ----------
    problem
        Units and cells.
    heat
        Of each cell, shape (n,); cells without any are left out.
    stay_min
        Minutes of a stop.

    Returns
    -------
    tuple of ndarray of int
        As `planned_tours`. This is how a list of hot cells is dealt out by hand.
    """
    order = np.argsort(-heat, kind="stable")
    return _dealt(problem, order[heat[order] > 0.0], stay_min)


def equal_time(problem: TourProblem, rng: np.random.Generator, stay_min: float) -> Plan:
    """Return tours that take cells in any order, so that all have equal chances of a visit.

    Parameters
    ----------
    problem
        Units and cells.
    rng
        Says the order.
    stay_min
        Minutes of a stop.

    Returns
    -------
    tuple of ndarray of int
        As `planned_tours`.
    """
    return _dealt(problem, rng.permutation(problem.worth.size), stay_min)


def _dealt(problem: TourProblem, order: NDArray[np.int64], stay_min: float) -> Plan:
    """Return tours of cells dealt in an order, each to the unit that is there soonest."""
    units = problem.budget_min.size
    tours: list[list[int]] = [[] for _ in range(units)]
    spent, ways = np.zeros(units), problem.depart.copy()
    for cell in order.tolist():
        if not units:
            break
        there = spent + ways[:, cell]
        there[there + stay_min > problem.budget_min] = np.inf
        unit = int(np.argmin(there))
        if np.isfinite(there[unit]):
            tours[unit].append(cell)
            spent[unit] = there[unit] + stay_min
            ways[unit] = problem.travel[cell]
    return tuple(np.array(tour, dtype=np.int64) for tour in tours)


@dataclass(frozen=True, slots=True, eq=False)
class Timetable:
    """When a unit is where on its tour.

    Parameters
    ----------
    drive_min
        Minutes of the way to each stop, shape (k,).
    arrive_min
        Minutes after the beginning at which it is there.
    stay_min
        Minutes that it stays.
    """

    drive_min: NDArray[np.float64]
    arrive_min: NDArray[np.float64]
    stay_min: NDArray[np.float64]


def timetable(
    problem: TourProblem, unit: int, tour: NDArray[np.int64], params: TourParams
) -> Timetable:
    """Return a tour's times; what is left of the budget makes its stops longer, all alike.

    Parameters
    ----------
    problem
        Units and cells.
    unit
        Whose tour.
    tour
        Its cells in order, shape (k,).
    params
        Least and most minutes of a stop.

    Returns
    -------
    Timetable
        Whole within the unit's budget.

    Raises
    ------
    InputError
        The tour takes longer than the budget.
    """
    if not tour.size:
        return Timetable(*(np.empty(0) for _ in range(3)))
    drive = np.append(problem.depart[unit, tour[0]], problem.travel[tour[:-1], tour[1:]])
    left = float(problem.budget_min[unit] - drive.sum() - params.stay_min * tour.size)
    if left < -1e-6:
        raise InputError("a tour takes {over:.1f} minutes more than there are", over=-left)
    stay = min(params.stay_min + max(left, 0.0) / tour.size, params.most_stay_min)
    arrive = np.cumsum(drive) + stay * np.arange(tour.size)
    return Timetable(drive, arrive, np.full(tour.size, stay))


def worth_of(plan: Plan, worth: NDArray[np.float64]) -> float:
    """Return what all stops of a plan are worth.

    Parameters
    ----------
    plan
        Tours; each cell at most once.
    worth
        Of each cell, shape (n,).

    Returns
    -------
    float
        Doing nothing is worth 0.
    """
    return float(sum(worth[tour].sum() for tour in plan))


def dosage_short(
    promised: NDArray[np.float64],
    kept: NDArray[np.float64],
    presence_s: NDArray[np.float64] | None,
    due_s: float,
) -> NDArray[np.float64]:
    """Return what share of its due each cell is short of.

    Parameters
    ----------
    promised, kept
        Visits of the days before, shape (n_cells,); NaN where nothing is promised.
    presence_s
        Seconds with at least one unit in those days; ``None`` where tracks are not known, and
        then nothing was delivered for all that is known.
    due_s
        Seconds that a cell without a promise is due in those days, > 0.

    Returns
    -------
    ndarray of float, shape (n_cells,)
        0 for a cell that got all of it, 1 for one that got nothing.
    """
    seen = np.zeros(promised.size) if presence_s is None else np.nan_to_num(presence_s)
    got = seen / due_s
    due = np.isfinite(promised) & (promised > 0.0)
    got[due] = kept[due] / promised[due]
    return np.asarray(1.0 - np.clip(got, 0.0, 1.0))


def best_cells(
    worth: NDArray[np.float64], district: NDArray[np.int64], wanted: Callable[[int], int]
) -> dict[int, NDArray[np.int64]]:
    """Return the cells of most worth, district by district.

    Parameters
    ----------
    worth
        Of each cell, shape (n_cells,).
    district
        Of each cell.
    wanted
        How many cells are wanted of a district.

    Returns
    -------
    dict of int to ndarray of int
        Positions, most worth first, of equal ones the lower position; only cells that are worth
        anything, and only districts that have some.
    """
    some = np.flatnonzero(worth > 0.0)
    order = some[np.argsort(-worth[some], kind="stable")]
    found = {}
    for number in np.unique(district[order]).tolist():
        cells = order[district[order] == number][: wanted(number)]
        if cells.size:
            found[number] = cells
    return found
