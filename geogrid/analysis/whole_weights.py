"""Weights of incidents as whole numbers of a unit, so that sums of them stay exact.

Harm weights such as 1, 2.5 and 4 are whole numbers of a half, and the exact chance of a sum of
them is that of counts. Weights without a common unit, such as shares of a time range, are
rounded to one, so that equal sums are still equal; their chance is then drawn, not worked out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

MOST_UNITS: Final = 2**31 - 1  # in all: squares of sums then fit 64 bits
_MOST_DISTINCT: Final = 1_000  # more are no scale of harm
_MOST_PARTS: Final = 10_000  # of 1: a finer unit is rounding, not a scale
_MOST_STEPS: Final = 4e9  # additions for a table of sums: some seconds
_MOST_BYTES: Final = 1e9


@dataclass(frozen=True, slots=True, eq=False)
class WholeWeights:
    """Weights as whole numbers of a unit.

    Parameters
    ----------
    units
        Units of each weight, shape (n,).
    unit
        Size of one unit, > 0.
    exact
        Whether ``units * unit`` are the weights as they are written.
    """

    units: NDArray[np.int64]
    unit: float
    exact: bool

    @classmethod
    def of(cls, weights: NDArray[np.float64]) -> WholeWeights:
        """Return weights as whole numbers.

        Parameters
        ----------
        weights
            Finite, >= 0, shape (n,).

        Returns
        -------
        WholeWeights
            Exact where the weights have a common unit; else rounded to 2^-31 of their sum, or
            a little more.

        Examples
        --------
        >>> WholeWeights.of(np.array([1.0, 2.5, 0.5])).units.tolist()
        [2, 5, 1]
        """
        values, place = np.unique(weights, return_inverse=True)
        unit = _common_unit(values) if values.size <= _MOST_DISTINCT else None
        if unit is not None:
            whole = np.array([int(Fraction(str(value)) / unit) for value in values.tolist()])
            units = whole.astype(np.int64)[place.ravel()]
            if int(units.sum()) <= MOST_UNITS:
                return cls(units, float(unit), exact=True)
        total = math.fsum(weights.tolist())
        size = total / (MOST_UNITS - weights.size)  # each is rounded by half a unit at most
        return cls(np.rint(weights / size).astype(np.int64), size, exact=False)


def _common_unit(values: NDArray[np.float64]) -> Fraction | None:
    """Return the largest number that divides all values as they are written in decimals."""
    parts = [Fraction(str(value)) for value in values.tolist() if value > 0.0]
    if not parts:
        return Fraction(1)
    below = math.lcm(*(part.denominator for part in parts))
    if below > _MOST_PARTS:
        return None
    return Fraction(math.gcd(*(int(part * below) for part in parts)), below)


def table_is_small(own: NDArray[np.int64], support_max: int, k_max: int) -> bool:
    """Tell whether exact chances of sums are within reach.

    Parameters
    ----------
    own
        Value of each cell, in units, shape (n,).
    support_max
        Largest sum of a window.
    k_max
        Most cells in a window.

    Returns
    -------
    bool
        True where the table of all sums takes some seconds and under a gigabyte.
    """
    steps = float(np.unique(own).size) * k_max * (support_max + 2.0)
    return steps <= _MOST_STEPS and 8.0 * (k_max + 1.0) * (support_max + 2.0) <= _MOST_BYTES
