"""Which points lie in a shape, whatever other threads ask of the same shape.

GEOS builds the index of a prepared shape at the first question about a point, without a lock:
two threads that ask first at the same time both build it, and memory is freed twice
(PreparedPolygon::getPointLocator and IndexedPointInAreaLocator::locate, GEOS 3.14). Shapely
prepares what it is asked about and asks without Python's lock. So each question here is put to
a copy that no other thread knows.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray


def points_inside(
    shape: shapely.Geometry, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Tell which points lie inside a shape, not on its edge.

    Parameters
    ----------
    shape
        Of any kind; it is left as it was.
    x, y
        Coordinates in the shape's CRS, shape (n,).

    Returns
    -------
    ndarray of bool, shape (n,)
        As `shapely.contains_xy`.
    """
    return np.asarray(shapely.contains_xy(_own(shape), x, y), dtype=np.bool_)


def points_inside_or_on(
    shape: shapely.Geometry, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Tell which points lie inside a shape or on its edge.

    Parameters
    ----------
    shape
        Of any kind; it is left as it was.
    x, y
        Coordinates in the shape's CRS, shape (n,).

    Returns
    -------
    ndarray of bool, shape (n,)
        As `shapely.intersects_xy`.
    """
    return np.asarray(shapely.intersects_xy(_own(shape), x, y), dtype=np.bool_)


def _own(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the same shape, unknown to other threads."""
    return shapely.from_wkb(shapely.to_wkb(shape))
