"""The grid over a city's districts: the cells of a lattice with their land."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import h3.api.numpy_int as h3
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS

from geogrid.crs import WGS84, is_equal_area, transformer, working_crs
from geogrid.errors import InputError
from geogrid.kernels.cell_area import polygon_cell_areas
from geogrid.model.boundary import AreaGeometry, Boundary
from geogrid.model.grid_spec import GridSpec

__all__ = ["Grid", "GridSpec"]

H3_RESOLUTION: Final = 9  # 0.1 km2 on average, the nearest to a 250 m square


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A lattice over districts: its active cells with their land.

    Parameters
    ----------
    spec
        The lattice.
    boundary
        The districts, in the lattice's CRS.
    cells
        Ids of the cells that hold land, rising, shape (n,).
    land_share
        Share of each cell's square that is land, in (0, 1], shape (n,).
    area_m2
        Land in each cell, square metres on the ellipsoid, shape (n,); > 0.
    district
        Position in ``boundary`` of the district with most of the cell's land (of equals the
        one with the lower id), shape (n,).
    piece_cell, piece_district, piece_m2
        The land of each district in each cell it reaches, shape (n_pieces,), ordered by cell:
        position in ``cells``, position in ``boundary``, square metres.

    Raises
    ------
    InputError
        Arrays are not aligned, or ids do not rise.
    """

    spec: GridSpec
    boundary: Boundary
    cells: NDArray[np.int64]
    land_share: NDArray[np.float64]
    area_m2: NDArray[np.float64]
    district: NDArray[np.int32]
    piece_cell: NDArray[np.int64]
    piece_district: NDArray[np.int32]
    piece_m2: NDArray[np.float64]

    def __post_init__(self) -> None:
        n = self.cells.size
        aligned = n == self.land_share.size == self.area_m2.size == self.district.size
        if not aligned or np.any(np.diff(self.cells) <= 0):
            raise InputError("a grid needs aligned arrays and rising cell ids")
        if n and not (self.area_m2 > 0.0).all():
            raise InputError("every cell of a grid has land")

    def __len__(self) -> int:
        return int(self.cells.size)

    @classmethod
    def over(
        cls,
        boundary: Boundary,
        cell_size_m: float = 250.0,
        *,
        crs: CRS | None = None,
        origin: tuple[float, float] = (0.0, 0.0),
    ) -> Grid:
        """Return the grid over districts.

        Areas are exact: the outline of each district is walked through the lattice once. In a
        CRS that is not equal-area, cells take the ellipsoid's area and the pieces of each
        district are scaled (by less than 1e-6) to sum to its land; the land of a cell on a border
        is then right to 1e-6 of its square for each kilometre of cell size.

        Parameters
        ----------
        boundary
            The districts, in any CRS.
        cell_size_m
            Whole metres.
        crs
            Projected, in metres; ``None`` for the equal-area working CRS.
        origin
            The anchor of the lattice, whole metres in ``crs``.

        Returns
        -------
        Grid
            The active cells; the areas of a district's pieces sum to its land to 1e-9.

        Raises
        ------
        GridTooLargeError
            The lattice would have more than 60 million cells.
        InputError
            The cell size or the CRS is unusable.
        """
        lonlat = boundary.to_crs(WGS84)
        crs = crs or working_crs(*lonlat.bounds)
        local = boundary.to_crs(crs)
        spec = GridSpec.around(local.bounds, crs, cell_size=cell_size_m, origin=origin)
        parts = [_district_cells(spec, geometry) for geometry in local.geometries]
        district = np.repeat(np.arange(len(parts), dtype=np.int32), [ids.size for ids, _ in parts])
        cell = np.concatenate([ids for ids, _ in parts])
        order = np.lexsort((district, cell))
        cell, district = cell[order], district[order]
        share = np.concatenate([share for _, share in parts])[order]
        piece_m2 = share * cell_size_m**2
        if not is_equal_area(crs):
            piece_m2 = _ground_area(spec, cell, district, piece_m2, boundary.areas_m2())
        return _assembled(spec, local, _Pieces(cell, district, share, piece_m2))

    def position_of(self, cells: ArrayLike) -> NDArray[np.int64]:
        """Return where cell ids stand in ``cells``.

        Parameters
        ----------
        cells
            Cell ids, shape (n,).

        Returns
        -------
        ndarray of int, shape (n,)
            Positions; -1 for a cell without land.
        """
        wanted = np.asarray(cells, dtype=np.int64)
        if self.cells.size == 0:
            return np.full(wanted.shape, -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.cells, wanted), self.cells.size - 1)
        return np.where(self.cells[at] == wanted, at, -1)

    def position_at(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.int64]:
        """Return which active cell holds each WGS-84 position.

        Parameters
        ----------
        lon, lat
            Degrees, WGS-84, shape (n,).

        Returns
        -------
        ndarray of int, shape (n,)
            Positions in ``cells``; -1 off the grid.
        """
        x, y = transformer(WGS84, self.spec.crs).transform(np.asarray(lon), np.asarray(lat))
        return self.position_of(self.spec.cell_at(x, y))

    def codes(self) -> list[str]:
        """Return the public codes of the active cells, in order."""
        return self.spec.codes(self.cells)

    def lonlat(
        self, cells: ArrayLike | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the centres of cells.

        Parameters
        ----------
        cells
            Cell ids, shape (n,); the active cells if ``None``.

        Returns
        -------
        lon, lat : ndarray of float, shape (n,)
            Degrees, WGS-84.
        """
        x, y = self.spec.centres(self.cells if cells is None else cells)
        lon, lat = transformer(self.spec.crs, WGS84).transform(x, y)
        return np.asarray(lon), np.asarray(lat)

    def h3_ids(self, resolution: int = H3_RESOLUTION) -> NDArray[np.uint64]:
        """Return the H3 index of each active cell's centre.

        Parameters
        ----------
        resolution
            H3 resolution, 0 to 15.

        Returns
        -------
        ndarray of uint64, shape (n,)
            H3 indexes in the order of ``cells``.
        """
        lon, lat = self.lonlat()
        pairs = zip(lat.tolist(), lon.tolist(), strict=True)
        return np.array([h3.latlng_to_cell(y, x, resolution) for y, x in pairs], dtype=np.uint64)

    def district_total(self, per_m2: ArrayLike) -> NDArray[np.float64]:
        """Return the sum over each district's own land of a density per square metre.

        Parameters
        ----------
        per_m2
            A value per square metre of land for each active cell, shape (n,).

        Returns
        -------
        ndarray of float, shape (n_districts,)
            A cell that straddles a border adds to each district by the land it has there.
        """
        density = np.asarray(per_m2, dtype=np.float64)
        weights = self.piece_m2 * density[self.piece_cell]
        totals = np.bincount(self.piece_district, weights=weights, minlength=len(self.boundary))
        return totals.astype(np.float64)

    def dense(self, values: NDArray[np.generic], fill: float) -> NDArray[np.generic]:
        """Return values of active cells laid out on the whole lattice.

        Parameters
        ----------
        values
            One per active cell, shape (n,).
        fill
            What cells without land get.

        Returns
        -------
        ndarray, shape (n_rows, n_cols)
            Of the dtype of ``values``.
        """
        lattice = np.full(self.spec.n_cells, fill, dtype=values.dtype)
        lattice[self.cells] = values
        return lattice.reshape(self.spec.n_rows, self.spec.n_cols)


def _district_cells(
    spec: GridSpec, geometry: AreaGeometry
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the ids of the cells a district reaches, and its share of each."""
    lowest = GridSpec.around(
        geometry.bounds, spec.crs, cell_size=spec.cell_size, origin=spec.origin
    )
    polygons = shapely.get_parts(shapely.orient_polygons(geometry))
    xy, ring = shapely.get_coordinates(shapely.get_rings(polygons), return_index=True)
    starts = np.append(np.flatnonzero(np.diff(ring, prepend=-1)), len(xy))
    xy = (xy - (lowest.x_min, lowest.y_min)) / spec.cell_size
    share = polygon_cell_areas(xy, starts.astype(np.int64), lowest.n_rows, lowest.n_cols)
    row, col = np.nonzero(share)
    row_0 = round((lowest.y_min - spec.y_min) / spec.cell_size)
    col_0 = round((lowest.x_min - spec.x_min) / spec.cell_size)
    ids = (row + row_0) * spec.n_cols + (col + col_0)
    return ids.astype(np.int64), share[row, col]


def _ground_area(
    spec: GridSpec,
    cell: NDArray[np.int64],
    district: NDArray[np.int32],
    plane_m2: NDArray[np.float64],
    district_m2: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return areas on the ellipsoid of pieces measured in a CRS that distorts area."""
    x, y = spec.corners(cell)
    size = spec.cell_size
    lon, lat = transformer(spec.crs, WGS84).transform(x + size / 2, y + size / 2)
    equal_area = working_crs(lon.min(), lat.min(), lon.max(), lat.max())
    change = transformer(spec.crs, equal_area)
    xs, ys = zip(
        *(
            change.transform(x + i * size, y + j * size)
            for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))
        ),
        strict=True,
    )
    twice = sum(xs[i] * ys[(i + 1) % 4] - xs[(i + 1) % 4] * ys[i] for i in range(4))
    pieces = plane_m2 * (twice / 2 / size**2)
    sums = np.bincount(district, weights=pieces, minlength=district_m2.size)
    return np.asarray(pieces * (district_m2 / sums)[district])


@dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    """The land of each district in each cell it reaches, ordered by cell, then district."""

    cell: NDArray[np.int64]
    district: NDArray[np.int32]
    share: NDArray[np.float64]
    area_m2: NDArray[np.float64]


def _assembled(spec: GridSpec, boundary: Boundary, pieces: _Pieces) -> Grid:
    """Return the grid of pieces that are ordered by cell, then district."""
    cells, first, piece_cell = np.unique(pieces.cell, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(np.array(boundary.ids)))  # of equals the lower id
    best = np.lexsort((rank[pieces.district], -pieces.area_m2, piece_cell))[first]
    return Grid(
        spec=spec,
        boundary=boundary,
        cells=cells,
        land_share=np.minimum(np.add.reduceat(pieces.share, first), 1.0),
        area_m2=np.add.reduceat(pieces.area_m2, first),
        district=pieces.district[best],
        piece_cell=piece_cell,
        piece_district=pieces.district,
        piece_m2=pieces.area_m2,
    )
