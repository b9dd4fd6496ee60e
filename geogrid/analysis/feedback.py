"""Guard against feedback: what officers find follows where they go.

References
----------
Ensign, D. et al. (2018). Runaway feedback loops in predictive policing. Proceedings of Machine
Learning Research 81, 160-171.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geogrid.errors import InputError
from geogrid.model.incidents import SOURCES, Incidents

OFFICER: Final = SOURCES.index("officer")
MOST_OFFICER_SHARE: Final = 0.30  # above, a map of incidents is a map of patrols
INCLUDED: Final = (
    "{share:.0%} of these incidents were found by officers: the forecast follows where they went"
)
UNWEIGHTED: Final = (
    "incidents found by officers count in full: no patrol tracks before this day to weigh them by"
)


@dataclass(frozen=True, slots=True)
class OfficerShare:
    """How much of what is recorded was found by officers themselves.

    Parameters
    ----------
    by_source
        Incidents of each source, in the order of `geogrid.model.incidents.SOURCES`.
    counted
        Sources that count, some of `geogrid.model.incidents.SOURCES`.
    weighted
        Whether those found by officers are weighed by how often units were there.
    """

    by_source: tuple[int, ...]
    counted: tuple[str, ...]
    weighted: bool

    @property
    def share(self) -> float:
        """Share of incidents found by officers; 0 where there are none at all."""
        total = sum(self.by_source)
        return self.by_source[OFFICER] / total if total else 0.0

    @property
    def included(self) -> bool:
        """Whether incidents found by officers count."""
        return SOURCES[OFFICER] in self.counted

    @property
    def counted_share(self) -> float:
        """Share of what counts that officers found."""
        total = sum(self.by_source[SOURCES.index(source)] for source in self.counted)
        return self.by_source[OFFICER] / total if total and self.included else 0.0

    def as_json(self) -> dict[str, Any]:
        """Return the guard's figures as JSON values."""
        return {
            "sources": dict(zip(SOURCES, self.by_source, strict=True)),
            "officer_share": self.share,
            "officer_included": self.included,
            "officer_weighted": self.weighted,
            "warnings": self.warnings(),
        }

    def warnings(self) -> list[str]:
        """Return what a reader must know, in English."""
        if not self.included or not self.by_source[OFFICER]:
            return []
        told = [] if self.weighted else [UNWEIGHTED]
        share = self.counted_share
        return told + ([INCLUDED.format(share=share)] if share > MOST_OFFICER_SHARE else [])


def officer_share(
    incidents: Incidents, counted: tuple[str, ...], *, weighted: bool
) -> OfficerShare:
    """Return how much of what is recorded was found by officers.

    Parameters
    ----------
    incidents
        Of all sources.
    counted
        Sources that count.
    weighted
        Whether those found by officers are weighed.

    Returns
    -------
    OfficerShare
        The guard.
    """
    counts = np.bincount(incidents.source, minlength=len(SOURCES))
    return OfficerShare(tuple(counts.tolist()), counted, weighted)


def exposure_weights(
    is_officer: NDArray[np.bool_],
    position: NDArray[np.int64],
    visited_days: NDArray[np.float64],
    days: int,
) -> NDArray[np.float64]:
    """Return what each incident counts for, when those found on patrol depend on visits.

    An incident found where units come every day counts for less than one found where they
    rarely come: inversely to the chance of a visit, so that more patrols alone do not make
    more incidents.

    Parameters
    ----------
    is_officer
        Whether officers found it, shape (n,).
    position
        Its cell in the grid, -1 outside, shape (n,).
    visited_days
        Days on which units were in each cell, shape (n_cells,).
    days
        Days looked at, >= 1.

    Returns
    -------
    ndarray of float64, shape (n,)
        1 for what others reported. Weights of incidents found by officers sum to their
        number; outside the grid they are 1.

    Raises
    ------
    InputError
        ``days`` is under 1.

    Notes
    -----
    ``1 / p`` with ``p = (visited_days + 1) / (days + 1)``, scaled; a cell without a visit on
    record is taken as visited once more than that.
    """
    if days < 1:
        raise InputError("visits need at least one day of patrols, got {days}", days=days)
    weight = np.ones(is_officer.size)
    found = is_officer & (position >= 0)
    if found.any():
        visits = np.nan_to_num(visited_days[position[found]])
        inverse = (days + 1.0) / (np.minimum(visits, days) + 1.0)
        weight[found] = inverse * (inverse.size / inverse.sum())
    return weight
