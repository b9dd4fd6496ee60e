"""The views of the cameras that count, and what a measure asks of views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Looking(Protocol):
    """What measures ask of views; `geogrid.analysis.views.Views` has it."""

    @property
    def camera(self) -> NDArray[np.int64]:
        """Position in the register of each view, rising, shape (n,)."""

    @property
    def polygon(self) -> NDArray[np.object_]:
        """What each sees, as polygons in the CRS of the grid, shape (n,)."""

    @property
    def convex(self) -> NDArray[np.object_]:
        """The same ground as convex polygons, counter-clockwise, shape (k,)."""

    @property
    def owner(self) -> NDArray[np.int64]:
        """View of each convex polygon, shape (k,)."""


@dataclass(frozen=True, slots=True, eq=False)
class CountedViews:
    """The views of some cameras, made by `CountedViews.of`.

    Parameters
    ----------
    camera
        Position in the register of each view, rising, shape (n,).
    polygon
        Polygons in the grid's CRS, shape (n,).
    convex
        The same ground as convex polygons, shape (k,).
    owner
        View of each convex polygon, shape (k,).
    """

    camera: NDArray[np.int64]
    polygon: NDArray[np.object_]
    convex: NDArray[np.object_]
    owner: NDArray[np.int64]

    @classmethod
    def of(cls, views: Looking, counted: NDArray[np.bool_]) -> CountedViews:
        """Return the views of the cameras that count.

        Parameters
        ----------
        views
            Of all cameras.
        counted
            Which cameras of the register count, shape (n_cameras,).

        Returns
        -------
        CountedViews
            In the same order.
        """
        kept = counted[views.camera]
        convex = kept[views.owner]
        return cls(
            views.camera[kept],
            views.polygon[kept],
            views.convex[convex],
            (np.cumsum(kept) - 1)[views.owner[convex]],
        )
