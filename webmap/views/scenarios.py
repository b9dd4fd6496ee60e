"""Camera plans that people make on the map: kept, changed, solved, compared; and what-ifs."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, request, send_file, url_for

from geogrid.crs import Datum
from webmap.answers import json_answer
from webmap.guard import json_body, same_origin_only
from webmap.query import check_names, one_of, workspace

blueprint = Blueprint("scenarios", __name__, url_prefix="/api")
blueprint.before_request(same_origin_only)
FORMATS: Final = {
    "geojson": "application/geo+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


@blueprint.get("/scenarios")
def scenarios() -> Response:
    """Return all scenarios in short, and what they can be asked with."""
    check_names()
    return json_answer(workspace().scenarios())


@blueprint.post("/scenarios")
def make() -> Response:
    """Keep a new scenario."""
    check_names()
    made = workspace().make_scenario(json_body(), datetime.now(UTC))
    answer = json_answer(made)
    answer.status_code = 201
    answer.headers["Location"] = url_for("scenarios.scenario", number=made["id"])
    return answer


@blueprint.get("/scenarios/<int:number>")
def scenario(number: int) -> Response:
    """Return a scenario and what its cameras would see."""
    check_names()
    return json_answer(workspace().scenario(number))


@blueprint.patch("/scenarios/<int:number>")
def change(number: int) -> Response:
    """Change some fields of a scenario."""
    check_names()
    return json_answer(workspace().change_scenario(number, json_body(), datetime.now(UTC)))


@blueprint.delete("/scenarios/<int:number>")
def drop(number: int) -> Response:
    """Forget a scenario."""
    check_names()
    workspace().drop_scenario(number)
    return Response(status=204)


@blueprint.post("/scenarios/<int:number>/solve")
def solve(number: int) -> Response:
    """Let a plan with a proof replace the cameras that are not fixed."""
    check_names()
    return json_answer(workspace().solve_scenario(number, json_body(), datetime.now(UTC)))


@blueprint.get("/scenarios/<int:number>/compare/<int:other>")
def compare(number: int, other: int) -> Response:
    """Return how two scenarios differ under the demand of the first."""
    check_names()
    return json_answer(workspace().compare_scenarios(number, other))


@blueprint.get("/scenarios/<int:number>/export")
def export(number: int) -> Response:
    """Return a scenario as a file to take away."""
    check_names("f", "datum")
    fmt = one_of("f", request.args.get("f", "geojson"), tuple(FORMATS))
    datum = Datum(one_of("datum", request.args.get("datum", Datum.WGS84), tuple(Datum)))
    folder = tempfile.TemporaryDirectory(prefix="geogrid-scenario-")
    try:
        path = Path(folder.name) / f"scenario-{number}.{fmt}"
        workspace().export_scenario(number, path, datum=datum)
        answer = send_file(
            path, mimetype=FORMATS[fmt], as_attachment=True, download_name=path.name, etag=False
        )
    except BaseException:
        folder.cleanup()
        raise
    answer.direct_passthrough = False  # a file passed through is never told that it was sent
    answer.call_on_close(folder.cleanup)
    return answer


@blueprint.post("/whatif")
def what_if() -> Response:
    """Return what is seen if cameras are placed, turned, moved or dropped; nothing is kept."""
    check_names()
    return json_answer(workspace().what_if(json_body()))
