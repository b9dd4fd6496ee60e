"""Serving the application with waitress."""

from __future__ import annotations

import ipaddress
import logging

import waitress
from flask import Flask

from geogrid.errors import InputError

logger = logging.getLogger(__name__)
THREADS = 8


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
