"""Reading requests: every parameter is known and checked, or the request is refused."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Final

from flask import current_app, request

from geogrid.errors import InputError
from geogrid.i18n import LANGUAGES, language_of
from geogrid.model.window import Window
from geogrid.workspace import Workspace
from webmap.settings import Settings

WINDOW_NAMES: Final = ("from", "to", "hours", "weekdays")
Box = tuple[float, float, float, float]


def workspace() -> Workspace:
    """Return the workspace that the current application shows."""
    found: Workspace = current_app.extensions["geogrid.workspace"]
    return found


def settings() -> Settings:
    """Return the settings of the current application."""
    found: Settings = current_app.extensions["geogrid.settings"]
    return found


def language_wanted() -> str:
    """Return the reader's language: ``?lang=``, else what the browser prefers."""
    asked = request.args.get("lang", "")
    if asked in LANGUAGES:
        return asked
    return language_of(next(iter(request.accept_languages.values()), None))


def check_names(*known: str) -> None:
    """Refuse a request with a parameter that is unknown or given twice.

    Parameters
    ----------
    *known
        The names that the route understands; ``lang`` is understood by all.

    Raises
    ------
    InputError
        A misspelt filter must not look like no filter.
    """
    for name, values in request.args.lists():
        if name not in known and name != "lang":
            raise InputError(
                "unknown parameter {name!r}; this address knows {known}",
                name=name,
                known=", ".join((*known, "lang")),
            )
        if len(values) > 1:
            raise InputError("parameter {name!r} is given more than once", name=name)
    asked = request.args.get("lang")
    if asked is not None:
        one_of("lang", asked, LANGUAGES)


def one_of(name: str, value: str, allowed: Collection[str]) -> str:
    """Return a value that is one of a few.

    Parameters
    ----------
    name
        The parameter.
    value
        What was given.
    allowed
        What may be given.

    Returns
    -------
    str
        ``value``.

    Raises
    ------
    InputError
        It is none of them.
    """
    if value not in allowed:
        raise InputError(
            "parameter {name!r} is {got!r}; give one of {allowed}",
            name=name,
            got=value,
            allowed=", ".join(allowed),
        )
    return value


def window_wanted() -> Window:
    """Return the window of time that the request asks for; all there is by default."""
    return Window.parse(*(request.args.get(name) for name in WINDOW_NAMES))


def box_wanted() -> Box | None:
    """Return the request's ``bbox``: degrees, WGS-84 (xmin, ymin, xmax, ymax)."""
    text = request.args.get("bbox")
    if text is None:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 4 and all(map(math.isfinite, numbers)):
        xmin, ymin, xmax, ymax = numbers
        if -180 <= xmin <= xmax <= 180 and -90 <= ymin <= ymax <= 90:
            return xmin, ymin, xmax, ymax
    raise InputError(
        "bbox is {text!r}; give west,south,east,north in degrees, such as 117.2,26.0,117.9,26.5",
        text=text,
    )


def whole_number(name: str, default: int, *, least: int) -> int:
    """Return a parameter that is a whole number.

    Parameters
    ----------
    name
        The parameter.
    default
        Its value when it is not given.
    least
        The smallest value allowed.

    Returns
    -------
    int
        The number.

    Raises
    ------
    InputError
        It is none, or too small.
    """
    text = request.args.get(name)
    if text is None:
        return default
    # `int` reads other scripts' digits and signs too; an address has plain ones.
    if text.isascii() and text.isdigit() and len(text) <= 9 and int(text) >= least:
        return int(text)
    raise InputError(
        "parameter {name!r} is {got!r}; give a whole number, {least} or more",
        name=name,
        got=text,
        least=least,
    )
