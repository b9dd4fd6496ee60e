"""What cameras see hour by hour, where some are on for a part of the day only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geogrid.analysis.camera_land import LandParts
from geogrid.analysis.camera_lines import grouped_lines
from geogrid.analysis.camera_scene import Scene
from geogrid.analysis.overlap import dissolved

HOURS: Final = 24
_DAY_MIN: Final = 24 * 60
_ALL_DAY: Final = frozenset(
    ("", "all", "all day", "always", "24", "24h", "24小时", "全天", "全时段", "全天候")
)
_CLOCK: Final = r"(\d{1,2})(?:[:时点](\d{2})?分?)?"
_RANGE: Final = re.compile(rf"{_CLOCK}(?:-|~|至|到){_CLOCK}")
_BETWEEN: Final = re.compile(r"[,;/+、和 ]+")


def hours_on(text: str | None) -> tuple[bool, ...] | None:
    """Return in which hours of the day a camera is on.

    Parameters
    ----------
    text
        Such as ``22-06``, ``07:00-09:00,17:00-19:00`` or ``全天``; ``None`` or nothing is all day,
        as the register says nothing else.

    Returns
    -------
    tuple of bool or None
        For each hour of the local clock whether the camera is on all through it; ``None`` where
        the text cannot be read.
    """
    plain = unicodedata.normalize("NFKC", text or "").lower().strip()
    plain = re.sub(r"\s*([-~至到–—])\s*", r"\1", plain).replace("–", "-").replace("—", "-")
    if plain in _ALL_DAY:
        return (True,) * HOURS
    minutes = np.zeros(_DAY_MIN, dtype=bool)
    for part in _BETWEEN.split(plain):
        found = _RANGE.fullmatch(part)
        if found is None:
            return None
        start, end = (60 * int(found[i]) + int(found[i + 1] or 0) for i in (1, 3))
        clock = all(int(found[i] or 0) < 60 for i in (2, 4))
        if not clock or start >= _DAY_MIN or end > _DAY_MIN:
            return None
        span = (end - start) % _DAY_MIN or _DAY_MIN
        minutes[(start + np.arange(span)) % _DAY_MIN] = True
    return tuple(bool(hour.all()) for hour in minutes.reshape(HOURS, 60))


def hourly_measures(scene: Scene, on: NDArray[np.bool_]) -> pd.DataFrame:
    """Return what cameras see in each hour of the day.

    Parameters
    ----------
    scene
        What all cameras see.
    on
        Whether the camera of each view is on all through each hour, shape (n_views, 24).

    Returns
    -------
    pandas.DataFrame
        A row for each hour: ``hour``, ``cameras`` (with a view, and on), ``seen_km2``,
        ``seen_share`` of the land, ``roads_seen_km``, ``roads_seen_share``, ``places_seen``,
        ``places_seen_share``; NaN where there is nothing to see.
    """
    grid = scene.ground.grid
    land_km2 = float(grid.piece_m2.sum()) / 1e6
    road_km = float(scene.roads.length_m.sum()) / 1e3
    places = sum(int((some.district >= 0).sum()) for some in scene.places.values())
    seen_km2 = _by_pattern(on, _land_asked(scene.land, on)) / 1e6
    seen_km = _by_pattern(on, lambda chosen: _road_metres(scene, chosen)) / 1e3
    seen = _by_pattern(on, lambda chosen: _places_seen(scene, chosen))
    return pd.DataFrame(
        {
            "hour": np.arange(HOURS),
            "cameras": on.sum(axis=0),
            "seen_km2": seen_km2,
            "seen_share": seen_km2 / land_km2,
            "roads_seen_km": seen_km if road_km else np.full(HOURS, np.nan),
            "roads_seen_share": seen_km / (road_km or np.nan),
            "places_seen": seen.astype(np.int64),
            "places_seen_share": seen / (places or np.nan),
        }
    )


def on_in_hours(texts: Sequence[str | None]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return for cameras in which hours each is on.

    Parameters
    ----------
    texts
        Hours of each camera as its register says, shape (n,).

    Returns
    -------
    on : ndarray of bool, shape (n, 24)
        All day where the text cannot be read.
    unreadable : ndarray of bool, shape (n,)
        Which texts cannot be read.
    """
    known = {text: hours_on(text) for text in set(texts)}
    found = [known[text] for text in texts]
    on = np.array([hours or (True,) * HOURS for hours in found], dtype=bool)
    unreadable = np.array([hours is None for hours in found], dtype=bool)
    return on.reshape(-1, HOURS), unreadable


def _by_pattern(
    on: NDArray[np.bool_], asked: Callable[[NDArray[np.bool_]], float]
) -> NDArray[np.float64]:
    """Return an answer for each hour; hours with the same cameras are asked once."""
    patterns, hour = np.unique(on.T, axis=0, return_inverse=True)
    return np.array([asked(chosen) for chosen in patterns], dtype=np.float64)[hour.ravel()]


def _land_asked(parts: LandParts, on: NDArray[np.bool_]) -> Callable[[NDArray[np.bool_]], float]:
    """Return a function that tells the land that some views see, m2.

    Views that are on in the same hours are merged beforehand, once.
    """
    _, kind = np.unique(on, axis=0, return_inverse=True)
    kind = kind.ravel().astype(np.int64)
    n_kinds = int(kind.max(initial=0)) + 1
    key = parts.piece * n_kinds + kind[parts.view]
    order = np.argsort(key, kind="stable")
    key, shape = dissolved(key[order], parts.part[order])
    piece, of_kind = np.divmod(key, n_kinds)

    def seen_m2(chosen: NDArray[np.bool_]) -> float:
        active = np.zeros(n_kinds, dtype=bool)
        active[kind[chosen]] = True
        here, whole = dissolved(piece[active[of_kind]], shape[active[of_kind]])
        return float((shapely.area(whole) * parts.scale[here]).sum())

    return seen_m2


def _road_metres(scene: Scene, chosen: NDArray[np.bool_]) -> float:
    one = np.zeros(scene.n_views, dtype=np.int64)
    seen = scene.on_roads.of_views(chosen)
    return float(grouped_lines(seen, scene.roads.length_m, one, 1)[0].sum())


def _places_seen(scene: Scene, chosen: NDArray[np.bool_]) -> float:
    return float(sum(some.seen_by(chosen).sum() for some in scene.places.values()))
