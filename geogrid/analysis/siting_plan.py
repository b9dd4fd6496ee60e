"""A siting plan with its proof, as a value and as JSON that tells the whole instance."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.siting_bound import Certificate
from geogrid.analysis.siting_problem import SitingProblem

FORMAT: Final = "geogrid-siting-1"
_LEVEL: Final = 6  # of zlib
Status = Literal["optimal", "within_gap", "time_limit"]


@dataclass(frozen=True, slots=True, eq=False)
class SitingPlan:
    """Sites to take, what they are worth, and what no plan exceeds.

    Parameters
    ----------
    problem
        What was asked.
    sites
        Positions of the chosen candidates, those that add most first; the required ones lead.
    value
        Worth of all that is seen, existing cameras included, in units of the problem.
    bound
        No plan is worth more; proved by the solver where ``proof`` says so.
    proved_bound
        No plan is worth more, by the certificate alone.
    certificate
        Prices that prove ``proved_bound``.
    proof
        ``certificate``, or ``solver`` where the exact solver's bound is the better one.
    status
        ``optimal``; ``within_gap`` as asked; ``time_limit`` for the best plan so far.
    gap_asked
        The gap that was asked for, as a share.
    model
        ``mclp``, or ``lscp`` where the cost is least for a coverage asked for; ``value`` and
        the bounds are then costs, and the bounds lower ones.
    target
        Coverage that an ``lscp`` plan must reach; 0 otherwise.
    """

    problem: SitingProblem
    sites: NDArray[np.int64]
    value: int
    bound: int
    proved_bound: int
    certificate: Certificate
    proof: Literal["certificate", "solver"]
    status: Status
    gap_asked: float
    model: Literal["mclp", "lscp"] = "mclp"
    target: int = 0
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def gap(self) -> float:
        """How far the plan may be from the best, as a share of the bound (of the cost: lscp)."""
        return gap_between(self.value, self.bound)

    @property
    def spare(self) -> int:
        """What is left of the budget: nothing more could be won with it."""
        return self.problem.budget - int(self.problem.cost[self.sites].sum())

    def marginal(self) -> NDArray[np.int64]:
        """Return the worth of all that is seen after each site, the first alone first.

        Returns
        -------
        ndarray of int, shape (n_sites,)
            Rises.
        """
        problem = self.problem
        views = problem.views.copy()
        out = np.zeros(self.sites.size, np.int64)
        total = problem.value(())
        for k, site in enumerate(self.sites):
            seen = problem.reach.of(int(site))
            total += int(problem.first[seen][views[seen] == 0].sum())
            total += int(problem.second[seen][views[seen] == 1].sum())
            views[seen] += 1
            out[k] = total
        return out

    def as_json(self) -> dict[str, Any]:
        """Return the plan, its instance and its certificate as JSON values."""
        problem, proof = self.problem, self.certificate
        arrays: dict[str, NDArray[Any]] = {
            "start": problem.reach.start,
            "point": problem.reach.point,
            "first": problem.first,
            "second": problem.second,
            "cost": problem.cost,
            "pole": problem.pole,
            "views": problem.views,
            "required": problem.required,
            "forbidden": problem.forbidden,
            "pairs": problem.pairs.ravel(),
            "district": problem.district,
            "least": problem.least,
        }
        prices: dict[str, NDArray[Any]] = {
            "point": proof.point,
            "floor": proof.floor,
            "instead": proof.instead,
        }
        return {
            "format": FORMAT,
            "version": version("geogrid"),
            "model": self.model,
            "status": self.status,
            "sites": self.sites.tolist(),
            "value": self.value,
            "bound": self.bound,
            "proved_bound": self.proved_bound,
            "proof": self.proof,
            "gap": self.gap,
            "gap_asked": self.gap_asked,
            "unit": problem.unit,
            "target": self.target,
            "instance": {
                "sha256": problem.fingerprint,
                "budget": problem.budget,
                "n_points": problem.reach.n_points,
                "arrays": {
                    name: packed(array, steps=name == "point") for name, array in arrays.items()
                },
            },
            "certificate": {
                "scale": proof.scale,
                "money": proof.money,
                "arrays": {name: packed(array) for name, array in prices.items()},
            },
        } | ({"notes": self.notes} if self.notes else {})


def gap_between(value: int, bound: int) -> float:
    """Return how far a value may be from the best, as a share of the larger of the two.

    Parameters
    ----------
    value, bound
        Of a plan, and of all plans.

    Returns
    -------
    float
        0 when both are equal.
    """
    return abs(bound - value) / max(value, bound) if value != bound else 0.0


def packed(array: NDArray[Any], *, steps: bool = False) -> dict[str, str | int]:
    """Return an array of whole numbers as JSON: little-endian bytes, zlib, base64.

    Parameters
    ----------
    array
        One-dimensional.
    steps
        Tell each number by how much it is over the one before it: rows of near numbers get short.

    Returns
    -------
    dict
        ``dtype``, ``size`` and ``data``; ``steps`` is 1 where it tells these.
    """
    told = np.diff(array.astype(np.int64), prepend=0) if steps else array
    low, high = (int(told.min()), int(told.max())) if told.size else (0, 0)
    kinds = (("<u1", 0, 2**8), ("<u2", 0, 2**16), ("<i4", -(2**31), 2**31))
    kind = next((name for name, least, most in kinds if least <= low and high < most), "<i8")
    data = base64.b64encode(zlib.compress(told.astype(kind).tobytes(), _LEVEL)).decode("ascii")
    made: dict[str, str | int] = {"dtype": kind, "size": array.size, "data": data}
    return made | {"steps": 1} if steps else made
