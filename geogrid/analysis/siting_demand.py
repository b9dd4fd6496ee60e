"""Demand as points of a plane: what cameras are to see, and what none may."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """Points with weights; those in zones are kept apart and are nobody's to see.

    Parameters
    ----------
    name
        What the weight is.
    xy
        Points that may be seen, in a plane CRS, metres, shape (m, 2).
    weight
        Of each, > 0.
    district
        Position of each point's district.
    forbidden_xy, forbidden_weight
        The same of points in zones: what a view loses when it is cut there.
    off_grid
        Weight that lies outside of the districts; it counts nowhere.
    """

    name: str
    xy: NDArray[np.float64]
    weight: NDArray[np.float64]
    district: NDArray[np.int64]
    forbidden_xy: NDArray[np.float64]
    forbidden_weight: NDArray[np.float64]
    off_grid: float = 0.0

    def __len__(self) -> int:
        return int(self.weight.size)

    @property
    def in_zones(self) -> float:
        """Weight in zones."""
        return float(self.forbidden_weight.sum())
