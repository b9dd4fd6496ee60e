"""The lattice for the canvas: where cells are, and columns as packed numbers."""

from __future__ import annotations

import gzip

from flask import Blueprint, Response, current_app, request

from geogrid.crs import Datum
from webmap.answers import json_answer
from webmap.asking import ASKED_NAMES, asked_workspace
from webmap.codings import GZIP, IDENTITY, coding_wanted, pack
from webmap.packed import PackedAnswers
from webmap.query import (
    check_names,
    language_wanted,
    one_of,
    window_wanted,
    workspace,
)

blueprint = Blueprint("lattice", __name__, url_prefix="/lattice")
FOR_EVER = "private, max-age=31536000, immutable"


@blueprint.get("/mesh.json")
def mesh() -> Response:
    """Return where the cells lie on a map in some datum, and how to read the grid's columns."""
    check_names("datum")
    datum = one_of("datum", request.args.get("datum", Datum.WGS84), tuple(Datum))
    return json_answer(workspace().mesh_for(Datum(datum)))


@blueprint.get("/<version>/<layer_id>/<column>.bin")
def column(version: str, layer_id: str, column: str) -> Response:
    """Return one column over the active cells, little-endian, in the order of their ids."""
    check_names(*ASKED_NAMES)
    window = window_wanted()
    shown = asked_workspace()
    about = shown.column_json(layer_id, column, language_wanted(), window)
    current = str(about["version"])
    if version != current:  # an old link, or ``latest``
        here = request.full_path.replace(f"/{version}/", f"/{current}/", 1).rstrip("?")
        return Response(status=302, headers={"Location": here})
    kept: PackedAnswers = current_app.extensions["geogrid.packed"]
    coding = coding_wanted(request.accept_encodings)
    kept_as = GZIP if coding == IDENTITY else coding
    asked = (request.args.get(name, "") for name in ASKED_NAMES)
    packed = kept.get(
        (current, layer_id, column, *asked, kept_as),
        lambda: pack(shown.column_of_window(layer_id, column, window).data, kept_as),
    )
    return _octets(packed, coding, tag=f"{current}-{column}")


def _octets(packed: bytes, coding: str, *, tag: str) -> Response:
    """Return packed bytes as they are, or unpacked for a client that takes no coding."""
    answer = Response(gzip.decompress(packed) if coding == IDENTITY else packed)
    answer.content_type = "application/octet-stream"
    if coding != IDENTITY:
        answer.headers["Content-Encoding"] = coding
    answer.headers["Cache-Control"] = FOR_EVER
    answer.set_etag(tag, weak=True)
    return answer
