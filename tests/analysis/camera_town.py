"""A small town with two districts, a coast, roads, places and random cameras."""

from __future__ import annotations

import math

import numpy as np
import shapely

from geogrid.analysis.camera_scene import Ground, camera_scene
from geogrid.analysis.views import camera_views
from geogrid.crs import WGS84, reprojection, transformer, working_crs
from geogrid.model.boundary import Boundary
from geogrid.model.grid import Grid
from geogrid.model.places import Places
from geogrid.model.sensors import CameraStatus, Sensors

CRS = working_crs(117.0, 26.0, 118.0, 27.0)
EAST, NORTH = 1_000_000.0, 1_000_000.0
# A slanted coast with a lake, and a common border that no line of the lattice follows.
COAST = shapely.Polygon(
    [
        (EAST - 1030, NORTH - 930),
        (EAST + 20, NORTH - 960),
        (EAST + 60, NORTH + 1010),
        (EAST - 980, NORTH + 770),
    ],
    [[(EAST - 500, NORTH - 100), (EAST - 300, NORTH - 120), (EAST - 350, NORTH + 160)]],
)
INLAND = shapely.Polygon(
    [
        (EAST + 20, NORTH - 960),
        (EAST + 1110, NORTH - 900),
        (EAST + 900, NORTH + 990),
        (EAST + 60, NORTH + 1010),
    ]
)
LAND = shapely.union_all([COAST, INLAND])
GRID = Grid.over(Boundary(("a", "b"), ("Coast", "Inland"), (COAST, INLAND), CRS), 250.0, crs=CRS)


def in_degrees(shapes):
    return shapely.transform(np.array(shapes, dtype=object), reprojection(CRS, WGS84))


def in_metres(shapes):
    return shapely.transform(shapes, reprojection(WGS84, CRS))


def cameras_at(xy, *, range_m=60.0, bearing=math.nan, angle=360.0):
    xy = np.asarray(xy, dtype=float).reshape(-1, 2)
    lon, lat = transformer(CRS, WGS84).transform(*xy.T)
    n = len(xy)
    columns = [np.broadcast_to(np.asarray(v, dtype=float), (n,)) for v in (range_m, bearing, angle)]
    return Sensors(tuple(f"c{i}" for i in range(n)), lon, lat, *columns, (CameraStatus.ON,) * n)


def random_cameras(seed, n=25):
    rng = np.random.default_rng(seed)
    return cameras_at(
        rng.normal((EAST, NORTH), 500.0, (n, 2)),
        range_m=rng.uniform(20.0, 300.0, n),
        bearing=rng.uniform(0.0, 359.0, n),
        angle=rng.choice([30.0, 90.0, 200.0, 360.0], n),
    )


def random_roads(seed, n=12):
    rng = np.random.default_rng(seed)
    lines = [
        shapely.LineString(
            rng.uniform((EAST - 900, NORTH - 800), (EAST + 900, NORTH + 800), (3, 2))
        )
        for _ in range(n)
    ]
    kind = tuple(rng.choice(["main", "street"], n))
    return Places(tuple(f"r{i}" for i in range(n)), kind, in_degrees(lines))


def random_places(seed, n=40):
    rng = np.random.default_rng(seed)
    xy = rng.uniform((EAST - 900, NORTH - 800), (EAST + 900, NORTH + 800), (n, 2))
    shapes = [
        shapely.Point(x, y) if i % 2 else shapely.box(x, y, x + 60.0, y + 40.0)
        for i, (x, y) in enumerate(xy)
    ]
    kind = tuple(rng.choice(["hazard", "hotel"], n))
    return Places(tuple(f"p{i}" for i in range(n)), kind, in_degrees(shapes))


def town_scene(seed, n=25, *, obstacles=None):
    """Return what random cameras see of random roads and places."""
    ground = Ground(GRID, random_roads(seed), {"places": random_places(seed)}, obstacles)
    return camera_scene(camera_views(random_cameras(seed, n), CRS), ground)
