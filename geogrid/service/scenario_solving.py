"""From a scenario to a plan and back: what stands, and which cameras the plan brings."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from geogrid.analysis.siting_cameras import SitedCameras
from geogrid.service.camera_shapes import sited
from geogrid.service.desk_state import DeskCamera, DeskState
from geogrid.service.siting_files import summary_of
from geogrid.service.what_if import CameraDesk

_OF_PLAN: Final = (
    *("model", "status", "value", "bound", "proved_bound", "proof", "gap", "gap_asked", "unit"),
    *("objective", "covered_share", "standing", "curve", "best_curve", "robust", "zone_price"),
    *("demand", "candidates", "sha256", "version", "synthetic", "sight"),
)


def standing_with(room: CameraDesk, state: DeskState) -> SitedCameras:
    """Return the cameras that stand when a scenario is solved.

    Parameters
    ----------
    room
        The desk, with the register.
    state
        The scenario.

    Returns
    -------
    SitedCameras
        Those of the register that are neither dropped nor replaced, and the fixed ones.
    """
    gone = state.dropped | state.cameras.keys()
    there = [at for name, at in room.position.items() if name not in gone]
    fixed = sited([camera for camera in state.cameras.values() if camera.is_fixed], room.crs)
    kept = room.desk.existing.take(np.array(there, dtype=np.int64))
    return kept.and_then(fixed)


def solved_scenario(
    scenario: dict[str, Any], state: DeskState, plan: dict[str, Any]
) -> dict[str, Any]:
    """Return a scenario with the cameras of a plan in place of those that are not fixed.

    Parameters
    ----------
    scenario
        As stored.
    state
        Its cameras.
    plan
        From `geogrid.service.siting.siting_plan`.

    Returns
    -------
    dict
        To be stored; ``solved`` is the plan in short.
    """
    cameras = {name: camera for name, camera in state.cameras.items() if camera.is_fixed}
    # A replaced camera of the register that is not fixed goes, and what it replaced stays gone.
    dropped = state.dropped | (state.cameras.keys() - cameras.keys() - _proposed(state))
    for place in plan["places"]:
        name = _free_name(place["id"], cameras)
        cameras[name] = DeskCamera(
            id=name,
            lon=place["lon"],
            lat=place["lat"],
            range_m=place["range"],
            bearing_deg=place["bearing"],
            view_angle_deg=place["view_angle"],
            is_fixed=False,
            origin="plan",
            height_m=place["height"],
        )
    short = summary_of(plan)
    fresh = DeskState(cameras, frozenset(dropped))
    return scenario | fresh.as_json() | {"solved": {n: short[n] for n in _OF_PLAN if n in short}}


def _proposed(state: DeskState) -> set[str]:
    return {name for name, camera in state.cameras.items() if camera.origin == "plan"}


def _free_name(name: str, taken: dict[str, DeskCamera]) -> str:
    """Return a name that no other camera has."""
    number, free = 2, name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    return free


def in_short(scenario: dict[str, Any]) -> dict[str, Any]:
    """Return a scenario with numbers of cameras instead of cameras.

    Parameters
    ----------
    scenario
        As stored.

    Returns
    -------
    dict
        For a list.
    """
    counts = {name: len(scenario[name]) for name in ("cameras", "dropped")}
    plan = scenario["solved"]
    kept = ("status", "objective", "covered_share", "gap")
    solved = None if plan is None else {name: plan[name] for name in kept}
    rest = {name: value for name, value in scenario.items() if name != "question"}
    return rest | counts | {"solved": solved}
