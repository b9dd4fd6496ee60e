"""Whether incidents fell at a treated place beyond what they did elsewhere, and where they went.

The weighted displacement difference (WDD) is the change of the counts at the place less that of a
control place, with the same for the rings around both, to which incidents may have moved. Counts
are Poisson, so its variance is the sum of them. The weighted displacement quotient (WDQ) says how
the ring's change stands to the place's own.

References
----------
Wheeler, A. P. & Ratcliffe, J. H. (2018). A simple weighted displacement difference test to
evaluate place based crime interventions. Crime Science 7, 11 (WDD and its standard error).
Wheeler, A. P. (2021). ptools: tools for Poisson data, R package 1.0, ``wdd`` (periods of unequal
length).
Bowers, K. J. & Johnson, S. D. (2003). Measuring the geographical displacement and diffusion of
benefit effects of crime prevention activity. Journal of Quantitative Criminology 19, 275-301 (WDQ).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

from geogrid.errors import InputError

INTERVAL_Z: Final = 1.959963984540054  # 95 %


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """Incidents before and after.

    Parameters
    ----------
    before, after
        Counts, >= 0.

    Raises
    ------
    InputError
        A count is below 0.
    """

    before: int
    after: int

    def __post_init__(self) -> None:
        if min(self.before, self.after) < 0:
            raise InputError("counts of incidents cannot be below 0, got {counts}", counts=self)

    def plus(self, other: BeforeAfter) -> BeforeAfter:
        """Return the counts of two places together.

        Parameters
        ----------
        other
            Of the other place.

        Returns
        -------
        BeforeAfter
            Their sums.
        """
        return BeforeAfter(self.before + other.before, self.after + other.after)


@dataclass(frozen=True, slots=True)
class Difference:
    """A weighted displacement difference.

    Parameters
    ----------
    wdd
        Incidents more than without treatment, below 0 for fewer, in a period as long as the
        one after.
    se
        Its standard error.
    """

    wdd: float
    se: float

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval, by the normal approximation."""
        return self.wdd - INTERVAL_Z * self.se, self.wdd + INTERVAL_Z * self.se

    @property
    def z(self) -> float | None:
        """The difference in standard errors; ``None`` where nothing was counted."""
        return self.wdd / self.se if self.se > 0.0 else None

    def as_json(self) -> dict[str, Any]:
        """Return the figures as JSON values."""
        return {"wdd": self.wdd, "se": self.se, "interval": list(self.interval), "z": self.z}


def displacement_difference(
    *pairs: tuple[BeforeAfter, BeforeAfter], days: tuple[float, float] = (1.0, 1.0)
) -> Difference:
    """Return the weighted displacement difference of some places, each with its control.

    Parameters
    ----------
    *pairs
        The treated place and its control; then the ring and the control's ring.
    days
        Lengths of the periods before and after.

    Returns
    -------
    Difference
        The sum over the pairs of (after - before of the place) - (after - before of the
        control). Where the periods differ in length, counts before are scaled to the one after.

    Raises
    ------
    InputError
        A period has no length.
    """
    if min(days) <= 0.0:
        raise InputError("the periods before and after need at least a day, got {days}", days=days)
    scale = days[1] / days[0]
    wdd, variance = 0.0, 0.0
    for place, control in pairs:
        wdd += (place.after - scale * place.before) - (control.after - scale * control.before)
        variance += place.after + control.after + scale**2 * (place.before + control.before)
    return Difference(wdd, math.sqrt(variance))


def difference_from_rest(place: BeforeAfter, rest: BeforeAfter) -> Difference:
    """Return the difference to what a place had had if it had changed as the rest did.

    For a control that is much larger than the place: its change in per cent counts, not that in
    incidents.

    Parameters
    ----------
    place
        The treated place, or it and its ring.
    rest
        All that is neither, > 0 in both periods.

    Returns
    -------
    Difference
        ``after - before * rest.after / rest.before``; lengths of the periods cancel.

    Raises
    ------
    InputError
        The rest has no incidents in a period.

    Notes
    -----
    Variance by the delta method, all counts Poisson: ``after + r^2 before + (r before)^2 (1 /
    rest.before + 1 / rest.after)`` with ``r = rest.after / rest.before``.
    """
    if min(rest.before, rest.after) <= 0:
        raise InputError(
            "the control has {before} incidents before and {after} after; it needs some in both: "
            "give another control, or longer periods",
            before=rest.before,
            after=rest.after,
        )
    ratio = rest.after / rest.before
    expected = ratio * place.before
    doubt = expected**2 * (1.0 / rest.before + 1.0 / rest.after)
    variance = place.after + ratio**2 * place.before + doubt
    return Difference(place.after - expected, math.sqrt(variance))


def displacement_quotient(
    place: BeforeAfter, ring: BeforeAfter, control: BeforeAfter
) -> float | None:
    """Return how the change of the ring stands to that of the place, both against a control.

    Parameters
    ----------
    place, ring, control
        Counts.

    Returns
    -------
    float or None
        Over 0 benefits spread to the ring (over 1: more than at the place); from 0 to -1 some
        of the gain moved to the ring, below -1 more than all of it. ``None`` where the place
        did not fall against the control, or the control has none in a period: the quotient
        says nothing then.

    Notes
    -----
    ``(R1 / C1 - R0 / C0) / (P1 / C1 - P0 / C0)``.
    """
    if min(control.before, control.after) <= 0:
        return None
    gain = place.after / control.after - place.before / control.before
    if gain >= 0.0:
        return None
    return (ring.after / control.after - ring.before / control.before) / gain
