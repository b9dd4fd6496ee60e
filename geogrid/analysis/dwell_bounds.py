"""How long units were in each cell at least and at most, as the spacing of their fixes allows.

Patrol time is worked out at constant speed along the straight line between two fixes. Where a
unit really was in between is known the less the further apart the fixes are: it can have been
anywhere that its speed allows. The bounds say how much that matters, cell by cell.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.errors import InputError
from geogrid.kernels.fleet_prisms import Fixes, fleet_bounds
from geogrid.kernels.top_speeds import SegmentRules
from geogrid.kernels.walk import WalkRules

Prism = Literal["narrow", "plain"]

USUAL_SHARE: Final = 0.95  # a unit's usual top speed: one segment in twenty was faster
LEAST_SEGMENTS: Final = 30  # fewer moving segments do not tell a unit's usual top speed
NEED_FACTOR: Final = 1.25  # ways by road are about 1.2 straight lines long (Newell 1980)
DETOUR_FACTOR: Final = 1.5  # the longest way of a segment is that many straight lines ...
DETOUR_M: Final = 300.0  # ... and once around a block


@dataclass(frozen=True, slots=True, eq=False)
class DayFixes:
    """The fixes that a day is worked out of, on the lattice.

    Parameters
    ----------
    unit, t
        Unit and time (ms UTC) of each fix that was kept, sorted by both, shape (n,); those of
        the days around included.
    x, y
        Positions in cells from the lattice's origin.
    in_depot
        Whether a fix lies in a registered depot.
    cell_m
        Size of a cell, metres, > 0.

    Raises
    ------
    InputError
        Arrays differ in length, or the cell has no size.
    """

    unit: NDArray[np.int32]
    t: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    in_depot: NDArray[np.bool_]
    cell_m: float

    def __post_init__(self) -> None:
        sizes = [a.size for a in (self.unit, self.t, self.x, self.y, self.in_depot)]
        if len(set(sizes)) != 1:
            raise InputError("fixes need arrays of equal length, got {sizes}", sizes=sizes)
        if not 0.0 < self.cell_m < float("inf"):
            raise InputError("a cell must have a size, got {size} m", size=self.cell_m)


def dwell_bounds(
    fixes: DayFixes,
    *,
    rules: WalkRules,
    edges: NDArray[np.int64],
    clock: NDArray[np.int8],
    prism: Prism = "narrow",
) -> pd.DataFrame:
    """Return the least and the most patrol time that fixes of a day allow, per cell and hour.

    Between two fixes a unit can be anywhere in its space-time prism. The plain prism knows its
    top speed only, and that of any unit: it is right if the rules are, and wide. The narrow one
    takes for each segment the unit's usual top speed of the day, or 1.25 times the speed that
    the straight line needs where that is more, and ways of at most 1.5 straight lines and
    300 m; it is an estimate that a detour at unusual speed can break, and never wider.

    Parameters
    ----------
    fixes
        Fixes of the day, and of each unit's few before and after it, without spikes.
    rules
        Thresholds of the walk. Segments longer than the allowed gap, or faster than a unit can
        go, count in neither bound, nor does time at rest in a depot.
    edges
        Limits of the day's hours, milliseconds UTC, rising, shape (n_hours + 1,).
    clock
        Number of each hour on the local clock, 0 to 23, shape (n_hours,).
    prism
        ``narrow`` or ``plain``.

    Returns
    -------
    pandas.DataFrame
        ``row``, ``col`` (cells from the lattice's origin), ``hour`` (0 to 23, local), ``lo_ms``,
        ``hi_ms``: sorted by the first three, one row for each cell and hour that can have been
        visited. Unit-milliseconds: units are summed. For every cell and hour, patrol time as
        `geogrid.kernels.walk` has it lies between the two.

    Raises
    ------
    InputError
        There is no such prism.

    Notes
    -----
    A unit that is at p at time 0, at q at time T and never faster than v can be in cell c from
    d(p, c) / v until T - d(c, q) / v. It must be in p's cell for the time to the nearest side,
    likewise in q's, and all of T if both are in one cell and no way out and back is short
    enough. A unit's usual top speed is the 95th percentile of its own moving segments; with
    fewer than 30 of them it is the rules' top speed. Fixes in depots give no least time.

    Ways by road are about 1.2 times as long as the straight line (Newell 1980). The factors are
    above that; ``benchmarks/dwell_bounds.py`` tells how often they hold when fixes are thinned.

    References
    ----------
    Hägerstrand, T. (1970). What about people in regional science? Papers of the Regional
    Science Association 24, 7-21.

    Miller, H. J. (1991). Modelling accessibility using space-time prism concepts within
    geographical information systems. International Journal of Geographical Information Systems
    5(3), 287-301.

    Kuijpers, B. & Othman, W. (2009). Modeling uncertainty of moving objects on road networks
    via space-time prisms. International Journal of Geographical Information Science 23(9),
    1095-1117.

    Newell, G. F. (1980). Traffic Flow on Transportation Networks. MIT Press.
    """
    if prism not in {"narrow", "plain"}:
        raise InputError("prism must be narrow or plain, got {prism!r}", prism=prism)
    narrow = prism == "narrow"
    limits = SegmentRules(
        max_gap_ms=rules.max_gap_ms,
        max_mm_per_ms=rules.max_mm_per_ms,
        standing_mm_per_ms=rules.standing_mm_per_ms,
        cell_mm=fixes.cell_m * 1e3,
        usual_share=USUAL_SHARE,
        least_segments=LEAST_SEGMENTS if narrow else fixes.t.size,  # never as many
        need_factor=NEED_FACTOR,
        detour_factor=DETOUR_FACTOR,
        detour_mm=DETOUR_M * 1e3 if narrow else math.inf,
    )
    places = Fixes(fixes.unit, fixes.t, fixes.x, fixes.y, fixes.in_depot)
    return pd.DataFrame(fleet_bounds(places, limits, edges, clock)._asdict(), copy=False)
