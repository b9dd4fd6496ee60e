"""Adjusted p-values of a family of tests.

References
----------
Benjamini, Y. & Hochberg, Y. (1995). Controlling the false discovery rate. JRSS B 57, 289-300.
Benjamini, Y. & Yekutieli, D. (2001). The control of the false discovery rate in multiple
testing under dependency. Annals of Statistics 29, 1165-1188.
"""

from __future__ import annotations

from typing import Literal, assert_never

import numpy as np
from numpy.typing import NDArray

Correction = Literal["bh", "by", "bonferroni", "none"]


def adjusted_p(p: NDArray[np.float64], correction: Correction) -> NDArray[np.float64]:
    """Return the least error rate at which each test of a family would be rejected.

    Gi* tests of overlapping windows depend on each other positively, where
    Benjamini-Hochberg holds its rate; Benjamini-Yekutieli holds it under any dependence.

    Parameters
    ----------
    p
        The p-values of the whole family, in [0, 1], shape (n,). A part of it would give
        other values.
    correction
        ``bh`` or ``by``: false discovery rate; ``bonferroni``: chance of any false one;
        ``none``: returns ``p``.

    Returns
    -------
    ndarray of float64, shape (n,)
        In [0, 1], in the order of ``p``.
    """
    match correction:
        case "bh":
            return _step_up(p, float(p.size))
        case "by":
            return _step_up(p, p.size * float(np.sum(1.0 / np.arange(1, p.size + 1))))
        case "bonferroni":
            return np.minimum(p * p.size, 1.0)
        case "none":
            return p.copy()
        case _:
            assert_never(correction)


def _step_up(p: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """Return min over ranks j >= k of ``factor * p_(j) / j``, at most 1."""
    order = np.argsort(p, kind="stable")[::-1]
    ranks = np.arange(p.size, 0, -1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.minimum.accumulate(p[order] * (factor / ranks)), 1.0)
    return adjusted
