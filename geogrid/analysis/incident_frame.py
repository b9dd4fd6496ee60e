"""Incidents as points on a lattice, and the part of the lattice that an analysis looks at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geogrid.crs import WGS84, transformer
from geogrid.model.grid import Grid
from geogrid.model.incidents import Incidents


@dataclass(frozen=True, slots=True, eq=False)
class IncidentPoints:
    """The incidents in cells at risk, and where the others went.

    Parameters
    ----------
    u, v
        Place of each incident in a cell at risk, in cell sizes east and north of the
        lattice's corner, shape (n,).
    in_cell
        Incidents in each active cell, at risk or not, shape (n_cells,).
    outside
        Incidents outside the grid.
    off_mask
        Incidents in cells of the grid that are not at risk.
    position
        Active cell of each incident in a cell at risk, shape (n,).
    kept
        Which incidents lie in a cell at risk, shape (n_incidents,).
    """

    u: NDArray[np.float64]
    v: NDArray[np.float64]
    in_cell: NDArray[np.int64]
    outside: int
    off_mask: int
    position: NDArray[np.int64]
    kept: NDArray[np.bool_]

    @classmethod
    def of(cls, incidents: Incidents, grid: Grid, at_risk: NDArray[np.bool_]) -> IncidentPoints:
        """Return incidents as points on a grid.

        Parameters
        ----------
        incidents
            The incidents, WGS-84.
        grid
            The grid.
        at_risk
            The cells at risk, shape (n_cells,).

        Returns
        -------
        IncidentPoints
            The points in cells at risk, in the order of ``incidents``.
        """
        spec = grid.spec
        x, y = transformer(WGS84, spec.crs).transform(incidents.lon, incidents.lat)
        position = grid.position_of(spec.cell_at(x, y))
        inside = position >= 0
        kept = inside & at_risk[position]
        return cls(
            u=(np.asarray(x)[kept] - spec.x_min) / spec.cell_size,
            v=(np.asarray(y)[kept] - spec.y_min) / spec.cell_size,
            in_cell=np.bincount(position[inside], minlength=len(grid)),
            outside=int((~inside).sum()),
            off_mask=int((inside & ~kept).sum()),
            position=position[kept],
            kept=kept,
        )


@dataclass(frozen=True, slots=True, eq=False)
class LatticeFrame:
    """The part of a lattice that holds the cells at risk, with a margin of one cell.

    Parameters
    ----------
    row_0, col_0
        Row and column of the frame's first cell in the lattice; may be -1.
    shape
        Rows and columns of the frame.
    rows, cols
        The cells at risk, counted from the frame's first cell, shape (n,), row by row.
    """

    row_0: int
    col_0: int
    shape: tuple[int, int]
    rows: NDArray[np.int64]
    cols: NDArray[np.int64]

    @classmethod
    def around(cls, grid: Grid, at_risk: NDArray[np.bool_]) -> LatticeFrame:
        """Return the frame around the cells at risk.

        Parameters
        ----------
        grid
            The grid.
        at_risk
            At least one cell, shape (n_cells,).

        Returns
        -------
        LatticeFrame
            It does not depend on how far the lattice reaches beyond.
        """
        row, col = np.divmod(grid.cells[at_risk], grid.spec.n_cols)
        row_0, col_0 = int(row.min()) - 1, int(col.min()) - 1
        shape = int(row.max()) - row_0 + 2, int(col.max()) - col_0 + 2
        return cls(row_0, col_0, shape, row - row_0, col - col_0)

    def mask(self) -> NDArray[np.bool_]:
        """Return the cells at risk.

        Returns
        -------
        ndarray of bool
            Of the frame's shape.
        """
        mask = np.zeros(self.shape, dtype=np.bool_)
        mask[self.rows, self.cols] = True
        return mask

    def counts(
        self,
        points: IncidentPoints,
        shift_x: float = 0.0,
        shift_y: float = 0.0,
        *,
        units: NDArray[np.int64] | None = None,
    ) -> NDArray[np.int64]:
        """Return the points in each cell of a lattice that is moved against them.

        Parameters
        ----------
        points
            All in cells at risk.
        shift_x, shift_y
            How far the points move east and north, in cells, at most one.
        units
            What each point counts, shape (n,), in all under 2^53; one each if ``None``.

        Returns
        -------
        ndarray of int64
            Of the frame's shape.
        """
        n_cells = self.shape[0] * self.shape[1]
        at = self.cells_of(points, shift_x, shift_y)
        counts = np.bincount(at, weights=units, minlength=n_cells)
        return counts.astype(np.int64).reshape(self.shape)

    def cells_of(
        self, points: IncidentPoints, shift_x: float = 0.0, shift_y: float = 0.0
    ) -> NDArray[np.int64]:
        """Return the cell of each point on a lattice that is moved against them.

        Parameters
        ----------
        points
            All in cells at risk.
        shift_x, shift_y
            How far the points move east and north, in cells, at most one.

        Returns
        -------
        ndarray of int64, shape (n,)
            ``row * columns + column`` in the frame.
        """
        row = np.floor(points.v + shift_y).astype(np.int64) - self.row_0
        col = np.floor(points.u + shift_x).astype(np.int64) - self.col_0
        return np.asarray(row * self.shape[1] + col, dtype=np.int64)
