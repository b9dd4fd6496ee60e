"""Tiles out of a PMTiles file: each lies where the specification says, damage is told."""

from __future__ import annotations

import pytest

from geogrid.errors import InputError
from tests.webmap.pmtiles_files import pmtiles
from webmap.pmtiles import PmTiles, read_directory, tile_number

EVERY = [(z, x, y) for z in range(5) for x in range(2**z) for y in range(2**z)]


def test_numbers_of_tiles_are_those_that_are_published():
    # The specification's own examples, and one of its reference reader's tests.
    assert [tile_number(1, *at) for at in ((0, 0), (0, 1), (1, 1), (1, 0))] == [1, 2, 3, 4]
    assert tile_number(0, 0, 0) == 0
    assert tile_number(2, 0, 0) == 5
    assert tile_number(12, 3423, 1763) == 19_078_479


def test_every_tile_has_a_number_of_its_own_and_neighbours_on_the_curve_touch():
    numbers = {tile_number(*place): place for place in EVERY}
    assert sorted(numbers) == list(range(len(EVERY)))
    for number in range(86, 85 + 4**4):  # of level 4
        (_, x0, y0), (_, x1, y1) = numbers[number - 1], numbers[number]
        assert abs(x0 - x1) + abs(y0 - y1) == 1


@pytest.mark.parametrize("leaf", [False, True])
@pytest.mark.parametrize("packed", [1, 2])
def test_each_tile_comes_back_and_what_is_not_there_is_none(tmp_path, leaf, packed):
    tiles = {place: b"sea" if place[1] % 3 else repr(place).encode() for place in EVERY[5:200]}
    path = tmp_path / "a.pmtiles"
    path.write_bytes(pmtiles(tiles, leaf=leaf, packed=packed))
    archive = PmTiles(path)
    assert (archive.min_zoom, archive.max_zoom, archive.mimetype) == (2, 4, "image/png")
    for place in EVERY:
        assert archive.tile(*place) == tiles.get(place)
    for outside in ((3, 8, 0), (3, 0, -1), (-1, 0, 0), (23, 0, 0), (2**70, 0, 0)):
        assert archive.tile(*outside) is None


def test_a_directory_is_read_as_the_specification_lays_it_out():
    # Two entries: tiles 5 and 42, runs 1 and 300 (two bytes), one right behind the other.
    found = read_directory(bytes([2, 5, 37, 1, 0xAC, 0x02, 10, 20, 1, 0]))
    assert (found.first, found.run, found.length) == ((5, 42), (1, 300), (10, 20))
    assert found.offset == (0, 10)


def test_a_file_that_cannot_be_drawn_is_refused_with_the_reason(tmp_path):
    path = tmp_path / "a.pmtiles"
    whole = pmtiles({(1, 0, 0): b"a", (1, 1, 0): b"bcd"})
    wrong = {
        "no PMTiles": b"PK" + bytes(200),
        "no PMTiles file of version 3": b"PMTiles\x02" + bytes(200),
        "vector tiles": pmtiles({(1, 0, 0): b"a"}, kind=1),
        "of no kind that is known": pmtiles({(1, 0, 0): b"a"}, kind=9),
    }
    for told, data in wrong.items():
        path.write_bytes(data)
        with pytest.raises(InputError, match=told):
            PmTiles(path)
    with pytest.raises(InputError, match="cannot be read"):
        PmTiles(tmp_path / "none.pmtiles")
    path.write_bytes(whole[:-2])
    with pytest.raises(InputError, match="ends too early"):
        PmTiles(path).tile(1, 1, 0)
    path.write_bytes(whole[:127] + bytes(len(whole) - 127))
    with pytest.raises(InputError, match="damaged"):
        PmTiles(path).tile(1, 0, 0)
