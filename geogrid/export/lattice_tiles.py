"""Map tiles of a lattice as pictures, for QGIS and print: the pixels of `assets/lattice_paint.js`.

The browser paints tiles itself; this is the same painting in Python, for programs that only know
pictures. Tests hold the two to each other pixel by pixel.
"""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geogrid.export.lattice_wire import WireColumn
from geogrid.model.grid import Grid

__all__ = ["Lattice", "Tile", "classify", "dense_classes", "paint", "png", "swatch_pixels"]

NULL_CLASS: Final = 255
WORLD_M: Final = 2 * math.pi * 6_378_137.0  # the width of EPSG:3857
OUTLINE_FROM_PX: Final = 24  # a cell's edge is drawn once the cell is wider
HATCH_PERIOD_PX: Final = 7
HATCH_WIDTH_PX: Final = 2
SAMPLED_FROM_PX: Final = 0.75  # about a pixel: the cell under its centre is shown
MAX_SAMPLES: Final = 4  # per side of a pixel, where cells are smaller than pixels
_STEP_ROUNDING: Final = 1e-6
_EDGE: Final = 512  # marks a sample on the edge of its cell
_HATCH_OPACITY: Final = 0.9


@dataclass(frozen=True, slots=True)
class Tile:
    """A square of the Web Mercator pyramid.

    Parameters
    ----------
    z, x, y
        Level, column from the west and row from the north.
    pixels
        Of a side.
    """

    z: int
    x: int
    y: int
    pixels: int = 256

    @property
    def width_m(self) -> float:
        """Width in metres of EPSG:3857."""
        return float(WORLD_M / 2**self.z)


@dataclass(frozen=True, slots=True, eq=False)
class Lattice:
    """Where a lattice's cells lie in Web Mercator, read bilinearly from a mesh.

    Parameters
    ----------
    n_rows, n_cols
        Of the lattice.
    bounds
        (xmin, ymin, xmax, ymax) of the mesh, EPSG:3857.
    x, y
        Lattice column and row at the nodes of the mesh, shape (nodes, nodes), from the south.
    """

    n_rows: int
    n_cols: int
    bounds: tuple[float, float, float, float]
    x: NDArray[np.float64]
    y: NDArray[np.float64]

    @classmethod
    def of(cls, mesh: dict[str, Any]) -> Lattice:
        """Return the lattice of what `geogrid.export.lattice_mesh.mesh` made.

        Parameters
        ----------
        mesh
            The JSON object.

        Returns
        -------
        Lattice
            Ready to paint.
        """
        nodes = int(mesh["nodes"])
        xmin, ymin, xmax, ymax = mesh["bounds_mercator"]
        x, y = (np.array(mesh[name], np.float64).reshape(nodes, nodes) for name in ("x", "y"))
        return cls(mesh["n_rows"], mesh["n_cols"], (xmin, ymin, xmax, ymax), x, y)

    @property
    def steps(self) -> tuple[float, float]:
        """Distance between the nodes of the mesh in metres, eastward and northward."""
        xmin, ymin, xmax, ymax = self.bounds
        nodes = self.x.shape[0]
        return (xmax - xmin) / (nodes - 1), (ymax - ymin) / (nodes - 1)

    @property
    def cell_width_m(self) -> float:
        """The width of a cell in metres of EPSG:3857, along the south edge of the mesh."""
        across = self.x[0, -1] - self.x[0, 0]
        return float((self.x.shape[0] - 1) * self.steps[0] / across)

    def meets(self, tile: Tile) -> bool:
        """Tell whether a tile shows any part of the mesh.

        Parameters
        ----------
        tile
            The tile.

        Returns
        -------
        bool
            False for a tile that is empty without being painted.
        """
        west, north = tile.x * tile.width_m - WORLD_M / 2, WORLD_M / 2 - tile.y * tile.width_m
        xmin, ymin, xmax, ymax = self.bounds
        inside_x = west < xmax and west + tile.width_m > xmin
        return inside_x and north > ymin and north - tile.width_m < ymax


