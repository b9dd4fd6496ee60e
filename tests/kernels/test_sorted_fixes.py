"""Two sorted lists of fixes made one, against numpy's sort."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.kernels import fixes as fixes_of
from geogrid.kernels.fixes import Fixes, out_of_order
from geogrid.kernels.sorted_fixes import empty_fixes, merge_on, merged, put_rest

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
@given(st.sets(fix, max_size=20), st.sets(fix, max_size=6), st.lists(st.integers(0, 20)))
def test_a_list_that_comes_in_parts_is_merged_like_the_whole(many, few, cuts):
    whole, others = listed(sorted(many - few)), listed(sorted(few))
    out, n, used = empty_fixes(len(many | few)), 0, 0
    for begin, end in itertools.pairwise(sorted({0, *cuts, 20})):
        part = Fixes(*(column[begin:end] for column in whole))
        n, used = merge_on(out, n, part, others, used)
    put_rest(out, n, others, used)
    for got, expected in zip(out, merged(whole, others), strict=True):
        assert got.tolist() == expected.tolist()


@settings(deadline=None, max_examples=60)
@given(st.lists(fix, max_size=12), st.integers(1, 5))
def test_what_does_not_follow_is_counted(pairs, block):
    wrong = sum(later <= earlier for earlier, later in itertools.pairwise(pairs))
    fixes = listed(pairs)
    assert out_of_order(fixes.unit, fixes.t) == wrong
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(fixes_of, "_BLOCK", block)
        assert out_of_order(fixes.unit, fixes.t) == wrong
