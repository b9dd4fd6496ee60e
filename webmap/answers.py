"""What every answer carries: security headers, an ETag, and a coding."""

from __future__ import annotations

import json
from typing import Final

from flask import Flask, Response, current_app, request

from webmap.codings import IDENTITY, coding_wanted, pack
from webmap.packed import PackedAnswers
from webmap.query import settings

SMALLEST_BYTES: Final = 1_000  # below it a packet is a packet
_TEXT: Final = ("text/", "application/json", "application/geo+json", "image/svg+xml")
POLICY: Final = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def json_answer(value: object, *, mimetype: str = "application/json") -> Response:
    """Return a value as compact JSON in UTF-8.

    Parameters
    ----------
    value
        JSON values; a number that is not finite is refused, because JSON has none.
    mimetype
        Its media type.

    Returns
    -------
    Response
        The answer.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(text, mimetype=mimetype)


def register(app: Flask) -> None:
    """Let an application finish every answer.

    Parameters
    ----------
    app
        The application.
    """
    app.after_request(_finish)


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", _policy())
    if not response.headers.get("Cache-Control", "").startswith(("private", "no-store")):
        response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(("Accept-Encoding", "Accept-Language"))
    tag, _ = response.get_etag()
    if tag is not None:  # weak: it names the content, which travels in one of several codings
        response.set_etag(tag, weak=True)
    if response.status_code != 200 or request.method not in {"GET", "HEAD"}:
        return response
    if response.is_streamed and not response.direct_passthrough:
        return response
    return _packed(_tagged(response))


def _policy() -> str:
    """Return where a page may load from: this server, and pictures from the grounds named."""
    origins = sorted({one.origin for one in settings().basemaps})
    return f"{POLICY}; img-src 'self' data: {' '.join(origins)}" if origins else POLICY


def _tagged(response: Response) -> Response:
    """Return the answer with an ETag, or 304 when the browser has it."""
    if response.headers.get("ETag") is None and not response.direct_passthrough:
        response.add_etag(weak=True)
    response.make_conditional(request)
    return response


def _can_be_packed(response: Response) -> bool:
    """Tell whether an answer may travel in a coding: text that is shown, not a file to keep."""
    return (
        "Content-Encoding" not in response.headers
        and not response.headers.get("Content-Disposition", "").startswith("attachment")
        and response.content_type.startswith(_TEXT)
        and (response.content_length or 0) >= SMALLEST_BYTES
    )


def _packed(response: Response) -> Response:
    """Return text in the coding that the browser likes best; each content is packed once."""
    coding = coding_wanted(request.accept_encodings)
    tag, _ = response.get_etag()
    if (
        coding == IDENTITY
        or tag is None
        or response.status_code != 200
        or not _can_be_packed(response)
    ):
        return response
    kept: PackedAnswers = current_app.extensions["geogrid.packed"]
    # The tag of a file is that of its time and size, so its address belongs to its name.
    key = ("file", request.path, tag, coding) if response.direct_passthrough else (tag, coding)
    response.direct_passthrough = False
    unread = response.response
    body = kept.get(key, lambda: pack(response.get_data(), coding))
    response.set_data(body)
    close = getattr(unread, "close", None)
    if close is not None:  # a file that did not have to be read
        close()
    response.headers["Content-Encoding"] = coding
    response.headers.pop("Accept-Ranges", None)  # of the plain file
    return response
