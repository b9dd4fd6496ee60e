"""Single units, cordons and drawn areas: what is asked for and not simply there."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, request

from geogrid.errors import InputError
from geogrid.model.window import Window
from webmap.answers import json_answer
from webmap.guard import json_body, same_origin_only
from webmap.query import WINDOW_NAMES, check_names, window_wanted, workspace

blueprint = Blueprint("looks", __name__, url_prefix="/api")
blueprint.before_request(same_origin_only)
GEOJSON = "application/geo+json"


@blueprint.get("/positions")
def positions() -> Response:
    """Return where each unit was last, on the window's last imported day."""
    check_names(*WINDOW_NAMES)
    return json_answer(workspace().last_positions(window_wanted()), mimetype=GEOJSON)


@blueprint.get("/tracks")
def units() -> Response:
    """Return the names of the units whose tracks can be looked at, and the last looks."""
    check_names()
    shown = workspace()
    return json_answer({"units": shown.unit_names(), "looks": shown.looks()})


@blueprint.post("/tracks")
def track() -> Response:
    """Return the track of a unit; the look is logged with its purpose."""
    check_names()
    body = json_body()
    if not isinstance(body, dict) or not all(isinstance(v, str) for v in body.values()):
        raise InputError("give unit, purpose and the window (from, to, hours, weekdays) as texts")
    window = Window.parse(*(body.get(name) or None for name in WINDOW_NAMES))
    unit, purpose = body.get("unit", ""), body.get("purpose", "")
    found = workspace().look_at_track(unit, window, purpose=purpose, at=datetime.now(UTC))
    return json_answer(found, mimetype=GEOJSON)


@blueprint.get("/cordon")
def cordon() -> Response:
    """Return where roads cross the edge of a zone, guarded or not, and what would close it."""
    check_names("zone")
    return json_answer(workspace().cordon_json(request.args.get("zone", "city")), mimetype=GEOJSON)


@blueprint.post("/areas/stats")
def area_stats() -> Response:
    """Return what is known of the cells in a polygon."""
    check_names(*WINDOW_NAMES)
    return json_answer(workspace().area_stats(json_body(), window_wanted()))
