"""Patrol grids over a city's districts: coverage, gaps, hotspots and what cameras see.

The public names are loaded when they are first used (PEP 562): importing the package is quick,
and ``import geogrid as gg`` is enough.

Examples
--------
>>> import geogrid as gg
>>> districts = gg.Boundary.read("data/boundaries/sanming_2010.geojson")
>>> grid = gg.Grid.over(districts, cell_size_m=5000)
>>> len(grid)
1049
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from geogrid.analysis.aoristic import window_shares
    from geogrid.analysis.camera_coverage import CameraParams, camera_coverage
    from geogrid.analysis.emerging import EmergingParams, emerging_hotspots
    from geogrid.analysis.forecast import ForecastParams, forecast
    from geogrid.analysis.forecast_events import ForecastTime
    from geogrid.analysis.gaps import GapInputs, GapParams, coverage_gaps
    from geogrid.analysis.hotspot_areas import hotspot_areas
    from geogrid.analysis.hotspot_stability import hotspot_stability
    from geogrid.analysis.hotspots import HotspotParams, at_risk_cells, hotspots
    from geogrid.analysis.incident_days import DatedIncidents
    from geogrid.analysis.kde import KdeParams, kde
    from geogrid.analysis.local_moran import moran_clusters
    from geogrid.analysis.near_repeat import Bands, knox
    from geogrid.analysis.near_repeat_alerts import NearRepeatParams, near_repeat
    from geogrid.analysis.new_clusters import new_clusters
    from geogrid.analysis.patrol_coverage import patrol_coverage
    from geogrid.analysis.patrol_rules import PatrolRules
    from geogrid.analysis.rate_null import Exposure, rate_hotspots
    from geogrid.analysis.siting import SitingParams, site_cameras
    from geogrid.analysis.siting_problem import SitingProblem
    from geogrid.analysis.siting_reach import reach_within
    from geogrid.analysis.siting_rules import SitingRules
    from geogrid.analysis.siting_verify import verify_plan
    from geogrid.analysis.space_time_scan import ScanParams
    from geogrid.analysis.stacked_places import stacked_places
    from geogrid.crs import Datum, from_wgs84, to_wgs84, working_crs
    from geogrid.errors import GeogridError, InputError
    from geogrid.interactive import init, open_workspace
    from geogrid.io import ReadOptions, read_incidents, read_register, read_tracks
    from geogrid.model.boundary import Boundary
    from geogrid.model.buildings import Buildings
    from geogrid.model.cells import CellTable, Field
    from geogrid.model.grid import Grid, GridSpec
    from geogrid.model.incidents import Incidents
    from geogrid.model.layer import Layer
    from geogrid.model.places import Places
    from geogrid.model.sensors import Lenses, Purpose, Sensors
    from geogrid.model.tracks import Tracks
    from geogrid.model.window import Window
    from geogrid.service.analyses import IncidentChoice
    from geogrid.service.layers import Questions
    from geogrid.workspace import Workspace

    __version__: str

_MODULES: Final = {
    "geogrid.analysis.aoristic": ("window_shares",),
    "geogrid.analysis.camera_coverage": ("CameraParams", "camera_coverage"),
    "geogrid.analysis.emerging": ("EmergingParams", "emerging_hotspots"),
    "geogrid.analysis.forecast": ("ForecastParams", "forecast"),
    "geogrid.analysis.forecast_events": ("ForecastTime",),
    "geogrid.analysis.gaps": ("GapInputs", "GapParams", "coverage_gaps"),
    "geogrid.analysis.hotspot_areas": ("hotspot_areas",),
    "geogrid.analysis.hotspot_stability": ("hotspot_stability",),
    "geogrid.analysis.hotspots": ("HotspotParams", "at_risk_cells", "hotspots"),
    "geogrid.analysis.incident_days": ("DatedIncidents",),
    "geogrid.analysis.kde": ("KdeParams", "kde"),
    "geogrid.analysis.local_moran": ("moran_clusters",),
    "geogrid.analysis.near_repeat": ("Bands", "knox"),
    "geogrid.analysis.near_repeat_alerts": ("NearRepeatParams", "near_repeat"),
    "geogrid.analysis.new_clusters": ("new_clusters",),
    "geogrid.analysis.patrol_coverage": ("patrol_coverage",),
    "geogrid.analysis.patrol_day": ("PatrolRules",),
    "geogrid.analysis.rate_null": ("Exposure", "rate_hotspots"),
    "geogrid.analysis.siting": ("SitingParams", "site_cameras"),
    "geogrid.analysis.siting_problem": ("SitingProblem",),
    "geogrid.analysis.siting_reach": ("reach_within",),
    "geogrid.analysis.siting_rules": ("SitingRules",),
    "geogrid.analysis.siting_verify": ("verify_plan",),
    "geogrid.analysis.space_time_scan": ("ScanParams",),
    "geogrid.analysis.stacked_places": ("stacked_places",),
    "geogrid.crs": ("Datum", "from_wgs84", "to_wgs84", "working_crs"),
    "geogrid.errors": ("GeogridError", "InputError"),
    "geogrid.interactive": ("init", "open_workspace"),
    "geogrid.io": ("ReadOptions", "read_incidents", "read_register", "read_tracks"),
    "geogrid.model.boundary": ("Boundary",),
    "geogrid.model.buildings": ("Buildings",),
    "geogrid.model.cells": ("CellTable", "Field"),
    "geogrid.model.grid": ("Grid", "GridSpec"),
    "geogrid.model.incidents": ("Incidents",),
    "geogrid.model.layer": ("Layer",),
    "geogrid.model.places": ("Places",),
    "geogrid.model.sensors": ("Lenses", "Purpose", "Sensors"),
    "geogrid.model.tracks": ("Tracks",),
    "geogrid.model.window": ("Window",),
    "geogrid.service.analyses": ("IncidentChoice",),
    "geogrid.service.layers": ("Questions",),
    "geogrid.workspace": ("Workspace",),
}
_HOME: Final = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "Bands",
    "Boundary",
    "Buildings",
    "CameraParams",
    "CellTable",
    "DatedIncidents",
    "Datum",
    "EmergingParams",
    "Exposure",
    "Field",
    "ForecastParams",
    "ForecastTime",
    "GapInputs",
    "GapParams",
    "GeogridError",
    "Grid",
    "GridSpec",
    "HotspotParams",
    "IncidentChoice",
    "Incidents",
    "InputError",
    "KdeParams",
    "Layer",
    "Lenses",
    "NearRepeatParams",
    "PatrolRules",
    "Places",
    "Purpose",
    "Questions",
    "ReadOptions",
    "ScanParams",
    "Sensors",
    "SitingParams",
    "SitingProblem",
    "SitingRules",
    "Tracks",
    "Window",
    "Workspace",
    "at_risk_cells",
    "camera_coverage",
    "coverage_gaps",
    "emerging_hotspots",
    "forecast",
    "from_wgs84",
    "hotspot_areas",
    "hotspot_stability",
    "hotspots",
    "init",
    "kde",
    "knox",
    "moran_clusters",
    "near_repeat",
    "new_clusters",
    "open",
    "open_workspace",
    "patrol_coverage",
    "rate_hotspots",
    "reach_within",
    "read_incidents",
    "read_register",
    "read_tracks",
    "site_cameras",
    "stacked_places",
    "to_wgs84",
    "verify_plan",
    "window_shares",
    "working_crs",
]


def __getattr__(name: str) -> object:
    """Load a public name when it is first used."""
    if name == "__version__":
        return import_module("importlib.metadata").version("geogrid")
    wanted = "open_workspace" if name == "open" else name
    if wanted not in _HOME:
        raise AttributeError(f"module 'geogrid' has no attribute {name!r}")
    return getattr(import_module(_HOME[wanted]), wanted)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
