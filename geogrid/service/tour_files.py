"""Plans of tours as files: GPX for navigators, and what a plan's GeoJSON said."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from geogrid.errors import InputError
from geogrid.export.files import write_layer
from geogrid.export.gpx_routes import RouteStop, write_gpx
from geogrid.model.layer import Layer
from geogrid.service.answers import layer_frame

_LARGEST_BYTES: Final = 50_000_000
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
    """Return the stops of a plan's GeoJSON.

    Parameters
    ----------
    path
        A file that `write_plan` wrote as .geojson.

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
        "{file} is no plan of tours; give the .geojson that geogrid plan wrote", file=path
    )
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise wrong
        features = json.loads(path.read_text("utf-8"))["features"]
        rows = [{"id": one.get("id", ""), **one["properties"]} for one in features]
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


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)
