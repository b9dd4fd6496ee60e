"""From degrees to lattice coordinates, fast: PROJ fitted once over the districts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.crs import WGS84, transformer
from geogrid.kernels.polynomial import evaluate
from geogrid.model.grid import GridSpec

TERMS: Final = 7  # degree 6: 2e-8 m over 2.3 x 1.6 degrees
TOLERANCE_M: Final = 1e-5
_NODES: Final = 24


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
        Coefficients, shape (7, 7), in degrees scaled to [-1, 1]; empty where the fit is worse
        than 0.01 mm and PROJ is used instead.
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
        powers = [(i, j) for i in range(TERMS) for j in range(TERMS - i)]
        design = np.column_stack([u**i * v**j for i, j in powers])
        target = _exact(spec, *_degrees(box, u, v))
        coefficients = []
        for values in target:
            table = np.zeros((TERMS, TERMS))
            fitted = np.linalg.lstsq(design, values, rcond=None)[0]
            for (i, j), value in zip(powers, fitted, strict=True):
                table[i, j] = value
            coefficients.append(table)
        fast = cls(spec, box, *coefficients)
        side = np.linspace(-1.0, 1.0, 2 * _NODES)
        u, v = (axis.ravel() for axis in np.meshgrid(side, side))
        lon, lat = _degrees(box, u, v)
        off = [a - b for a, b in zip(fast.to_metres(lon, lat), _exact(spec, lon, lat), strict=True)]
        if max(np.abs(off[0]).max(), np.abs(off[1]).max()) > TOLERANCE_M:
            return cls(spec, box, np.empty((0, 0)), np.empty((0, 0)))
        return fast

    def to_metres(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return coordinates in the lattice's CRS.

        Parameters
        ----------
        lon, lat
            Degrees, WGS-84, shape (n,).

        Returns
        -------
        x, y : ndarray of float, shape (n,)
            Metres.
        """
        if self.x.size == 0:
            return _exact(self.spec, lon, lat)
        west, south, east, north = self.box
        u = (lon - (west + east) / 2) * (2 / (east - west))
        v = (lat - (south + north) / 2) * (2 / (north - south))
        x, y = evaluate(self.x, u, v), evaluate(self.y, u, v)
        outside = (np.abs(u) > 1.0 + 1e-12) | (np.abs(v) > 1.0 + 1e-12)
        if outside.any():
            x[outside], y[outside] = _exact(self.spec, lon[outside], lat[outside])
        return x, y


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
