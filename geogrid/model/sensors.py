"""Cameras: where they stand and what they can see."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from geogrid.errors import InputError


class CameraStatus(StrEnum):
    """Whether a camera sees anything today."""

    ON = "on"
    OFF = "off"
    PLANNED = "planned"


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

    def __post_init__(self) -> None:
        if len(set(self.ids)) != len(self.ids):
            raise InputError("camera ids must be unique")
        if len(self.status) != len(self.ids):
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

    def __len__(self) -> int:
        return len(self.ids)
