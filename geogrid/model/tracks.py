"""GPS fixes of patrol units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geogrid.errors import TrackError
from geogrid.kernels.fixes import Fixes, out_of_order

DEGREE_STEPS: Final = 10_000_000  # positions are whole 1e-7 degrees: 1.1 cm


@dataclass(frozen=True, slots=True, eq=False)
class Tracks:
    """Fixes sorted by unit and time, at most one per unit and millisecond.

    Parameters
    ----------
    units
        Names of the units (vehicles or call signs, never officers), sorted, unique.
    unit
        Position in ``units`` of each fix, int32, shape (n,).
    t
        Milliseconds since 1970-01-01 UTC, int64, shape (n,); strictly rising inside a unit.
    lon, lat
        WGS-84 in 1e-7 degrees, int32, shape (n,).

    Raises
    ------
    TrackError
        Arrays are not aligned, not sorted, or a position is not on the globe.
    """

    units: tuple[str, ...]
    unit: NDArray[np.int32]
    t: NDArray[np.int64]
    lon: NDArray[np.int32]
    lat: NDArray[np.int32]

    def __post_init__(self) -> None:
        n = self.t.size
        if not n == self.unit.size == self.lon.size == self.lat.size:
            raise TrackError("tracks need arrays of equal length")
        if list(self.units) != sorted(set(self.units)):
            raise TrackError("names of units must be unique and sorted")
        if n == 0:
            return
        if self.unit.min() < 0 or self.unit.max() >= len(self.units):
            raise TrackError("a fix belongs to no unit")
        if out_of_order(self.unit, self.t):
            raise TrackError(
                "fixes must be sorted by unit and time, one per unit and time; "
                "Tracks.from_fixes sorts them"
            )
        if not (_within(self.lon, 180) and _within(self.lat, 90)):
            raise TrackError("a position is not on the globe")

    def __len__(self) -> int:
        return int(self.t.size)

    @classmethod
    def empty(cls) -> Tracks:
        """Return tracks without fixes."""
        none = np.empty(0, dtype=np.int32)
        return cls((), none, none.astype(np.int64), none, none)

    @classmethod
    def from_fixes(
        cls, unit: ArrayLike, t_ms: ArrayLike, lon_deg: ArrayLike, lat_deg: ArrayLike
    ) -> Tracks:
        """Return tracks of fixes in any order; of equal unit and time the first is kept.

        Parameters
        ----------
        unit
            Name of the unit of each fix, shape (n,).
        t_ms
            Milliseconds since 1970-01-01 UTC.
        lon_deg, lat_deg
            Degrees, WGS-84, finite.

        Returns
        -------
        Tracks
            Sorted; positions are rounded to 1e-7 degree.

        Raises
        ------
        TrackError
            A position is not on the globe.
        """
        names, code = np.unique(np.asarray(unit, dtype=str), return_inverse=True)
        t = np.asarray(t_ms, dtype=np.int64)
        order = np.lexsort((t, code))
        keep = np.ones(t.size, dtype=bool)
        keep[1:] = (np.diff(code[order]) != 0) | (np.diff(t[order]) != 0)
        order = order[keep]
        return cls(
            tuple(names.tolist()),
            code[order].astype(np.int32),
            t[order],
            to_steps(lon_deg)[order],
            to_steps(lat_deg)[order],
        )

    def fixes(self) -> Fixes:
        """Return the columns that kernels read."""
        return Fixes(self.unit, self.t, self.lon, self.lat)

    def where(self, keep: NDArray[np.bool_]) -> Tracks:
        """Return the fixes that a mask keeps, with the same units.

        Parameters
        ----------
        keep
            Shape (n,).

        Returns
        -------
        Tracks
            In the same order.
        """
        return Tracks(self.units, self.unit[keep], self.t[keep], self.lon[keep], self.lat[keep])

    def merged(self, other: Tracks) -> Tracks:
        """Return these fixes and others as one.

        Parameters
        ----------
        other
            Fixes of which none has the unit and time of one of these; best the fewer.

        Returns
        -------
        Tracks
            All fixes; their units are those of both.

        Raises
        ------
        TrackError
            A unit has two fixes of the same time.
        """
        from geogrid.kernels.sorted_fixes import merged  # noqa: PLC0415 - numba; see kernels.fixes

        units = self.units
        if not set(other.units) <= set(units):
            units = tuple(sorted({*units, *other.units}))
        return Tracks(units, *merged(self.numbered(units), other.numbered(units)))

    def numbered(self, units: tuple[str, ...]) -> Fixes:
        """Return the columns with other numbers of units.

        Parameters
        ----------
        units
            Names that hold all of these fixes' own.

        Returns
        -------
        Fixes
            ``unit`` is the position in ``units``.
        """
        return Fixes(renumbered(self.unit, self.units, units), self.t, self.lon, self.lat)

    def lonlat_deg(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return positions in degrees, WGS-84."""
        return self.lon / DEGREE_STEPS, self.lat / DEGREE_STEPS


def renumbered(
    unit: NDArray[np.int32], names: tuple[str, ...], units: tuple[str, ...]
) -> NDArray[np.int32]:
    """Return numbers of units as they are in another list.

    Parameters
    ----------
    unit
        Positions in ``names``, shape (n,).
    names, units
        The list they count in, and the other, which holds all names of the first.

    Returns
    -------
    ndarray of int32, shape (n,)
        Positions in ``units``.
    """
    if names == units[: len(names)]:
        return unit
    number = {name: code for code, name in enumerate(units)}
    return np.array([number[name] for name in names], dtype=np.int32)[unit]


def _within(steps: NDArray[np.int32], degrees: int) -> bool:
    """Tell whether positions lie within so many degrees of zero."""
    most = degrees * DEGREE_STEPS
    return bool(steps.min() >= -most and steps.max() <= most)


def to_steps(degrees: ArrayLike) -> NDArray[np.int32]:
    """Return degrees as whole 1e-7 degrees.

    Parameters
    ----------
    degrees
        Finite, within the globe.

    Returns
    -------
    ndarray of int32
        Of the same shape.

    Raises
    ------
    TrackError
        A value is not finite or beyond 180 degrees.
    """
    value = np.asarray(degrees, dtype=np.float64)
    if not (np.isfinite(value).all() and (np.abs(value) <= 180.0).all()):
        raise TrackError("a position is not on the globe")
    return np.rint(value * DEGREE_STEPS).astype(np.int32)
