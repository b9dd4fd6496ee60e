"""Incidents counted in squares of the map: none is lost, none is moved out of its square."""

from __future__ import annotations

import math

import numpy as np
import pytest

from geogrid.errors import InputError
from geogrid.model.window import Window
from geogrid.service.incident_clusters import counted_squares


@pytest.mark.parametrize("zoom", [0, 7, 12, 22])
def test_counts_add_up_to_the_incidents_of_the_window(tiny_workspace, zoom):
    night = Window.parse(None, None, "22-06", "mon,tue")
    for window in (Window(), night):
        told = tiny_workspace.incident_clusters(zoom, window)
        matched = tiny_workspace.features("incidents", limit=1, window=window)["numberMatched"]
        assert sum(count for _, _, count in told["clusters"]) == matched == told["numberMatched"]


def test_a_category_that_is_left_out_takes_its_incidents_with_it(tiny_workspace):
    every = tiny_workspace.incident_clusters(9)
    parts = [
        every["numberMatched"] - tiny_workspace.incident_clusters(9, without=[one])["numberMatched"]
        for one in every["categories"]
    ]
    assert min(parts) > 0
    assert sum(parts) == every["numberMatched"]
    assert tiny_workspace.incident_clusters(9, without=every["categories"])["clusters"] == []


def test_points_of_one_square_are_one_and_the_world_at_level_zero_has_sixteen_squares():
    # At level 0 a square of 64 of the 256 pixels is 90 degrees of longitude wide.
    lon = np.array([-179.0, -91.0, -89.0, 1.0, 1.0])
    lat = np.array([1.0, 3.0, 1.0, 1.0, -1.0])
    found = counted_squares(lon, lat, 0)
    assert sorted(map(tuple, found)) == [
        (-135.0, 2.0, 2),
        (-89.0, 1.0, 1),
        (1.0, -1.0, 1),
        (1.0, 1.0, 1),
    ]


def test_every_mean_lies_in_its_square_and_each_level_splits_the_one_above():
    draw = np.random.default_rng(0)
    lon, lat = draw.uniform(117, 118, 500), draw.uniform(26, 27, 500)
    for zoom in (8, 11):
        counts: dict[tuple[int, int], int] = {}
        for x, y in zip(lon, lat, strict=True):
            merc = math.log(math.tan(math.pi / 4 + math.radians(y) / 2))
            world = 4 * 2**zoom
            at = int((x / 360 + 0.5) * world), int((0.5 - merc / (2 * math.pi)) * world)
            counts[at] = counts.get(at, 0) + 1
        found = counted_squares(lon, lat, zoom)
        assert sorted(count for *_, count in found) == sorted(counts.values())
    assert len(counted_squares(lon, lat, 11)) > len(counted_squares(lon, lat, 8))


def test_a_level_that_no_map_has_is_refused(tiny_workspace):
    with pytest.raises(InputError, match="level 23 of the map is not there; give 0 to 22"):
        tiny_workspace.incident_clusters(23)
