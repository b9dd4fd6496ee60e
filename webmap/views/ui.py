"""The page."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from flask import Blueprint, Response, current_app, send_from_directory

from webmap.pages import page_of
from webmap.query import workspace

blueprint = Blueprint("ui", __name__)
# The drawing engine and Leaflet stand in one copy, which the one-file map uses too.
ASSETS = Path(str(resources.files("geogrid"))) / "export" / "assets"


@blueprint.get("/")
def page() -> Response:
    """Return the map page; its query holds the view and is read by the page itself."""
    return page_of("map.html", {"workspace": workspace()})


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Return the icon for browsers that ask for it at the old address."""
    return current_app.send_static_file("favicon.svg")


@blueprint.get("/assets/<path:path>")
def asset(path: str) -> Response:
    """Return a file of the drawing engine or of Leaflet."""
    return send_from_directory(ASSETS, path)
