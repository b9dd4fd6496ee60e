"""The exact finish: a core as a mixed-integer program for HiGHS.

Huangfu & Hall (2018), Parallelizing the dual revised simplex method; called through
`scipy.optimize.milp`. What it returns is a claim: plans are counted again in whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack, vstack

from geogrid.analysis.siting_core import Core

_OPTIMAL: Final = 0
_LIMIT: Final = 1
_INFEASIBLE: Final = 2
_BELOW_ONE: Final = 0.999  # plans are worth whole numbers: a gap under 1 is none


@dataclass(frozen=True, slots=True, eq=False)
class Finish:
    """What the solver says.

    Parameters
    ----------
    chosen
        Its plan of core sites; ``None`` if it found none.
    bound
        What no plan of the core is worth more than (or costs less than), constant included;
        ``None`` if there is no plan at all.
    proved
        Whether it came to an end.
    """

    chosen: NDArray[np.bool_] | None
    bound: float | None
    proved: bool


def finish(core: Core, time_limit_s: float, known: int) -> Finish:
    """Return the best plan of a core.

    Parameters
    ----------
    core
        The core.
    time_limit_s
        Seconds, > 0.
    known
        Worth of a known plan; sets how small a gap is none.

    Returns
    -------
    Finish
        The plan and the bound; floors, poles and pairs are kept.
    """
    n, m = len(core), core.cover.first.size
    two = np.flatnonzero(core.cover.second > 0)
    worth = np.concatenate([np.zeros(n), core.cover.first, core.cover.second[two]])
    rows = [*_covering(core, two), _budget_row(core, m + two.size)]
    rows += _rule_rows(core, m + two.size)
    if core.floors.need.size:
        rows.append(_floor_rows(core, two.size))
    gap = _BELOW_ONE / max(float(known), 1.0)
    solved = milp(
        -worth.astype(np.float64),
        integrality=np.concatenate([np.ones(n), np.zeros(m + two.size)]),
        bounds=Bounds(0, 1),
        constraints=rows,
        options={"time_limit": time_limit_s, "mip_rel_gap": gap},
    )
    return _read(core, solved, sign=-1)


def cheapest(core: Core, target: int, time_limit_s: float) -> Finish:
    """Return the cheapest plan of a core that is worth at least a target.

    Parameters
    ----------
    core
        The core.
    target
        Worth of first views that must be reached, the constant included.
    time_limit_s
        Seconds, > 0.

    Returns
    -------
    Finish
        The plan, and what none costs less than.
    """
    n, m = len(core), core.cover.first.size
    none = np.zeros(0, np.int64)
    reach = csr_array(np.concatenate([np.zeros(n), core.cover.first])[None, :].astype(np.float64))
    rows = [*_covering(core, none), *_rule_rows(core, m)]
    rows.append(LinearConstraint(reach, lb=float(target - core.constant)))
    if core.floors.need.size:
        rows.append(_floor_rows(core, 0))
    solved = milp(
        np.concatenate([core.rules.cost, np.zeros(m)]).astype(np.float64),
        integrality=np.concatenate([np.ones(n), np.zeros(m)]),
        bounds=Bounds(0, 1),
        constraints=rows,
        options={"time_limit": time_limit_s, "mip_rel_gap": 0.0},
    )
    return _read(core, solved, sign=1)


def _read(core: Core, solved: object, *, sign: int) -> Finish:
    """Return what a result of the solver says."""
    status, x = solved.status, solved.x  # type: ignore[attr-defined]
    if status == _INFEASIBLE:
        return Finish(None, None, proved=True)
    chosen = None if x is None else x[: len(core)] > 0.5
    dual = solved.mip_dual_bound  # type: ignore[attr-defined]
    if status == _OPTIMAL and (dual is None or not np.isfinite(dual)):
        dual = solved.fun  # type: ignore[attr-defined] # solved before the search for bounds began
    constant = core.constant if sign < 0 else 0
    bound = None if dual is None or not np.isfinite(dual) else sign * dual + constant
    return Finish(chosen, bound, proved=status == _OPTIMAL)


def _covering(core: Core, two: NDArray[np.int64]) -> list[LinearConstraint]:
    """Return the rule that a point is seen as often as sites see it, at most."""
    n, m = len(core), core.cover.first.size
    ones = np.ones(core.cover.owner.size)
    seen = csr_array((ones, core.cover.owner, core.cover.by), shape=(m, n))
    second = coo_array((np.ones(two.size), (two, np.arange(two.size))), shape=(m, two.size))
    eye = coo_array((np.ones(m), (np.arange(m), np.arange(m))), shape=(m, m))
    return [LinearConstraint(csr_array(hstack([-seen, eye, second])), ub=0.0)]


def _budget_row(core: Core, n_more: int) -> LinearConstraint:
    """Return the rule of the budget."""
    row = np.concatenate([core.rules.cost, np.zeros(n_more)]).astype(np.float64)
    return LinearConstraint(csr_array(row[None, :]), ub=float(core.budget))


def _rule_rows(core: Core, n_more: int) -> list[LinearConstraint]:
    """Return the rules of poles and of forbidden pairs."""
    n = len(core)
    site = np.arange(n)
    n_poles = int(core.pole.max(initial=-1)) + 1
    poles = coo_array((np.ones(n), (core.pole, site)), shape=(n_poles, n)).tocsr()
    shared = np.bincount(core.pole, minlength=n_poles) > 1
    owner = np.repeat(site, np.diff(core.rules.foe_start))
    foe = core.rules.foe
    once = (owner < foe) & (core.pole[owner] != core.pole[foe])
    k = np.arange(int(once.sum()))
    entries = (np.concatenate([k, k]), np.concatenate([owner[once], foe[once]]))
    pairs = coo_array((np.ones(2 * k.size), entries), shape=(k.size, n)).tocsr()
    rules = csr_array(vstack([poles[np.flatnonzero(shared)], pairs]))
    if not rules.shape[0]:
        return []
    wide = hstack([rules, csr_array((rules.shape[0], n_more))])
    return [LinearConstraint(csr_array(wide), ub=1.0)]


def _floor_rows(core: Core, n_more: int) -> LinearConstraint:
    """Return the rule that each district has its least coverage."""
    n, m, floors = len(core), core.cover.first.size, core.floors
    entries = (floors.district, n + np.arange(m))
    shape = (floors.need.size, n + m + n_more)
    rows = coo_array((floors.weight.astype(np.float64), entries), shape=shape)
    return LinearConstraint(csr_array(rows), lb=floors.need.astype(np.float64))
