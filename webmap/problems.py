"""Errors as RFC 9457 problem documents, from one table."""

from __future__ import annotations

import json
import logging
import secrets
from typing import Final

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from geogrid.errors import ConflictError, GeogridError, InputError, LayerNotFoundError, StoreError
from geogrid.i18n import translator
from webmap.pages import page_of
from webmap.query import language_wanted

logger = logging.getLogger(__name__)

# The first kind that fits decides; a kind that is not here is our fault.
STATUS: Final[tuple[tuple[type[GeogridError], int, str], ...]] = (
    (LayerNotFoundError, 404, "Not found"),
    (ConflictError, 409, "Changed meanwhile"),
    (InputError, 400, "The request cannot be used"),
    (StoreError, 503, "The workspace cannot be read"),
    (GeogridError, 500, "The server failed"),
)


def problem(status: int, title: str, detail: str, **extra: str) -> Response:
    """Return a problem document.

    Parameters
    ----------
    status
        HTTP status.
    title
        Its kind, in English; translated.
    detail
        What happened here and what to do, in the reader's language.
    **extra
        Further members.

    Returns
    -------
    Response
        ``application/problem+json``; a page where a browser's address line asks.
    """
    title = translator(language_wanted())(title)
    if _is_read_by_a_person():
        said = {"status": status, "title": title, "detail": detail, "number": extra.get("number")}
        return page_of("problem.html", said, status)
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.path,
        **extra,
    }
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, status, content_type="application/problem+json")


def _is_read_by_a_person() -> bool:
    """Tell whether a browser opens a page; whoever takes anything gets JSON."""
    kinds = ["application/problem+json", "text/html"]
    return request.accept_mimetypes.best_match(kinds) == "text/html"


def register(app: Flask) -> None:
    """Let an application answer every error with a problem document.

    Parameters
    ----------
    app
        The application.
    """
    app.register_error_handler(GeogridError, _known)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _known(error: GeogridError) -> Response:
    status, title = next(
        (status, title) for kind, status, title in STATUS if isinstance(error, kind)
    )
    if status >= 500:
        logger.error("%s: %s", type(error).__name__, error)
    return problem(status, title, error.render(translator(language_wanted())))


def _http(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if status < 400:
        return error  # a redirect is its own answer
    detail = error.description or error.name
    answer = problem(status, error.name, translator(language_wanted())(detail))
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            answer.headers[name] = value
    return answer


def _unexpected(error: Exception) -> Response:
    number = secrets.token_hex(4)
    logger.error("error %s at %s %s", number, request.method, request.path, exc_info=error)
    detail = translator(language_wanted())(
        "Something went wrong on the server. Its log tells more under the number {number}."
    ).format(number=number)
    return problem(500, "The server failed", detail, number=number)
