"""What cameras see between 20,000 buildings: views a second, beside shadows by shapely.

Recipe: rectangles of 10 to 22 m on a raster of 30 m, moved by up to 4 m and turned by some degrees,
from a fixed seed; cameras anywhere outside of them, all round. The peer takes, for each camera, the
buildings in reach and the shadow of each of their walls from its disc, in GEOS by shapely. Both run
on one thread, in seconds of the processor; the peer on fewer cameras, on which areas are compared
too.

    .venv/bin/python benchmarks/views.py [--cameras N]
"""

from __future__ import annotations

import argparse
import math
import time

import numpy as np
import shapely
from numpy.typing import NDArray

from geogrid.analysis.obstacles import Obstacles
from geogrid.analysis.sectors import Sectors
from geogrid.analysis.visibility import METHODS, visible_views
from geogrid.model.buildings import Buildings

SEED = 2026
BUILDINGS = 20_000
PITCH_M = 30.0
PEER_CAMERAS = 100


def blocks(rng: np.random.Generator) -> NDArray[np.object_]:
    """Return the buildings."""
    side = math.ceil(math.sqrt(BUILDINGS))
    raster = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2)
    centre = PITCH_M * raster[:BUILDINGS] + rng.uniform(-4.0, 4.0, (BUILDINGS, 2))
    half = rng.uniform(5.0, 11.0, (BUILDINGS, 1, 2))
    corner = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    turn = rng.normal(0.0, 0.15, (BUILDINGS, 1))
    cos, sin = np.cos(turn), np.sin(turn)
    x, y = corner[..., 0], corner[..., 1]
    ring = np.stack([x * cos - y * sin, x * sin + y * cos], axis=-1) + centre[:, None]
    return np.asarray(shapely.polygons(ring))


def by_shadows(
    sectors: Sectors, footprints: NDArray[np.object_], tree: shapely.STRtree
) -> NDArray[np.object_]:
    """Return views as sectors less buildings and the shadows of their walls."""
    discs = sectors.polygons()
    out = np.empty(len(discs), dtype=object)
    for i, disc in enumerate(discs):
        near = footprints[tree.query(disc, predicate="intersects")]
        xy, owner = shapely.get_coordinates(near, return_index=True)
        eye = sectors.centre[i]
        far = eye + 1e4 * (xy - eye)
        joined = owner[1:] == owner[:-1]
        quads = np.stack([xy[:-1], xy[1:], far[1:], far[:-1]], axis=1)[joined]
        shadows = np.concatenate([shapely.polygons(quads), near])
        out[i] = shapely.difference(disc, shapely.union_all(shadows))
    return out


def compare(range_m: float, cameras: int) -> None:
    """Print one line a method for a range."""
    rng = np.random.default_rng(SEED)
    footprints = blocks(rng)
    tree = shapely.STRtree(footprints)
    place = rng.uniform(0.0, PITCH_M * (math.isqrt(BUILDINGS) - 1), (3 * cameras, 2))
    taken, _ = tree.query(shapely.points(place), predicate="intersects")
    place = np.delete(place, np.unique(taken), axis=0)[:cameras]
    n = len(place)
    sectors = Sectors.of(place, np.full(n, range_m), np.zeros(n), np.full(n, 360.0))
    few = sectors.take(np.arange(PEER_CAMERAS))
    started = time.process_time()
    obstacles = Obstacles.of(Buildings(footprints, np.full(BUILDINGS, math.nan)), None)
    made_s = time.process_time() - started
    started = time.process_time()
    exact = shapely.area(by_shadows(few, footprints, tree))
    peer = PEER_CAMERAS / (time.process_time() - started)
    for method in METHODS[1:]:
        visible_views(few, obstacles, method=method)  # compiled
        started = time.process_time()
        seen = visible_views(sectors, obstacles, method=method)
        rate = n / (time.process_time() - started)
        area = shapely.area(seen.polygon)
        error = float(np.abs(area[:PEER_CAMERAS] / exact - 1.0).mean())
        print(
            f"{range_m:>5.0f} m  {method:<6}{rate:>10,.0f} /s   shapely {peer:>6,.0f} /s   "
            f"{rate / peer:>6,.0f} times   mean area error {error:.1e}   "
            f"seen {area.mean() / (math.pi * range_m**2):.0%} of the disc"
        )
    print(f"         buildings made ready in {made_s:.2f} s")


def main() -> None:
    """Run both ranges."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, default=16_450)
    cameras = parser.parse_args().cameras
    for range_m in (100.0, 200.0):
        compare(range_m, cameras)


if __name__ == "__main__":
    main()
