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

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Final, get_args

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.gistar import GiStar, Null, gistar
from geogrid.analysis.hotspot_columns import FIELDS, REASON_TEMPLATES, Reason, reason_sentences
from geogrid.analysis.incident_frame import IncidentPoints, LatticeFrame
from geogrid.analysis.multiple_testing import Correction, adjusted_p
from geogrid.errors import InputError
from geogrid.kernels.window_sums import disc_half_widths, window_sums
from geogrid.model.cells import CellTable
from geogrid.model.grid import Grid
from geogrid.model.incidents import Incidents

MIN_INCIDENTS: Final = 30  # fewer say nothing about a whole city
MIN_RADIUS_CELLS: Final = 2.0  # below, results change with the lattice's origin
MAX_RADIUS_CELLS: Final = 12.0  # 441 cells a window; exact tails cost the square of that
DEFAULT_RADIUS_M: Final = 600.0  # a few minutes' walk
DEFAULT_RADIUS_CELLS: Final = 2.5  # 21 cells; no centre lies at exactly this distance
FALLBACK_WITHIN_M: Final = 1000.0
UNUSUAL_P: Final = 0.05  # of one window by itself; the reason says so when q is higher
CLASSES: Final = ((0.01, 99), (0.05, 95), (0.10, 90))
# Four origins half a cell apart, each a quarter off the grid's own in both axes: a shift by
# half a cell would put a cell's centre on a border.
_SHIFTS: Final = ((-0.25, -0.25), (-0.25, 0.25), (0.25, -0.25), (0.25, 0.25))


@dataclass(frozen=True, slots=True)
class HotspotParams:
    """How hotspots are looked for.

    Parameters
    ----------
    radius_m
        Radius of the window in metres: cells whose centre is that near, the cell included.
        ``None`` for 600 m, or 2.5 cells where that is more (12 cells where it is less):
        a radius in metres keeps the answer when the cell size changes, and 2.5 cells
        are the least that does not hang on rounding.
    null
        What chance means. ``total``: all counts are dealt to the cells at random.
        ``conditional``: each cell keeps its own count, the others are dealt.
    correction
        For testing every cell: ``bh``, ``by``, ``bonferroni`` or ``none``.
    q
        Error rate under which the summary counts a cell as hot or cold, in (0, 1).
    min_support
        Least number of incidents in the window of a hot cell, >= 1.

    Raises
    ------
    InputError
        A value is out of its range.
    """

    radius_m: float | None = None
    null: Null = "total"
    correction: Correction = "bh"
    q: float = 0.05
    min_support: int = 3

    def __post_init__(self) -> None:
        if self.null not in get_args(Null):
            raise InputError("null must be total or conditional, got {null!r}", null=self.null)
        if self.correction not in get_args(Correction):
            raise InputError(
                "correction must be bh, by, bonferroni or none, got {correction!r}",
                correction=self.correction,
            )
        if not 0.0 < self.q < 1.0:
            raise InputError("q must lie between 0 and 1, got {q}", q=self.q)
        if self.min_support < 1:
            raise InputError(
                "the least support must be 1 or more incidents, got {least}",
                least=self.min_support,
            )

    def radius_over(self, cell_size_m: float) -> float:
        """Return the radius on a grid of a given cell size.

        Parameters
        ----------
        cell_size_m
            Cell size, metres.

        Returns
        -------
        float
            Metres.

        Raises
        ------
        InputError
            The radius is under 2 or over 12 cells.
        """
        least, most = MIN_RADIUS_CELLS * cell_size_m, MAX_RADIUS_CELLS * cell_size_m
        if self.radius_m is None:
            return min(max(DEFAULT_RADIUS_M, DEFAULT_RADIUS_CELLS * cell_size_m), most)
        if not least <= self.radius_m <= most:
            raise InputError(
                "the hotspot radius must be {least:g} to {most:g} m (2 to 12 cells of {cell:g} m),"
                " got {radius:g} m; change the radius or the cell size",
                least=least,
                most=most,
                cell=cell_size_m,
                radius=self.radius_m,
            )
        return self.radius_m


