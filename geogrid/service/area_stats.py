"""Statistics of any area that somebody draws: every measure summed over the cells in it."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from geogrid.errors import InputError
from geogrid.export.json_values import plain
from geogrid.model.points_inside import points_inside
from geogrid.model.window import ALL_TIME, Window
from geogrid.service.outlook import Outlook

MOST_POINTS: Final = 5_000
_GAPS: Final = ("never", "stale", "dark", "under")


class AreaStats(Outlook):
    """Everything that can be asked of a workspace about areas that are drawn on the map."""

    def area_stats(self, geometry: object, window: Window = ALL_TIME) -> dict[str, Any]:
        """Return what is known of the cells whose centre is in an area.

        Parameters
        ----------
        geometry
            A GeoJSON polygon or multipolygon, WGS-84, or a feature with one.
        window
            Days and hours.

        Returns
        -------
        dict
            ``cells``, ``land_km2``, ``patrol_h`` and ``patrolled_share`` (of required cells),
            ``gaps`` by state, ``incidents``, ``cameras`` and ``camera_km2``, ``districts`` (names)
            and ``bbox``; those whose layer is not there are left out.

        Raises
        ------
        InputError
            It is no such geometry, or no cell's centre lies in it.
        """
        shape = _polygon(geometry)
        lon, lat = self.grid.lonlat()
        west, south, east, north = shape.bounds
        near = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
        inside = near[points_inside(shape, lon[near], lat[near])]
        if inside.size == 0:
            raise InputError("no cell has its centre in this area; draw it larger or elsewhere")
        return self._area_json(shape, inside, window)

    def _area_json(
        self, shape: Polygon | MultiPolygon, inside: NDArray[np.int64], window: Window
    ) -> dict[str, Any]:
        grid = self.grid
        land = grid.area_m2[inside]
        found: dict[str, Any] = {
            "cells": int(inside.size),
            "land_km2": round(float(land.sum()) / 1e6, 3),
            "districts": [grid.boundary.names[i] for i in np.unique(grid.district[inside])],
            "bbox": [round(value, 7) for value in shape.bounds],
        }
        tables = self.tables(window)
        if "coverage" in tables:
            patrol = tables["coverage"]["patrol_s"].astype(float)[inside]
            found["patrol_h"] = plain(np.round(patrol.sum() / 3600.0, 2))
        if "gaps" in tables:
            found |= _gaps_json(tables["gaps"]["state"][inside])
        if "hotspots" in tables and "count" in tables["hotspots"].columns:
            count = np.nan_to_num(tables["hotspots"]["count"].astype(float)[inside])
            found["incidents"] = int(count.sum())
        if "camera_coverage" in tables:
            seen = tables["camera_coverage"]["covered_share"].astype(float)[inside]
            found["camera_km2"] = plain(np.round(np.nansum(seen * land) / 1e6, 3))
            found["cameras"] = self._cameras_in(shape)
        return found

    def _cameras_in(self, shape: Polygon | MultiPolygon) -> int:
        """Return how many cameras stand in an area, whatever cell they are in."""
        points = self.register("cameras").geometry
        return int(points_inside(shape, points.x.to_numpy(), points.y.to_numpy()).sum())


def _gaps_json(state: NDArray[Any]) -> dict[str, Any]:
    """Return cells by state of gap, and how many of those required were patrolled."""
    names, counts = np.unique(state.astype(str), return_counts=True)
    by_state = dict(zip(names.tolist(), counts.tolist(), strict=True))
    required = int(state.size) - by_state.get("not_required", 0)
    seen = sum(by_state.get(name, 0) for name in ("met", "stale", "under"))
    return {
        "states": by_state,
        "required_cells": required,
        "gaps": sum(by_state.get(name, 0) for name in _GAPS),
        "patrolled_share": seen / required if required else None,
    }


def _polygon(geometry: object) -> Polygon | MultiPolygon:
    """Return the polygon in a GeoJSON value, checked."""
    found = geometry.get("geometry", geometry) if isinstance(geometry, dict) else None
    if not isinstance(found, dict) or found.get("type") not in ("Polygon", "MultiPolygon"):
        raise InputError("give the area as a GeoJSON polygon, such as a Feature with a Polygon")
    try:
        shape = shapely.geometry.shape(found)
        points = shapely.get_num_coordinates(shape)
    except (TypeError, ValueError, KeyError, IndexError, shapely.errors.ShapelyError) as error:
        raise InputError(
            "the area's coordinates cannot be read ({reason})", reason=error
        ) from error
    if points > MOST_POINTS:
        raise InputError(
            "the area has {points} corners; give at most {most}", points=points, most=MOST_POINTS
        )
    bounds = np.array(shape.bounds) if points else np.full(4, np.nan)
    if not np.isfinite(bounds).all() or (np.abs(bounds) > [180, 90, 180, 90]).any():
        raise InputError("the area's corners must be longitude and latitude in degrees, WGS-84")
    valid = shape if shape.is_valid else shapely.make_valid(shape)
    if not isinstance(valid, Polygon | MultiPolygon):
        raise InputError("the area crosses itself in a way that leaves no land; draw it again")
    return valid
