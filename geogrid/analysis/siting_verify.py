"""Check a stored plan and its certificate, in whole numbers, with nothing of the solver.

The plan's file tells the instance, so this needs nothing else: rules are checked, what is seen is
counted, and the prices are summed (the formula stands in `geogrid.kernels.siting_bound`). Nothing
here comes from the modules that made the plan.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geogrid.errors import InputError

Whole: TypeAlias = NDArray[np.int64]
FORMAT: Final = "geogrid-siting-1"
_KINDS: Final = frozenset({"<u1", "<u2", "<i4", "<i8"})
_ROOM: Final = 2**27  # bytes that are taken before a file has shown that it has so many
_WHOLE: Final = 2**62


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of a plan found.

    Parameters
    ----------
    value
        Worth of the plan, counted anew (its cost, for ``lscp``).
    bound
        What its certificate proves, summed anew.
    gap
        Between the two.
    holds
        Whether value and proved bound are what the file says, and no rule is broken.
    faults
        What is wrong, as sentences; empty where it holds.
    """

    value: int
    bound: int
    gap: float
    holds: bool
    faults: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the verdict as JSON values."""
        return {
            "value": self.value,
            "bound": self.bound,
            "gap": self.gap,
            "holds": self.holds,
            "faults": list(self.faults),
        }


def verify_plan(plan: Mapping[str, Any]) -> Verdict:
    """Return what a stored plan is worth, and what its certificate proves.

    Parameters
    ----------
    plan
        What `SitingPlan.as_json` gave.

    Returns
    -------
    Verdict
        Counted and summed anew in whole numbers.

    Raises
    ------
    InputError
        It is no plan, or it is damaged.
    """
    if plan.get("format") != FORMAT:
        raise InputError(
            "this is no siting plan of this program; its format would be {format}", format=FORMAT
        )
    try:
        instance = plan["instance"]
        arrays = {name: _array(text) for name, text in instance["arrays"].items()}
        prices = {name: _array(text) for name, text in plan["certificate"]["arrays"].items()}
        scale, money = int(plan["certificate"]["scale"]), int(plan["certificate"]["money"])
        if plan["model"] == "p-median":
            return _median_verdict(plan, arrays, prices["point"], scale)
        problem = _Instance(arrays, int(instance["budget"]), int(instance["n_points"]))
        return _verdict(plan, problem, _Prices(scale, money, **prices))
    except (KeyError, TypeError, ValueError, IndexError, zlib.error, binascii.Error) as error:
        raise InputError("the siting plan is damaged: {reason}", reason=str(error)) from error


@dataclass(frozen=True, slots=True, eq=False)
class _Prices:
    scale: int
    money: int
    point: Whole
    floor: Whole
    instead: Whole


@dataclass(frozen=True, slots=True, eq=False)
class _Instance:
    """The arrays of an instance with what is derived from them."""

    arrays: dict[str, Whole]
    budget: int
    n_points: int

    def __getitem__(self, name: str) -> Whole:
        return self.arrays[name]

    def views(self, sites: Whole) -> Whole:
        """Return how many existing and given sites see each point."""
        count = self["views"].copy()
        for site in sites:
            count[self["point"][self["start"][site] : self["start"][site + 1]]] += 1
        return count

    def sums(self, per_point: Whole) -> Whole:
        """Return the sum over what each site sees."""
        if per_point.size and int(per_point.max()) * max(self["point"].size, 1) >= _WHOLE:
            raise ValueError("prices are too large to be summed")
        total = np.concatenate([[0], np.cumsum(per_point[self["point"]])])
        return np.asarray(total[self["start"][1:]] - total[self["start"][:-1]])


def _array(text: Mapping[str, Any]) -> Whole:
    """Return an array of whole numbers from its text."""
    if text["dtype"] not in _KINDS:
        raise ValueError(text["dtype"])
    kind, size = np.dtype(text["dtype"]), int(text["size"])
    room = min(max(size * kind.itemsize, 1), _ROOM)  # in one piece: a third of the time of many
    data = zlib.decompress(base64.b64decode(text["data"]), bufsize=room)
    values = np.frombuffer(data, kind)
    if values.size != size:
        raise ValueError(f"{values.size} != {size}")
    return np.cumsum(values, dtype=np.int64) if text.get("steps") else values.astype(np.int64)


def _verdict(plan: Mapping[str, Any], problem: _Instance, prices: _Prices) -> Verdict:
    sites = np.asarray(plan["sites"], dtype=np.int64)
    faults = _broken_rules(problem, sites, lscp=plan["model"] == "lscp")
    worth = _worth(problem, problem.views(sites))
    rest, gains = _bound_parts(problem, prices)
    if plan["model"] == "lscp":
        value = int(problem["cost"][sites].sum())
        target = int(plan["target"])
        if worth < target:
            faults.append("it covers less than was asked for")
        must = prices.scale * target - rest - gains
        spent = int(problem["cost"][problem["required"]].sum())
        bound = spent + max(0, -(-must // prices.money) if prices.money > 0 else 0)
    else:
        value = worth
        left = problem.budget - int(problem["cost"][problem["required"]].sum())
        bound = max(value, (rest + gains + prices.money * left) // prices.scale)
    if value != plan["value"]:
        faults.append("its value is not what it says")
    if bound != plan["proved_bound"]:
        faults.append("its certificate does not prove the bound that it says")
    larger = max(value, bound)
    gap = abs(bound - value) / larger if larger else 0.0
    return Verdict(value, int(bound), gap, not faults, tuple(faults))


def _worth(problem: _Instance, views: Whole) -> int:
    """Return the worth of what is seen so often."""
    if not views.any():
        return 0
    return int(problem["first"][views >= 1].sum()) + int(problem["second"][views >= 2].sum())


def _broken_rules(problem: _Instance, sites: Whole, *, lscp: bool) -> list[str]:
    """Return which rules a plan breaks."""
    faults = []
    chosen = np.zeros(problem["cost"].size, dtype=bool)
    chosen[sites] = True
    if np.unique(sites).size != sites.size:
        faults.append("a site stands in it twice")
    if not lscp and int(problem["cost"][chosen].sum()) > problem.budget:
        faults.append("it costs more than the budget")
    if not chosen[problem["required"]].all():
        faults.append("a required site is missing")
    if chosen[problem["forbidden"]].any():
        faults.append("a forbidden site is in it")
    if np.bincount(problem["pole"][chosen]).max(initial=0) > 1:
        faults.append("two of its sites stand on one pole")
    if chosen[problem["pairs"].reshape(-1, 2)].all(axis=1).any():
        faults.append("a forbidden pair is in it")
    if problem["least"].size:
        seen = problem.views(sites) > 0
        met = np.zeros(problem["least"].size, dtype=np.int64)
        np.add.at(met, problem["district"][seen], problem["first"][seen])
        if (met < problem["least"]).any():
            faults.append("a district has less than its least coverage")
    return faults


def _bound_parts(problem: _Instance, prices: _Prices) -> tuple[int, int]:
    """Return a bound's part from points and its part from sites, in parts of a unit."""
    views = problem.views(problem["required"])
    first, second = problem["first"], problem["second"]
    if views.any():
        first = np.where(views == 0, first, np.where(views == 1, second, 0))
        second = np.where(views == 0, second, 0)
    for values in (prices.point, prices.floor, np.array([prices.money])):
        if values.size and values.min() < 0:
            raise ValueError("negative prices prove nothing")
    scaled = first * prices.scale
    rest = _worth(problem, views) * prices.scale
    if problem["least"].size:
        need, price = problem["least"].copy(), prices.floor
        seen = views > 0
        np.subtract.at(need, problem["district"][seen], problem["first"][seen])
        need = np.maximum(need, 0)
        scaled += np.where(seen, 0, problem["first"] * price[problem["district"]])
        rest -= sum(int(n) * int(p) for n, p in zip(need, price, strict=True))
    above = np.maximum(scaled - prices.point, 0).sum()
    if second.any():  # no price is below 0, so what is worth nothing adds nothing
        above += np.maximum(second * prices.scale - prices.point, 0).sum()
    profit = problem.sums(prices.point) - prices.money * problem["cost"]
    return rest + int(above), _gains(problem, prices, profit, scaled > 0)


