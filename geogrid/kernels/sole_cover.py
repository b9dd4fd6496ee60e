"""Of lines that several groups of intervals cover: what one group, and what two, have in view.

A sweep over the ends of the intervals of each line counts how many groups are open. Where it is
one, the sum of the open groups' numbers names it: no list of open groups is kept. The cost is
that of sorting the ends: O(k log k) for k intervals on a line.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def sole_cover(
    line: NDArray[np.int64],
    group: NDArray[np.int64],
    intervals: NDArray[np.float64],
    weight: NDArray[np.float64],
    n_groups: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return how much of each line is covered once and twice, and by each group alone.

    Parameters
    ----------
    line
        Whose interval each is, rising, shape (k,).
    group
        Who covers it, 0 to ``n_groups`` - 1, shape (k,).
    intervals
        First and last parameter on the line, in [0, 1], shape (k, 2); those of one group may
        overlap. Intervals without length count nowhere.
    weight
        Length of each line, shape (n_lines,).
    n_groups
        How many groups there are.

    Returns
    -------
    once : ndarray of float, shape (n_lines,)
        Length that at least one group covers.
    twice : ndarray of float, shape (n_lines,)
        Length that at least two groups cover.
    alone : ndarray of float, shape (n_groups,)
        Length over all lines that only this group covers: what is lost without it.
    """
    once, twice = np.zeros(weight.size), np.zeros(weight.size)
    alone = np.zeros(n_groups)
    open_of = np.zeros(n_groups, dtype=np.int64)
    first = 0
    while first < line.size:
        last = first
        while last < line.size and line[last] == line[first]:
            last += 1
        ends = intervals[first:last].copy().ravel()
        order = np.argsort(ends)
        groups_open, sum_open, before = 0, 0, 0.0
        for at in order:
            one = first + at // 2
            if intervals[one, 1] <= intervals[one, 0]:
                continue
            length = (ends[at] - before) * weight[line[first]]
            if groups_open > 0:
                once[line[first]] += length
            if groups_open == 1:
                alone[sum_open] += length
            elif groups_open > 1:
                twice[line[first]] += length
            before = ends[at]
            step = 1 if at % 2 == 0 else -1
            was = open_of[group[one]]
            open_of[group[one]] = was + step
            if was + step == 0:
                groups_open, sum_open = groups_open - 1, sum_open - group[one]
            elif was == 0:
                groups_open, sum_open = groups_open + 1, sum_open + group[one]
        first = last
    return once, twice, alone
