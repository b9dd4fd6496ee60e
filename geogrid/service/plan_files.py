"""Siting plans to take away: the plan with its proof, a work order, points and views."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from geogrid.analysis.obstacles import Obstacles
from geogrid.crs import Datum, from_wgs84
from geogrid.errors import InputError
from geogrid.export.aside import written_aside
from geogrid.export.plain_table import write_table
from geogrid.service.camera_shapes import Ground, cut_views, views_json
from geogrid.service.desk_state import DeskCamera
from geogrid.service.shelf import Shelf
from geogrid.service.siting_demand import zone_shapes
from geogrid.service.siting_files import summary_of, write_plan

_FORMATS: Final = (".json", ".xlsx", ".geojson")
_DECIMALS: Final = 7
_TOLD: Final = ("adds", "cost", "cut_in_zones", "hidden", "safe", "kept_share")


def require_plan_format(path: Path, datum: Datum) -> None:
    """Refuse a file that a plan cannot be written to, before it is worked out.

    Parameters
    ----------
    path
        The file.
    datum
        Of its coordinates.

    Raises
    ------
    InputError
        The ending is unknown, or the format has one datum only and another is asked for.
    """
    if path.suffix.lower() not in _FORMATS:
        raise InputError(
            "a siting plan cannot be written as {ending!r}; give a file ending in {known}",
            ending=path.suffix,
            known=", ".join(_FORMATS),
        )
    if datum is not Datum.WGS84 and path.suffix.lower() != ".xlsx":
        raise InputError("a plan and GeoJSON are in WGS-84; write .xlsx for another datum")


def write_plan_file(
    shelf: Shelf,
    plan: dict[str, Any],
    path: Path,
    datum: Datum = Datum.WGS84,
    *,
    obstacles: Obstacles | None = None,
) -> Path:
    """Write a plan in the format of the file's ending.

    Parameters
    ----------
    shelf
        The workspace.
    plan
        From `geogrid.service.siting.siting_plan`.
    path
        The file: .json with the proof, .xlsx as a work order, .geojson with points and views.
    datum
        Of the coordinates in a work order.
    obstacles
        The buildings of the workspace; ``None`` where none are registered.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        See `require_plan_format`.
    """
    require_plan_format(path, datum)
    if path.suffix.lower() == ".json":
        return write_plan(plan, path)
    if path.suffix.lower() == ".geojson":
        features = plan_features(shelf, plan, obstacles)
        text = json.dumps(features, ensure_ascii=False, allow_nan=False)
        with written_aside(path) as part:
            part.write_text(f"{text}\n", "utf-8")
        return path
    about = {name: plan[name] for name in ("model", "status", "gap", "version", "question")}
    order = plan_order(shelf, plan, datum, obstacles)
    return write_table(order, path, about | {"datum": datum.value, "sight": plan.get("sight")})


def _cameras(plan: dict[str, Any]) -> list[DeskCamera]:
    return [
        DeskCamera(
            place["id"],
            place["lon"],
            place["lat"],
            place["range"],
            place["bearing"],
            place["view_angle"],
            height_m=place["height"],
        )
        for place in plan["places"]
    ]


def _ground(shelf: Shelf, plan: dict[str, Any], obstacles: Obstacles | None) -> Ground:
    """Return what the views of a plan are cut by."""
    used = plan["sight"]["buildings"] == "used"
    return Ground(shelf.grid.spec.crs, zone_shapes(shelf)[1], obstacles if used else None)


def plan_features(
    shelf: Shelf, plan: dict[str, Any], obstacles: Obstacles | None
) -> dict[str, Any]:
    """Return a plan as GeoJSON: a point for each site and, for cameras, its view.

    Parameters
    ----------
    shelf
        The workspace, for its zones.
    plan
        From `geogrid.service.siting.siting_plan`.
    obstacles
        The buildings of the workspace; ``None`` where none are registered.

    Returns
    -------
    dict
        A feature collection in WGS-84; the member ``plan`` tells value, bound and question.
    """
    points = [
        {
            "type": "Feature",
            "id": place["id"],
            "properties": {"what": "site", "order": order, **place},
            "geometry": {
                "type": "Point",
                "coordinates": [
                    round(place["lon"], _DECIMALS),
                    round(place["lat"], _DECIMALS),
                ],
            },
        }
        for order, place in enumerate(plan["places"], start=1)
    ]
    views = []
    if plan["model"] != "p-median":
        views = views_json(_cameras(plan), _ground(shelf, plan, obstacles))["features"]
    for view in views:
        view["id"] = f"{view['id']}/view"
        view["properties"] = {"what": "view", **view["properties"]}
    short = {k: v for k, v in summary_of(plan).items() if k not in {"places", "sites"}}
    return {"type": "FeatureCollection", "plan": short, "features": [*points, *views]}


def plan_order(
    shelf: Shelf, plan: dict[str, Any], datum: Datum, obstacles: Obstacles | None
) -> pd.DataFrame:
    """Return the sites of a plan as a work order, those that add most first.

    Parameters
    ----------
    shelf
        The workspace, for its zones.
    plan
        From `geogrid.service.siting.siting_plan`.
    datum
        Of the coordinates.
    obstacles
        The buildings of the workspace; ``None`` where none are registered.

    Returns
    -------
    pandas.DataFrame
        A row for each site; NaN where a value is not known.
    """
    places = plan["places"]
    lon = np.array([place["lon"] for place in places], dtype=np.float64)
    lat = np.array([place["lat"] for place in places], dtype=np.float64)
    x, y = from_wgs84(lon, lat, datum)
    table = pd.DataFrame(
        {
            "order": np.arange(1, len(places) + 1),
            "id": [place["id"] for place in places],
            f"lon_{datum.value}": np.round(x, _DECIMALS),
            f"lat_{datum.value}": np.round(y, _DECIMALS),
        }
    )
    if plan["model"] != "p-median":
        views = cut_views(_cameras(plan), _ground(shelf, plan, obstacles))
        bearing = [np.nan if p["bearing"] is None else p["bearing"] for p in places]
        table["bearing"] = np.array(bearing, dtype=np.float64)
        table["view_angle"] = [place["view_angle"] for place in places]
        table["range_m"] = [place["range"] for place in places]
        table["height_m"] = np.array([p["height"] for p in places], dtype=np.float64)
        table["hidden_by_buildings_share"] = views.hidden_share
        table["cut_by_zones_share"] = views.cut_share
    for name in _TOLD:
        if places and places[0].get(name) is not None:
            table[name] = [place[name] for place in places]
    return table
