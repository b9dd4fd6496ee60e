"""Where polygons lie over each other: the ground under at least one, and at least two.

Polygons are cut along square tiles and merged pair by pair inside each tile: of two groups
A and B, what at least one covers is ``A1 | B1`` and what at least two cover is
``A2 | B2 | (A1 & B1)``. Cost follows the outlines inside one tile, not the whole city's: 16,450
views of 30 to 150 m take 3.5 s where pairwise intersections grow with the square of the density.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon

_EMPTY: Final = Polygon()


@dataclass(frozen=True, slots=True)
class Tiling:
    """Square tiles over a box.

    Parameters
    ----------
    x_min, y_min
        South-west corner, metres.
    size_m
        Side of a tile, metres.
    n_rows, n_cols
        Number of tiles.
    """

    x_min: float
    y_min: float
    size_m: float
    n_rows: int
    n_cols: int


def cut_by_tiles(
    polygons: NDArray[np.object_], tiling: Tiling
) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """Return the parts of polygons in each tile; what lies outside all tiles is left out.

    Parameters
    ----------
    polygons
        Valid polygons, shape (n,).
    tiling
        The tiles, in the CRS of the polygons.

    Returns
    -------
    tile : ndarray of int, shape (k,)
        Tile of each part, ``row * n_cols + col``, rising.
    part : ndarray of shapely.Geometry, shape (k,)
        The parts, none of them empty; neighbours near each other.
    """
    tile, _, part = parts_in_tiles(polygons, tiling)
    return tile, part


def parts_in_tiles(
    polygons: NDArray[np.object_], tiling: Tiling
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.object_]]:
    """Return the parts of polygons in each tile, as `cut_by_tiles` does, and whose they are.

    Parameters
    ----------
    polygons
        Valid polygons, shape (n,).
    tiling
        The tiles, in the CRS of the polygons.

    Returns
    -------
    tile : ndarray of int, shape (k,)
        Tile of each part, rising.
    owner : ndarray of int, shape (k,)
        Position of the polygon that it is a part of.
    part : ndarray of shapely.Geometry, shape (k,)
        The parts, none of them empty; neighbours near each other.
    """
    owner, row, col = _tiles_of(shapely.bounds(polygons), tiling)
    x = tiling.x_min + col * tiling.size_m
    y = tiling.y_min + row * tiling.size_m
    boxes = shapely.box(x, y, x + tiling.size_m, y + tiling.size_m)
    part = polygons[owner]
    bounds = shapely.bounds(part)
    whole = (bounds[:, 0] >= x) & (bounds[:, 2] <= x + tiling.size_m)
    whole &= (bounds[:, 1] >= y) & (bounds[:, 3] <= y + tiling.size_m)
    part[~whole] = polygons_only(shapely.intersection(part[~whole], boxes[~whole]))
    kept = shapely.area(part) > 0.0
    tile, owner, part = (row * tiling.n_cols + col)[kept], owner[kept], part[kept]
    if not len(part):
        return tile, owner, part
    # Neighbours stand side by side, so that merging pairs keeps outlines short: a quarter faster.
    order = np.lexsort((gpd.GeoSeries(part).hilbert_distance(level=12).to_numpy(), tile))
    return tile[order], owner[order], part[order]


def covered_once_and_twice(
    tile: NDArray[np.int64], part: NDArray[np.object_]
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return the ground under at least one and under at least two parts, tile by tile.

    Parameters
    ----------
    tile
        Tile of each part, rising, shape (k,).
    part
        Polygons, shape (k,).

    Returns
    -------
    once, twice : ndarray of shapely.Geometry
        One geometry per tile that has parts, in the order of the tiles; ``twice`` may be
        empty.
    """
    once, twice = part.copy(), np.full(len(part), _EMPTY, dtype=object)
    while len(tile):
        _, first, count = np.unique(tile, return_index=True, return_counts=True)
        if (count == 1).all():
            break
        rank = np.arange(len(tile)) - np.repeat(first, count)
        left = np.flatnonzero((rank % 2 == 0) & (rank + 1 < np.repeat(count, count)))
        right = left + 1
        both = polygons_only(shapely.intersection(once[left], once[right]))
        once[left] = shapely.union(once[left], once[right])
        twice[left] = shapely.union_all(np.stack([twice[left], twice[right], both], axis=1), axis=1)
        kept = np.ones(len(tile), dtype=bool)
        kept[right] = False
        tile, once, twice = tile[kept], once[kept], twice[kept]
    return once, twice


def dissolved(
    key: NDArray[np.int64], part: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """Return the union of the parts of each key, merged in pairs.

    Parameters
    ----------
    key
        Key of each part, rising, shape (k,).
    part
        Polygons, shape (k,).

    Returns
    -------
    key : ndarray of int
        Each key once, rising.
    whole : ndarray of shapely.Geometry
        What its parts cover.
    """
    whole = part.copy()
    while len(key):
        _, first, count = np.unique(key, return_index=True, return_counts=True)
        if (count == 1).all():
            break
        rank = np.arange(len(key)) - np.repeat(first, count)
        left = np.flatnonzero((rank % 2 == 0) & (rank + 1 < np.repeat(count, count)))
        whole[left] = shapely.union(whole[left], whole[left + 1])
        kept = np.ones(len(key), dtype=bool)
        kept[left + 1] = False
        key, whole = key[kept], whole[kept]
    return key, whole


def polygons_only(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return geometries without the points and lines where polygons only touch.

    Parameters
    ----------
    shapes
        Results of an overlay of polygons, shape (n,).

    Returns
    -------
    ndarray of shapely.Polygon or MultiPolygon, shape (n,)
        Empty polygons where nothing is left.
    """
    areal = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
    out = shapes.copy()
    for at in np.flatnonzero(~np.isin(shapely.get_type_id(shapes), areal)):
        parts = shapely.get_parts(shapes[at])
        kept = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
        out[at] = shapely.MultiPolygon(list(kept)) if len(kept) else _EMPTY
    return out


def _tiles_of(
    bounds: NDArray[np.float64], tiling: Tiling
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return owner, row and column for every tile that a box meets."""
    shape = np.array([tiling.n_cols, tiling.n_rows])
    corner = np.array([tiling.x_min, tiling.y_min])
    low = np.floor((bounds[:, :2] - corner) / tiling.size_m).astype(np.int64)
    high = np.floor((bounds[:, 2:] - corner) / tiling.size_m).astype(np.int64)
    low, high = np.maximum(low, 0), np.minimum(high, shape - 1)
    wide, tall = np.maximum(high - low + 1, 0).T
    count = wide * tall
    owner = np.repeat(np.arange(len(bounds)), count)
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return owner, low[owner, 1] + step // wide[owner], low[owner, 0] + step % wide[owner]
