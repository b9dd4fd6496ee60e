"""Scenarios side by side, and as files: GeoJSON, a work order in a workbook, a plan with proof."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from geogrid.crs import Datum, from_wgs84
from geogrid.errors import InputError
from geogrid.export.aside import written_aside
from geogrid.export.plain_table import write_table
from geogrid.service.camera_shapes import cut_views, views_json
from geogrid.service.desk_state import DeskCamera, DeskState, state_of
from geogrid.service.siting_files import write_plan
from geogrid.service.what_if import CameraDesk, what_if

_FORMATS: Final = (".geojson", ".xlsx", ".json")
_DECIMALS: Final = 7


def compared(
    room: CameraDesk,
    first: tuple[dict[str, Any], DeskState],
    second: tuple[dict[str, Any], DeskState],
) -> dict[str, Any]:
    """Return how two scenarios differ under the same demand.

    Parameters
    ----------
    room
        The desk.
    first, second
        Two scenarios as stored, with their cameras.

    Returns
    -------
    dict
        ``first`` and ``second`` (``id``, ``name``, ``seen``, ``seen_share``, ``twice_share``,
        ``worth``, ``districts``), ``change`` from the first to the second, and the ids of
        cameras ``only_first``, ``only_second``, ``both`` and ``differ`` (of one name, but
        elsewhere or turned).
    """
    (one, before), (other, after) = first, second
    found = what_if(room, before, after)
    shared = before.cameras.keys() & after.cameras.keys()
    same = sorted(n for n in shared if before.cameras[n].as_json() == after.cameras[n].as_json())
    return {
        "weight": found["weight"],
        "total": found["total"],
        "first": {"id": one["id"], "name": one["name"], **found["before"]},
        "second": {"id": other["id"], "name": other["name"], **found["after"]},
        "change": found["change"],
        "only_first": sorted(before.cameras.keys() - shared),
        "only_second": sorted(after.cameras.keys() - shared),
        "both": same,
        "differ": sorted(shared - set(same)),
        "dropped_only_first": sorted(before.dropped - after.dropped),
        "dropped_only_second": sorted(after.dropped - before.dropped),
    }


def write_scenario(
    room: CameraDesk,
    scenario: dict[str, Any],
    path: Path,
    *,
    datum: Datum = Datum.WGS84,
    plan: dict[str, Any] | None = None,
) -> Path:
    """Write a scenario to a file.

    Parameters
    ----------
    room
        The desk, for views and zones.
    scenario
        With its ``result``.
    path
        The file; its ending says the format.
    datum
        Of the coordinates in a work order.
    plan
        With its proof; what .json is written from.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        The ending is unknown, or GeoJSON is asked for in another datum.
    """
    ending = path.suffix.lower()
    if ending not in _FORMATS:
        raise InputError(
            "a scenario cannot be written as {ending!r}; give a file ending in {known}",
            ending=path.suffix,
            known=", ".join(_FORMATS),
        )
    if ending == ".json":
        return write_plan(plan or {}, path)
    if ending == ".geojson":
        if datum is not Datum.WGS84:
            raise InputError("GeoJSON is WGS-84 only (RFC 7946); write .xlsx for another datum")
        text = json.dumps(scenario_features(room, scenario), ensure_ascii=False, allow_nan=False)
        with written_aside(path) as part:
            part.write_text(f"{text}\n", "utf-8")
        return path
    about = {name: scenario[name] for name in ("id", "name", "note", "revision", "changed")}
    order = work_order(room, scenario, datum)
    told = {"datum": datum.value, "question": scenario["question"]}
    sight = scenario["result"]["sight"]
    return write_table(order, path, about | told | {"sight": sight})


def _cameras(scenario: dict[str, Any]) -> list[DeskCamera]:
    return list(state_of(scenario["cameras"], (), 1.0).cameras.values())


def scenario_features(room: CameraDesk, scenario: dict[str, Any]) -> dict[str, Any]:
    """Return a scenario as GeoJSON: a point and a view, cut by buildings and zones, of each camera.

    Parameters
    ----------
    room
        The desk.
    scenario
        With its ``result``.

    Returns
    -------
    dict
        A feature collection in WGS-84; foreign members tell the scenario.
    """
    rows = scenario["result"]["cameras"]
    points = [
        {
            "type": "Feature",
            "id": row["id"],
            "properties": {"what": "camera", **row},
            "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
        }
        for row in rows
    ]
    views = views_json(_cameras(scenario), room.ground)["features"]
    for view in views:
        view["id"] = f"{view['id']}/view"
        view["properties"] = {"what": "view", **view["properties"]}
    told = ("id", "name", "note", "revision", "created", "changed", "question", "dropped", "solved")
    return {
        "type": "FeatureCollection",
        "scenario": {name: scenario[name] for name in told}
        | {"sight": scenario["result"]["sight"]},
        "features": [*points, *views],
    }


def work_order(room: CameraDesk, scenario: dict[str, Any], datum: Datum) -> pd.DataFrame:
    """Return what is to be done: a row for each camera to mount, change or take down.

    Parameters
    ----------
    room
        The desk, with the register.
    scenario
        With its ``result``.
    datum
        Of the coordinates.

    Returns
    -------
    pandas.DataFrame
        ``task`` (mount, change, remove), ``id``, coordinates, direction, range, ``adds``,
        shares of the view that buildings hide and zones cut, and who proposed it.
    """
    cameras = _cameras(scenario)
    views = cut_views(cameras, room.ground)
    adds = {row["id"]: row["adds"] for row in scenario["result"]["cameras"]}
    rows = [
        {
            "task": "change" if camera.id in room.register else "mount",
            "camera": camera,
            "adds": adds[camera.id],
            "hidden_share": float(hidden),
            "cut_share": float(share),
        }
        for camera, hidden, share in zip(cameras, views.hidden_share, views.cut_share, strict=True)
    ]
    for name in sorted(set(scenario["dropped"]) & room.register.keys()):
        known = room.register[name]
        unknown = dict.fromkeys(("adds", "hidden_share", "cut_share"), np.nan)
        rows.append({"task": "remove", "camera": known, **unknown})
    lon = np.array([row["camera"].lon for row in rows], dtype=np.float64)
    lat = np.array([row["camera"].lat for row in rows], dtype=np.float64)
    x, y = from_wgs84(lon, lat, datum)
    every = [row["camera"] for row in rows]
    return pd.DataFrame(
        {
            "task": [row["task"] for row in rows],
            "id": [camera.id for camera in every],
            f"lon_{datum.value}": np.round(x, _DECIMALS),
            f"lat_{datum.value}": np.round(y, _DECIMALS),
            "bearing": [np.nan if c.bearing_deg is None else c.bearing_deg for c in every],
            "view_angle": [camera.view_angle_deg for camera in every],
            "range_m": [camera.range_m for camera in every],
            "height_m": np.array([camera.height_m for camera in every], dtype=np.float64),
            "adds": [row["adds"] for row in rows],
            "hidden_by_buildings_share": [row["hidden_share"] for row in rows],
            "cut_by_zones_share": [row["cut_share"] for row in rows],
            "proposed_by": [camera.origin for camera in every],
        }
    )
