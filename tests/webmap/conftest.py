"""The application over the small demo city, asked without a browser."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

import webmap


class _Client(FlaskClient):
    """Reads and closes every answer, as a server does."""

    def open(self, *args, buffered=True, **options):
        return super().open(*args, buffered=buffered, **options)


@pytest.fixture(scope="session")
def app(tiny_workspace):
    made = webmap.create_app(tiny_workspace)
    made.test_client_class = _Client
    return made


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture(scope="session")
def cell_code(tiny_workspace):
    """Return the code of a cell in the middle of the grid."""
    grid = tiny_workspace.grid
    return grid.spec.codes(grid.cells[[len(grid) // 2]])[0]
