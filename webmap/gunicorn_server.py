"""Serving by gunicorn: the only module that knows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import Flask
from gunicorn.app.base import BaseApplication

SILENT_S: Final = 120  # a process that gives no sign of life for so long is started anew
IDLE_S: Final = 30  # an idle connection is held; it costs no thread


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """One process of threads, which the parent process starts anew when it dies.

    One, because what is kept (layers, packed answers, files laid aside) belongs to a process.
    """

    def __init__(self, make: Callable[[], Flask], options: dict[str, object]) -> None:
        self._make = make
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from gunicorn's own choice; no file and no variable is read."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application, in the process that serves it."""
        return self._make()


def run(make: Callable[[], Flask], address: str, *, threads: int, last_answers_s: float) -> None:
    """Serve until the process is told to end.

    Parameters
    ----------
    make
        Returns the application.
    address
        Host and port.
    threads
        Requests answered at once.
    last_answers_s
        Seconds that answers in work have at the end.

    Raises
    ------
    SystemExit
        When it ends.
    """
    options: dict[str, object] = {
        "bind": address,
        "worker_class": "gthread",
        "workers": 1,
        "threads": threads,
        "timeout": SILENT_S,
        "graceful_timeout": int(last_answers_s),
        "keepalive": IDLE_S,
        "loglevel": "warning",
        "control_socket_disable": True,
    }
    _Server(make, options).run()
