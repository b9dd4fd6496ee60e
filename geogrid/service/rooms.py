"""All topics that an opened workspace answers, gathered: one base a topic."""

from __future__ import annotations

from geogrid.service.area_stats import AreaStats
from geogrid.service.camera_rows import CameraRows
from geogrid.service.camera_sight import CameraSight
from geogrid.service.cell_facts import CellFacts
from geogrid.service.cordon_answers import CordonAnswers
from geogrid.service.district_tables import DistrictTables
from geogrid.service.dosages import Dosages
from geogrid.service.evaluations import Evaluations
from geogrid.service.gap_ways import GapWays
from geogrid.service.hotspot_ways import HotspotWays
from geogrid.service.incident_clusters import IncidentClusters
from geogrid.service.intake import Intake
from geogrid.service.merges import Merges
from geogrid.service.named_coordinates import NamedCoordinates
from geogrid.service.quick_columns import QuickColumns
from geogrid.service.reaching import Reaching
from geogrid.service.removal import Removal
from geogrid.service.retention import Retention
from geogrid.service.road_answers import RoadAnswers
from geogrid.service.scenarios import Scenarios
from geogrid.service.taking import Taking
from geogrid.service.tiles import Tiles
from geogrid.service.timelines import Timelines
from geogrid.service.touring import Touring
from geogrid.service.unit_tracks import UnitTracks


class Rooms(
    UnitTracks,
    CordonAnswers,
    AreaStats,
    CellFacts,
    CameraSight,
    DistrictTables,
    Dosages,
    Evaluations,
    GapWays,
    CameraRows,
    HotspotWays,
    IncidentClusters,
    QuickColumns,
    Reaching,
    RoadAnswers,
    Scenarios,
    Taking,
    Tiles,
    Touring,
    Intake,
    Merges,
    NamedCoordinates,
    Removal,
    Retention,
    Timelines,
):
    """Everything that can be asked of a workspace; `Workspace` adds its making and its files."""
