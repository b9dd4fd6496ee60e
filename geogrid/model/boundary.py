"""A city's districts: the land that the grid is built over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from shapely.geometry import MultiPolygon, Polygon

from geogrid.crs import WGS84, reprojection, working_crs
from geogrid.errors import BoundaryError, InputError

MAX_OVERLAP_M2: Final = 1.0  # less than rounding to 6 decimals does along one shared edge
MIN_PART_M2: Final = 1e-6
AreaGeometry = Polygon | MultiPolygon


@dataclass(frozen=True, slots=True)
class Boundary:
    """Districts with their polygons: unique ids, valid polygons, disjoint interiors.

    Parameters
    ----------
    ids
        District codes, unique and not empty, as text.
    names
        Names, one per district.
    geometries
        Polygons or multipolygons, one per district, in ``crs``.
    crs
        The CRS of the polygons.
    names_en
        Names for readers of English, one per district; empty where none are known.

    Raises
    ------
    BoundaryError
        An id repeats, or a polygon is empty, invalid, or overlaps another; the message names
        the districts, the place and the size of the trouble.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    geometries: tuple[AreaGeometry, ...]
    crs: CRS = WGS84
    names_en: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.ids or not len(self.ids) == len(self.names) == len(self.geometries):
            raise BoundaryError(
                "a boundary needs at least one district and as many names and polygons as ids; "
                "got {ids} ids, {names} names, {geometries} polygons",
                ids=len(self.ids),
                names=len(self.names),
                geometries=len(self.geometries),
            )
        trouble = next(boundary_faults(self), None)
        if trouble is not None:
            raise trouble

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def read(
        cls,
        path: Path | str,
        *,
        id_field: str | None = None,
        name_field: str | None = None,
    ) -> Boundary:
        """Return the districts of a file.

        Parameters
        ----------
        path
            GeoJSON, Shapefile or GeoPackage.
        id_field, name_field
            Columns with ids and names; ``None`` to find them.

        Returns
        -------
        Boundary
            In the CRS of the file.

        Raises
        ------
        InputError
            The file cannot be read, or its districts are invalid or overlap.
        """
        # An arrow that points up, like CellTable.explore(): a convenience for interactive work.
        from geogrid.io.boundaries import read_boundary  # noqa: PLC0415

        return read_boundary(Path(path), id_field=id_field, name_field=name_field)[0]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Bounding box (xmin, ymin, xmax, ymax) in ``crs``."""
        xmin, ymin, xmax, ymax = shapely.total_bounds(np.array(self.geometries))
        return float(xmin), float(ymin), float(xmax), float(ymax)

    def position_of(self, district: str) -> int:
        """Return the position of a district, by id or name.

        Parameters
        ----------
        district
            Id or name.

        Returns
        -------
        int
            From 0, in the order of ``ids``.

        Raises
        ------
        InputError
            There is no such district.
        """
        for names in (self.ids, self.names):
            if district in names:
                return names.index(district)
        raise InputError(
            "no district {district!r}; there are {known}",
            district=district,
            known=", ".join(f"{i} {n}" for i, n in zip(self.ids, self.names, strict=True)),
        )

    def to_crs(self, crs: CRS) -> Boundary:
        """Return the same districts in another CRS; edges stay straight between vertices.

        Parameters
        ----------
        crs
            The target CRS.

        Returns
        -------
        Boundary
            Every vertex is moved on its own; overlaps are not checked again.
        """
        if crs == self.crs:
            return self
        moved = shapely.transform(np.array(self.geometries), reprojection(self.crs, crs))
        return _trusted(self, tuple(moved), crs)

    def in_english(self, names_en: tuple[str, ...]) -> Boundary:
        """Return the same districts with names for readers of English.

        Parameters
        ----------
        names_en
            One per district; empty where none are known.

        Returns
        -------
        Boundary
            Nothing else changes, so nothing is checked again.

        Raises
        ------
        BoundaryError
            There are more or fewer names than districts.
        """
        if names_en and len(names_en) != len(self):
            raise BoundaryError(
                "a boundary needs as many English names as districts; got {names} for {ids}",
                names=len(names_en),
                ids=len(self),
            )
        return _trusted(self, self.geometries, self.crs, names_en)

    def areas_m2(self) -> NDArray[np.float64]:
        """Return each district's land on the ellipsoid.

        Returns
        -------
        ndarray of float, shape (n_districts,)
            Square metres, from the equal-area working CRS.
        """
        equal_area = self.to_crs(working_crs(*self.to_crs(WGS84).bounds))
        return np.asarray(shapely.area(np.array(equal_area.geometries)), dtype=np.float64)


def _trusted(
    checked: Boundary,
    geometries: tuple[AreaGeometry, ...],
    crs: CRS,
    names_en: tuple[str, ...] | None = None,
) -> Boundary:
    """Return a boundary whose parts come from a checked one."""
    boundary = object.__new__(Boundary)
    english = checked.names_en if names_en is None else names_en
    for field, value in zip(
        ("ids", "names", "geometries", "crs", "names_en"),
        (checked.ids, checked.names, geometries, crs, english),
        strict=True,
    ):
        object.__setattr__(boundary, field, value)
    return boundary


def boundary_faults(boundary: Boundary) -> Iterator[BoundaryError]:
    """Yield everything that keeps districts from being a boundary, most basic first.

    Parameters
    ----------
    boundary
        Districts, checked or not.

    Yields
    ------
    BoundaryError
        One fault, with districts, place (WGS-84) and size.
    """
    yield from _identity_faults(boundary)
    yield from _polygon_faults(boundary)
    yield from _overlap_faults(boundary)


def _identity_faults(boundary: Boundary) -> Iterator[BoundaryError]:
    seen: set[str] = set()
    for position, district in enumerate(boundary.ids, start=1):
        if not district.strip():
            yield BoundaryError(
                "district {position} has no id; name the field that has it with --id",
                position=position,
            )
        if district in seen:
            yield BoundaryError(
                "district id {district!r} occurs more than once (again at feature {position}); "
                "ids must be unique: choose another field with --id, or merge the parts",
                district=district,
                position=position,
            )
        seen.add(district)


def _polygon_faults(boundary: Boundary) -> Iterator[BoundaryError]:
    for district, name, polygon in zip(
        boundary.ids, boundary.names, boundary.geometries, strict=True
    ):
        label = f"{district} {name}".strip()
        if not isinstance(polygon, Polygon | MultiPolygon):
            yield BoundaryError(
                "district {label}: the geometry is {kind}, but a polygon is needed",
                label=label,
                kind=getattr(polygon, "geom_type", "missing"),
            )
        elif polygon.is_empty:
            yield BoundaryError("district {label}: the polygon is empty", label=label)
        elif not np.isfinite(polygon.bounds).all():
            yield BoundaryError(
                "district {label}: the geometry has coordinates that are not finite numbers",
                label=label,
            )
        elif not polygon.is_valid:
            yield BoundaryError(
                "district {label}: the geometry is invalid ({reason}); "
                "repair it, or ask for the repair with --repair and read what it changed",
                label=label,
                reason=shapely.is_valid_reason(polygon),
            )


def _overlap_faults(boundary: Boundary) -> Iterator[BoundaryError]:
    shapes = np.array(boundary.geometries)
    if any(shape is None for shape in shapes) or not shapely.is_valid(shapes).all():
        return
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = np.column_stack([left, right])[left < right]
    common = shapely.intersection(shapes[pairs[:, 0]], shapes[pairs[:, 1]])
    to_lonlat = reprojection(boundary.crs, WGS84)
    for (i, j), overlap in zip(pairs, common, strict=True):
        if overlap.area == 0.0:
            continue
        lonlat = shapely.transform(overlap, to_lonlat)
        area_m2 = shapely.transform(lonlat, reprojection(WGS84, working_crs(*lonlat.bounds))).area
        if area_m2 > MAX_OVERLAP_M2:
            place = lonlat.representative_point()
            yield BoundaryError(
                "districts {one} and {other} overlap by {area_m2:,.0f} m2 near "
                "{lon:.5f}, {lat:.5f}; correct the geometry, or ask for the repair with --repair",
                one=f"{boundary.ids[i]} {boundary.names[i]}".strip(),
                other=f"{boundary.ids[j]} {boundary.names[j]}".strip(),
                area_m2=area_m2,
                lon=place.x,
                lat=place.y,
            )


@dataclass(frozen=True, slots=True)
class RepairNote:
    """What a repair changed in one district.

    Parameters
    ----------
    district
        The district's id.
    change
        ``self-intersection`` or ``overlap``.
    before_m2, after_m2
        Land before and after, square metres in the equal-area working CRS. A
        self-intersecting polygon has no area to speak of: the value is its signed sum.
    """

    district: str
    change: str
    before_m2: float
    after_m2: float


def repaired(
    ids: tuple[str, ...],
    names: tuple[str, ...],
    geometries: tuple[AreaGeometry, ...],
    crs: CRS = WGS84,
) -> tuple[Boundary, tuple[RepairNote, ...]]:
    """Return valid, disjoint districts made from faulty ones, and what was changed.

    Invalid polygons are rebuilt by structure (rings keep their role as shell or hole); an
    overlap stays with the district that comes first. Nothing else moves.

    Parameters
    ----------
    ids, names, geometries, crs
        As for `Boundary`.

    Returns
    -------
    boundary : Boundary
        The repaired districts.
    notes : tuple of RepairNote
        One per changed district and kind of change; empty when nothing had to be done.

    Raises
    ------
    BoundaryError
        A repair leaves nothing of a district, or ids repeat.
    InputError
        There are no districts.
    """
    if not ids:
        raise InputError("there are no districts to repair")
    if not all(isinstance(shape, Polygon | MultiPolygon) for shape in geometries):
        return Boundary(ids, names, geometries, crs), ()  # it says which is none
    notes: list[RepairNote] = []
    shapes = list(geometries)
    lonlat = shapely.transform(np.array(shapes), reprojection(crs, WGS84))
    equal_area = reprojection(crs, working_crs(*map(float, shapely.total_bounds(lonlat))))

    def area_m2(shape: AreaGeometry) -> float:
        return float(shapely.transform(shape, equal_area).area)

    for i, shape in enumerate(shapes):
        if not shape.is_valid:
            shapes[i] = _areal(shapely.make_valid(shape, method="structure"))
            notes.append(
                RepairNote(ids[i], "self-intersection", area_m2(shape), area_m2(shapes[i]))
            )
    for i, shape in enumerate(shapes):
        rest = shape
        for earlier in shapes[:i]:
            if shapely.intersection(rest, earlier).area > 0.0:
                rest = _areal(shapely.difference(rest, earlier))
        if area_m2(shape) - area_m2(rest) > MIN_PART_M2:
            notes.append(RepairNote(ids[i], "overlap", area_m2(shape), area_m2(rest)))
            shapes[i] = rest
    return Boundary(ids, names, tuple(shapes), crs), tuple(notes)


def _areal(shape: shapely.Geometry) -> AreaGeometry:
    """Return the polygons of a geometry; lines and points that a repair leaves are dropped."""
    parts = shapely.get_parts(shapely.get_parts(shape))  # collections may hold multipolygons
    every = [part for part in parts if isinstance(part, Polygon)]
    return every[0] if len(every) == 1 else MultiPolygon(every)
