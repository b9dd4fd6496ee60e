"""Sums of two amounts per cell and hour, found by hashing and told in order.

Cells are kept in squares of eight by eight for one hour each. A table of single cells would be
asked for every cell that is touched; a lattice that holds all of them would not fit where a
stray fix lies far off.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

TILE_BITS = 3
SIDE = 1 << TILE_BITS  # cells along a tile
CELLS = SIDE * SIDE
SPARE = SIDE + 1  # cells after the last tile, so that a place's neighbours exist
_HOUR_BITS = 5
_AXIS_BITS = 28
_HALF_AXIS = 1 << (_AXIS_BITS - 1)
_AXIS_MASK = (1 << _AXIS_BITS) - 1
_HOUR_MASK = (1 << _HOUR_BITS) - 1
_FREE = -1


class Tiles(NamedTuple):
    """Sums of the tiles in use, and an open table of their keys, as large as twice their room.

    ``sums`` has shape (room * 64 + 9, 2): cell by cell, row by row, the least and the most.
    """

    key: NDArray[np.int64]
    slot: NDArray[np.int64]
    owner: NDArray[np.int64]
    sums: NDArray[np.int64]


class CellBounds(NamedTuple):
    """Least and most milliseconds per cell and hour, sorted by row, column and hour, unique."""

    row: NDArray[np.int32]
    col: NDArray[np.int32]
    hour: NDArray[np.int8]
    lo_ms: NDArray[np.int64]
    hi_ms: NDArray[np.int64]


def empty_tiles(room: int) -> Tiles:
    """Return room for tiles, which takes memory as it is used.

    NumPy asks for large pages, which numba does not: with small ones, the first touch of each
    would take a tenth of the time of all the rest.

    Parameters
    ----------
    room
        How many tiles, a power of two.

    Returns
    -------
    Tiles
        None in use.
    """
    return Tiles(
        np.full(2 * room, _FREE, np.int64),
        np.zeros(2 * room, np.int64),
        np.zeros(room, np.int64),
        np.zeros((room * CELLS + SPARE, 2), np.int64),
    )


@njit(cache=True, nogil=True)
def _place_of(key: int, keys: NDArray[np.int64]) -> int:
    """Return where a key stands in the table, or the free place where it would."""
    mask = keys.size - 1
    # Fibonacci hashing (Knuth, TAOCP 6.4) of 31 bits, so that nothing overflows.
    mixed = (key ^ (key >> (_HOUR_BITS + _AXIS_BITS)) * 40_503) & 0x7FFFFFFF
    at = ((mixed * 0x9E3779B1) >> 16) & mask
    while keys[at] != _FREE and keys[at] != key:
        at = (at + 1) & mask
    return int(at)


@njit(cache=True, nogil=True)
def with_room(tiles: Tiles, n: int, more: int) -> Tiles:
    """Return tiles with room for some more.

    Parameters
    ----------
    tiles, n
        Tiles, and how many of them are in use.
    more
        How many more there must be room for.

    Returns
    -------
    Tiles
        The same, or larger ones with the same sums.
    """
    room = tiles.owner.size
    if n + more <= room:
        return tiles
    while n + more > room:
        room *= 2
    new = Tiles(
        np.full(2 * room, _FREE, np.int64),
        np.zeros(2 * room, np.int64),
        np.zeros(room, np.int64),
        np.zeros((room * CELLS + SPARE, 2), np.int64),
    )
    new.owner[:n], new.sums[: n * CELLS] = tiles.owner[:n], tiles.sums[: n * CELLS]
    for i in range(n):
        at = _place_of(tiles.owner[i], new.key)
        new.key[at], new.slot[at] = tiles.owner[i], i
    return new


@njit(cache=True, nogil=True)
def key_of(tile_row: int, tile_col: int, hour: int) -> int:
    """Return one number for a tile and an hour; it rises with row, column and hour.

    Parameters
    ----------
    tile_row, tile_col
        Row and column of a cell in it, divided by eight and rounded down.
    hour
        0 to 31.

    Returns
    -------
    int
        At least 0.
    """
    place = ((tile_row + _HALF_AXIS) << _AXIS_BITS) | (tile_col + _HALF_AXIS)
    return (place << _HOUR_BITS) | hour


@njit(cache=True, nogil=True)
def slot_of(tiles: Tiles, n: int, key: int) -> int:
    """Return which tile a key has; a new key gets the next one, for which there must be room.

    Parameters
    ----------
    tiles, n
        Tiles, and how many of them are in use.
    key
        As `key_of` tells it.

    Returns
    -------
    int
        At most ``n``; then there is one more in use.
    """
    at = _place_of(key, tiles.key)
    if tiles.key[at] != key:
        tiles.key[at], tiles.slot[at], tiles.owner[n] = key, n, key
    return int(tiles.slot[at])


@njit(cache=True, nogil=True)
def _used_cells(sums: NDArray[np.int64]) -> int:
    """Return how many cells anything can have been in."""
    used = 0
    for i in range(sums.shape[0]):
        used += sums[i, 1] > 0
    return used


@njit(cache=True, nogil=True)
def _write_sorted(
    owner: NDArray[np.int64], order: NDArray[np.int64], sums: NDArray[np.int64], out: CellBounds
) -> None:
    """Write the used cells in order; ``out`` has one place more than there are."""
    k, band = 0, 0
    while band < order.size:  # tiles of one row of tiles
        tile_row, next_band = owner[order[band]] >> (_HOUR_BITS + _AXIS_BITS), band
        while (
            next_band < order.size
            and owner[order[next_band]] >> (_HOUR_BITS + _AXIS_BITS) == tile_row
        ):
            next_band += 1
        for row in range(SIDE):
            first = band
            while first < next_band:  # hours of one tile
                place, after = owner[order[first]] >> _HOUR_BITS, first
                while after < next_band and owner[order[after]] >> _HOUR_BITS == place:
                    after += 1
                west = ((place & _AXIS_MASK) - _HALF_AXIS) << TILE_BITS
                for col in range(SIDE):
                    for i in range(first, after):
                        at = order[i] * CELLS + row * SIDE + col
                        out.row[k] = ((tile_row - _HALF_AXIS) << TILE_BITS) + row
                        out.col[k] = west + col
                        out.hour[k] = owner[order[i]] & _HOUR_MASK
                        out.lo_ms[k], out.hi_ms[k] = sums[at, 0], sums[at, 1]
                        k += sums[at, 1] > 0  # if not, the next one is written over it
                first = after
        band = next_band


def sorted_cells(tiles: Tiles, n: int) -> CellBounds:
    """Return the cells that anything can have been in.

    Parameters
    ----------
    tiles, n
        Tiles, and how many of them are in use.

    Returns
    -------
    CellBounds
        Those whose second amount is above 0.
    """
    owner, sums = tiles.owner[:n], tiles.sums[: n * CELLS]
    size = _used_cells(sums)
    out = CellBounds(
        np.empty(size + 1, np.int32),
        np.empty(size + 1, np.int32),
        np.empty(size + 1, np.int8),
        np.empty(size + 1, np.int64),
        np.empty(size + 1, np.int64),
    )
    _write_sorted(owner, np.argsort(owner), sums, out)
    return CellBounds._make(column[:size] for column in out)
