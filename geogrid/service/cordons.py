"""Cordons of a workspace: its districts, its beats and the city's outer edge."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from geogrid.analysis.cordon import Cordon, CordonParams, CordonZone, cordon
from geogrid.analysis.cordon_cut import REASONS
from geogrid.analysis.road_graph import RoadGraph, road_graph
from geogrid.crs import WGS84, crs_fingerprint, reprojection, transformer
from geogrid.errors import InputError, LayerNotFoundError
from geogrid.export.files import write_layer
from geogrid.model.cells import Field
from geogrid.model.layer import Layer, Provenance
from geogrid.model.places import Places
from geogrid.service.analyses import roads
from geogrid.service.inspection import Inspection
from geogrid.service.layers import is_synthetic, sources_of
from geogrid.service.shelf import Progress, Shelf, no_progress
from geogrid.store.registers import DISTRICTS

CITY: Final = "city"
ALL: Final = "all"
_SEVENTH: Final = 7  # decimals of a degree: a centimetre
FIELDS: Final = (
    Field("zone", "Zone", scale="text", meaning="id of the district or area; city for all of it"),
    Field(
        "state",
        "State",
        scale="category",
        meaning="guarded or leak: a crossing of the zone's edge; point: one of the fewest that "
        "close the zone",
        categories=("guarded", "leak", "point"),
    ),
    Field("road", "Road", scale="text", meaning="id of the road"),
    Field("road_class", "Class of the road", scale="text"),
    Field("checkpoints", "Guarded by", scale="text", meaning="ids of the checkpoints"),
    Field("cost", "Cost of the point", scale="amount"),
)


@dataclass(frozen=True, slots=True)
class CordonQuestion:
    """Which zones, and how they are looked at.

    Parameters
    ----------
    zone
        Id or name of a district or an area; ``city`` for the outer edge of all districts;
        ``all`` for each district and the city.
    inner
        Id or name of a district or an area that is to be protected; ``None`` for all that
        lies deeper than the band.
    params
        Distances.
    cost
        Class of road and cost of a point on it; other classes cost 1.
    without
        Classes of road that nobody can drive on.
    """

    zone: str = CITY
    inner: str | None = None
    params: CordonParams = field(default_factory=CordonParams)
    cost: tuple[tuple[str, float], ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Ground:
    """Roads, checkpoints and zones of a workspace in its CRS."""

    roads: Places
    graph: RoadGraph
    checkpoints: gpd.GeoDataFrame
    guards_xy: NDArray[np.float64]
    zones: dict[str, Polygon | MultiPolygon]
    names: dict[str, str]
    road_cost: NDArray[np.float64]


def cordon_layer(
    shelf: Shelf, question: CordonQuestion, progress: Progress = no_progress
) -> tuple[Layer, dict[str, Any]]:
    """Return the crossings of zones' edges, and the points that close each zone.

    Parameters
    ----------
    shelf
        The workspace.
    question
        Which zones.
    progress
        Is told how many zones are done.

    Returns
    -------
    layer : Layer
        A point for each crossing, and for each further checkpoint.
    summary : dict
        ``zone`` ``name`` ``crossings`` ``guarded`` (counts), ``leaks`` and ``cut`` of the zone,
        of the city when all are asked for; ``zones``: the same of each; ``checkpoints``
        (``in_service`` and ``out_of_service``) and what was asked. ``cut`` has ``points``,
        ``cost`` and ``reason``; points and cost are null when it is not known what closes
        the zone.

    Raises
    ------
    LayerNotFoundError
        There are no roads.
    InputError
        There is no such zone or class of road, or a distance or cost is out of its range.
    """
    ground = _ground(shelf, question)
    wanted = [*ground.zones] if question.zone == ALL else [_named(ground, question.zone)]
    if question.zone == ALL:
        areas = set(_areas(shelf).index.astype(str))
        wanted = [key for key in wanted if key not in areas]
    inner = None if question.inner is None else ground.zones[_named(ground, question.inner)]
    rows: list[pd.DataFrame] = []
    zones: list[dict[str, Any]] = []
    for done, key in enumerate(wanted):
        progress("cordons", done, len(wanted))
        zone = CordonZone(ground.zones[key], inner, known=ground.zones[CITY])
        found = cordon(
            ground.graph,
            zone,
            ground.guards_xy,
            road_cost=ground.road_cost,
            params=question.params,
        )
        frame = _rows(key, found, ground, shelf)
        rows.append(frame)
        zones.append(_figures(key, found, frame, ground))
    registered = len(ground.checkpoints)
    summary = {
        **zones[-1],  # the city comes last
        "zones": zones,
        "checkpoints": {
            "in_service": len(ground.guards_xy),
            "out_of_service": registered - len(ground.guards_xy),
        },
        "roads": len(ground.roads),
        **_parameters(question),
    }
    return _layer(shelf, pd.concat(rows, ignore_index=True), question), summary


def _parameters(question: CordonQuestion) -> dict[str, Any]:
    return {
        **asdict(question.params),
        "asked": question.zone,
        "inner": question.inner,
        "costs": dict(question.cost),
        "without": list(question.without),
    }


def _areas(shelf: Shelf) -> gpd.GeoDataFrame:
    if "areas" in shelf.registers.kinds():
        return shelf.registers.read("areas")
    return gpd.GeoDataFrame({"geometry": []}, geometry="geometry", crs=WGS84)


def _ground(shelf: Shelf, question: CordonQuestion) -> _Ground:
    """Return what a cordon is made of, in the CRS of the workspace."""
    lines = roads(shelf)
    if lines is None:
        raise LayerNotFoundError(
            "no {kind} are imported; import them with: geogrid import WS {kind} FILE",
            kind="roads",
        )
    kinds = np.array(lines.kind, dtype=object)
    for name in (*question.without, *(name for name, _ in question.cost)):
        if name not in lines.kind:
            raise InputError(
                "no road is of class {name!r}; there are {known}",
                name=name,
                known=", ".join(sorted(set(lines.kind) - {""})),
            )
    level = np.zeros(len(lines), dtype=np.int64)
    for flag, number in (("bridge", 1), ("tunnel", -1)):
        ids = shelf.registers.flagged("roads", flag).index.astype(str)
        level[np.isin(lines.ids, ids)] = number
    graph = road_graph(lines, shelf.config.crs, level=level)
    graph = graph.where(~np.isin(kinds, question.without)[graph.road])
    cost = np.ones(len(lines))
    for name, value in question.cost:
        cost[kinds == name] = value
    checkpoints, xy = _checkpoints(shelf)
    zones, names = _zones(shelf)
    return _Ground(lines, graph, checkpoints, xy, zones, names, cost)


def _checkpoints(shelf: Shelf) -> tuple[gpd.GeoDataFrame, NDArray[np.float64]]:
    """Return the checkpoints, those in service first, and the places of the latter."""
    if "checkpoints" not in shelf.registers.kinds():
        empty = gpd.GeoDataFrame({"geometry": []}, geometry="geometry", crs=WGS84)
        return empty, np.empty((0, 2))
    frame = shelf.registers.read("checkpoints")
    status = frame["status"].fillna("on") if "status" in frame else pd.Series("on", frame.index)
    serving = (status == "on").to_numpy()
    frame = pd.concat([frame[serving], frame[~serving]])
    lonlat = shapely.get_coordinates(frame.geometry.to_numpy()[: int(serving.sum())])
    return frame, reprojection(WGS84, shelf.config.crs)(lonlat)


def _zones(shelf: Shelf) -> tuple[dict[str, Polygon | MultiPolygon], dict[str, str]]:
    """Return zones and their names by id: areas, districts, the city."""
    change = reprojection(WGS84, shelf.config.crs)
    areas = _areas(shelf)
    labels = areas["name"] if "name" in areas else pd.Series("", areas.index)
    zones = {
        str(key): shapely.transform(shape, change)
        for key, shape in zip(areas.index, areas.geometry, strict=True)
    }
    names = {str(key): str(label) for key, label in labels.items()}
    boundary = shelf.grid.boundary
    zones |= dict(zip(boundary.ids, boundary.geometries, strict=True))
    names |= dict(zip(boundary.ids, boundary.names, strict=True))
    zones[CITY] = shapely.union_all(np.array(boundary.geometries))
    names[CITY] = shelf.config.name
    return zones, names


def _named(ground: _Ground, zone: str) -> str:
    """Return the id of a zone, by id or name."""
    if zone in ground.zones:
        return zone
    for key, name in ground.names.items():
        if name == zone and key != CITY:
            return key
    raise InputError(
        "no zone {zone!r}; there are {known}",
        zone=zone,
        known=", ".join(f"{key} {name}" for key, name in ground.names.items()),
    )


def _rows(key: str, found: Cordon, ground: _Ground, shelf: Shelf) -> pd.DataFrame:
    """Return crossings and points of one zone."""
    ids = ground.checkpoints.index.astype(str)
    by = [", ".join(ids[list(guards)]) for guards in found.guards]
    points = found.closure
    road = np.concatenate([found.road, points.road])
    xy = np.concatenate([found.xy, points.xy])
    lon, lat = transformer(shelf.config.crs, WGS84).transform(xy[:, 0], xy[:, 1])
    state = ["guarded" if guards else "leak" for guards in found.guards]
    numbers = [f"{key}-{n + 1}" for n in range(len(found.xy))]
    numbers += [f"{key}-P{n + 1}" for n in range(len(points.xy))]
    return pd.DataFrame(
        {
            "id": numbers,
            "zone": key,
            "state": state + ["point"] * len(points.xy),
            "road": np.array(ground.roads.ids, dtype=object)[road],
            "road_class": np.array(ground.roads.kind, dtype=object)[road],
            "checkpoints": by + [""] * len(points.xy),
            "cost": np.concatenate([np.full(len(found.xy), np.nan), points.cost]),
            "lon": np.round(lon, _SEVENTH),
            "lat": np.round(lat, _SEVENTH),
        }
    )


def _figures(key: str, found: Cordon, frame: pd.DataFrame, ground: _Ground) -> dict[str, Any]:
    """Return the figures of one zone."""
    said = ["id", "road", "road_class", "lon", "lat"]
    points = frame[frame["state"] == "point"][[*said, "cost"]].to_dict("records")
    reason = REASONS[found.closure.reason] if found.closure.reason else ""
    return {
        "zone": key,
        "name": ground.names[key],
        "crossings": len(found.xy),
        "guarded": len(found.xy) - len(found.leaks),
        "leaks": frame[frame["state"] == "leak"][said].to_dict("records"),
        "cut": {
            "points": None if reason else points,
            "cost": None if reason else float(found.closure.cost.sum()),
            "reason": reason,
        },
    }


def _layer(shelf: Shelf, rows: pd.DataFrame, question: CordonQuestion) -> Layer:
    inputs = ("roads", "checkpoints", "areas")
    hashes = {name: shelf.registers.fingerprint(name) for name in (DISTRICTS, *inputs)}
    where = gpd.points_from_xy(rows["lon"], rows["lat"])
    table = gpd.GeoDataFrame(rows.drop(columns=["lon", "lat"]), geometry=where, crs=WGS84)
    return Layer(
        id="cordon",
        title="Cordon",
        table=table.set_index("id"),
        fields=FIELDS,
        provenance=Provenance(
            inputs={name: value for name, value in hashes.items() if value},
            parameters=_parameters(question),
            version=version("geogrid"),
            crs=crs_fingerprint(shelf.config.crs),
            data_as_of=None,
            sources=sources_of(shelf, (DISTRICTS, *inputs)),
        ),
        synthetic=is_synthetic(shelf, "roads") or is_synthetic(shelf, "checkpoints"),
    )


class Cordons(Inspection):
    """Everything that can be asked of a workspace about the edges of its zones."""

    def cordon(
        self,
        question: CordonQuestion | None = None,
        *,
        path: Path | None = None,
        progress: Progress = no_progress,
    ) -> tuple[Layer, dict[str, Any]]:
        """Return where roads cross zones' edges, the leaks, and what closes each zone.

        Parameters
        ----------
        question
            Which zones; the city's outer edge if ``None``.
        path
            Also write crossings and points to this file; its ending says the format.
        progress
            Is told how many zones are done.

        Returns
        -------
        layer : Layer
            A point for each crossing, and for each further checkpoint.
        summary : dict
            See `geogrid.service.cordons.cordon_layer`.

        Raises
        ------
        LayerNotFoundError
            There are no roads.
        InputError
            There is no such zone or class of road.
        """
        asked = question or CordonQuestion()
        layer, summary = self._kept(
            ("cordon", asked), lambda: cordon_layer(self._shelf, asked, progress)
        )
        if path is not None:
            write_layer(layer, path)
        return layer, summary
