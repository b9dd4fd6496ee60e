"""Measure what `demand_exceeds` finds of planted gaps, and how often it is wrong without any.

Run with a demo workspace: python tools/measure_balance.py WS. Three worlds:

- whole: 367,000 cells, presence as drawn, 100,000 incidents exactly in proportion to it;
- null: the presence of the workspace, incidents exactly in proportion to it;
- planted: the same, with five times the demand in blocks of 2 x 2 cells (as the demo's
  neglected circles), told by band of power: the chance that a test that knows which cell to look
  at, at the level of 5 %, finds it.

Last come the demo's own incidents: the share of its neglected circles in which a cell is called.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson

from geogrid.analysis.balance import balance
from geogrid.analysis.match_index import match_index
from geogrid.analysis.near_evidence import near_cells
from geogrid.analysis.patrol_coverage import LEAST_VISIT_S
from geogrid.crs import WGS84, reprojection
from geogrid.workspace import Workspace

CELLS, COLUMNS, INCIDENTS = 367_000, 734, 100_000
FACTOR = 5.0
BANDS = (0.0, 0.2, 0.5, 0.8, 1.0 + 1e-9)
WORLDS = 10
NULL_WORLDS = 100
BLOCKS = 60


def called(
    counts: NDArray[np.int64], presence: NDArray[np.float64], near: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return the cells in which demand is said to exceed supply."""
    result = balance(counts.astype(np.float64), presence, least_s=LEAST_VISIT_S, near=near)
    return np.asarray(result.verdict == 1)


def whole(rng: np.random.Generator) -> None:
    """Print the law on a whole city."""
    presence = rng.lognormal(8.0, 1.2, CELLS)
    counts = rng.multinomial(INCIDENTS, presence / presence.sum())
    raw = counts / INCIDENTS > 2.0 * presence / presence.sum()
    match = match_index(counts, presence)
    near = near_cells(np.arange(CELLS), COLUMNS)
    print(
        f"whole: {CELLS:,} cells, {INCIDENTS:,} incidents in proportion: "
        f"{int(called(counts, presence, near).sum())} called; raw ratio over 2: {raw.mean():.1%}"
    )
    if match is not None:
        print(
            f"  match index {match.index:.3f} [{match.low:.3f}, {match.high:.3f}], dissimilarity "
            f"{match.dissimilarity:.3f}, by chance {match.by_chance:.3f}"
        )


def null(
    presence: NDArray[np.float64],
    near: NDArray[np.int64],
    incidents: int,
    rng: np.random.Generator,
) -> None:
    """Print how often a cell is called where none should be."""
    share = np.maximum(presence, LEAST_VISIT_S)
    share = share / share.sum()
    worlds = (rng.multinomial(incidents, share) for _ in range(NULL_WORLDS))
    wrong = [int(called(world, presence, near).sum()) for world in worlds]
    print(
        f"null: {presence.size:,} cells of the workspace, {incidents:,} incidents, {NULL_WORLDS} "
        f"worlds: {sum(wrong)} called, in {sum(n > 0 for n in wrong)} worlds"
    )


def blocks(at: NDArray[np.int64], n_cols: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return cells of 2 x 2 blocks, drawn among the cells ``at`` of the lattice."""
    position = {int(cell): k for k, cell in enumerate(at)}
    planted = np.zeros(at.size, np.bool_)
    for corner in rng.choice(at, BLOCKS, replace=False).tolist():
        for step in (0, 1, n_cols, n_cols + 1):
            if corner + step in position:
                planted[position[corner + step]] = True
    return planted


def powers(expected: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the chance that one test at 5 % finds five times the expected incidents."""
    needed = poisson.ppf(0.95, expected)
    return np.asarray(poisson.sf(needed, FACTOR * expected))


def planted(
    presence: NDArray[np.float64],
    cells: NDArray[np.int64],
    n_cols: int,
    incidents: int,
    rng: np.random.Generator,
) -> None:
    """Print precision and recall by band of power."""
    sums = np.zeros((len(BANDS) - 1, 3), np.int64)  # planted, found, called in the band
    near = near_cells(cells, n_cols)
    for _ in range(WORLDS):
        true = blocks(cells, n_cols, rng)
        share = np.maximum(presence, LEAST_VISIT_S) * np.where(true, FACTOR, 1.0)
        share = share / share.sum()
        found = called(rng.multinomial(incidents, share), presence, near)
        calm = np.where(true, share / FACTOR, share) * incidents
        band = np.searchsorted(BANDS, powers(calm), side="right") - 1
        for number in range(len(sums)):
            here = band == number
            sums[number] += (here & true).sum(), (here & true & found).sum(), (here & found).sum()
    print(
        f"planted: {FACTOR:g} times the demand in {BLOCKS} blocks of 2 x 2 cells, {WORLDS} worlds"
    )
    for number, (there, hit, said) in enumerate(sums.tolist()):
        recall = f"{hit / there:.0%}" if there else "-"
        precision = f"{hit / said:.0%}" if said else "-"
        print(
            f"  power {BANDS[number]:.1f} to {min(BANDS[number + 1], 1.0):.1f}: "
            f"{there} planted, recall {recall}; {said} called, precision {precision}"
        )
    there, hit, said = sums.sum(axis=0).tolist()
    print(
        f"  all: {there} planted, recall {hit / there:.0%}; {said} called, precision "
        f"{hit / max(said, 1):.0%}"
    )


def own(workspace: Workspace, folder: Path) -> None:
    """Print what is called of the demo's own plants."""
    truth = json.loads((folder / "sources" / "truth.json").read_text("utf-8"))
    table = workspace.layer("gaps").table
    grid = workspace.grid
    said = np.asarray(table["verdict"] == "demand_exceeds")
    x, y = grid.spec.centres(grid.cells)
    change = reprojection(WGS84, grid.spec.crs)
    in_plant = np.zeros(len(grid), np.bool_)
    circles = []
    for plant in truth["plants"]:
        px, py = change(np.array([[plant["lon"], plant["lat"]]]))[0]
        inside = np.hypot(x - px, y - py) < plant["radius_m"]
        in_plant |= inside
        if plant["under_patrolled"] and inside.any():
            circles.append(bool((inside & said).any()))
    print(
        f"demo: {sum(circles)} of {len(circles)} neglected circles have a called cell; "
        f"{int(said.sum())} cells called, {int((said & in_plant).sum())} of them in some plant"
    )


def main() -> int:
    """Print the figures of docs/gaps.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    rng = np.random.default_rng(asked.seed)
    whole(rng)
    workspace = Workspace.open(asked.workspace)
    table = workspace.layer("gaps").table
    required = np.flatnonzero(np.asarray(table["state"] != "not_required"))
    presence = np.nan_to_num(workspace.layer("coverage").table["presence_s"].astype(np.float64))[
        required
    ]
    incidents = int(table.summary["incidents"])
    cells, n_cols = workspace.grid.cells[required], workspace.grid.spec.n_cols
    null(presence, near_cells(cells, n_cols), incidents, rng)
    planted(presence, cells, n_cols, incidents, rng)
    own(workspace, asked.workspace)
    return 0


if __name__ == "__main__":
    sys.exit(main())
