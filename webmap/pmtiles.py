"""Tiles out of one PMTiles file, version 3 (github.com/protomaps/PMTiles, spec/v3/spec.md)."""

from __future__ import annotations

import gzip
import struct
import zlib
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from geogrid.errors import InputError

HEADER_BYTES: Final = 127
_COUNTS: Final = struct.Struct("<11Q")  # after the magic and the version
_GZIP: Final = 2
_PLAIN: Final = (0, 1)  # not said, and none
_VECTOR: Final = 1
PICTURES: Final = {2: "image/png", 3: "image/jpeg", 4: "image/webp", 5: "image/avif"}
_DEEPEST: Final = 22
_MOST_STEPS: Final = 4  # from the root to a leaf, as the specification has it
_KEPT_DIRECTORIES: Final = 64
_LARGEST_DIRECTORY: Final = 16 << 20  # bytes unpacked; the root of a planet has half a megabyte


@dataclass(frozen=True, slots=True)
class Directory:
    """Where runs of tiles lie: ``first`` rises; a run of none is a directory further down."""

    first: tuple[int, ...]
    run: tuple[int, ...]
    length: tuple[int, ...]
    offset: tuple[int, ...]


class PmTiles:
    """A file of tiles that are pictures.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    InputError
        It is no such file, or its tiles are not pictures.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with path.open("rb") as file:
                head = file.read(HEADER_BYTES)
        except OSError as error:
            raise InputError(
                "{file} cannot be read: {reason}", file=path, reason=str(error.strerror)
            ) from error
        if len(head) < HEADER_BYTES or head[:8] != b"PMTiles\x03":
            raise InputError("{file} is no PMTiles file of version 3", file=path)
        counts = _COUNTS.unpack_from(head, 8)
        self._root = counts[0], counts[1]
        self._leaves, self._tiles = counts[4], counts[6]
        self._packed = head[97]
        if head[99] == _VECTOR:
            raise InputError(
                "{file} has vector tiles, which a browser without WebGL cannot draw; "
                "give a PMTiles file of PNG, JPEG or WebP",
                file=path,
            )
        if head[99] not in PICTURES or self._packed not in (*_PLAIN, _GZIP):
            raise InputError("{file}: its tiles are of no kind that is known here", file=path)
        self.mimetype = PICTURES[head[99]]
        self.min_zoom, self.max_zoom = head[100], min(head[101], _DEEPEST)
        self._directory = lru_cache(maxsize=_KEPT_DIRECTORIES)(self._read_directory)

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """Return a picture, ``None`` where the file has none.

        Parameters
        ----------
        z, x, y
            Level, column from the west, row from the north.

        Returns
        -------
        bytes or None
            As it is in the file.

        Raises
        ------
        InputError
            The file is damaged.
        """
        if not (0 <= z <= _DEEPEST and 0 <= x < 1 << z and 0 <= y < 1 << z):
            return None
        wanted = tile_number(z, x, y)
        place = self._root
        for _ in range(_MOST_STEPS):
            directory = self._directory(*place)
            at = bisect_right(directory.first, wanted) - 1
            if at < 0:
                return None
            if directory.run[at]:
                inside = wanted < directory.first[at] + directory.run[at]
                start = self._tiles + directory.offset[at]
                return self._bytes(start, directory.length[at]) if inside else None
            place = self._leaves + directory.offset[at], directory.length[at]
        return None

    def _bytes(self, start: int, length: int) -> bytes:
        # A handle for each read: threads share nothing, and a file that is replaced is seen.
        with self._path.open("rb") as file:
            file.seek(start)
            found = file.read(length)
        if len(found) < length:
            raise InputError("{file} ends too early; copy it anew", file=self._path)
        return found

    def _read_directory(self, start: int, length: int) -> Directory:
        packed = self._bytes(start, length)
        try:
            plain = _unpacked(packed) if self._packed == _GZIP else packed
            return read_directory(plain)
        except (OSError, EOFError, zlib.error, IndexError) as error:
            raise InputError("{file} is damaged; copy it anew", file=self._path) from error


def _unpacked(packed: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    plain = unpacker.decompress(packed, _LARGEST_DIRECTORY)
    if unpacker.unconsumed_tail:
        raise gzip.BadGzipFile
    return plain


def read_directory(data: bytes) -> Directory:
    """Return a directory from its bytes: four rows of numbers of 7 bits a byte.

    Parameters
    ----------
    data
        Unpacked.

    Returns
    -------
    Directory
        Its entries.
    """
    numbers = _varints(data)
    n = numbers[0]
    rows = [numbers[1 + row * n : 1 + (row + 1) * n] for row in range(4)]
    first: list[int] = []
    offset: list[int] = []
    for at in range(n):
        first.append(rows[0][at] + (first[-1] if first else 0))
        told = rows[3][at]  # 0: right behind the one before
        offset.append(told - 1 if told else offset[-1] + rows[2][at - 1])
    return Directory(tuple(first), tuple(rows[1]), tuple(rows[2]), tuple(offset))


def _varints(data: bytes) -> list[int]:
    found, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        if byte & 0x80:
            shift += 7
        else:
            found.append(value)
            value, shift = 0, 0
    return found


def tile_number(z: int, x: int, y: int) -> int:
    """Return a tile's place on the curve through all levels (Hilbert 1891), from 0.

    Parameters
    ----------
    z, x, y
        Level, column from the west, row from the north.

    Returns
    -------
    int
        Tiles of the levels above, and those before it on its own.
    """
    number = ((1 << (2 * z)) - 1) // 3
    for level in range(z - 1, -1, -1):
        side = 1 << level
        right, down = x & side, y & side
        number += ((3 * right) ^ down) << level
        if not down:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
    return number
