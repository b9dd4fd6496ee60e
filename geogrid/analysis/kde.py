"""Density of incidents on the lattice: a Gaussian kernel in metres, corrected at the edge.

A density is for looking. It has no null and no test, so nothing here calls a place
significant; `geogrid.analysis.hotspots` does.

References
----------
Diggle, P. (1985). A kernel method for smoothing point process data. Applied Statistics 34,
138-147.
Jones, M. C. (1993). Simple boundary correction for kernel density estimation. Statistics and
Computing 3, 135-146.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d

from geogrid.crs import WGS84, transformer
from geogrid.errors import InputError
from geogrid.model.cells import CellTable, Field
from geogrid.model.grid import Grid
from geogrid.model.incidents import Incidents

DEFAULT_BANDWIDTH_M: Final = 500.0  # a few street blocks
DEFAULT_BANDWIDTH_CELLS: Final = 2.0  # half of it, the narrow map, is one cell
REACH_SIGMAS: Final = 9.0  # there the kernel is 3e-18 of its peak: nothing is cut off
# Sharing a point out among the four nearest centres widens the kernel by a triangle of one
# cell on either side, whose variance is 1/6 of a squared cell; it is taken off again.
LINEAR_BINNING_VARIANCE: Final = 1.0 / 6.0
_M2_PER_KM2: Final = 1e6

FIELDS: Final = (
    Field("count", "Incidents", meaning="incidents in the cell"),
    Field(
        "density",
        "Incident density",
        "1/km2",
        meaning="incidents per square kilometre of land, smoothed; for looking, not a test",
    ),
    Field(
        "density_narrow",
        "Density, half the bandwidth",
        "1/km2",
        meaning="the same with half the bandwidth: what stays is not made by the smoothing",
    ),
    Field(
        "density_wide",
        "Density, twice the bandwidth",
        "1/km2",
        meaning="the same with twice the bandwidth",
    ),
)


@dataclass(frozen=True, slots=True)
class KdeParams:
    """How incidents are smoothed.

    Parameters
    ----------
    bandwidth_m
        Standard deviation of the Gaussian kernel, metres, at least one cell; ``None`` for
        500 m, or two cells where that is more.

    Raises
    ------
    InputError
        The bandwidth is not a positive number.
    """

    bandwidth_m: float | None = None

    def __post_init__(self) -> None:
        if self.bandwidth_m is not None and not 0.0 < self.bandwidth_m < np.inf:
            raise InputError(
                "the bandwidth must be a positive number of metres, got {bandwidth}",
                bandwidth=self.bandwidth_m,
            )

    def bandwidth_over(self, cell_size_m: float) -> float:
        """Return the bandwidth on a grid of a given cell size.

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
            It is narrower than a cell, so that the lattice cannot show it.
        """
        if self.bandwidth_m is None:
            return max(DEFAULT_BANDWIDTH_M, DEFAULT_BANDWIDTH_CELLS * cell_size_m)
        if self.bandwidth_m < cell_size_m:
            raise InputError(
                "the bandwidth must be at least one cell of {cell:g} m, got {bandwidth:g} m; "
                "widen it or use smaller cells",
                cell=cell_size_m,
                bandwidth=self.bandwidth_m,
            )
        return self.bandwidth_m


def gaussian_sums(values: NDArray[np.float64], sigma_cells: float) -> NDArray[np.float64]:
    """Return values on a lattice spread by a Gaussian; nothing lies beyond the lattice.

    Parameters
    ----------
    values
        Shape (n_rows, n_cols).
    sigma_cells
        Standard deviation in cells, > 0.

    Returns
    -------
    ndarray of float64, shape (n_rows, n_cols)
        Per unit cell: a single 1 becomes the normal density at the distance of each centre.
    """
    longest = max(values.shape) - 1
    reach = min(int(np.ceil(REACH_SIGMAS * sigma_cells)), longest)
    offsets = np.arange(-reach, reach + 1, dtype=np.float64)
    taps = np.exp(-0.5 * (offsets / sigma_cells) ** 2) / (np.sqrt(2.0 * np.pi) * sigma_cells)
    rows = correlate1d(values, taps, axis=0, mode="constant")
    return np.asarray(correlate1d(rows, taps, axis=1, mode="constant"), dtype=np.float64)


def diggle_density(
    weights: NDArray[np.float64], land: NDArray[np.float64], sigma_cells: float
) -> NDArray[np.float64]:
    """Return a density that keeps the total: each point's kernel is scaled to its land.

    Parameters
    ----------
    weights
        Points in each cell, >= 0, shape (n_rows, n_cols); fractions where a point is shared
        among cells.
    land
        Share of each cell that can hold a point, in [0, 1], same shape.
    sigma_cells
        Standard deviation in cells, > 0.

    Returns
    -------
    ndarray of float64, shape (n_rows, n_cols)
        Points per cell of land, 0 where there is none; ``(density * land).sum()`` is
        ``weights.sum()`` if every point is within reach of land.

    Notes
    -----
    ``sum_i w_i k(u - x_i) / e(x_i)`` with ``e(x) = integral of k(u - x) over the land``
    (Diggle 1985; Jones 1993; ``density.ppp(diggle=TRUE)`` of spatstat).
    """
    caught = gaussian_sums(land, sigma_cells)
    shares = np.divide(weights, caught, out=np.zeros_like(caught), where=caught > 0.0)
    return np.where(land > 0.0, gaussian_sums(shares, sigma_cells), 0.0)


def shared_out(
    u: NDArray[np.float64], v: NDArray[np.float64], shape: tuple[int, int]
) -> NDArray[np.float64]:
    """Return points shared out among the four nearest cell centres (linear binning).

    Parameters
    ----------
    u, v
        Places in cells east and north of the corner, inside the lattice, shape (n,).
    shape
        Rows and columns.

    Returns
    -------
    ndarray of float64, of ``shape``
        Sums to n. What would fall beyond the lattice goes to the cell at its edge.
    """
    n_rows, n_cols = shape
    left, below = np.floor(u - 0.5), np.floor(v - 0.5)
    right_share, upper_share = u - 0.5 - left, v - 0.5 - below
    out = np.zeros(n_rows * n_cols)
    for step_y, share_y in ((0, 1.0 - upper_share), (1, upper_share)):
        row = np.clip(below + step_y, 0, n_rows - 1).astype(np.int64)
        for step_x, share_x in ((0, 1.0 - right_share), (1, right_share)):
            col = np.clip(left + step_x, 0, n_cols - 1).astype(np.int64)
            cell = row * n_cols + col
            out += np.bincount(cell, weights=share_x * share_y, minlength=out.size)
    return out.reshape(shape)


def kde(incidents: Incidents, grid: Grid, *, params: KdeParams | None = None) -> CellTable:
    """Return the density of incidents per square kilometre of land.

    Each incident counts once. The densities at half and at twice the bandwidth stand beside
    it, because no bandwidth is the right one.

    Parameters
    ----------
    incidents
        The incidents, WGS-84.
    grid
        The grid; no kernel reaches over its edge.
    params
        The bandwidth; the default if ``None``.

    Returns
    -------
    CellTable
        Columns ``count``, ``density``, ``density_narrow``, ``density_wide``. Its summary has
        ``cells`` ``method`` ``bandwidth_m`` ``edge`` ``incidents`` ``counted`` ``outside``
        the grid, and ``total``: the density summed over the land, which is ``counted``.

    Raises
    ------
    InputError
        The bandwidth is narrower than a cell.
    """
    params = params or KdeParams()
    spec = grid.spec
    bandwidth_m = params.bandwidth_over(spec.cell_size)
    x, y = transformer(WGS84, spec.crs).transform(incidents.lon, incidents.lat)
    position = grid.position_of(spec.cell_at(x, y))
    inside = position >= 0
    u = (np.asarray(x)[inside] - spec.x_min) / spec.cell_size
    v = (np.asarray(y)[inside] - spec.y_min) / spec.cell_size
    points = shared_out(u, v, (spec.n_rows, spec.n_cols))
    land = grid.dense(grid.land_share, fill=0.0).astype(np.float64)
    density = {}
    for name, times in (("density", 1.0), ("density_narrow", 0.5), ("density_wide", 2.0)):
        sigma = times * bandwidth_m / spec.cell_size
        sigma = float(np.sqrt(sigma**2 - LINEAR_BINNING_VARIANCE))
        lattice = diggle_density(points, land, sigma).ravel()[grid.cells]
        density[name] = lattice * grid.land_share / grid.area_m2 * _M2_PER_KM2
    count = np.bincount(position[inside], minlength=len(grid)).astype(np.float64)
    summary = {
        "cells": len(grid),
        "method": "kde",
        "bandwidth_m": bandwidth_m,
        "edge": "diggle",
        "incidents": len(incidents),
        "counted": int(inside.sum()),
        "outside": int((~inside).sum()),
        "total": float((density["density"] * grid.area_m2).sum() / _M2_PER_KM2),
    }
    return CellTable(grid, FIELDS, {"count": count} | density, summary)
