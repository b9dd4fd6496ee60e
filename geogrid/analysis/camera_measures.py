"""Measures of camera coverage: land, roads by class and places, by district and in all."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.camera_scene import Cover, Scene

_M2_PER_KM2: Final = 1e6
_M_PER_KM: Final = 1e3


def district_measures(scene: Scene, cover: Cover) -> pd.DataFrame:
    """Return how much of each district cameras see.

    Parameters
    ----------
    scene
        What cameras see.
    cover
        The same, each camera as a group of its own.

    Returns
    -------
    pandas.DataFrame
        A row for each district: ``district``, ``name``, ``land_km2``, ``seen_km2``, ``twice_km2``,
        ``seen_share``, ``twice_share``, ``roads_km``, ``roads_seen_km``, ``roads_seen_share``,
        ``places``, ``places_seen``. Twice is by two cameras or more. Shares are NaN where there
        is nothing to see; figures of roads are NaN where none are known.
    """
    grid = scene.ground.grid
    n = len(grid.boundary)
    land = np.bincount(grid.piece_district, grid.piece_m2, n) / _M2_PER_KM2
    seen = np.bincount(scene.land.district, cover.land.once_m2, n) / _M2_PER_KM2
    twice = np.bincount(scene.land.district, cover.land.twice_m2, n) / _M2_PER_KM2
    roads, roads_seen = _road_km(scene, cover, scene.roads.district, n)
    places, places_seen = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for some in scene.places.values():
        inside = some.district >= 0
        places += np.bincount(some.district[inside], minlength=n)
        places_seen += np.bincount(some.district[inside & (some.once_share > 0.0)], minlength=n)
    unknown = scene.ground.roads is None
    return pd.DataFrame(
        {
            "district": list(grid.boundary.ids),
            "name": list(grid.boundary.names),
            "land_km2": land,
            "seen_km2": seen,
            "twice_km2": twice,
            "seen_share": _share(seen, land),
            "twice_share": _share(twice, land),
            "roads_km": np.where(unknown, np.nan, roads),
            "roads_seen_km": np.where(unknown, np.nan, roads_seen),
            "roads_seen_share": _share(roads_seen, roads),
            "places": places,
            "places_seen": places_seen,
        }
    )


def road_measures(scene: Scene, cover: Cover) -> pd.DataFrame:
    """Return how much of the roads of each class cameras see, by district and in all.

    Parameters
    ----------
    scene
        What cameras see.
    cover
        The same, each camera as a group of its own.

    Returns
    -------
    pandas.DataFrame
        A row for each class, and for each class in each district: ``district`` (empty for all of
        them), ``class``, ``km``, ``seen_km``, ``twice_km``, ``seen_share``, ``twice_share``. No
        row for a class that a district does not have.
    """
    head = ["district", "class", "km", "seen_km", "twice_km", "seen_share", "twice_share"]
    if scene.ground.roads is None:
        return pd.DataFrame(columns=head)
    ids = np.array(scene.ground.grid.boundary.ids, dtype=object)
    kind = np.array(scene.ground.roads.kind, dtype=object)
    rows = pd.DataFrame(
        {
            "district": ids[scene.roads.district],
            "class": kind[scene.roads.road],
            "km": scene.roads.length_m / _M_PER_KM,
            "seen_km": cover.road_once_m / _M_PER_KM,
            "twice_km": cover.road_twice_m / _M_PER_KM,
        }
    )
    whole = rows.assign(district="").groupby(["district", "class"], as_index=False).sum()
    parts = rows.groupby(["district", "class"], as_index=False).sum()
    table = pd.concat([whole, parts], ignore_index=True)
    for name in ("seen", "twice"):
        some, whole_km = table[f"{name}_km"].to_numpy(), table["km"].to_numpy()
        table[f"{name}_share"] = _share(some, whole_km)
    return table[head]


def place_measures(scene: Scene) -> pd.DataFrame:
    """Return how many places of each kind cameras see, by district and in all.

    Parameters
    ----------
    scene
        What cameras see.

    Returns
    -------
    pandas.DataFrame
        A row for each kind of a register, and for each in each district: ``district`` (empty for
        all of them), ``register``, ``kind``, ``places``, ``seen`` and ``twice`` (places of which
        one camera, or two, see some), ``shown_share`` (mean of the shares of their outlines; a
        point counts as 1 or 0). Places outside the districts are in none.
    """
    head = ["district", "register", "kind", "places", "seen", "twice", "shown_share"]
    grid = scene.ground.grid
    ids = np.array([*grid.boundary.ids, ""], dtype=object)
    tables = [pd.DataFrame(columns=head)]
    for register, some in scene.places.items():
        places = (scene.ground.places or {})[register]
        rows = pd.DataFrame(
            {
                "district": ids[some.district],
                "register": register,
                "kind": list(places.kind),
                "places": 1,
                "seen": (some.once_share > 0.0).astype(np.int64),
                "twice": (some.twice_share > 0.0).astype(np.int64),
                "shown_share": some.once_share,
            }
        )[some.district >= 0]
        for told in (rows.assign(district=""), rows):
            groups = told.groupby(["district", "register", "kind"], as_index=False)
            tables.append(
                groups.agg(
                    places=("places", "sum"),
                    seen=("seen", "sum"),
                    twice=("twice", "sum"),
                    shown_share=("shown_share", "mean"),
                )
            )
    filled = [table for table in tables if len(table)] or tables[:1]
    return pd.concat(filled, ignore_index=True)[head]


def _road_km(
    scene: Scene, cover: Cover, key: NDArray[np.int64], n: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return kilometres of road by key, and those in view."""
    length = np.bincount(key, scene.roads.length_m, n) / _M_PER_KM
    return length, np.bincount(key, cover.road_once_m, n) / _M_PER_KM


def _share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return part of whole, at most 1; NaN where there is no whole."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0.0, np.minimum(part / whole, 1.0), np.nan)
