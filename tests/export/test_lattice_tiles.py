"""Tiles for other programs show what the browser shows."""

from __future__ import annotations

import base64
import json
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import numpy as np
import pytest

from geogrid.crs import WGS84, make_crs, transformer
from geogrid.export.lattice_mesh import WEB_MERCATOR, mesh
from geogrid.export.lattice_tiles import (
    WORLD_M,
    Lattice,
    Tile,
    classify,
    dense_classes,
    paint,
    png,
    swatch_pixels,
)
from geogrid.export.lattice_wire import encode
from geogrid.model.cells import Field
from geogrid.model.grid import Grid

PAINTER = Path(__file__).resolve().parents[1] / "js" / "painter.mjs"
FIELDS = {
    "state": Field(
        "state",
        "State",
        scale="category",
        categories=("not_required", "no_data", "dark", "never", "met"),
    ),
    "visits": Field("visits", "Visits"),
    "share": Field("share", "Share", scale="share"),
    "balance": Field("balance", "Balance", scale="diverging"),
}


def patchy(grid, name):
    """Return a column with every class, in patches and speckled, and with cells not known."""
    rng = np.random.default_rng(7)
    row, col = np.divmod(grid.cells, grid.spec.n_cols)
    patch = (row // 5 + col // 7 + rng.integers(0, 2, len(grid))) % 5
    if name == "state":
        values = np.array([*FIELDS["state"].categories[:4], None], dtype=object)[patch]
    elif name == "share":
        values = np.where(patch == 4, np.nan, patch / 3)
    else:
        values = np.where(patch == 4, np.nan, (patch - (name == "balance")) * 1.7)
        values = np.floor(values) if name == "visits" else values
    return encode(FIELDS[name], values)


def tile_at(lon, lat, z, pixels=256):
    mx, my = transformer(WGS84, WEB_MERCATOR).transform(lon, lat)
    width = WORLD_M / 2**z
    return Tile(z, int((mx + WORLD_M / 2) // width), int((WORLD_M / 2 - my) // width), pixels)


def painted_by_the_map(mesh_json, column, theme, tiles):
    if shutil.which("node") is None:
        pytest.skip("node is missing: the map's script cannot be run")
    asked = {
        "mesh": mesh_json,
        "meta": column.meta(),
        "data": base64.b64encode(column.data).decode(),
        "theme": theme,
        "pixels": tiles[0].pixels,
        "tiles": [[tile.z, tile.x, tile.y] for tile in tiles],
    }
    done = subprocess.run(
        ["node", str(PAINTER)], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    side = tiles[0].pixels
    for text in json.loads(done.stdout)["tiles"]:
        yield np.frombuffer(base64.b64decode(text), np.uint8).reshape(side, side, 4)


@pytest.mark.parametrize("crs", [None, make_crs(32650), make_crs(4547)], ids=["own", "utm", "gk"])
@pytest.mark.parametrize("name", FIELDS)
def test_both_painters_paint_the_same_pixels(sanming, crs, name):
    grid = Grid.over(sanming, cell_size_m=1_000, crs=crs)
    column, made = patchy(grid, name), mesh(grid)
    lattice, theme = Lattice.of(made), "light" if name in {"state", "share"} else "dark"
    dense, colours = dense_classes(grid, classify(column)), swatch_pixels(column.legend, theme)
    tiles = [tile_at(117.6, 26.2, z) for z in (7, 9, 12, 13, 15)]
    theirs = painted_by_the_map(made, column, theme, tiles)
    for tile, other in zip(tiles, theirs, strict=True):
        mine = paint(tile, lattice, dense, colours)
        assert mine[..., 3].any()
        # What is invisible has no colour: its red, green and blue may differ.
        seen = (mine[..., 3] > 0) | (other[..., 3] > 0)
        differing = seen & (mine != other).any(axis=2)
        allowed = 0.002 if tile.z <= 9 else 0.0005
        assert differing.mean() <= allowed, (tile, differing.sum())


def test_a_cell_smaller_than_a_pixel_gives_its_share_of_the_colour(sanming):
    grid = Grid.over(sanming, cell_size_m=500)
    row, col = np.divmod(grid.cells, grid.spec.n_cols)
    states = np.array(["never", "met"], dtype=object)[(row + col) % 2]
    column = encode(FIELDS["state"], states)
    colours = np.zeros((2, 257, 4), np.uint8)
    colours[:, 1 + FIELDS["state"].categories.index("never")] = (0, 0, 0, 255)
    colours[:, 1 + FIELDS["state"].categories.index("met")] = (200, 200, 200, 255)
    tile = tile_at(117.6, 26.2, 6)
    pixels = paint(tile, Lattice.of(mesh(grid)), dense_classes(grid, classify(column)), colours)
    inner = pixels[pixels[..., 3] == 255]
    assert inner.shape[0] > 1_000
    assert inner[:, 0].mean() == pytest.approx(100, abs=4)
    assert np.percentile(inner[:, 0], 1) > 0  # no pixel in a hundred is of one kind alone


def test_a_tile_beside_the_city_is_known_to_be_empty(sanming):
    lattice = Lattice.of(mesh(Grid.over(sanming, cell_size_m=5_000)))
    assert lattice.meets(tile_at(117.6, 26.2, 10))
    assert not lattice.meets(tile_at(2.35, 48.85, 10))
    assert lattice.meets(Tile(0, 0, 0))


def test_a_picture_reads_back_as_its_pixels():
    pixels = np.random.default_rng(1).integers(0, 256, (13, 21, 4), np.uint8)
    data = png(pixels)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(
            kind + body
        )
        chunks[kind] = body
        at += 12 + length
    assert struct.unpack(">II", chunks[b"IHDR"][:8]) == (21, 13)
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(13, 1 + 21 * 4)
    assert not lines[:, 0].any()
    assert np.array_equal(lines[:, 1:].reshape(13, 21, 4), pixels)
