"""The workspace as a request asks it: hotspots by a method, gaps by a weight, if it names one."""

from __future__ import annotations

from typing import Final

from flask import request

from geogrid.workspace import Workspace
from webmap.query import WINDOW_NAMES, one_of, workspace

ASKED_NAMES: Final = (*WINDOW_NAMES, "method", "weight")


def asked_workspace() -> Workspace:
    """Return the workspace shown, asked by the request's ``method`` and ``weight``."""
    shown = workspace()
    method, weight = (request.args.get(name) for name in ("method", "weight"))
    if method is not None:
        shown = shown.by_method(one_of("method", method, shown.hotspot_methods()))
    if weight is not None:
        shown = shown.gaps_by(one_of("weight", weight, shown.gap_weights()))
    return shown
