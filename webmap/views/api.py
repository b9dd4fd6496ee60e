"""Layers, cells and districts as JSON, and layers as files."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, request, send_file, url_for

from webmap.answers import json_answer
from webmap.asking import ASKED_NAMES, asked_workspace
from webmap.packed import PackedAnswers
from webmap.query import (
    WINDOW_NAMES,
    box_wanted,
    check_names,
    language_wanted,
    one_of,
    settings,
    whole_number,
    window_wanted,
    workspace,
)

blueprint = Blueprint("api", __name__, url_prefix="/api")
FORMATS: Final = {
    "gpkg": "application/geopackage+sqlite3",
    "geojson": "application/geo+json",
    "csv": "text/csv; charset=utf-8",
    "fgb": "application/flatgeobuf",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
    "kml": "application/vnd.google-earth.kml+xml",
}

PROVENANCE: Final = "provenance"  # what CSV and KML have no place for
TAKEN_NAMES: Final = ("district", "datum", "area", "where")


@blueprint.get("/layers")
def layers() -> Response:
    """Return what the workspace is and which layers it has."""
    check_names()
    language = language_wanted()
    kept: PackedAnswers = current_app.extensions["geogrid.packed"]
    # Every page begins with it, and it says the same until facts change.
    key = ("layers", workspace().facts(), language, request.script_root)
    body = kept.get(key, lambda: json_answer(_layers(language)).get_data())
    return Response(body, mimetype="application/json")


def _layers(language: str) -> dict[str, Any]:
    """Return what the workspace is and which layers it has, with their addresses."""
    shown = workspace()
    days = shown.days()
    listed, slow = (
        [one | {"href": url_for("api.layer", layer_id=one["id"])} for one in found]
        for found in (shown.layer_list(language), shown.slow_layer_list(language))
    )
    about = {
        "name": shown.name,
        "synthetic": shown.synthetic,
        "time_zone": str(shown.time_zone),
        "cells": len(shown.grid),
        "cell_m": shown.grid.spec.cell_size,
        "days": [days[0].isoformat(), days[-1].isoformat()] if days else None,
        "formats": list(FORMATS),
        "methods": list(shown.hotspot_methods()),
        "groups": list(shown.unit_groups()),
        "basemaps": [one.as_json() for one in settings().basemaps],
    }
    return {"workspace": about, "layers": listed, "slow_layers": slow}


@blueprint.get("/layers/<layer_id>")
def layer(layer_id: str) -> Response:
    """Return a layer's fields, legend, provenance, age and completeness."""
    # `column` names the one that will be drawn: where it is a sum, the others are not worked out.
    check_names("column", *ASKED_NAMES)
    return json_answer(
        asked_workspace().column_json(
            layer_id, request.args.get("column"), language_wanted(), window_wanted()
        )
    )


@blueprint.get("/layers/<layer_id>/items")
def items(layer_id: str) -> Response:
    """Return one page of a layer as GeoJSON in WGS-84 (RFC 7946)."""
    check_names("bbox", "district", "limit", "offset", *WINDOW_NAMES)
    limits = settings()
    limit = min(whole_number("limit", limits.page_limit, least=1), limits.max_limit)
    offset = whole_number("offset", 0, least=0)
    page: dict[str, Any] = workspace().features(
        layer_id,
        bbox=box_wanted(),
        district=request.args.get("district"),
        limit=limit,
        offset=offset,
        window=window_wanted(),
    )
    if offset + len(page["features"]) < page["numberMatched"]:
        query = request.args.to_dict() | {"limit": str(limit), "offset": str(offset + limit)}
        page["links"] = [
            {
                "rel": "next",
                "type": "application/geo+json",
                "href": f"{request.base_url}?{urlencode(query)}",
            }
        ]
    return json_answer(page, mimetype="application/geo+json")


@blueprint.get("/layers/<layer_id>/export")
def export(layer_id: str) -> Response:
    """Return a layer, or a part of it, as a file to take away; or what such a file is made of."""
    check_names("f", "bbox", *TAKEN_NAMES, *ASKED_NAMES)
    fmt = one_of("f", request.args.get("f", "geojson"), (*FORMATS, PROVENANCE))
    asked = {name: request.args.get(name) for name in TAKEN_NAMES}
    shown = asked_workspace()
    part = shown.selection(bbox=box_wanted(), **asked)
    folder = tempfile.TemporaryDirectory(prefix="geogrid-export-")
    try:
        ending = "csv" if fmt == PROVENANCE else fmt
        path = shown.export(
            layer_id,
            Path(folder.name) / f"{layer_id}.{ending}",
            selection=part,
            window=window_wanted(),
        )
        if fmt == PROVENANCE:
            path = path.with_name(f"{path.name}.provenance.json")
        answer = send_file(
            path,
            mimetype=FORMATS.get(fmt, "application/json"),
            as_attachment=True,
            download_name=path.name.replace(".csv.p", ".p"),
            etag=False,
        )
    except BaseException:
        folder.cleanup()
        raise
    answer.direct_passthrough = False  # a file passed through is never told that it was sent
    answer.call_on_close(folder.cleanup)
    return answer


@blueprint.get("/cells/<code>")
def cell(code: str) -> Response:
    """Return everything known of one cell."""
    check_names(*WINDOW_NAMES)
    shown, window = workspace(), window_wanted()
    report = shown.cell_report(code, language=language_wanted(), window=window)
    return json_answer(report | shown.cell_facts(code, window))


@blueprint.get("/districts")
def districts() -> Response:
    """Return the totals of each district."""
    check_names(*WINDOW_NAMES)
    return json_answer({"districts": workspace().district_table(window_wanted())})


@blueprint.get("/timeline")
def timeline() -> Response:
    """Return patrol hours and incidents by day, by hour and by day of the week."""
    check_names(*WINDOW_NAMES)
    return json_answer(workspace().timeline(window_wanted()))


@blueprint.get("/units")
def units() -> Response:
    """Return how well each unit's receiver reports, worst first."""
    check_names(*WINDOW_NAMES)
    return json_answer(workspace().quality(window_wanted(), language=language_wanted()))
