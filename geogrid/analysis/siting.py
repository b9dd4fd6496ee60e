"""Where the next cameras go, with a proof of how good the plan is.

Greedy, swaps, prices that bound every plan, sites decided by those prices, and an exact finish of
what is left: each stage stands on the last, and each may be the last. What comes back is always the
best plan so far and what no plan exceeds.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.siting_bound import Certificate, Dual, certificate_of, proved_bound
from geogrid.analysis.siting_core import Core, core_of
from geogrid.analysis.siting_exact import finish
from geogrid.analysis.siting_plan import SitingPlan, Status, gap_between
from geogrid.analysis.siting_problem import SitingProblem
from geogrid.analysis.siting_search import (
    Search,
    greedy_order,
    is_allowed,
    keeps_rules,
    replace_plan,
)
from geogrid.errors import InputError

logger = logging.getLogger(__name__)
_SMALL_SITES: Final = 2_000  # cores up to this are handed to the exact solver
_SMALL_ENTRIES: Final = 60_000
_TINY_ENTRIES: Final = 3_000  # so small that rounds of search are not worth waiting for
_KICKS: Final = 3_000  # a round of search and of prices: about equal times at city scale
_STEPS: Final = 250
_KERNEL_ROUND: Final = 3  # after so many rounds prices are good enough to choose a kernel by
_KERNEL_SITES: Final = 4  # times as many sites as a plan has
_KERNEL_SHARE: Final = 0.3  # of the time left
_FITS: Final = 0.8  # of the time left is what a last round may take
_LEAST_PART: Final = 0.1  # of a round: less is not worth its start
_LEAST_S: Final = 0.05  # what the solver is given when the time is up


@dataclass(frozen=True, slots=True)
class SitingParams:
    """How long and how well to search.

    Parameters
    ----------
    gap
        Stop once a plan is proved this near to the best, a share in [0, 1).
    time_limit_s
        Stop after this many seconds with the best plan so far, > 0.
    seed
        The same seed gives the same plan, unless the time runs out; >= 0.
    rounds
        Stop after so many rounds of search, whatever the clock says; ``None`` for no such end.

    Raises
    ------
    InputError
        A value is out of its range.
    """

    gap: float = 0.01
    time_limit_s: float = 60.0
    seed: int = 0
    rounds: int | None = None

    def __post_init__(self) -> None:
        if not 0.0 <= self.gap < 1.0:
            raise InputError("the gap must be a share in [0, 1), got {got}", got=self.gap)
        if not 0.0 < self.time_limit_s < float("inf"):
            raise InputError("the time limit must be over 0 s, got {got}", got=self.time_limit_s)
        if self.seed < 0 or (self.rounds is not None and self.rounds < 1):
            raise InputError("the seed must be at least 0 and the number of rounds at least 1")


@dataclass(slots=True, eq=False)
class Run:
    """A search under way: its core, its best plan, its best bound.

    Parameters
    ----------
    problem
        What was asked.
    core
        What is left of it.
    params
        When to stop.
    deadline
        On the clock.
    clock
        Seconds, rising.
    """

    problem: SitingProblem
    core: Core
    params: SitingParams
    deadline: float
    clock: Callable[[], float]

    @property
    def left_s(self) -> float:
        """Time left in seconds, at least a little."""
        return max(self.deadline - self.clock(), _LEAST_S)

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return self.clock() >= self.deadline


def site_cameras(
    problem: SitingProblem,
    params: SitingParams | None = None,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> SitingPlan:
    """Return the sites that cover most, and what no plan can exceed.

    Parameters
    ----------
    problem
        Demand, candidates and rules.
    params
        When to stop; the defaults if ``None``.
    clock
        Seconds, rising; for tests.

    Returns
    -------
    SitingPlan
        The best plan found; ``status`` says whether it is proved optimal, proved within the gap
        asked for, or the best when the time was up. Fewer sites than the budget allows mean
        that no further site adds anything.

    Raises
    ------
    InputError
        No plan meets the floors of all districts, or none was found in time.
    """
    params = params or SitingParams()
    started = clock()
    core = core_of(problem)
    run = Run(problem, core, params, started + params.time_limit_s, clock)
    logger.info(
        "siting: %d sites, %d points left of %d, %d; %.2f s",
        len(core),
        core.cover.first.size,
        len(problem),
        problem.reach.n_points,
        clock() - started,
    )
    if not len(core):
        return _nothing_left(run)
    search = Search.greedy(core, params.seed)
    solver_bound = None
    if not search.meets_floors:
        search, solver_bound = _with_floors(run, search)
    dual = Dual.from_plan(core, search.chosen)
    solver_bound = _improve(run, search, dual, solver_bound)
    logger.info("siting: %d of at most %.0f; %.2f s", search.value, dual.bound, clock() - started)
    return _plan(run, search, dual, solver_bound)


def _improve(run: Run, search: Search, dual: Dual, solver_bound: int | None) -> int | None:
    """Search and bound in turns until the gap is closed or the time is up."""
    core, done, part = run.core, 0, 1.0
    tiny = core.cover.item.size <= _TINY_ENTRIES
    while solver_bound is None or solver_bound > search.value:
        began = run.clock()
        search.go_on(_KICKS // 10 if done == 0 or tiny else round(part * _KICKS))
        dual.go_on(search.value, round(part * _STEPS) if done else 2 * _STEPS)
        done += 1
        best = max(search.value, int(np.floor(dual.bound + 1e-6)))
        if gap_between(search.value, best) <= run.params.gap and _is_certified(run, search, dual):
            return solver_bound
        if done == _KERNEL_ROUND and not tiny:
            _try_kernel(run, search, dual)
        out, in_all = dual.decided(search.value)
        rest = _remaining(run, out, in_all)
        small = len(rest) <= _SMALL_SITES and rest.cover.item.size <= _SMALL_ENTRIES
        part = _next_round(run, (run.clock() - began) / part)
        late = part < _LEAST_PART
        worth_it = tiny or done >= 4 or len(rest) <= _SMALL_SITES // 2 or late
        over = late or (run.params.rounds is not None and done >= run.params.rounds)
        if small and worth_it and not run.is_over:
            found = _finish(run, search, rest, in_all)
            if found is not None:
                solver_bound = found if solver_bound is None else min(found, solver_bound)
            return solver_bound
        if over:
            return solver_bound
        if done % 4 == 0:
            search.restart_from(search.chosen)
    return solver_bound


def _next_round(run: Run, took_s: float) -> float:
    """Return how much of a round of search fits into the time left, at most all of it."""
    left_s = run.deadline - run.clock()
    return 1.0 if took_s <= 0.0 < left_s else min(1.0, _FITS * left_s / max(took_s, _LEAST_S))


def _try_kernel(run: Run, search: Search, dual: Dual) -> None:
    """Solve for the sites that prices like best, and take that plan if it is better.

    Kernel search (Angelelli, Mansini & Speranza 2010): good plans are made of such sites.
    """
    core = run.core
    n_kept = _KERNEL_SITES * int(search.chosen.sum())
    out = dual.profits() < np.sort(dual.profits())[-min(n_kept, len(core))]
    rest = _remaining(run, out & ~search.chosen, np.zeros(len(core), np.bool_))
    if rest.cover.item.size > _SMALL_ENTRIES:
        return
    _finish(run, search, rest, np.zeros(len(core), np.bool_), share=_KERNEL_SHARE)


def _is_certified(run: Run, search: Search, dual: Dual) -> bool:
    """Tell whether whole prices prove the gap that was asked for, as prices in floats do."""
    proved = proved_bound(run.problem, certificate_of(run.problem, dual))
    return gap_between(search.value, max(search.value, proved)) <= run.params.gap


def _remaining(run: Run, out: NDArray[np.bool_], in_all: NDArray[np.bool_]) -> Core:
    """Return the core of what prices have not decided."""
    core, problem = run.core, run.problem
    gone = np.concatenate([problem.forbidden, core.site[out], np.flatnonzero(core.instead >= 0)])
    taken = np.union1d(problem.required, core.site[in_all])
    return core_of(replace(problem, forbidden=np.setdiff1d(gone, taken), required=taken))


def _finish(
    run: Run, search: Search, rest: Core, in_all: NDArray[np.bool_], *, share: float = 1.0
) -> int | None:
    """Solve what is left; return what no plan exceeds, by the solver, or ``None``."""
    core = run.core
    chosen = in_all.copy()
    bound: float | None = None
    if not is_allowed(core, in_all):
        return search.value  # no plan has all that every better plan must have
    if len(rest):
        end = finish(rest, share * run.left_s, search.value)
        if end.chosen is None and not end.proved:
            return None if end.bound is None else _whole_bound(search.value, end.bound)
        if end.chosen is None:
            return search.value  # every plan that was left is worse than the one that is known
        chosen |= np.isin(core.site, rest.site[end.chosen])
        bound = end.bound
    if keeps_rules(core, chosen):
        search.restart_from(chosen)
    return search.value if bound is None else _whole_bound(search.value, bound)


def _whole_bound(value: int, bound: float) -> int:
    """Return what no plan exceeds as a whole number, with room for the solver's rounding."""
    return max(value, int(np.floor(bound + 1e-9 * abs(bound) + 1e-6)))


