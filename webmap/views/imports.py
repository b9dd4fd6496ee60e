"""Bringing files in: laid aside, looked at, taken, and taken back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request

from geogrid.errors import InputError
from geogrid.i18n import translator
from geogrid.workspace import read_options
from webmap.answers import json_answer
from webmap.guard import json_body, same_origin_only
from webmap.query import check_names, language_wanted, settings, workspace
from webmap.staging import Staging
from webmap.views.ui import theme_wanted

blueprint = Blueprint("imports", __name__)
blueprint.before_request(
    partial(same_origin_only, media=("application/json", "application/octet-stream"))
)
_DECLARED = ("datum", "tz", "speed_unit", "unit")


@blueprint.get("/import")
def page() -> Response:
    """Return the page on which files are brought in."""
    language = language_wanted()
    folder = Path(current_app.static_folder or "")
    words: dict[str, str] = json.loads((folder / "locale" / f"{language}.json").read_text("utf-8"))
    html = render_template(
        "import.html",
        t=words.__getitem__,
        language=language,
        theme=theme_wanted(),
        workspace=workspace(),
    )
    return Response(html, mimetype="text/html")


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
    wish = _asked()
    seen = workspace().import_preview(
        wish.kind,
        _staging().paths(wish.tokens),
        read_options(wish.declared, wish.columns),
        language=language_wanted(),
    )
    return json_answer(seen)


@blueprint.post("/api/imports")
def take() -> Response:
    """Import files laid aside as one change: all of them, or nothing."""
    check_names()
    wish, staging = _asked(), _staging()
    result = workspace().import_files(
        wish.kind,
        staging.paths(wish.tokens),
        read_options(wish.declared, wish.columns),
        credit=wish.credit,
    )
    staging.forget(wish.tokens)
    answer = json_answer(result.as_json(translator(language_wanted())))
    answer.status_code = 201
    return answer


@blueprint.delete("/api/imports/<int:number>")
def undo(number: int) -> Response:
    """Take the last import back, exactly; its number says which one is meant."""
    check_names()
    return json_answer(workspace().undo_import(number))


def _staging() -> Staging:
    found: Staging = current_app.extensions["geogrid.staging"]
    return found


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a request's body asks for."""

    kind: str
    tokens: list[str]
    declared: dict[str, str]
    columns: dict[str, str]
    credit: str


def _asked() -> _Wish:
    """Return what the request's body asks for."""
    body = json_body()
    if not isinstance(body, dict):
        raise InputError("the body is not a JSON object")
    tokens = body.get("files")
    if not isinstance(tokens, list) or not all(isinstance(one, str) for one in tokens):
        raise InputError("{field!r} of the body must be a list of texts", field="files")
    if not tokens:
        raise InputError("no file is named in the body")
    columns = body.get("columns", {})
    if not isinstance(columns, dict) or not all(isinstance(c, str) for c in columns.values()):
        raise InputError("{field!r} of the body must be an object of texts", field="columns")
    declared = {name: _text(body, name) for name in _DECLARED}
    chosen = {name: column for name, column in columns.items() if column}
    return _Wish(_text(body, "kind"), tokens, declared, chosen, _text(body, "credit"))


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise InputError("{field!r} of the body must be a text", field=name)
    return value
