"""The table that places a lattice's cells in Web Mercator, so that a browser needs no projection.

It gives the lattice position of points that stand evenly in Web Mercator; between them a
browser interpolates.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geogrid.crs import WGS84, Datum, make_crs, to_wgs84, transformer
from geogrid.errors import GridTooLargeError
from geogrid.model.grid import Grid, GridSpec

WEB_MERCATOR: Final = make_crs(3857)
FORMAT: Final = 1
MAX_ERROR_CELLS: Final = 0.01
_TRUE: Final = (Datum.WGS84, Datum.CGCS2000)  # the same on a map
_DISTORTION_M: Final = 1_500  # the others are moved by up to 1,300 m
_NODES: Final = (48, 64, 96, 128, 192, 256, 384)


def mesh(grid: Grid, datum: Datum = Datum.WGS84) -> dict[str, Any]:
    """Return the table that places cells in Web Mercator, and which cells there are.

    Parameters
    ----------
    grid
        The grid, in any CRS.
    datum
        What the ground of the map is drawn in; Web Mercator is then reckoned from that.

    Returns
    -------
    dict
        A JSON object: ``x`` and ``y`` are the lattice column and row at ``nodes`` x ``nodes``
        points spread evenly over ``bounds_mercator``, row by row from the south; read
        bilinearly they are within 0.01 cell of the projection. ``runs`` are the active cells
        as [first id, number].

    Raises
    ------
    GridTooLargeError
        The lattice is too large to be placed that well by 384 x 384 nodes.
    """
    spec = grid.spec
    bounds = _mercator_bounds(spec, datum)
    for nodes in _NODES:
        x, y = _lattice_at(spec, datum, *_spread(bounds, nodes))
        if _mesh_error(spec, datum, bounds, x, y) < MAX_ERROR_CELLS:
            break
    else:
        raise GridTooLargeError(
            "the lattice of {rows} rows x {cols} columns is too large for a map in Web Mercator; "
            "choose larger cells or a smaller area",
            rows=spec.n_rows,
            cols=spec.n_cols,
        )
    body = {
        "format": FORMAT,
        "crs": spec.crs.name,
        "datum": str(datum),
        "n_rows": spec.n_rows,
        "n_cols": spec.n_cols,
        "cell_size_m": int(spec.cell_size),
        "x_min_m": int(spec.x_min),
        "y_min_m": int(spec.y_min),
        "n_cells": len(grid),
        "bounds_mercator": [round(value, 3) for value in bounds],
        "nodes": nodes,
        "x": x.ravel().tolist(),
        "y": y.ravel().tolist(),
        "runs": _runs(grid.cells),
        "districts": {"ids": list(grid.boundary.ids), "names": list(grid.boundary.names)},
    }
    text = json.dumps(body, sort_keys=True, ensure_ascii=True)
    return {"version": hashlib.sha256(text.encode()).hexdigest()[:12], **body}


def _mercator_bounds(spec: GridSpec, datum: Datum) -> tuple[float, float, float, float]:
    """Return a box in whole Mercator metres around the lattice and one cell more."""
    xmin, ymin, xmax, ymax = spec.bounds
    pad = spec.cell_size
    if datum not in _TRUE:
        pad += _DISTORTION_M
    box = transformer(spec.crs, WEB_MERCATOR).transform_bounds(
        xmin - pad, ymin - pad, xmax + pad, ymax + pad, densify_pts=64
    )
    return (
        float(np.floor(box[0])),
        float(np.floor(box[1])),
        float(np.ceil(box[2])),
        float(np.ceil(box[3])),
    )


def _spread(
    bounds: tuple[float, float, float, float], nodes: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mesh's nodes in Mercator metres, each of shape (nodes, nodes)."""
    mx, my = np.meshgrid(
        np.linspace(bounds[0], bounds[2], nodes), np.linspace(bounds[1], bounds[3], nodes)
    )
    return mx, my


def _lattice_at(
    spec: GridSpec, datum: Datum, mx: NDArray[np.float64], my: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return lattice columns and rows at places in Web Mercator, to 0.0001 cell."""
    if datum in _TRUE:
        x, y = transformer(WEB_MERCATOR, spec.crs).transform(mx, my)
    else:
        drawn = transformer(WEB_MERCATOR, WGS84).transform(mx, my)
        x, y = transformer(WGS84, spec.crs).transform(*to_wgs84(*drawn, datum))
    col = np.round((np.asarray(x) - spec.x_min) / spec.cell_size, 4)
    row = np.round((np.asarray(y) - spec.y_min) / spec.cell_size, 4)
    return col, row


def _mesh_error(
    spec: GridSpec,
    datum: Datum,
    bounds: tuple[float, float, float, float],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
) -> float:
    """Return the largest error in cells in the middle of meshes, where a bilinear is worst."""
    mx, my = _spread(bounds, x.shape[0])
    true_x, true_y = _lattice_at(spec, datum, _middles(mx), _middles(my))
    apart = np.hypot(_middles(x) - true_x, _middles(y) - true_y)
    return float(apart.max()) if np.isfinite(apart).all() else np.inf


def _middles(a: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((a[:-1, :-1] + a[:-1, 1:] + a[1:, :-1] + a[1:, 1:]) / 4)


def _runs(cells: NDArray[np.int64]) -> list[list[int]]:
    """Return rising ids as [first, number] of each unbroken run."""
    starts = np.flatnonzero(np.diff(cells, prepend=-2) != 1)
    lengths = np.diff(np.append(starts, cells.size))
    pairs = zip(cells[starts].tolist(), lengths.tolist(), strict=True)
    return [[first, length] for first, length in pairs]
