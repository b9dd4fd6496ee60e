"""How cameras see: the task, the buildings, and what to assume where the register is silent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from geogrid.analysis.sectors import FULL_DEG
from geogrid.analysis.visibility import METHODS, Method
from geogrid.errors import InputError
from geogrid.model.sensors import Purpose

MAX_RANGE_M: Final = 50_000.0  # no camera serves a purpose at this range; a unit was mistaken


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
    purpose
        The task that ranges are for: ``overview``, ``recognise`` or ``plate``; ``None`` for each
        camera's own.
    plain
        Leave buildings out: discs and sectors in the open.
    method
        How views between buildings are found; see `geogrid.analysis.visibility.visible_views`.

    Raises
    ------
    InputError
        A value is out of its range, or there is no such purpose or method.
    """

    default_range_m: float | None = None
    default_view_angle_deg: float | None = None
    purpose: str | None = None
    plain: bool = False
    method: Method = "auto"

    def __post_init__(self) -> None:
        known: tuple[str, ...] = tuple(Purpose)
        if self.purpose is not None and self.purpose not in known:
            raise InputError(
                "unknown purpose {purpose!r}; give one of {known}",
                purpose=self.purpose,
                known=", ".join(known),
            )
        if self.method not in METHODS:
            raise InputError(
                "unknown method of views {method!r}; give one of {known}",
                method=self.method,
                known=", ".join(METHODS),
            )
        if self.default_range_m is not None and not 0.0 < self.default_range_m <= MAX_RANGE_M:
            raise InputError(
                "the default camera range must be over 0 m and at most {most:g} m, got {got}",
                most=MAX_RANGE_M,
                got=self.default_range_m,
            )
        angle = self.default_view_angle_deg
        if angle is not None and not 0.0 < angle <= FULL_DEG:
            raise InputError(
                "the default view angle must be over 0 and at most 360 degrees, got {got}",
                got=angle,
            )
