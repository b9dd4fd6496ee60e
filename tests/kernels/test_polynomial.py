"""The projection's polynomials against numpy's own."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.kernels.polynomial import COEFFICIENTS, EXPONENTS, TERMS, evaluate_pair

FRAME = (117.5, 0.8, 26.3, 1.25)  # u = (lon - 117.5) * 0.8


def tables(rng):
    return tuple(rng.normal(size=COEFFICIENTS).tolist()), tuple(
        rng.normal(size=COEFFICIENTS).tolist()
    )


def by_numpy(table, u, v):
    square = np.zeros((TERMS, TERMS))
    for (i, j), value in zip(EXPONENTS, table, strict=True):
        square[i, j] = value
    return np.polynomial.polynomial.polyval2d(u, v, square)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_values_are_those_of_numpy(seed):
    rng = np.random.default_rng(seed)
    both = tables(rng)
    lon, lat = rng.uniform(116.3, 118.7, 40), rng.uniform(25.6, 27.0, 40)
    u, v = (lon - FRAME[0]) * FRAME[1], (lat - FRAME[2]) * FRAME[3]
    x, y, outside = evaluate_pair(*both, FRAME, lon, lat, 1.0)
    assert outside == 0
    np.testing.assert_allclose(x, by_numpy(both[0], u, v), rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(y, by_numpy(both[1], u, v), rtol=1e-11, atol=1e-11)


def test_whole_steps_and_the_degrees_that_they_are_give_the_same():
    both = tables(np.random.default_rng(3))
    lon, lat = (
        np.array([1_175_000_001, 1_169_999_999], np.int32),
        np.array([263_000_007, 1], np.int32),
    )
    steps = evaluate_pair(*both, FRAME, lon, lat, 1e7)
    degrees = evaluate_pair(*both, FRAME, lon / 1e7, lat / 1e7, 1.0)
    assert [part.tolist() for part in steps[:2]] == [part.tolist() for part in degrees[:2]]
    assert steps[2] == degrees[2] == 1


def test_places_do_not_depend_on_how_many_come_at_once():
    rng = np.random.default_rng(4)
    both = tables(rng)
    lon, lat = rng.uniform(116.3, 118.7, 300), rng.uniform(25.6, 27.0, 300)
    x, _, _ = evaluate_pair(*both, FRAME, lon, lat, 1.0)
    single = [
        evaluate_pair(*both, FRAME, lon[k : k + 1], lat[k : k + 1], 1.0)[0][0]
        for k in range(0, 300, 7)
    ]
    assert x[::7].tolist() == single


def test_it_counts_the_places_outside_its_frame():
    both = tables(np.random.default_rng(5))
    lon, lat = (
        np.array([116.25, 118.75, 118.76, 117.5, 0.0]),
        np.array([26.3, 26.3, 26.3, 28.0, 0.0]),
    )
    assert evaluate_pair(*both, FRAME, lon, lat, 1.0)[2] == 3
