"""The tables of a report about cameras: measures, failures, hours, care and zones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.camera_care import FINDINGS, WRONG, CareRules, register_care
from geogrid.analysis.camera_failures import Rank, failures, losses, numbered
from geogrid.analysis.camera_hours import hourly_measures, on_in_hours
from geogrid.analysis.camera_measures import district_measures, place_measures, road_measures
from geogrid.analysis.camera_scene import Ground, Scene, camera_scene, cover_by
from geogrid.analysis.camera_zones import cameras_in_zones, zone_reach
from geogrid.analysis.counted_views import CountedViews
from geogrid.analysis.obstacles import Obstacles
from geogrid.analysis.views import CameraParams, Views, camera_views
from geogrid.crs import WGS84, reprojection
from geogrid.model.places import Places
from geogrid.model.window import Window
from geogrid.service.analyses import roads, sensors
from geogrid.service.buildings import registered_buildings
from geogrid.service.camera_groups import FailingTogether, camera_hours, failing_together
from geogrid.service.shelf import Progress, Shelf, no_progress
from geogrid.service.siting_demand import zone_shapes

_PLACES: Final = {"places": "kind", "rooms": "class"}


@dataclass(frozen=True, slots=True)
class ReportQuestion:
    """What a report about cameras is asked with.

    Parameters
    ----------
    as_of
        The day that reviews are held to.
    hours
        Only cameras count that are on all through these hours, ``(22, 6)`` for 22:00 to 06:00;
        ``None`` for all in service, as if all were on.
    rank
        What failures are ranked by.
    rules
        What the register is held to.
    """

    as_of: date
    hours: tuple[int, int] | None = None
    rank: Rank = "land"
    rules: CareRules = field(default_factory=CareRules)


@dataclass(frozen=True, slots=True, eq=False)
class CameraTables:
    """A report about cameras, made by `camera_tables`.

    Parameters
    ----------
    tables
        By name: ``districts``, ``roads``, ``places``, ``hours``, ``cameras``, ``poles``,
        ``networks`` (failures, the worst first), ``care``, ``zones``, ``standing``.
    told
        What was looked at and left out, as JSON values.
    """

    tables: Mapping[str, pd.DataFrame]
    told: Mapping[str, Any]


def camera_tables(
    shelf: Shelf,
    question: ReportQuestion,
    params: CameraParams,
    progress: Progress = no_progress,
) -> CameraTables:
    """Return measures, failures, hours, care and zones of the cameras of a workspace.

    Parameters
    ----------
    shelf
        The workspace.
    question
        What is asked.
    params
        What to assume of cameras whose register is incomplete.
    progress
        Is told which part is worked out.

    Returns
    -------
    CameraTables
        See there.

    Raises
    ------
    LayerNotFoundError
        No cameras are registered.
    InputError
        A range is over 50 km, a road is no line, or there is no such rank.
    """
    register = shelf.registers.read("cameras")
    lonlat = np.column_stack([register.geometry.x, register.geometry.y])
    xy = reprojection(WGS84, shelf.config.crs)(lonlat)
    together = failing_together(register, xy)
    on, unreadable = on_in_hours(camera_hours(register))
    progress("views", 0, 6)
    scene, views = _scene(shelf, params, _counted(on, question.hours))
    camera = scene.views.camera
    progress("measures", 1, 6)
    names, group = numbered([str(key) for key in register.index[camera]])
    cover = cover_by(scene, group, len(names))
    tables = {
        "districts": district_measures(scene, cover),
        "roads": road_measures(scene, cover),
        "places": place_measures(scene),
    }
    total_m2 = float(cover.land.once_m2.sum())
    tables["cameras"] = losses(names, group, cover, rank=question.rank)
    progress("failures", 2, 6)
    for name, groups in (("poles", together.pole), ("networks", together.network)):
        known = [groups[at] for at in camera]
        tables[name] = failures(scene, known, rank=question.rank)
    for name in ("cameras", "poles", "networks"):
        tables[name]["lost_share"] = tables[name]["lost_m2"] / (total_m2 or np.nan)
    progress("hours", 4, 6)
    tables["hours"] = hourly_measures(scene, on[camera])
    progress("zones", 5, 6)
    zones, priced = _zones(shelf, scene, register, xy)
    tables |= zones | {"care": _care(register, question, together)}
    progress("care", 6, 6)
    ids = np.array(register.index.astype(str), dtype=object)
    told = {
        **views.counts,
        "counted": len(camera),
        "buildings": views.sight.buildings,
        "heights": views.sight.heights,
        "method": views.sight.method,
        "hours_unreadable": ids[unreadable].tolist(),
        "poles_by_place": together.poles_by_place,
        "poles_refused": list(together.poles_refused),
        "network_unknown": sum(together.network[at] is None for at in camera),
        "zones": priced,
    }
    return CameraTables(tables, told)


def _counted(on: NDArray[np.bool_], hours: tuple[int, int] | None) -> NDArray[np.bool_]:
    """Return which cameras are on all through some hours."""
    asked = np.array(Window(hours=hours).hour_mask(), dtype=bool)
    return np.asarray(on[:, asked].all(axis=1) if hours else np.ones(len(on), dtype=np.bool_))


def _scene(shelf: Shelf, params: CameraParams, counted: NDArray[np.bool_]) -> tuple[Scene, Views]:
    """Return what the cameras that count see, and the views of all."""
    buildings = registered_buildings(shelf)
    views = camera_views(sensors(shelf), shelf.config.crs, params, buildings=buildings)
    obstacles = None
    if buildings is not None and views.sight.buildings == "used":
        obstacles = Obstacles.of(buildings, shelf.config.crs)
    ground = Ground(shelf.grid, roads(shelf), _places(shelf), obstacles)
    return camera_scene(CountedViews.of(views, counted), ground), views


def _places(shelf: Shelf) -> dict[str, Places]:
    """Return the places that cameras may see, by register."""
    found = {}
    for name, field_name in _PLACES.items():
        if name in shelf.registers.kinds():
            frame = shelf.registers.read(name)
            kind = frame[field_name] if field_name in frame else pd.Series("", frame.index)
            words = tuple("" if pd.isna(word) else str(word) for word in kind)
            found[name] = Places(tuple(frame.index.astype(str)), words, frame.geometry.to_numpy())
    return found


def _care(
    register: gpd.GeoDataFrame, question: ReportQuestion, together: FailingTogether
) -> pd.DataFrame:
    """Return the cameras with a finding, the worst first."""
    frame = register.assign(pole_named=list(together.pole), network_named=list(together.network))
    care = register_care(frame, question.as_of, question.rules)
    frame = frame.loc[care.index]
    found = care[list(FINDINGS)].to_numpy(dtype=bool)
    names = np.array(list(FINDINGS), dtype=object)
    table = pd.DataFrame(
        {
            "camera": frame.index.astype(str),
            "name": _column(frame, "name"),
            "status": _column(frame, "status"),
            "pole": frame["pole_named"].to_numpy(),
            "network": frame["network_named"].to_numpy(),
            "wrong": care[list(WRONG)].to_numpy(dtype=bool).sum(axis=1),
            "findings": [" ".join(names[row]) for row in found],
            "review_due": care["review_due"].to_numpy(),
            "overdue_days": care["overdue_days"].to_numpy(),
            "retention_days": care["retention_days"].to_numpy(),
        }
    )
    table["open"] = found.sum(axis=1)
    order = ["wrong", "overdue_days", "open", "camera"]
    table = table[table["open"] > 0].sort_values(order, ascending=[False, False, False, True])
    return table.drop(columns="open").reset_index(drop=True)


def _column(frame: gpd.GeoDataFrame, name: str) -> list[str]:
    if name not in frame:
        return [""] * len(frame)
    return ["" if pd.isna(value) else str(value) for value in frame[name]]


def _zones(
    shelf: Shelf, scene: Scene, register: gpd.GeoDataFrame, xy: NDArray[np.float64]
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Return who looks into zones and who stands in them, and what cutting would cost."""
    ids, shapes = zone_shapes(shelf)
    zone_ids = np.array(ids, dtype=object)
    kind = np.full(len(ids), "", dtype=object)
    if len(ids):
        kind = np.array(_column(shelf.registers.read("zones"), "kind"), dtype=object)
    cameras = np.array(register.index.astype(str), dtype=object)
    reach = zone_reach(scene, shapes)
    view, zone = (reach.views[name].to_numpy(np.int64) for name in ("view", "zone"))
    looking = pd.DataFrame(
        {
            "camera": cameras[scene.views.camera[view]],
            "zone": zone_ids[zone],
            "kind": kind[zone],
            "seen_m2": reach.views["seen_m2"].to_numpy(np.float64),
        }
    )
    camera, within = cameras_in_zones(xy, shapes)
    standing = pd.DataFrame(
        {"camera": cameras[camera], "zone": zone_ids[within], "kind": kind[within]}
    )
    priced = {
        "zones": len(ids),
        "lost_km2": reach.lost_m2 / 1e6,
        "lost_roads_km": reach.lost_road_m / 1e3,
    }
    looking = looking.sort_values(["seen_m2", "camera"], ascending=[False, True])
    return {"zones": looking.reset_index(drop=True), "standing": standing}, priced
