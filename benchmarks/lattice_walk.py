"""The lattice walk beside shapely, and the clipped grid beside GeoPandas: same numbers, and time.

Run `make bench`, or ``python benchmarks/lattice_walk.py`` where the ``bench`` group is installed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import TypeVar

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point, Polygon

from geogrid.crs import working_crs
from geogrid.kernels.walk import Runs, WalkRules, walk
from geogrid.model.boundary import Boundary
from geogrid.model.cell_shapes import cell_squares
from geogrid.model.grid import Grid

CELL_M = 250.0
STEP_MS = 10_000
SPEED_CELLS = 14.0 * STEP_MS / 1000 / CELL_M  # 14 m/s, in cells a step
RULES = WalkRules(max_gap_ms=300_000, max_mm_per_ms=45.0, standing_mm_per_ms=0.0)
T = TypeVar("T")


def timed(call: Callable[[], T]) -> tuple[T, float]:
    """Return what a call returns and the processor's seconds it took."""
    start = time.process_time()
    return call(), time.process_time() - start


def random_track(n: int, side: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the way of a car that turns a little at each step and stays in a square."""
    heading = np.cumsum(rng.normal(0.0, 0.3, n))
    steps = SPEED_CELLS * np.column_stack([np.cos(heading), np.sin(heading)])
    way = np.cumsum(steps, axis=0) + side / 2
    return np.abs((way + side) % (2 * side) - side)  # reflected at the sides


def walked(xy: NDArray[np.float64]) -> Runs:
    """Return our stays of one unit over one long day."""
    n = len(xy)
    t = np.arange(n, dtype=np.int64) * STEP_MS
    nobody, nowhere = np.zeros(n, np.int32), np.zeros(n, np.bool_)
    x, y = np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1])
    return walk(nobody, t, x, y, nowhere, CELL_M * 1e3, RULES, np.array([0, n * STEP_MS]))


def clipped(xy: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """Return seconds per cell by shapely: a tree of squares, and each segment cut by them."""
    lines = np.asarray(shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1)))
    row, col = np.divmod(np.arange(side * side), side)
    squares = shapely.box(col, row, col + 1, row + 1)
    line, square = shapely.STRtree(squares).query(lines, predicate="intersects")
    inside = shapely.length(shapely.intersection(lines[line], squares[square]))
    share = inside / np.asarray(shapely.length(lines))[line]
    return np.asarray(np.bincount(square, share * STEP_MS / 1e3, minlength=side * side), float)


def compare_walk(n: int, side: int) -> None:
    """Print the table of one number of segments."""
    xy = random_track(n, side, np.random.default_rng(1))
    walked(xy[:100])  # compiles, or loads what was compiled
    runs, ours_s = timed(lambda: walked(xy))
    seconds = (runs.leave - runs.enter) / 1e3
    cell = runs.row.astype(np.int64) * side + runs.col
    ours = np.bincount(cell, seconds, minlength=side * side)
    theirs, theirs_s = timed(lambda: clipped(xy, side))
    print(
        f"\n{n:,} segments over {side * side:,} cells; largest difference in a cell "
        f"{np.abs(ours - theirs).max():.3f} s of {ours.max():.0f} s, "
        f"of all time {abs(ours.sum() - theirs.sum()) / theirs.sum():.0e}"
    )
    rows = [
        ("geogrid, walk", ours_s),
        ("shapely, STRtree and intersection", theirs_s),
    ]
    print_rows(rows, ours_s)


def compare_grid(radius_m: float) -> None:
    """Print the table of one round area with a hole."""
    crs = working_crs(117.0, 26.0, 118.0, 27.0)
    ring = Point(1e6, 1e6).buffer(radius_m, 500)
    hole = Point(1e6, 1e6).buffer(radius_m / 3, 200)
    outline = Polygon(ring.exterior, [hole.exterior])
    boundary = Boundary(("A",), ("A",), (outline,), crs)
    Grid.over(boundary, CELL_M, crs=crs)
    grid, ours_s = timed(lambda: Grid.over(boundary, CELL_M, crs=crs))
    squares = gpd.GeoDataFrame(geometry=cell_squares(grid), crs=crs)
    theirs, theirs_s = timed(lambda: gpd.clip(squares, outline))
    area = theirs.geometry.area.reindex(range(len(grid)), fill_value=0.0).to_numpy()
    print(
        f"\n{len(grid):,} cells; largest difference in a cell "
        f"{np.abs(area - grid.area_m2).max():.1e} m2, of all land "
        f"{abs(grid.area_m2.sum() / outline.area - 1):.0e}"
    )
    rows = [
        ("geogrid, Grid.over", ours_s),
        ("geopandas.clip, of squares that are there", theirs_s),
    ]
    print_rows(rows, ours_s)


def print_rows(rows: list[tuple[str, float]], ours_s: float) -> None:
    """Print seconds and ratios."""
    print(f"{'':44}{'CPU s':>10}{'ratio':>9}")
    for label, seconds in rows:
        print(f"{label:44}{seconds:10.4f}{seconds / ours_s:8.0f}x")


def main() -> None:
    """Read the options and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--segments", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--side", type=int, default=500, help="cells along a side")
    parser.add_argument("--radius", type=float, default=10_000.0, help="of the area, metres")
    options = parser.parse_args()
    for n in options.segments:
        compare_walk(n, options.side)
    compare_grid(options.radius)


if __name__ == "__main__":
    main()
