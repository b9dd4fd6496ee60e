"""The land that views reach, cut by tiles and districts, and who sees what of it alone.

Everything is worked out in pieces: the land of one district in one tile. Inside a piece areas by
how many groups see them are summed without ever making the shapes (`geogrid.kernels.cover_areas`):
what one group sees and no other is what would be lost without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geogrid.analysis.overlap import (
    Tiling,
    dissolved,
    parts_in_tiles,
    polygons_only,
)
from geogrid.kernels.cover_areas import Rings, cover_areas
from geogrid.model.grid import Grid

PIECE_M: Final = 250.0  # measured: between buildings a fifth faster than 500 m, in the open alike
_FULL_SHARE: Final = 1.0 - 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class LandParts:
    """Parts of views on land, made by `land_parts`.

    Parameters
    ----------
    piece
        Piece of land of each part, rising, shape (k,).
    view
        View that it is a part of, shape (k,).
    part
        Polygons in the grid's CRS, shape (k,).
    district
        District of each piece, shape (n_pieces,).
    scale
        Square metres on the ground of one in the plane, shape (n_pieces,).
    """

    piece: NDArray[np.int64]
    view: NDArray[np.int64]
    part: NDArray[np.object_]
    district: NDArray[np.int64]
    scale: NDArray[np.float64]

    def of_views(self, chosen: NDArray[np.bool_]) -> LandParts:
        """Return the parts of some views.

        Parameters
        ----------
        chosen
            Which views, shape (n_views,).

        Returns
        -------
        LandParts
            Of the same pieces.
        """
        kept = chosen[self.view]
        return LandParts(
            self.piece[kept], self.view[kept], self.part[kept], self.district, self.scale
        )


@dataclass(frozen=True, slots=True, eq=False)
class GroupedLand:
    """Land by who sees it, made by `grouped_land`.

    Parameters
    ----------
    once_m2, twice_m2
        Land of each piece that at least one and at least two groups see, shape (n_pieces,).
    alone_m2
        Land that only this group sees, shape (n_groups,).
    """

    once_m2: NDArray[np.float64]
    twice_m2: NDArray[np.float64]
    alone_m2: NDArray[np.float64]


def land_parts(views: NDArray[np.object_], grid: Grid) -> LandParts:
    """Return the parts of views on the land of each district.

    Parameters
    ----------
    views
        Polygons in the grid's CRS, shape (n,).
    grid
        The grid.

    Returns
    -------
    LandParts
        Land that no district holds is in none of them.
    """
    tiling = _tiling(grid)
    tile, view, part = parts_in_tiles(views, tiling)
    land = _Land.of(grid, tiling)
    first = np.searchsorted(land.tile, tile, side="left")
    count = np.searchsorted(land.tile, tile, side="right") - first
    row = np.repeat(np.arange(len(tile)), count)
    piece = first[row] + np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    order = np.argsort(piece, kind="stable")
    row, piece = row[order], piece[order]
    view, part = view[row], part[row]
    cut = np.flatnonzero(~land.whole[piece])
    if cut.size:
        near, at = np.unique(piece[cut], return_inverse=True)
        ground = land.shapes(near, grid, tiling)
        part[cut] = polygons_only(shapely.intersection(part[cut], ground[at]))
    kept = shapely.area(part) > 0.0
    return LandParts(piece[kept], view[kept], part[kept], land.district, land.scale)


def grouped_land(parts: LandParts, group: NDArray[np.int64], n_groups: int) -> GroupedLand:
    """Return the land that groups of views see, and what each sees alone.

    Parameters
    ----------
    parts
        Parts of views.
    group
        Group of each view, 0 to ``n_groups`` - 1, shape (n_views,).
    n_groups
        How many groups there are.

    Returns
    -------
    GroupedLand
        Square metres on the ground.
    """
    n_pieces = len(parts.district)
    alone = np.zeros(n_groups)
    if not len(parts.part):
        nothing = np.zeros(n_pieces)
        return GroupedLand(nothing, nothing, alone)
    rings, part = _rings(parts.part, group[parts.view])
    start = np.searchsorted(parts.piece[part], np.arange(n_pieces + 1))
    once, twice = cover_areas(rings, start, parts.scale, alone)
    return GroupedLand(once, twice, alone)


def _rings(part: NDArray[np.object_], group: NDArray[np.int64]) -> tuple[Rings, NDArray[np.int64]]:
    """Return the rings of polygons, and the position of the polygon that each is of."""
    polygons, owner = shapely.get_parts(shapely.orient_polygons(part), return_index=True)
    ring, polygon = shapely.get_rings(polygons, return_index=True)
    xy, ring_of = shapely.get_coordinates(ring, return_index=True)
    again = np.append(ring_of[1:] != ring_of[:-1], True)  # the last vertex is the first
    size = np.bincount(ring_of[~again], minlength=len(ring))
    start = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    of_part = owner[polygon]
    return Rings(xy[~again], start, group[of_part].astype(np.int64)), of_part


def seen_land(parts: LandParts) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """Return the land that any view sees, each piece as one geometry.

    Parameters
    ----------
    parts
        Parts of views.

    Returns
    -------
    piece : ndarray of int
        Pieces of which something is seen, rising.
    seen : ndarray of shapely.Geometry
        What is seen of them.
    """
    return dissolved(parts.piece, parts.part)


def land_m2(
    parts: LandParts, piece: NDArray[np.int64], shape: NDArray[np.object_], n_districts: int
) -> NDArray[np.float64]:
    """Return the area of shapes on land by district.

    Parameters
    ----------
    parts
        Whose pieces they are.
    piece, shape
        Piece of each shape and the shape, shape (k,).
    n_districts
        How many districts there are.

    Returns
    -------
    ndarray of float, shape (n_districts,)
        Square metres on the ground.
    """
    area = shapely.area(shape) * parts.scale[piece]
    return np.bincount(parts.district[piece], area, n_districts).astype(np.float64)


def _tiling(grid: Grid) -> Tiling:
    """Return tiles of whole cells, near `PIECE_M` wide."""
    spec = grid.spec
    cells = max(1, round(PIECE_M / spec.cell_size))
    n_rows, n_cols = -(-spec.n_rows // cells), -(-spec.n_cols // cells)
    return Tiling(spec.x_min, spec.y_min, cells * spec.cell_size, n_rows, n_cols)


@dataclass(frozen=True, slots=True, eq=False)
class _Land:
    """The land of each district in each tile, by tile, then district."""

    tile: NDArray[np.int64]
    district: NDArray[np.int64]
    whole: NDArray[np.bool_]
    scale: NDArray[np.float64]

    @classmethod
    def of(cls, grid: Grid, tiling: Tiling) -> _Land:
        """Return the land of a grid."""
        side = round(tiling.size_m / grid.spec.cell_size)
        row, col = np.divmod(grid.cells, grid.spec.n_cols)
        tile_of = row // side * tiling.n_cols + col // side
        n = tiling.n_rows * tiling.n_cols
        share = np.bincount(tile_of, grid.land_share, n)
        ground = np.bincount(tile_of, grid.area_m2, n)
        pair = tile_of[grid.piece_cell] * len(grid.boundary) + grid.piece_district
        tile, district = np.divmod(np.unique(pair), len(grid.boundary))
        single = np.bincount(tile, minlength=n)[tile] == 1
        whole = single & (share[tile] >= side * side * _FULL_SHARE)
        scale = ground[tile] / (share[tile] * grid.spec.cell_size**2)
        return cls(tile, district, whole, scale)

    def shapes(self, pieces: NDArray[np.int64], grid: Grid, tiling: Tiling) -> NDArray[np.object_]:
        """Return the land of some pieces."""
        districts = np.array(grid.boundary.geometries, dtype=object)
        row, col = np.divmod(self.tile[pieces], tiling.n_cols)
        x = tiling.x_min + col * tiling.size_m
        y = tiling.y_min + row * tiling.size_m
        clipped = [
            shapely.clip_by_rect(districts[self.district[at]], x0, y0, x0 + size, y0 + size)
            for at, x0, y0, size in zip(pieces, x, y, [tiling.size_m] * len(x), strict=True)
        ]
        return polygons_only(np.array(clipped, dtype=object))
