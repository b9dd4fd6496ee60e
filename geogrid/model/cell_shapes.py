"""Polygons of cells: made only when a table leaves the program."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from geogrid.crs import WGS84, reprojection
from geogrid.model.grid import Grid

_FULL_SHARE = 1.0 - 1e-9


def cell_squares(grid: Grid, keep: NDArray[np.bool_] | None = None) -> NDArray[np.object_]:
    """Return the whole square of each active cell.

    Parameters
    ----------
    grid
        The grid.
    keep
        Which active cells to make, shape (n_cells,); all if ``None``.

    Returns
    -------
    ndarray of shapely.Polygon, shape (n_kept,)
        In the grid's CRS, counter-clockwise.
    """
    x, y = grid.spec.corners(grid.cells if keep is None else grid.cells[keep])
    size = grid.spec.cell_size
    corners = ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
    ring = np.stack([np.column_stack([x + i * size, y + j * size]) for i, j in corners], axis=1)
    return np.asarray(shapely.polygons(ring), dtype=object)


def cell_polygons(grid: Grid, keep: NDArray[np.bool_] | None = None) -> NDArray[np.object_]:
    """Return the land of each active cell: the square, clipped to the districts' outline.

    Parameters
    ----------
    grid
        The grid.
    keep
        Which active cells to make, shape (n_cells,); all if ``None``.

    Returns
    -------
    ndarray of shapely.Polygon or MultiPolygon, shape (n_kept,)
        WGS-84, oriented as RFC 7946 asks (shells counter-clockwise).
    """
    squares = cell_squares(grid, keep)
    kept = np.arange(len(grid)) if keep is None else np.flatnonzero(keep)
    clipped = np.flatnonzero(grid.land_share[kept] < _FULL_SHARE)
    land = shapely.union_all(np.array(grid.boundary.geometries))
    spec = grid.spec
    rows, row_of = np.unique(grid.cells[kept[clipped]] // spec.n_cols, return_inverse=True)
    south = spec.y_min + rows * spec.cell_size
    west, east = np.full((2, rows.size), [[spec.bounds[0]], [spec.bounds[2]]])
    strips = shapely.box(west, south, east, south + spec.cell_size)
    in_row = shapely.intersection(land, strips)  # a row is small; the land is not
    parts = shapely.intersection(in_row[row_of], squares[clipped])
    squares[clipped] = [_polygons_only(part) for part in parts]
    lonlat = shapely.transform(squares, reprojection(grid.spec.crs, WGS84))
    return np.asarray(shapely.orient_polygons(lonlat), dtype=object)


def _polygons_only(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a clipped shape without the points and lines where it only touches the square."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
