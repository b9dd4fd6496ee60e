"""Distinct pairs are those of NumPy, in the same order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geogrid.analysis.distinct_pairs import distinct_pairs

columns = st.integers(0, 30).flatmap(
    lambda n: arrays(np.float64, (n, 2), elements=st.sampled_from([0.0, -1.5, 2.0, 1e-9, 7.25]))
)


@given(columns)
def test_pairs_numbers_and_times_are_those_of_numpy(rows):
    found = distinct_pairs(rows[:, 0], rows[:, 1])
    pairs, number, times = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
    np.testing.assert_array_equal(np.column_stack([found.first, found.second]), pairs)
    np.testing.assert_array_equal(found.number, number.ravel())
    np.testing.assert_array_equal(found.times, times)


@given(columns)
def test_each_row_is_the_pair_of_its_number(rows):
    found = distinct_pairs(rows[:, 0], rows[:, 1])
    np.testing.assert_array_equal(found.first[found.number], rows[:, 0])
    np.testing.assert_array_equal(found.second[found.number], rows[:, 1])
