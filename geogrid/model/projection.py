"""From degrees to lattice coordinates, fast: PROJ fitted once over the districts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.crs import WGS84, transformer
from geogrid.kernels.polynomial import COEFFICIENTS, EXPONENTS, Lattice, evaluate_pair, outside
from geogrid.model.grid import GridSpec

TOLERANCE_M: Final = 1e-5
_NODES: Final = 24
Numbers = NDArray[np.float64] | NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class FastProjection:
    """A polynomial from WGS-84 degrees to a lattice's CRS, checked against PROJ when made.

    Parameters
    ----------
    spec
        The lattice.
    box
        (lon_min, lat_min, lon_max, lat_max) that the fit is good for.
    x, y
        Coefficients of `geogrid.kernels.polynomial`, shape (28,), in degrees scaled to [-1, 1];
        empty where the fit is worse than 0.01 mm and PROJ is used instead.
    """

    spec: GridSpec
    box: tuple[float, float, float, float]
    x: NDArray[np.float64]
    y: NDArray[np.float64]

    @classmethod
    def fit(cls, spec: GridSpec) -> FastProjection:
        """Return the projection onto a lattice.

        Parameters
        ----------
        spec
            The lattice; the fit covers its box.

        Returns
        -------
        FastProjection
            Within 0.01 mm of PROJ inside its box, and PROJ itself elsewhere.
        """
        box = transformer(spec.crs, WGS84).transform_bounds(*spec.bounds)
        node = -np.cos(np.pi * (np.arange(_NODES) + 0.5) / _NODES)  # Chebyshev nodes
        u, v = (side.ravel() for side in np.meshgrid(node, node))
        design = np.column_stack([u**i * v**j for i, j in EXPONENTS])
        target = np.column_stack(_exact(spec, *_degrees(box, u, v)))
        x, y = np.linalg.lstsq(design, target, rcond=None)[0].T
        fast = cls(spec, box, x, y)
        side = np.linspace(-1.0, 1.0, 2 * _NODES)
        u, v = (axis.ravel() for axis in np.meshgrid(side, side))
        lon, lat = _degrees(box, u, v)
        off = [a - b for a, b in zip(fast.to_metres(lon, lat), _exact(spec, lon, lat), strict=True)]
        if max(np.abs(off[0]).max(), np.abs(off[1]).max()) > TOLERANCE_M:
            return cls(spec, box, np.empty(0), np.empty(0))
        return fast

    def to_metres(
        self, lon: Numbers, lat: Numbers, *, per_degree: float = 1.0
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return coordinates in the lattice's CRS.

        Parameters
        ----------
        lon, lat
            WGS-84, shape (n,).
        per_degree
            What they count in: 1 for degrees, 1e7 for the whole 1e-7 degrees of tracks.

        Returns
        -------
        x, y : ndarray of float, shape (n,)
            Metres.
        """
        if self.x.size != COEFFICIENTS:
            return _exact(self.spec, lon / per_degree, lat / per_degree)
        on = self.on_lattice()
        x, y, outside = evaluate_pair(on.x, on.y, on.frame, lon, lat, per_degree)
        if outside:
            far = self.beyond(lon, lat, per_degree=per_degree)
            x[far], y[far] = _exact(self.spec, lon[far] / per_degree, lat[far] / per_degree)
        return x, y

    def beyond(self, lon: Numbers, lat: Numbers, *, per_degree: float = 1.0) -> NDArray[np.int64]:
        """Return which places the polynomial is not good for.

        Parameters
        ----------
        lon, lat, per_degree
            As for `to_metres`.

        Returns
        -------
        ndarray of int
            Positions, rising; all of them where there is no polynomial.
        """
        if self.x.size != COEFFICIENTS:
            return np.arange(lon.size)
        west, south, east, north = (side * per_degree for side in self.box)
        return outside((west, south, east, north), lon, lat)

    def on_lattice(self) -> Lattice:
        """Return what a kernel needs to turn whole 1e-7 degrees into cells."""
        west, south, east, north = self.box
        frame = (west + east) / 2, 2 / (east - west), (south + north) / 2, 2 / (north - south)
        x, y = (
            tuple(side.tolist()) if side.size == COEFFICIENTS else (0.0,) * COEFFICIENTS
            for side in (self.x, self.y)
        )
        return Lattice(x, y, frame, (*self.spec.origin, self.spec.cell_size))


def _degrees(
    box: tuple[float, float, float, float], u: NDArray[np.float64], v: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    west, south, east, north = box
    return (west + east + u * (east - west)) / 2, (south + north + v * (north - south)) / 2


def _exact(
    spec: GridSpec, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x, y = transformer(WGS84, spec.crs).transform(lon, lat)
    return np.asarray(x), np.asarray(y)
