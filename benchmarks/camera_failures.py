"""What is lost without each of 16,450 cameras: beside GEOS, camera by camera, by shapely.

Recipe: cameras around 40 centres of a fixed seed, half of them all round and half sectors, 30 to
120 m, in a loose town and in a dense one; and in dense blocks, the 20,000 buildings of
`benchmarks/views.py` on 18 km2, cameras anywhere between them, 100 m all round.
Ours gives the land that one and that two cameras see, by district, and the loss without each
camera. Two peers, both exact, give the losses alone: *neighbours* takes from each view the union of
the views that it meets, found in a tree; *again* is the union of all views without one, as often as
there are cameras. Both run on a part of the cameras. One thread, seconds of the processor.

    .venv/bin/python benchmarks/camera_failures.py [--cameras N]
"""

from __future__ import annotations

import argparse
import math
import time

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import box
from views import BUILDINGS, PITCH_M, blocks

from geogrid.analysis.camera_land import grouped_land, land_parts
from geogrid.analysis.obstacles import Obstacles
from geogrid.analysis.sectors import Sectors
from geogrid.analysis.visibility import visible_views
from geogrid.crs import working_crs
from geogrid.model.boundary import Boundary
from geogrid.model.buildings import Buildings
from geogrid.model.grid import Grid

SEED = 2026
SIDE_M = 40_000.0
CENTRES = 40
PEER_CAMERAS = 200
SPREADS_M = {"loose": 700.0, "dense": 250.0}


def views_of_a_city(cameras: int, spread_m: float) -> NDArray[np.object_]:
    """Return the views of cameras around some centres."""
    rng = np.random.default_rng(SEED)
    centre = rng.uniform(3_000.0, SIDE_M - 3_000.0, (CENTRES, 2))
    xy = centre[rng.integers(0, CENTRES, cameras)] + rng.normal(0.0, spread_m, (cameras, 2))
    angle = np.where(rng.random(cameras) < 0.5, 360.0, rng.choice([45.0, 60.0, 90.0], cameras))
    ranges = rng.choice([30.0, 40.0, 60.0, 80.0, 120.0], cameras)
    sectors = Sectors.of(xy + 1e6, ranges, rng.uniform(0.0, 360.0, cameras), angle)
    return sectors.polygons()


def views_between_buildings(cameras: int) -> NDArray[np.object_]:
    """Return what cameras in dense blocks see."""
    rng = np.random.default_rng(SEED)
    footprints = blocks(rng)
    side = PITCH_M * (math.isqrt(BUILDINGS) - 1)
    place = rng.uniform(0.0, side, (3 * cameras, 2))
    inside, _ = shapely.STRtree(footprints).query(shapely.points(place), predicate="intersects")
    place = np.delete(place, np.unique(inside), axis=0)[:cameras] + 1e6 + PITCH_M * 10
    standing = shapely.transform(footprints, lambda xy: xy + 1e6 + PITCH_M * 10)
    obstacles = Obstacles.of(Buildings(standing, np.full(BUILDINGS, math.nan)), None)
    n = len(place)
    sectors = Sectors.of(place, np.full(n, 100.0), np.zeros(n), np.full(n, 360.0))
    return visible_views(sectors, obstacles, method="sweep").polygon


def by_neighbours(views: NDArray[np.object_], chosen: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what only each of some views sees, one after the other."""
    tree = shapely.STRtree(views)
    alone = np.empty(len(chosen))
    for row, at in enumerate(chosen):
        others = tree.query(views[at], predicate="intersects")
        union = shapely.union_all(views[others[others != at]])
        alone[row] = shapely.area(shapely.difference(views[at], union))
    return alone


def compare(name: str, views: NDArray[np.object_]) -> None:
    """Print a line for each way, for the views of a town."""
    cameras = len(views)
    crs = working_crs(117.0, 26.0, 118.0, 27.0)
    land = box(1e6, 1e6, 1e6 + SIDE_M, 1e6 + SIDE_M)
    grid = Grid.over(Boundary(("A",), ("City",), (land,), crs), 250.0, crs=crs)
    every = np.arange(cameras)
    grouped_land(land_parts(views[:100], grid), every[:100], 100)  # compiles
    started = time.process_time()
    ours = grouped_land(land_parts(views, grid), every, cameras)
    ours_s = time.process_time() - started
    chosen = np.random.default_rng(1).choice(cameras, min(PEER_CAMERAS, cameras), replace=False)
    started = time.process_time()
    alone = by_neighbours(views, chosen)
    near_s = (time.process_time() - started) * cameras / len(chosen)
    started = time.process_time()
    shapely.union_all(views[1:])
    again_s = (time.process_time() - started) * cameras  # as often as there are cameras
    met = len(shapely.STRtree(views).query(views, predicate="intersects")[0]) / cameras - 1
    gap = float(np.abs(ours.alone_m2[chosen] - alone).max())
    print(
        f"{name}: {cameras:,} cameras, each meets {met:.0f} others; "
        f"{ours.once_m2.sum() / 1e6:.2f} km2 seen"
    )
    print(f"  ours, with land seen once and twice {ours_s:10.1f} s")
    for peer, peer_s in (("neighbours, losses alone", near_s), ("again, losses alone", again_s)):
        print(f"  {peer:<35} {peer_s:10.1f} s  {peer_s / ours_s:8,.1f} times ours")
    print(f"  largest difference of a loss: {gap:.6f} m2 over {len(chosen)} cameras")


def main() -> None:
    """Compare in a loose town, in a dense one and in dense blocks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, default=16_450)
    cameras = parser.parse_args().cameras
    for name, spread_m in SPREADS_M.items():
        compare(name, views_of_a_city(cameras, spread_m))
    compare("dense blocks", views_between_buildings(cameras))


if __name__ == "__main__":
    main()
