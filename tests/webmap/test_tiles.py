"""Tiles over HTTP."""

from __future__ import annotations

import itertools
import random

import pytest

from geogrid.errors import InputError
from geogrid.workspace import Workspace

AT = "10/846/435"  # Sanming


@pytest.fixture(scope="session")
def version(tiny_workspace):
    return tiny_workspace.layer_json("coverage")["version"]


def test_a_tile_is_a_picture_that_may_be_kept_for_ever(client, version):
    answer = client.get(f"/tiles/{version}/coverage/{AT}.png?column=patrol_s")
    assert answer.status_code == 200
    assert answer.mimetype == "image/png"
    assert answer.data.startswith(b"\x89PNG")
    assert "immutable" in answer.headers["Cache-Control"]
    assert len(answer.data) > len(client.get(f"/tiles/{version}/coverage/10/0/0.png").data)


def test_the_latest_tile_is_found_under_its_version(client, version):
    answer = client.get(f"/tiles/latest/coverage/{AT}.png?column=visits&hours=22-06")
    assert answer.status_code == 302
    followed = client.get(answer.headers["Location"])
    assert followed.status_code == 200
    assert "hours=22-06" in answer.headers["Location"]
    assert "/latest/" not in answer.headers["Location"]


@pytest.mark.parametrize(
    "address",
    ["23/0/0.png", "3/8/0.png", "3/0/8.png", "3/6/3.png?column=nothing", "3/1/1.png?theme=pink"],
)
def test_a_tile_that_is_not_there_is_refused_with_the_reason(client, version, address):
    answer = client.get(f"/tiles/{version}/coverage/{address}")
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"


def test_no_address_of_a_tile_breaks_the_server(client, version):
    numbers = (0, 1, 9, 12, 22, 23, 31, 10**9, 2**70)
    for z, x, y in itertools.product(numbers, repeat=3):
        assert client.get(f"/tiles/{version}/coverage/{z}/{x}/{y}.png").status_code < 500


def random_places(many):
    draw = random.Random(7)  # noqa: S311 - addresses
    for _ in range(many):
        z = draw.randint(0, 24)
        x, y = (draw.randint(0, 2**z + 1) for _ in "xy")
        yield (z, x, y), z <= 22 and max(x, y) < 2**z


def test_random_tiles_are_pictures_or_refused(tiny_workspace):
    for place, there in random_places(2_000):
        if there:
            picture = tiny_workspace.tile("coverage", "patrol_s", place)
            assert picture.startswith(b"\x89PNG"), place
        else:
            with pytest.raises(InputError, match="there is no tile"):
                tiny_workspace.tile("coverage", "patrol_s", place)


def test_random_tiles_are_answered_or_refused(client, version):
    for (z, x, y), there in random_places(400):
        answer = client.get(f"/tiles/{version}/coverage/{z}/{x}/{y}.png")
        assert answer.status_code == (200 if there else 400), (z, x, y)


def test_a_tile_beside_the_city_asks_no_layer(client, monkeypatch):
    def refused(*_, **__):
        raise AssertionError

    for name in ("layer", "layer_json", "wire_column", "column_json", "tables"):
        monkeypatch.setattr(Workspace, name, refused)
    answer = client.get("/tiles/latest/coverage/12/0/0.png?from=2020-01-01&hours=3-4")
    assert answer.status_code == 200
    assert answer.data.startswith(b"\x89PNG")


def test_a_tile_beside_the_city_of_no_layer_is_not_found(client):
    assert client.get("/tiles/latest/nothing/12/0/0.png").status_code == 404


def test_a_tile_of_hotspots_is_drawn_by_the_method_that_is_asked_for(client):
    def followed(query):
        answer = client.get(f"/tiles/latest/hotspots/{AT}.png{query}")
        assert answer.status_code == 302, answer.text
        answer = client.get(answer.headers["Location"])
        assert answer.status_code == 200, answer.text
        return answer.data

    assert followed("?method=kde&column=density") != followed("")
    refused = client.get(f"/tiles/latest/hotspots/{AT}.png?method=none")
    assert refused.status_code == 400
    assert "method" in refused.json["detail"]
