"""Which cameras a scenario has: new ones, changed ones, and those that are gone.

A camera of the scenario with the name of one of the register stands in its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from geogrid.errors import InputError
from geogrid.service.json_fields import JsonFields

MOST_CAMERAS: Final = 20_000
_MOST_CHANGES: Final = 1_000
DECIMALS: Final = 9  # of a degree: a tenth of a millimetre, so that whole ones stay the same
_TURNED: Final = ("range", "bearing", "view_angle", "height")
CAMERA_FIELDS: Final = ("id", "lon", "lat", *_TURNED, "fixed", "origin")
_TOLD: Final = (  # what answers tell and may come back
    *("adds", "cut_in_zones", "hidden", "indoors", "cost", "safe"),
)
ORIGINS: Final = ("hand", "plan")
OPERATIONS: Final = ("place", "turn", "move", "drop", "restore")


@dataclass(frozen=True, slots=True)
class DeskCamera:
    """A camera of a scenario.

    Parameters
    ----------
    id
        Its name, unique in the scenario.
    lon, lat
        Degrees, WGS-84.
    range_m
        How far it sees, metres.
    bearing_deg
        From true north; ``None`` for all round.
    view_angle_deg
        Degrees in (0, 360]; 360 where it sees all round.
    is_fixed
        Whether it stays when the scenario is solved again.
    origin
        Who placed it: ``hand`` or ``plan``.
    height_m
        Above ground, metres; ``None`` where not known.
    """

    id: str
    lon: float
    lat: float
    range_m: float
    bearing_deg: float | None = None
    view_angle_deg: float = 360.0
    is_fixed: bool = False
    origin: str = "hand"
    height_m: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values, from which `camera_of` makes it again."""
        return {
            "id": self.id,
            "lon": self.lon,
            "lat": self.lat,
            "range": self.range_m,
            "bearing": self.bearing_deg,
            "view_angle": self.view_angle_deg,
            "height": self.height_m,
            "fixed": self.is_fixed,
            "origin": self.origin,
        }


@dataclass(frozen=True, slots=True)
class DeskState:
    """The cameras of a scenario, and those of the register that are gone.

    Parameters
    ----------
    cameras
        By name.
    dropped
        Names of the register.
    """

    cameras: dict[str, DeskCamera] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "cameras": [camera.as_json() for camera in self.cameras.values()],
            "dropped": sorted(self.dropped),
        }


def camera_of(body: object, usual_range_m: float) -> DeskCamera:
    """Return the camera that a JSON object describes.

    Parameters
    ----------
    body
        ``id``, ``lon`` and ``lat``, and what else is known.
    usual_range_m
        Range of a camera that states none.

    Returns
    -------
    DeskCamera
        Checked.

    Raises
    ------
    InputError
        A field is missing, unknown or out of its range.
    """
    given = JsonFields(body, (*CAMERA_FIELDS, *_TOLD), "camera")
    name = given.text("id", longest=200)
    lon = given.number("lon", least=-180.0, most=180.0)
    lat = given.number("lat", least=-90.0, most=90.0)
    if not name or lon is None or lat is None:
        raise InputError("a camera needs an id, lon and lat")
    bearing = given.number("bearing", least=0.0, most=360.0)
    angle = given.number("view_angle", least=0.001, most=360.0)
    if angle is not None and angle < 360.0 and bearing is None:
        raise InputError("camera {camera!r} has a view angle but no bearing", camera=name)
    if bearing is not None and angle is None:
        raise InputError("camera {camera!r} has a bearing but no view angle", camera=name)
    origin = given.text("origin") or "hand"
    if origin not in ORIGINS:
        raise InputError(
            "camera {camera!r}: the origin is hand or plan, got {got!r}", camera=name, got=origin
        )
    return DeskCamera(
        id=name,
        lon=round(lon, DECIMALS),
        lat=round(lat, DECIMALS),
        range_m=given.number("range", least=0.1, most=50_000.0) or usual_range_m,
        bearing_deg=None if bearing is None or angle == 360.0 else bearing % 360.0,
        view_angle_deg=angle or 360.0,
        is_fixed=given.flag("fixed"),
        origin=origin,
        height_m=given.number("height", least=0.0, most=500.0),
    )


