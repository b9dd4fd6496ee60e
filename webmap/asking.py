"""The workspace as a request asks it: hotspots by a method, if it names one."""

from __future__ import annotations

from typing import Final

from flask import request

from geogrid.workspace import Workspace
from webmap.query import WINDOW_NAMES, one_of, workspace

ASKED_NAMES: Final = (*WINDOW_NAMES, "method")


def asked_workspace() -> Workspace:
    """Return the workspace that the application shows, asked by the request's ``method``."""
    shown = workspace()
    method = request.args.get("method")
    if method is None:
        return shown
    return shown.by_method(one_of("method", method, shown.hotspot_methods()))
