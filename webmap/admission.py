"""Requests that may take long are let in so many at a time, so that quick ones are always answered.

Those who wait for one slow answer hold a thread each. Were they to hold all of them, nobody could
pan, poll or ask whether the server lives. Who comes when all places are taken is told to ask again
in a second, and the page does so by itself.
"""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import Final

from flask import Flask, Response, current_app, g, request

from geogrid.i18n import translator
from webmap.problems import problem
from webmap.query import language_wanted
from webmap.settings import Settings

RETRY_S: Final = 1
# Files, what is told by a look at the stores, and what is kept until facts change.
QUICK: Final = frozenset(
    {
        "api.layers",
        "grounds.tile",
        "lattice.mesh",
        "ops.facts",
        "ops.healthz",
        "ops.metrics",
        "ops.readyz",
        "points.point",
        "static",
        "ui.asset",
        "ui.favicon",
        "ui.page",
    }
)


def register(app: Flask, settings: Settings) -> None:
    """Let an application answer so many requests at once that may take long.

    Parameters
    ----------
    app
        The application.
    settings
        How many.
    """
    app.extensions["geogrid.places"] = BoundedSemaphore(settings.slow_at_once)
    app.before_request(_admit)
    app.teardown_request(_leave)


def _admit() -> Response | None:
    """Give a request a place, or ask it to come again."""
    if request.endpoint is None or request.endpoint in QUICK:
        return None
    places: BoundedSemaphore = current_app.extensions["geogrid.places"]
    if places.acquire(blocking=False):
        g.has_place = True
        return None
    translate = translator(language_wanted())
    text = translate("the server works out as much as it can at once; ask again in a moment")
    answer = problem(503, "Service Unavailable", text)
    answer.headers["Retry-After"] = str(RETRY_S)
    return answer


def _leave(error: BaseException | None) -> None:
    """Give the place of a request back, whatever came of it."""
    del error
    if g.pop("has_place", False):
        places: BoundedSemaphore = current_app.extensions["geogrid.places"]
        places.release()
