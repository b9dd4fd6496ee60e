"""For those who keep the server running."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, current_app

from webmap.answers import json_answer
from webmap.metrics import Metrics
from webmap.packed import PackedAnswers
from webmap.query import check_names, workspace
from webmap.readiness import Readiness, State

blueprint = Blueprint("ops", __name__)
RETRY_S: Final = 2


@blueprint.get("/healthz")
def healthz() -> Response:
    """Return that the server answers and what it shows."""
    check_names()
    answer = json_answer({"status": "ok", "workspace": workspace().name})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/readyz")
def readyz() -> Response:
    """Return whether the first look finds its layers made; 503 while it would wait."""
    check_names()
    readiness: Readiness = current_app.extensions["geogrid.readiness"]
    state, layers = readiness.state, len(workspace().layer_ids())  # or the stores cannot be read
    answer = json_answer({"status": str(state), "layers": layers})
    if state is not State.READY:
        answer.status_code = 503
        answer.headers["Retry-After"] = str(RETRY_S)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/metrics")
def metrics() -> Response:
    """Return the figures of this process for Prometheus."""
    check_names()
    found = current_app.extensions
    counted: Metrics = found["geogrid.metrics"]
    packed: PackedAnswers = found["geogrid.packed"]
    readiness: Readiness = found["geogrid.readiness"]
    ready = readiness.state is State.READY
    text = counted.text(packed.figures(), kept=workspace().kept_figures(), ready=ready)
    answer = Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/api/facts")
def facts() -> Response:
    """Return a word that changes with every import: pages ask for it, and mostly get 304."""
    check_names()
    return json_answer({"facts": workspace().facts()})
