"""Two sorted lists of fixes made one, against numpy's sort."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.kernels.sorted_fixes import Fixes, merged, out_of_order

fix = st.tuples(st.integers(0, 3), st.integers(0, 30))


def listed(pairs):
    unit = np.array([u for u, _ in pairs], np.int32)
    t = np.array([m for _, m in pairs], np.int64)
    return Fixes(unit, t, (1000 * unit + t).astype(np.int32), (-t).astype(np.int32))


@settings(deadline=None, max_examples=60)
@given(st.sets(fix, max_size=40), st.sets(fix, max_size=6))
def test_fixes_of_both_lists_come_out_once_and_in_order(many, few):
    one = merged(listed(sorted(many - few)), listed(sorted(few)))
    for got, expected in zip(one, listed(sorted(many | few)), strict=True):
        assert got.tolist() == expected.tolist()
        assert got.dtype == expected.dtype
    assert out_of_order(one.unit, one.t) == 0


@settings(deadline=None, max_examples=60)
@given(st.lists(fix, max_size=12))
def test_what_does_not_follow_is_counted(pairs):
    wrong = sum(later <= earlier for earlier, later in itertools.pairwise(pairs))
    fixes = listed(pairs)
    assert out_of_order(fixes.unit, fixes.t) == wrong
