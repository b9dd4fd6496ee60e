"""What single cameras see, as outlines in WGS-84."""

from __future__ import annotations

from flask import Blueprint, Response

from webmap.answers import json_answer
from webmap.query import box_wanted, check_names, settings, whole_number, workspace

blueprint = Blueprint("sight", __name__, url_prefix="/api")


@blueprint.get("/views")
def views() -> Response:
    """Return what cameras in service see as GeoJSON in WGS-84 (RFC 7946)."""
    check_names("bbox", "limit")
    limits = settings()
    limit = min(whole_number("limit", limits.page_limit, least=1), limits.max_limit)
    page = workspace().camera_sight(box_wanted(), limit=limit)
    return json_answer(page, mimetype="application/geo+json")
