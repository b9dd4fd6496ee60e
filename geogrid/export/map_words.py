"""The texts of the one-file map's page, in English; the catalogue has the Chinese."""

from __future__ import annotations

from typing import Final

WORDS: Final = (
    "Data as of",
    "Layers",
    "Layers and values",
    "Made with",
    "Map",
    "Not in this file, for its size",
    "Point at or tap a cell, or use the arrow keys, to read its values.",
    "Registers",
    "Sources",
    "Synthetic data",
    "This map needs a browser of 2023 or later.",
    "all",
    "cells",
    "d",
    "h",
    "m",
    "min",
    "never, or not known",
    "none",
    "not known",
    "or later",
    "or more",
    "s",
)
