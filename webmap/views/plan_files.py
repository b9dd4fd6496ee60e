"""The tours of the next hours as files: GPX for navigators, GeoJSON to compare with later."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, request

from geogrid.errors import InputError
from webmap.query import check_names, one_of, workspace

blueprint = Blueprint("plan_files", __name__, url_prefix="/api/plan")
FORMATS: Final = {"gpx": "application/gpx+xml", "geojson": "application/geo+json"}


@blueprint.get("/export")
def export() -> Response:
    """Return the tours that begin at a time as a file to take away."""
    check_names("f", "from", "length", "units")
    fmt = one_of("f", request.args.get("f", "gpx"), tuple(FORMATS))
    start, length = (_given(name) for name in ("from", "length"))
    if not re.fullmatch(r"\d{1,2}(\.\d{1,2})?", length, re.ASCII):
        raise InputError("length is {text!r}; give hours, such as 4", text=length)
    with tempfile.TemporaryDirectory(prefix="geogrid-plan-") as folder:
        path = Path(folder) / f"plan.{fmt}"
        workspace().plan(start, float(length), group=request.args.get("units"), path=path)
        written = path.read_bytes()  # some hundred kilobytes
    answer = Response(written, mimetype=FORMATS[fmt])
    answer.headers["Content-Disposition"] = f"attachment; filename=plan.{fmt}"
    return answer


def _given(name: str) -> str:
    value = request.args.get(name)
    if not value:
        raise InputError("parameter {name!r} is needed", name=name)
    return value
