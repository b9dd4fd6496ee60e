"""Which cameras fail together: those on one pole, and those on one network segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

# A register may hold the kind of mounting in the same field: no pole is this wide.
POLE_SPREAD_M: Final = 50.0
SAME_PLACE_M: Final = 0.1  # coordinates of cameras that were surveyed as one place


@dataclass(frozen=True, slots=True, eq=False)
class FailingTogether:
    """Groups of cameras by name.

    Parameters
    ----------
    pole
        Pole of each camera: the register's, or ``@`` and the first of the cameras at the same
        place where it names none.
    network
        Network segment of each camera; ``None`` where not known.
    poles_by_place
        Cameras whose pole was found by their place.
    poles_refused
        Names in the register that stand over more than `POLE_SPREAD_M`: they are no poles.
    """

    pole: tuple[str, ...]
    network: tuple[str | None, ...]
    poles_by_place: int
    poles_refused: tuple[str, ...]


def failing_together(register: gpd.GeoDataFrame, xy: NDArray[np.float64]) -> FailingTogether:
    """Return which cameras fail with one pole or one network segment.

    Parameters
    ----------
    register
        Cameras by id.
    xy
        Their places in a plane CRS, shape (n, 2).

    Returns
    -------
    FailingTogether
        In the order of the register.
    """
    named = _texts(register, "pole")
    refused = _too_wide(named, xy)
    cells = np.round(xy / SAME_PLACE_M).astype(np.int64)
    first_at: dict[tuple[int, int], str] = {}
    pole: list[str] = []
    for key, name, (east, north) in zip(register.index, named, cells.tolist(), strict=True):
        place = first_at.setdefault((east, north), f"@{key}")
        pole.append(place if name is None or name in refused else name)
    by_place = sum(name is None or name in refused for name in named)
    return FailingTogether(
        tuple(pole), tuple(_texts(register, "network")), by_place, tuple(sorted(refused))
    )


def camera_hours(register: gpd.GeoDataFrame) -> list[str | None]:
    """Return the hours of each camera as its register says.

    Parameters
    ----------
    register
        Cameras by id.

    Returns
    -------
    list of str or None
        In the order of the register.
    """
    return _texts(register, "hours")


def _too_wide(named: Sequence[str | None], xy: NDArray[np.float64]) -> set[str]:
    """Return the names whose cameras are too far apart for one pole."""
    known = np.array([name is not None for name in named], dtype=bool)
    if not known.any():
        return set()
    table = pd.DataFrame(xy[known], columns=["x", "y"])
    table["name"] = [name for name in named if name is not None]
    groups = table.groupby("name")
    spread = groups.max() - groups.min()
    wide = np.hypot(spread["x"], spread["y"]) > POLE_SPREAD_M
    return set(spread.index[wide])


def _texts(register: gpd.GeoDataFrame, name: str) -> list[str | None]:
    """Return a column as texts; ``None`` where nothing is known."""
    if name not in register:
        return [None] * len(register)
    plain = ["" if pd.isna(value) else str(value).strip() for value in register[name]]
    return [text or None for text in plain]
