"""Cells that a unit could have visited unseen, by the roads that it would have had to take."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.road_patrol import WITHIN_M, MatchedRoads
from geogrid.kernels.road_ellipse import RoadCells, mark_reachable_by_road
from geogrid.model.grid import Grid


def hidden_by_road(
    ways: tuple[NDArray[np.float64], NDArray[np.float64]],
    grid: Grid,
    roads: MatchedRoads,
    wanted: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Return the cells that some unit could have visited unseen while its GPS was silent.

    The way from the fix before the silence along the roads to a place in the cell, and on to the
    fix after it, must fit. Cells without a road, and silences with a fix more than 30 m from any
    road, are judged by straight lines; nothing is hidden that a straight way to the middle of the
    cell does not reach.

    Parameters
    ----------
    ways
        Of `geogrid.analysis.silences.silent_ways`, in the CRS of the grid.
    grid
        The grid.
    roads
        The roads, in the same CRS.
    wanted
        Cells that matter, shape (n_cells,): others are not looked at, which saves most of the
        time where nearly every road was seen.

    Returns
    -------
    ndarray of bool, shape (n_cells,)
        True where a visit could be hidden; False where none is wanted.
    """
    spec, pieces = grid.spec, roads.pieces
    shape = (spec.n_rows, spec.n_cols)
    col, row = (
        np.floor((pieces.middle - (spec.x_min, spec.y_min)) / spec.cell_size).astype(np.int64).T
    )
    inside = (row >= 0) & (col >= 0) & (row < shape[0]) & (col < shape[1])
    has_road = np.zeros(shape, dtype=np.bool_)
    has_road[row[inside], col[inside]] = True
    of_piece = np.where(inside, row * shape[1] + col, -1)
    cells = RoadCells(spec.x_min, spec.y_min, spec.cell_size, of_piece, has_road)
    open_cells, marked = np.zeros((2, spec.n_cells), dtype=np.uint8)
    open_cells[grid.cells] = wanted
    marked = marked.reshape(shape)
    mark_reachable_by_road(
        roads.net, roads.near, WITHIN_M, ways, cells, open_cells.reshape(shape), marked
    )
    return np.asarray(marked.ravel()[grid.cells] == 1)
