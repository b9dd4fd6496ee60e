"""Buildings: what stands between a camera and the ground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geogrid.errors import InputError

_AREAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


@dataclass(frozen=True, slots=True, eq=False)
class Buildings:
    """Footprints with the height of their roofs.

    Parameters
    ----------
    geometry
        Polygons, WGS-84, shape (n,); they may overlap.
    height_m
        Above ground, metres, >= 0; NaN where not known, shape (n,).

    Raises
    ------
    InputError
        Arrays are not aligned, a footprint is no polygon, or a height is out of its range.
    """

    geometry: NDArray[np.object_]
    height_m: NDArray[np.float64]

    def __post_init__(self) -> None:
        if len(self.geometry) != len(self.height_m):
            raise InputError("buildings need arrays of equal length")
        wrong = ~np.isin(shapely.get_type_id(self.geometry), _AREAL)
        if wrong.any():
            at = int(np.argmax(wrong))
            raise InputError("building {number} of the register is no polygon", number=at + 1)
        with np.errstate(invalid="ignore"):
            wrong = (self.height_m < 0.0) | np.isinf(self.height_m)
        if wrong.any():
            at = int(np.argmax(wrong))
            raise InputError(
                "building {number} of the register has a height of {got:g} m",
                number=at + 1,
                got=float(self.height_m[at]),
            )

    def __len__(self) -> int:
        return len(self.geometry)
