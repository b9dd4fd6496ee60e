"""Rows of a month, eight bytes each, and their order by cell.

Two kinds of rows share one form, a whole number that is not negative:

- a *stay*: when it began in the month (32 bits, ms), how long it was, and whose it was; length
  and unit share 31 bits, as many for the unit as the month needs;
- a *sum*: its slot of the month (day and hour, 10 bits), a mark, and two amounts of 26 bits.

What is too long or too much for a row goes on in a further one: stays that touch are one stay,
and sums of one slot add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

SHARED_BITS: Final = 31  # of a stay's length and its unit together
AMOUNT_BITS: Final = 26
MOST: Final = (1 << AMOUNT_BITS) - 1
SLOT_SHIFT: Final = 2 * AMOUNT_BITS
SLOT_BITS: Final = 10
SLOTS: Final = 1 << SLOT_BITS  # 31 days of 24 hours are 744
MARK_SHIFT: Final = SLOT_SHIFT + SLOT_BITS


class CellRows(NamedTuple):
    """Rows of the cells that have any.

    Parameters
    ----------
    position
        Cells, rising, shape (n,).
    start
        Where each cell's rows begin, and where the last one's end, shape (n + 1,).
    rows
        The rows, cell by cell.
    """

    position: NDArray[np.int32]
    start: NDArray[np.int64]
    rows: NDArray[np.int64]


class Lattice(NamedTuple):
    """Where the cells of a grid are.

    Parameters
    ----------
    row, col
        Of its south-west corner, from the lattice's origin.
    position
        Position in the grid of each cell of the lattice, -1 off the grid, shape
        (n_rows, n_cols).
    """

    row: int
    col: int
    position: NDArray[np.int32]


@njit(cache=True, nogil=True)
def positions(
    lattice: Lattice, row: NDArray[np.int32], col: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Return positions in the grid of cells counted from the lattice's origin.

    Parameters
    ----------
    lattice
        Where the cells are.
    row, col
        Cells, shape (n,).

    Returns
    -------
    ndarray of int, shape (n,)
        -1 off the grid.
    """
    at = np.full(row.size, -1, np.int32)
    n_rows, n_cols = lattice.position.shape
    for i in range(row.size):
        y, x = row[i] - lattice.row, col[i] - lattice.col
        if 0 <= y < n_rows and 0 <= x < n_cols:
            at[i] = lattice.position[y, x]
    return at


@njit(cache=True, nogil=True)
def stay_rows(
    cell: NDArray[np.int32],
    enter: NDArray[np.int64],
    leave: NDArray[np.int64],
    unit: NDArray[np.int64],
    start_ms: int,
    unit_bits: int,
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return stays on the grid as rows.

    Parameters
    ----------
    cell
        Position of each stay's cell; those at -1 are left out, shape (n,).
    enter, leave
        Milliseconds UTC, less than 2**32 after ``start_ms``.
    unit
        Numbers in [0, 2**unit_bits).
    start_ms
        When the month begins.
    unit_bits
        From 0 to 30.

    Returns
    -------
    cells, rows : ndarray of int, shape (m,)
        Each row's cell, and the row; stays keep their order.
    """
    length_bits = SHARED_BITS - unit_bits
    most = (1 << length_bits) - 1
    size = 0
    for i in range(cell.size):
        if cell[i] >= 0:
            size += max((leave[i] - enter[i] + most - 1) // most, 1)
    cells, rows = np.empty(size, np.int32), np.empty(size, np.int64)
    at = 0
    for i in range(cell.size):
        if cell[i] < 0:
            continue
        begins, left = enter[i] - start_ms, leave[i] - enter[i]
        while True:
            length = min(left, most)
            cells[at] = cell[i]
            rows[at] = (((begins << length_bits) | length) << unit_bits) | unit[i]
            at += 1
            begins, left = begins + length, left - length
            if left == 0:
                break
    return cells, rows


@njit(cache=True, nogil=True)
def slot_rows(
    cell: NDArray[np.int32],
    slot: NDArray[np.int64],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    mark: NDArray[np.int64],
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return sums on the grid as rows; those of nothing, without a mark, are left out.

    Parameters
    ----------
    cell
        Position of each sum's cell; those at -1 are left out, shape (n,).
    slot
        In [0, 1024).
    first, second
        Amounts, >= 0.
    mark
        Above 0 where the slot is marked.

    Returns
    -------
    cells, rows : ndarray of int, shape (m,)
        Each row's cell, and the row; sums keep their order.
    """
    size = 0
    for i in range(cell.size):
        if cell[i] >= 0:
            size += max((max(first[i], second[i]) + MOST - 1) // MOST, mark[i] > 0)
    cells, rows = np.empty(size, np.int32), np.empty(size, np.int64)
    at = 0
    for i in range(cell.size):
        if cell[i] < 0:
            continue
        low, high, is_marked = first[i], second[i], np.int64(mark[i] > 0)
        while low > 0 or high > 0 or is_marked > 0:
            part, other = min(low, MOST), min(high, MOST)
            head = (is_marked << SLOT_BITS) | slot[i]
            cells[at] = cell[i]
            rows[at] = (((head << AMOUNT_BITS) | other) << AMOUNT_BITS) | part
            at += 1
            low, high, is_marked = low - part, high - other, np.int64(0)
    return cells, rows


@njit(cache=True, nogil=True)
def _count(cell: NDArray[np.int32], upto: NDArray[np.int64]) -> None:
    """Count the rows of each cell, one place further on."""
    for i in range(cell.size):
        upto[cell[i] + 1] += 1


@njit(cache=True, nogil=True)
def _starts(upto: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Turn counts into where each cell's rows begin; return the cells with rows, and theirs."""
    n_used = 0
    for at in range(1, upto.size):
        n_used += upto[at] > 0
    position, start = np.empty(n_used, np.int32), np.empty(n_used + 1, np.int64)
    used = 0
    for at in range(upto.size - 1):
        count = upto[at + 1]
        upto[at + 1] = upto[at] + count
        if count > 0:
            position[used], start[used] = at, upto[at]
            used += 1
    start[used] = upto[-1]
    return position, start


@njit(cache=True, nogil=True)
def _place(
    cell: NDArray[np.int32],
    rows: NDArray[np.int64],
    upto: NDArray[np.int64],
    ordered: NDArray[np.int64],
) -> None:
    """Put rows where their cells' next rows go."""
    for i in range(cell.size):
        ordered[upto[cell[i]]] = rows[i]
        upto[cell[i]] += 1


def by_cell(parts: Sequence[tuple[NDArray[np.int32], NDArray[np.int64]]], n_cells: int) -> CellRows:
    """Return rows brought into the order of their cells; those of a cell keep theirs.

    Parameters
    ----------
    parts
        Position of each row's cell, in [0, n_cells), and the rows; part after part.
    n_cells
        Number of cells.

    Returns
    -------
    CellRows
        The rows.
    """
    upto = np.zeros(n_cells + 1, np.int64)
    for cell, _ in parts:
        _count(cell, upto)
    position, start = _starts(upto)
    ordered = np.empty(int(start[-1]), np.int64)
    for cell, rows in parts:
        _place(cell, rows, upto, ordered)
    return CellRows(position, start, ordered)


@njit(cache=True, nogil=True)
def sort_in_cells(start: NDArray[np.int64], rows: NDArray[np.int64]) -> None:
    """Sort the rows of each cell in place.

    Parameters
    ----------
    start
        As in `CellRows`.
    rows
        Changed.
    """
    for i in range(start.size - 1):
        rows[start[i] : start[i + 1]].sort()
