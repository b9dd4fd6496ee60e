"""What each camera can see: a disc or a sector, less what buildings hide, in the grid's CRS."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from geogrid.analysis.camera_params import MAX_RANGE_M, CameraParams
from geogrid.analysis.camera_ranges import TaskRanges, task_ranges
from geogrid.analysis.obstacles import Obstacles
from geogrid.analysis.sectors import ARC_TOLERANCE_M, FULL_DEG, Sectors
from geogrid.analysis.visibility import Method, visible_views
from geogrid.crs import WGS84, is_equal_area, transformer
from geogrid.errors import InputError
from geogrid.model.buildings import Buildings
from geogrid.model.sensors import CameraStatus, Purpose, Sensors

__all__ = ["ARC_TOLERANCE_M", "CameraParams", "Sight", "Views", "camera_views", "view_polygons"]

_STEP_DEG: Final = 1e-4  # 11 m: its rounding turns a bearing by 1e-8 degrees
_AXIS_M: Final = 6_378_137.0  # WGS-84
_ECCENTRICITY2: Final = 0.006_694_379_990_141_3


@dataclass(frozen=True, slots=True)
class Sight:
    """What was looked at to find what is seen.

    Parameters
    ----------
    buildings
        ``used``, ``none`` where none are known, or ``left out`` on request.
    heights
        ``known`` where all cameras drawn and all buildings have one, ``in part`` where some have
        on both sides, ``plan view`` where a wall hides everything behind it.
    method
        ``plain`` without buildings, ``sweep`` (exact) or ``rays``.
    plain_m2
        Sum of the views without buildings, m2.
    """

    buildings: Literal["used", "none", "left out"]
    heights: Literal["known", "in part", "plan view"]
    method: str
    plain_m2: float


@dataclass(frozen=True, eq=False)
class Views:
    """The views of the cameras that could be drawn.

    Parameters
    ----------
    camera
        Position in the register of each view, rising, shape (n,).
    polygon
        One polygon per view in the grid's CRS, counter-clockwise, shape (n,).
    parts
        Gives the same ground as convex polygons, and their views; see `convex` and `owner`.
    counts
        Cameras by what was done with them: ``cameras``, ``in_service``, ``off``, ``planned``,
        ``drawn``; of those drawn ``assumed_disc``, ``assumed_angle``, ``assumed_range``,
        ``range_by_lens``, ``angle_by_lens``, ``on_walls`` (inside the outline of a building) and
        ``over_buildings``; of those in service and not drawn ``bearing_unknown``,
        ``angle_unknown``, ``range_unknown`` and ``indoors`` (deep inside a building).
    told_apart
        Positions in the register of the cameras that are not drawn, each under one of the
        reasons among ``counts``; and under ``assumed_disc`` of those that are drawn as discs for
        want of a bearing and an angle.
    sight
        What was looked at.
    """

    camera: NDArray[np.int64]
    polygon: NDArray[np.object_]
    parts: Callable[[], tuple[NDArray[np.object_], NDArray[np.int64]]]
    counts: Mapping[str, int]
    told_apart: Mapping[str, NDArray[np.int64]]
    sight: Sight

    @cached_property
    def _convex_parts(self) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
        return self.parts()

    @property
    def convex(self) -> NDArray[np.object_]:
        """The same ground as convex polygons: halves of wide views, fans between buildings."""
        return self._convex_parts[0]

    @property
    def owner(self) -> NDArray[np.int64]:
        """Position in ``polygon`` of the view of each convex one, shape (k,)."""
        return self._convex_parts[1]


def camera_views(
    sensors: Sensors,
    crs: CRS,
    params: CameraParams | None = None,
    *,
    buildings: Buildings | None = None,
) -> Views:
    """Return the views of all cameras in service.

    Bearings are clockwise from true north; each is turned by the direction that the meridian
    has in ``crs`` at the camera. A range is metres on the ground: in a CRS that is not
    equal-area it is scaled so that the area is true.

    Parameters
    ----------
    sensors
        The cameras.
    crs
        The grid's CRS, projected in metres.
    params
        What to assume where the register is silent; by default nothing.
    buildings
        What may hide the ground; ``None`` where none are known.

    Returns
    -------
    Views
        Polygons with area ``angle / 2 * range^2``, their outlines within 5 cm of the true
        ones, less what `geogrid.analysis.visibility.visible_views` finds hidden; and counts of
        what could not be drawn.

    Raises
    ------
    InputError
        A range is over 50 km.

    Notes
    -----
    A camera with neither bearing nor angle is taken for a disc. One with an angle under 360
    degrees and no bearing may look anywhere: it is not drawn.
    """
    params = params or CameraParams()
    purpose = None if params.purpose is None else Purpose(params.purpose)
    task = task_ranges(sensors, purpose)
    _require_plausible_ranges(sensors, task)
    known = _Assumed.of(sensors, task, params)
    camera = np.flatnonzero(known.drawn)
    lon, lat = sensors.lon[camera], sensors.lat[camera]
    x, y = transformer(WGS84, crs).transform(lon, lat)
    north, scale = _local_frame(lon, lat, crs)
    sectors = Sectors.of(
        np.column_stack([x, y]),
        known.range_m[camera] * scale,
        known.bearing_deg[camera] + north,
        known.angle_deg[camera],
    )
    if params.plain or buildings is None or not len(buildings):
        return _plain_views(camera, sectors, known, left_out=bool(params.plain and buildings))
    height = np.full(len(sensors), math.nan) if sensors.height_m is None else sensors.height_m
    return _views_between(camera, sectors, known, Obstacles.of(buildings, crs), height[camera])


def view_polygons(
    sensors: Sensors,
    spec_crs: CRS,
    params: CameraParams | None = None,
    *,
    buildings: Buildings | None = None,
) -> NDArray[np.object_]:
    """Return the view of each camera, or ``None`` for a camera without one.

    Parameters
    ----------
    sensors
        The cameras.
    spec_crs
        The grid's CRS, projected in metres.
    params, buildings
        As for `camera_views`.

    Returns
    -------
    ndarray of shapely.Polygon or None, shape (n_cameras,)
        In ``spec_crs``.
    """
    views = camera_views(sensors, spec_crs, params, buildings=buildings)
    polygons = np.full(len(sensors), None, dtype=object)
    polygons[views.camera] = views.polygon
    return polygons


def _plain_views(
    camera: NDArray[np.int64], sectors: Sectors, known: _Assumed, *, left_out: bool
) -> Views:
    """Return views in the open."""
    polygon = sectors.polygons()

    def parts() -> tuple[NDArray[np.object_], NDArray[np.int64]]:
        wide = np.flatnonzero((sectors.angle > math.pi) & (sectors.angle < math.tau))
        owner = np.concatenate([np.arange(len(sectors)), wide])
        return sectors.convex().polygons(), owner

    area = float(shapely.area(polygon).sum())
    sight = Sight("left out" if left_out else "none", "plan view", "plain", area)
    told_apart = known.told_apart()
    return Views(camera, polygon, parts, known.counts(), told_apart, sight)


def _views_between(
    camera: NDArray[np.int64],
    sectors: Sectors,
    known: _Assumed,
    obstacles: Obstacles,
    height_m: NDArray[np.float64],
) -> Views:
    """Return views between buildings; those that see nothing are told apart."""
    seen = visible_views(sectors, obstacles, height_m=height_m, method=known.method)
    kept = ~seen.indoors
    why = dict(known.why)
    for name, which in (("indoors", ~kept), ("on_walls", seen.inside & kept)):
        why[name] = np.zeros_like(known.drawn)
        why[name][camera[which]] = True
    why["over_buildings"] = np.zeros_like(known.drawn)
    why["over_buildings"][camera[seen.over & kept]] = True
    known = replace(known, drawn=known.drawn & ~why["indoors"], why=why)
    with_height = (~np.isnan(height_m), ~np.isnan(obstacles.height_m))
    heights: Literal["known", "in part", "plan view"] = "plan view"
    if all(have.all() for have in with_height):
        heights = "known"
    elif all(have.any() for have in with_height):
        heights = "in part"
    area = float((sectors.angle / 2.0 * sectors.radius_m**2).sum())

    def parts() -> tuple[NDArray[np.object_], NDArray[np.int64]]:
        convex, owner = seen.convex_parts()
        return convex, (np.cumsum(kept) - 1)[owner]

    return Views(
        camera[kept],
        seen.polygon[kept],
        parts,
        known.counts(),
        known.told_apart(),
        Sight("used", heights, seen.method, area),
    )


def _require_plausible_ranges(sensors: Sensors, task: TaskRanges) -> None:
    with np.errstate(invalid="ignore"):
        far = task.range_m > MAX_RANGE_M
    if far.any():
        at = int(np.argmax(far))
        raise InputError(
            "camera {camera!r}: a range of {got:g} m is over {most:g} m; "
            "ranges are in metres, was another unit meant?",
            camera=sensors.ids[at],
            got=float(task.range_m[at]),
            most=MAX_RANGE_M,
        )


_OF_DRAWN: Final = (
    "assumed_disc",
    "assumed_angle",
    "assumed_range",
    "range_by_lens",
    "angle_by_lens",
)
_REASONS: Final = (
    "off",
    "planned",
    "bearing_unknown",
    "angle_unknown",
    "range_unknown",
    "indoors",
)


@dataclass(frozen=True, slots=True, eq=False)
class _Assumed:
    """Range, bearing and angle of all cameras after the assumptions."""

    range_m: NDArray[np.float64]
    bearing_deg: NDArray[np.float64]
    angle_deg: NDArray[np.float64]
    drawn: NDArray[np.bool_]
    why: Mapping[str, NDArray[np.bool_]]
    method: Method

    @classmethod
    def of(cls, sensors: Sensors, task: TaskRanges, params: CameraParams) -> _Assumed:
        status = np.array(sensors.status, dtype=object)
        on = status == CameraStatus.ON
        no_bearing = np.isnan(sensors.bearing_deg)
        no_angle, no_range = np.isnan(task.view_angle_deg), np.isnan(task.range_m)
        disc = no_angle & no_bearing
        default_angle = params.default_view_angle_deg or math.nan
        angle = np.where(no_angle, default_angle, task.view_angle_deg)
        angle = np.where(disc, FULL_DEG, angle)
        range_m = np.where(no_range, params.default_range_m or math.nan, task.range_m)
        lost_range = np.isnan(range_m)
        lost_angle = ~lost_range & np.isnan(angle)
        lost_bearing = ~lost_range & ~lost_angle & no_bearing & (angle < FULL_DEG)
        none = np.zeros(len(sensors), dtype=bool)
        why = {
            "in_service": on,
            "off": status == CameraStatus.OFF,
            "planned": status == CameraStatus.PLANNED,
            "assumed_disc": disc,
            "assumed_angle": no_angle & ~disc,
            "assumed_range": no_range,
            "range_by_lens": task.range_by_lens,
            "angle_by_lens": task.angle_by_lens,
            "bearing_unknown": on & lost_bearing,
            "angle_unknown": on & lost_angle,
            "range_unknown": on & lost_range,
            **dict.fromkeys(("indoors", "on_walls", "over_buildings"), none),
        }
        drawn = on & ~(lost_range | lost_angle | lost_bearing)
        bearing = np.nan_to_num(sensors.bearing_deg)
        return cls(range_m, bearing, angle, drawn, why, params.method)

    def told_apart(self) -> dict[str, NDArray[np.int64]]:
        """Return the cameras under each reason, and those drawn as discs."""
        named = {name: np.flatnonzero(self.why[name]) for name in _REASONS}
        return named | {"assumed_disc": np.flatnonzero(self.why["assumed_disc"] & self.drawn)}

    def counts(self) -> dict[str, int]:
        """Return how many cameras there are under each word."""
        counted = {
            name: int(np.count_nonzero(which & self.drawn if name in _OF_DRAWN else which))
            for name, which in self.why.items()
        }
        return {"cameras": self.drawn.size, "drawn": int(self.drawn.sum()), **counted}


def _local_frame(
    lon: NDArray[np.float64], lat: NDArray[np.float64], crs: CRS
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the azimuth of true north in a CRS (degrees) and the scale that keeps areas."""
    change = transformer(WGS84, crs)
    half = _STEP_DEG / 2.0
    low, high = np.maximum(lat - half, -90.0), np.minimum(lat + half, 90.0)
    east_n, north_n = np.subtract(change.transform(lon, high), change.transform(lon, low))
    north = np.degrees(np.arctan2(east_n, north_n))
    if is_equal_area(crs):
        return north, np.ones_like(north)
    east_e, north_e = np.subtract(
        change.transform(lon + half, lat), change.transform(lon - half, lat)
    )
    w2 = 1.0 - _ECCENTRICITY2 * np.sin(np.radians(lat)) ** 2
    ground = _AXIS_M**2 * (1.0 - _ECCENTRICITY2) * np.cos(np.radians(lat)) / w2**2
    ground *= np.radians(high - low) * np.radians(_STEP_DEG)
    return north, np.sqrt(np.abs(east_e * north_n - east_n * north_e) / ground)
