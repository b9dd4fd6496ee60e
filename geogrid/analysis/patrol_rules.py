"""Thresholds that say what the time between two fixes is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from geogrid.analysis.cleaning import CleaningRules
from geogrid.errors import InputError
from geogrid.kernels.walk import WalkRules

STANDING_SPEED_M_S: Final = 1.0  # under walking pace; 5 m of GPS noise at 10 s reads 0.9 m/s


@dataclass(frozen=True, slots=True)
class PatrolRules:
    """Thresholds that say what the time between two fixes is.

    Parameters
    ----------
    max_gap_s
        A longer silence between two fixes is unknown time, seconds, > 0.
    max_speed_kmh
        Faster than a unit can go, > 0.

    Raises
    ------
    InputError
        A threshold is not positive.
    """

    max_gap_s: float = 300.0
    max_speed_kmh: float = 160.0

    def __post_init__(self) -> None:
        for name, value in (("max-gap", self.max_gap_s), ("max-speed", self.max_speed_kmh)):
            if not 0.0 < value < float("inf"):
                raise InputError("{name} must be more than 0, got {value}", name=name, value=value)

    def as_walk_rules(self) -> WalkRules:
        """Return the thresholds in milliseconds and millimetres."""
        return WalkRules(
            max_gap_ms=round(self.max_gap_s * 1000),
            max_mm_per_ms=self.max_speed_kmh / 3.6,
            standing_mm_per_ms=STANDING_SPEED_M_S,
        )

    def as_cleaning_rules(self) -> CleaningRules:
        """Return the thresholds of cleaning; those that are not here are the usual ones."""
        return CleaningRules(max_gap_s=self.max_gap_s, max_speed_kmh=self.max_speed_kmh)
