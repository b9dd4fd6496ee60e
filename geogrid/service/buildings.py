"""The buildings of a workspace, as what may hide the ground from a camera."""

from __future__ import annotations

import numpy as np

from geogrid.analysis.obstacles import Obstacles
from geogrid.model.buildings import Buildings
from geogrid.service.shelf import Shelf

BUILDINGS = "buildings"


def registered_buildings(shelf: Shelf) -> Buildings | None:
    """Return the buildings of a workspace.

    Parameters
    ----------
    shelf
        The workspace.

    Returns
    -------
    Buildings or None
        In order of id; ``None`` when none are registered.
    """
    if BUILDINGS not in shelf.registers.kinds():
        return None
    frame = shelf.registers.read(BUILDINGS)
    height = np.full(len(frame), np.nan)
    if "height" in frame:
        height = frame["height"].to_numpy(np.float64)
    return Buildings(frame.geometry.to_numpy(), height)


def registered_obstacles(shelf: Shelf) -> Obstacles | None:
    """Return the buildings of a workspace in the plane of its grid.

    Parameters
    ----------
    shelf
        The workspace.

    Returns
    -------
    Obstacles or None
        ``None`` when no buildings are registered.
    """
    buildings = registered_buildings(shelf)
    return None if buildings is None else Obstacles.of(buildings, shelf.grid.spec.crs)
