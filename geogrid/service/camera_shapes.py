"""Cameras of a scenario or a plan in a plane, and the ground that they see, cut by zones."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from geogrid.analysis.siting_cameras import SitedCameras, grid_azimuths
from geogrid.analysis.siting_zones import cut_by_zones
from geogrid.analysis.views import view_polygons
from geogrid.crs import WGS84, reprojection, transformer
from geogrid.model.sensors import CameraStatus, Sensors
from geogrid.service.desk_state import DeskCamera


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
    )


def cut_views(
    cameras: list[DeskCamera], crs: CRS, zones: NDArray[np.object_]
) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
    """Return what cameras see in plan without what lies in zones.

    Parameters
    ----------
    cameras
        In WGS-84.
    crs
        A plane CRS.
    zones
        Polygons in it where no camera may look.

    Returns
    -------
    views : ndarray of shapely.Geometry, shape (n,)
        In the plane CRS.
    cut_share : ndarray of float, shape (n,)
        Share of each view that zones cut away.
    """
    if not cameras:
        return np.empty(0, dtype=object), np.zeros(0)
    sensors = Sensors(
        ids=tuple(camera.id for camera in cameras),
        lon=np.array([camera.lon for camera in cameras]),
        lat=np.array([camera.lat for camera in cameras]),
        range_m=np.array([camera.range_m for camera in cameras]),
        bearing_deg=np.array([c.bearing_deg or 0.0 for c in cameras]),
        view_angle_deg=np.array([camera.view_angle_deg for camera in cameras]),
        status=(CameraStatus.ON,) * len(cameras),
    )
    whole = view_polygons(sensors, crs)
    cut, lost = cut_by_zones(whole, zones)
    return cut, lost / shapely.area(whole)


def views_json(cameras: list[DeskCamera], crs: CRS, zones: NDArray[np.object_]) -> dict[str, Any]:
    """Return views as GeoJSON in WGS-84, cut by zones.

    Parameters
    ----------
    cameras
        In WGS-84.
    crs
        A plane CRS.
    zones
        Polygons in it where no camera may look.

    Returns
    -------
    dict
        A feature collection; ``cut_share`` tells how much of a view zones cut away.
    """
    cut, share = cut_views(cameras, crs, zones)
    degrees = [shapely.transform(shape, reprojection(crs, WGS84)) for shape in cut]
    shapes = [shapely.set_precision(shape, 1e-7) for shape in degrees]
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": camera.id,
                "properties": {"id": camera.id, "cut_share": float(part)},
                "geometry": None if shape.is_empty else shapely.geometry.mapping(shape),
            }
            for camera, shape, part in zip(cameras, shapes, share, strict=True)
        ],
    }
