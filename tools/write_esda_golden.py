"""Write tests/golden/esda_local.csv: what esda says of a small masked lattice.

Run where the ``bench`` group is installed: ``.venv/bin/python tools/write_esda_golden.py``. The
tests of Gi* and of local Moran compare with the file and need no esda.
"""

from __future__ import annotations

import csv
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
from esda.getisord import G_Local
from esda.moran import Moran_Local
from libpysal.graph import Graph

FILE = Path("tests/golden/esda_local.csv")
SHAPE = (18, 15)
RADIUS_CELLS = 2.5
PERMUTATIONS = 9_999


def main() -> int:
    """Write the file again; the draws have a seed."""
    rng = np.random.default_rng(2026)
    # Large counts of many values: esda adds floats, and equal sums of them are not always equal.
    counts = np.rint(rng.lognormal(3.0, 1.2, SHAPE)).astype(np.int64)
    mask = rng.random(SHAPE) < 0.8
    row, col = np.nonzero(mask)
    y = counts[mask].astype(np.float64)
    centres = np.column_stack([col, row]).astype(np.float64)
    graph = Graph.build_distance_band(centres, threshold=RADIUS_CELLS)
    warnings.simplefilter("ignore")  # esda warns of its own coming changes
    settings = {"permutations": PERMUTATIONS, "seed": 1, "n_jobs": 1}
    gi = G_Local(y, graph, transform="B", star=True, **settings)
    moran = Moran_Local(y, graph, transformation="r", **settings)
    with FILE.open("w", encoding="utf-8", newline="") as file:
        file.write(
            f"# esda {version('esda')}, distance band {RADIUS_CELLS} cells, "
            f"{PERMUTATIONS} permutations, seed 1; written by tools/write_esda_golden.py\n"
        )
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["row", "col", "count", "gi_z", "gi_p_sim", "moran", "moran_p_sim", "quad"])
        columns = (gi.Zs, gi.p_sim, moran.Is, moran.p_sim)
        for i in range(row.size):
            numbers = [f"{float(column[i]):.12g}" for column in columns]
            writer.writerow([row[i], col[i], int(y[i]), *numbers, moran.q[i]])
    return 0


if __name__ == "__main__":
    sys.exit(main())