def _with_floors(run: Run, search: Search) -> tuple[Search, int | None]:
    """Return a search that stands at a plan with all floors met, and the solver's bound."""
    most = int(run.core.cover.first.sum()) + int(run.core.cover.second.sum())
    end = finish(run.core, run.left_s, run.core.constant + most)
    if end.chosen is None:
        missed = np.flatnonzero(run.problem.least > 0).tolist()
        if end.proved:
            raise InputError(
                "no plan of this budget gives districts {districts} their least coverage; "
                "raise the budget or lower the least coverage",
                districts=missed,
            )
        raise InputError(
            "no plan that gives districts {districts} their least coverage was found in time; "
            "raise the time limit or the budget",
            districts=missed,
        )
    found = replace_plan(search, end.chosen)
    return found, None if end.bound is None else _whole_bound(found.value, end.bound)


def _nothing_left(run: Run) -> SitingPlan:
    """Return the plan of the required sites alone: no other site adds anything."""
    problem, core = run.problem, run.core
    if core.floors.need.any():
        raise InputError(
            "no plan of this budget gives districts {districts} their least coverage; "
            "raise the budget or lower the least coverage",
            districts=np.flatnonzero(core.floors.need).tolist(),
        )
    floor = np.zeros(problem.least.size, np.int64)
    proof = Certificate(1, problem.first, floor, 0, core.instead)  # nobody can win a full price
    value = proved_bound(problem, proof)
    return SitingPlan(
        problem,
        problem.required,
        problem.value(problem.required),
        problem.value(problem.required),
        max(value, problem.value(problem.required)),
        proof,
        "certificate",
        "optimal",
        run.params.gap,
    )


def _plan(run: Run, search: Search, dual: Dual, solver_bound: int | None) -> SitingPlan:
    """Return the best plan with its certificate."""
    problem = run.problem
    sites = run.core.site[greedy_order(run.core, search.chosen)]
    sites = np.concatenate([problem.required, sites]).astype(np.int64)
    value = problem.value(sites)
    proof = certificate_of(problem, dual)
    proved = max(value, proved_bound(problem, proof))
    bound = proved if solver_bound is None else max(value, min(proved, solver_bound))
    gap = gap_between(value, bound)
    status: Status = "time_limit"
    if gap <= run.params.gap:
        status = "optimal" if bound == value else "within_gap"
    return SitingPlan(
        problem,
        sites,
        value,
        bound,
        proved,
        proof,
        "solver" if bound < proved else "certificate",
        status,
        run.params.gap,
    )
