"""Incidents: what happened where and when, without anybody's name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.errors import InputError

SOURCES: Final = ("call", "officer", "sensor", "unknown")


@dataclass(frozen=True, slots=True, eq=False)
class Incidents:
    """Incidents with a time or a range of times.

    Parameters
    ----------
    ids
        Numbers, shape (n,), unique.
    t_from, t_to
        Milliseconds since 1970-01-01 UTC, int64, shape (n,); equal where the time is known.
    lon, lat
        Degrees, WGS-84, shape (n,).
    categories
        Names of the categories, sorted, unique.
    category
        Position in ``categories``, int32, shape (n,).
    weight
        Harm weight, >= 0, shape (n,); 1 where none is given.
    source
        Position in `SOURCES`, int8, shape (n,). It tells calls from the public from what
        officers found themselves.

    Raises
    ------
    InputError
        Arrays are not aligned, ids repeat, a weight is negative, a position is not on the globe,
        a category or source is unknown, or a range of times ends before it begins.
    """

    ids: NDArray[np.object_]
    t_from: NDArray[np.int64]
    t_to: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    categories: tuple[str, ...]
    category: NDArray[np.int32]
    weight: NDArray[np.float64]
    source: NDArray[np.int8]

    def __post_init__(self) -> None:
        sizes = {
            array.size
            for array in (
                self.ids,
                self.t_from,
                self.t_to,
                self.lon,
                self.lat,
                self.category,
                self.weight,
                self.source,
            )
        }
        if len(sizes) != 1:
            raise InputError("incidents need arrays of equal length")
        if len(set(self.ids.tolist())) != self.ids.size:
            raise InputError("ids of incidents must be unique")
        if not ((np.abs(self.lon) <= 180.0).all() and (np.abs(self.lat) <= 90.0).all()):
            raise InputError("an incident's position is not on the globe")
        for number, names in ((self.category, self.categories), (self.source, SOURCES)):
            if np.any((number < 0) | (number >= len(names))):
                raise InputError("an incident's category or source is unknown")
        if np.any(self.t_to < self.t_from):
            raise InputError("an incident's time range ends before it begins")
        if not (np.isfinite(self.weight).all() and (self.weight >= 0.0).all()):
            raise InputError("weights of incidents must be numbers of 0 or more")

    def __len__(self) -> int:
        return int(self.t_from.size)

    def where(self, keep: NDArray[np.bool_]) -> Incidents:
        """Return the incidents that a mask keeps.

        Parameters
        ----------
        keep
            Shape (n,).

        Returns
        -------
        Incidents
            In the same order, with the same list of categories.
        """
        return Incidents(
            self.ids[keep],
            self.t_from[keep],
            self.t_to[keep],
            self.lon[keep],
            self.lat[keep],
            self.categories,
            self.category[keep],
            self.weight[keep],
            self.source[keep],
        )
