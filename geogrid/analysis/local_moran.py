"""Local Moran's I of incidents on the cells at risk, with exact p-values.

It finds cells that differ from their neighbours as well as clusters: high among high, low among
low, high among low, low among high.

References
----------
Anselin, L. (1995). Local indicators of spatial association - LISA. Geographical Analysis 27,
93-115, eq. 12.
Caldas de Castro, M. & Singer, B. H. (2006). Controlling the false discovery rate: a new
application to account for multiple and dependent tests in local statistics of spatial
association. Geographical Analysis 38, 180-208.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.gistar import Draws, gistar_by_part, support_by_part
from geogrid.analysis.hotspot_data import HotspotData
from geogrid.analysis.hotspot_params import HotspotParams
from geogrid.analysis.hotspots import chance_draws
from geogrid.analysis.multiple_testing import adjusted_p
from geogrid.i18n import retold
from geogrid.model.cells import CellTable, Field
from geogrid.model.grid import Grid
from geogrid.model.incidents import Incidents

CLASSES: Final = ("high_high", "low_low", "high_low", "low_high", "none")
FIELDS: Final = (
    Field("count", "Incidents", meaning="incidents in the cell"),
    Field(
        "at_risk",
        "At risk",
        meaning="1 where an incident could happen and the cell is tested, else 0",
    ),
    Field(
        "moran",
        "Local Moran's I",
        scale="diverging",
        meaning="above 0 where cell and neighbours are alike, below 0 where they differ; "
        "null where not tested",
    ),
    Field(
        "p",
        "p-value",
        scale="share",
        meaning="two-sided chance of such neighbours; null where not tested",
    ),
    Field(
        "q",
        "q-value",
        scale="share",
        meaning="p corrected for testing every cell at risk; null where not tested",
    ),
    Field(
        "cluster",
        "Cell among its neighbours",
        scale="category",
        meaning="more or fewer incidents than the mean, in the cell and then in its neighbours; "
        "null where not tested",
        categories=CLASSES,
    ),
    Field(
        "support",
        "Incidents in the window",
        meaning="incidents within the radius; null where not tested",
    ),
    Field("reason", "Reason", scale="text", meaning="why the cell has its class"),
)


class _Why(IntEnum):
    """Why a cell has its class; the first four are the places in `CLASSES`."""

    HIGH_HIGH = 0
    LOW_LOW = 1
    HIGH_LOW = 2
    LOW_HIGH = 3
    USUAL = 4
    TOO_FEW = 5
    ALONE = 6
    UNTESTED = 7


REASON_TEMPLATES: Final = {
    _Why.HIGH_HIGH: "many here and around: {own} in the cell, {around} around it",
    _Why.LOW_LOW: "few here and around: {own} in the cell, {around} around it",
    _Why.HIGH_LOW: "many here, few around: {own} in the cell, {around} around it",
    _Why.LOW_HIGH: "few here, many around: {own} in the cell, {around} around it",
    _Why.USUAL: "its neighbours are not unusual: {own} in the cell, {around} around it",
    _Why.TOO_FEW: "too few to call: {own} in the cell, {around} around it",
    _Why.ALONE: "no other cell at risk within the radius",
    _Why.UNTESTED: "not tested: nothing at risk here",
}


def translated_class(sentence: str, translate: Callable[[str], str]) -> str:
    """Return the reason of a class in another language.

    Parameters
    ----------
    sentence
        In English.
    translate
        Returns a template in another language; see `geogrid.i18n.translator`.

    Returns
    -------
    str
        The sentence; unchanged if it is not made of `REASON_TEMPLATES`.
    """
    return retold(sentence, tuple(REASON_TEMPLATES.values()), translate)


@dataclass(frozen=True, slots=True, eq=False)
class LocalMoran:
    """Local Moran's I of the cells of all parts, row by row.

    Parameters
    ----------
    statistic
        The statistic, weights of neighbours summing to one, shape (n,); 0 without neighbours.
    high, high_around
        Whether the cell, and the mean of its neighbours, lie above the mean, shape (n,).
    neighbours
        Other cells within the radius, shape (n,).
    p_lo, p_hi
        Chance of neighbours that sum to at most, and to at least, what was seen, shape (n,).
    """

    statistic: NDArray[np.float64]
    high: NDArray[np.bool_]
    high_around: NDArray[np.bool_]
    neighbours: NDArray[np.int64]
    p_lo: NDArray[np.float64]
    p_hi: NDArray[np.float64]

    @property
    def p(self) -> NDArray[np.float64]:
        """Two-sided p: twice the smaller tail, at most 1."""
        return np.minimum(2.0 * np.minimum(self.p_lo, self.p_hi), 1.0)

    @property
    def quadrant(self) -> NDArray[np.int64]:
        """Place in `CLASSES` of cell and neighbours, whether unusual or not."""
        return np.where(
            self.high, np.where(self.high_around, 0, 2), np.where(self.high_around, 3, 1)
        )


def local_moran(
    counts: NDArray[np.int64],
    parts: NDArray[np.int64],
    half_widths: NDArray[np.int64],
    *,
    draws: Draws | None = None,
) -> LocalMoran:
    """Return local Moran's I, each part of a lattice by itself.

    Each cell keeps its count and the others are dealt: the chance of the neighbours' sum is that
    of Gi* under the conditional null, from the same table.

    Parameters
    ----------
    counts
        Counts, >= 0, shape (n_rows, n_cols).
    parts
        Number of the part of each cell, negative outside all; same shape.
    half_widths
        The window; see `geogrid.kernels.window_sums.disc_half_widths`.
    draws
        How tails are drawn; ``None`` for exact ones.

    Returns
    -------
    LocalMoran
        Arrays over the cells of all parts.

    Notes
    -----
    ``I = (y - m) / s^2 * (mean of the neighbours - m)`` with mean m and variance s^2 of the
    part.
    """
    tails = gistar_by_part(counts, parts, half_widths, null="conditional", draws=draws)
    inside = parts >= 0
    own, part = counts[inside], parts[inside]
    neighbours = tails.window_cells - 1
    beside = tails.support - own
    statistic = np.zeros(own.size)
    high, high_around = np.zeros((2, own.size), dtype=np.bool_)
    for number in np.unique(part):
        at = np.flatnonzero(part == number)
        y, k = own[at], neighbours[at]
        n, total = at.size, int(y.sum())
        spread2 = (n * int((y * y).sum()) - total * total) / n**2
        here, around = n * y - total, n * beside[at] - total * k
        high[at], high_around[at] = here > 0, around > 0
        if spread2 > 0.0:
            statistic[at] = here / n * around / (n * np.maximum(k, 1) * spread2)
    return LocalMoran(statistic, high, high_around, neighbours, tails.p_lo, tails.p_hi)


def moran_clusters(
    incidents: Incidents,
    grid: Grid,
    *,
    at_risk: NDArray[np.bool_] | None = None,
    mask_name: str = "given",
    params: HotspotParams | None = None,
) -> CellTable:
    """Return cells that are like their neighbours, or unlike, beyond chance.

    Parameters
    ----------
    incidents
        The incidents, WGS-84.
    grid
        The grid.
    at_risk
        The cells that are tested, shape (n_cells,); ``None`` for
        `geogrid.analysis.at_risk.at_risk_cells`.
    mask_name
        What ``at_risk`` was judged by, for the summary.
    params
        Radius, correction and the like; each cell keeps its count whatever ``null`` says.

    Returns
    -------
    CellTable
        Columns ``count``, ``at_risk``, ``moran``, ``p``, ``q``, ``cluster``, ``support`` and
        ``reason``. A class with many incidents needs the least support: in the window where
        the neighbours have many too, in the cell itself where they have few. The summary is
        that of `geogrid.analysis.hotspots.hotspots` with ``high_high``, ``low_low``,
        ``high_low`` and ``low_high``, of which ``hot`` and ``cold`` repeat the first two.

    Raises
    ------
    InputError
        The radius does not fit the cell size, fewer than 30 incidents lie in cells at risk, or
        ``at_risk`` is not aligned to the grid.
    """
    data = HotspotData.of(incidents, grid, at_risk=at_risk, mask_name=mask_name, params=params)
    draws = chance_draws(data)
    parts = data.parts()
    moran = local_moran(data.units(), parts, data.half_widths, draws=draws)
    support, _ = support_by_part(data.frame.counts(data.points), parts, data.half_widths)
    own = data.points.in_cell[data.at_risk]
    q = adjusted_p(moran.p, data.params.correction)
    why = _reasons(moran, own, support, q <= data.params.q, data.params.min_support)
    spread = data.spread
    names = np.array(CLASSES, dtype=object)[np.minimum(why, _Why.USUAL)]
    columns = {
        "count": data.points.in_cell.astype(np.float64),
        "at_risk": data.at_risk.astype(np.float64),
        "moran": spread(moran.statistic),
        "p": spread(moran.p),
        "q": spread(q),
        "cluster": spread(names, None),
        "support": spread(support),
        "reason": np.where(
            data.at_risk,
            spread(_sentences(why, own, support - own), None),
            REASON_TEMPLATES[_Why.UNTESTED],
        ),
    }
    found = {name: int((names == name).sum()) for name in CLASSES[:-1]}
    summary = data.summary | {
        "method": "local-moran",
        "null": "conditional",
        "hot": found["high_high"],
        "cold": found["low_low"],
        **found,
        "p_method": "drawn" if draws else "exact",
        "p_floor": draws.floor if draws else 0.0,
    }
    return CellTable(grid, FIELDS, columns, summary)


def _reasons(
    moran: LocalMoran,
    own: NDArray[np.int64],
    support: NDArray[np.int64],
    unusual: NDArray[np.bool_],
    least: int,
) -> NDArray[np.int64]:
    """Return a `_Why` for each cell."""
    why = np.where(unusual, moran.quadrant, _Why.USUAL)
    held_by = np.where(why == _Why.HIGH_HIGH, support, own)
    too_few = ((why == _Why.HIGH_HIGH) | (why == _Why.HIGH_LOW)) & (held_by < least)
    why[too_few] = _Why.TOO_FEW
    why[moran.neighbours == 0] = _Why.ALONE
    return why


def _sentences(
    why: NDArray[np.int64], own: NDArray[np.int64], around: NDArray[np.int64]
) -> NDArray[np.object_]:
    """Return a sentence for each cell, in English."""
    cases, case = np.unique(np.column_stack([why, own, around]), axis=0, return_inverse=True)
    sentences = [
        REASON_TEMPLATES[_Why(code)].format(own=here, around=beside)
        for code, here, beside in cases.tolist()
    ]
    return np.array(sentences, dtype=object)[case.ravel()]
