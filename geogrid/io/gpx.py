"""GPX 1.0 and 1.1: track points; a track's name is the unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import numpy as np
import pyarrow as pa

from geogrid.crs import WGS84
from geogrid.errors import InputError
from geogrid.io.detect import SourceFile
from geogrid.io.rawtable import Plan, RawTable
from geogrid.io.report import Message
from geogrid.io.xmltext import child_text, local_name, walk_xml

_NAIVE: Final = re.compile(r"[0-9-]+T[0-9:.]+")
_FIELDS: Final = ("unit", "time", "lon", "lat")


def read_gpx(source: SourceFile, plan: Plan) -> RawTable:
    """Return the track points of a GPX file.

    Parameters
    ----------
    source
        A file of type ``XML``.
    plan
        Not asked for columns: GPX lays them down.

    Returns
    -------
    RawTable
        One row per ``trkpt``, numbered through the file; the unit is the track's name, or the
        file's name where it has none.

    Raises
    ------
    FileFormatError
        It is not well-formed GPX.
    InputError
        There are no track points.
    """
    rows: list[Mapping[str, str]] = []
    points: list[Mapping[str, str]] = []
    name: str | None = None
    first_of_track, others = 0, 0
    for event, element in walk_xml(source, "gpx"):
        tag = local_name(element.tag)
        others += event == "end" and tag in {"wpt", "rtept"}
        if event == "start" and tag == "trk":
            first_of_track, name = len(rows), None
        elif event == "end" and tag == "trkpt":
            rows.append(
                {
                    "lon": element.get("lon", ""),
                    "lat": element.get("lat", ""),
                    "time": child_text(element, "time") or "",
                }
            )
            element.clear()
        elif event == "end" and tag == "trk":
            name = child_text(element, "name") or source.path.stem
            points.extend({**row, "unit": name} for row in rows[first_of_track:])
            element.clear()
    if not points:
        raise InputError("{file}: there are no track points in it, no data", file=source.name)
    columns = {field: pa.array([row[field] for row in points], pa.string()) for field in _FIELDS}
    naive = sum(_NAIVE.fullmatch(row["time"]) is not None for row in points)
    return RawTable(
        columns,
        np.arange(1, len(points) + 1, dtype=np.int64),
        plan(_FIELDS),
        crs=WGS84,
        zone="UTC",
        warnings=_notes(naive, others),
    )


def _notes(naive: int, others: int) -> tuple[Message, ...]:
    """Return what to say of times without a zone, and of points that are no track's."""
    times = Message(
        "{count} times have no time zone; they are taken as UTC, which the GPX standard lays down",
        {"count": naive},
    )
    points = Message(
        "{count} waypoints and points of routes are not where a unit was, and are left out",
        {"count": others},
    )
    return (*([times] if naive else []), *([points] if others else []))
