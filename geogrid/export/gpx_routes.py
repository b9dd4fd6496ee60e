"""Tours as GPX 1.1: a route for each unit, a route point for each stop, for a navigator."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from geogrid.export.aside import written_aside

_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<gpx version="1.1" creator="geogrid" xmlns="http://www.topografix.com/GPX/1/1">\n'
)


@dataclass(frozen=True, slots=True)
class RouteStop:
    """One stop of a route.

    Parameters
    ----------
    route
        Name of the route: the unit.
    name
        What the point is called.
    lon, lat
        Degrees, WGS-84.
    time
        ISO 8601 in UTC.
    remark
        A sentence.
    """

    route: str
    name: str
    lon: float
    lat: float
    time: str
    remark: str


def write_gpx(
    path: Path, stops: Iterable[RouteStop], *, title: str, translate: Callable[[str], str] = str
) -> Path:
    """Write routes as GPX.

    Parameters
    ----------
    path
        The file; it appears whole or not at all.
    stops
        In order of routes, and of each route's way.
    title
        What the file is, in English.
    translate
        From English to the reader's language.

    Returns
    -------
    Path
        The file.
    """
    lines = [_HEAD, f"<metadata><name>{escape(translate(title))}</name></metadata>\n"]
    route: str | None = None
    for stop in stops:
        if stop.route != route:
            lines += ["</rte>\n"] if route is not None else []
            lines.append(f"<rte><name>{escape(stop.route)}</name>\n")
            route = stop.route
        place = f"lat={quoteattr(f'{stop.lat:.7f}')} lon={quoteattr(f'{stop.lon:.7f}')}"
        lines.append(
            f"<rtept {place}><time>{escape(stop.time)}</time><name>{escape(stop.name)}</name>"
            f"<desc>{escape(stop.remark)}</desc></rtept>\n"
        )
    lines += ["</rte>\n"] if route is not None else []
    with written_aside(path) as part:
        part.write_text("".join([*lines, "</gpx>\n"]), "utf-8")
    return path
