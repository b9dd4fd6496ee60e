"""Counters of requests and their time, in Prometheus' text format (version 0.0.4)."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from threading import Lock
from typing import Final

from flask import Flask, Response, current_app, g, request

BUCKETS_S: Final = (0.005, 0.025, 0.1, 0.5, 2.5, 10.0)


class Metrics:
    """Counts of answers by route and status, and how long they took."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._answers: Counter[tuple[str, str, int]] = Counter()
        self._buckets: Counter[tuple[str, int]] = Counter()
        self._seconds: Counter[str] = Counter()

    def add(self, method: str, route: str, *, status: int, seconds: float) -> None:
        """Count one answer.

        Parameters
        ----------
        method, route
            What was asked; the route's rule, so that addresses do not multiply.
        status
            HTTP status.
        seconds
            Time from request to answer.
        """
        with self._lock:
            self._answers[method, route, status] += 1
            self._buckets[route, bisect_left(BUCKETS_S, seconds)] += 1
            # A Counter of floats: typeshed wants int, addition does not mind.
            self._seconds[route] += seconds  # type: ignore[assignment]

    def text(self) -> str:
        """Return everything as Prometheus reads it."""
        with self._lock:
            answers, buckets = dict(self._answers), dict(self._buckets)
            seconds = dict(self._seconds)
        lines = [
            "# HELP geogrid_http_requests_total Answers by route and status.",
            "# TYPE geogrid_http_requests_total counter",
        ]
        lines += [
            f'geogrid_http_requests_total{{method="{method}",route="{route}",status="{status}"}} '
            f"{count}"
            for (method, route, status), count in sorted(answers.items())
        ]
        name = "geogrid_http_request_seconds"
        lines += [f"# HELP {name} Time from request to answer.", f"# TYPE {name} histogram"]
        for route in sorted(seconds):
            total = 0
            for at, edge in enumerate((*BUCKETS_S, "+Inf")):
                total += buckets.get((route, at), 0)
                lines.append(f'{name}_bucket{{route="{route}",le="{edge}"}} {total}')
            lines.append(f'{name}_sum{{route="{route}"}} {seconds[route]:.6f}')
            lines.append(f'{name}_count{{route="{route}"}} {total}')
        return "\n".join(lines) + "\n"


def register(app: Flask) -> None:
    """Let an application count what it answers.

    Parameters
    ----------
    app
        The application.
    """
    app.extensions["geogrid.metrics"] = Metrics()
    app.before_request(_start)
    app.after_request(_count)


def _start() -> None:
    g.started = time.perf_counter()


def _count(response: Response) -> Response:
    metrics: Metrics = current_app.extensions["geogrid.metrics"]
    route = request.url_rule.rule if request.url_rule else "unknown"
    started: float = g.get("started", time.perf_counter())
    metrics.add(
        request.method,
        route,
        status=response.status_code,
        seconds=time.perf_counter() - started,
    )
    return response
