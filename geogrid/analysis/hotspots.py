"""Hotspots: where incidents cluster more than chance would have it.

Getis-Ord Gi* on the cells where something is at risk, with exact p-values. Sparse counts are
far from normal: the z-score read as one calls hundreds of cells hot on pure chance, while the
exact tail under the stated null holds its error rate.

References
----------
Getis, A. & Ord, J. K. (1992). The analysis of spatial association by use of distance
statistics. Geographical Analysis 24, 189-206.
Ord, J. K. & Getis, A. (1995). Local spatial autocorrelation statistics. Geographical
Analysis 27, 286-306, eq. 14b.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.at_risk import FALLBACK_WITHIN_M, at_risk_cells
from geogrid.analysis.gistar import Draws, GiStar, gistar_by_part, support_by_part
from geogrid.analysis.hotspot_columns import (
    FIELDS,
    REASON_TEMPLATES,
    WEIGHTED_FIELDS,
    Reason,
    reason_sentences,
    weighted_sentences,
)
from geogrid.analysis.hotspot_data import MIN_INCIDENTS, HotspotData
from geogrid.analysis.hotspot_params import HotspotParams
from geogrid.analysis.hotspot_verdicts import Family
from geogrid.analysis.multiple_testing import adjusted_p
from geogrid.analysis.whole_weights import table_is_small
from geogrid.model.cells import CellTable, Field
from geogrid.model.grid import Grid
from geogrid.model.incidents import Incidents

__all__ = [
    "FALLBACK_WITHIN_M",
    "FIELDS",
    "MIN_INCIDENTS",
    "WEIGHTED_FIELDS",
    "HotspotParams",
    "at_risk_cells",
    "hotspots",
]

# Four origins half a cell apart, each a quarter off the grid's own in both axes: a shift by
# half a cell would put a cell's centre on a border.
_SHIFTS: Final = ((-0.25, -0.25), (-0.25, 0.25), (0.25, -0.25), (0.25, 0.25))


def hotspots(
    incidents: Incidents,
    grid: Grid,
    *,
    at_risk: NDArray[np.bool_] | None = None,
    mask_name: str = "given",
    params: HotspotParams | None = None,
) -> CellTable:
    """Return where incidents cluster: Gi* with exact p-values over the cells at risk.

    Mean, variance, windows and the family of tests are made of cells at risk only, so empty
    land around them changes nothing. Each incident counts once, unless weights are asked for.

    Parameters
    ----------
    incidents
        The incidents, WGS-84.
    grid
        The grid.
    at_risk
        The cells that are tested, shape (n_cells,); ``None`` for `at_risk_cells`.
    mask_name
        What ``at_risk`` was judged by, for the summary.
    params
        Radius, null, correction; the defaults if ``None``.

    Returns
    -------
    CellTable
        Columns ``count``, ``at_risk``, ``z``, ``p``, ``q``, ``hot``, ``support``,
        ``stability`` and ``reason``; NaN in cells that are not tested; where they are weighed also
        ``weight`` and ``window_weight``. Its summary has ``cells``
        ``tested`` ``hot`` ``cold`` (cells called at ``q``) ``method`` ``null`` ``mask``
        ``radius_m`` ``window_cells`` ``correction`` ``q`` ``min_support`` ``weight``
        ``times`` ``reference``; ``p_method`` (``exact``, or ``drawn`` at random with a
        ``seed``) and ``p_floor``, the least p that can come out (0 when exact); of the incidents
        ``incidents`` given, ``counted``, ``outside`` the grid, ``off_mask`` (in cells where
        nothing is at risk), ``weights_ignored`` (true if weights were given and every incident
        counts once).

    Raises
    ------
    InputError
        The radius does not fit the cell size, fewer than 30 incidents lie in cells at risk,
        or ``at_risk`` is not aligned to the grid.

    Notes
    -----
    With S incidents in a window of w of the n cells at risk, mean m and variance s^2 of the
    counts: ``z = (S - m w) / (s sqrt((n w - w^2) / (n - 1)))``; p is twice the smaller exact
    tail, at most 1. The null deals out cells' counts: a single cell, however full, is one count
    and no cluster (its p is twice the share of windows that can hold it).

    Harm weights with a common unit, such as 1, 2.5 and 4, are whole numbers of it, and the same
    table gives their exact chance. Where there is no common unit, or the table would be too
    large, 99,999 seeded random draws stand in for it.
    """
    data = HotspotData.of(incidents, grid, at_risk=at_risk, mask_name=mask_name, params=params)
    draws = chance_draws(data)
    gi, tests = _tested(data, draws)
    table = _table(data, gi, tests, _stability(data, draws))
    found: dict[str, object] = {
        "hot": int(tests.hot(data.params).sum()),
        "cold": int(tests.cold(data.params).sum()),
        "method": "gi",
        "p_method": "drawn" if draws else "exact",
        "p_floor": draws.floor if draws else 0.0,
    }
    return CellTable(grid, table.fields, table.columns, data.summary | found)


def chance_draws(data: HotspotData) -> Draws | None:
    """Return how chance is drawn where it cannot be worked out.

    Parameters
    ----------
    data
        What is tested.

    Returns
    -------
    Draws or None
        ``None`` where the weights have a common unit and the table of their sums is small.
    """
    if data.weights.exact:
        units, parts = data.units(), data.parts()
        support, window_cells = support_by_part(units, parts, data.half_widths)
        if table_is_small(units[parts >= 0], int(support.max()), int(window_cells.max())):
            return None
    return Draws(seed=data.params.seed)


def _tested(
    data: HotspotData, draws: Draws | None, shift: tuple[float, float] = (0.0, 0.0)
) -> tuple[GiStar, Family]:
    """Return Gi* on a shifted lattice, and the family of its tests."""
    parts = data.parts(*shift)
    gi = gistar_by_part(
        data.units(*shift), parts, data.half_widths, null=data.params.null, draws=draws
    )
    support = gi.support
    if data.params.weighted:
        counts = data.frame.counts(data.points, *shift)
        support, _ = support_by_part(counts, parts, data.half_widths)
    return gi, Family(np.sign(gi.z), support, gi.p, adjusted_p(gi.p, data.params.correction))


def _stability(data: HotspotData, draws: Draws | None) -> NDArray[np.float64]:
    """Return the share of shifted lattices in which the centre of each cell at risk is hot.

    The mask moves with the lattice. A centre keeps its cell's row and column, because the shift
    is under half a cell.
    """
    frame = data.frame
    times_hot = np.zeros(frame.rows.size)
    for shift in _SHIFTS:
        hot = np.zeros(frame.shape, dtype=np.bool_)
        hot[data.parts(*shift) >= 0] = _tested(data, draws, shift)[1].hot(data.params)
        times_hot += hot[frame.rows, frame.cols]
    return times_hot / len(_SHIFTS)


def _table(
    data: HotspotData, gi: GiStar, tests: Family, stability: NDArray[np.float64]
) -> CellTable:
    """Return the columns of a family of tests."""
    least = data.params.min_support
    hot, reason = tests.verdicts(least)
    spread = data.spread
    columns = {
        "count": data.points.in_cell.astype(np.float64),
        "at_risk": data.at_risk.astype(np.float64),
        "z": spread(gi.z),
        "p": spread(gi.p),
        "q": spread(tests.q),
        "hot": spread(hot),
        "support": spread(tests.support),
        "stability": spread(stability),
    }
    fields: tuple[Field, ...] = FIELDS
    if data.params.weighted:
        unit, frame = data.weights.unit, data.frame
        weight = data.units()[frame.rows, frame.cols]
        columns |= {"weight": spread(weight * unit), "window_weight": spread(gi.support * unit)}
        fields = WEIGHTED_FIELDS
        window_weight = np.asarray(gi.support * unit, dtype=np.float64)
        sentences = weighted_sentences(
            reason, tests.support, window_weight, gi.expected * unit, least
        )
    else:
        sentences = reason_sentences(reason, gi.support, gi.expected, least)
    untested = REASON_TEMPLATES[Reason.UNTESTED]
    columns["reason"] = np.where(data.at_risk, spread(sentences, None), untested)
    return CellTable(data.grid, fields, columns)
