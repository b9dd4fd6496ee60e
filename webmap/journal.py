"""One log line for each request, and log lines as JSON.

A line says which view answered, not which place was looked at: parameters of the address stay out,
and so do codes of cells and the places of tiles.
"""

from __future__ import annotations

import json
import logging
import re
import time
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from flask import Flask, Response, g, request

from webmap.metrics import body_bytes

logger = logging.getLogger(__name__)
# Names of things that all see. What is not here stays a name in the line, such as <code>.
_TOLD: Final = frozenset({"column", "filename", "layer_id", "path"})
_PARAMETER: Final = re.compile(r"<(?:\w+:)?(\w+)>")
_LONGEST_PATH: Final = 200


def register(app: Flask) -> None:
    """Let an application that counts its answers log them too.

    Parameters
    ----------
    app
        The application.
    """
    app.after_request(_tell)


def path_told() -> str:
    """Return the path of the current request without what somebody looked at."""
    if request.url_rule is None:
        return quote(request.path)[:_LONGEST_PATH]
    values = request.view_args or {}

    def told(found: re.Match[str]) -> str:
        name = found[1]
        return str(values[name])[:_LONGEST_PATH] if name in _TOLD else f"<{name}>"

    return _PARAMETER.sub(told, request.url_rule.rule)


def _tell(response: Response) -> Response:
    if logger.isEnabledFor(logging.INFO):
        begun: float = g.get("started", time.perf_counter())
        told = {
            "method": request.method,
            "path": path_told(),
            "status": response.status_code,
            "ms": round((time.perf_counter() - begun) * 1e3, 2),
            "bytes": body_bytes(response),
        }
        logger.info("%(method)s %(path)s %(status)d %(ms).2f ms %(bytes)d bytes", told)
    return response


class JsonLines(logging.Formatter):
    """Log records as JSON, one a line: ``time`` (UTC), ``level``, ``logger``, and what is said.

    What is said are the values of the record where it has named ones, as that of a request, else
    ``message``; ``error`` has what was raised.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as a line of JSON.

        Parameters
        ----------
        record
            The record.

        Returns
        -------
        str
            JSON in ASCII without a line break.
        """
        moment = datetime.fromtimestamp(record.created, UTC)
        named = record.args if isinstance(record.args, dict) else None
        line = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            **(named or {"message": record.getMessage()}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def log_as_json() -> None:
    """Write log lines of this process as JSON, those of requests among them."""
    for handler in logging.getLogger().handlers:
        handler.setFormatter(JsonLines())
    logger.setLevel(logging.INFO)
