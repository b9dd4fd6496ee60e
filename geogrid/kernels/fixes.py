"""Fixes as columns in order of unit and time, and whether they are; plain numpy.

A program that only looks at a file must not load numba: that takes longer than the file.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

_BLOCK: Final = 1 << 16  # rows at a time; what a comparison leaves stays in the cache


class Fixes(NamedTuple):
    """Unit (its number), time (ms UTC), longitude and latitude (1e-7 degrees) of each fix."""

    unit: NDArray[np.int32]
    t: NDArray[np.int64]
    lon: NDArray[np.int32]
    lat: NDArray[np.int32]


def out_of_order(unit: NDArray[np.int32], t: NDArray[np.int64]) -> int:
    """Return how many fixes do not follow the one before: by unit, then by rising time.

    Parameters
    ----------
    unit, t
        Unit and time of each fix, shape (n,).

    Returns
    -------
    int
        0 for fixes in order, one per unit and time.
    """
    wrong = 0
    for begin in range(0, t.size - 1, _BLOCK):
        end = min(begin + _BLOCK, t.size - 1)
        before, after = unit[begin:end], unit[begin + 1 : end + 1]
        not_later = t[begin + 1 : end + 1] <= t[begin:end]
        wrong += int(np.count_nonzero((after < before) | ((after == before) & not_later)))
    return wrong
