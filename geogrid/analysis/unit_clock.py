"""Whether a unit's clock is whole hours off, told from when it moves and when others do.

Whoever works the hours that others work has a clock that agrees with theirs. A unit that fits
nobody as its clock stands, and fits several others at once when its clock is turned by some
hours, has a clock that seems off. Hours alone cannot tell a wrong clock from a shift plan that
nobody else has, so whatever a plan explains is not called a wrong clock.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from geogrid.errors import InputError

HOURS: Final = 24
_BLOCK: Final = 1 << 22  # comparisons held at a time: 32 MB


@dataclass(frozen=True, slots=True)
class ClockRules:
    """Thresholds of telling a clock that is hours off.

    Parameters
    ----------
    least_days
        Days on which a unit must have moved.
    least_moving_h
        Hours that it must have moved in all.
    alike
        That many others must fit after the turn; there must be one more at least.
    chance
        Of a wrong call by the day-to-day test, over all 23 turns (Bonferroni).
    steady_share
        Days that must each speak for the turn.
    likelihood_ratio
        How many times likelier the turned clock must be than the clock as it stands, and than
        any other turn.
    odd_quantile, usual_quantile
        Turned, a unit must fit as well as this share of the fleet does; as its clock stands,
        worse than that share.
    strange_ratio
        A unit whose hours are this many times further from anybody's than ``odd_quantile`` of
        the fleet is has hours like nobody's: nothing is said of its clock.
    least_share
        Share of the likelihood of all 24 turns that must fall on the one that is told. It is
        lower where crews relieve each other in like shifts, so that several turns fit.
    least_common_share
        Hours in common with those it fits after the turn. A plan that begins about when
        another ends has few: such a unit relieves others, and is not called wrong.
    inner_share
        Of a plan's busiest hour: hours with less lie on the edge of a shift. A shift that
        begins an hour later than others' has their rush hours at the same time: the hours
        inside must speak for the turn too, by ``likelihood_ratio`` where shifts have more than
        this share in common.
    anywhere_share
        Of each unit's time, taken as spread over the whole day: nobody's plan is without
        exceptions.
    least_rhythm
        Of the fleet: mean divergence from a day without rhythm, nats.

    Notes
    -----
    The share of wrong calls and of found clocks with these values is measured in
    ``tests/analysis/test_unit_clock.py``; see ``docs/cleaning.md``.
    """

    least_days: int = 3
    least_moving_h: float = 10.0
    alike: int = 3
    chance: float = 0.01
    steady_share: float = 2 / 3
    likelihood_ratio: float = 1000.0
    odd_quantile: float = 0.9
    usual_quantile: float = 0.75
    strange_ratio: float = 2.0
    least_share: float = 0.5
    least_common_share: float = 0.25
    inner_share: float = 0.5
    anywhere_share: float = 0.02
    least_rhythm: float = 0.05


class Clocks(NamedTuple):
    """Per unit: hours by which its clock is ahead (NaN: cannot be told), and how sure."""

    off_h: NDArray[np.float64]
    sure: NDArray[np.float64]


class _Fleet(NamedTuple):
    """Units that can be compared: hours moved by unit, day and hour, and what follows.

    ``plan`` (n, 24) is the logarithm of each unit's share of time by hour, ``turned``
    (n, 24, 24) the same for each turn, ``grain_h`` how many hours count as one observation.
    """

    days: NDArray[np.float64]
    total: NDArray[np.float64]
    plan: NDArray[np.float64]
    turned: NDArray[np.float64]
    grain_h: float


class _Fit(NamedTuple):
    """How well one unit's hours fit the plans of all others, by log-likelihood.

    ``own`` is the other unit that it fits best as its clock stands, so well is ``single``;
    ``several`` (24,) is the fit that at least `ClockRules.alike` others reach at each turn;
    ``turn`` is the best turn but none, ``model`` the unit that it fits so well there;
    ``share`` (24,) is how the likelihood is spread over the turns.
    """

    own: int
    single: float
    several: NDArray[np.float64]
    turn: int
    model: int
    share: NDArray[np.float64]


def unit_clocks(moving_h: NDArray[np.float64], rules: ClockRules | None = None) -> Clocks:
    """Return by how many hours each unit's clock seems ahead of the fleet's.

    Parameters
    ----------
    moving_h
        Hours moved by unit, day and local hour, >= 0, shape (n_units, n_days, 24).
    rules
        Thresholds; the defaults if ``None``.

    Returns
    -------
    Clocks
        ``off_h``: 0 where the unit works hours that others work, -11 to 12 where its clock
        seems off, NaN where that cannot be told. ``sure``: share of the likelihood of all 24
        turns that falls on this one, 0.5 to 1, NaN as above.

    Raises
    ------
    InputError
        The array has another shape, or a value is negative or not known.

    Notes
    -----
    A unit's hours are compared with the plan of each other unit by a quasi-likelihood: that of
    a multinomial, divided by the dispersion that its days show (Pearson's statistic over its
    degrees of freedom). A turn is called only where all of these hold: it is likelier than none
    and than any other; the gain from day to day is above zero by a one-sided t test; most days
    gain; turned, the unit fits as the fleet's own members fit each other, and as it stands it
    does not; its hours are not a plan that begins where that of those it fits ends; and the
    rhythm inside its shift is turned as well.

    References
    ----------
    McCullagh & Nelder (1989), Generalized Linear Models, 2nd ed., sections 4.5 and 9.2
    (dispersion, quasi-likelihood).
    """
    rules = rules or ClockRules()
    if moving_h.ndim != 3 or moving_h.shape[2] != HOURS:
        raise InputError(
            "hours moved must be by unit, day and hour, got the shape {shape}", shape=moving_h.shape
        )
    if not (np.isfinite(moving_h) & (moving_h >= 0.0)).all():
        raise InputError("hours moved must be 0 or more, and known")
    found = Clocks(*np.full((2, moving_h.shape[0]), np.nan))
    told = np.flatnonzero(
        ((moving_h.sum(axis=2) > 0.0).sum(axis=1) >= rules.least_days)
        & (moving_h.sum(axis=(1, 2)) >= rules.least_moving_h)
    )
    if told.size < rules.alike + 2:
        return found
    fleet = _fleet_of(moving_h[told], rules)
    if _rhythm(fleet) < rules.least_rhythm:
        return found
    fits = _fits(fleet, rules)
    apart = np.array([_apart(fleet, at, fit.several[0]) for at, fit in enumerate(fits)])
    for at, fit in enumerate(fits):
        turn = _turn(fleet, at, fit, np.delete(apart, at), rules)
        if turn is not None and fit.share[turn] >= rules.least_share:
            found.off_h[told[at]] = turn - HOURS if turn > HOURS // 2 else turn
            found.sure[told[at]] = fit.share[turn]
    return found


def _fleet_of(days: NDArray[np.float64], rules: ClockRules) -> _Fleet:
    """Return the plans of units, and how much of their time is one observation."""
    total = days.sum(axis=1)
    share = total / total.sum(axis=1, keepdims=True)
    plan = np.log((1.0 - rules.anywhere_share) * share + rules.anywhere_share / HOURS)
    hour = np.arange(HOURS)
    turned = plan[:, (hour[None, :] - hour[:, None]) % HOURS]
    return _Fleet(days, total, plan, turned, _grain(days, share))


def _grain(days: NDArray[np.float64], share: NDArray[np.float64]) -> float:
    """Return Pearson's statistic of the days around each unit's own plan, over its freedom."""
    per_day = days.sum(axis=2)
    expected = per_day[:, :, None] * share[:, None, :]
    counted = (expected > 0.0) & (share[:, None, :] > 0.01)  # of rare hours it says nothing
    gap = np.divide((days - expected) ** 2, expected, out=np.zeros_like(days), where=counted)
    worked = (per_day > 0.0).sum(axis=1)
    freedom = (np.maximum(worked - 1, 0) * ((share > 0.01).sum(axis=1) - 1)).sum()
    return float(max(gap.sum() / max(freedom, 1), 1e-6))


def _rhythm(fleet: _Fleet) -> float:
    """Return how far plans are from a day without rhythm, nats."""
    return float((np.exp(fleet.plan) * (fleet.plan + math.log(HOURS))).sum(axis=1).mean())


def _fits(fleet: _Fleet, rules: ClockRules) -> list[_Fit]:
    """Return how well each unit's hours fit the plans of all others."""
    n = len(fleet.total)
    plans = fleet.turned.reshape(n * HOURS, HOURS)
    step = max(_BLOCK // (n * HOURS), 1)
    fits: list[_Fit] = []
    for first in range(0, n, step):
        part = fleet.total[first : first + step] / fleet.grain_h
        block = (part @ plans.T).reshape(-1, n, HOURS)
        for at, log in enumerate(block, start=first):
            log[at] = -np.inf  # nobody bears witness to itself
            fits.append(_fit(log, rules))
    return fits


def _fit(log: NDArray[np.float64], rules: ClockRules) -> _Fit:
    """Return how well one unit's hours fit, from (n, 24) log-likelihoods."""
    place = len(log) - rules.alike
    several = np.partition(log, place, axis=0)[place]
    turn = 1 + int(several[1:].argmax())
    by_turn = special.logsumexp(log, axis=0)
    own = int(log[:, 0].argmax())
    model = int(np.argpartition(log[:, turn], place)[place])
    share = np.exp(by_turn - special.logsumexp(by_turn))
    return _Fit(own, float(log[own, 0]), several, turn, model, share)


def _apart(fleet: _Fleet, at: int, log: float) -> float:
    """Return the divergence of a unit's hours from a plan that they fit so well, nats."""
    total = fleet.total[at]
    return float((total @ fleet.plan[at] / fleet.grain_h - log) * fleet.grain_h / total.sum())


def _turn(
    fleet: _Fleet, at: int, fit: _Fit, apart: NDArray[np.float64], rules: ClockRules
) -> int | None:
    """Return by how many hours a clock is ahead, 0 to 23; ``None`` where it cannot be told."""
    odd, usual = np.quantile(apart, (rules.odd_quantile, rules.usual_quantile))
    margin, best = math.log(rules.likelihood_ratio), fit.several[fit.turn]
    as_is = _apart(fleet, at, fit.single)
    if best - fit.single < margin:
        # Nothing fits better. Hours that are like nobody's say nothing of the clock either.
        return 0 if as_is <= rules.strange_ratio * odd else None
    likely = (
        best - np.delete(fit.several, [0, fit.turn]).max() >= margin
        and as_is > odd
        and _apart(fleet, at, best) <= usual
        and not _plan_explains(fleet, at, fit, rules)
        and _steady(fleet, at, fit, rules)
    )
    return fit.turn if likely else None


def _plan_explains(fleet: _Fleet, at: int, fit: _Fit, rules: ClockRules) -> bool:
    """Tell whether a right clock and a plan of its own explain a unit's hours as well."""
    model = fleet.plan[fit.model]
    common = np.exp(np.minimum(fleet.plan[at], model)).sum()
    if common < rules.least_common_share:
        return True
    turned, total = np.roll(model, fit.turn), fleet.total[at]
    inside = total >= rules.inner_share * total.max()
    for plan in (model, turned):
        inside &= np.exp(plan) >= rules.inner_share * np.exp(plan).max()
    gain = 0.0
    if inside.any():
        after, before = (plan[inside] - special.logsumexp(plan[inside]) for plan in (turned, model))
        gain = float(total[inside] @ (after - before)) / fleet.grain_h
    needed = math.log(rules.likelihood_ratio) if common > rules.inner_share else 0.0
    return gain < needed


def _steady(fleet: _Fleet, at: int, fit: _Fit, rules: ClockRules) -> bool:
    """Tell whether the days of a unit, one by one, speak for its best turn."""
    days = fleet.days[at][fleet.days[at].sum(axis=1) > 0.0]
    gain = days @ (fleet.turned[fit.model, fit.turn] - fleet.turned[fit.own, 0])
    if gain.mean() <= 0.0 or (gain > 0.0).mean() < rules.steady_share:
        return False
    spread = gain.std(ddof=1) / math.sqrt(gain.size)
    tail = special.stdtr(gain.size - 1, -gain.mean() / spread) if spread > 0.0 else 0.0
    return bool(tail * (HOURS - 1) <= rules.chance)
