"""Named places: police rooms, hazards, venues, zones, areas, depots, roads, buildings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geogrid.errors import InputError


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Places with a kind and a geometry in WGS-84.

    Parameters
    ----------
    ids
        Register numbers, unique.
    kind
        What each place is (``hazard``, ``hotel``, a road's class, ...), shape (n,).
    geometry
        Points, lines or polygons, WGS-84, shape (n,).

    Raises
    ------
    InputError
        Ids repeat, arrays are not aligned, or a geometry is missing.
    """

    ids: tuple[str, ...]
    kind: tuple[str, ...]
    geometry: NDArray[np.object_]

    def __post_init__(self) -> None:
        if not len(self.ids) == len(self.kind) == len(self.geometry):
            raise InputError("places need arrays of equal length")
        if len(set(self.ids)) != len(self.ids):
            raise InputError("ids of places must be unique")
        if np.any(shapely.is_missing(self.geometry) | shapely.is_empty(self.geometry)):
            raise InputError("a place has no geometry")

    def __len__(self) -> int:
        return len(self.ids)
