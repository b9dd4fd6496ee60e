"""The lattice walk of lines beside clipping by shapely: the same metres, and the time.

Run `make bench`, or ``python benchmarks/line_walk.py``. The peer is the way a grid of polygons
is intersected with lines: a spatial index of the cells, then one intersection for each pair.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import shapely
from numpy.typing import NDArray

from geogrid.kernels.line_walk import line_cell_lengths

STEP_CELLS = 0.6  # of a random walk: 150 m on 250 m cells


def random_walks(n: int, side: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return n segments of walks of 50 steps over a lattice of side x side cells."""
    lines = -(-n // 50)
    start = rng.uniform(0.0, side, (lines, 1, 2))
    xy = start + np.cumsum(rng.normal(0.0, STEP_CELLS, (lines, 51, 2)), axis=1)
    return np.concatenate([xy[:, :-1], xy[:, 1:]], axis=2).reshape(-1, 4)[:n]


def clipped_lengths(segments: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """Return the length in every cell by a tree of squares and one intersection a pair."""
    row, col = np.divmod(np.arange(side * side), side)
    squares = shapely.box(col, row, col + 1, row + 1)
    lines = np.asarray(shapely.linestrings(segments.reshape(-1, 2, 2)))
    line, square = shapely.STRtree(squares).query(lines, predicate="intersects")
    pieces = shapely.length(shapely.intersection(lines[line], squares[square]))
    lengths = np.bincount(square, weights=pieces, minlength=side * side)
    return np.asarray(lengths.reshape(side, side))


def timed(
    function: Callable[[], NDArray[np.float64]], repeats: int
) -> tuple[float, NDArray[np.float64]]:
    """Return the best CPU time of some calls, and the result."""
    best, result = np.inf, np.empty(0)
    for _ in range(repeats):
        start = time.process_time()
        result = function()
        best = min(best, time.process_time() - start)
    return best, result


def main() -> None:
    """Print one line per size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    rng = np.random.default_rng(parser.parse_args().seed)
    line_cell_lengths(np.zeros((1, 4)), 1, 1)  # compile
    print("| segments | cells | walk s | shapely s | ratio | largest difference, cells |")
    print("|---|---|---|---|---|---|")
    for n, side in ((5_000, 500), (50_000, 500), (500_000, 500)):
        segments = random_walks(n, side, rng)
        walk_s, walked = timed(partial(line_cell_lengths, segments, side, side), 3)
        shapely_s, clipped = timed(partial(clipped_lengths, segments, side), 1)
        apart = float(np.abs(walked - clipped).max())
        print(
            f"| {n:,} | {side**2:,} | {walk_s:.4f} | {shapely_s:.2f} "
            f"| {shapely_s / walk_s:,.0f} | {apart:.1e} |"
        )


if __name__ == "__main__":
    main()
