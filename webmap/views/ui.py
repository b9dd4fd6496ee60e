"""The page."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

from flask import Blueprint, Response, current_app, render_template, request, send_from_directory

from webmap.query import language_wanted, workspace

blueprint = Blueprint("ui", __name__)
THEMES = ("light", "dark")
# The drawing engine and Leaflet stand in one copy, which the one-file map uses too.
ASSETS = Path(str(resources.files("geogrid"))) / "export" / "assets"


def theme_wanted() -> str:
    """Return the colours that the address asks for; those of the system by default."""
    theme = request.args.get("theme", "")
    return theme if theme in THEMES else "auto"


@blueprint.get("/")
def page() -> Response:
    """Return the map page; its query holds the view and is read by the page itself."""
    language = language_wanted()
    folder = Path(current_app.static_folder or "")
    words: dict[str, str] = json.loads((folder / "locale" / f"{language}.json").read_text("utf-8"))
    html = render_template(
        "map.html",
        t=words.__getitem__,
        language=language,
        theme=theme_wanted(),
        workspace=workspace(),
    )
    return Response(html, mimetype="text/html")


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Return the icon for browsers that ask for it at the old address."""
    return current_app.send_static_file("favicon.svg")


@blueprint.get("/assets/<path:path>")
def asset(path: str) -> Response:
    """Return a file of the drawing engine or of Leaflet."""
    return send_from_directory(ASSETS, path)
