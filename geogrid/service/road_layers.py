"""How much of the roads was patrolled: by class, district and beat, and roads that never were."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.analysis.road_patrol import DETOUR, PIECE_M, WITHIN_M, RoadPieces, share_by
from geogrid.crs import WGS84, crs_fingerprint, reprojection
from geogrid.errors import LayerNotFoundError
from geogrid.model.cells import Field
from geogrid.model.layer import Layer, Provenance
from geogrid.model.points_inside import points_inside_or_on
from geogrid.model.window import Window
from geogrid.service.analyses import newest
from geogrid.service.layer_kinds import NOTHING, ROADS_NEVER, is_synthetic, sources_of
from geogrid.service.patrols import window_days
from geogrid.service.reduced import with_fixes
from geogrid.service.road_patrols import ROADS, DrivenPieces, driven_pieces, register_of_roads
from geogrid.service.shelf import Progress, Shelf, no_progress
from geogrid.service.units import units_of_group
from geogrid.store.registers import DISTRICTS

_STATES: Final = ("never", "part")
FIELDS: Final = (
    Field("class", "Class of the road", scale="text"),
    Field("name", "Name", scale="text"),
    Field("district", "District", scale="text", meaning="id of that with most of its length"),
    Field(
        "state",
        "State",
        scale="category",
        categories=_STATES,
        meaning="never: no piece of the road was driven; part: some were, these were not",
    ),
    Field("length_m", "Length of the road", "m", meaning="inside the districts"),
    Field("never_m", "Never patrolled", "m", meaning="inside the districts; what is drawn"),
    Field("patrolled_share", "Patrolled", "", "share", "of the road's length"),
)


def _numbers_in(shapes: NDArray[np.object_], xy: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return pairs of place and polygon, in order of the polygons, shape (2, k)."""
    pairs = [np.empty((2, 0), np.int64)]
    for number, shape in enumerate(shapes):
        xmin, ymin, xmax, ymax = shape.bounds
        near = (xy[:, 0] >= xmin) & (xy[:, 0] <= xmax) & (xy[:, 1] >= ymin) & (xy[:, 1] <= ymax)
        at = np.flatnonzero(near)
        at = at[points_inside_or_on(shape, xy[at, 0], xy[at, 1])]
        pairs.append(np.stack([at, np.full(at.size, number)]))
    return np.concatenate(pairs, axis=1)


def _districts(shelf: Shelf, pieces: RoadPieces) -> NDArray[np.int64]:
    """Return the district of each piece, by its middle; -1 outside all."""
    shapes = np.array(shelf.grid.boundary.geometries, dtype=object)
    place, polygon = _numbers_in(shapes, pieces.middle)
    number = np.full(len(pieces.road), -1, dtype=np.int64)
    number[place[::-1]] = polygon[::-1]  # on a border: the lower
    return number


def _share(total_m: float, driven_m: float, *, known: bool) -> dict[str, Any]:
    """Return lengths in kilometres, and the share; null where nothing is known."""
    return {
        "length_km": total_m / 1e3,
        "patrolled_km": driven_m / 1e3 if known else None,
        "share": driven_m / total_m if known and total_m > 0.0 else None,
    }


def _by_class(
    kind: NDArray[np.object_], found: DrivenPieces, inside: NDArray[np.bool_]
) -> list[dict[str, Any]]:
    names, code = np.unique(kind.astype(str), return_inverse=True)
    key = np.where(inside, code[found.pieces.road], -1)
    total, driven = share_by(key, found.pieces.length_m, found.driven, names.size)
    return [
        {"class": str(name), **_share(float(total[k]), float(driven[k]), known=found.days > 0)}
        for k, name in enumerate(names)
    ]


def _by_district(
    shelf: Shelf, found: DrivenPieces, district: NDArray[np.int64]
) -> list[dict[str, Any]]:
    boundary = shelf.grid.boundary
    total, driven = share_by(district, found.pieces.length_m, found.driven, len(boundary.ids))
    return [
        {
            "district": boundary.ids[k],
            "name": boundary.names[k],
            **_share(float(total[k]), float(driven[k]), known=found.days > 0),
        }
        for k in range(len(boundary.ids))
    ]


def _by_area(shelf: Shelf, found: DrivenPieces) -> list[dict[str, Any]]:
    """Return the lengths in each beat or area; areas may overlap, then a road counts in each."""
    if "areas" not in shelf.registers.kinds():
        return []
    frame = shelf.registers.read("areas")
    change = reprojection(WGS84, shelf.config.crs)
    shapes = shapely.transform(frame.geometry.to_numpy(), change)
    place, area = _numbers_in(np.asarray(shapes, dtype=object), found.pieces.middle)
    length, driven = found.pieces.length_m[place], found.driven[place]
    total, part = share_by(area, length, driven, len(frame))
    names = frame.get("name", frame.index)
    return [
        {
            "area": str(key),
            "name": "" if pd.isna(name) else str(name),
            **_share(float(total[k]), float(part[k]), known=found.days > 0),
        }
        for k, (key, name) in enumerate(zip(frame.index, names, strict=True))
    ]


def _joined(segments: NDArray[np.float64]) -> shapely.Geometry:
    """Return pieces as lines, joined where they touch."""
    lines = np.asarray(shapely.linestrings(segments.reshape(-1, 2, 2)), dtype=object)
    joined: shapely.Geometry = shapely.line_merge(shapely.multilinestrings(list(lines)))
    return joined


