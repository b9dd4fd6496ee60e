"""An opened workspace as map tiles: pictures for QGIS, print and other programs."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geogrid.crs import Datum
from geogrid.errors import InputError
from geogrid.export.lattice_mesh import mesh
from geogrid.export.lattice_tiles import (
    Lattice,
    Tile,
    classify,
    dense_classes,
    paint,
    png,
    swatch_pixels,
)
from geogrid.model.window import ALL_TIME, Window
from geogrid.service.outlook import Outlook

DEEPEST_LEVEL: Final = 22  # a cell of 5 m is 130 pixels wide there


class Tiles(Outlook):
    """Everything that can be asked of a workspace, also as pictures."""

    def mesh_for(self, datum: Datum) -> dict[str, Any]:
        """Return where the cells lie on a map whose ground is drawn in a datum.

        Parameters
        ----------
        datum
            GCJ-02 and BD-09 grounds are moved by hundreds of metres.

        Returns
        -------
        dict
            As `mesh`, in Web Mercator reckoned from that datum.
        """
        usual = self.mesh()
        if str(datum) == usual["datum"]:
            return usual
        shifted = self._kept(("mesh", datum), lambda: mesh(self.grid, datum))
        return shifted | {"columns": usual["columns"], "version": usual["version"]}

    def tile_beside(self, place: tuple[int, int, int], *, pixels: int = 256) -> bytes | None:
        """Return the picture of a square where no cell can be, without asking any layer.

        Parameters
        ----------
        place
            Level (0 to 22), column from the west and row from the north: z, x, y.
        pixels
            Of a side.

        Returns
        -------
        bytes or None
            A transparent PNG file; ``None`` where the lattice may lie under the square.

        Raises
        ------
        InputError
            There is no such tile.
        """
        return None if self._meets(_tile(place, pixels)) else _empty(pixels)

    def _meets(self, tile: Tile) -> bool:
        return self._tile_lattice().meets(tile)

    def _tile_lattice(self) -> Lattice:
        return self._kept("tile lattice", lambda: Lattice.of(self.mesh()))

    def tile(
        self,
        layer_id: str,
        column: str,
        place: tuple[int, int, int],
        *,
        pixels: int = 256,
        window: Window = ALL_TIME,
        theme: str = "light",
    ) -> bytes:
        """Return a square of the map as a PNG picture, painted as the browser paints it.

        Parameters
        ----------
        layer_id
            A lattice layer.
        column
            One of its columns.
        place
            Level (0 to 22), column from the west and row from the north: z, x, y.
        pixels
            Of a side.
        window
            Days and hours.
        theme
            ``light`` or ``dark``.

        Returns
        -------
        bytes
            A PNG file; transparent where no cell is.

        Raises
        ------
        LayerNotFoundError
            There is no such layer or column.
        InputError
            There is no such tile.
        """
        tile = _tile(place, pixels)
        if not self._meets(tile):
            return _empty(pixels)
        dense, colours = self._kept(
            ("tile", layer_id, column, window, theme),
            lambda: self._painting(layer_id, column, window, theme),
        )
        return png(paint(tile, self._tile_lattice(), dense, colours))

    def _painting(
        self, layer_id: str, column: str, window: Window, theme: str
    ) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
        wire = self.wire_column(layer_id, column, window)
        return dense_classes(self.grid, classify(wire)), swatch_pixels(wire.legend, theme)


def _tile(place: tuple[int, int, int], pixels: int) -> Tile:
    """Return a square of the pyramid; one that is not there is refused."""
    z, x, y = place
    if z > DEEPEST_LEVEL or max(x, y) >= 2**z:
        raise InputError(
            "there is no tile {z}/{x}/{y}; levels go from 0 to {deepest}, and level z has "
            "2 to the power of z columns and rows",
            z=z,
            x=x,
            y=y,
            deepest=DEEPEST_LEVEL,
        )
    return Tile(z, x, y, pixels)


@lru_cache(maxsize=4)
def _empty(pixels: int) -> bytes:
    """Return a tile that shows nothing."""
    return png(np.zeros((pixels, pixels, 4), np.uint8))
