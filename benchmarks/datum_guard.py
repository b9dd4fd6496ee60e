"""How often roads tell the datum of a file: simulated files on the roads of the demo city.

Each file has n positions within a few kilometres, on roads with a receiver's noise, some of
them off the roads by up to 300 m. It is written in one of three datums; "told" is the share of
files whose datum is told right, "wrong" the share in which another is.

    python benchmarks/datum_guard.py [WORKSPACE]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from geogrid.analysis.datum_guard import TRIED, DatumGuard
from geogrid.crs import from_wgs84
from geogrid.store.registers import RegisterStore
from geogrid.workspace import Workspace

FILES = 100
M = 1 / 111_195.0  # degrees of latitude
AROUND = 0.03  # degrees: about 3 km
CASES = (
    (100, 5.0, 0.1),
    (100, 10.0, 0.3),
    (100, 15.0, 0.5),
    (300, 10.0, 0.3),
    (1_000, 15.0, 0.5),
)


def on_roads(
    lines: NDArray[np.object_], count: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return places on roads, in proportion to their length.

    Parameters
    ----------
    lines
        Roads.
    count
        How many places.
    rng
        Chance.

    Returns
    -------
    ndarray of float, shape (count, 2)
        Degrees.
    """
    length = shapely.length(lines)
    at = rng.choice(lines.size, count, p=length / length.sum())
    points = shapely.line_interpolate_point(lines[at], rng.uniform(0, 1, count), normalized=True)
    return np.asarray(shapely.get_coordinates(points), dtype=np.float64)


def main(folder: Path) -> None:
    """Print the table.

    Parameters
    ----------
    folder
        A workspace with roads.
    """
    lines = RegisterStore(folder).read("roads").geometry.to_numpy()
    tree, guard, rng = shapely.STRtree(lines), DatumGuard.of(lines), np.random.default_rng(0)
    print(f"{lines.size} roads, {FILES} files a row and datum")
    print(f"{'positions':>9} {'noise m':>8} {'off roads':>9}" + f"{'told / wrong':>18}" * 3)
    for count, noise, off in CASES:
        cells = []
        for datum in TRIED:
            told = wrong = 0
            for _ in range(FILES):
                centre = on_roads(lines, 1, rng)[0]
                near = lines[tree.query(shapely.Point(centre).buffer(AROUND))]
                lonlat = on_roads(near, count, rng)
                lonlat += rng.normal(0, noise * M, lonlat.shape)
                aside = rng.uniform(size=count) < off
                lonlat[aside] += rng.uniform(-300 * M, 300 * M, (int(aside.sum()), 2))
                best = guard.judge(*from_wgs84(*lonlat.T, datum)).best
                told += best is datum
                wrong += best is not None and best is not datum
            cells.append(f"{datum.value} {told / FILES:.0%} / {wrong / FILES:.0%}")
        print(f"{count:9d} {noise:8.0f} {off:9.0%}" + "".join(f"{cell:>18}" for cell in cells))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as made:
            main(Workspace.demo(Path(made) / "ws", size="tiny").path)
