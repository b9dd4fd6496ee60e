"""Densities on a lattice beside KDEpy and scikit-learn: error, seconds and memory.

Run ``make bench``, or ``python benchmarks/densities.py`` where the ``bench`` group is installed;
``--sides 1530`` is 2.3 million cells. All smooth the same points with a Gaussian of 500 m on cells
of 250 m. The error is that of the density at the centres of some cells against the sum over all
points, without any correction at the edge, which the peers do not have. scikit-learn is asked for
some cells only and its time for all of them worked out in proportion.
"""

from __future__ import annotations

import argparse
import importlib.util
import time

import numpy as np
from numpy.typing import NDArray
from peaks import Measured, measured
from sklearn.neighbors import KernelDensity

from geogrid.analysis.kde import (
    LINEAR_BINNING_VARIANCE,
    diggle_density,
    gaussian_sums,
    shared_out,
)

CELL_M, SIGMA_M = 250.0, 500.0
SIGMA_CELLS = SIGMA_M / CELL_M
ASKED = 300  # cells whose exact sum is worked out
REPEATS = 3
Floats = NDArray[np.float64]


def town(side: int, rng: np.random.Generator) -> Floats:
    """Return points in cells from the corner, shape (n, 2): a ground and clusters."""
    places = [rng.uniform(0, side, (side * side, 2))]
    for size in np.minimum(20 + 20 * rng.pareto(1.2, side), 5_000).astype(int):
        near = rng.normal(rng.uniform(0, side, 2), rng.uniform(0.5, 6.0), (size, 2))
        places.append(near)
    points = np.concatenate(places)
    return points[((points > 0.0) & (points < side)).all(axis=1)]


def ours(points: Floats, side: int) -> Floats:
    """Return the density per cell without correction, as `geogrid.analysis.kde` bins points."""
    shares = shared_out(points[:, 0], points[:, 1], (side, side))
    return gaussian_sums(shares, float(np.sqrt(SIGMA_CELLS**2 - LINEAR_BINNING_VARIANCE)))


def ours_corrected(points: Floats, side: int) -> Floats:
    """Return the density per cell with Diggle's correction at the edge."""
    shares = shared_out(points[:, 0], points[:, 1], (side, side))
    sigma = float(np.sqrt(SIGMA_CELLS**2 - LINEAR_BINNING_VARIANCE))
    return diggle_density(shares, np.ones((side, side)), sigma)


def kdepy(points: Floats, side: int) -> Floats:
    """Return KDEpy's density by fast Fourier transform on the same centres, with a rim."""
    from KDEpy import FFTKDE  # noqa: PLC0415 - may not be installed

    rim = int(np.ceil(4.0 * SIGMA_CELLS)) + 1
    axis = np.arange(-rim, side + rim) + 0.5
    x, y = np.meshgrid(axis, axis, indexing="ij")
    nodes = np.column_stack([x.ravel(), y.ravel()])
    density = FFTKDE(kernel="gaussian", bw=SIGMA_CELLS).fit(points).evaluate(nodes)
    whole = np.asarray(density, dtype=np.float64).reshape(axis.size, axis.size) * len(points)
    return whole[rim:-rim, rim:-rim].T


def sklearn_some(points: Floats, centres: Floats) -> tuple[Floats, float, float]:
    """Return scikit-learn's density at some centres, to one part in 10,000.

    Also the seconds to build its tree, and those for each centre.
    """
    start = time.perf_counter()
    tree = KernelDensity(bandwidth=SIGMA_CELLS, algorithm="kd_tree", rtol=1e-4).fit(points)
    built = time.perf_counter()
    density = np.exp(tree.score_samples(centres)) * len(points)
    return density, built - start, (time.perf_counter() - built) / len(centres)


def exact_some(points: Floats, centres: Floats) -> Floats:
    """Return the sum over all points at some centres."""
    scale = 1.0 / (2.0 * np.pi * SIGMA_CELLS**2)
    sums = []
    for centre in centres:
        far2 = ((points - centre) ** 2).sum(axis=1)
        sums.append(scale * np.exp(-0.5 * far2 / SIGMA_CELLS**2).sum())
    return np.array(sums)


def compare(side: int) -> None:
    """Print one table for a square of a given side."""
    rng = np.random.default_rng(1)
    points = town(side, rng)
    some = rng.integers(0, side, (ASKED, 2))
    exact = exact_some(points, some + 0.5)
    print(f"\n{side * side:,} cells, {len(points):,} points, sigma {SIGMA_M:g} m")
    print(f"{'':36}{'seconds':>10}{'ratio':>9}{'MiB':>9}{'median error':>15}{'sum':>12}")
    mine = measured(lambda: ours(points, side), REPEATS)
    edge = measured(lambda: ours_corrected(points, side), REPEATS)

    def lattice(label: str, one: Measured, *, judged: bool) -> None:
        error = np.median(np.abs(one.value[some[:, 1], some[:, 0]] / exact - 1.0))
        text = f"{error:.2%}" if judged else "-"
        line(label, one.seconds, mine.seconds, one.mib, text, float(one.value.sum()))

    lattice("geogrid, no correction", mine, judged=True)
    lattice("geogrid, Diggle's correction", edge, judged=False)
    if importlib.util.find_spec("KDEpy") is None:
        print("KDEpy is not installed: its figures are left out")
    else:
        lattice("KDEpy FFTKDE", measured(lambda: kdepy(points, side), REPEATS), judged=True)
    asked = measured(lambda: sklearn_some(points, some + 0.5))
    density, fit_s, each_s = asked.value
    error = np.median(np.abs(density / exact - 1.0))
    whole = fit_s + each_s * side * side
    line("scikit-learn KernelDensity, worked out", whole, mine.seconds, asked.mib, f"{error:.2%}")


def line(
    label: str, seconds: float, ours_s: float, mib: float, error: str, total: float | None = None
) -> None:
    """Print one row."""
    last = "-" if total is None else f"{total:,.0f}"
    print(f"{label:36}{seconds:10.3f}{seconds / ours_s:8.1f}x{mib:9.0f}{error:>15}{last:>12}")


def main() -> None:
    """Read the options and print a table per size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sides", type=int, nargs="+", default=[100, 606])
    for side in parser.parse_args().sides:
        compare(side)


if __name__ == "__main__":
    main()
