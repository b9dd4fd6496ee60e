"""What cameras see of a city: land, roads and places; and what is lost without some of them.

Union, never sum: what several cameras see counts once. The loss of a group of cameras is what
only they see, so that coverage with all of them less the loss is coverage without them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.camera_land import GroupedLand, LandParts, grouped_land, land_parts
from geogrid.analysis.camera_lines import (
    DistrictRoads,
    SeenLines,
    district_roads,
    grouped_lines,
    seen_lines,
)
from geogrid.analysis.camera_places import SeenPlaces, seen_places
from geogrid.analysis.counted_views import Looking
from geogrid.analysis.obstacles import Obstacles
from geogrid.model.grid import Grid
from geogrid.model.places import Places


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What cameras may see.

    Parameters
    ----------
    grid
        The grid.
    roads
        Lines, WGS-84, their class as kind; ``None`` where none are known.
    places
        By register, such as ``places`` and ``rooms``: points or areas, WGS-84.
    obstacles
        Buildings that the views were cut by; ``None`` where there are none.
    """

    grid: Grid
    roads: Places | None = None
    places: Mapping[str, Places] | None = None
    obstacles: Obstacles | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What views see of a ground, made by `camera_scene`.

    Parameters
    ----------
    ground
        What they look at.
    views
        What cameras see.
    land
        The views on land.
    roads
        The roads inside the districts; none where none are known.
    on_roads
        Parts of them in views.
    places
        Who sees which place, by register.
    """

    ground: Ground
    views: Looking
    land: LandParts
    roads: DistrictRoads
    on_roads: SeenLines
    places: Mapping[str, SeenPlaces]

    @property
    def n_views(self) -> int:
        """How many views there are."""
        return len(self.views.polygon)


@dataclass(frozen=True, slots=True, eq=False)
class Cover:
    """What groups of cameras see, and what each sees alone, made by `cover_by`.

    Parameters
    ----------
    land
        Land in pieces, and alone.
    road_once_m, road_twice_m
        Metres of each segment of road that at least one and at least two groups see.
    road_alone_m
        Metres of road that only this group sees, shape (n_groups,).
    places_alone
        Places that only this group sees some of, shape (n_groups,).
    """

    land: GroupedLand
    road_once_m: NDArray[np.float64]
    road_twice_m: NDArray[np.float64]
    road_alone_m: NDArray[np.float64]
    places_alone: NDArray[np.int64]


def camera_scene(views: Looking, ground: Ground) -> Scene:
    """Return what views see of a ground.

    Parameters
    ----------
    views
        Of cameras, in the grid's CRS.
    ground
        Land, roads and places.

    Returns
    -------
    Scene
        Ready to be measured.

    Raises
    ------
    InputError
        A road is no line.
    """
    grid = ground.grid
    nothing = np.empty(0, dtype=np.int64)
    roads = DistrictRoads(np.empty((0, 4)), nothing, nothing)
    if ground.roads is not None:
        roads = district_roads(ground.roads, grid)
    places = {
        name: seen_places(some, views, grid, obstacles=ground.obstacles)
        for name, some in (ground.places or {}).items()
    }
    return Scene(
        ground,
        views,
        land_parts(views.polygon, grid),
        roads,
        seen_lines(roads.segments, views),
        places,
    )


def cover_by(scene: Scene, group: NDArray[np.int64], n_groups: int) -> Cover:
    """Return what groups of cameras see, and what would be lost without each of them.

    Parameters
    ----------
    scene
        What all cameras see.
    group
        Group of each view, 0 to ``n_groups`` - 1, shape (n_views,).
    n_groups
        How many groups there are.

    Returns
    -------
    Cover
        ``alone`` is coverage with all cameras less coverage without the group.
    """
    once, twice, alone = grouped_lines(scene.on_roads, scene.roads.length_m, group, n_groups)
    places = np.zeros(n_groups, dtype=np.int64)
    for seen in scene.places.values():
        places += seen.alone(group, n_groups)
    return Cover(grouped_land(scene.land, group, n_groups), once, twice, alone, places)
