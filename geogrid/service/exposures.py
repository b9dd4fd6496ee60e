"""How much of what incidents can happen to lies in each cell of a workspace."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.rate_null import Exposure
from geogrid.analysis.road_lengths import road_metres
from geogrid.errors import InputError, LayerNotFoundError
from geogrid.service.analyses import roads
from geogrid.service.shelf import Shelf

_MISSING: Final = "no {kind} are imported; import them with: geogrid import WS {kind} FILE"


def exposure_amount(shelf: Shelf, name: str) -> Exposure:
    """Return how much of something lies in each cell.

    Parameters
    ----------
    shelf
        The workspace.
    name
        ``people`` (of the register population), ``roads`` (metres), ``places`` (registered
        places and police rooms) or ``area`` (square metres of land).

    Returns
    -------
    Exposure
        Over the active cells.

    Raises
    ------
    InputError
        The name is not known, or all of it lies outside the grid.
    LayerNotFoundError
        It is not imported.
    """
    if name not in _AMOUNTS:
        raise InputError(
            "unknown exposure {name!r}; choose from {known}", name=name, known=", ".join(_AMOUNTS)
        )
    return Exposure(name, _AMOUNTS[name](shelf))


def _people(shelf: Shelf) -> NDArray[np.float64]:
    return _points(shelf, ("population",), "persons")


def _places(shelf: Shelf) -> NDArray[np.float64]:
    return _points(shelf, ("places", "rooms"), None)


def _points(shelf: Shelf, kinds: tuple[str, ...], column: str | None) -> NDArray[np.float64]:
    """Return the sum of a column of registers in each cell; of ones if ``None``."""
    there = [kind for kind in kinds if kind in shelf.registers.kinds()]
    if not there:
        raise LayerNotFoundError(_MISSING, kind=kinds[0])
    total = np.zeros(len(shelf.grid))
    for kind in there:
        frame = shelf.registers.read(kind)
        points = frame.geometry.representative_point()
        at = shelf.grid.position_at(points.x.to_numpy(), points.y.to_numpy())
        amount = np.ones(len(frame)) if column is None else frame[column].to_numpy(np.float64)
        total += np.bincount(at[at >= 0], np.nan_to_num(amount[at >= 0]), len(shelf.grid))
    return total


def _road_metres(shelf: Shelf) -> NDArray[np.float64]:
    lines = roads(shelf)
    if lines is None:
        raise LayerNotFoundError(_MISSING, kind="roads")
    return road_metres(lines, shelf.grid)


def _area(shelf: Shelf) -> NDArray[np.float64]:
    return np.asarray(shelf.grid.area_m2, dtype=np.float64)


_AMOUNTS: Final[Mapping[str, Callable[[Shelf], NDArray[np.float64]]]] = {
    "people": _people,
    "roads": _road_metres,
    "places": _places,
    "area": _area,
}
