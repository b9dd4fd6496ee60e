"""Who recorded the incidents that demand is judged by: the public, officers, or nobody knows.

References
----------
Ensign, D. et al. (2018). Runaway feedback loops in predictive policing. Proceedings of Machine
Learning Research 81, 160-171.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from geogrid.analysis.feedback import MOST_OFFICER_SHARE, OFFICER
from geogrid.model.incidents import SOURCES, Incidents

UNKNOWN: Final = SOURCES.index("unknown")
OFFICERS: Final = (
    "{share:.0%} of the recorded incidents were found by officers; they are no measure of demand "
    "and are left out of it"
)
NOT_KNOWN: Final = (
    "who recorded {share:.0%} of the incidents that count as demand is not known: some may be what "
    "patrols found where they went"
)
WARNINGS: Final = (OFFICERS, NOT_KNOWN)


def origin_guard(incidents: Incidents, counted: tuple[str, ...]) -> dict[str, Any]:
    """Return who recorded the incidents of a window, and what a reader must know of it.

    Parameters
    ----------
    incidents
        Of all sources.
    counted
        Sources that count as demand.

    Returns
    -------
    dict
        JSON values: ``sources`` (incidents of each), ``counted``, ``officer_share`` (of all that
        is recorded), ``unknown_share`` (of what counts) and ``warnings``, in English, where one
        of them is over 30 %; shares are ``None`` where there is nothing.
    """
    by_source = np.bincount(incidents.source, minlength=len(SOURCES)).tolist()
    recorded = sum(by_source)
    counts = sum(by_source[SOURCES.index(source)] for source in counted)
    officer = by_source[OFFICER] / recorded if recorded else None
    is_counted = SOURCES[UNKNOWN] in counted
    unknown = by_source[UNKNOWN] / counts if counts and is_counted else None
    told = []
    if officer is not None and officer > MOST_OFFICER_SHARE and SOURCES[OFFICER] not in counted:
        told.append(OFFICERS.format(share=officer))
    if unknown is not None and unknown > MOST_OFFICER_SHARE:
        told.append(NOT_KNOWN.format(share=unknown))
    return {
        "sources": dict(zip(SOURCES, by_source, strict=True)),
        "counted": list(counted),
        "officer_share": officer,
        "unknown_share": unknown,
        "warnings": told,
    }
