"""What each camera of a workspace sees, as outlines for the map."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import shapely
from shapely.geometry import box

from geogrid.analysis.views import Views, camera_views
from geogrid.crs import WGS84, reprojection
from geogrid.export.geojson import feature_collection
from geogrid.service.analyses import sensors
from geogrid.service.answers import Box
from geogrid.service.buildings import registered_buildings
from geogrid.service.outlook import Outlook


class CameraSight(Outlook):
    """Everything that can be asked of a workspace about the ground that single cameras see."""

    def camera_sight(self, bbox: Box | None = None, *, limit: int = 1000) -> dict[str, Any]:
        """Return the views of cameras in service as GeoJSON.

        Parameters
        ----------
        bbox
            (west, south, east, north) in degrees, WGS-84; ``None`` for all.
        limit
            Views at most, in the order of the register.

        Returns
        -------
        dict
            A feature collection in WGS-84; a feature's id is its camera's. Members
            ``numberMatched`` and ``numberReturned``, and ``buildings``, ``heights`` and
            ``method`` of `geogrid.analysis.views.Sight`. Views are the same as those that cells are
            covered by; a camera whose view is not known has none.

        Raises
        ------
        LayerNotFoundError
            No cameras are registered.
        """
        frame, views = self._kept(("camera_sight",), self._sight)
        if bbox is not None:
            frame = frame[frame.intersects(box(*bbox))]
        page = frame.iloc[:limit]
        sight = views.sight
        return feature_collection(
            page,
            (),
            decimals=6,
            members={
                "numberMatched": len(frame),
                "numberReturned": len(page),
                "buildings": sight.buildings,
                "heights": sight.heights,
                "method": sight.method,
            },
        )

    def _sight(self) -> tuple[gpd.GeoDataFrame, Views]:
        shelf, cameras = self._shelf, sensors(self._shelf)
        crs = shelf.grid.spec.crs
        views = camera_views(
            cameras, crs, self._questions.cameras, buildings=registered_buildings(shelf)
        )
        outlines = shapely.transform(views.polygon, reprojection(crs, WGS84))
        ids = [cameras.ids[at] for at in views.camera]
        return gpd.GeoDataFrame(geometry=list(outlines), index=ids, crs=WGS84), views
