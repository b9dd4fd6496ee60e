"""What cameras cover, what fails with them and what is overdue in their register, as JSON."""

from __future__ import annotations

import tempfile
from datetime import date, datetime
from pathlib import Path
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
TABLE_ROWS: Final = 500
FORMATS: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


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


@blueprint.get("/report/rows")
def rows() -> Response:
    """Return rows of one table of the report, sorted, with the places of their cameras."""
    check_names("table", "as-of", "hours", "district", "order", "rows")
    return json_answer(
        workspace().camera_rows(
            request.args.get("table", "care"),
            _day_wanted(),
            window=Window.parse(hours=request.args.get("hours")),
            district=request.args.get("district"),
            order=request.args.get("order", ""),
            rows=min(whole_number("rows", TABLE_ROWS, least=0), settings().max_limit),
        )
    )


@blueprint.get("/report/export")
def export() -> Response:
    """Return the report as a workbook, or one of its tables, to take away."""
    check_names("f", "table", "as-of", "hours")
    fmt = one_of("f", request.args.get("f", "xlsx"), tuple(FORMATS))
    table = request.args.get("table", "care")
    with tempfile.TemporaryDirectory(prefix="geogrid-cameras-") as folder:
        path = Path(folder) / f"cameras.{fmt}"
        window = Window.parse(hours=request.args.get("hours"))
        workspace().write_camera_table(path, _day_wanted(), window=window, table=table)
        written = path.read_bytes()  # one or two megabytes for a city
    answer = Response(written, mimetype=FORMATS[fmt])
    name = f"cameras-{table}.csv" if fmt == "csv" else path.name
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


def _day_wanted() -> date:
    """Return the day that is asked for; today where the workspace is by default."""
    day = request.args.get("as-of")
    if day is not None:
        return day_of_text(day)
    return datetime.now(ZoneInfo(workspace().time_zone)).date()
