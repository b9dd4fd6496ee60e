"""Cameras of a scenario or a plan in a plane, and the ground that they see.

What buildings hide and what lies in zones is no part of a view.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from geogrid.analysis.obstacles import Obstacles
from geogrid.analysis.sectors import ARC_TOLERANCE_M, Sectors
from geogrid.analysis.siting_cameras import SitedCameras, grid_azimuths
from geogrid.analysis.siting_zones import cut_by_zones
from geogrid.analysis.visibility import visible_views
from geogrid.crs import WGS84, reprojection, transformer
from geogrid.service.desk_state import DeskCamera

_MARGIN_M: Final = 1.0 + ARC_TOLERANCE_M  # walls at the very end of a view are looked at too


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What views are cut by.

    Parameters
    ----------
    crs
        A plane CRS.
    zones
        Polygons in it where no camera may look.
    obstacles
        Buildings in it; ``None`` where none are looked at.
    """

    crs: CRS
    zones: NDArray[np.object_]
    obstacles: Obstacles | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CutViews:
    """What cameras see, made by `cut_views`.

    Parameters
    ----------
    shape
        Polygons in the plane CRS, empty where nothing is seen, shape (n,).
    hidden_share
        Share of each sector that buildings hide, shape (n,).
    cut_share
        Share of what is left that zones cut away, shape (n,).
    """

    shape: NDArray[np.object_]
    hidden_share: NDArray[np.float64]
    cut_share: NDArray[np.float64]


def sited(cameras: list[DeskCamera], crs: CRS) -> SitedCameras:
    """Return cameras of a scenario in a plane.

    Parameters
    ----------
    cameras
        In WGS-84.
    crs
        The plane CRS.

    Returns
    -------
    SitedCameras
        In that order.
    """
    lon = np.array([camera.lon for camera in cameras], dtype=np.float64)
    lat = np.array([camera.lat for camera in cameras], dtype=np.float64)
    bearing = np.array([c.bearing_deg or 0.0 for c in cameras]) + grid_azimuths(lon, lat, crs)
    angle = np.array([c.view_angle_deg for c in cameras], dtype=np.float64)
    return SitedCameras(
        tuple(camera.id for camera in cameras),
        np.column_stack(transformer(WGS84, crs).transform(lon, lat)),
        np.array([camera.range_m for camera in cameras], dtype=np.float64),
        bearing % 360.0,
        angle,
        np.array([camera.height_m for camera in cameras], dtype=np.float64),
    )


def cut_views(cameras: list[DeskCamera], ground: Ground) -> CutViews:
    """Return what cameras see without what buildings hide and what lies in zones.

    Parameters
    ----------
    cameras
        In WGS-84.
    ground
        Buildings and zones.

    Returns
    -------
    CutViews
        In that order; buildings are looked at exactly.
    """
    if not cameras:
        return CutViews(np.empty(0, dtype=object), np.zeros(0), np.zeros(0))
    there = sited(cameras, ground.crs)
    sectors = Sectors.of(there.xy, there.range_m, there.azimuth_deg, there.view_angle_deg)
    whole = seen = sectors.polygons()
    if ground.obstacles is not None:
        near = ground.obstacles.near(there.xy, there.range_m + _MARGIN_M)
        seen = visible_views(sectors, near, height_m=there.heights(), method="sweep").polygon
    cut, lost = cut_by_zones(seen, ground.zones)
    area = shapely.area(seen)
    hidden = np.maximum(1.0 - area / shapely.area(whole), 0.0)
    if ground.obstacles is None:
        hidden = np.zeros(len(cameras))
    return CutViews(cut, hidden, np.divide(lost, area, out=np.zeros(len(area)), where=area > 0.0))


def views_json(cameras: list[DeskCamera], ground: Ground) -> dict[str, Any]:
    """Return views as GeoJSON in WGS-84, without what buildings hide and what lies in zones.

    Parameters
    ----------
    cameras
        In WGS-84.
    ground
        Buildings and zones.

    Returns
    -------
    dict
        A feature collection; ``hidden_share`` tells how much of a sector buildings hide, and
        ``cut_share`` how much of the rest zones cut away.
    """
    views = cut_views(cameras, ground)
    degrees = [shapely.transform(shape, reprojection(ground.crs, WGS84)) for shape in views.shape]
    shapes = [shapely.set_precision(shape, 1e-7) for shape in degrees]
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": camera.id,
                "properties": {
                    "id": camera.id,
                    "hidden_share": float(hidden),
                    "cut_share": float(part),
                },
                "geometry": None if shape.is_empty else shapely.geometry.mapping(shape),
            }
            for camera, shape, hidden, part in zip(
                cameras, shapes, views.hidden_share, views.cut_share, strict=True
            )
        ],
    }
