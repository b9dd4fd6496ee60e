"""What the silences of units' receivers could hide: cells that a visit fits into."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.gaps import GapParams
from geogrid.kernels.ellipse import mark_reachable
from geogrid.model.grid import Grid
from geogrid.model.projection import FastProjection
from geogrid.model.tracks import DEGREE_STEPS

_LEAST_MOVING_MS: Final = 1000


def hidden_cells(
    silences: pd.DataFrame,
    speed_m_s: Mapping[str, float],
    grid: Grid,
    projection: FastProjection,
    params: GapParams,
) -> NDArray[np.bool_]:
    """Return the cells that some unit could have visited unseen while its GPS was silent.

    The way from the fix before the silence over the cell to the fix after it, in a straight
    line, must fit into the silence at the unit's usual top speed with a visit's dwell to
    spare.

    Parameters
    ----------
    silences
        ``unit``, ``enter``, ``leave`` (ms), ``lon_0``, ``lat_0``, ``lon_1``, ``lat_1`` (1e-7
        degrees), as `PatrolDay.silences`.
    speed_m_s
        95th percentile of each unit's speed on the move; units without one hide nothing.
    grid
        The grid.
    projection
        Onto the grid's lattice.
    params
        Longest silence that counts, and the least dwell.

    Returns
    -------
    ndarray of bool, shape (n_cells,)
        True where a visit could be hidden.
    """
    spec = grid.spec
    marked = np.zeros((spec.n_rows, spec.n_cols), dtype=np.uint8)
    foci, reach = silent_ways(silences, speed_m_s, projection, params)
    foci = (foci - np.array([spec.x_min, spec.y_min] * 2)) / spec.cell_size
    mark_reachable(foci, reach / spec.cell_size, marked)
    return np.asarray(marked.ravel()[grid.cells] == 1)


def silent_ways(
    silences: pd.DataFrame,
    speed_m_s: Mapping[str, float],
    projection: FastProjection,
    params: GapParams,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the fixes around each silence that counts, and the longest way between them.

    Parameters
    ----------
    silences, speed_m_s, projection, params
        As for `hidden_cells`.

    Returns
    -------
    foci : ndarray of float, shape (n, 4)
        Places of both fixes, x and y of each, metres.
    reach : ndarray of float, shape (n,)
        Metres at the unit's usual top speed, the least dwell taken off.
    """
    duration_s = (silences["leave"] - silences["enter"]).to_numpy() / 1e3
    speed = silences["unit"].astype(object).map(dict(speed_m_s)).to_numpy(np.float64)
    use = (duration_s <= params.dark_up_to_s) & np.isfinite(speed)
    short = silences[use]
    ends = [
        projection.to_metres(
            short[f"lon_{k}"].to_numpy() / DEGREE_STEPS, short[f"lat_{k}"].to_numpy() / DEGREE_STEPS
        )
        for k in (0, 1)
    ]
    foci = np.column_stack([*ends[0], *ends[1]])
    return foci, np.asarray((duration_s[use] - params.least_dwell_s) * speed[use])


def usual_top_speeds(passes: pd.DataFrame) -> dict[str, float]:
    """Return the 95th percentile of each unit's speed over its passes.

    Only passes that moved for a second and for half of their time say how fast a unit goes:
    the drift of a standing unit is in ``mm`` too, and a few milliseconds are mostly rounding.

    Parameters
    ----------
    passes
        ``unit``, ``moving_ms``, ``standing_ms``, ``mm``, as `PatrolDay.passes`.

    Returns
    -------
    dict of str to float
        Metres per second, by unit; units that never moved so are not in it.
    """
    long_enough = passes["moving_ms"] >= np.maximum(passes["standing_ms"], _LEAST_MOVING_MS)
    moving = passes[long_enough]
    speed = moving["mm"] / moving["moving_ms"]
    by_unit = speed.groupby(moving["unit"].astype(object)).quantile(0.95)
    return {str(unit): float(value) for unit, value in by_unit.items()}