def classify(column: WireColumn) -> NDArray[np.uint8]:
    """Return the class of each cell in a column's legend.

    Parameters
    ----------
    column
        The column as it travels; its whole numbers are what is compared, as in the browser.

    Returns
    -------
    ndarray of uint8, shape (n,)
        Position in ``column.legend["classes"]``; 255 where the value is not known.
    """
    raw = np.frombuffer(column.data, np.dtype(f"<{column.dtype}"))
    entries = column.legend["classes"]
    classes = np.full(raw.size, NULL_CLASS, np.uint8)
    if column.legend["kind"] == "categorical" and column.categories:
        known = raw < len(entries)
        classes[known] = raw[known]
        return classes
    some = ~np.isnan(raw) if column.null is None else raw != column.null
    ranges = [(i, entry) for i, entry in enumerate(entries) if entry["key"] != "zero"]
    for place, entry in ranges:  # rising, so that the last that holds is the class
        classes[some & (raw >= _raw_from(column, entry["from"]))] = place
    zero = [i for i, entry in enumerate(entries) if entry["key"] == "zero"]
    if zero:
        classes[some & (raw == _raw_from(column, 0.0))] = zero[0]
    return classes


def _raw_from(column: WireColumn, value: float | None) -> float:
    """Return the least raw number whose value is at least ``value``."""
    if value is None:
        return -math.inf
    if column.null is None:
        return value
    return math.ceil((value - column.offset) / column.scale - _STEP_ROUNDING)


