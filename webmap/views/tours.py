"""Tours of the next hours as GeoJSON, for the map."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, request

from geogrid.errors import InputError
from webmap.answers import json_answer
from webmap.query import check_names, workspace

blueprint = Blueprint("tours", __name__, url_prefix="/api")
_HOURS: Final = 4.0  # as `geogrid plan` has it


@blueprint.get("/plan")
def plan() -> Response:
    """Return the stops and tours of a plan, as `geogrid plan` makes it."""
    check_names("from", "length", "units")
    drawn = workspace().plan_drawn(
        request.args.get("from"), _length(), group=request.args.get("units")
    )
    return json_answer(drawn, mimetype="application/geo+json")


def _length() -> float:
    text = request.args.get("length")
    if text is None:
        return _HOURS
    try:
        return float(text)
    except ValueError:
        raise InputError("length is {text!r}; give hours, such as 4", text=text) from None
