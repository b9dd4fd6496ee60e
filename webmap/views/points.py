"""Where coordinates lie that a reader types into the search."""

from __future__ import annotations

import re
from typing import Final

from flask import Blueprint, Response, request

from geogrid.errors import InputError
from webmap.answers import json_answer
from webmap.query import check_names, workspace

blueprint = Blueprint("points", __name__, url_prefix="/api/points")
_NUMBER: Final = re.compile(r"-?\d{1,9}(\.\d{1,12})?", re.ASCII)


@blueprint.get("")
def point() -> Response:
    """Return a place in WGS-84 with its cell, of coordinates in a named system."""
    check_names("x", "y", "system")
    system = request.args.get("system", "working")
    return json_answer(workspace().place_of(_number("x"), _number("y"), system))


def _number(name: str) -> float:
    text = request.args.get(name, "")
    if not _NUMBER.fullmatch(text):
        raise InputError(
            "{name} is {text!r}; give a number, such as 498734.5", name=name, text=text
        )
    return float(text)
