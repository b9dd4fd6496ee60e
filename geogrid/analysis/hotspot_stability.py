"""Stability: in how many lattices a place stays hot when cells are moved and resized.

A hotspot that comes and goes with the corner or the size of the cells is one of the lattice,
not of the city (the modifiable areal unit problem). The radius of the window stays as it is in
metres.

References
----------
Openshaw, S. (1984). The modifiable areal unit problem. Geo Books, Norwich.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.gistar import Draws, GiStar, gistar, support_by_part
from geogrid.analysis.hotspot_params import MIN_RADIUS_CELLS, HotspotParams
from geogrid.analysis.multiple_testing import adjusted_p
from geogrid.analysis.whole_weights import WholeWeights, table_is_small
from geogrid.crs import WGS84, transformer
from geogrid.errors import InputError
from geogrid.kernels.window_sums import disc_half_widths
from geogrid.model.grid import Grid
from geogrid.model.incidents import Incidents

SCALES: Final = (1.0, 0.8, 1.2)  # of the cell size
# Five origins spread evenly over a cell, none of which puts a centre of a cell on a border.
SHIFTS: Final = tuple((k / 5, (2 * k % 5) / 5) for k in range(5))
_ROUNDING: Final = 1e-9  # a centre on a border of the grid is always in the same cell


@dataclass(frozen=True, slots=True, eq=False)
class Stability:
    """How often each place is hot.

    Parameters
    ----------
    share
        Share of the lattices in which the centre of each cell at risk is hot, shape (n_cells,);
        NaN where nothing is at risk.
    hot
        Whether the cell is hot on the grid's own lattice, shape (n_cells,).
    cell_sizes_m
        Sizes of cells that were tried.
    lattices
        Lattices that were tried, the grid's own among them.
    radius_m
        Radius of the window, metres.
    """

    share: NDArray[np.float64]
    hot: NDArray[np.bool_]
    cell_sizes_m: tuple[float, ...]
    lattices: int
    radius_m: float


def hotspot_stability(
    incidents: Incidents,
    grid: Grid,
    at_risk: NDArray[np.bool_],
    *,
    params: HotspotParams | None = None,
) -> Stability:
    """Return the share of moved and resized lattices in which each cell's centre is hot.

    Each incident counts once unless weights are asked for, and a cell is compared with the
    whole city.

    Parameters
    ----------
    incidents
        The incidents, WGS-84.
    grid
        The grid.
    at_risk
        The cells that are tested, shape (n_cells,); at least one.
    params
        Radius, null, correction, rate and support of a hot cell; the defaults if ``None``.

    Returns
    -------
    Stability
        Over five origins for each of three cell sizes; sizes of which the radius is under two
        cells are left out.

    Raises
    ------
    InputError
        The radius does not fit the cell size, no incident lies in a cell at risk, or a
        cell is to be compared with its district.
    """
    params = params or HotspotParams()
    if params.reference != "city":
        raise InputError(
            "areas are compared with the whole city, not with a {reference}",
            reference=params.reference,
        )
    radius_m = params.radius_over(grid.spec.cell_size)
    place = _Place.of(incidents, grid, at_risk, weighted=params.weighted)
    fitting = [
        s for s in SCALES if radius_m / (s * grid.spec.cell_size) >= MIN_RADIUS_CELLS - _ROUNDING
    ]
    times, own = np.zeros(place.rows.size), np.zeros(place.rows.size, dtype=np.bool_)
    for scale in fitting:
        half_widths = disc_half_widths(radius_m / (scale * grid.spec.cell_size))
        for shift in SHIFTS:
            hot = place.hot(scale, shift, half_widths, params)
            times += hot
            if scale == 1.0 and shift == (0.0, 0.0):
                own = hot
    lattices = len(fitting) * len(SHIFTS)
    share, is_hot = np.full(len(grid), np.nan), np.zeros(len(grid), dtype=np.bool_)
    share[at_risk], is_hot[at_risk] = times / lattices, own
    sizes = tuple(sorted(scale * grid.spec.cell_size for scale in fitting))
    return Stability(share, is_hot, sizes, lattices, radius_m)


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """Incidents and cells at risk, in cells of the grid from a corner just outside them.

    The corner is counted in cells from the anchor of the lattice, so that other sizes are cut
    from there and not from wherever the land at risk begins.
    """

    corner: tuple[int, int]
    u: NDArray[np.float64]
    v: NDArray[np.float64]
    weights: WholeWeights | None  # every incident counts once if None
    mask: NDArray[np.bool_]
    rows: NDArray[np.int64]
    cols: NDArray[np.int64]

    @classmethod
    def of(
        cls, incidents: Incidents, grid: Grid, at_risk: NDArray[np.bool_], *, weighted: bool
    ) -> _Place:
        spec = grid.spec
        x, y = transformer(WGS84, spec.crs).transform(incidents.lon, incidents.lat)
        position = grid.position_of(spec.cell_at(x, y))
        kept = (position >= 0) & at_risk[position]
        if not kept.any():
            raise InputError("no incident lies in a cell at risk")
        row, col = np.divmod(grid.cells[at_risk], spec.n_cols)
        row_0, col_0 = int(row.min()) - 1, int(col.min()) - 1
        mask = np.zeros((int(row.max()) - row_0 + 2, int(col.max()) - col_0 + 2), dtype=np.bool_)
        mask[row - row_0, col - col_0] = True
        origin_col = round((spec.x_min - spec.origin[0]) / spec.cell_size)
        origin_row = round((spec.y_min - spec.origin[1]) / spec.cell_size)
        return cls(
            corner=(origin_col + col_0, origin_row + row_0),
            u=(np.asarray(x)[kept] - spec.x_min) / spec.cell_size - col_0,
            v=(np.asarray(y)[kept] - spec.y_min) / spec.cell_size - row_0,
            weights=WholeWeights.of(incidents.weight[kept]) if weighted else None,
            mask=mask,
            rows=row - row_0,
            cols=col - col_0,
        )

    def hot(
        self,
        scale: float,
        shift: tuple[float, float],
        half_widths: NDArray[np.int64],
        params: HotspotParams,
    ) -> NDArray[np.bool_]:
        """Tell which centres of cells at risk are hot on another lattice."""
        moved = tuple((at / scale) % 1.0 + by for at, by in zip(self.corner, shift, strict=True))
        shape = tuple(int(np.ceil(n / scale)) + 2 for n in self.mask.shape)
        row, col = _cell(self.v, scale, moved[1]), _cell(self.u, scale, moved[0])
        counts = np.bincount(row * shape[1] + col, minlength=shape[0] * shape[1])
        counts = counts.astype(np.int64).reshape(shape)
        mask = self._at_risk(scale, (moved[0], moved[1]), (shape[0], shape[1])) | (counts > 0)
        gi = self._tested(counts, row * shape[1] + col, mask, half_widths, params)
        q = adjusted_p(gi.p, params.correction)
        support, _ = support_by_part(counts, np.where(mask, 0, -1), half_widths)
        hot = np.zeros(shape, dtype=np.bool_)
        hot[mask] = (gi.z > 0.0) & (q <= params.q) & (support >= params.min_support)
        centre_row = _cell(self.rows + 0.5, scale, moved[1])
        centre_col = _cell(self.cols + 0.5, scale, moved[0])
        return np.asarray(hot[centre_row, centre_col], dtype=np.bool_)

    def _tested(
        self,
        counts: NDArray[np.int64],
        cell: NDArray[np.int64],
        mask: NDArray[np.bool_],
        half_widths: NDArray[np.int64],
        params: HotspotParams,
    ) -> GiStar:
        """Return Gi* of counts, or of the weights of the incidents, each in its cell."""
        if self.weights is None:
            return gistar(counts, mask, half_widths, null=params.null)
        units = np.zeros(counts.shape, dtype=np.int64)
        np.add.at(units.reshape(-1), cell, self.weights.units)
        sums, sizes = support_by_part(units, np.where(mask, 0, -1), half_widths)
        small = table_is_small(units[mask], int(sums.max()), int(sizes.max()))
        draws = None if self.weights.exact and small else Draws(seed=params.seed)
        return gistar(units, mask, half_widths, null=params.null, draws=draws)

    def _at_risk(
        self, scale: float, moved: tuple[float, float], shape: tuple[int, int]
    ) -> NDArray[np.bool_]:
        """Tell which cells of another lattice have their centre in a cell at risk."""
        rows, cols = (
            np.floor((np.arange(n) + 0.5 - by) * scale + _ROUNDING).astype(np.int64)
            for n, by in zip(shape, (moved[1], moved[0]), strict=True)
        )
        within = (rows >= 0) & (rows < self.mask.shape[0])
        across = (cols >= 0) & (cols < self.mask.shape[1])
        mask = np.zeros(shape, dtype=np.bool_)
        mask[np.ix_(within, across)] = self.mask[np.ix_(rows[within], cols[across])]
        return mask


def _cell(at: NDArray[np.floating[Any]], scale: float, moved: float) -> NDArray[np.int64]:
    """Return the row or column on another lattice of places in cells of the grid."""
    cell: NDArray[np.int64] = np.floor(at / scale + moved).astype(np.int64)
    return cell
