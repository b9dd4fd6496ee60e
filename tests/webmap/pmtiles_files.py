"""Small PMTiles files, written by the specification for tests."""

from __future__ import annotations

import gzip
import struct

from webmap.pmtiles import tile_number


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def directory(entries):
    """Return the bytes of (first, run, length, offset) entries."""
    firsts = [entry[0] for entry in entries]
    steps = [b - a for a, b in zip([0, *firsts], firsts, strict=False)]
    rows = [steps, *([entry[row] for entry in entries] for row in (1, 2))]
    offsets = []
    for at, (_, _, _, offset) in enumerate(entries):
        last = entries[at - 1] if at else None
        follows = last is not None and offset == last[3] + last[2]
        offsets.append(0 if follows else offset + 1)
    return b"".join(map(varint, [len(entries), *(n for row in (*rows, offsets) for n in row)]))


def pmtiles(tiles, *, kind=2, packed=2, leaf=False):
    """Return a file of {(z, x, y): bytes}; equal neighbours share a run, as writers do."""
    pack = gzip.compress if packed == 2 else bytes
    body, entries = b"", []
    for number, data in sorted((tile_number(*place), data) for place, data in tiles.items()):
        if entries and entries[-1][0] + entries[-1][1] == number and entries[-1][4] == data:
            entries[-1][1] += 1
            continue
        entries.append([number, 1, len(data), len(body), data])
        body += data
    plain = [entry[:4] for entry in entries]
    leaves = b""
    if leaf:
        half = len(plain) // 2
        parts = [pack(directory(part)) for part in (plain[:half], plain[half:])]
        leaves = b"".join(parts)
        plain = [
            [plain[0][0], 0, len(parts[0]), 0],
            [plain[half][0], 0, len(parts[1]), len(parts[0])],
        ]
    root = pack(directory(plain))
    levels = [place[0] for place in tiles]
    at_leaves = 127 + len(root)
    at_tiles = at_leaves + len(leaves)
    counts = (127, len(root), at_leaves, 0, at_leaves, len(leaves), at_tiles, len(body), 0, 0, 0)
    head = b"PMTiles\x03" + struct.pack("<11Q", *counts)
    head += bytes([1, packed, 1, kind, min(levels), max(levels)]) + bytes(25)
    return head + root + leaves + body
