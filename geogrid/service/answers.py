"""Layers, cells and districts as JSON values, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import geopandas as gpd
import numpy as np
from shapely.geometry import box

from geogrid.analysis.emerging_columns import translated_pattern
from geogrid.analysis.gaps import gap_reason
from geogrid.analysis.hotspot_columns import translated_reason
from geogrid.analysis.local_moran import translated_class
from geogrid.analysis.near_repeat_alerts import translated_alert
from geogrid.analysis.new_clusters import translated_cluster
from geogrid.errors import LayerNotFoundError
from geogrid.export.geojson import feature_collection
from geogrid.export.json_values import plain
from geogrid.export.lattice_wire import WireColumn, wire_column
from geogrid.i18n import translator
from geogrid.model.cells import CellTable
from geogrid.model.grid import Grid
from geogrid.model.layer import Layer

_DEGREE_DECIMALS: Final = 7
# By any method; each leaves a sentence that is not its own as it is.
_REASONS_OF_HOTSPOTS: Final = (
    translated_reason,
    translated_class,
    translated_pattern,
    translated_alert,
    translated_cluster,
)
Box = tuple[float, float, float, float]


def layer_json(layer: Layer, language: str) -> dict[str, Any]:
    """Return what a layer is: fields with legends, provenance, age, completeness.

    Parameters
    ----------
    layer
        The layer.
    language
        ``en`` or ``zh``.

    Returns
    -------
    dict
        JSON values; ``version`` changes when any input or parameter does.
    """
    translate = translator(language)
    fields = []
    for field in layer.fields:
        about: dict[str, Any] = {
            "name": field.name,
            "title": translate(field.title),
            "unit": field.unit,
            "scale": field.scale,
            "meaning": translate(field.meaning) if field.meaning else "",
        }
        if isinstance(layer.table, CellTable) and field.scale != "text":
            about["wire"] = _wire_json(wire_column(layer.table, field.name), translate)
        elif field.categories:
            about["categories"] = [
                {"value": word, "label": translate(word)} for word in field.categories
            ]
        fields.append(about)
    provenance = layer.provenance.as_json()
    return {
        "id": layer.id,
        "title": translate(layer.title),
        "kind": "lattice" if layer.is_lattice else "features",
        "count": len(layer),
        "version": layer.provenance.fingerprint,
        "synthetic": layer.synthetic,
        "data_as_of": layer.provenance.data_as_of,
        "completeness": dict(layer.completeness),
        "fields": fields,
        "provenance": provenance,
    }


def _wire_json(column: WireColumn, translate: Callable[[str], str]) -> dict[str, Any]:
    """Return how to read a column, with the words of its legend translated."""
    meta = column.meta()
    for one in (*meta["legend"]["classes"], meta["legend"]["null"]):
        if "label" in one:
            one["label"] = translate(one["label"])
    return meta


def features_json(layer: Layer, *, bbox: Box | None, limit: int, offset: int) -> dict[str, Any]:
    """Return one page of a layer's features.

    Parameters
    ----------
    layer
        The layer, already cut to a district where one is asked for.
    bbox
        (west, south, east, north) in degrees, WGS-84; ``None`` for everything.
    limit, offset
        Page of features, in the order of the layer.

    Returns
    -------
    dict
        A GeoJSON feature collection with ``numberMatched`` and ``numberReturned``.
    """
    frame = layer_frame(layer)
    if bbox is not None:
        frame = frame[frame.intersects(box(*bbox))]
    page = frame.iloc[offset : offset + limit]
    return feature_collection(
        page,
        layer.fields,
        members={
            "numberMatched": len(frame),
            "numberReturned": len(page),
            "synthetic": layer.synthetic,
        },
    )


def layer_frame(layer: Layer) -> gpd.GeoDataFrame:
    """Return a layer's features by id: of a lattice, its cells by code.

    Parameters
    ----------
    layer
        The layer.

    Returns
    -------
    geopandas.GeoDataFrame
        WGS-84.
    """
    frame = layer.to_geodataframe()
    return frame.set_index("cell", drop=False) if layer.is_lattice else frame


def cell_json(grid: Grid, code: str, tables: dict[str, CellTable], language: str) -> dict[str, Any]:
    """Return everything known of one cell.

    Parameters
    ----------
    grid
        The grid.
    code
        The cell's public code.
    tables
        Lattice layers by id.
    language
        ``en`` or ``zh``.

    Returns
    -------
    dict
        ``cell``, ``district``, ``district_name``, ``area_m2``, ``lon``, ``lat``, ``sentence``
        and by layer every column's value.

    Raises
    ------
    LayerNotFoundError
        There is no such cell, or it has no land.
    """
    at = int(grid.position_of([grid.spec.cell_of_code(code)])[0])
    if at < 0:
        raise LayerNotFoundError("cell {code} lies outside the districts", code=code)
    lon, lat = grid.lonlat(grid.cells[[at]])
    values = {
        layer_id: {name: plain(table[name][at]) for name in table.columns}
        for layer_id, table in tables.items()
    }
    translate = translator(language)
    sentence = ""
    if "gaps" in values:
        sentence = gap_reason(str(values["gaps"]["reason"]), translate)
        values["gaps"]["reason"] = sentence
    if "reason" in values.get("hotspots", {}):
        reason = str(values["hotspots"]["reason"])
        for retold in _REASONS_OF_HOTSPOTS:
            reason = retold(reason, translate)
        values["hotspots"]["reason"] = reason
    return {
        "cell": code,
        "district": grid.boundary.ids[grid.district[at]],
        "district_name": grid.boundary.names[grid.district[at]],
        "area_m2": round(float(grid.area_m2[at]), 3),
        "lon": round(float(lon[0]), _DEGREE_DECIMALS),
        "lat": round(float(lat[0]), _DEGREE_DECIMALS),
        "sentence": sentence,
        "layers": values,
    }


def district_rows(grid: Grid, tables: dict[str, CellTable]) -> list[dict[str, Any]]:
    """Return the totals of each district, in the order of the boundary.

    Sums over a cell are divided among districts by the land each has in it; counts of cells
    go to the district with most of a cell's land.

    Parameters
    ----------
    grid
        The grid.
    tables
        Lattice layers by id; a column is left out where its layer is not there.

    Returns
    -------
    list of dict
        ``district``, ``name``, ``land_km2`` and what is known of patrols, incidents, cameras
        and gaps.
    """
    totals: dict[str, np.ndarray] = {"land_km2": grid.district_total(np.ones(len(grid))) / 1e6}
    n = len(grid.boundary)

    def cells(mask: np.ndarray) -> np.ndarray:
        return np.bincount(grid.district[mask], minlength=n).astype(float)

    if "coverage" in tables:
        patrol_s = tables["coverage"]["patrol_s"].astype(float)
        totals["patrol_h"] = grid.district_total(patrol_s / grid.area_m2) / 3600.0
    if "gaps" in tables:
        state = tables["gaps"]["state"]
        required = state != "not_required"
        seen = cells(required & np.isin(state, ("met", "stale", "under")))
        with np.errstate(invalid="ignore"):
            totals["patrolled_share"] = seen / cells(required)
        totals["required_cells"] = cells(required)
        totals["gaps"] = cells(np.isin(state, ("never", "stale", "dark", "under")))
    if "hotspots" in tables and "count" in tables["hotspots"].columns:
        count = tables["hotspots"]["count"].astype(float)
        totals["incidents"] = np.bincount(grid.district, np.nan_to_num(count), n)
    if "camera_coverage" in tables:
        cameras = tables["camera_coverage"]["cameras"].astype(float)
        totals["cameras"] = np.bincount(grid.district, cameras, n)
        seen_m2 = tables["camera_coverage"]["covered_share"].astype(float)
        totals["camera_km2"] = grid.district_total(seen_m2) / 1e6
    return [
        {"district": district, "name": name}
        | {key: plain(total[i]) for key, total in totals.items()}
        for i, (district, name) in enumerate(
            zip(grid.boundary.ids, grid.boundary.names, strict=True)
        )
    ]
