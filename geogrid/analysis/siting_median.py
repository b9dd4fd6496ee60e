"""Posts near demand: p-median, with what no plan goes under.

Hakimi (1964): choose p posts so that the weighted distance to the nearest is least. Existing posts
stay. Distances are whole numbers, metres or seconds; weights too.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack

from geogrid.analysis.siting import SitingParams
from geogrid.analysis.siting_plan import FORMAT, Status, gap_between, packed
from geogrid.analysis.siting_rules import checked_budget, site_positions, whole_weights
from geogrid.errors import InputError
from geogrid.kernels.siting_median import interchange, median_prices, nearest_two

MAX_ENTRIES: Final = 30_000_000  # distances kept in memory, 8 bytes each
_EXACT_ENTRIES: Final = 20_000  # so few are handed to the exact solver
_STEPS: Final = 300
_PASSES: Final = 50
_PARTS: Final = 1000  # of a unit in which prices are told
_LARGEST: Final = 2**62


@dataclass(frozen=True, slots=True, eq=False)
class MedianProblem:
    """A p-median problem in whole numbers; make one with `MedianProblem.of`.

    Parameters
    ----------
    weight
        Of each point, shape (m,).
    distance
        From each candidate to each point, whole numbers >= 0, shape (n, m).
    count
        How many posts a plan may have.
    existing
        Distance from each point to what is there already, shape (m,).
    required, forbidden
        Positions of candidates.
    unit
        What one unit of weight stands for.
    """

    weight: NDArray[np.int64]
    distance: NDArray[np.int64]
    count: int
    existing: NDArray[np.int64]
    required: NDArray[np.int64]
    forbidden: NDArray[np.int64]
    unit: float

    @classmethod
    def of(
        cls,
        weight: ArrayLike,
        distance: ArrayLike,
        count: int,
        *,
        existing: ArrayLike | None = None,
        required: ArrayLike = (),
        forbidden: ArrayLike = (),
    ) -> MedianProblem:
        """Return a problem, everything checked.

        Parameters
        ----------
        weight
            Of each point, >= 0.
        distance
            Whole numbers >= 0, shape (n, m).
        count
            Number of new posts, > 0; all candidates if there are fewer.
        existing
            Distance to the nearest post that is there, shape (m,); ``None`` where there is none.
        required, forbidden
            Positions of candidates.

        Returns
        -------
        MedianProblem
            In whole numbers.

        Raises
        ------
        InputError
            A value is not usable, or there are more distances than fit into memory.
        """
        far = np.asarray(distance)
        if far.ndim != 2 or not far.size or far.dtype.kind not in "iu" or far.min() < 0:
            raise InputError(
                "distances must be whole numbers of at least 0, a row for each candidate"
            )
        require_room(*far.shape)
        whole, unit = whole_weights(weight, far.shape[1])
        must, mustnt = (site_positions(sites, far.shape[0]) for sites in (required, forbidden))
        both = np.intersect1d(must, mustnt)
        if both.size:
            raise InputError(
                "candidate {at} is required and forbidden at once; drop one", at=int(both[0])
            )
        wanted = checked_budget(count)
        if must.size > wanted:
            raise InputError(
                "the required candidates cost {spent}, over the budget of {budget}",
                spent=must.size,
                budget=wanted,
            )
        none = np.full(far.shape[1], int(far.max()) + 1)
        there = none if existing is None else np.asarray(existing).astype(np.int64)
        largest = _PARTS * int(whole.max()) * (max(int(far.max()), int(there.max())) + 1)
        if largest * far.size >= _LARGEST:
            raise InputError("weights times distances are too large; give them in larger units")
        return cls(whole, far.astype(np.int64), wanted, there, must, mustnt, unit)


@dataclass(frozen=True, slots=True, eq=False)
class MedianPlan:
    """Posts to take, their weighted distance, and what no plan goes under.

    Parameters
    ----------
    problem
        What was asked.
    sites
        Positions of the chosen candidates, rising.
    value
        Sum over points of weight times distance to the nearest post.
    bound, proved_bound
        No plan has less: by the best proof, and by the prices alone.
    price
        Of each point, in thousandths.
    proof, status, gap_asked
        As for `geogrid.analysis.siting_plan.SitingPlan`.
    """

    problem: MedianProblem
    sites: NDArray[np.int64]
    value: int
    bound: int
    proved_bound: int
    price: NDArray[np.int64]
    proof: Literal["certificate", "solver"]
    status: Status
    gap_asked: float

    @property
    def gap(self) -> float:
        """How far the plan may be from the best, as a share of its value."""
        return gap_between(self.value, self.bound)

    def as_json(self) -> dict[str, Any]:
        """Return the plan, its instance and its certificate as JSON values."""
        problem = self.problem
        arrays: dict[str, NDArray[Any]] = {
            "weight": problem.weight,
            "distance": problem.distance.ravel(),
            "existing": problem.existing,
            "required": problem.required,
            "forbidden": problem.forbidden,
        }
        digest = hashlib.sha256(str(problem.count).encode())
        for array in arrays.values():
            digest.update(np.ascontiguousarray(array).tobytes())
        return {
            "format": FORMAT,
            "version": version("geogrid"),
            "model": "p-median",
            "status": self.status,
            "sites": self.sites.tolist(),
            "value": self.value,
            "bound": self.bound,
            "proved_bound": self.proved_bound,
            "proof": self.proof,
            "gap": self.gap,
            "gap_asked": self.gap_asked,
            "unit": problem.unit,
            "instance": {
                "sha256": digest.hexdigest(),
                "budget": problem.count,
                "n_points": problem.weight.size,
                "arrays": {name: packed(array) for name, array in arrays.items()},
            },
            "certificate": {
                "scale": _PARTS,
                "money": 0,
                "arrays": {"point": packed(self.price)},
            },
        }


def require_room(n: int, m: int) -> None:
    """Refuse more distances than fit into memory.

    Parameters
    ----------
    n, m
        Candidates, and points of demand.

    Raises
    ------
    InputError
        Their product is too large.
    """
    if n * m > MAX_ENTRIES:
        raise InputError(
            "{n} candidates and {m} points are too many for p-median, their product is over "
            "{most}; take fewer candidates",
            n=n,
            m=m,
            most=MAX_ENTRIES,
        )


def place_posts(
    problem: MedianProblem,
    params: SitingParams | None = None,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> MedianPlan:
    """Return the posts that are nearest to demand, and what no plan goes under.

    Parameters
    ----------
    problem
        Demand, candidates, distances.
    params
        When to stop; the defaults if ``None``.
    clock
        Seconds, rising; for tests.

    Returns
    -------
    MedianPlan
        The best plan found.
    """
    params = params or SitingParams()
    deadline = clock() + params.time_limit_s
    cost = problem.distance * problem.weight
    existing = problem.existing * problem.weight
    forced = np.zeros(len(cost), np.bool_)
    forced[problem.required] = True
    free = ~forced
    free[problem.forbidden] = False
    count = min(problem.count - problem.required.size, int(free.sum()))
    chosen = _greedy(cost, existing, forced, free, count)
    interchange(cost, existing, free, chosen, _PASSES)
    value = _value(cost, existing, chosen)
    _, first, second = nearest_two(cost, existing, chosen)
    price = (0.5 * (first + second)).astype(np.float64)
    claimed = None
    best = _proved(problem, cost, existing, price)
    for _ in range(params.rounds or _PASSES):
        if gap_between(value, best) <= params.gap or clock() >= deadline:
            break
        before = best
        median_prices(cost, existing, free, forced, count, value, price, _STEPS)
        best = min(value, max(best, _proved(problem, cost, existing, price)))
        if best - before <= 1e-5 * value:
            break
    if gap_between(value, best) > params.gap and cost.size <= _EXACT_ENTRIES:
        left = max(0.05, deadline - clock())
        better, claimed = _exact(cost, existing, forced, (free, count, left))
        if better is not None and _value(cost, existing, better) < value:
            chosen, value = better, _value(cost, existing, better)
    return _plan(problem, chosen, value, (best, claimed, price), params)


def _plan(
    problem: MedianProblem,
    chosen: NDArray[np.bool_],
    value: int,
    proofs: tuple[int, float | None, NDArray[np.float64]],
    params: SitingParams,
) -> MedianPlan:
    """Return the plan with its proof."""
    _, claimed, price = proofs
    proved = min(value, _proved(problem, problem.distance * problem.weight, _there(problem), price))
    bound = proved
    if claimed is not None:
        bound = min(value, max(proved, int(np.ceil(claimed - 1e-6 * max(1.0, claimed * 1e-3)))))
    gap = gap_between(value, bound)
    status: Status = "time_limit"
    if gap <= params.gap:
        status = "optimal" if bound == value else "within_gap"
    return MedianPlan(
        problem,
        np.flatnonzero(chosen),
        value,
        bound,
        proved,
        np.rint(price * _PARTS).astype(np.int64),
        "solver" if bound > proved else "certificate",
        status,
        params.gap,
    )


def _there(problem: MedianProblem) -> NDArray[np.int64]:
    """Return what serving each point from existing posts costs."""
    return problem.existing * problem.weight


def _greedy(
    cost: NDArray[np.int64],
    existing: NDArray[np.int64],
    forced: NDArray[np.bool_],
    free: NDArray[np.bool_],
    count: int,
) -> NDArray[np.bool_]:
    """Return a plan that adds the post that saves most, again and again."""
    chosen = forced.copy()
    _, first, _ = nearest_two(cost, existing, chosen)
    for _ in range(count):
        saved = np.array([np.maximum(first - row, 0).sum() for row in cost])
        saved[chosen | ~free] = -1
        best = int(np.argmax(saved))
        chosen[best] = True
        first = np.minimum(first, cost[best])
    return chosen


def _value(cost: NDArray[np.int64], existing: NDArray[np.int64], chosen: NDArray[np.bool_]) -> int:
    """Return what a plan costs."""
    return int(np.minimum(existing, cost[chosen].min(axis=0, initial=_LARGEST)).sum())


def _proved(
    problem: MedianProblem,
    cost: NDArray[np.int64],
    existing: NDArray[np.int64],
    price: NDArray[np.float64],
) -> int:
    """Return what no plan costs less than, by whole prices."""
    whole = np.rint(price * _PARTS).astype(np.int64)
    always = int(np.minimum(_PARTS * existing - whole, 0).sum())
    served = np.array([int(np.minimum(_PARTS * row - whole, 0).sum()) for row in cost])
    out = np.union1d(problem.required, problem.forbidden)
    best = np.sort(np.delete(served, out))[: problem.count - problem.required.size]
    total = int(whole.sum()) + always + int(served[problem.required].sum()) + int(best.sum())
    return -(-total // _PARTS)


def _exact(
    cost: NDArray[np.int64],
    existing: NDArray[np.int64],
    forced: NDArray[np.bool_],
    rest: tuple[NDArray[np.bool_], int, float],
) -> tuple[NDArray[np.bool_] | None, float | None]:
    """Return the solver's plan and bound; a point is served by one post or what is there."""
    free, count, left_s = rest
    n, m = cost.shape
    pair = np.arange(n * m)
    serve = coo_array((np.ones(n * m), (pair % m, pair)), shape=(m, n * m))
    opened = coo_array((np.ones(n * m), (pair, pair // m)), shape=(n * m, n))
    eye = coo_array((np.ones(n * m), (pair, pair)), shape=(n * m, n * m))
    rows = [
        LinearConstraint(csr_array(hstack([csr_array((m, n)), serve])), ub=1.0),
        LinearConstraint(csr_array(hstack([-opened, eye])), ub=0.0),
        LinearConstraint(
            csr_array(np.concatenate([np.ones(n), np.zeros(n * m)])[None, :]),
            ub=float(count + forced.sum()),
        ),
    ]
    saving = np.minimum(cost - existing, 0).ravel()
    solved = milp(
        np.concatenate([np.zeros(n), saving]).astype(np.float64),
        integrality=np.concatenate([np.ones(n), np.zeros(n * m)]),
        bounds=Bounds(np.r_[forced, np.zeros(n * m)], np.r_[forced | free, np.ones(n * m)]),
        constraints=rows,
        options={"time_limit": left_s, "mip_rel_gap": 0.0},
    )
    if solved.x is None:
        return None, None
    dual: float | None = getattr(solved, "mip_dual_bound", None)  # not set if presolve ends it
    dual = solved.fun if dual is None or not np.isfinite(dual) else dual
    return np.asarray(solved.x[:n] > 0.5), float(dual) + float(existing.sum())
