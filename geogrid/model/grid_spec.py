"""The lattice as a value: cells, their ids and their public codes."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS

from geogrid.errors import GridTooLargeError, InputError, LayerNotFoundError

MAX_LATTICE_CELLS: Final = 60_000_000  # 100 m over 770 km squared; 60 bytes a cell while building
_CODE: Final = re.compile(r"(\d+)mE(-?\d+)N(-?\d+)")


@dataclass(frozen=True, slots=True)
class GridSpec:
    """A square lattice in a projected CRS in metres.

    Cell ``row * n_cols + col`` covers ``[col, col + 1) x [row, row + 1)`` cell sizes from the
    south-west corner ``(x_min, y_min)``. Rows run from south to north.

    Parameters
    ----------
    crs
        Projected, in metres.
    x_min, y_min
        The south-west corner: a whole multiple of the cell size from ``origin``.
    cell_size
        Whole metres, at least 1.
    n_rows, n_cols
        Shape, at least 1 x 1.
    origin
        The anchor of the lattice; whole metres.

    Raises
    ------
    InputError
        A value breaks one of these rules.
    """

    crs: CRS
    x_min: float
    y_min: float
    cell_size: float
    n_rows: int
    n_cols: int
    origin: tuple[float, float] = (0.0, 0.0)

    kind: Literal["square"] = "square"

    def __post_init__(self) -> None:
        if not self.crs.is_projected or self.crs.axis_info[0].unit_name != "metre":
            raise InputError(
                "the grid's CRS must be projected in metres, got {crs!r}; "
                "use --crs auto, or an EPSG code of a projected CRS",
                crs=self.crs.name,
            )
        if not (self.cell_size >= 1.0 and float(self.cell_size).is_integer()):
            raise InputError(
                "the cell size must be a whole number of metres, 1 or more; got {size}",
                size=self.cell_size,
            )
        if min(self.n_rows, self.n_cols) < 1:
            raise InputError(
                "the lattice is empty: {rows} rows x {cols} columns",
                rows=self.n_rows,
                cols=self.n_cols,
            )
        steps = (self.x_min - self.origin[0], self.y_min - self.origin[1])
        if any(not math.isfinite(step) or step % self.cell_size for step in steps) or not all(
            float(value).is_integer() for value in self.origin
        ):
            raise InputError(
                "the lattice corner must lie a whole number of cells from the origin, and the "
                "origin on whole metres; got corner {corner}, origin {origin}, cells of {size} m",
                corner=(self.x_min, self.y_min),
                origin=self.origin,
                size=self.cell_size,
            )

    @classmethod
    def around(
        cls,
        bounds: tuple[float, float, float, float],
        crs: CRS,
        *,
        cell_size: float,
        origin: tuple[float, float] = (0.0, 0.0),
    ) -> GridSpec:
        """Return the smallest lattice with a given anchor that covers a box.

        Parameters
        ----------
        bounds
            (xmin, ymin, xmax, ymax) in ``crs``.
        crs
            Projected, in metres.
        cell_size
            Whole metres.
        origin
            The anchor.

        Returns
        -------
        GridSpec
            The lattice.

        Raises
        ------
        GridTooLargeError
            It would have more than 60 million cells.
        InputError
            The box or the cell size is unusable.
        """
        if not (np.isfinite(bounds).all() and cell_size >= 1.0):
            raise InputError(
                "cannot lay a lattice of {size} m cells over the box {bounds}",
                size=cell_size,
                bounds=bounds,
            )
        col_0, row_0 = (math.floor((bounds[i] - origin[i]) / cell_size) for i in (0, 1))
        col_1, row_1 = (math.ceil((bounds[i + 2] - origin[i]) / cell_size) for i in (0, 1))
        n_rows, n_cols = max(1, row_1 - row_0), max(1, col_1 - col_0)
        if n_rows * n_cols > MAX_LATTICE_CELLS:
            raise GridTooLargeError(
                "a lattice of {size:g} m cells here has {cells:,} cells, more than {most:,}; "
                "choose larger cells or a smaller area (are the coordinates in the right CRS?)",
                size=cell_size,
                cells=n_rows * n_cols,
                most=MAX_LATTICE_CELLS,
            )
        x_min, y_min = origin[0] + col_0 * cell_size, origin[1] + row_0 * cell_size
        return cls(crs, x_min, y_min, cell_size, n_rows, n_cols, origin)

    @property
    def n_cells(self) -> int:
        """Number of cells of the whole lattice."""
        return self.n_rows * self.n_cols

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Box (xmin, ymin, xmax, ymax) in ``crs``."""
        return (
            self.x_min,
            self.y_min,
            self.x_min + self.n_cols * self.cell_size,
            self.y_min + self.n_rows * self.cell_size,
        )

    def cell_at(self, x: ArrayLike, y: ArrayLike) -> NDArray[np.int64]:
        """Return the id of the cell that holds each point.

        Parameters
        ----------
        x, y
            Metres in ``crs``, shape (n,).

        Returns
        -------
        ndarray of int, shape (n,)
            Cell ids; -1 outside the lattice or where a coordinate is not finite.
        """
        with np.errstate(invalid="ignore"):
            col = np.floor((np.asarray(x, dtype=np.float64) - self.x_min) / self.cell_size)
            row = np.floor((np.asarray(y, dtype=np.float64) - self.y_min) / self.cell_size)
            inside = (col >= 0) & (col < self.n_cols) & (row >= 0) & (row < self.n_rows)
        cell = np.where(inside, row, 0) * self.n_cols + np.where(inside, col, 0)
        return np.where(inside, cell, -1).astype(np.int64)

    def corners(self, cells: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the south-west corner of each cell.

        Parameters
        ----------
        cells
            Cell ids, shape (n,).

        Returns
        -------
        x, y : ndarray of float, shape (n,)
            Metres in ``crs``.
        """
        row, col = np.divmod(np.asarray(cells, dtype=np.int64), self.n_cols)
        return self.x_min + col * self.cell_size, self.y_min + row * self.cell_size

    def centres(self, cells: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the centre of each cell.

        Parameters
        ----------
        cells
            Cell ids, shape (n,).

        Returns
        -------
        x, y : ndarray of float, shape (n,)
            Metres in ``crs``.
        """
        x, y = self.corners(cells)
        return x + self.cell_size / 2, y + self.cell_size / 2

    def codes(self, cells: ArrayLike) -> list[str]:
        """Return the public code of each cell, such as ``250mE1000250N0998750``.

        The code holds the cell size and the metres of the south-west corner, so a cell keeps
        its code when the lattice grows.

        Parameters
        ----------
        cells
            Cell ids, shape (n,).

        Returns
        -------
        list of str
            Codes in the order of ``cells``.
        """
        x, y = self.corners(cells)
        prefix = f"{int(self.cell_size)}mE"
        pairs = zip(x.astype(np.int64).tolist(), y.astype(np.int64).tolist(), strict=True)
        return [f"{prefix}{east:07d}N{north:07d}" for east, north in pairs]

    def cell_of_code(self, code: str) -> int:
        """Return the id of the cell with a public code.

        Parameters
        ----------
        code
            As `codes` makes it.

        Returns
        -------
        int
            The cell id.

        Raises
        ------
        LayerNotFoundError
            The text is no code, or no cell of this lattice.
        """
        match = _CODE.fullmatch(code)
        if match is not None and int(match[1]) == self.cell_size:
            x, y = float(match[2]), float(match[3])
            cell = int(self.cell_at([x], [y])[0])
            if cell >= 0 and self.codes([cell]) == [code]:
                return cell
        raise LayerNotFoundError(
            "no cell {code!r} in this grid; a code looks like {example}",
            code=code,
            example=self.codes([0])[0],
        )
