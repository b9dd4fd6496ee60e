"""Small workspaces, made when they are asked for."""

from __future__ import annotations

import pytest

from geogrid.workspace import Choices, DistrictFile, Workspace, read_options
from tests.small_city import DECLARED, EAST, MIDDLE, WEST, write_districts


@pytest.fixture
def options():
    return read_options(DECLARED)


@pytest.fixture
def districts(tmp_path):
    return write_districts(
        tmp_path / "districts.geojson", {"West": (WEST, MIDDLE), "East": (MIDDLE, EAST)}
    )


@pytest.fixture
def make(tmp_path, districts):
    """Return a maker of small workspaces."""

    def small(name: str) -> Workspace:
        return Workspace.create(tmp_path / name, DistrictFile(districts), Choices())[0]

    return small


@pytest.fixture
def ws(make):
    return make("ws")
