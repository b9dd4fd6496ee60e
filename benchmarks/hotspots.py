"""Gi* on a masked lattice beside the usual road: GeoPandas, libpysal Graph, esda.

The same z-scores and local Moran's I, the time and memory of each step, and what the p-values can
find. Windows are a cell and its eight neighbours. Run ``make bench``, or ``python
benchmarks/hotspots.py`` where the ``bench`` group is installed; ``--sides 617`` is 367,000 cells,
1530 is 2.3 million. ``--alone`` sizes are ours only. Each line is measured in a process of its
own; ours and theirs follow each other, so that a busy machine slows both.
"""

from __future__ import annotations

import argparse
import itertools
import warnings

import geopandas as gpd
import numpy as np
import shapely
from esda.getisord import G_Local
from esda.moran import Moran_Local
from libpysal.graph import Graph
from libpysal.weights import Queen
from numpy.typing import NDArray
from peaks import Measured, measured

from geogrid.analysis.gistar import Null, gistar, gistar_z
from geogrid.analysis.local_moran import local_moran
from geogrid.analysis.multiple_testing import adjusted_p
from geogrid.kernels.window_sums import disc_half_widths

RADIUS_CELLS = 1.5
HALF_WIDTHS = disc_half_widths(RADIUS_CELLS)
REPEATS = 5
PERMUTATIONS = 999
MOST_FOR_OLD_WEIGHTS = 120_000  # cells; libpysal's W takes memory in proportion, ten times ours
MOST_FOR_PERMUTATIONS = 400_000
Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]


