"""What every answer carries: security headers, an ETag, and compression."""

from __future__ import annotations

import gzip
import json
from typing import Final

from flask import Flask, Response, request

from webmap.query import settings

GZIP_LEVEL: Final = 6
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
    if response.status_code != 200 or request.method not in {"GET", "HEAD"}:
        return response
    if response.is_streamed and not response.direct_passthrough:
        return response
    return _compressed(_tagged(response))


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


def _compressed(response: Response) -> Response:
    """Return text as gzip when the browser takes it."""
    wanted = request.accept_encodings["gzip"] > 0
    if (
        not wanted
        or response.status_code != 200
        or "Content-Encoding" in response.headers
        or response.headers.get("Content-Disposition", "").startswith("attachment")
        or not response.content_type.startswith(_TEXT)
    ):
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < SMALLEST_BYTES:
        return response
    response.set_data(gzip.compress(body, GZIP_LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    tag, _ = response.get_etag()
    if tag is not None:
        response.set_etag(tag, weak=True)  # the same content in other bytes
    return response
