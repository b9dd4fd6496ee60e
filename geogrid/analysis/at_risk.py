"""The cells where an incident could happen: the family of tests of an analysis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.errors import InputError
from geogrid.kernels.window_sums import disc_half_widths, window_sums
from geogrid.model.grid import Grid
from geogrid.model.incidents import Incidents

FALLBACK_WITHIN_M: Final = 1000.0
FALLBACK: Final = "fallback: within {within:g} m of an incident"


def at_risk_cells(
    incidents: Incidents,
    grid: Grid,
    *,
    exposure: Mapping[str, NDArray[np.bool_]] | None = None,
    within_m: float = FALLBACK_WITHIN_M,
) -> tuple[NDArray[np.bool_], str]:
    """Return the cells where an incident could happen, and what that was judged by.

    Parameters
    ----------
    incidents
        The incidents; a cell that had one is always at risk.
    grid
        The grid.
    exposure
        By name, the cells that hold roads, places, buildings and the like, each of shape
        (n_cells,). What holds nothing at all is not named.
    within_m
        Without exposure, cells whose centre is this near to that of a cell with an incident
        are at risk. Metres, >= 0.

    Returns
    -------
    mask : ndarray of bool, shape (n_cells,)
        The cells at risk.
    name : str
        ``exposure: roads, places`` or ``fallback: within 1000 m of an incident``.

    Raises
    ------
    InputError
        An exposure is not aligned to the grid.
    """
    position = grid.position_at(incidents.lon, incidents.lat)
    mask = np.zeros(len(grid), dtype=np.bool_)
    mask[position[position >= 0]] = True
    known = {name: cells for name, cells in (exposure or {}).items() if cells.any()}
    for name, cells in known.items():
        require_aligned(name, cells, grid)
        mask |= cells
    if known:
        return mask, "exposure: " + ", ".join(known)
    reach = disc_half_widths(within_m / grid.spec.cell_size)
    held = grid.dense(mask, fill=False).astype(np.int64)
    near, _ = window_sums(held, np.ones_like(held, dtype=np.bool_), reach)
    return near.ravel()[grid.cells] > 0, FALLBACK.format(within=within_m)


def require_aligned(name: str, cells: NDArray[np.bool_], grid: Grid) -> None:
    """Refuse a mask that has not one truth value per cell of a grid.

    Parameters
    ----------
    name
        What the mask is of, for the message.
    cells
        The mask.
    grid
        The grid.

    Raises
    ------
    InputError
        It is not aligned.
    """
    if cells.shape != (len(grid),) or cells.dtype != np.bool_:
        raise InputError(
            "{name} must be one true or false per cell: got {dtype} of shape {shape} "
            "for {cells} cells",
            name=name,
            dtype=str(cells.dtype),
            shape=cells.shape,
            cells=len(grid),
        )
