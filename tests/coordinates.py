"""Coordinates drawn by hypothesis where GEOS is the judge."""

from __future__ import annotations

from hypothesis import strategies as st

STEP = 2.0**-30  # a nanometre, where a unit is a metre


def between(low: float, high: float) -> st.SearchStrategy[float]:
    """Draw multiples of `STEP`: products of smaller steps underflow in GEOS, which then is wrong.

    The intersection of ``POLYGON ((1 0, 5e-324 3.25, 0 3.375, 1 0))`` with the unit square at
    (0, 3) has 0.0112 square units, and GEOS says 0.0208.
    """
    return st.floats(low, high).map(lambda value: round(value / STEP) * STEP)
