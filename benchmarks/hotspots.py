"""Gi* on a masked lattice beside the usual road: GeoPandas, libpysal Graph, esda.

The same z-scores, the time of each step in one run, and what the p-values can find. Windows are a
cell and its eight neighbours. Run `make bench`, or ``python benchmarks/hotspots.py`` where the
``bench`` group is installed; ``--sides 617`` is 367,000 cells, ``--alone 1530`` is 2.3 million.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from typing import TypeVar

import geopandas as gpd
import numpy as np
import shapely
from esda.getisord import G_Local
from libpysal.graph import Graph
from numpy.typing import NDArray

from geogrid.analysis.gistar import gistar, gistar_z
from geogrid.analysis.multiple_testing import adjusted_p
from geogrid.kernels.window_sums import disc_half_widths

RADIUS_CELLS = 1.5
REPEATS = 5
PERMUTATIONS = 999
T = TypeVar("T")


def synthetic_city(
    side: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return counts and a mask: sparse background, heavy-tailed clusters, a river."""
    counts = rng.poisson(0.05, (side, side))
    row, col = np.indices((side, side))
    for size in np.minimum(20 + 20 * rng.pareto(1.2, side // 5), 2000).astype(int):
        spread = rng.normal(rng.uniform(0, side, (2, 1)), rng.uniform(0.5, 3.0), (2, size))
        at = np.clip(spread.astype(int), 0, side - 1)
        np.add.at(counts, (at[0], at[1]), 1)
    river = np.abs(row - side / 2 - side / 5 * np.sin(col / side * 6.0)) > side / 60
    return counts.astype(np.int64), river


def timed(call: Callable[[], T], repeats: int = 1) -> tuple[T, float]:
    """Return what a call returns and the seconds it took, the least of some repeats."""
    least = np.inf
    for _ in range(repeats):
        start = time.perf_counter()
        result = call()
        least = min(least, time.perf_counter() - start)
    return result, float(least)


def compare(side: int, permutations: int) -> None:
    """Print one table for a square of a given side."""
    counts, mask = synthetic_city(side, np.random.default_rng(1))
    half_widths = disc_half_widths(RADIUS_CELLS)
    warm_up()
    z, z_s = timed(lambda: gistar_z(counts, mask, half_widths), REPEATS)
    ours, ours_s = timed(lambda: gistar(counts, mask, half_widths), REPEATS)
    kept, kept_s = timed(lambda: gistar(counts, mask, half_widths, null="conditional"), REPEATS)

    y = counts[mask].astype(np.float64)
    squares, squares_s = timed(lambda: cell_squares(mask))
    graph, graph_s = timed(lambda: Graph.build_contiguity(squares, rook=False))
    plain, plain_s = timed(lambda: G_Local(y, graph, transform="B", star=True, permutations=0))
    print(
        f"\n{mask.sum():,} cells, {y.sum():,.0f} incidents, windows of "
        f"{int((2 * half_widths + 1).sum())} cells; largest difference in z: "
        f"{np.abs(z - plain.Zs).max():.1e}"
    )
    road_s = squares_s + graph_s + plain_s
    print(f"  squares {squares_s:.2f} s, graph {graph_s:.2f} s, esda z {plain_s:.2f} s")
    print_row("z: geogrid", z_s, z_s)
    print_row("z: GeoPandas, libpysal, esda", road_s, z_s)
    print_row("p: geogrid, exact, total", ours_s, ours_s, hot(ours.z, ours.p))
    print_row("p: geogrid, exact, conditional", kept_s, ours_s, hot(kept.z, kept.p))
    print_row("p: esda, normal", plain_s, ours_s, hot(plain.Zs, 2 * plain.p_norm))
    if permutations:
        drawn, drawn_s = timed(lambda: permuted(y, graph, permutations))
        # Its lower tail leaves ties out and finds cold cells that are none; they would swell the
        # family's rejections, so only the upper tail is used.
        p = np.where(drawn.Zs > 0.0, np.minimum(2 * drawn.p_sim, 1.0), 1.0)
        print_row(f"p: esda, {permutations} permutations", drawn_s, ours_s, hot(drawn.Zs, p))


def alone(side: int) -> None:
    """Print how long z and exact p take on a square of a given side."""
    counts, mask = synthetic_city(side, np.random.default_rng(1))
    half_widths = disc_half_widths(RADIUS_CELLS)
    warm_up()
    _, seconds = timed(lambda: gistar(counts, mask, half_widths), REPEATS)
    print(f"\n{mask.sum():,} cells: z and exact p, total null, in {seconds:.2f} s")


def warm_up() -> None:
    """Compile our kernels and esda's, or load what was compiled."""
    counts = np.arange(400).reshape(20, 20)
    mask = np.ones((20, 20), dtype=np.bool_)
    gistar(counts, mask, disc_half_widths(RADIUS_CELLS))
    gistar(counts, mask, disc_half_widths(RADIUS_CELLS), null="conditional")
    permuted(counts.ravel() * 1.0, Graph.build_contiguity(cell_squares(mask), rook=False), 9)


def cell_squares(mask: NDArray[np.bool_]) -> gpd.GeoSeries:
    """Return the cells as squares, as a grid of polygons has them."""
    row, col = np.nonzero(mask)
    return gpd.GeoSeries(shapely.box(col, row, col + 1, row + 1))


def permuted(y: NDArray[np.float64], graph: Graph, permutations: int) -> G_Local:
    """Return esda's conditional permutation test on one core."""
    return G_Local(y, graph, transform="B", star=True, permutations=permutations, seed=1, n_jobs=1)


def hot(z: NDArray[np.float64], p: NDArray[np.float64]) -> int:
    """Return how many cells are hot after Benjamini-Hochberg at 5 %."""
    return int(((z > 0.0) & (adjusted_p(np.asarray(p), "bh") <= 0.05)).sum())


def print_row(label: str, seconds: float, ours_s: float, found: int | None = None) -> None:
    """Print one line: seconds, how many times ours, and how many cells are hot."""
    last = "" if found is None else f"{found:10,} hot, q <= 0.05"
    print(f"{label:34}{seconds:10.4f} s{seconds / ours_s:9.1f}x{last}")


def main() -> None:
    """Read the options and print a table per size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sides", type=int, nargs="+", default=[100, 617])
    parser.add_argument("--alone", type=int, nargs="*", default=[1530])
    parser.add_argument("--permutations", type=int, default=PERMUTATIONS)
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # esda warns of its own coming changes
    for side in options.sides:
        compare(side, options.permutations)
    for side in options.alone:
        alone(side)


if __name__ == "__main__":
    main()
