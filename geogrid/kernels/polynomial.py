"""Two polynomials of degree six in longitude and latitude: a projection, 40 times PROJ's speed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

TERMS = 7  # degree 6: within 2e-8 m of a projection over 2.3 x 1.6 degrees
COEFFICIENTS = TERMS * (TERMS + 1) // 2
EXPONENTS = tuple((i, j) for i in range(TERMS) for j in range(TERMS - i))  # of u and v
_ON_EDGE = 1.0 + 1e-12


class Lattice(NamedTuple):
    """From degrees to cells: two polynomials and their frame; then origin and cell, metres."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    frame: tuple[float, float, float, float]
    cells: tuple[float, float, float]


@njit(cache=True, nogil=True)
def _value(c: tuple[float, ...], u: float, v: float) -> float:
    """Return sum of ``c[k] u**i v**j`` by Horner's rule, written out so that it vectorises."""
    c0 = (((((c[6] * v + c[5]) * v + c[4]) * v + c[3]) * v + c[2]) * v + c[1]) * v + c[0]
    c1 = ((((c[12] * v + c[11]) * v + c[10]) * v + c[9]) * v + c[8]) * v + c[7]
    c2 = (((c[17] * v + c[16]) * v + c[15]) * v + c[14]) * v + c[13]
    c3 = ((c[21] * v + c[20]) * v + c[19]) * v + c[18]
    c4 = (c[24] * v + c[23]) * v + c[22]
    c5 = c[26] * v + c[25]
    return (((((c[27] * u + c5) * u + c4) * u + c3) * u + c2) * u + c1) * u + c0


@njit(cache=True, nogil=True)
def evaluate_pair(
    x_coefficients: tuple[float, ...],
    y_coefficients: tuple[float, ...],
    frame: tuple[float, float, float, float],
    lon: NDArray[np.generic],
    lat: NDArray[np.generic],
    step: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Return two polynomials at many places, and how many of these lie outside the frame.

    Parameters
    ----------
    x_coefficients, y_coefficients
        28 each, in the order of `EXPONENTS`.
    frame
        Middle and reciprocal half width in longitude, then in latitude: to [-1, 1] inside.
    lon, lat
        Places, integer or float, shape (n,).
    step
        Divides them: 1e7 where they are in 1e-7 degrees, 1 where they are degrees.

    Returns
    -------
    x, y : ndarray of float, shape (n,)
        The values.
    outside : int
        How many places lie beyond [-1, 1], where the polynomials are not to be trusted.
    """
    x, y = np.empty(lon.size), np.empty(lon.size)
    outside = fill_pair(x, y, x_coefficients, y_coefficients, frame, lon, lat, step)
    return x, y, outside


@njit(cache=True, nogil=True)
def fill_pair(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    x_coefficients: tuple[float, ...],
    y_coefficients: tuple[float, ...],
    frame: tuple[float, float, float, float],
    lon: NDArray[np.generic],
    lat: NDArray[np.generic],
    step: float,
) -> int:
    """Write two polynomials at many places into arrays; see `evaluate_pair`.

    Parameters
    ----------
    x, y
        Arrays to write to, at least as long as ``lon``.
    x_coefficients, y_coefficients, frame, lon, lat, step
        As for `evaluate_pair`.

    Returns
    -------
    int
        How many places lie outside the frame.
    """
    mid_lon, per_lon, mid_lat, per_lat = frame
    outside = 0
    for k in range(lon.size):
        u, v = (lon[k] / step - mid_lon) * per_lon, (lat[k] / step - mid_lat) * per_lat
        x[k], y[k] = _value(x_coefficients, u, v), _value(y_coefficients, u, v)
        outside += (abs(u) > _ON_EDGE) | (abs(v) > _ON_EDGE)
    return outside


@njit(cache=True, nogil=True)
def outside(
    box: tuple[float, float, float, float], lon: NDArray[np.generic], lat: NDArray[np.generic]
) -> NDArray[np.int64]:
    """Return which places lie outside a box.

    Parameters
    ----------
    box
        West, south, east, north, in what ``lon`` and ``lat`` count in.
    lon, lat
        Places, shape (n,).

    Returns
    -------
    ndarray of int
        Positions, rising; places that are no number are among them.
    """
    west, south, east, north = box
    inside = 0
    for k in range(lon.size):
        inside += (west <= lon[k]) & (lon[k] <= east) & (south <= lat[k]) & (lat[k] <= north)
    found = np.empty(lon.size - inside, np.int64)
    n = 0
    for k in range(lon.size if inside < lon.size else 0):
        if not (west <= lon[k] <= east and south <= lat[k] <= north):
            found[n] = k
            n += 1
    return found
