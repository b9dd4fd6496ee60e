"""Figures of requests, their time and what is kept, in Prometheus' text format (version 0.0.4)."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from threading import Lock
from typing import Final

from flask import Flask, Response, current_app, g, request

BUCKETS_S: Final = (0.005, 0.025, 0.1, 0.5, 2.5, 10.0)
# A client may say any word as its method; each would be a series of its own.
_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


class Metrics:
    """Counts of answers by route and status, how long they took and how large they were."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._answers: Counter[tuple[str, str, int]] = Counter()
        self._buckets: Counter[tuple[str, int]] = Counter()
        self._seconds: dict[str, float] = {}
        self._bytes = 0
        self._in_work = 0

    def begin(self) -> None:
        """Count a request that has come."""
        with self._lock:
            self._in_work += 1

    def end(self) -> None:
        """Count a request that is done with, whatever came of it."""
        with self._lock:
            self._in_work -= 1

    def add(
        self, method: str, route: str, *, status: int, seconds: float, sent_bytes: int = 0
    ) -> None:
        """Count one answer.

        Parameters
        ----------
        method, route
            What was asked; the route's rule, so that addresses do not multiply.
        status
            HTTP status.
        seconds
            Time from request to answer.
        sent_bytes
            Of its body.
        """
        with self._lock:
            self._answers[method if method in _METHODS else "other", route, status] += 1
            self._buckets[route, bisect_left(BUCKETS_S, seconds)] += 1
            self._seconds[route] = self._seconds.get(route, 0.0) + seconds
            self._bytes += sent_bytes

    def text(
        self,
        packed: Mapping[str, int],
        *,
        kept: Mapping[str, int] | None = None,
        ready: bool = True,
    ) -> str:
        """Return everything as Prometheus reads it.

        Parameters
        ----------
        packed
            Figures of what is kept packed; see `PackedAnswers.figures`.
        kept
            The same of what was worked out; left out if ``None``.
        ready
            Whether the layers of the first look are made.

        Returns
        -------
        str
            Lines, each with its end.
        """
        with self._lock:
            answers, buckets = dict(self._answers), dict(self._buckets)
            seconds, sent, in_work = dict(self._seconds), self._bytes, self._in_work
        lines = _head("geogrid_http_requests_total", "counter", "Answers by route and status.")
        for (method, route, status), count in sorted(answers.items()):
            labels = _labels(("method", method), ("route", route), ("status", str(status)))
            lines.append(f"geogrid_http_requests_total{labels} {count}")
        lines += _histogram(buckets, seconds)
        for figure, kind, about, value in (
            ("http_response_bytes_total", "counter", "Bytes of bodies.", sent),
            ("http_requests_in_work", "gauge", "Requests without an answer yet.", in_work),
            *_memory("packed", "Answers packed for the wire", packed),
            *(() if kept is None else _memory("kept", "Layers and other answers", kept)),
            ("ready", "gauge", "1 when the layers of the first look are made.", int(ready)),
        ):
            lines += [*_head(f"geogrid_{figure}", kind, about), f"geogrid_{figure} {value}"]
        return "\n".join(lines) + "\n"


def _memory(
    name: str, about: str, figures: Mapping[str, int]
) -> Iterator[tuple[str, str, str, int]]:
    """Yield the families that tell of what is kept in memory."""
    yield f"{name}_bytes", "gauge", f"{about}: memory.", figures["bytes"]
    yield f"{name}_entries", "gauge", f"{about}: kept.", figures["entries"]
    yield f"{name}_found_total", "counter", f"{about}: were there.", figures["found"]
    yield f"{name}_made_total", "counter", f"{about}: were made.", figures["made"]


def _histogram(buckets: dict[tuple[str, int], int], seconds: dict[str, float]) -> list[str]:
    """Return how long requests took, by route."""
    name = "geogrid_http_request_seconds"
    lines = _head(name, "histogram", "Time from request to answer.")
    for route in sorted(seconds):
        total = 0
        for at, edge in enumerate((*BUCKETS_S, "+Inf")):
            total += buckets.get((route, at), 0)
            labels = _labels(("route", route), ("le", str(edge)))
            lines.append(f"{name}_bucket{labels} {total}")
        labels = _labels(("route", route))
        lines += [f"{name}_sum{labels} {seconds[route]:.6f}", f"{name}_count{labels} {total}"]
    return lines


def _head(name: str, kind: str, about: str) -> list[str]:
    return [f"# HELP {name} {about}", f"# TYPE {name} {kind}"]


def _labels(*values: tuple[str, str]) -> str:
    """Return labels as Prometheus reads them."""
    escaped = (
        (name, value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n"))
        for name, value in values
    )
    return "{" + ",".join(f'{name}="{value}"' for name, value in escaped) + "}"


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
    app.teardown_request(_end)


def body_bytes(response: Response) -> int:
    """Return how many bytes of body an answer to the current request has on the wire.

    Parameters
    ----------
    response
        The answer.

    Returns
    -------
    int
        0 where HTTP allows no body.
    """
    empty = request.method == "HEAD" or response.status_code in {204, 304}
    return 0 if empty else response.content_length or 0


def _start() -> None:
    metrics: Metrics = current_app.extensions["geogrid.metrics"]
    g.started = time.perf_counter()
    metrics.begin()


def _count(response: Response) -> Response:
    metrics: Metrics = current_app.extensions["geogrid.metrics"]
    route = request.url_rule.rule if request.url_rule else "unknown"
    started: float = g.get("started", time.perf_counter())
    metrics.add(
        request.method,
        route,
        status=response.status_code,
        seconds=time.perf_counter() - started,
        sent_bytes=body_bytes(response),
    )
    return response


def _end(error: BaseException | None) -> None:
    del error
    metrics: Metrics = current_app.extensions["geogrid.metrics"]
    if "started" in g:
        metrics.end()
