"""Roads as arrays for kernels, and which of them are next to a place."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

CHOICES: Final = 4  # roads next to a fix that are tried


class RoadNet(NamedTuple):
    """Roads as a graph, and the pieces that its edges are parted into.

    Parameters
    ----------
    x, y
        Nodes, metres, shape (n,).
    ends
        Nodes at both ends of each edge, shape (m, 2).
    length
        Of each edge, metres.
    at
        Where the edges of each node begin in ``link``, shape (n + 1,).
    link
        Edges by node, shape (2 m,).
    piece
        First piece of each edge, and the number of all, shape (m + 1,).
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    ends: NDArray[np.int64]
    length: NDArray[np.float64]
    at: NDArray[np.int64]
    link: NDArray[np.int64]
    piece: NDArray[np.int64]


class NearRoads(NamedTuple):
    """Edges near each square of a raster.

    Parameters
    ----------
    west, south, size
        Corner and side of a square, metres.
    n_cols, n_rows
        Shape.
    at
        Where the edges of each square begin, shape (n_rows * n_cols + 1,).
    edge
        Edges by square.
    """

    west: float
    south: float
    size: float
    n_cols: int
    n_rows: int
    at: NDArray[np.int64]
    edge: NDArray[np.int32]


class Choice(NamedTuple):
    """Roads next to a place, nearest first: edge, metres along it, metres off it."""

    edge: NDArray[np.int64]
    along: NDArray[np.float64]
    off: NDArray[np.float64]


@njit(cache=True, nogil=True)
def _off_line(
    x: float, y: float, x0: float, y0: float, x1: float, y1: float
) -> tuple[float, float]:
    """Return the distance from a straight line, and the share of it at the nearest place."""
    dx, dy = x1 - x0, y1 - y0
    share = ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy)
    share = min(max(share, 0.0), 1.0)
    return math.hypot(x - x0 - share * dx, y - y0 - share * dy), share


@njit(cache=True, nogil=True)
def _squares_near(net: RoadNet, frame: NearRoads, within: float, count: NDArray[np.int64]) -> None:
    """Count the edges of each square; where there is room for them, put them there too."""
    reach = within + 0.7072 * frame.size  # half of a square's diagonal
    for e in range(net.length.size):
        a, b = net.ends[e]
        west, east = min(net.x[a], net.x[b]) - within, max(net.x[a], net.x[b]) + within
        south, north = min(net.y[a], net.y[b]) - within, max(net.y[a], net.y[b]) + within
        first = max(0, math.floor((west - frame.west) / frame.size))
        last = min(frame.n_cols - 1, math.floor((east - frame.west) / frame.size))
        low = max(0, math.floor((south - frame.south) / frame.size))
        high = min(frame.n_rows - 1, math.floor((north - frame.south) / frame.size))
        for row in range(low, high + 1):
            for col in range(first, last + 1):
                x = frame.west + (col + 0.5) * frame.size
                y = frame.south + (row + 0.5) * frame.size
                off, _ = _off_line(x, y, net.x[a], net.y[a], net.x[b], net.y[b])
                if off > reach:
                    continue
                square = row * frame.n_cols + col
                if frame.edge.size:
                    frame.edge[count[square]] = e
                count[square] += 1


@njit(cache=True, nogil=True)
def near_roads(
    net: RoadNet, west: float, south: float, size: float, shape: tuple[int, int], within: float
) -> NearRoads:
    """Return the edges near each square of a raster.

    Parameters
    ----------
    net
        The roads.
    west, south
        Corner of the raster, metres.
    size
        Side of a square, metres.
    shape
        Rows and columns.
    within
        An edge so near to a place of the square, or nearer, is in its list, metres.

    Returns
    -------
    NearRoads
        Some lists have edges that are a little farther.
    """
    n_rows, n_cols = shape
    at = np.zeros(n_rows * n_cols + 1, np.int64)
    frame = NearRoads(west, south, size, n_cols, n_rows, at, np.empty(0, np.int32))
    _squares_near(net, frame, within, at[1:])
    at[:] = np.cumsum(at)
    edge = np.empty(at[-1], np.int32)
    frame = NearRoads(west, south, size, n_cols, n_rows, at, edge)
    _squares_near(net, frame, within, at[:-1].copy())
    return frame


@njit(cache=True, nogil=True)
def choose(net: RoadNet, near: NearRoads, x: float, y: float, within: float, choice: Choice) -> int:
    """Note the nearest roads of a place; return how many there are.

    Parameters
    ----------
    net, near
        The roads.
    x, y
        The place, metres.
    within
        Greatest distance of a road, metres; not over that of ``near``.
    choice
        Is changed.

    Returns
    -------
    int
        At most `CHOICES`.
    """
    col = math.floor((x - near.west) / near.size)
    row = math.floor((y - near.south) / near.size)
    if not (0 <= col < near.n_cols and 0 <= row < near.n_rows):
        return 0
    square, n = int(row) * near.n_cols + int(col), 0
    for k in range(near.at[square], near.at[square + 1]):
        e = int(near.edge[k])
        a, b = net.ends[e]
        off, share = _off_line(x, y, net.x[a], net.y[a], net.x[b], net.y[b])
        if off > within or (n == CHOICES and off >= choice.off[n - 1]):
            continue
        i = min(n, CHOICES - 1)
        while i > 0 and choice.off[i - 1] > off:
            choice.edge[i], choice.along[i] = choice.edge[i - 1], choice.along[i - 1]
            choice.off[i] = choice.off[i - 1]
            i -= 1
        choice.edge[i], choice.along[i], choice.off[i] = e, share * net.length[e], off
        n = min(n + 1, CHOICES)
    return n


@njit(cache=True, nogil=True)
def no_choice() -> Choice:
    """Return memory for the roads next to a place."""
    return Choice(np.zeros(CHOICES, np.int64), np.zeros(CHOICES), np.zeros(CHOICES))
