"""The ground of a forecast: the cells at risk, with a kernel that keeps what it spreads on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.incident_frame import LatticeFrame
from geogrid.analysis.kde import gaussian_sums
from geogrid.model.grid import Grid


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """The cells at risk, with their land and a kernel over it.

    Parameters
    ----------
    cells
        Positions of the cells in the grid, rising, shape (n,).
    n_grid
        Cells of the grid.
    area_m2
        Land of each cell, shape (n,).
    frame
        The part of the lattice that holds them.
    land
        Share of land on the frame, 0 where nothing is at risk.
    sigma_cells
        Standard deviation of the kernel, in cells.
    caught
        Share of the kernel around each cell's centre that falls on the ground, on the frame.
    """

    cells: NDArray[np.int64]
    n_grid: int
    area_m2: NDArray[np.float64]
    frame: LatticeFrame
    land: NDArray[np.float64]
    sigma_cells: float
    caught: NDArray[np.float64]

    @classmethod
    def of(cls, grid: Grid, at_risk: NDArray[np.bool_], *, sigma_m: float) -> Ground:
        """Return the ground of the cells at risk.

        Parameters
        ----------
        grid
            The grid.
        at_risk
            At least one cell, shape (n_cells,).
        sigma_m
            Standard deviation of the kernel, metres.

        Returns
        -------
        Ground
            The ground.
        """
        frame = LatticeFrame.around(grid, at_risk)
        land = np.zeros(frame.shape)
        land[frame.rows, frame.cols] = grid.land_share[at_risk]
        sigma_cells = sigma_m / grid.spec.cell_size
        return cls(
            cells=np.flatnonzero(at_risk),
            n_grid=len(grid),
            area_m2=grid.area_m2[at_risk],
            frame=frame,
            land=land,
            sigma_cells=sigma_cells,
            caught=gaussian_sums(land, sigma_cells),
        )

    def __len__(self) -> int:
        return int(self.cells.size)

    def at(self, position: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return which cell of the ground each position in the grid is.

        Parameters
        ----------
        position
            Positions in the grid, shape (n,).

        Returns
        -------
        ndarray of int64, shape (n,)
            -1 off the ground.
        """
        index = np.full(self.n_grid, -1, dtype=np.int64)
        index[self.cells] = np.arange(self.cells.size)
        return index[position]

    def smoothed(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return counts spread by the kernel, none of them lost at the edge of the ground.

        Parameters
        ----------
        counts
            Shape (n,).

        Returns
        -------
        ndarray of float64, shape (n,)
            With the same sum; see `geogrid.analysis.kde.diggle_density`.
        """
        rows, cols = self.frame.rows, self.frame.cols
        shares = np.zeros(self.frame.shape)
        shares[rows, cols] = counts / self.caught[rows, cols]
        return (gaussian_sums(shares, self.sigma_cells) * self.land)[rows, cols]

    def smoothed_from_others(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what each cell gets from the counts of the other cells.

        Parameters
        ----------
        counts
            Shape (n,).

        Returns
        -------
        ndarray of float64, shape (n,)
            `smoothed` without the cell's own count, >= 0.
        """
        rows, cols = self.frame.rows, self.frame.cols
        peak = 1.0 / (2.0 * np.pi * self.sigma_cells**2)
        own = counts * peak * (self.land / np.maximum(self.caught, peak * 1e-12))[rows, cols]
        return np.maximum(self.smoothed(counts) - own, 0.0)
