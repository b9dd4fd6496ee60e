"""What a city's cameras would see of demand if some were placed, turned, moved or dropped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from geogrid.analysis.siting_desk import Desk, Trial
from geogrid.analysis.siting_zones import inside_zones
from geogrid.errors import InputError
from geogrid.model.window import Window
from geogrid.service.camera_shapes import sited, views_json
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
    """

    weight: str | None
    window: Window
    backup: float = 0.0


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


def camera_desk(shelf: Shelf, question: DeskQuestion) -> CameraDesk:
    """Return the desk of a workspace.

    Parameters
    ----------
    shelf
        The workspace.
    question
        What demand.

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
    desk = Desk.of(demand, standing, len(boundary), backup=question.backup)
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
    )


def _registered(row: dict[str, Any]) -> DeskCamera:
    return DeskCamera(
        row["id"], row["lon"], row["lat"], row["range"], row["bearing"], row["view_angle"]
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
        ``weight``, ``cameras`` of the state after with ``adds`` and ``cut_in_zones``,
        ``dropped``, and ``views`` of the touched ones as GeoJSON.

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
    reach = cameras.reach(room.desk.index)
    trial = room.desk.trial()
    _switch(room, trial, DeskState(), before, (reach, at))
    first = _measured(room, trial)
    _switch(room, trial, before, after, (reach, at))
    second = _measured(room, trial)
    lost = room.desk.lost_in_zones(cameras)
    unit = room.desk.unit
    rows = [
        camera.as_json()
        | {
            "adds": trial.lone_worth(reach.of(at[camera])) * unit,
            "cut_in_zones": float(lost[at[camera]]),
        }
        for camera in after.cameras.values()
    ]
    return {
        "weight": room.weight,
        "total": float(room.desk.total.sum()) * unit,
        "in_zones": room.in_zones,
        "existing": len(room.register),
        "existing_left_out": room.left_out,
        "before": first,
        "after": second,
        "change": {name: second[name] - first[name] for name in first if name != "districts"},
        "cameras": rows,
        "dropped": sorted(after.dropped),
        "views": views_json(
            [after.cameras[name] for name in touched if name in after.cameras],
            room.crs,
            room.zones,
        ),
    }


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
