"""Districts beside each other, and promises of visits, as JSON."""

from __future__ import annotations

from flask import Blueprint, Response

from webmap.answers import json_answer
from webmap.query import WINDOW_NAMES, check_names, window_wanted, workspace

blueprint = Blueprint("districts", __name__, url_prefix="/api")


@blueprint.get("/districts/table")
def table() -> Response:
    """Return rates of each district with intervals, per km2, per person and per road length."""
    check_names(*WINDOW_NAMES)
    return json_answer(workspace().compared_districts(window_wanted()))


@blueprint.get("/dosage")
def dosage() -> Response:
    """Return whether promised visits were kept, as `geogrid dosage --json` does."""
    check_names(*WINDOW_NAMES)
    return json_answer(workspace().dosage(window_wanted()))
