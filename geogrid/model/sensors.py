"""Cameras: where they stand and what they can see."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from geogrid.errors import InputError


class Purpose(StrEnum):
    """What a camera is there for; each asks for more detail than the one before."""

    OVERVIEW = "overview"
    RECOGNISE = "recognise"
    PLATE = "plate"


class CameraStatus(StrEnum):
    """Whether a camera sees anything today."""

    ON = "on"
    OFF = "off"
    PLANNED = "planned"


@dataclass(frozen=True, slots=True, eq=False)
class Lenses:
    """Lenses of cameras and the pictures behind them; NaN where not known.

    Parameters
    ----------
    focal_mm
        Focal length, millimetres, > 0, shape (n,).
    sensor_mm
        Width of the sensor, millimetres, > 0, shape (n,).
    pixels
        Width of the picture, pixels, > 0, shape (n,).

    Raises
    ------
    InputError
        A value is not over 0, or the arrays are not aligned.
    """

    focal_mm: NDArray[np.float64]
    sensor_mm: NDArray[np.float64]
    pixels: NDArray[np.float64]

    def __post_init__(self) -> None:
        for values in (self.focal_mm, self.sensor_mm, self.pixels):
            if len(values) != len(self.focal_mm):
                raise InputError("cameras need arrays of equal length")
            if not (np.isnan(values) | ((values > 0.0) & np.isfinite(values))).all():
                raise InputError("focal length, sensor width and pixels of cameras must be over 0")

    def __len__(self) -> int:
        return len(self.focal_mm)


@dataclass(frozen=True, slots=True, eq=False)
class Sensors:
    """Cameras with their views in plan.

    Parameters
    ----------
    ids
        Register numbers, unique.
    lon, lat
        Degrees, WGS-84, shape (n,).
    range_m
        How far a camera serves its purpose, metres, > 0; NaN where not known.
    bearing_deg
        Direction of the view's axis, degrees clockwise from north in [0, 360); NaN where not
        known.
    view_angle_deg
        Width of the view, degrees in (0, 360]; NaN where not known.
    status
        One `CameraStatus` value per camera.
    height_m
        Above ground, metres, >= 0; NaN, or ``None`` for all, where not known.
    lenses
        Of the cameras; ``None`` where none is known.
    purpose
        One `Purpose` per camera, ``None`` where not known.

    Raises
    ------
    InputError
        A value is out of its range; the message names the camera and the field.
    """

    ids: tuple[str, ...]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    range_m: NDArray[np.float64]
    bearing_deg: NDArray[np.float64]
    view_angle_deg: NDArray[np.float64]
    status: tuple[CameraStatus, ...]
    height_m: NDArray[np.float64] | None = None
    lenses: Lenses | None = None
    purpose: tuple[Purpose | None, ...] | None = None

    def __post_init__(self) -> None:
        if len(set(self.ids)) != len(self.ids):
            raise InputError("camera ids must be unique")
        optional = (self.height_m, self.lenses, self.purpose)
        given = [len(values) for values in optional if values is not None]
        if any(count != len(self.ids) for count in (len(self.status), *given)):
            raise InputError("cameras need arrays of equal length")
        with np.errstate(invalid="ignore"):
            rules = {
                "lon": ~(np.abs(self.lon) <= 180.0),
                "lat": ~(np.abs(self.lat) <= 90.0),
                "range": ~(np.isnan(self.range_m) | (self.range_m > 0.0)),
                "bearing": ~(
                    np.isnan(self.bearing_deg)
                    | ((self.bearing_deg >= 0.0) & (self.bearing_deg < 360.0))
                ),
                "view_angle": ~(
                    np.isnan(self.view_angle_deg)
                    | ((self.view_angle_deg > 0.0) & (self.view_angle_deg <= 360.0))
                ),
            }
        for field, broken in rules.items():
            if broken.size != len(self.ids):
                raise InputError("cameras need arrays of equal length")
            if broken.any():
                raise InputError(
                    "camera {camera!r}: field {field} is out of range; range must be over 0 m, "
                    "bearing in [0, 360), view_angle in (0, 360], positions on the globe",
                    camera=self.ids[int(np.argmax(broken))],
                    field=field,
                )
        self._require_heights()

    def _require_heights(self) -> None:
        if self.height_m is None:
            return
        wrong = ~(np.isnan(self.height_m) | ((self.height_m >= 0.0) & np.isfinite(self.height_m)))
        if wrong.any():
            at = int(np.argmax(wrong))
            raise InputError(
                "camera {camera!r}: a height of {got:g} m above ground is out of range",
                camera=self.ids[at],
                got=float(self.height_m[at]),
            )

    def __len__(self) -> int:
        return len(self.ids)