def _gains(problem: _Instance, prices: _Prices, profit: Whole, is_open: NDArray[np.bool_]) -> int:
    """Return the sum of the best profit of each pole over sites that may be chosen."""
    required, pole = problem["required"], problem["pole"]
    free = problem["cost"] <= problem.budget - int(problem["cost"][required].sum())
    free[problem["forbidden"]] = False
    free[np.isin(pole, pole[required])] = False
    for here, there in ((0, 1), (1, 0)):
        pairs = problem["pairs"].reshape(-1, 2)
        free[pairs[np.isin(pairs[:, here], required), there]] = False
    out = np.flatnonzero((prices.instead >= 0) & free)
    _require_domination(problem, prices.instead, out, free, is_open)
    free[out] = False
    best = np.zeros(int(pole.max()) + 1, dtype=np.int64)
    np.maximum.at(best, pole[free], profit[free])
    return int(best.sum())


def _require_domination(
    problem: _Instance,
    instead: Whole,
    out: Whole,
    free: NDArray[np.bool_],
    is_open: NDArray[np.bool_],
) -> None:
    """Refuse a certificate that leaves out a site which no other stands in for."""
    if not out.size:
        return
    other, pole = instead[out], problem["pole"]
    alone = np.bincount(pole)[pole] == 1
    sound = free[other] & (instead[other] < 0) & (problem["cost"][other] <= problem["cost"][out])
    sound &= (pole[other] == pole[out]) | (alone[other] & alone[out])
    sound &= ~np.isin(out, problem["pairs"]) & ~np.isin(other, problem["pairs"])
    start, point, m = problem["start"], problem["point"], problem.n_points
    owner = np.repeat(np.arange(start.size - 1), np.diff(start))
    wanted = np.zeros(start.size - 1, dtype=bool)
    wanted[out] = True
    at = np.flatnonzero(wanted[owner] & is_open[point])
    keys = owner * m + point
    ask = instead[owner[at]] * m + point[at]
    found = np.minimum(np.searchsorted(keys, ask), keys.size - 1)
    if problem["second"].any() or not sound.all() or (keys[found] != ask).any():
        raise ValueError("a site is left out that no other stands in for")


