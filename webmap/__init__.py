"""The map in a browser: a Flask application over one workspace."""

from __future__ import annotations

from webmap.app import create_app
from webmap.server import serve, serve_by_gunicorn, serving
from webmap.settings import Settings

__all__ = ["Settings", "create_app", "serve", "serve_by_gunicorn", "serving"]
