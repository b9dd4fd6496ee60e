"""Map tiles in Web Mercator as pictures, for QGIS and print; the page paints its own."""

from __future__ import annotations

from flask import Blueprint, Response, request

from webmap.asking import ASKED_NAMES, asked_workspace
from webmap.query import check_names, language_wanted, one_of, window_wanted
from webmap.views.lattice import FOR_EVER

blueprint = Blueprint("tiles", __name__, url_prefix="/tiles")
THEMES = ("light", "dark")
SIDES = ("256", "512")


@blueprint.get("/<version>/<layer_id>/<int:z>/<int:x>/<int:y>.png")
def tile(version: str, layer_id: str, z: int, x: int, y: int) -> Response:
    """Return a tile; ``column`` is the layer's first unless the address names one."""
    check_names("column", "theme", "size", *ASKED_NAMES)
    window = window_wanted()
    theme = one_of("theme", request.args.get("theme", "light"), THEMES)
    side = one_of("size", request.args.get("size", "256"), SIDES)
    shown = asked_workspace()
    beside = shown.tile_beside((z, x, y), pixels=int(side))
    if beside is not None and layer_id in shown.layer_ids():  # in every version of the layer
        return Response(beside, mimetype="image/png")
    about = shown.layer_json(layer_id, language_wanted(), window)
    current = str(about["version"])
    if version != current:  # an old link, or ``latest``
        place = request.full_path.replace(f"/{version}/", f"/{current}/", 1).rstrip("?")
        return Response(status=302, headers={"Location": place, "Cache-Control": "private"})
    drawn = [field["name"] for field in about["fields"] if "wire" in field]
    column = one_of("column", request.args.get("column", next(iter(drawn), "")), drawn)
    picture = shown.tile(layer_id, column, (z, x, y), pixels=int(side), window=window, theme=theme)
    answer = Response(picture, mimetype="image/png")
    answer.headers["Cache-Control"] = FOR_EVER
    answer.set_etag(f"{current}-{column}-{theme}-{side}-{z}-{x}-{y}", weak=True)
    return answer
