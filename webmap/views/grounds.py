"""Grounds that lie in a file of this installation, tile by tile."""

from __future__ import annotations

import base64
from typing import Final

from flask import Blueprint, Response, abort

from webmap.query import check_names, settings

blueprint = Blueprint("grounds", __name__, url_prefix="/ground")
# One clear pixel: where the file has no tile, the land of the page is seen.
CLEAR: Final = base64.b64decode(
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAAC0lEQVR42mNgAAIAAAUAAen63NgAAAAASUVORK5CYII="
)


@blueprint.get("/<ground_id>/<int:z>/<int:x>/<int:y>")
def tile(ground_id: str, z: int, x: int, y: int) -> Response:
    """Return a tile of a PMTiles file, a clear one where it has none."""
    check_names()
    found = next((one for one in settings().basemaps if one.id == ground_id), None)
    if found is None or found.archive is None:
        abort(404)
    picture = found.archive.tile(z, x, y)
    kind = "image/png" if picture is None else found.archive.mimetype
    answer = Response(CLEAR if picture is None else picture, mimetype=kind)
    answer.headers["Cache-Control"] = "private, max-age=86400"
    return answer
