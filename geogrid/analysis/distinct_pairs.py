"""The distinct pairs of two columns: what is equal for many cells is worked out once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray


class DistinctPairs(NamedTuple):
    """The distinct pairs, which one each row is, and how many rows are each.

    ``first`` and ``second`` have shape (pairs,), by ``first`` and then by ``second``; ``number``
    has shape (n,), ``times`` shape (pairs,).
    """

    first: NDArray[np.float64]
    second: NDArray[np.float64]
    number: NDArray[np.int64]
    times: NDArray[np.int64]


def distinct_pairs(first: NDArray[np.float64], second: NDArray[np.float64]) -> DistinctPairs:
    """Return the distinct pairs of two columns.

    Parameters
    ----------
    first, second
        Finite values, shape (n,).

    Returns
    -------
    DistinctPairs
        As `numpy.unique` of the rows gives them. That sorts all rows; here they are hashed and
        only the distinct ones are sorted, of which a city's 370,000 cells have some hundreds.
    """
    one, ones = pd.factorize(first)
    other, others = pd.factorize(second)
    code, codes = pd.factorize(one.astype(np.int64) * max(len(others), 1) + other)
    x, y = ones[codes // max(len(others), 1)], others[codes % max(len(others), 1)]
    order = np.lexsort((y, x))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    number = place[code]
    return DistinctPairs(x[order], y[order], number, np.bincount(number, minlength=len(order)))
