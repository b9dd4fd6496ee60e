"""For those who keep the server running."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

from webmap.answers import json_answer
from webmap.metrics import Metrics
from webmap.query import check_names, workspace

blueprint = Blueprint("ops", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Return that the server answers and what it shows."""
    check_names()
    answer = json_answer({"status": "ok", "workspace": workspace().name})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/metrics")
def metrics() -> Response:
    """Return the counters of this process for Prometheus."""
    check_names()
    counters: Metrics = current_app.extensions["geogrid.metrics"]
    answer = Response(counters.text(), content_type="text/plain; version=0.0.4; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store"
    return answer
