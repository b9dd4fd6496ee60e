"""Speeds: of roads by their register or class, and beside the roads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geogrid.errors import InputError

# Where the register has no speed: usual speeds of driving, below the limits of each class.
# Names of OpenStreetMap and those of Chinese registers that the importer keeps as they are.
_CLASSES: Final = (
    (100.0, "expressway motorway"),
    (70.0, "trunk"),
    (60.0, "national"),
    (55.0, "primary provincial"),
    (45.0, "secondary"),
    (40.0, "tertiary county"),
    (35.0, "township unclassified"),
    (30.0, "street"),
    (25.0, "residential village"),
    (20.0, "lane"),
    (15.0, "service track"),
    (10.0, "living_street"),
    (5.0, "path"),
    (4.0, "footway"),
    (2.0, "steps"),
)
CLASS_KMH: Final[Mapping[str, float]] = MappingProxyType(
    {name: kmh for kmh, names in _CLASSES for name in names.split()}
)
OTHER_KMH: Final = 30.0  # of a class that is not in the table
_MIN_PER_H: Final = 60.0
_M_PER_KM: Final = 1000.0


@dataclass(frozen=True, slots=True)
class TravelParams:
    """Speeds beside the roads.

    Parameters
    ----------
    foot_kmh
        Speed over open ground from the road to a cell, km/h, > 0.
    yard_kmh
        Speed of a vehicle from where it stands to the road, km/h, > 0.
    straight_kmh
        Speed where there are no roads, km/h, > 0.
    straight_factor
        Way to drive over the straight line where there are no roads, >= 1. In a square grid of
        streets it is 4 / pi = 1.27 on average.

    Raises
    ------
    InputError
        A number is out of its range.
    """

    foot_kmh: float = 4.0
    yard_kmh: float = 15.0
    straight_kmh: float = 40.0
    straight_factor: float = 1.3

    def __post_init__(self) -> None:
        for name in ("foot_kmh", "yard_kmh", "straight_kmh"):
            value = getattr(self, name)
            if not 0.0 < value < np.inf:
                raise InputError("{name} must be over 0, got {got}", name=name, got=value)
        if not 1.0 <= self.straight_factor < np.inf:
            raise InputError(
                "straight_factor must be at least 1, got {got}", got=self.straight_factor
            )


def minutes_at(metres: ArrayLike, kmh: ArrayLike) -> NDArray[np.float64]:
    """Return how long a way takes.

    Parameters
    ----------
    metres
        Length of the way.
    kmh
        Speed, km/h, > 0.

    Returns
    -------
    ndarray of float
        Minutes.
    """
    return np.asarray(np.asarray(metres) * (_MIN_PER_H / _M_PER_KM) / np.asarray(kmh))


def road_speeds(
    classes: tuple[str, ...], speed_kmh: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the speed on each road: the register's own first, then that of its class.

    Parameters
    ----------
    classes
        Class of each road.
    speed_kmh
        The register's speeds, shape (n,); NaN or 0 where it is silent.

    Returns
    -------
    kmh : ndarray of float, shape (n,)
        Over 0.
    own : ndarray of bool
        Where it is the register's.
    """
    usual = np.array([CLASS_KMH.get(name.removesuffix("_link"), OTHER_KMH) for name in classes])
    own = np.nan_to_num(speed_kmh) > 0.0
    return np.where(own, speed_kmh, usual), own
