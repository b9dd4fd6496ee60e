"""The map in a browser: a Flask application over one workspace."""

from __future__ import annotations

from webmap.app import create_app
from webmap.server import serve, serving
from webmap.settings import Settings

__all__ = ["Settings", "create_app", "serve", "serving"]
