"""Hotspots of rates: more incidents than the people, roads, places or land there explain.

The null of Gi* deals counts to cells alike; where there is more to happen to, more happens. Here
each cell expects its part of all incidents, in proportion to its exposure, and a window is held
against a Poisson or a negative binomial count with the sum of its cells' expectations.

References
----------
Choynowski, M. (1959). Maps based on probabilities. JASA 54, 385-388, for the Poisson chance.
Cameron, A. C. & Trivedi, P. K. (2013). Regression Analysis of Count Data, 2nd ed., section
3.3, for the negative binomial with variance in proportion to the mean (NB1), which sums of
windows keep.
Marshall, R. J. (1991). Mapping disease and mortality rates using empirical Bayes estimators.
JRSS C 40, 283-294, eq. 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import special

from geogrid.analysis.gistar import support_by_part
from geogrid.analysis.hotspot_columns import REASON_TEMPLATES, Reason, reason_sentences
from geogrid.analysis.hotspot_data import HotspotData
from geogrid.analysis.hotspot_params import HotspotParams
from geogrid.analysis.hotspot_verdicts import Family
from geogrid.analysis.multiple_testing import adjusted_p
from geogrid.errors import InputError
from geogrid.model.cells import CellTable, Field
from geogrid.model.grid import Grid
from geogrid.model.incidents import Incidents

Spread = Literal["negative-binomial", "poisson"]
FIELDS: Final = (
    Field("count", "Incidents", meaning="incidents in the cell"),
    Field("at_risk", "At risk", meaning="1 where there is exposure and the cell is tested, else 0"),
    Field(
        "exposure", "Exposure", meaning="people, metres of road, places or square metres of land"
    ),
    Field(
        "rate",
        "Incidents per mean exposure",
        meaning="incidents, as if the cell had the mean exposure; null where not tested",
    ),
    Field(
        "eb_rate",
        "Smoothed rate",
        meaning="the same, drawn to the mean the more the less exposure there is (empirical "
        "Bayes); null where not tested",
    ),
    Field(
        "expected",
        "Incidents expected in the window",
        meaning="by the exposure within the radius; null where not tested",
    ),
    Field(
        "p",
        "p-value",
        scale="share",
        meaning="two-sided chance of such a window given its exposure; null where not tested",
    ),
    Field(
        "q",
        "q-value",
        scale="share",
        meaning="p corrected for testing every cell at risk; null where not tested",
    ),
    Field(
        "hot",
        "Hotspot",
        unit="%",
        scale="diverging",
        meaning="99, 95, 90: more incidents than chance at that confidence; -99, -95, -90: "
        "fewer; 0: neither; null where not tested",
    ),
    Field(
        "support",
        "Incidents in the window",
        meaning="incidents within the radius; null where not tested",
    ),
    Field("reason", "Reason", scale="text", meaning="why the cell is hot or not"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """What incidents can happen to.

    Parameters
    ----------
    name
        ``people``, ``roads``, ``places`` or ``area``.
    amount
        People, metres, places or square metres of each cell, >= 0, shape (n_cells,).

    Raises
    ------
    InputError
        An amount is negative or no number, or there is none at all.
    """

    name: str
    amount: NDArray[np.float64]

    def __post_init__(self) -> None:
        if not (np.isfinite(self.amount).all() and (self.amount >= 0.0).all()):
            raise InputError("{name} must be numbers of 0 or more in every cell", name=self.name)
        if not self.amount.any():
            raise InputError("there are no {name} in the grid; choose another", name=self.name)


def tail_chances(
    count: NDArray[np.int64], expected: NDArray[np.float64], dispersion: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both tails of counts with a given expectation.

    Parameters
    ----------
    count
        What was seen, >= 0, shape (n,).
    expected
        What is expected, > 0, shape (n,).
    dispersion
        Variance over mean: Poisson at 1 or less, negative binomial above.

    Returns
    -------
    p_lo, p_hi : ndarray of float64, shape (n,)
        Chance of at most, and of at least, what was seen.
    """
    seen = np.maximum(count, 1).astype(np.float64)
    if dispersion <= 1.0:
        below, above = special.gammaincc(count + 1.0, expected), special.gammainc(seen, expected)
    else:
        size, share = expected / (dispersion - 1.0), 1.0 / dispersion
        below = np.asarray(special.betainc(size, count + 1.0, share), dtype=np.float64)
        above = np.asarray(special.betaincc(size, seen, share), dtype=np.float64)
    return np.asarray(below), np.where(count > 0, above, 1.0)


