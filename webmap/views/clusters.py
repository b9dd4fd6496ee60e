"""Incidents as counted circles, for levels of the map where points would cover one another."""

from __future__ import annotations

from urllib.parse import unquote

from flask import Blueprint, Response, request

from webmap.answers import json_answer
from webmap.query import WINDOW_NAMES, check_names, whole_number, window_wanted, workspace

blueprint = Blueprint("clusters", __name__, url_prefix="/api/incidents")


@blueprint.get("/clusters")
def clusters() -> Response:
    """Return the window's incidents by squares of the map; ``without`` names categories."""
    check_names("zoom", "without", *WINDOW_NAMES)
    # A category is any text: each is escaped once more, so that | can only part them.
    without = [unquote(one) for one in request.args.get("without", "").split("|") if one]
    zoom = whole_number("zoom", 0, least=0)
    return json_answer(workspace().incident_clusters(zoom, window_wanted(), without=without))