def dense_classes(grid: Grid, classes: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Return the classes of cells laid out over the whole lattice.

    Parameters
    ----------
    grid
        The grid.
    classes
        From `classify`, shape (n,).

    Returns
    -------
    ndarray of uint16, shape (n_rows, n_cols)
        Class + 1; 0 where there is no cell.
    """
    dense = np.zeros(grid.spec.n_rows * grid.spec.n_cols, np.uint16)
    dense[grid.cells] = classes.astype(np.uint16) + 1
    return dense.reshape(grid.spec.n_rows, grid.spec.n_cols)


def swatch_pixels(legend: dict[str, Any], theme: str) -> NDArray[np.uint8]:
    """Return the colours of a legend's classes.

    Parameters
    ----------
    legend
        From `geogrid.export.legend.column_legend`.
    theme
        ``light`` or ``dark``.

    Returns
    -------
    ndarray of uint8, shape (2, 257, 4)
        Red, green, blue, alpha of the ground and of the hatching, by class + 1; 0 is no cell.
    """
    colours = np.zeros((2, NULL_CLASS + 2, 4), np.uint8)
    entries = dict(enumerate(legend["classes"])) | {NULL_CLASS: legend["null"]}
    for place, entry in entries.items():
        if entry["opacity"]:
            colours[:, place + 1] = _rgba(entry[theme], entry["opacity"])
        if entry["hatch"]:
            colours[1, place + 1] = _rgba(entry["hatch"][theme], _HATCH_OPACITY)
    return colours


def _rgba(colour: str, opacity: float) -> tuple[int, int, int, int]:
    number = int(colour[1:], 16)
    return number >> 16, number >> 8 & 255, number & 255, math.floor(opacity * 255 + 0.5)


def paint(
    tile: Tile, lattice: Lattice, dense: NDArray[np.uint16], colours: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Return the pixels of a tile.

    Where cells are not smaller than pixels, each pixel shows the cell under its centre. Where they
    are smaller it shows the mix of the cells under it, each by its share; never the largest, so
    that gaps do not vanish.

    Parameters
    ----------
    tile
        Which square.
    lattice
        Where cells lie.
    dense
        From `dense_classes`.
    colours
        From `swatch_pixels`.

    Returns
    -------
    ndarray of uint8, shape (pixels, pixels, 4)
        Red, green, blue, alpha (not premultiplied), from the north.
    """
    cell_px = lattice.cell_width_m / (tile.width_m / tile.pixels)
    n = 1 if cell_px >= SAMPLED_FROM_PX else min(MAX_SAMPLES, math.ceil(1 / cell_px))
    edge = 1 / cell_px if cell_px > OUTLINE_FROM_PX else 0.0
    samples = _samples(tile, n, lattice, dense, edge)
    hatched = _hatched((tile.x + tile.y) * tile.pixels % HATCH_PERIOD_PX, tile.pixels)
    code = samples & np.uint16(_EDGE - 1)
    if n > 1:
        return _mixed(code, n, hatched, colours)
    whole = np.ascontiguousarray(colours).view(np.uint32)[..., 0]  # a pixel is one number
    pixels = np.where(hatched, whole[1].take(code), whole[0].take(code))
    out: NDArray[np.uint8] = pixels[..., None].view(np.uint8)
    if not edge:
        return out
    drawn = colours[0].astype(np.uint32).sum(axis=1) > 0
    on_edge = (samples >= _EDGE) & drawn[code]
    darker = out[on_edge] >> 1
    darker[:, 3] = np.minimum(out[on_edge][:, 3].astype(np.int64) + 60, 255)
    out[on_edge] = darker
    return out


def _samples(
    tile: Tile, n: int, lattice: Lattice, dense: NDArray[np.uint16], edge: float
) -> NDArray[np.uint16]:
    """Return class + 1 under each of ``n`` x ``n`` samples a pixel, 512 more on a cell's edge."""
    side, nodes = tile.pixels * n, lattice.x.shape[0]
    step = tile.width_m / side
    xmin, ymin, _, _ = lattice.bounds
    centres = np.arange(side) + 0.5
    u = (tile.x * tile.width_m - WORLD_M / 2 + centres * step - xmin) / lattice.steps[0]
    v = (WORLD_M / 2 - tile.y * tile.width_m - centres * step - ymin) / lattice.steps[1]
    inside = np.outer((v >= 0) & (v <= nodes - 1), (u >= 0) & (u <= nodes - 1))
    i = np.clip(np.floor(u), 0, nodes - 2).astype(np.intp)
    j = np.clip(np.floor(v), 0, nodes - 2).astype(np.intp)
    col, row = (_bilinear(table, i, j, u - i, v - j) for table in (lattice.x, lattice.y))
    whole_col, whole_row = np.floor(col).astype(np.int64), np.floor(row).astype(np.int64)
    inside &= (whole_col >= 0) & (whole_col < lattice.n_cols)
    inside &= (whole_row >= 0) & (whole_row < lattice.n_rows)
    place = np.where(inside, whole_row * lattice.n_cols + whole_col, 0)
    out = np.where(inside, dense.ravel().take(place), np.uint16(0))
    if edge:
        on_edge = (col - whole_col < edge) | (row - whole_row < edge)
        out[on_edge & (out > 0)] += _EDGE
    return out


def _bilinear(
    table: NDArray[np.float64],
    i: NDArray[np.intp],
    j: NDArray[np.intp],
    a: NDArray[np.float64],
    b: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return a table read between its nodes, at every row ``j + b`` and column ``i + a``."""
    lines = table[j] + (table[j + 1] - table[j]) * b[:, None]
    return np.asarray(lines[:, i] + (lines[:, i + 1] - lines[:, i]) * a)


@lru_cache(maxsize=2 * HATCH_PERIOD_PX)
def _hatched(first: int, pixels: int) -> NDArray[np.bool_]:
    """Return which pixels a line of the hatching covers; it runs over all tiles."""
    across = np.arange(pixels)
    phase = (first + across[:, None] + across) % HATCH_PERIOD_PX
    return np.asarray(phase < HATCH_WIDTH_PX)


def _mixed(
    code: NDArray[np.uint16], n: int, hatched: NDArray[np.bool_], colours: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Return the mean colour of ``n`` x ``n`` samples, each weighted by its opacity."""
    pixels = hatched.shape[0]
    numbers = colours.astype(np.int64)
    numbers[..., :3] *= numbers[..., 3:]
    table = np.repeat(hatched.astype(np.intp), n, axis=0).repeat(n, axis=1)
    sums = numbers[table, code].reshape(pixels, n, pixels, n, 4).sum(axis=(1, 3))
    alpha = sums[..., 3:]
    mean = np.floor(sums[..., :3] / np.maximum(alpha, 1) + 0.5)
    return np.concatenate([mean, np.floor(alpha / (n * n) + 0.5)], axis=2).astype(np.uint8)


def png(pixels: NDArray[np.uint8]) -> bytes:
    """Return a picture as a PNG file.

    Parameters
    ----------
    pixels
        Red, green, blue, alpha, shape (rows, cols, 4), from the top.

    Returns
    -------
    bytes
        Eight bits a channel, one IDAT chunk (ISO/IEC 15948).
    """
    rows, cols, _ = pixels.shape
    lines = np.zeros((rows, 1 + cols * 4), np.uint8)  # each line begins with its filter: none
    lines[:, 1:] = pixels.reshape(rows, cols * 4)
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", cols, rows, 8, 6, 0, 0, 0)),
        (b"IDAT", zlib.compress(lines.tobytes(), 4)),
        (b"IEND", b""),
    )
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body
