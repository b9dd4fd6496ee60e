"""Serving the application with waitress."""

from __future__ import annotations

import ipaddress
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import waitress
from flask import Flask
from waitress import wasyncore
from waitress.server import BaseWSGIServer

from geogrid.errors import InputError

logger = logging.getLogger(__name__)
THREADS = 8
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
    """Serve an application until the process ends.

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
        ``host`` can be reached from other machines and ``no_login`` is not set.
    """
    if not is_loopback(host):
        if not no_login:
            raise InputError(
                "{host} can be reached from other machines, and the map has no login yet: "
                "everybody on the network could see where patrols were and take the layers "
                "away. Use 127.0.0.1, put a proxy with a login before it, "
                "or say --no-login if that is meant",
                host=host,
            )
        app.config["TRUSTED_HOSTS"] = None
        logger.warning("%s:%d is open to the network without a login", host, port)
    logger.info("serving http://%s:%d/", host, port)
    waitress.serve(app, host=host.strip("[]"), port=port, threads=THREADS, ident=None)


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
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=THREADS, ident=None)
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
