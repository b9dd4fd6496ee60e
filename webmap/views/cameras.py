"""What cameras cover, what fails with them and what is overdue in their register, as JSON."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request

from geogrid.model.window import Window, day_of_text
from webmap.answers import json_answer
from webmap.query import (
    check_names,
    language_wanted,
    one_of,
    settings,
    whole_number,
    workspace,
)

blueprint = Blueprint("cameras", __name__, url_prefix="/api/cameras")
RANKS: Final = ("land", "roads", "places")
USUAL_ROWS: Final = 100


@blueprint.get("/report")
def report() -> Response:
    """Return measures of cameras, single points of failure, overdue cameras and zones."""
    check_names("as-of", "hours", "rank", "rows")
    rows = min(whole_number("rows", USUAL_ROWS, least=0), settings().max_limit)
    return json_answer(
        workspace().camera_report_of(
            _day_wanted(),
            window=Window.parse(hours=request.args.get("hours")),
            rank=one_of("rank", request.args.get("rank", RANKS[0]), RANKS),
            rows=rows,
            language=language_wanted(),
        )
    )


def _day_wanted() -> date:
    """Return the day that is asked for; today where the workspace is by default."""
    day = request.args.get("as-of")
    if day is not None:
        return day_of_text(day)
    return datetime.now(ZoneInfo(workspace().time_zone)).date()