def synthetic_city(side: int, rng: np.random.Generator) -> tuple[Counts, Mask]:
    """Return counts and a mask: sparse background, heavy-tailed clusters, a river."""
    counts = rng.poisson(0.05, (side, side))
    row, col = np.indices((side, side))
    for size in np.minimum(20 + 20 * rng.pareto(1.2, side // 5), 2000).astype(int):
        spread = rng.normal(rng.uniform(0, side, (2, 1)), rng.uniform(0.5, 3.0), (2, size))
        at = np.clip(spread.astype(int), 0, side - 1)
        np.add.at(counts, (at[0], at[1]), 1)
    river = np.abs(row - side / 2 - side / 5 * np.sin(col / side * 6.0)) > side / 60
    return counts.astype(np.int64), river


def compare(side: int, permutations: int) -> None:
    """Print one table for a square of a given side."""
    counts, mask = synthetic_city(side, np.random.default_rng(1))
    y = counts[mask].astype(np.float64)
    print(f"\n{y.size:,} cells, {y.sum():,.0f} incidents, windows of 9 cells")
    print(f"{'':44}{'seconds':>10}{'ratio':>10}{'MiB':>9}")
    z = measured(lambda: gistar_z(counts, mask, HALF_WIDTHS), REPEATS)
    steps = road(mask, y)
    road_s = sum(one.seconds for _, one in steps)
    most = max(one.mib for _, one in steps)
    line("z: geogrid", z, z.seconds)
    for label, one in steps:
        line("   " + label, one, z.seconds)
    line("z: GeoPandas, libpysal, esda, together", Measured(None, road_s, most), z.seconds)
    plain_z, plain_p = steps[-1][1].value
    exact = measured(lambda: chances(counts, mask, "total"), REPEATS)
    kept = measured(lambda: chances(counts, mask, "conditional"), REPEATS)
    line("p: geogrid, exact, total", exact, exact.seconds, hot(plain_z, exact.value))
    line("p: geogrid, exact, conditional", kept, exact.seconds, hot(plain_z, kept.value))
    line("p: esda, normal", steps[-1][1], exact.seconds, hot(plain_z, 2.0 * plain_p))
    if permutations and y.size <= MOST_FOR_PERMUTATIONS:
        graph = Graph.build_contiguity(cell_squares(mask), rook=False)
        drawn = measured(lambda: permuted(y, graph, permutations))
        # Its lower tail leaves ties out and finds cold cells that are none; they would swell the
        # family's rejections, so only the upper tail is used.
        p = np.where(plain_z > 0.0, np.minimum(2.0 * drawn.value, 1.0), 1.0)
        line(f"p: esda, {permutations} permutations", drawn, exact.seconds, hot(plain_z, p))
    print(f"largest difference in z: {np.abs(z.value - plain_z).max():.1e}")
    if y.size <= MOST_FOR_OLD_WEIGHTS:
        weights(mask)
        moran(counts, mask, y)


def road(mask: Mask, y: Floats) -> list[tuple[str, Measured]]:
    """Return what each step of the usual road costs; the last gives z and its normal p."""
    squares = cell_squares(mask)
    made = measured(lambda: len(cell_squares(mask)))
    graph = Graph.build_contiguity(squares, rook=False)
    joined = measured(lambda: Graph.build_contiguity(squares, rook=False).n)
    plain = measured(lambda: normal(y, graph))
    return [("squares", made), ("Graph.build_contiguity", joined), ("G_Local", plain)]


def normal(y: Floats, graph: Graph) -> tuple[Floats, Floats]:
    """Return esda's z and its one-sided normal p."""
    found = G_Local(y, graph, transform="B", star=True, permutations=0)
    return np.asarray(found.Zs), np.asarray(found.p_norm)


def chances(counts: Counts, mask: Mask, null: Null) -> Floats:
    """Return our two-sided exact p."""
    return gistar(counts, mask, HALF_WIDTHS, null=null).p


def permuted(y: Floats, graph: Graph, permutations: int) -> Floats:
    """Return the p of esda's conditional permutation test on one core."""
    settings = {"permutations": permutations, "seed": 1, "n_jobs": 1}
    return np.asarray(G_Local(y, graph, transform="B", star=True, **settings).p_sim)


def weights(mask: Mask) -> None:
    """Print what other ways to make neighbours cost; a lattice needs none."""
    squares = cell_squares(mask)
    frame = gpd.GeoDataFrame(geometry=squares)
    centres = np.column_stack(np.nonzero(mask)[::-1]).astype(np.float64)
    first = None
    for label, call in (
        ("Graph.build_contiguity", lambda: Graph.build_contiguity(squares, rook=False).n),
        ("Graph.build_distance_band", lambda: Graph.build_distance_band(centres, RADIUS_CELLS).n),
        ("weights.Queen.from_dataframe", lambda: Queen.from_dataframe(frame, use_index=False).n),
    ):
        one = measured(call)
        first = first or one.seconds
        line("neighbours: libpysal " + label, one, first)


def moran(counts: Counts, mask: Mask, y: Floats) -> None:
    """Print local Moran's I beside esda's, and how far they are apart."""
    parts = np.where(mask, 0, -1).astype(np.int64)
    graph = Graph.build_contiguity(cell_squares(mask), rook=False)
    mine = measured(lambda: local_moran(counts, parts, HALF_WIDTHS).statistic, REPEATS)
    other = measured(
        lambda: np.asarray(Moran_Local(y, graph, transformation="r", permutations=0).Is)
    )
    line("I and exact p: geogrid", mine, mine.seconds)
    line("I without p: esda", other, mine.seconds)
    # esda divides by n - 1 where Anselin's equation 12 divides by n.
    apart = np.abs(mine.value * (y.size - 1) / y.size - other.value).max()
    print(f"largest difference in I: {apart:.1e}")


def same_numbers(seeds: int) -> None:
    """Print the largest difference in z over small random lattices with holes and edges."""
    worst = 0.0
    for seed, radius in itertools.product(range(seeds), (1.0, 1.5, 2.5, 4.0)):
        rng = np.random.default_rng(seed)
        counts = rng.negative_binomial(0.5, 0.2, (17, 23)).astype(np.int64)
        mask = rng.random(counts.shape) < 0.7
        centres = np.column_stack(np.nonzero(mask)[::-1]).astype(np.float64)
        graph = Graph.build_distance_band(centres, radius)
        other, _ = normal(counts[mask].astype(np.float64), graph)
        apart = np.abs(gistar_z(counts, mask, disc_half_widths(radius)) - other)
        worst = max(worst, float(np.nanmax(apart)))
    print(f"\n{4 * seeds} random lattices of 17 x 23, masks of 70 %: z differs by {worst:.1e}")


def alone(side: int) -> None:
    """Print how long z and exact p take on a square of a given side."""
    counts, mask = synthetic_city(side, np.random.default_rng(1))
    one = measured(lambda: chances(counts, mask, "total"), REPEATS)
    print(f"\n{mask.sum():,} cells: z and exact p, total: {one.seconds:.2f} s, {one.mib:,.0f} MiB")


def warm_up() -> None:
    """Compile our kernels and esda's, or load what was compiled."""
    counts = np.arange(400).reshape(20, 20)
    mask = np.ones((20, 20), dtype=np.bool_)
    chances(counts, mask, "total")
    chances(counts, mask, "conditional")
    local_moran(counts, np.zeros((20, 20), dtype=np.int64), HALF_WIDTHS)
    permuted(counts.ravel() * 1.0, Graph.build_contiguity(cell_squares(mask), rook=False), 9)


def cell_squares(mask: Mask) -> gpd.GeoSeries:
    """Return the cells as squares, as a grid of polygons has them."""
    row, col = np.nonzero(mask)
    return gpd.GeoSeries(shapely.box(col, row, col + 1, row + 1))


def hot(z: Floats, p: Floats) -> int:
    """Return how many cells are hot after Benjamini-Hochberg at 5 %."""
    return int(((z > 0.0) & (adjusted_p(np.asarray(p), "bh") <= 0.05)).sum())


def line(label: str, one: Measured, ours_s: float, found: int | None = None) -> None:
    """Print one line: seconds, how many times ours, memory, and how many cells are hot."""
    last = "" if found is None else f"{found:10,} hot, q <= 0.05"
    print(f"{label:44}{one.seconds:10.4f}{one.seconds / ours_s:9.1f}x{one.mib:9.0f}{last}")


def main() -> None:
    """Read the options and print a table per size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sides", type=int, nargs="*", default=[100, 617])
    parser.add_argument("--alone", type=int, nargs="*", default=[1530])
    parser.add_argument("--permutations", type=int, default=PERMUTATIONS)
    parser.add_argument("--seeds", type=int, default=10, help="small lattices to compare on")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # esda warns of its own coming changes
    warm_up()
    same_numbers(options.seeds)
    for side in options.sides:
        compare(side, options.permutations)
    for side in options.alone:
        alone(side)


if __name__ == "__main__":
    main()
