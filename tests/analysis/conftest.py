"""A small lattice in the working CRS, and fixes told in its cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from shapely.geometry import box

from geogrid.crs import WGS84, transformer, working_crs
from geogrid.model.boundary import Boundary
from geogrid.model.grid import Grid
from geogrid.model.projection import FastProjection
from geogrid.model.tracks import Tracks

CELL_M = 250
SIDE = 12


@dataclass(frozen=True)
class Town:
    """A square of 12 x 12 cells; (0, 0) is its south-west corner."""

    grid: Grid
    projection: FastProjection

    def tracks(self, rows):
        """Return tracks of rows (unit, t_ms, x, y), with x and y in cells."""
        unit, t, x, y = zip(*rows, strict=True) if rows else ((), (), (), ())
        corner, size = self.grid.spec, self.grid.spec.cell_size
        metres = corner.x_min + np.array(x) * size, corner.y_min + np.array(y) * size
        lon, lat = transformer(self.grid.spec.crs, WGS84).transform(*metres)
        return Tracks.from_fixes(unit, t, lon, lat)

    def at(self, col, row):
        """Return the position in the grid of a cell."""
        return row * SIDE + col

    def origin_cell(self):
        """Return column and row of cell (0, 0), counted from the lattice's origin."""
        spec = self.grid.spec
        return round(spec.x_min / spec.cell_size), round(spec.y_min / spec.cell_size)


@pytest.fixture(scope="session")
def town():
    crs = working_crs(116.4, 25.5, 118.6, 27.1)
    square = box(1_000_000, 1_000_000, 1_000_000 + SIDE * CELL_M, 1_000_000 + SIDE * CELL_M)
    grid = Grid.over(Boundary(("A",), ("Town",), (square,), crs), CELL_M, crs=crs)
    return Town(grid, FastProjection.fit(grid.spec))
