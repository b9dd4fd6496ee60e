"""Roads drawn in metres, for tests of graphs and cordons."""

from __future__ import annotations

import numpy as np
from shapely.geometry import LineString

from geogrid.crs import WGS84, reprojection, working_crs
from geogrid.model.places import Places

CRS = working_crs(117.6, 26.2, 117.7, 26.3)
CORNER = 1_000_000.0
TO_LONLAT = reprojection(CRS, WGS84)


def drawn(*lines, kind=None):
    """Return lines given in metres from the corner, as a register of roads."""
    shapes = [LineString(TO_LONLAT(np.array(line, dtype=float) + CORNER)) for line in lines]
    ids = tuple(f"R{number}" for number in range(len(lines)))
    return Places(ids, tuple(kind or ["road"] * len(lines)), np.array(shapes, dtype=object))


def groups(ends, n):
    """Return the smallest node that each node hangs together with (plain union-find)."""
    root = list(range(n))

    def find(node):
        while root[node] != node:
            node = root[node]
        return node

    for one, other in ends:
        a, b = sorted((find(int(one)), find(int(other))))
        root[b] = a
    return [find(node) for node in range(n)]
