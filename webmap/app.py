"""The application factory; nothing of an application lives outside what it returns."""

from __future__ import annotations

from flask import Flask

from geogrid.workspace import Workspace
from webmap import admission, answers, journal, metrics, problems, visitors
from webmap.packed import PackedAnswers
from webmap.readiness import Readiness
from webmap.settings import Settings
from webmap.staging import Staging
from webmap.views import (
    api,
    cameras,
    clusters,
    districts,
    grounds,
    imports,
    lattice,
    looks,
    ops,
    points,
    scenarios,
    sight,
    tiles,
    tours,
    ui,
)


def create_app(
    workspace: Workspace,
    *,
    settings: Settings | None = None,
    gate: visitors.Gate = visitors.everybody,
) -> Flask:
    """Return the web application that shows one workspace.

    Parameters
    ----------
    workspace
        What it shows.
    settings
        Its limits; `Settings` without arguments if ``None``.
    gate
        Says who a request comes from; by default everybody may do everything.

    Returns
    -------
    Flask
        A WSGI application; several can live in one process.
    """
    settings = settings or Settings()
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.config["TRUSTED_HOSTS"] = list(settings.trusted_hosts) if settings.trusted_hosts else None
    app.extensions["geogrid.workspace"] = workspace
    app.extensions["geogrid.settings"] = settings
    app.extensions["geogrid.packed"] = PackedAnswers(settings.packed_bytes)
    app.extensions["geogrid.staging"] = Staging()
    app.extensions["geogrid.readiness"] = Readiness()
    metrics.register(app)
    journal.register(app)
    answers.register(app)
    problems.register(app)
    visitors.register(app, gate)
    admission.register(app, settings)
    for view in (
        ui,
        api,
        districts,
        cameras,
        clusters,
        looks,
        imports,
        grounds,
        lattice,
        points,
        tiles,
        tours,
        scenarios,
        sight,
        ops,
    ):
        app.register_blueprint(view.blueprint)
    return app
