"""Hotspots of a workspace as areas, with names from its registers and ids from before."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from geogrid.analysis.hotspot_areas import (
    HotspotArea,
    Landmark,
    areas_frame,
    areas_of_frame,
    followed,
    hotspot_areas,
)
from geogrid.analysis.hotspot_params import HotspotParams
from geogrid.analysis.hotspot_stability import Stability, hotspot_stability
from geogrid.crs import crs_fingerprint
from geogrid.errors import InputError, LayerNotFoundError
from geogrid.model.cells import CellTable, Field
from geogrid.model.incidents import Incidents
from geogrid.model.layer import Layer, Provenance
from geogrid.model.window import Window
from geogrid.service.analyses import IncidentChoice, newest
from geogrid.service.hotspot_inputs import hotspot_inputs
from geogrid.service.layer_kinds import is_synthetic, sources_of
from geogrid.service.shelf import Shelf
from geogrid.store.registers import DISTRICTS

LEAST_INCIDENTS: Final = 30  # as for hotspots: fewer say nothing about a whole city
_NAMING: Final = ("places", "rooms", "checkpoints")
_REGISTERS: Final = ("roads", *_NAMING)
FIELDS: Final = (
    Field("area", "Area", scale="text", meaning="id of the area; stays from week to week"),
    Field("name", "Name", scale="text", meaning="of a place in it, or of its district"),
    Field(
        "part",
        "Part",
        scale="category",
        meaning="core: hot on at least 80 % of moved and resized lattices; fringe: on 40 to 80 %",
        categories=("core", "fringe"),
    ),
    Field("rank", "Rank", meaning="1 for the area with most incidents"),
    Field("count", "Incidents of the area", meaning="incidents in the whole area"),
    Field("share_of_incidents", "Share of incidents", scale="share", meaning="of the whole area"),
    Field("area_m2", "Land of the area", "m2", meaning="of the whole area"),
    Field("share_of_area", "Share of land", scale="share", meaning="of all land at risk"),
    Field(
        "came_from",
        "Came from",
        scale="text",
        meaning="ids of earlier areas whose land it has in part",
    ),
    Field("cells", "Cells", scale="text", meaning="codes of the part's cells"),
)


def spots_layer(
    shelf: Shelf,
    window: Window,
    choice: IncidentChoice,
    params: HotspotParams,
    *,
    earlier: Path | None = None,
    patrol: CellTable | None = None,
) -> tuple[Layer, dict[str, Any]]:
    """Return the hotspots of a workspace as areas.

    Parameters
    ----------
    shelf
        The workspace.
    window
        Which days and hours count.
    choice
        Which incidents count.
    params
        How hotspots are looked for.
    earlier
        File of such areas, whose ids and names go on; ``None`` for none.
    patrol
        Patrol coverage of the window: what officers found counts by how rarely they were
        there. ``None`` where it is not known or not needed.

    Returns
    -------
    layer : Layer
        A feature for each core and each fringe.
    summary : dict
        ``areas`` (each with ``id`` ``name`` ``rank`` ``count`` and shares), ``lattices``
        ``cell_sizes_m`` ``radius_m`` ``counted`` ``mask``, ``kept`` ids of before, ``new`` and
        ``gone`` ones, and the figures of `geogrid.service.hotspot_inputs.hotspot_inputs`.

    Raises
    ------
    LayerNotFoundError
        There are no incidents.
    InputError
        There are too few of them, the radius does not fit the cells, a cell is to be compared
        with its district, or ``earlier`` is no file of areas.
    """
    if not shelf.incidents.fingerprint():
        raise LayerNotFoundError(
            "no {kind} are imported; import them with: geogrid import WS {kind} FILE",
            kind="incidents",
        )
    inputs = hotspot_inputs(
        shelf,
        window,
        choice,
        aoristic=params.times == "aoristic",
        harm=params.weight == "harm",
        patrol=patrol,
    )
    params = inputs.weighing(params)
    counted = inputs.incidents
    if len(counted) < LEAST_INCIDENTS:
        raise InputError(
            "areas need at least {least} incidents, got {counted}; widen the time window or the "
            "categories",
            least=LEAST_INCIDENTS,
            counted=len(counted),
        )
    stability = hotspot_stability(counted, shelf.grid, inputs.at_risk, params=params)
    areas = hotspot_areas(
        counted,
        shelf.grid,
        inputs.at_risk,
        stability,
        landmarks=_landmarks(shelf),
        min_support=params.min_support,
    )
    before = _read(earlier, shelf)
    areas = followed(areas, before, shelf.grid)
    parameters = {
        "window": window.as_json(),
        **{n: list(v) if isinstance(v, tuple) else v for n, v in asdict(choice).items()},
        **asdict(params),
        "earlier": sorted(area.id for area in before),
    }
    layer = Layer(
        id="spots",
        title="Hotspot areas",
        table=areas_frame(areas, shelf.grid),
        fields=FIELDS,
        provenance=_provenance(shelf, parameters, counted, has_patrol=inputs.weighted),
        synthetic=is_synthetic(shelf, "incidents"),
    )
    told = {"method": "areas", "counted": len(counted), "mask": inputs.mask_name}
    return layer, told | _told(areas, before, stability) | inputs.figures


def _landmarks(shelf: Shelf) -> tuple[Landmark, ...]:
    """Return the named places of the registers, in order of kind and id."""
    marks: list[Landmark] = []
    for kind in _NAMING:
        if kind not in shelf.registers.kinds():
            continue
        frame = shelf.registers.read(kind)
        if "name" not in frame:
            continue
        points = frame.geometry.representative_point()
        marks += [
            Landmark(str(name), float(point.x), float(point.y))
            for name, point in zip(frame["name"], points, strict=True)
            if pd.notna(name) and str(name)
        ]
    return tuple(marks)


def _read(earlier: Path | None, shelf: Shelf) -> tuple[HotspotArea, ...]:
    if earlier is None:
        return ()
    if not earlier.is_file():
        raise InputError("{file}: there is no such file", file=earlier)
    if earlier.suffix == ".parquet":
        return areas_of_frame(gpd.read_parquet(earlier), shelf.grid)
    return areas_of_frame(gpd.read_file(earlier), shelf.grid)


def _told(
    areas: tuple[HotspotArea, ...], before: tuple[HotspotArea, ...], stability: Stability
) -> dict[str, Any]:
    now, then = {area.id for area in areas}, {area.id for area in before}
    return {
        "areas": [
            {
                "id": area.id,
                "name": area.name,
                "rank": area.rank,
                "count": area.count,
                "share_of_incidents": area.share_of_incidents,
                "area_m2": area.area_m2,
                "share_of_area": area.share_of_area,
                "core_share": float(area.core.mean()),
                "came_from": list(area.came_from),
            }
            for area in areas
        ],
        "lattices": stability.lattices,
        "cell_sizes_m": list(stability.cell_sizes_m),
        "radius_m": stability.radius_m,
        "kept": sorted(now & then),
        "new": sorted(now - then),
        "gone": sorted(then - now),
    }


def _provenance(
    shelf: Shelf, parameters: dict[str, Any], counted: Incidents, *, has_patrol: bool
) -> Provenance:
    hashes = {name: shelf.registers.fingerprint(name) for name in (DISTRICTS, *_REGISTERS)}
    hashes["incidents"] = shelf.incidents.fingerprint()
    if has_patrol:
        prints = "".join(shelf.tracks.fingerprint(day) for day in shelf.tracks.days())
        hashes["tracks"] = hashlib.sha256(prints.encode()).hexdigest()
    return Provenance(
        inputs={name: value for name, value in hashes.items() if value},
        parameters=parameters,
        version=version("geogrid"),
        crs=crs_fingerprint(shelf.config.crs),
        data_as_of=newest(counted.t_to.tolist()),
        sources=sources_of(shelf, (DISTRICTS, "incidents", *_REGISTERS)),
    )
