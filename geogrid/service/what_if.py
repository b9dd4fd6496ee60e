"""What a city's cameras would see of demand if some were placed, turned, moved or dropped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from geogrid.analysis.obstacles import Obstacles
from geogrid.analysis.sight_lines import indoors, sight_json
from geogrid.analysis.siting_cameras import SitedCameras
from geogrid.analysis.siting_desk import Desk, Trial
from geogrid.analysis.siting_zones import inside_zones
from geogrid.errors import InputError
from geogrid.model.window import Window
from geogrid.service.camera_shapes import Ground, sited, views_json
from geogrid.service.desk_state import DeskCamera, DeskState
from geogrid.service.shelf import Shelf
from geogrid.service.siting import places_json
from geogrid.service.siting_demand import demand_of, zone_shapes
from geogrid.service.siting_places import standing_cameras


@dataclass(frozen=True, slots=True)
class DeskQuestion:
    """What demand a desk is for.

    Parameters
    ----------
    weight
        A name of `geogrid.service.siting_demand.WEIGHTS`; ``None`` for the usual one.
    window
        Which incidents count.
    backup
        Worth of a second view, as a share of the first's.
    plain_views
        Whether buildings are left out.
    """

    weight: str | None
    window: Window
    backup: float = 0.0
    plain_views: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class CameraDesk:
    """A desk with the names of a workspace.

    Parameters
    ----------
    desk
        Demand and the cameras that stand.
    weight
        What demand is.
    crs
        Of all coordinates in it.
    register
        The cameras that stand and can be counted, by name.
    position
        Of each of them on the desk.
    left_out
        Cameras in service that cannot be counted.
    zone_ids, zones
        Where no camera may stand or look.
    districts
        Ids.
    in_zones
        Weight in zones.
    left_out_buildings
        Whether there are buildings and they are left out.
    """

    desk: Desk
    weight: str
    crs: CRS
    register: dict[str, DeskCamera]
    position: dict[str, int]
    left_out: int
    zone_ids: tuple[str, ...]
    zones: NDArray[np.object_]
    districts: tuple[str, ...]
    in_zones: float
    left_out_buildings: bool = False

    @property
    def ground(self) -> Ground:
        """What views are cut by."""
        return Ground(self.crs, self.zones, self.desk.points.obstacles)


def camera_desk(shelf: Shelf, question: DeskQuestion, obstacles: Obstacles | None) -> CameraDesk:
    """Return the desk of a workspace.

    Parameters
    ----------
    shelf
        The workspace.
    question
        What demand.
    obstacles
        The buildings of the workspace; ``None`` where none are registered.

    Returns
    -------
    CameraDesk
        To be kept as long as the workspace does not change.

    Raises
    ------
    LayerNotFoundError
        What the weight needs is not imported.
    InputError
        There is no such weight, or no demand outside of zones.
    """
    demand = demand_of(shelf, question.weight, question.window)
    standing, left_out = standing_cameras(shelf)
    boundary = shelf.grid.boundary
    looked_at = None if question.plain_views else obstacles
    desk = Desk.of(demand, standing, len(boundary), backup=question.backup, obstacles=looked_at)
    register = {row["id"]: _registered(row) for row in places_json(shelf, standing)}
    return CameraDesk(
        desk,
        demand.name,
        shelf.grid.spec.crs,
        register,
        {name: at for at, name in enumerate(standing.ids)},
        left_out,
        *zone_shapes(shelf),
        boundary.ids,
        demand.in_zones,
        obstacles is not None and looked_at is None,
    )


def _registered(row: dict[str, Any]) -> DeskCamera:
    return DeskCamera(
        row["id"],
        row["lon"],
        row["lat"],
        row["range"],
        row["bearing"],
        row["view_angle"],
        height_m=row["height"],
    )


def what_if(
    room: CameraDesk, before: DeskState, after: DeskState, touched: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Return what is seen before and after some changes, and what each camera adds.

    Parameters
    ----------
    room
        The desk.
    before, after
        Cameras of the scenario.
    touched
        Names of the cameras whose views are drawn.

    Returns
    -------
    dict
        ``before``, ``after`` (``seen``, ``seen_share``, ``twice_share``, ``worth`` and
        ``districts``: share seen of each), ``change`` of the first four, ``total``,
        ``weight``, ``cameras`` of the state after with ``adds``, ``cut_in_zones``, ``hidden``
        (weight within range that buildings hide) and ``indoors`` (deep inside a building: it
        sees nothing), ``dropped``, ``sight`` (see
        `geogrid.analysis.sight_lines.sight_json`), and ``views`` of the touched ones as GeoJSON.

    Raises
    ------
    InputError
        A camera stands in a zone.
    """
    require_outside_zones(room, after)
    both = list({**before.cameras, **after.cameras}.items())
    every = [*before.cameras.values(), *(c for n, c in both if before.cameras.get(n) != c)]
    at = {camera: k for k, camera in enumerate(every)}
    cameras = sited(every, room.crs)
    reach = room.desk.points.reach(cameras)
    trial = room.desk.trial()
    _switch(room, trial, DeskState(), before, (reach, at))
    first = _measured(room, trial)
    _switch(room, trial, before, after, (reach, at))
    second = _measured(room, trial)
    unit = room.desk.unit
    adds = {name: trial.lone_worth(reach.of(at[c])) * unit for name, c in after.cameras.items()}
    return {
        "weight": room.weight,
        "total": float(room.desk.total.sum()) * unit,
        "in_zones": room.in_zones,
        "existing": len(room.register),
        "existing_left_out": room.left_out,
        "before": first,
        "after": second,
        "change": {name: second[name] - first[name] for name in first if name != "districts"},
        "cameras": _rows(room, after, adds),
        "dropped": sorted(after.dropped),
        "sight": sight_json(
            room.desk.points.obstacles,
            room.desk.existing.and_then(cameras),
            left_out=room.left_out_buildings,
        ),
        "views": views_json(
            [after.cameras[name] for name in touched if name in after.cameras], room.ground
        ),
    }


