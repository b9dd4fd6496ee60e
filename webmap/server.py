"""Serving the application: by waitress, or by gunicorn where it is installed."""

from __future__ import annotations

import ipaddress
import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import waitress
from flask import Flask
from waitress import wasyncore
from waitress.server import BaseWSGIServer

from geogrid.errors import InputError
from geogrid.workspace import Workspace
from webmap.readiness import Readiness
from webmap.settings import Settings
from webmap.visitors import has_login

logger = logging.getLogger(__name__)
# Most of them wait for an answer that another one works out; see webmap/admission.py.
THREADS = 48
# A browser holds up to six connections, also while nothing is asked; Windows knows 512 at most.
CONNECTIONS = 400
LAST_ANSWERS_S = 60.0


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine alone.

    Parameters
    ----------
    host
        A name or an address to listen on.

    Returns
    -------
    bool
        True for ``localhost`` and loopback addresses; a name is not looked up.
    """
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def serve(app: Flask, host: str = "127.0.0.1", port: int = 8000, *, no_login: bool = False) -> None:
    """Serve an application by waitress until the process ends.

    Parameters
    ----------
    app
        Made by `create_app`.
    host
        What to listen on.
    port
        TCP port.
    no_login
        Let others on the network see everything without a login.

    Raises
    ------
    InputError
        ``host`` can be reached from other machines, the application knows no users, and
        ``no_login`` is not set.
    """
    require_safe(app, host, no_login=no_login)
    # A line for each request that waits says nothing that /metrics does not, and many of them hide
    # what went wrong.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    logger.info("serving http://%s:%d/", host, port)
    warm_up(app)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _told_to_end)  # waitress ends well on this exception
    waitress.serve(app, host=host.strip("[]"), port=port, **_options(app))


def serve_by_gunicorn(
    make: Callable[[], Flask], host: str = "127.0.0.1", port: int = 8000, *, no_login: bool = False
) -> None:
    """Serve an application by a process of gunicorn's that is started anew when it dies.

    Parameters
    ----------
    make
        Returns the application, in the process that serves it: stores that are open are not
        handed from one process to another.
    host, port, no_login
        As `serve` takes them.

    Raises
    ------
    InputError
        As `serve`; or gunicorn is not installed.
    SystemExit
        When it ends.
    """
    require_server("gunicorn")
    from webmap.gunicorn_server import run  # noqa: PLC0415 - an extra

    def made() -> Flask:
        app = make()
        require_safe(app, host, no_login=no_login)
        warm_up(app)
        return app

    name = host.strip("[]")
    address = f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
    run(made, address, threads=THREADS, last_answers_s=LAST_ANSWERS_S)


def require_server(name: str) -> None:
    """Refuse a server program that is not installed.

    Parameters
    ----------
    name
        ``waitress`` or ``gunicorn``.

    Raises
    ------
    InputError
        It is gunicorn, which is an extra.
    """
    if name != "gunicorn":
        return
    try:
        import webmap.gunicorn_server  # noqa: F401, PLC0415 - an extra
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "webmap":
            raise
        raise InputError(
            "--server gunicorn needs the package {package}, which is not installed; install it "
            "with: pip install gunicorn (not on Windows; waitress serves there)",
            package=error.name,
        ) from error


def require_safe(app: Flask, host: str, *, no_login: bool) -> None:
    """Refuse to serve other machines an application that asks nobody who they are.

    Parameters
    ----------
    app
        Made by `create_app`; it answers to any name where it may be served.
    host
        What it would listen on.
    no_login
        Let others on the network see everything without a login.

    Raises
    ------
    InputError
        ``host`` is not this machine alone, and there is no login.
    """
    if is_loopback(host):
        return
    if not (no_login or has_login(app)):
        raise InputError(
            "{host} can be reached from other machines, and the map has no login yet: "
            "everybody on the network could see where patrols were and take the layers "
            "away. Use 127.0.0.1, put a proxy with a login before it, "
            "or say --no-login if that is meant",
            host=host,
        )
    app.config["TRUSTED_HOSTS"] = None
    if not has_login(app):
        logger.warning("%s is open to the network without a login", host)


def warm_up(app: Flask) -> threading.Thread:
    """Make the layers of the first look beside the serving of requests.

    Parameters
    ----------
    app
        Made by `create_app`; ``/readyz`` says when it is done.

    Returns
    -------
    threading.Thread
        In which they are made.
    """
    readiness: Readiness = app.extensions["geogrid.readiness"]
    workspace: Workspace = app.extensions["geogrid.workspace"]
    return readiness.begin(workspace.tables)


def _told_to_end(number: int, frame: FrameType | None) -> NoReturn:
    """End as Ctrl+C does: threads finish the answers in work."""
    del number, frame
    raise SystemExit(0)


def _options(app: Flask) -> dict[str, object]:
    """Return how waitress serves an application."""
    settings: Settings = app.extensions.get("geogrid.settings", Settings())
    return {
        "threads": THREADS,
        "connection_limit": CONNECTIONS,
        "ident": None,
        # A body is on the disk before the application sees it, which has limits of its own.
        "max_request_body_size": settings.max_upload_bytes + 1,
    }


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve an application beside what else this process does, as in a notebook.

    At the end the answers in work are given first. Sockets are closed only by the thread that
    listens on them: closed by another one they are asked for once more, and that raises.

    Parameters
    ----------
    app
        Made by `create_app`.

    Yields
    ------
    str
        The address on a free port of this machine, such as ``http://127.0.0.1:8123``.

    Examples
    --------
    >>> import urllib.request, webmap
    >>> with webmap.serving(webmap.create_app(workspace)) as address:  # doctest: +SKIP
    ...     urllib.request.urlopen(f"{address}/healthz").status
    200
    """
    server = waitress.create_server(app, host="127.0.0.1", port=0, **_options(app))
    listening = threading.Thread(target=server.run, name="geogrid-serving", daemon=True)
    listening.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        _end(server)
        listening.join()


def _end(server: BaseWSGIServer) -> None:
    """Give the answers in work, for `LAST_ANSWERS_S` at most, and close every socket."""

    def hang_up() -> None:
        for channel in server.active_channels.values():
            channel.close_when_flushed = True

    def close() -> None:
        wasyncore.close_all(server.active_channels)
        server.close()

    server.trigger.pull_trigger(server.del_channel)  # nobody new comes in
    server.task_dispatcher.shutdown(timeout=LAST_ANSWERS_S)
    server.trigger.pull_trigger(hang_up)
    until = time.monotonic() + LAST_ANSWERS_S
    while server.active_channels and time.monotonic() < until:
        time.sleep(0.01)
    server.trigger.pull_trigger(close)
