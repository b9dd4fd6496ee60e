"""Tours of the next hours: GeoJSON for the map, and files for navigators and to compare with."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, request

from geogrid.errors import InputError
from webmap.answers import json_answer
from webmap.query import check_names, one_of, workspace

blueprint = Blueprint("tours", __name__, url_prefix="/api/plan")
FORMATS: Final = {"gpx": "application/gpx+xml", "geojson": "application/geo+json"}
_QUESTION: Final = ("from", "length", "units")


@blueprint.get("")
def plan() -> Response:
    """Return the stops and tours of a plan as GeoJSON; without a time those of the layer."""
    check_names(*_QUESTION)
    if not any(name in request.args for name in _QUESTION):
        drawn = workspace().plan_drawn()
    else:
        drawn = workspace().plan_drawn(_given("from"), _hours(), group=request.args.get("units"))
    return json_answer(drawn, mimetype=FORMATS["geojson"])


@blueprint.get("/export")
def export() -> Response:
    """Return the tours that begin at a time as a file to take away."""
    check_names("f", *_QUESTION)
    fmt = one_of("f", request.args.get("f", "gpx"), tuple(FORMATS))
    start, hours = _given("from"), _hours()
    with tempfile.TemporaryDirectory(prefix="geogrid-plan-") as folder:
        path = Path(folder) / f"plan.{fmt}"
        workspace().plan(start, hours, group=request.args.get("units"), path=path)
        written = path.read_bytes()  # some hundred kilobytes
    answer = Response(written, mimetype=FORMATS[fmt])
    answer.headers["Content-Disposition"] = f"attachment; filename=plan.{fmt}"
    return answer


def _given(name: str) -> str:
    value = request.args.get(name)
    if not value:
        raise InputError("parameter {name!r} is needed", name=name)
    return value


def _hours() -> float:
    text = _given("length")
    if not re.fullmatch(r"\d{1,2}(\.\d{1,2})?", text, re.ASCII):
        raise InputError("length is {text!r}; give hours, such as 4", text=text)
    return float(text)