def state_of(cameras: Iterable[object], dropped: Iterable[str], usual_range_m: float) -> DeskState:
    """Return the state that JSON values describe.

    Parameters
    ----------
    cameras
        JSON objects.
    dropped
        Names of cameras of the register.
    usual_range_m
        Range of a camera that states none.

    Returns
    -------
    DeskState
        Checked.

    Raises
    ------
    InputError
        A camera cannot be, or a name stands twice.
    """
    found: dict[str, DeskCamera] = {}
    for body in cameras:
        camera = camera_of(body, usual_range_m)
        if camera.id in found:
            raise InputError("camera {camera!r} is there twice", camera=camera.id)
        found[camera.id] = camera
    return DeskState(found, frozenset(dropped))


def changed(
    state: DeskState, changes: object, register: dict[str, DeskCamera], usual_range_m: float
) -> tuple[DeskState, tuple[str, ...]]:
    """Return the state after some changes, and the names of the cameras they touched.

    Parameters
    ----------
    state
        Before.
    changes
        A list of JSON objects: ``op`` is ``place`` (with ``camera``), ``turn`` (``id`` and any
        of ``bearing``, ``view_angle``, ``range``, ``height``), ``move`` (``id``, ``lon``,
        ``lat``), ``drop`` or ``restore`` (``id``).
    register
        Cameras of the register that stand and can be counted, by name.
    usual_range_m
        Range of a camera that states none.

    Returns
    -------
    state : DeskState
        After.
    touched : tuple of str
        Names, each once, in order.

    Raises
    ------
    InputError
        A change cannot be made.
    """
    if not isinstance(changes, list) or len(changes) > _MOST_CHANGES:
        raise InputError("changes are a list of at most {most}", most=_MOST_CHANGES)
    touched: dict[str, None] = {}
    for body in changes:
        name, state = _one_change(state, body, register, usual_range_m)
        touched[name] = None
    if len(state.cameras) > MOST_CAMERAS:
        raise InputError("a scenario has at most {most} cameras", most=MOST_CAMERAS)
    return state, tuple(touched)


def _one_change(
    state: DeskState, body: object, register: dict[str, DeskCamera], usual_range_m: float
) -> tuple[str, DeskState]:
    given = JsonFields(body, ("op", "id", "camera", "lon", "lat", *_TURNED), "change")
    operation = given.text("op") or ""
    cameras, dropped = dict(state.cameras), state.dropped
    if operation == "place":
        camera = camera_of(given.mapping("camera"), usual_range_m)
        if camera.id in cameras or (camera.id in register and camera.id not in dropped):
            raise InputError(
                "camera {camera!r} is there already; move or turn it", camera=camera.id
            )
        return camera.id, DeskState(cameras | {camera.id: camera}, dropped - {camera.id})
    name = given.text("id") or ""
    if operation == "restore" and name in register:
        cameras.pop(name, None)
        return name, DeskState(cameras, dropped - {name})
    stands = register.get(name) if name not in dropped else None
    known = cameras.get(name, stands)
    if known is None:
        raise InputError("there is no camera {camera!r} to change", camera=name)
    if operation == "drop":
        cameras.pop(name, None)
        return name, DeskState(cameras, dropped | ({name} & register.keys()))
    if operation not in OPERATIONS:
        raise InputError(
            "unknown change {op!r}; give one of {known}", op=operation, known=", ".join(OPERATIONS)
        )
    wanted = ("lon", "lat") if operation == "move" else _TURNED
    fresh = {key: value for key in wanted if (value := _value(given, key)) is not None}
    if not fresh:
        raise InputError("the change {op!r} says nothing new of its camera", op=operation)
    camera = camera_of(known.as_json() | fresh, usual_range_m)
    return name, replace(state, cameras=cameras | {name: camera})


def _value(given: JsonFields, name: str) -> float | None:
    return given.number(name, least=-360.0, most=1e6)
