"""A lattice of whole cells and incidents told in its cells."""

from __future__ import annotations

import numpy as np
import shapely

from geogrid.crs import WGS84, transformer, working_crs
from geogrid.model.boundary import Boundary
from geogrid.model.grid import Grid
from geogrid.model.incidents import Incidents

CRS = working_crs(117.0, 26.0, 118.0, 27.0)
CORNER = 1_000_000.0
CELL = 250.0


def grid_of(n_rows, n_cols, *, before=0, after=0, split=None):
    """Return a grid of whole cells, with rows and columns of further land around them.

    Two districts divide it at column ``split``.
    """
    x_min = y_min = CORNER - before * CELL
    x_max, y_max = CORNER + (n_cols + after) * CELL, CORNER + (n_rows + after) * CELL
    if split is None:
        lands = {"A": shapely.box(x_min, y_min, x_max, y_max)}
    else:
        middle = CORNER + split * CELL
        lands = {
            "A": shapely.box(x_min, y_min, middle, y_max),
            "B": shapely.box(middle, y_min, x_max, y_max),
        }
    boundary = Boundary(tuple(lands), tuple(lands), tuple(lands.values()), CRS)
    return Grid.over(boundary, CELL, crs=CRS)


def incidents_at(x, y, *, weight=1.0, t_from=0, hours=0, source=0):
    """Return incidents at places of the working CRS."""
    lon, lat = transformer(CRS, WGS84).transform(np.asarray(x, float), np.asarray(y, float))
    n = lon.size
    start = np.broadcast_to(np.asarray(t_from, dtype=np.int64), n).copy()
    return Incidents(
        ids=np.array([str(i) for i in range(n)], dtype=object),
        t_from=start,
        t_to=start + hours * 3_600_000,
        lon=lon,
        lat=lat,
        categories=("theft",),
        category=np.zeros(n, dtype=np.int32),
        weight=np.broadcast_to(np.asarray(weight, float), n).copy(),
        source=np.broadcast_to(np.asarray(source, np.int8), n).copy(),
    )


def incidents_of(counts, rng=None, *, weight=1.0):
    """Return as many incidents in each cell, in its middle or at random places of it."""
    row, col = np.nonzero(counts)
    times = counts[row, col]
    row, col = np.repeat(row, times), np.repeat(col, times)
    u, v = (0.5, 0.5) if rng is None else rng.uniform(0.01, 0.99, (2, row.size))
    return incidents_at(CORNER + (col + u) * CELL, CORNER + (row + v) * CELL, weight=weight)


def everywhere(grid):
    """Return a mask of all cells."""
    return np.ones(len(grid), dtype=np.bool_)


def cell_of(grid, row, col):
    """Return the position of a cell, counted from the corner."""
    x, y = CORNER + (col + 0.5) * CELL, CORNER + (row + 0.5) * CELL
    return int(grid.position_of(grid.spec.cell_at([x], [y]))[0])


def planted(rng, shape=(30, 40), rate=0.1):
    """Return chance counts with one true cluster around row 15, column 20."""
    counts = rng.poisson(rate, shape)
    counts[14:17, 19:22] += 4
    return counts
