"""Sectors and discs in a plane, as polygons with their true area.

An arc becomes chords of a radius that keeps the area: n chords of ``delta`` radians each
span ``n / 2 * r'^2 * sin(delta)``, so ``r' = r * sqrt(delta / sin(delta))``. Its corners lie
``r * delta^2 / 12`` outside the arc and the middles of its chords half as far inside.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

ARC_TOLERANCE_M: Final = 0.05  # a polygon's outline is this near to the true one
MIN_CHORDS: Final = 8  # of a full circle, however short the range
FULL_DEG: Final = 360.0
_SLIT_DEG: Final = 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class Sectors:
    """Sectors in a plane, made by `Sectors.of`.

    Parameters
    ----------
    centre
        Where each one's camera stands, metres, shape (n, 2).
    radius_m
        How far it reaches, metres, shape (n,).
    start
        First direction, radians counter-clockwise from the x axis, shape (n,).
    angle
        Width, radians in (0, 2 pi], shape (n,).
    chords
        Number of chords of its arc, shape (n,).
    """

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
    ) -> Sectors:
        """Return sectors around their axes.

        Parameters
        ----------
        centre
            Where cameras stand, metres, shape (n, 2).
        radius_m
            How far they reach, metres, > 0, shape (n,).
        azimuth_deg
            Axis of each view, degrees clockwise from the y axis, shape (n,).
        angle_deg
            Width of each view, degrees in (0, 360], shape (n,).

        Returns
        -------
        Sectors
            In the order given.
        """
        # A slit narrower than this is less than coordinates can tell apart.
        angle_deg = np.where(angle_deg > FULL_DEG - _SLIT_DEG, FULL_DEG, angle_deg)
        angle = np.where(angle_deg == FULL_DEG, math.tau, np.radians(angle_deg))
        # 0.95 for the higher terms of the series: 5 % at an eighth of a circle, the widest.
        widest = np.sqrt(0.95 * 12.0 * ARC_TOLERANCE_M / radius_m)
        widest = np.minimum(widest, math.tau / MIN_CHORDS)
        # Whole fours: halves of a view have the chords of the whole, quarters of a disc are equal.
        chords = 4 * np.ceil(angle / (4.0 * widest)).astype(np.int64)
        start = np.radians(90.0 - azimuth_deg) - angle / 2.0
        return cls(centre, radius_m, start, angle, chords)

    def convex(self) -> Sectors:
        """Return sectors of the same ground, those over 180 degrees cut in half."""
        wide = (self.angle > math.pi) & (self.angle < math.tau)
        half = np.where(wide, 0.5, 1.0)
        chords = np.where(wide, self.chords // 2, self.chords)
        second = np.concatenate([self.start, (self.start + self.angle / 2.0)[wide]])
        return Sectors(
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

    def chord_radius_m(self) -> NDArray[np.float64]:
        """Return how far the corners of each arc lie from the camera, metres."""
        delta = self.angle / self.chords
        return np.asarray(self.radius_m * np.sqrt(delta / np.sin(delta)))

    def take(self, at: NDArray[np.int64]) -> Sectors:
        """Return some of the sectors.

        Parameters
        ----------
        at
            Positions.

        Returns
        -------
        Sectors
            In the order of ``at``.
        """
        return Sectors(
            self.centre[at], self.radius_m[at], self.start[at], self.angle[at], self.chords[at]
        )

    def __len__(self) -> int:
        return len(self.radius_m)

    def _rings(self, at: NDArray[np.int64], n: int) -> NDArray[np.float64]:
        """Return closed rings of sectors that are all full circles, or none of them."""
        delta = self.angle[at] / n
        radius = self.chord_radius_m()[at]
        turn = self.start[at, None] + delta[:, None] * np.arange(n + 1)
        arc = radius[:, None, None] * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
        if self.angle[at[0]] >= math.tau:
            arc[:, -1] = arc[:, 0]
        else:
            apex = np.zeros((at.size, 1, 2))
            arc = np.concatenate([apex, arc, apex], axis=1)
        return np.asarray(self.centre[at, None, :] + arc)
