"""Gi* on a masked lattice beside esda: the same z-scores, time, and what p-values can find.

Run `make bench`, or ``python benchmarks/hotspots.py`` where the ``bench`` group is installed.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from esda.getisord import G_Local
from libpysal.graph import Graph
from numpy.typing import NDArray

from geogrid.analysis.gistar import gistar
from geogrid.analysis.multiple_testing import adjusted_p
from geogrid.kernels.window_sums import disc_half_widths

RADIUS_CELLS = 2.5
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


def timed(call: Callable[[], T]) -> tuple[T, float]:
    """Return what a call returns and the seconds it took."""
    start = time.perf_counter()
    return call(), time.perf_counter() - start


def compare(side: int, permutations: int) -> None:
    """Print one table for a square of a given side."""
    counts, mask = synthetic_city(side, np.random.default_rng(1))
    half_widths = disc_half_widths(RADIUS_CELLS)
    gistar(counts, mask, half_widths)  # compiles, or loads what was compiled
    gistar(counts, mask, half_widths, null="conditional")
    ours, ours_s = timed(lambda: gistar(counts, mask, half_widths))
    kept, kept_s = timed(lambda: gistar(counts, mask, half_widths, null="conditional"))

    row, col = np.nonzero(mask)
    y = counts[mask].astype(np.float64)
    centres = np.column_stack([col, row]).astype(np.float64)
    graph, graph_s = timed(lambda: Graph.build_distance_band(centres, threshold=RADIUS_CELLS))
    plain, plain_s = timed(lambda: G_Local(y, graph, transform="B", star=True, permutations=0))
    rows = [
        ("geogrid, z and exact p, total null", ours_s, hot(ours.z, ours.p)),
        ("geogrid, z and exact p, conditional null", kept_s, hot(kept.z, kept.p)),
        (
            "esda, neighbours and z, p read as normal",
            graph_s + plain_s,
            hot(plain.Zs, 2 * plain.p_norm),
        ),
    ]
    if permutations:
        permuted(y[:50], Graph.build_distance_band(centres[:50], threshold=RADIUS_CELLS), 9)
        drawn, drawn_s = timed(lambda: permuted(y, graph, permutations))
        # Its lower tail leaves ties out and finds cold cells that are none; they would swell the
        # family's rejections, so only the upper tail is used.
        p = np.where(drawn.Zs > 0.0, np.minimum(2 * drawn.p_sim, 1.0), 1.0)
        label = f"esda, neighbours and {permutations} permutations"
        rows.append((label, graph_s + drawn_s, hot(drawn.Zs, p)))
    print(
        f"\n{mask.sum():,} cells, {y.sum():,.0f} incidents, windows of "
        f"{int((2 * half_widths + 1).sum())} cells; largest difference in z: "
        f"{np.abs(ours.z - plain.Zs).max():.1e}"
    )
    print(f"{'':44}{'seconds':>10}{'ratio':>9}{'hot, q <= 0.05':>16}")
    for label, seconds, found in rows:
        print(f"{label:44}{seconds:10.3f}{seconds / ours_s:8.0f}x{found:16,}")


def permuted(y: NDArray[np.float64], graph: Graph, permutations: int) -> G_Local:
    """Return esda's conditional permutation test on one core."""
    return G_Local(y, graph, transform="B", star=True, permutations=permutations, seed=1, n_jobs=1)


def hot(z: NDArray[np.float64], p: NDArray[np.float64]) -> int:
    """Return how many cells are hot after Benjamini-Hochberg at 5 %."""
    return int(((z > 0.0) & (adjusted_p(np.asarray(p), "bh") <= 0.05)).sum())


def main() -> None:
    """Read the options and print a table per size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sides", type=int, nargs="+", default=[100, 300])
    parser.add_argument("--permutations", type=int, default=PERMUTATIONS)
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # esda warns of its own coming changes
    for side in options.sides:
        compare(side, options.permutations)


if __name__ == "__main__":
    main()
