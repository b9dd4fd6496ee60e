"""Plans of tours as files: GPX for navigators, and what a plan's GeoJSON said."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from geogrid.errors import InputError
from geogrid.export.files import write_layer
from geogrid.export.gpx_routes import RouteStop, write_gpx
from geogrid.io.detect import open_source
from geogrid.io.xmltext import child_text, local_name, walk_xml
from geogrid.model.layer import Layer
from geogrid.service.answers import features_json, layer_frame

_LARGEST_BYTES: Final = 50_000_000
_REMARK: Final = re.compile(r"(?P<cell>\S+), (?P<minutes>\d{1,4}) min")
_WANTED: Final = ("unit", "stop", "cell", "arrive", "leave")


def write_plan(layer: Layer, path: Path) -> Path:
    """Write a plan by the file's ending: .gpx, or any that layers have.

    Parameters
    ----------
    layer
        The plan.
    path
        The file.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        The ending is unknown.
    """
    if path.suffix.lower() != ".gpx":
        return write_layer(layer, path)
    frame = layer_frame(layer)
    stops = [
        RouteStop(
            route=str(row["unit"]),
            name=str(key),
            lon=row["geometry"].x,
            lat=row["geometry"].y,
            time=row["arrive"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            remark=f"{row['cell']}, {row['stay_min']:.0f} min",
        )
        for key, row in frame.iterrows()
    ]
    return write_gpx(path, stops, title=layer.title)


@dataclass(frozen=True, slots=True, eq=False)
class PlannedStops:
    """Stops of a plan that was written before.

    Parameters
    ----------
    table
        ``id`` ``unit`` ``stop`` ``cell`` ``arrive`` ``leave`` (milliseconds UTC), in order.
    """

    table: pd.DataFrame


def read_plan(path: Path) -> PlannedStops:
    """Return the stops of a plan that was written before.

    Parameters
    ----------
    path
        A file that `write_plan` wrote as .geojson, or as .gpx, where stops are as long as their
        remarks say, to the minute.

    Returns
    -------
    PlannedStops
        In order of unit and stop.

    Raises
    ------
    InputError
        It is no such file.
    """
    wrong = InputError(
        "{file} is no plan of tours; give the .geojson or .gpx that geogrid plan wrote", file=path
    )
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise wrong
        rows = _gpx_rows(path) if path.suffix.lower() == ".gpx" else _geojson_rows(path)
        table = pd.DataFrame(
            [{name: row[name] for name in ("id", *_WANTED)} for row in rows],
            columns=["id", *_WANTED],
        )
        for name in ("arrive", "leave"):
            table[name] = [_ms(text) for text in table[name]]
        table["stop"] = table["stop"].astype(np.int64)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise wrong from error
    if table.empty or (table["leave"] < table["arrive"]).any():
        raise wrong
    return PlannedStops(table.sort_values(["unit", "stop"], ignore_index=True))


def _geojson_rows(path: Path) -> list[dict[str, Any]]:
    features = json.loads(path.read_text("utf-8"))["features"]
    return [{"id": one.get("id", ""), **one["properties"]} for one in features]


def _gpx_rows(path: Path) -> list[dict[str, Any]]:
    """Return the route points of a plan, each with the unit whose route it is in."""
    rows: list[dict[str, Any]] = []
    points: list[dict[str, Any]] = []
    for event, element in walk_xml(open_source(path), "gpx"):
        tag = local_name(element.tag)
        if event == "end" and tag == "rtept":
            arrive = datetime.fromisoformat(child_text(element, "time") or "")
            told = _REMARK.fullmatch(child_text(element, "desc") or "")
            if told is None:
                raise ValueError("a route point without its cell")
            points.append(
                {
                    "id": child_text(element, "name") or "",
                    "stop": len(points) + 1,
                    "cell": told["cell"],
                    "arrive": arrive.isoformat(),
                    "leave": (arrive + timedelta(minutes=int(told["minutes"]))).isoformat(),
                }
            )
        elif event == "end" and tag == "rte":
            unit = child_text(element, "name") or ""
            rows += [{"unit": unit, **point} for point in points]
            points = []
    return rows


def plan_features(layer: Layer) -> dict[str, Any]:
    """Return a plan as GeoJSON to be drawn: its stops, and a line for each tour.

    Parameters
    ----------
    layer
        The plan.

    Returns
    -------
    dict
        A feature collection in WGS-84: points as `write_plan` writes them, each with ``part``
        ``stop``; then lines from stop to stop with ``part`` ``tour``, ``unit``, ``stops``,
        ``arrive`` and ``leave`` (first and last). A line tells the order, not the streets.
    """
    frame = layer_frame(layer)
    page = features_json(layer, bbox=None, limit=max(len(frame), 1), offset=0)
    for key, feature in zip(frame.index, page["features"], strict=True):
        feature["id"] = str(key)  # a stop's, not its cell's
        feature["properties"]["part"] = "stop"
    by_unit: dict[str, list[dict[str, Any]]] = {}
    for feature in page["features"]:
        by_unit.setdefault(feature["properties"]["unit"], []).append(feature)
    lines = [
        {
            "type": "Feature",
            "id": unit,
            "geometry": {
                "type": "LineString",
                "coordinates": [stop["geometry"]["coordinates"] for stop in stops],
            },
            "properties": {
                "part": "tour",
                "unit": unit,
                "stops": len(stops),
                "arrive": stops[0]["properties"]["arrive"],
                "leave": stops[-1]["properties"]["leave"],
            },
        }
        for unit, stops in by_unit.items()
        if len(stops) > 1
    ]
    return {"type": "FeatureCollection", "features": [*page["features"], *lines]}


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)