def empirical_bayes(
    count: NDArray[np.float64], exposure: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return rates drawn to their mean where little exposure makes them unsure.

    Parameters
    ----------
    count
        Incidents, >= 0, shape (n,).
    exposure
        What they can happen to, > 0, shape (n,).

    Returns
    -------
    ndarray of float64, shape (n,)
        Incidents per exposure.

    Notes
    -----
    With the mean rate m, ``s2 = sum(P (r - m)^2) / sum(P)`` and ``A = max(0, s2 - m / mean(P))``:
    ``m + (r - m) A / (A + m / P)``.
    """
    rate, mean = count / exposure, count.sum() / exposure.sum()
    spread2 = (exposure * (rate - mean) ** 2).sum() / exposure.sum()
    between = max(spread2 - mean / exposure.mean(), 0.0)
    if between == 0.0:
        return np.full(count.size, mean)
    return np.asarray(mean + (rate - mean) * between / (between + mean / exposure))


def rate_hotspots(
    incidents: Incidents,
    grid: Grid,
    *,
    exposure: Exposure,
    spread: str = "negative-binomial",
    params: HotspotParams | None = None,
) -> CellTable:
    """Return where more incidents happen than the exposure explains.

    Only cells with exposure are tested; incidents elsewhere are counted as ``off_mask``.

    Parameters
    ----------
    incidents
        The incidents, WGS-84; each counts once.
    grid
        The grid.
    exposure
        What they can happen to, by cell.
    spread
        ``poisson``: incidents do not depend on each other. ``negative-binomial``: they come in
        clumps, as far as the cells' own counts show; it is Poisson where they do not.
    params
        Radius, correction, reference; ``null`` is not used.

    Returns
    -------
    CellTable
        Columns ``count``, ``at_risk``, ``exposure``, ``rate``, ``eb_rate``, ``expected``, ``p``,
        ``q``, ``hot``, ``support`` and ``reason``. The summary is that of
        `geogrid.analysis.hotspots.hotspots` with ``exposure``, ``spread`` and ``dispersion``
        (variance over mean of a cell's count).

    Raises
    ------
    InputError
        The radius does not fit the cell size, fewer than 30 incidents lie where there is
        exposure, weights are asked for, or ``spread`` is not known.
    """
    params = params or HotspotParams()
    if spread not in get_args(Spread):
        raise InputError(
            "spread must be poisson or negative-binomial, got {spread!r}", spread=spread
        )
    if params.weighted:
        raise InputError(
            "the chance of a rate is one of whole incidents; leave --weight and --times out, "
            "or use --method gi"
        )
    mask_name = f"exposure: {exposure.name}"
    data = HotspotData.of(
        incidents, grid, at_risk=exposure.amount > 0.0, mask_name=mask_name, params=params
    )
    counts, parts = data.units(), data.parts()
    expected = _expected(data, counts, parts, exposure)
    support, _ = support_by_part(counts, parts, data.half_widths)
    around = _window_expected(expected, parts, data.half_widths)
    own, of_cell = counts[parts >= 0], expected[parts >= 0]
    dispersion = max(float(((own - of_cell) ** 2).sum() / of_cell.sum()), 1.0)
    p_lo, p_hi = tail_chances(support, around, dispersion if spread != "poisson" else 1.0)
    p = np.minimum(2.0 * np.minimum(p_lo, p_hi), 1.0)
    tests = Family(np.sign(support - around), support, p, adjusted_p(p, params.correction))
    summary = data.summary | {
        "hot": int(tests.hot(params).sum()),
        "cold": int(tests.cold(params).sum()),
        "method": "rate",
        "null": spread,
        "exposure": exposure.name,
        "spread": spread,
        "dispersion": dispersion,
        "p_method": "exact",
        "p_floor": 0.0,
    }
    return CellTable(grid, FIELDS, _columns(data, exposure, around, tests), summary)


def _expected(
    data: HotspotData, counts: NDArray[np.int64], parts: NDArray[np.int64], exposure: Exposure
) -> NDArray[np.float64]:
    """Return what each cell expects, by the rate of its part, of the frame's shape."""
    expected = np.zeros(data.frame.shape)
    expected[data.frame.rows, data.frame.cols] = exposure.amount[data.at_risk]
    for number in np.unique(parts[parts >= 0]):
        at = parts == number
        expected[at] *= counts[at].sum() / expected[at].sum()
    return expected


def _window_expected(
    expected: NDArray[np.float64], parts: NDArray[np.int64], half_widths: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the sum of expectations in each window, as whole numbers of a tiny unit.

    Equal windows so get equal sums wherever they lie, which sums of floats do not promise.
    """
    unit = float(expected.sum()) / 2**52
    whole = np.rint(expected / unit).astype(np.int64)
    sums, _ = support_by_part(whole, parts, half_widths)
    return np.asarray(np.maximum(sums, 1) * unit, dtype=np.float64)


def _columns(
    data: HotspotData, exposure: Exposure, around: NDArray[np.float64], tests: Family
) -> dict[str, NDArray[np.generic]]:
    """Return the columns, in the order of `FIELDS`."""
    least, spread = data.params.min_support, data.spread
    hot, reason = tests.verdicts(least)
    amount = exposure.amount[data.at_risk]
    count = data.points.in_cell[data.at_risk].astype(np.float64)
    sentences = reason_sentences(reason, tests.support, around, least)
    return {
        "count": data.points.in_cell.astype(np.float64),
        "at_risk": data.at_risk.astype(np.float64),
        "exposure": exposure.amount,
        "rate": spread(count / amount * amount.mean()),
        "eb_rate": spread(empirical_bayes(count, amount) * amount.mean()),
        "expected": spread(around),
        "p": spread(tests.p),
        "q": spread(tests.q),
        "hot": spread(hot),
        "support": spread(tests.support),
        "reason": np.where(
            data.at_risk, spread(sentences, None), REASON_TEMPLATES[Reason.UNTESTED]
        ),
    }
