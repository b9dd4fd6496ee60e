"""Made-up blocks of buildings and slow, plain answers to what is seen between them."""

import math

import numpy as np
import shapely

from geogrid.analysis.obstacles import Obstacles
from geogrid.analysis.sectors import Sectors
from geogrid.model.buildings import Buildings


def blocks(seed, n=25, pitch=40.0, *, overlap=False):
    """Return turned rectangles on a loose raster; or anywhere, over each other."""
    rng = np.random.default_rng(seed)
    side = math.ceil(math.sqrt(n))
    at = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2)[:n]
    centre = (at + 0.5) * pitch + rng.uniform(-3.0, 3.0, (n, 2))
    if overlap:
        centre = rng.uniform(0.0, side * pitch, (n, 2))
    half = rng.uniform(4.0, 0.3 * pitch, (n, 2))
    turn = rng.uniform(0.0, math.pi, n)
    corner = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half[:, None]
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    x, y = corner[..., 0], corner[..., 1]
    ring = np.stack([x * cos - y * sin, x * sin + y * cos], axis=-1) + centre[:, None]
    return np.asarray(shapely.polygons(ring), dtype=object)


def obstacles(footprints, height=math.nan):
    """Return buildings of a plane, ready to be looked at."""
    heights = np.broadcast_to(np.asarray(height, dtype=float), (len(footprints),)).copy()
    return Obstacles.of(Buildings(np.asarray(footprints, dtype=object), heights), None)


def sectors(xy, range_m=60.0, azimuth=0.0, angle=360.0):
    """Return views of cameras in a plane."""
    xy = np.asarray(xy, dtype=float).reshape(-1, 2)
    wide = [
        np.broadcast_to(np.asarray(v, dtype=float), (len(xy),)) for v in (range_m, azimuth, angle)
    ]
    return Sectors.of(xy, *wide)


def free_places(seed, footprints, n, *, top=200.0):
    """Return places outside of all buildings."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0.0, top, (20 * n, 2))
    free = ~shapely.intersects(shapely.union_all(footprints), shapely.points(xy))
    return xy[free][:n]


def seen_by_shadows(sector, eye, footprints):
    """Return a view in plan as GEOS finds it: the sector less buildings and their shadows."""
    hidden = []
    for footprint in footprints:
        hidden.append(footprint)
        rings = shapely.get_rings(footprint)
        for ring in rings:
            xy = shapely.get_coordinates(ring)
            far = eye + 1e3 * (xy - eye)
            for k in range(len(xy) - 1):
                quad = shapely.Polygon([xy[k], xy[k + 1], far[k + 1], far[k]])
                if quad.area > 0.0:
                    hidden.append(quad)
    return shapely.difference(sector, shapely.union_all(hidden))
