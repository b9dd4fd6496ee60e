"""Colours of the hours of a day: a circle from dark night over light noon back to night.

The morning is blue to green, the evening orange to brown, so that two hours as light as one
another, one on each side of noon, differ in what colour-blind people see as well.
"""

from __future__ import annotations

from typing import Final

from geogrid.export.palettes import Swatch

_STEP_H: Final = 3  # between the colours that are given; those of other hours lie between
_HOURS: Final = 24
_LIGHT: Final = (
    "#2b2f6b",  # midnight
    "#27548f",
    "#2f8ba0",
    "#8cc7a1",
    "#f2e27a",  # noon
    "#efab55",
    "#c96440",
    "#7d3b3a",
)
_DARK: Final = (
    "#4a53b5",
    "#3d78c2",
    "#3aa3b5",
    "#93cfae",
    "#f2e68a",
    "#f0b25f",
    "#d9744e",
    "#a8524a",
)


def hour_swatch(hour: int) -> Swatch:
    """Return the swatch of an hour of the day.

    Parameters
    ----------
    hour
        0 to 23.

    Returns
    -------
    Swatch
        Of 23 and 0 as near as of any hour and the next.
    """
    return Swatch(_at(_LIGHT, hour), _at(_DARK, hour))


def _at(colours: tuple[str, ...], hour: int) -> str:
    """Return the colour at an hour on the way round a circle of colours."""
    before, part = divmod(hour % _HOURS, _STEP_H)
    ends = colours[before], colours[(before + 1) % len(colours)]
    here, there = ([int(end[i : i + 2], 16) for i in (1, 3, 5)] for end in ends)
    mixed = (round(a + (b - a) * part / _STEP_H) for a, b in zip(here, there, strict=True))
    return "#" + "".join(f"{value:02x}" for value in mixed)