def _median_verdict(
    plan: Mapping[str, Any], arrays: dict[str, Whole], price: Whole, scale: int
) -> Verdict:
    """Return the verdict on a p-median plan: weighted distance, and what none goes under."""
    weight, existing = arrays["weight"], arrays["existing"]
    distance = arrays["distance"].reshape(-1, weight.size)
    budget = int(plan["instance"]["budget"])
    sites = np.asarray(plan["sites"], dtype=np.int64)
    nearest = np.minimum(existing, distance[sites].min(axis=0))
    value = int((weight * nearest).sum())
    faults = []
    if np.unique(sites).size != sites.size or sites.size > budget:
        faults.append("it costs more than the budget")
    if not np.isin(arrays["required"], sites).all():
        faults.append("a required site is missing")
    if np.isin(arrays["forbidden"], sites).any():
        faults.append("a forbidden site is in it")
    most = int(np.abs(price).max(initial=0)) + scale * int(weight.max()) * int(distance.max())
    if most * distance.size >= _WHOLE:
        raise ValueError("prices are too large to be summed")
    always = np.minimum(scale * weight * existing - price, 0).sum()
    saved = np.minimum(scale * weight * distance - price, 0).sum(axis=1)
    forced = np.zeros(saved.size, dtype=bool)
    forced[arrays["required"]] = True
    free = ~forced
    free[arrays["forbidden"]] = False
    best = np.sort(saved[free])[: budget - int(forced.sum())]
    total = int(price.sum()) + int(always) + int(saved[forced].sum()) + int(best.sum())
    bound = min(value, -(-total // scale))
    if value != plan["value"]:
        faults.append("its value is not what it says")
    if bound != plan["proved_bound"]:
        faults.append("its certificate does not prove the bound that it says")
    gap = (value - bound) / value if value else 0.0
    return Verdict(value, bound, gap, not faults, tuple(faults))