def _rows(room: CameraDesk, state: DeskState, adds: dict[str, float]) -> list[dict[str, Any]]:
    """Return the cameras of a state, with what each adds and what keeps it from seeing more."""
    cameras: SitedCameras = sited(list(state.cameras.values()), room.crs)
    lost, points = room.desk.lost_in_zones(cameras), room.desk.points
    weight = room.desk.first.astype(np.float64) * room.desk.unit
    hidden = points.weight_hidden(cameras, weight)
    deep = np.zeros(len(cameras), dtype=bool)
    if points.obstacles is not None:
        deep = indoors(cameras, points.obstacles)
    return [
        camera.as_json()
        | {
            "adds": adds[name],
            "cut_in_zones": float(lost[at]),
            "hidden": float(hidden[at]),
            "indoors": bool(deep[at]),
        }
        for at, (name, camera) in enumerate(state.cameras.items())
    ]


def _switch(
    room: CameraDesk,
    trial: Trial,
    before: DeskState,
    after: DeskState,
    seen: tuple[Any, dict[DeskCamera, int]],
) -> None:
    """Bring a trial from one state to another, touching only what differs."""
    reach, at = seen
    gone = {*before.dropped, *before.cameras} & room.position.keys()
    going = {*after.dropped, *after.cameras} & room.position.keys()
    for names, by in ((gone - going, 1), (going - gone, -1)):
        for name in names:
            trial.switch(room.desk.reach.of(room.position[name]), by)
    was, will = set(before.cameras.values()), set(after.cameras.values())
    for cameras, by in ((will - was, 1), (was - will, -1)):
        for camera in cameras:
            trial.switch(reach.of(at[camera]), by)


def _measured(room: CameraDesk, trial: Trial) -> dict[str, Any]:
    desk = room.desk
    shares = np.divide(
        trial.seen, desk.total, out=np.full(desk.total.size, np.nan), where=desk.total > 0
    )
    return {
        "seen": float(trial.seen.sum()) * desk.unit,
        "seen_share": trial.seen_share,
        "twice_share": trial.twice_share,
        "worth": trial.worth * desk.unit,
        "districts": {
            name: None if np.isnan(share) else float(share)
            for name, share in zip(room.districts, shares, strict=True)
        },
    }


def require_outside_zones(room: CameraDesk, state: DeskState) -> None:
    """Refuse a state in which a camera stands in a zone.

    Parameters
    ----------
    room
        The desk.
    state
        Cameras of a scenario.

    Raises
    ------
    InputError
        The message names camera and zone.
    """
    cameras = list(state.cameras.values())
    if not cameras or not len(room.zones):
        return
    zone = inside_zones(sited(cameras, room.crs).xy, room.zones)
    if (zone >= 0).any():
        at = int(np.argmax(zone >= 0))
        raise InputError(
            "camera {camera!r} would stand in zone {zone!r}, where none may",
            camera=cameras[at].id,
            zone=room.zone_ids[int(zone[at])],
        )
