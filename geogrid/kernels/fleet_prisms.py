"""The space-time prisms of a fleet's day: each unit's own speeds, then its prisms."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geogrid.kernels.hour_tiles import CellBounds, Tiles, sorted_cells
from geogrid.kernels.small_prisms import empty_block
from geogrid.kernels.space_time_prism import Prisms, add_prisms, room_for
from geogrid.kernels.top_speeds import (
    SegmentRules,
    empty_steps,
    measure_steps,
    usual_top_speed,
    write_limits,
)


class Fixes(NamedTuple):
    """Fixes of a fleet: unit, ms, cells from the lattice's origin, and whether in a depot."""

    unit: NDArray[np.int32]
    t: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    in_depot: NDArray[np.bool_]


@njit(cache=True, nogil=True)
def _summed_units(
    tiles: Tiles,
    fixes: Fixes,
    rules: SegmentRules,
    edges: NDArray[np.int64],
    clock: NDArray[np.int8],
) -> tuple[Tiles, int]:
    """Return the sums of a fleet's prisms, unit by unit, and the number of tiles in use."""
    n, first, block = 0, 0, empty_block()
    steps, top, longest = empty_steps(0), np.empty(0), np.empty(0)
    while first < fixes.t.size:
        after = first + 1
        while after < fixes.t.size and fixes.unit[after] == fixes.unit[first]:
            after += 1
        t, x, y = fixes.t[first:after], fixes.x[first:after], fixes.y[first:after]
        in_depot, size = fixes.in_depot[first:after], after - first - 1
        if size > top.size:
            steps, top, longest = empty_steps(2 * size), np.empty(2 * size), np.empty(2 * size)
        measure_steps(t, x, y, in_depot, rules, steps)
        usual = usual_top_speed(
            steps.moving[:size], rules.max_mm_per_ms, rules.usual_share, rules.least_segments
        )
        write_limits(steps, usual, rules, top[:size], longest[:size])
        prisms = Prisms(t, x, y, top[:size], longest[:size], ~in_depot)
        tiles, n = add_prisms(tiles, n, prisms, block, edges, clock)
        first = after
    return tiles, n


def fleet_bounds(
    fixes: Fixes, rules: SegmentRules, edges: NDArray[np.int64], clock: NDArray[np.int8]
) -> CellBounds:
    """Return the least and the most time in each cell that the fixes of a fleet's day allow.

    Parameters
    ----------
    fixes
        In order of unit and time, those of the days around included.
    rules
        What is taken for possible between two fixes.
    edges, clock
        As for `geogrid.kernels.space_time_prism.prism_bounds`.

    Returns
    -------
    CellBounds
        That of the prisms that each unit's own speeds span.
    """
    return sorted_cells(*_summed_units(room_for(fixes.t.size), fixes, rules, edges, clock))