def at_risk_cells(
    incidents: Incidents,
    grid: Grid,
    *,
    exposure: Mapping[str, NDArray[np.bool_]] | None = None,
    within_m: float = FALLBACK_WITHIN_M,
) -> tuple[NDArray[np.bool_], str]:
    """Return the cells where an incident could happen, and what that was judged by.

    Parameters
    ----------
    incidents
        The incidents; a cell that had one is always at risk.
    grid
        The grid.
    exposure
        By name, the cells that hold roads, places, buildings and the like, each of shape
        (n_cells,). What holds nothing at all is not named.
    within_m
        Without exposure, cells whose centre is this near to that of a cell with an incident
        are at risk. Metres, >= 0.

    Returns
    -------
    mask : ndarray of bool, shape (n_cells,)
        The cells at risk.
    name : str
        ``exposure: roads, places`` or ``fallback: within 1000 m of an incident``.

    Raises
    ------
    InputError
        An exposure is not aligned to the grid.
    """
    position = grid.position_at(incidents.lon, incidents.lat)
    mask = np.zeros(len(grid), dtype=np.bool_)
    mask[position[position >= 0]] = True
    known = {name: cells for name, cells in (exposure or {}).items() if cells.any()}
    for name, cells in known.items():
        _require_aligned(name, cells, grid)
        mask |= cells
    if known:
        return mask, "exposure: " + ", ".join(known)
    reach = disc_half_widths(within_m / grid.spec.cell_size)
    held = grid.dense(mask, fill=False).astype(np.int64)
    near, _ = window_sums(held, np.ones_like(held, dtype=np.bool_), reach)
    return near.ravel()[grid.cells] > 0, f"fallback: within {within_m:g} m of an incident"


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
    land around them changes nothing. Each incident counts once, whatever its weight or the
    length of its time range.

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
        ``stability`` and ``reason``; NaN in cells that are not tested. Its summary has ``cells``
        ``tested`` ``hot`` ``cold`` (cells called at ``q``) ``method`` ``null`` ``mask``
        ``radius_m`` ``window_cells`` ``correction`` ``q`` ``min_support``; and of the incidents
        ``incidents`` given, ``counted``, ``outside`` the grid, ``off_mask`` (in cells where
        nothing is at risk), ``weights_ignored`` (true if weights were given: every incident
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
    """
    params = params or HotspotParams()
    radius_m = params.radius_over(grid.spec.cell_size)
    if at_risk is None:
        at_risk, mask_name = at_risk_cells(incidents, grid)
    _require_aligned("at_risk", at_risk, grid)
    points = IncidentPoints.of(incidents, grid, at_risk)
    if points.u.size < MIN_INCIDENTS:
        raise _too_few(incidents, points)
    frame = LatticeFrame.around(grid, at_risk)
    half_widths = disc_half_widths(radius_m / grid.spec.cell_size)
    tests = _Tests.over(frame.counts(points), frame.mask(), half_widths, params)
    stability = _stability(frame, points, half_widths, params)
    summary: dict[str, object] = {
        "cells": len(grid),
        "tested": int(at_risk.sum()),
        "hot": int(tests.hot(params).sum()),
        "cold": int(tests.cold(params).sum()),
        "method": "gi",
        "mask": mask_name,
        "window_cells": int((2 * half_widths + 1).sum()),
        "incidents": len(incidents),
        "counted": points.u.size,
        "outside": points.outside,
        "off_mask": points.off_mask,
        "weights_ignored": bool((incidents.weight != 1.0).any()),
    }
    table = _table(grid, points, at_risk, tests, stability, params.min_support)
    return replace(table, summary=summary | asdict(replace(params, radius_m=radius_m)))


def _too_few(incidents: Incidents, points: IncidentPoints) -> InputError:
    return InputError(
        "hotspots need at least {least} incidents in cells at risk, got {counted} "
        "(of {given}: {outside} outside the grid, {off_mask} where nothing is at risk); "
        "widen the time window or the categories",
        least=MIN_INCIDENTS,
        counted=points.u.size,
        given=len(incidents),
        outside=points.outside,
        off_mask=points.off_mask,
    )


def _require_aligned(name: str, cells: NDArray[np.bool_], grid: Grid) -> None:
    if cells.shape != (len(grid),) or cells.dtype != np.bool_:
        raise InputError(
            "{name} must be one true or false per cell: got {dtype} of shape {shape} "
            "for {cells} cells",
            name=name,
            dtype=str(cells.dtype),
            shape=cells.shape,
            cells=len(grid),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Tests:
    """One family of tests: every cell of a mask, with q over all of them."""

    gi: GiStar
    q: NDArray[np.float64]

    @classmethod
    def over(
        cls,
        counts: NDArray[np.int64],
        mask: NDArray[np.bool_],
        half_widths: NDArray[np.int64],
        params: HotspotParams,
    ) -> _Tests:
        gi = gistar(counts, mask, half_widths, null=params.null)
        return cls(gi, adjusted_p(gi.p, params.correction))

    def hot(self, params: HotspotParams) -> NDArray[np.bool_]:
        """Tell which cells are hot at the rate asked for."""
        enough = self.gi.support >= params.min_support
        return (self.gi.z > 0.0) & (self.q <= params.q) & enough

    def cold(self, params: HotspotParams) -> NDArray[np.bool_]:
        """Tell which cells are cold at the rate asked for."""
        return (self.gi.z < 0.0) & (self.q <= params.q)

    def verdicts(self, min_support: int) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
        """Return the class of each cell (99 ... -99) and the `Reason` for it."""
        level = np.zeros(self.q.size)
        for rate, confidence in CLASSES:
            level[(self.q <= rate) & (level == 0.0)] = confidence
        hot = level * np.sign(self.gi.z)
        reason = np.where(self.gi.p <= UNUSUAL_P, Reason.ALONE, Reason.USUAL)
        reason[hot > 0.0], reason[hot < 0.0] = Reason.HOT, Reason.COLD
        too_few = (hot > 0.0) & (self.gi.support < min_support)
        hot[too_few], reason[too_few] = 0.0, Reason.TOO_FEW
        return hot + 0.0, reason.astype(np.int8)  # + 0.0 turns -0.0 into 0.0


def _stability(
    frame: LatticeFrame,
    points: IncidentPoints,
    half_widths: NDArray[np.int64],
    params: HotspotParams,
) -> NDArray[np.float64]:
    """Return the share of shifted lattices in which the centre of each cell at risk is hot.

    The mask moves with the lattice; a shifted cell that holds a counted incident is at risk
    too, so that every lattice counts the same incidents. A centre keeps its cell's row and
    column, because the shift is under half a cell.
    """
    times_hot = np.zeros(frame.rows.size)
    for shift_x, shift_y in _SHIFTS:
        counts = frame.counts(points, shift_x, shift_y)
        mask = frame.mask() | (counts > 0)
        hot = np.zeros(frame.shape, dtype=np.bool_)
        hot[mask] = _Tests.over(counts, mask, half_widths, params).hot(params)
        times_hot += hot[frame.rows, frame.cols]
    return times_hot / len(_SHIFTS)


def _table(
    grid: Grid,
    points: IncidentPoints,
    at_risk: NDArray[np.bool_],
    tests: _Tests,
    stability: NDArray[np.float64],
    min_support: int,
) -> CellTable:
    hot, reason = tests.verdicts(min_support)
    gi = tests.gi

    def spread(values: NDArray[np.generic], fill: object = np.nan) -> NDArray[np.generic]:
        column = np.full(len(grid), fill, dtype=object if fill is None else np.float64)
        column[at_risk] = values
        return column

    sentences = reason_sentences(reason, gi.support, gi.expected, min_support)
    untested = REASON_TEMPLATES[Reason.UNTESTED]
    columns = {
        "count": points.in_cell.astype(np.float64),
        "at_risk": at_risk.astype(np.float64),
        "z": spread(gi.z),
        "p": spread(gi.p),
        "q": spread(tests.q),
        "hot": spread(hot),
        "support": spread(gi.support),
        "stability": spread(stability),
        "reason": np.where(at_risk, spread(sentences, None), untested),
    }
    return CellTable(grid, FIELDS, columns)
