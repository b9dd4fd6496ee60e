"""Bringing files in: laid aside, looked at, taken, and taken back."""

from __future__ import annotations

from functools import partial
from typing import Final

from flask import Blueprint, Response, current_app, request

from geogrid.i18n import translator
from webmap.answers import json_answer
from webmap.guard import json_body, same_origin_only
from webmap.pages import page_of
from webmap.query import check_names, language_wanted, settings, workspace
from webmap.staging import Staging

SHOWN_ROWS: Final = 200  # of refused ones, to be corrected on the page; the file has all
blueprint = Blueprint("imports", __name__)
blueprint.before_request(
    partial(same_origin_only, media=("application/json", "application/octet-stream"))
)


@blueprint.get("/import")
def page() -> Response:
    """Return the page on which files are brought in."""
    return page_of("import.html", {"workspace": workspace()})


@blueprint.get("/api/imports")
def log() -> Response:
    """Return the imports that stand, and what can be imported."""
    check_names()
    shown = workspace()
    return json_answer(
        {
            "imports": shown.import_log(),
            "kinds": shown.import_kinds(),
            "time_zone": str(shown.time_zone),
        }
    )


@blueprint.post("/api/imports/files")
def lay_aside() -> Response:
    """Lay a file aside, as the body has it; its name stands in the address."""
    check_names("name")
    request.max_content_length = settings().max_upload_bytes
    kept = _staging().take(request.args.get("name", ""), request.stream)
    answer = json_answer({"file": kept.token, "name": kept.path.name, "bytes": kept.size})
    answer.status_code = 201
    return answer


@blueprint.post("/api/imports/preview")
def preview() -> Response:
    """Return what an import of files laid aside would keep and refuse; nothing is stored."""
    check_names()
    wish = workspace().import_wish(json_body())
    seen = workspace().import_preview(
        wish.kind,
        _staging().paths(wish.files),
        wish.options,
        language=language_wanted(),
    )
    return json_answer(seen)


@blueprint.post("/api/imports")
def take() -> Response:
    """Import files laid aside as one change: all of them, or nothing."""
    check_names()
    wish, staging = workspace().import_wish(json_body()), _staging()
    result = workspace().import_files(
        wish.kind,
        staging.paths(wish.files),
        wish.options,
        credit=wish.credit,
    )
    staging.forget(wish.files)
    answer = json_answer(result.as_json(translator(language_wanted())))
    answer.status_code = 201
    return answer


@blueprint.delete("/api/imports/<int:number>")
def undo(number: int) -> Response:
    """Take the last import back, exactly; its number says which one is meant."""
    check_names()
    return json_answer(workspace().undo_import(number))


@blueprint.get("/api/imports/<int:number>/refused")
def refused(number: int) -> Response:
    """Return the refused rows of an import, as a table to correct."""
    check_names()
    rows = workspace().refused_rows(number)
    return json_answer(
        {
            "header": list(rows.columns),
            "rows": rows.head(SHOWN_ROWS).to_numpy().tolist(),
            "count": len(rows),
        }
    )


@blueprint.get("/api/imports/<int:number>/refused.csv")
def refused_file(number: int) -> Response:
    """Return the refused rows of an import as CSV, to be corrected in a spreadsheet."""
    check_names()
    answer = Response(workspace().refused_csv(number), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="refused-{number}.csv"'
    return answer


@blueprint.get("/api/imports/profiles")
def profiles() -> Response:
    """Return what is known of each source, by name."""
    check_names()
    return json_answer({"profiles": workspace().import_profiles()})


@blueprint.put("/api/imports/profiles/<name>")
def keep_profile(name: str) -> Response:
    """Keep what is known of a source; one of that name is replaced."""
    check_names()
    workspace().save_import_profile(name, json_body())
    return profiles()


@blueprint.delete("/api/imports/profiles/<name>")
def forget_profile(name: str) -> Response:
    """Forget what is known of a source."""
    check_names()
    workspace().remove_import_profile(name)
    return profiles()


def _staging() -> Staging:
    found: Staging = current_app.extensions["geogrid.staging"]
    return found