def _never_table(
    shelf: Shelf, found: DrivenPieces, district: NDArray[np.int64]
) -> gpd.GeoDataFrame:
    """Return the roads of which some piece inside the districts was not driven, as features."""
    lines, frame, _ = register_of_roads(shelf)
    road, length, inside = found.pieces.road, found.pieces.length_m, district >= 0
    total, driven = share_by(np.where(inside, road, -1), length, found.driven, len(lines))
    missing = inside & ~found.driven
    at = np.unique(road[missing]) if found.days else np.empty(0, np.int64)
    order = np.flatnonzero(missing)[np.argsort(road[missing], kind="stable")]
    parts = np.split(order, np.searchsorted(road[order], at)[1:]) if at.size else []
    ids = np.array(shelf.grid.boundary.ids, dtype=object)
    back = reprojection(shelf.config.crs, WGS84)
    shapes = [_joined(found.pieces.segments[part]) for part in parts]
    most = [int(np.argmax(np.bincount(district[part], length[part], len(ids)))) for part in parts]
    names = frame["name"].fillna("").astype(str).to_numpy() if "name" in frame else None
    table = gpd.GeoDataFrame(
        {
            "class": np.array(lines.kind, dtype=object)[at],
            "name": [""] * at.size if names is None else names[at],
            "district": ids[most] if most else [],
            "state": np.where(driven[at] > 0.0, "part", "never"),
            "length_m": total[at],
            "never_m": [float(length[part].sum()) for part in parts],
            "patrolled_share": driven[at] / total[at],
        },
        geometry=list(shapely.transform(np.array(shapes, dtype=object), back)),
        index=pd.Index(np.array(lines.ids, dtype=object)[at], name="id"),
        crs=WGS84,
    )
    order = np.lexsort((-table["never_m"].to_numpy(), table["state"].to_numpy() != "never"))
    return table.iloc[order]


def roads_layer(
    shelf: Shelf,
    window: Window,
    rules: PatrolRules,
    progress: Progress = no_progress,
    *,
    group: str | None = None,
) -> tuple[Layer, dict[str, Any]]:
    """Return the roads that were never driven in a window, and how much of the roads was.

    Parameters
    ----------
    shelf
        The workspace.
    window
        Which days and hours count.
    rules
        Thresholds of patrol time.
    progress
        Is told how many stale days are worked out.
    group
        Only units of this group count; all do if ``None``.

    Returns
    -------
    layer : Layer
        A line for each road with a part inside the districts that was not driven: that part. Its
        id is the road's. Without an imported day there is none.
    summary : dict
        JSON values: ``total``, ``by_class``, ``by_district`` and ``by_area``, each with
        ``length_km``, ``patrolled_km`` and ``share`` (null where no imported day falls in the
        window); ``outside_km``; ``never``: roads of which nothing was driven, longest first;
        ``rule`` and days.

    Raises
    ------
    LayerNotFoundError
        There are no roads, or no tracks.
    InputError
        There is no such group, a road is no line, or the window asks for days of which only
        sums are kept.
    """
    lines, _, _ = register_of_roads(shelf)
    if not shelf.tracks.days():
        raise LayerNotFoundError(NOTHING, kind="tracks")
    with_fixes(shelf, window)
    units = None if group is None else units_of_group(shelf, group)
    found = driven_pieces(shelf, window, rules, progress, units=units)
    district = _districts(shelf, found.pieces)
    inside, length = district >= 0, found.pieces.length_m
    table = _never_table(shelf, found, district)
    never = table[table["state"] == "never"]
    days, missing = window_days(shelf, window)
    told = ["class", "name", "district", "length_m"]
    rule = {"within_m": WITHIN_M, "piece_m": PIECE_M, "detour": DETOUR}
    summary = {
        "roads": len(lines),
        "total": _share(
            float(length[inside].sum()),
            float(length[inside & found.driven].sum()),
            known=found.days > 0,
        ),
        "by_class": _by_class(np.array(lines.kind, dtype=object), found, inside),
        "by_district": _by_district(shelf, found, district),
        "by_area": _by_area(shelf, found),
        "outside_km": float(length[~inside].sum()) / 1e3,
        "never": never[told].reset_index().to_dict("records"),
        "never_km": float(never["length_m"].sum()) / 1e3 if found.days else None,
        "days": len(days),
        "missing_days": missing,
        "rule": rule,
    }
    asked = {"window": window.as_json(), "units": group, **rule}
    return _layer(shelf, table, asked), summary


def _layer(shelf: Shelf, table: gpd.GeoDataFrame, parameters: dict[str, Any]) -> Layer:
    inputs = {name: shelf.registers.fingerprint(name) for name in (DISTRICTS, ROADS)}
    days = shelf.tracks.days()
    fixes = "".join(shelf.tracks.fingerprint(day) for day in days)
    inputs["tracks"] = hashlib.sha256(fixes.encode()).hexdigest()
    return Layer(
        id=ROADS_NEVER,
        title="Roads never patrolled",
        table=table,
        fields=FIELDS,
        provenance=Provenance(
            inputs={name: value for name, value in inputs.items() if value},
            parameters=parameters,
            version=version("geogrid"),
            crs=crs_fingerprint(shelf.config.crs),
            data_as_of=newest([int(shelf.tracks.read(days[-1]).t.max())]),
            sources=sources_of(shelf, (DISTRICTS, ROADS, "tracks")),
        ),
        synthetic=is_synthetic(shelf, ROADS_NEVER),
    )
