"""What a siting plan must keep to, as people give it, and the checks that make it whole numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geogrid.errors import InputError

MAX_COST: Final = 2**53  # in all: doubles are exact up to here
MAX_WEIGHT: Final = 2**40  # in all: prices in finer parts still sum exactly
_PARTS: Final = 10**9  # weights that are not whole are rounded to this share of their sum


@dataclass(frozen=True, slots=True, eq=False)
class SitingRules:
    """What a plan must keep to; what is left out is free.

    Parameters
    ----------
    cost
        Whole cost of each site, > 0; ``None`` for 1 each, when the budget is a count.
    pole
        A number per site; of sites with the same number >= 0 at most one is chosen.
    views
        How many existing cameras see each point.
    required, forbidden
        Positions of sites that must be, or must not be, in the plan.
    pairs
        Pairs of sites that may not both be chosen, shape (k, 2).
    backup
        Worth of a second view, as a share of the first's, in [0, 1].
    district
        District of each point, from 0; needed for floors.
    least
        Share of its demand that each district must have covered, in [0, 1].
    """

    cost: ArrayLike | None = None
    pole: ArrayLike | None = None
    views: ArrayLike | None = None
    required: ArrayLike = ()
    forbidden: ArrayLike = ()
    pairs: ArrayLike = ()
    backup: float = 0.0
    district: ArrayLike | None = None
    least: ArrayLike = ()


def whole_weights(weight: ArrayLike, n_points: int) -> tuple[NDArray[np.int64], float]:
    """Return weights as whole numbers, and what one of them stands for.

    Parameters
    ----------
    weight
        Of each point, >= 0.
    n_points
        How many there must be.

    Returns
    -------
    whole : ndarray of int, shape (n_points,)
        Rounded.
    unit : float
        1 where all weights are whole, else a billionth of their sum.

    Raises
    ------
    InputError
        A weight is no number, negative or not finite; all are 0; their sum is over 2**40.
    """
    given = np.asarray(weight)
    if given.dtype.kind not in "biuf":
        raise InputError("weights must be numbers, got {kind}", kind=given.dtype)
    if given.shape != (n_points,):
        raise InputError("{n} weights are needed, got {got}", n=n_points, got=given.shape)
    values = given.astype(np.float64)
    bad = ~(np.isfinite(values) & (values >= 0.0))
    if bad.any():
        at = int(np.argmax(bad))
        raise InputError(
            "weight {at} is {got}; weights must be finite and at least 0", at=at, got=given[at]
        )
    total = float(values.sum())
    if total == 0.0:
        raise InputError("all weights are 0: there is nothing to cover")
    if total > MAX_WEIGHT:
        raise InputError("weights sum to {total:g}, over 2**40; divide them", total=total)
    if (values == np.floor(values)).all():
        return values.astype(np.int64), 1.0
    unit = total / _PARTS
    return np.rint(values / unit).astype(np.int64), unit


def checked_budget(budget: int) -> int:
    """Return a budget that is a whole number over 0.

    Parameters
    ----------
    budget
        Given by a person.

    Returns
    -------
    int
        The same.

    Raises
    ------
    InputError
        It is not usable.
    """
    if isinstance(budget, bool) or not isinstance(budget, int | np.integer):
        raise InputError("the number of new sites must be a whole number, got {got!r}", got=budget)
    if not 0 < budget <= MAX_COST:
        raise InputError(
            "the number of new sites, or the budget, must be over 0, got {got}", got=budget
        )
    return int(budget)


def second_views(first: NDArray[np.int64], share: float) -> NDArray[np.int64]:
    """Return the worth of second views.

    Parameters
    ----------
    first
        Worth of first views.
    share
        Of it, in [0, 1].

    Returns
    -------
    ndarray of int
        Rounded down, so that no second view is worth more than a first.

    Raises
    ------
    InputError
        It is not usable.
    """
    if not 0.0 <= share <= 1.0:
        raise InputError("the weight of a second view must be in [0, 1], got {got}", got=share)
    return np.asarray(np.minimum(np.floor(first * float(share)).astype(np.int64), first))


def whole_costs(cost: ArrayLike | None, n: int) -> NDArray[np.int64]:
    """Return whole costs.

    Parameters
    ----------
    cost
        Of each site; ``None`` for 1 each.
    n
        How many sites there are.

    Returns
    -------
    ndarray of int, shape (n,)
        Over 0.

    Raises
    ------
    InputError
        It is not usable.
    """
    if cost is None:
        return np.ones(n, dtype=np.int64)
    given = np.asarray(cost)
    if given.dtype.kind not in "biuf" or given.shape != (n,):
        raise InputError("{n} costs are needed, as numbers, got {got}", n=n, got=given.shape)
    values = given.astype(np.float64)
    bad = ~(np.isfinite(values) & (values > 0.0) & (values == np.floor(values)))
    if bad.any():
        at = int(np.argmax(bad))
        raise InputError(
            "the cost of candidate {at} is {got}; costs must be whole numbers over 0",
            at=at,
            got=given[at],
        )
    if values.sum() > MAX_COST:
        raise InputError("costs sum to more than 2**53; give them in larger units")
    return values.astype(np.int64)


def numbered_poles(pole: ArrayLike | None, n: int) -> NDArray[np.int64]:
    """Return poles numbered from 0, in the order of their first site.

    Parameters
    ----------
    pole
        A number per site; a negative one, or ``None``, is a pole of its own.
    n
        How many sites there are.

    Returns
    -------
    ndarray of int, shape (n,)
        From 0.

    Raises
    ------
    InputError
        It is not usable.
    """
    if pole is None:
        return np.arange(n, dtype=np.int64)
    given = _whole(pole, "poles", n)
    alone = np.where(given >= 0, given, given.max(initial=0) + 1 + np.arange(n))
    _, first, number = np.unique(alone, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first)).astype(np.int64)
    return np.asarray(rank[number])


def existing_views(views: ArrayLike | None, m: int) -> NDArray[np.int64]:
    """Return how many existing cameras see each point.

    Parameters
    ----------
    views
        Of each point; ``None`` for none.
    m
        How many points there are.

    Returns
    -------
    ndarray of int, shape (m,)
        At least 0.

    Raises
    ------
    InputError
        It is not usable.
    """
    if views is None:
        return np.zeros(m, dtype=np.int64)
    given = _whole(views, "counts of existing views", m)
    if (given < 0).any():
        raise InputError("counts of existing views must be at least 0")
    return given


def _whole(values: ArrayLike, what: str, size: int) -> NDArray[np.int64]:
    """Return whole numbers of a given size."""
    given = np.asarray(values)
    if given.dtype.kind not in "biu" or given.shape != (size,):
        raise InputError(
            "{n} {what} are needed, as whole numbers, got {got}", n=size, what=what, got=given.shape
        )
    return given.astype(np.int64)


def site_positions(sites: ArrayLike, n: int) -> NDArray[np.int64]:
    """Return positions of candidates, rising.

    Parameters
    ----------
    sites
        Positions.
    n
        How many sites there are.

    Returns
    -------
    ndarray of int
        Each once.

    Raises
    ------
    InputError
        It is not usable.
    """
    given: NDArray[np.int64] = np.unique(np.asarray(sites, dtype=np.int64))
    if given.size and (given[0] < 0 or given[-1] >= n):
        raise InputError("there is no candidate {at}; there are {n}", at=int(given[-1]), n=n)
    return given


def site_pairs(pairs: ArrayLike, n: int) -> NDArray[np.int64]:
    """Return pairs of different candidates, each once.

    Parameters
    ----------
    pairs
        Of positions.
    n
        How many sites there are.

    Returns
    -------
    ndarray of int, shape (k, 2)
        The lower position first.

    Raises
    ------
    InputError
        It is not usable.
    """
    given = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    if given.size and (given.min() < 0 or given.max() >= n):
        raise InputError("there is no candidate {at}; there are {n}", at=int(given.max()), n=n)
    if (given[:, 0] == given[:, 1]).any():
        raise InputError("a forbidden pair needs two different candidates")
    return np.unique(np.sort(given, axis=1), axis=0)


def district_floors(
    rules: SitingRules, first: NDArray[np.int64], m: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return districts of points, and what each must have covered.

    Parameters
    ----------
    rules
        With ``district`` and ``least``.
    first
        Worth of first views.
    m
        How many points there are.

    Returns
    -------
    district : ndarray of int32, shape (m,)
        All 0 without floors.
    least : ndarray of int
        Worth that each district must have; empty without floors.

    Raises
    ------
    InputError
        It is not usable.
    """
    share = np.asarray(rules.least, dtype=np.float64)
    if not share.size:
        return np.zeros(m, dtype=np.int32), np.zeros(0, dtype=np.int64)
    if rules.district is None:
        raise InputError("least coverage per district needs the district of each point")
    district = _whole(rules.district, "districts", m)
    if (district < 0).any() or (district >= share.size).any():
        raise InputError(
            "least coverage is given for {n} districts, points name others", n=share.size
        )
    bad = ~((share >= 0.0) & (share <= 1.0))
    if bad.any():
        at = int(np.argmax(bad))
        raise InputError(
            "least coverage of district {at} must be a share in [0, 1], got {got}",
            at=at,
            got=float(share[at]),
        )
    total = np.bincount(district, weights=first.astype(np.float64), minlength=share.size)
    return district.astype(np.int32), np.ceil(total * share - 1e-9).astype(np.int64)
