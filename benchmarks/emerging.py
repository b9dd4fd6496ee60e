"""Emerging hotspots on a space-time cube, beside pyehsa where it is installed.

Run ``python benchmarks/emerging.py``. The sizes after the first are ours alone: pyehsa's time
grows with the square of the cube. Where pyehsa is missing its columns are left out; it is not in
the ``bench`` group, since it brings matplotlib, seaborn and plotly with it.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.util
import io
import itertools
import logging
import resource
import time
from types import ModuleType

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geogrid.analysis.emerging import EmergingParams, emerging_hotspots
from geogrid.analysis.emerging_columns import KINDS, category_names
from geogrid.analysis.incident_days import DatedIncidents
from geogrid.crs import WGS84, transformer, working_crs
from geogrid.kernels.emerging_pattern import emerging_patterns
from geogrid.model.boundary import Boundary
from geogrid.model.grid import Grid
from geogrid.model.incidents import Incidents

CELL_M = 250.0
CORNER_M = 1_000_000.0
STEP_DAYS = 7
CRS = working_crs(117.0, 26.0, 118.0, 27.0)


def town(side: int, steps: int, rng: np.random.Generator) -> tuple[Grid, DatedIncidents]:
    """Return a square of cells and incidents: a sparse ground and clusters that last."""
    edge = CORNER_M + side * CELL_M
    land = shapely.box(CORNER_M, CORNER_M, edge, edge)
    grid = Grid.over(Boundary(("A",), ("A",), (land,), CRS), CELL_M, crs=CRS)
    places = [rng.uniform(0, side, (2, side * side * steps // 20))]
    for size in np.minimum(20 + 20 * rng.pareto(1.2, max(side // 5, 1)), 2000).astype(int):
        middle, spread = rng.uniform(0, side, (2, 1)), rng.uniform(0.5, 3.0)
        near = rng.normal(middle, spread, (2, size * steps // 4))
        places.append(np.clip(near, 0, side - 1e-6))
    u, v = np.concatenate(places, axis=1)
    lon, lat = transformer(CRS, WGS84).transform(CORNER_M + u * CELL_M, CORNER_M + v * CELL_M)
    day = rng.integers(0, steps * STEP_DAYS, u.size)
    incidents = Incidents(
        ids=np.arange(u.size).astype(object),
        t_from=day * 86_400_000,
        t_to=day * 86_400_000,
        lon=lon,
        lat=lat,
        categories=("any",),
        category=np.zeros(u.size, dtype=np.int32),
        weight=np.ones(u.size),
        source=np.zeros(u.size, dtype=np.int8),
    )
    return grid, DatedIncidents(incidents, day, 0, steps * STEP_DAYS - 1)


def ours(grid: Grid, dated: DatedIncidents) -> tuple[float, int]:
    """Return the seconds of the whole answer, sentences and strips included, and hot cells."""
    every = np.ones(len(grid), dtype=np.bool_)
    params = EmergingParams(step_days=STEP_DAYS)
    start = time.perf_counter()
    table = emerging_hotspots(dated, grid, at_risk=every, params=params)
    return time.perf_counter() - start, int(table.summary["hot"])


def theirs(pyehsa: ModuleType, grid: Grid, dated: DatedIncidents, permutations: int) -> float:
    """Return the seconds of pyehsa's answer on the same counts, its printing silenced."""
    steps = dated.n_days // STEP_DAYS
    cell = grid.position_at(dated.incidents.lon, dated.incidents.lat)
    inside = cell >= 0
    at = (dated.day[inside] // STEP_DAYS) * len(grid) + cell[inside]
    counts = np.bincount(at, minlength=steps * len(grid))
    x, y = grid.spec.centres(grid.cells)
    half = CELL_M / 2.0
    squares = shapely.box(x - half, y - half, x + half, y + half)
    frame = gpd.GeoDataFrame(
        {
            "cell": np.tile([f"{number:06d}" for number in range(len(grid))], steps),
            "step": np.repeat(np.arange(steps), len(grid)),
            "count": counts.astype(np.float64),
        },
        geometry=np.tile(squares, steps),
    )
    logging.disable(logging.CRITICAL)
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        pyehsa.EmergingHotspotAnalysis.emerging_hotspot_analysis(
            frame, "cell", "step", "count", k=1, nsim=permutations
        )
    return time.perf_counter() - start


def disagreements(pyehsa: ModuleType, steps: int) -> tuple[int, int]:
    """Return how many rows of steps pyehsa names otherwise than we do, and how many there are."""
    rows = np.array(list(itertools.product((-1, 0, 1), repeat=steps)), dtype=np.int8)
    differ = 0
    for trend in (-1, 0, 1):
        pattern, *_ = emerging_patterns(
            np.ascontiguousarray(rows.T), np.full(len(rows), trend, dtype=np.int8)
        )
        for row, name in zip(rows, category_names(pattern), strict=True):
            differ += _named(pyehsa, row, trend) != name
    return differ, 3 * len(rows)


def _named(pyehsa: ModuleType, row: NDArray[np.int8], trend: int) -> str:
    """Return pyehsa's name for a row of steps, in our words."""
    scores = np.where(row == 0, 0.1, row * 3.0)
    p = 1.0 if trend == 0 else 0.0001
    with contextlib.redirect_stdout(io.StringIO()):
        said = pyehsa.EhsaClassification.classify_hotspot(scores, row != 0, float(trend), p)
    words = str(said["name"]).lower().split()
    if len(words) != 2:
        return "none"
    # One of its names is misspelt, behind the fifth letter.
    kind = next(kind for kind in KINDS if kind[:5] == words[0][:5])
    return f"{kind}_{'hot' if words[1].startswith('hot') else 'cold'}"


def main() -> None:
    """Read the options and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sides", type=int, nargs="+", default=[16, 100, 606])
    parser.add_argument("--steps", type=int, default=24)
    parser.add_argument("--permutations", type=int, default=9)
    options = parser.parse_args()
    known = importlib.util.find_spec("pyehsa") is not None
    pyehsa = importlib.import_module("pyehsa") if known else None
    ours(*town(16, options.steps, np.random.default_rng(0)))  # compiles
    print(f"\n{'cells x steps':>18}{'geogrid, s':>12}{'hot':>8}{'pyehsa, s':>12}{'ratio':>10}")
    for number, side in enumerate(options.sides):
        grid, dated = town(side, options.steps, np.random.default_rng(1))
        seconds, hot = ours(grid, dated)
        line = f"{len(grid):>11,} x {options.steps:<4}{seconds:12.3f}{hot:8,}"
        if pyehsa is not None and number == 0:
            other = theirs(pyehsa, grid, dated, options.permutations)
            line += f"{other:12.1f}{other / seconds:9.0f}x"
        print(line)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"most memory: {peak:,.0f} MiB, with everything that was imported")
    if pyehsa is None:
        print("pyehsa is not installed: its figures are left out")
        return
    differ, rows = disagreements(pyehsa, 8)
    print(f"rows of 8 steps that pyehsa names otherwise: {differ:,} of {rows:,}")


if __name__ == "__main__":
    main()
