"""Colours: for light and dark grounds, told apart by people who are colour-blind.

Sequential tables rise evenly in lightness from a pale yellow-green over teal to indigo (light
ground) or the other way (dark ground), as viridis does; opposites are blue against orange,
never red against green. Classes whose kind matters more than their colour are hatched as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Swatch:
    """How one class is drawn.

    Parameters
    ----------
    light, dark
        Colours ``#rrggbb`` for a light and a dark ground.
    opacity
        0 (not drawn) to 1.
    hatch_light, hatch_dark
        Colours of the hatching's lines; empty for none.
    """

    light: str
    dark: str
    opacity: float = 0.88
    hatch_light: str = ""
    hatch_dark: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the swatch as the map's script reads it."""
        hatch = {"light": self.hatch_light, "dark": self.hatch_dark} if self.hatch_light else None
        return {
            "light": self.light,
            "dark": self.dark,
            "opacity": self.opacity,
            "hatch": hatch,
        }


# Known none, in colours that no ramp has: a pale rose; in the dark a slate just above the land.
ZERO: Final = Swatch("#f6e4dc", "#2c3642", 0.8)
NULL: Final = Swatch("#b4bac3", "#4a515c", 0.35, "#868e9b", "#69727f")  # not known
CLEAR: Final = Swatch("#ffffff", "#000000", 0.0)
NEUTRAL: Final = Swatch("#e6e3dd", "#44474d")

_SEQUENTIAL_LIGHT: Final = (
    "#e2ec93",
    "#b2da88",
    "#7ac489",
    "#45a790",
    "#2a8490",
    "#2c5e86",
    "#32356e",
)
_SEQUENTIAL_DARK: Final = (
    "#45539c",
    "#3a70a6",
    "#2f8da7",
    "#31a89b",
    "#5bc187",
    "#a3d66d",
    "#f2ea62",
)

BELOW: Final = (  # from the middle outwards
    Swatch("#b9d2e9", "#34567f"),
    Swatch("#6f9fd2", "#4e8bd0"),
    Swatch("#2c5aa5", "#94c7ff"),
)
ABOVE: Final = (
    Swatch("#f7c795", "#7d4d2e"),
    Swatch("#e27d45", "#d36c32"),
    Swatch("#a3291f", "#ffb26a"),
)

_GAPS: Final = {
    "not_required": CLEAR,
    "no_data": NULL,
    "off_duty": Swatch("#a7b4c4", "#595f69"),
    "dark": Swatch("#cfc4de", "#40365a", 0.88, "#6a5592", "#a48fd0"),  # the radio is silent
    "never": Swatch("#b3261e", "#ff7263", 0.95),
    "stale": Swatch("#e58a2b", "#d9872f"),
    "under": Swatch("#f4d773", "#81772c"),
    "met": Swatch("#7fb0d6", "#35658f"),
}
_VERDICTS: Final = {
    "demand_exceeds": ABOVE[2],
    "balanced": NEUTRAL,
    "supply_exceeds": BELOW[2],
}
_KINDS_OF_HOTSPOT: Final = (
    "new",
    "consecutive",
    "intensifying",
    "persistent",
    "diminishing",
    "sporadic",
    "oscillating",
    "historical",
)
_HOT_LIGHT: Final = (
    "#7a0f3c",
    "#a3291f",
    "#c9402a",
    "#e0653a",
    "#ee8f55",
    "#f3b27a",
    "#e6c79f",
    "#c9b8a4",
)
_HOT_DARK: Final = (
    "#ff8fc0",
    "#ffb26a",
    "#ff9350",
    "#ee7a3c",
    "#d3642f",
    "#ab5430",
    "#84482f",
    "#66483c",
)
_COLD_LIGHT: Final = (
    "#123a7c",
    "#2c5aa5",
    "#3f76bf",
    "#5f93cf",
    "#86b0dc",
    "#a9c8e6",
    "#c2d3e3",
    "#b5c0cb",
)
_COLD_DARK: Final = (
    "#c9e2ff",
    "#94c7ff",
    "#74aff2",
    "#5a97de",
    "#477fc0",
    "#3c689b",
    "#385679",
    "#3d4d60",
)
_EMERGING: Final = (
    {f"{kind}_hot": Swatch(_HOT_LIGHT[i], _HOT_DARK[i]) for i, kind in enumerate(_KINDS_OF_HOTSPOT)}
    | {
        f"{kind}_cold": Swatch(_COLD_LIGHT[i], _COLD_DARK[i])
        for i, kind in enumerate(_KINDS_OF_HOTSPOT)
    }
    | {"none": NEUTRAL}
)
_MORAN: Final = {  # what differs from its neighbours is hatched in the other's colour
    "high_high": ABOVE[2],
    "low_low": BELOW[2],
    "high_low": Swatch("#f7c795", "#7d4d2e", 0.88, "#a3291f", "#ffb26a"),
    "low_high": Swatch("#b9d2e9", "#34567f", 0.88, "#2c5aa5", "#94c7ff"),
}
_NAMED: Final = _GAPS | _VERDICTS | _EMERGING | _MORAN

# Okabe, M. and Ito, K. (2008). Color Universal Design: eight colours most people tell apart.
_OTHERS: Final = (
    Swatch("#0072b2", "#56b4e9"),
    Swatch("#e69f00", "#e69f00"),
    Swatch("#009e73", "#35c79b"),
    Swatch("#cc79a7", "#e0a0c3"),
    Swatch("#56b4e9", "#2f86bd"),
    Swatch("#d55e00", "#f0803a"),
    Swatch("#c9b800", "#f0e442"),
    Swatch("#5a5a5a", "#b0b0b0"),
)


def sequential(classes: int) -> tuple[Swatch, ...]:
    """Return swatches from little to much.

    Parameters
    ----------
    classes
        How many, 1 to 7.

    Returns
    -------
    tuple of Swatch
        Spread over the whole table; one class takes its middle.
    """
    last = len(_SEQUENTIAL_LIGHT) - 1
    if classes == 1:
        return (Swatch(_SEQUENTIAL_LIGHT[last // 2 + 1], _SEQUENTIAL_DARK[last // 2 + 1]),)
    picked = [round(i * last / (classes - 1)) for i in range(classes)]
    return tuple(Swatch(_SEQUENTIAL_LIGHT[i], _SEQUENTIAL_DARK[i]) for i in picked)


def ramp() -> list[list[str]]:
    """Return the colours from little to much, each for a light and a dark ground.

    Returns
    -------
    list
        Seven pairs ``#rrggbb``.
    """
    return [list(pair) for pair in zip(_SEQUENTIAL_LIGHT, _SEQUENTIAL_DARK, strict=True)]


def category_swatch(category: str, position: int) -> Swatch:
    """Return the swatch of a category.

    Parameters
    ----------
    category
        Its name. States of gaps, verdicts and kinds of hotspots have colours of their own.
    position
        Its place among the column's categories, for all others.

    Returns
    -------
    Swatch
        Of unknown categories, the ninth looks like the first again.
    """
    return _NAMED.get(category, _OTHERS[position % len(_OTHERS)])
