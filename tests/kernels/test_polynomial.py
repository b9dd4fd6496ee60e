"""The polynomial kernel against numpy's own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.kernels.polynomial import _BLOCK, evaluate


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_values_are_those_of_numpy(n, seed):
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(n, n))
    u, v = rng.uniform(-1, 1, (2, 50))
    i, j = np.indices((n, n))
    expected = np.polynomial.polynomial.polyval2d(u, v, np.where(i + j < n, table, 0.0))
    np.testing.assert_allclose(evaluate(table, u, v), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("size", [0, 1, _BLOCK - 1, _BLOCK, _BLOCK + 1, 3 * _BLOCK + 7])
def test_points_are_independent_of_how_many_come_at_once(size):
    rng = np.random.default_rng(size)
    table = rng.normal(size=(7, 7))
    u, v = rng.uniform(-1, 1, (2, size))
    one_by_one = [evaluate(table, u[k : k + 1], v[k : k + 1])[0] for k in range(0, size, 97)]
    assert evaluate(table, u, v)[::97].tolist() == one_by_one
