"""Requests that change something come from the map's own page, and from nowhere else.

Three things a foreign page cannot do without asking the server first (Fetch standard, CORS): send
JSON as its content type, send a header of its own, and hide its origin.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from flask import Response, request

from geogrid.errors import InputError
from geogrid.i18n import translator
from webmap.problems import problem
from webmap.query import language_wanted

JSON: Final = "application/json"
HEADER: Final = "X-Requested-With"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITE: Final = frozenset({"same-origin", "none"})


def same_origin_only(media: Collection[str] = (JSON,)) -> Response | None:
    """Refuse an unsafe request that may come from another site's page; for ``before_request``.

    Parameters
    ----------
    media
        Types that a body may have; none that a form can send.

    Returns
    -------
    Response or None
        A problem document, or nothing where the request may go on.
    """
    if request.method in _SAFE:
        return None
    translate = translator(language_wanted())
    if not request.headers.get(HEADER):
        return problem(
            403,
            "Forbidden",
            translate("a request that changes something needs a header: ") + HEADER,
        )
    origin = request.headers.get("Origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.host
    if foreign or request.headers.get("Sec-Fetch-Site", "none") not in _OWN_SITE:
        return problem(403, "Forbidden", translate("the request comes from another site"))
    if request.method != "DELETE" and request.mimetype not in media:
        return problem(
            415, "Unsupported Media Type", translate("the body must be of type ") + ", ".join(media)
        )
    return None


def json_body() -> object:
    """Return the JSON value in the body of the current request.

    Returns
    -------
    Any
        JSON values.

    Raises
    ------
    InputError
        It is nested too deep.
    """
    try:
        return request.get_json()
    except RecursionError as error:
        raise InputError("the JSON of the body is nested too deep") from error
