"""Who may ask for what: the one place where users and their roles come in.

This version knows no users: `everybody` gives each request every role. A login is a `Gate` given
to `webmap.create_app`; nothing else in the application asks who somebody is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from flask import Flask, Request, Response, current_app, g, request

from geogrid.i18n import translator
from webmap.problems import problem
from webmap.query import language_wanted


class Role(StrEnum):
    """What somebody may do."""

    LOOK = "look"  # at places: layers, cells, plans, what-ifs that are not kept
    TRACKS = "tracks"  # at where single units were
    CHANGE = "change"  # what is stored: imports, scenarios, profiles


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who asks.

    Parameters
    ----------
    name
        What a login calls them; ``None`` where there is none.
    roles
        What they may do.
    """

    name: str | None
    roles: frozenset[Role]


Gate = Callable[[Request], Visitor | None]
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_FOR_ALL: Final = frozenset({"ops.healthz", "ops.readyz"})  # a watchdog has no name
# What differs from: to ask is to look, to send is to change.
_ROLES: Final = {
    "looks.positions": Role.TRACKS,
    "looks.track": Role.TRACKS,
    "looks.units": Role.TRACKS,
    "looks.area_stats": Role.LOOK,
    "scenarios.what_if": Role.LOOK,
}


def everybody(asked: Request) -> Visitor:
    """Return a visitor without a name who may do everything.

    Parameters
    ----------
    asked
        Any request.

    Returns
    -------
    Visitor
        The same for all.
    """
    del asked
    return Visitor(None, frozenset(Role))


def register(app: Flask, gate: Gate) -> None:
    """Let an application ask a gate about every request but those of a watchdog.

    Parameters
    ----------
    app
        The application.
    gate
        Says who a request comes from; ``None`` where it comes from nobody who is known.
    """
    app.extensions["geogrid.gate"] = gate
    app.before_request(_admit)


def has_login(app: Flask) -> bool:
    """Tell whether an application asks who somebody is.

    Parameters
    ----------
    app
        The application.

    Returns
    -------
    bool
        False where its gate is `everybody`, or it has none.
    """
    return app.extensions.get("geogrid.gate", everybody) is not everybody


def role_needed(endpoint: str | None, method: str) -> Role:
    """Return the role that a request needs.

    Parameters
    ----------
    endpoint
        The name of its view; ``None`` where no view has its address.
    method
        Of HTTP.

    Returns
    -------
    Role
        One role.
    """
    usual = Role.LOOK if method in _SAFE else Role.CHANGE
    return _ROLES.get(endpoint or "", usual)


def _admit() -> Response | None:
    """Refuse a visitor whom the gate does not know, or who lacks the role."""
    if request.endpoint in _FOR_ALL:
        return None
    gate: Gate = current_app.extensions["geogrid.gate"]
    visitor = g.visitor = gate(request)
    translate = translator(language_wanted())
    if visitor is None:
        return problem(401, "Unauthorized", translate("say who you are first"))
    role = role_needed(request.endpoint, request.method)
    if role not in visitor.roles:
        text = translate("this needs the role {role!r}").format(role=str(role))
        return problem(403, "Forbidden", text)
    return None
