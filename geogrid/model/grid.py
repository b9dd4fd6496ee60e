"""The lattice as a value, and the grid it makes over a city's districts."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final, Literal

import h3.api.numpy_int as h3
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS

from geogrid.crs import WGS84, is_equal_area, transformer, working_crs
from geogrid.errors import GridTooLargeError, InputError, LayerNotFoundError
from geogrid.kernels.cell_area import polygon_cell_areas
from geogrid.model.boundary import AreaGeometry, Boundary

MAX_LATTICE_CELLS: Final = 60_000_000  # 100 m over 770 km squared; 60 bytes a cell while building
H3_RESOLUTION: Final = 9  # 0.1 km2 on average, the nearest to a 250 m square
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
        district are scaled (by less than 1e-6) to sum to its land.

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

    def lonlat(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the centres of the active cells in degrees, WGS-84."""
        lon, lat = transformer(self.spec.crs, WGS84).transform(*self.spec.centres(self.cells))
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
