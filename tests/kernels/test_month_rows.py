"""Rows of a month: what goes into eight bytes comes out again, and cells come in order."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geogrid.kernels.month_rows import (
    AMOUNT_BITS,
    MARK_SHIFT,
    MOST,
    SHARED_BITS,
    SLOT_SHIFT,
    SLOTS,
    Lattice,
    by_cell,
    positions,
    slot_rows,
    sort_in_cells,
    stay_rows,
)


def whole(*values):
    return np.array(values, np.int64)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 2**27 - 1), st.integers(0, 90_000_000), st.integers(0, 2**12 - 1))
@example(0, 2**19, 5)  # a row and a millisecond
def test_a_stay_is_found_again_in_rows_that_touch(since, stayed, unit):
    start = 1_700_000_000_000
    cells, rows = stay_rows(
        np.array([7], np.int32),
        whole(start + since),
        whole(start + since + stayed),
        whole(unit),
        start,
        12,
    )
    begins = rows >> SHARED_BITS
    lengths = (rows >> 12) & ((1 << (SHARED_BITS - 12)) - 1)
    assert (cells == 7).all()
    assert (rows & 4095 == unit).all()
    assert begins[0] == since
    assert (begins[1:] == (begins + lengths)[:-1]).all()
    assert lengths.sum() == stayed
    assert rows.size == max(-(-stayed // (2**19 - 1)), 1)


@settings(deadline=None)
@given(st.integers(0, SLOTS - 1), st.integers(0, 5 * MOST), st.integers(0, 5 * MOST), st.booleans())
def test_amounts_and_the_mark_of_a_slot_are_found_again(slot, first, second, mark):
    _, rows = slot_rows(
        np.array([7], np.int32), whole(slot), whole(first), whole(second), whole(int(mark))
    )
    assert ((rows >> SLOT_SHIFT) & (SLOTS - 1) == slot).all()
    assert (rows & MOST).sum() == first
    assert ((rows >> AMOUNT_BITS) & MOST).sum() == second
    assert (rows >> MARK_SHIFT).sum() == mark
    assert (rows.size == 0) == (first == second == 0 and not mark)


def test_rows_off_the_grid_are_left_out():
    off, ones = np.array([-1, 3], np.int32), whole(1, 1)
    assert slot_rows(off, ones, ones, ones, ones)[0].tolist() == [3]
    assert stay_rows(off, ones, ones + 1, whole(0, 0), 0, 0)[0].tolist() == [3]


def test_cells_are_looked_up_from_the_lattices_origin():
    lattice = Lattice(10, -5, np.array([[0, -1], [1, 2]], np.int32))
    row, col = (
        np.array(v, np.int32) for v in ([10, 10, 11, 11, 9, 12, 10], [-5, -4, -5, -4, -5, -5, -3])
    )
    assert positions(lattice, row, col).tolist() == [0, -1, 1, 2, -1, -1, -1]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), max_size=20), st.integers(0, 20))
def test_rows_come_by_cell_in_the_order_that_they_had(pairs, split):
    cell = np.array([pair[0] for pair in pairs], np.int32)
    rows = whole(*(pair[1] for pair in pairs))
    found = by_cell([(cell[:split], rows[:split]), (cell[split:], rows[split:])], 6)
    assert found.position.tolist() == sorted(set(cell.tolist()))
    for i, at in enumerate(found.position):
        mine = found.rows[found.start[i] : found.start[i + 1]]
        assert mine.tolist() == rows[cell == at].tolist()
    assert found.start[-1] == len(pairs)
    sort_in_cells(found.start, found.rows)
    for i, at in enumerate(found.position):
        mine = found.rows[found.start[i] : found.start[i + 1]]
        assert mine.tolist() == sorted(rows[cell == at].tolist())
