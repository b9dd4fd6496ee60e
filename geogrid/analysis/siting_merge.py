"""Many points, few sites: points that the same sites reach become one before a problem is made.

Isomorphic aggregation (Chen et al. 2023) while the points go by: neither their lists nor any
matrix of points and sites is ever in memory.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geogrid.analysis.siting_problem import Reach
from geogrid.analysis.siting_reach import checked_coordinates, checked_ranges
from geogrid.analysis.siting_rules import whole_weights
from geogrid.errors import InputError
from geogrid.kernels.siting_merge import merged_points

MOST_SITES: Final = 1_024  # every point looks at every site
_MM: Final = 1000.0


def merged_reach(
    sites: ArrayLike, points: ArrayLike, weight: ArrayLike, range_m: ArrayLike
) -> tuple[Reach, NDArray[np.int64]]:
    """Return which merged points each site reaches, all round, and what these weigh.

    A problem of them has the same plans with the same worth as one of all points; points that no
    site reaches are one, with what they weigh.

    Parameters
    ----------
    sites, points
        Coordinates in metres in one plane CRS, shape (n, 2) and (m, 2).
    weight
        Of each point, whole numbers >= 0.
    range_m
        Of all sites or of each, metres, > 0.

    Returns
    -------
    reach : Reach
        Of the sites, in order.
    weight : ndarray of int
        Of the merged points.

    Raises
    ------
    InputError
        There are more than 1,024 sites or no points, weights are not whole, or a coordinate or
        range is out of its range.
    """
    place = checked_coordinates(sites, "candidates")
    target = checked_coordinates(points, "points of demand")
    if len(place) > MOST_SITES:
        raise InputError(
            "points are merged for at most {most} candidates, got {got}; use reach_within",
            most=MOST_SITES,
            got=len(place),
        )
    if not len(target):
        raise InputError("there is no demand: no point has a weight")
    whole, unit = whole_weights(weight, len(target))
    if unit != 1.0:
        raise InputError("points are merged by whole weights; round them first")
    radius = np.rint(checked_ranges(range_m, len(place)) * _MM).astype(np.int64)
    corner = target.min(axis=0)
    at = np.rint((place - corner) * _MM).astype(np.int64)
    rows, total = merged_points(target, whole, corner, at, radius)
    return reach_of_rows(rows, len(place)), total


def reach_of_rows(rows: NDArray[np.uint64], n_sites: int) -> Reach:
    """Return a reach from the sets of sites that reach each point.

    Parameters
    ----------
    rows
        A bit for each site, from `geogrid.kernels.siting_merge.merged_points`.
    n_sites
        How many sites there are.

    Returns
    -------
    Reach
        Of the sites, in order.
    """
    bits = np.unpackbits(rows.view(np.uint8), axis=1, bitorder="little")[:, :n_sites]
    site, point = np.nonzero(bits.T)
    start = np.concatenate([[0], np.cumsum(np.bincount(site, minlength=n_sites))])
    return Reach(start.astype(np.int64), point.astype(np.int32), len(rows))
