"""Adjusted p-values of a family in which many tests share few p-values.

The p-value of a window depends on its number of cells and its sum alone. Millions of cells
and steps have a few thousand such pairs, so the family is corrected from how often each occurs.

References
----------
Benjamini, Y. & Hochberg, Y. (1995). Controlling the false discovery rate. JRSS B 57, 289-300.
Benjamini, Y. & Yekutieli, D. (2001). The control of the false discovery rate in multiple
testing under dependency. Annals of Statistics 29, 1165-1188.
"""

from __future__ import annotations

from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.multiple_testing import Correction


def adjusted_p_of_groups(
    p: NDArray[np.float64], times: NDArray[np.int64], correction: Correction
) -> NDArray[np.float64]:
    """Return what `geogrid.analysis.multiple_testing.adjusted_p` gives each test of a group.

    Parameters
    ----------
    p
        The p-value of each group, in [0, 1], shape (n,); groups may share one.
    times
        Tests in each group, >= 1, shape (n,). Together they are the whole family.
    correction
        ``bh``, ``by``, ``bonferroni`` or ``none``.

    Returns
    -------
    ndarray of float64, shape (n,)
        In [0, 1], in the order of ``p``.
    """
    tests = int(times.sum())
    match correction:
        case "bh":
            return _step_up(p, times, float(tests))
        case "by":
            harmonic = float(np.sum(1.0 / np.arange(1, tests + 1)))
            return _step_up(p, times, tests * harmonic)
        case "bonferroni":
            return np.minimum(p * tests, 1.0)
        case "none":
            return p.copy()
        case _:
            assert_never(correction)


def _step_up(
    p: NDArray[np.float64], times: NDArray[np.int64], factor: float
) -> NDArray[np.float64]:
    """Return min over ranks j >= k of ``factor * p_(j) / j``, at most 1.

    Of equal p-values the last rank gives the least, so each group needs its last rank only.
    """
    order = np.argsort(p, kind="stable")
    ranks = np.cumsum(times[order])
    least = np.minimum.accumulate((p[order] * (factor / ranks))[::-1])[::-1]
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(least, 1.0)
    return adjusted
