"""The order by digits against numpy's stable sort."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.kernels.radix import DIGIT_BITS, by_key


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 5) | st.integers(0, 2**40), max_size=60))
def test_order_is_that_of_a_stable_sort(keys):
    keys = np.array(keys, np.int64)
    order, rising = by_key(keys)
    assert order.tolist() == np.argsort(keys, kind="stable").tolist()
    assert rising.tolist() == sorted(keys.tolist())


@pytest.mark.parametrize(
    "limit", [1, 2, (1 << DIGIT_BITS) - 1, 1 << DIGIT_BITS, 1 << 2 * DIGIT_BITS]
)
def test_keys_at_the_limits_of_a_digit_are_in_order(limit):
    keys = np.array([limit, 0, limit - 1, limit + 1, limit], np.int64)
    order, rising = by_key(keys)
    assert order.tolist() == [1, 2, 0, 4, 3]
    assert (np.diff(rising) >= 0).all()


def test_the_keys_stay_as_they_are():
    keys = np.array([3, 1, 2], np.int64)
    by_key(keys)
    assert keys.tolist() == [3, 1, 2]
