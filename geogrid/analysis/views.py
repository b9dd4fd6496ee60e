"""What each camera can see in plan: a disc or a sector, as a polygon in the grid's CRS.

An arc becomes chords of a radius that keeps the area: n chords of ``delta`` radians each
span ``n / 2 * r'^2 * sin(delta)``, so ``r' = r * sqrt(delta / sin(delta))``. Its corners lie
``r * delta^2 / 12`` outside the arc and the middles of its chords half as far inside.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from geogrid.crs import WGS84, is_equal_area, transformer
from geogrid.errors import InputError
from geogrid.model.sensors import CameraStatus, Sensors

ARC_TOLERANCE_M: Final = 0.05  # a polygon's outline is this near to the true one
MIN_CHORDS: Final = 8  # of a full circle, however short the range
MAX_RANGE_M: Final = 50_000.0  # no camera serves a purpose at this range; a unit was mistaken
_STEP_DEG: Final = 1e-4  # 11 m: its rounding turns a bearing by 1e-8 degrees
_FULL_DEG: Final = 360.0
_SLIT_DEG: Final = 1e-7
_AXIS_M: Final = 6_378_137.0  # WGS-84
_ECCENTRICITY2: Final = 0.006_694_379_990_141_3


@dataclass(frozen=True, slots=True)
class CameraParams:
    """What to assume of cameras whose register is incomplete.

    Parameters
    ----------
    default_range_m
        Range of cameras that state none, metres, > 0; ``None`` leaves them undrawn.
    default_view_angle_deg
        View angle of cameras that state a bearing but no angle, degrees in (0, 360];
        ``None`` leaves them undrawn.

    Raises
    ------
    InputError
        A value is out of its range.
    """

    default_range_m: float | None = None
    default_view_angle_deg: float | None = None

    def __post_init__(self) -> None:
        if self.default_range_m is not None and not 0.0 < self.default_range_m <= MAX_RANGE_M:
            raise InputError(
                "the default camera range must be over 0 m and at most {most:g} m, got {got}",
                most=MAX_RANGE_M,
                got=self.default_range_m,
            )
        angle = self.default_view_angle_deg
        if angle is not None and not 0.0 < angle <= _FULL_DEG:
            raise InputError(
                "the default view angle must be over 0 and at most 360 degrees, got {got}",
                got=angle,
            )


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """The views of the cameras that could be drawn.

    Parameters
    ----------
    camera
        Position in the register of each view, rising, shape (n,).
    polygon
        One polygon per view in the grid's CRS, counter-clockwise, shape (n,).
    convex
        The same ground as convex polygons: a view wider than 180 degrees is two halves.
    counts
        Cameras by what was done with them: ``cameras``, ``in_service``, ``off``, ``planned``,
        ``drawn``; of those drawn ``assumed_disc``, ``assumed_angle``, ``assumed_range``; of
        those in service and not drawn ``bearing_unknown``, ``angle_unknown``,
        ``range_unknown``.
    """

    camera: NDArray[np.int64]
    polygon: NDArray[np.object_]
    convex: NDArray[np.object_]
    counts: Mapping[str, int]


def camera_views(sensors: Sensors, crs: CRS, params: CameraParams | None = None) -> Views:
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

    Returns
    -------
    Views
        Polygons with area ``angle / 2 * range^2``, their outlines within 5 cm of the true
        ones, and counts of what could not be drawn.

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
    _require_plausible_ranges(sensors)
    known = _Assumed.of(sensors, params)
    camera = np.flatnonzero(known.drawn)
    lon, lat = sensors.lon[camera], sensors.lat[camera]
    x, y = transformer(WGS84, crs).transform(lon, lat)
    north, scale = _local_frame(lon, lat, crs)
    sectors = _Sectors.of(
        np.column_stack([x, y]),
        known.range_m[camera] * scale,
        known.bearing_deg[camera] + north,
        known.angle_deg[camera],
    )
    return Views(camera, sectors.polygons(), sectors.convex().polygons(), known.counts)


def view_polygons(
    sensors: Sensors, spec_crs: CRS, params: CameraParams | None = None
) -> NDArray[np.object_]:
    """Return the view of each camera, or ``None`` for a camera without one.

    Parameters
    ----------
    sensors
        The cameras.
    spec_crs
        The grid's CRS, projected in metres.
    params
        As for `camera_views`.

    Returns
    -------
    ndarray of shapely.Polygon or None, shape (n_cameras,)
        In ``spec_crs``.
    """
    views = camera_views(sensors, spec_crs, params)
    polygons = np.full(len(sensors), None, dtype=object)
    polygons[views.camera] = views.polygon
    return polygons


def _require_plausible_ranges(sensors: Sensors) -> None:
    with np.errstate(invalid="ignore"):
        far = sensors.range_m > MAX_RANGE_M
    if far.any():
        at = int(np.argmax(far))
        raise InputError(
            "camera {camera!r}: a range of {got:g} m is over {most:g} m; "
            "ranges are in metres, was another unit meant?",
            camera=sensors.ids[at],
            got=float(sensors.range_m[at]),
            most=MAX_RANGE_M,
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Assumed:
    """Range, bearing and angle of all cameras after the assumptions."""

    range_m: NDArray[np.float64]
    bearing_deg: NDArray[np.float64]
    angle_deg: NDArray[np.float64]
    drawn: NDArray[np.bool_]
    counts: Mapping[str, int]

    @classmethod
    def of(cls, sensors: Sensors, params: CameraParams) -> _Assumed:
        status = np.array(sensors.status, dtype=object)
        on = status == CameraStatus.ON
        no_bearing = np.isnan(sensors.bearing_deg)
        no_angle, no_range = np.isnan(sensors.view_angle_deg), np.isnan(sensors.range_m)
        disc = no_angle & no_bearing
        default_angle = params.default_view_angle_deg or math.nan
        angle = np.where(no_angle, default_angle, sensors.view_angle_deg)
        angle = np.where(disc, _FULL_DEG, angle)
        range_m = np.where(no_range, params.default_range_m or math.nan, sensors.range_m)
        lost_range = np.isnan(range_m)
        lost_angle = ~lost_range & np.isnan(angle)
        lost_bearing = ~lost_range & ~lost_angle & no_bearing & (angle < _FULL_DEG)
        drawn = on & ~(lost_range | lost_angle | lost_bearing)
        counted = {
            "cameras": np.ones(len(sensors), dtype=bool),
            "in_service": on,
            "off": status == CameraStatus.OFF,
            "planned": status == CameraStatus.PLANNED,
            "drawn": drawn,
            "assumed_disc": drawn & disc,
            "assumed_angle": drawn & no_angle & ~disc,
            "assumed_range": drawn & no_range,
            "bearing_unknown": on & lost_bearing,
            "angle_unknown": on & lost_angle,
            "range_unknown": on & lost_range,
        }
        counts = {name: int(np.count_nonzero(which)) for name, which in counted.items()}
        return cls(range_m, np.nan_to_num(sensors.bearing_deg), angle, drawn, counts)


@dataclass(frozen=True, slots=True, eq=False)
class _Sectors:
    """Sectors in the plane, counter-clockwise from ``start``; radians."""

    centre: NDArray[np.float64]
    radius_m: NDArray[np.float64]
    start: NDArray[np.float64]
    angle: NDArray[np.float64]
    chords: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        centre: NDArray[np.float64],
        radius_m: NDArray[np.float64],
        azimuth_deg: NDArray[np.float64],
        angle_deg: NDArray[np.float64],
    ) -> _Sectors:
        """Return the sectors around grid azimuths (clockwise from the y axis)."""
        # A slit narrower than this is less than coordinates can tell apart.
        angle_deg = np.where(angle_deg > _FULL_DEG - _SLIT_DEG, _FULL_DEG, angle_deg)
        angle = np.where(angle_deg == _FULL_DEG, math.tau, np.radians(angle_deg))
        # 0.95 for the higher terms of the series: 5 % at an eighth of a circle, the widest.
        widest = np.sqrt(0.95 * 12.0 * ARC_TOLERANCE_M / radius_m)
        widest = np.minimum(widest, math.tau / MIN_CHORDS)
        # Whole fours: halves of a view have the chords of the whole, quarters of a disc are equal.
        chords = 4 * np.ceil(angle / (4.0 * widest)).astype(np.int64)
        start = np.radians(90.0 - azimuth_deg) - angle / 2.0
        return cls(centre, radius_m, start, angle, chords)

    def convex(self) -> _Sectors:
        """Return sectors of the same ground, those over 180 degrees cut in half."""
        wide = (self.angle > math.pi) & (self.angle < math.tau)
        half = np.where(wide, 0.5, 1.0)
        chords = np.where(wide, self.chords // 2, self.chords)
        second = np.concatenate([self.start, (self.start + self.angle / 2.0)[wide]])
        return _Sectors(
            np.concatenate([self.centre, self.centre[wide]]),
            np.concatenate([self.radius_m, self.radius_m[wide]]),
            second,
            np.concatenate([self.angle * half, (self.angle * half)[wide]]),
            np.concatenate([chords, chords[wide]]),
        )

    def polygons(self) -> NDArray[np.object_]:
        """Return one polygon per sector, those with equal numbers of chords built together."""
        out = np.empty(len(self.chords), dtype=object)
        full = self.angle >= math.tau
        for n in np.unique(self.chords):
            for whole in (False, True):
                at = np.flatnonzero((self.chords == n) & (full == whole))
                if at.size:
                    out[at] = shapely.polygons(self._rings(at, int(n)))
        return out

    def _rings(self, at: NDArray[np.int64], n: int) -> NDArray[np.float64]:
        """Return closed rings of sectors that are all full circles, or none of them."""
        delta = self.angle[at] / n
        radius = self.radius_m[at] * np.sqrt(delta / np.sin(delta))
        turn = self.start[at, None] + delta[:, None] * np.arange(n + 1)
        arc = radius[:, None, None] * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
        if self.angle[at[0]] >= math.tau:
            arc[:, -1] = arc[:, 0]
        else:
            apex = np.zeros((at.size, 1, 2))
            arc = np.concatenate([apex, arc, apex], axis=1)
        return np.asarray(self.centre[at, None, :] + arc)


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
