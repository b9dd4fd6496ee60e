"""Hotspots as areas: a core, a fringe, a name, a rank, and an id that stays from week to week."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label
from shapely import union_all

from geogrid.analysis.hotspot_stability import Stability
from geogrid.crs import WGS84
from geogrid.errors import InputError
from geogrid.model.cell_shapes import cell_polygons
from geogrid.model.grid import Grid
from geogrid.model.incidents import Incidents

CORE_SHARE: Final = 0.8  # of the lattices: hot whatever the lattice, nearly
FRINGE_SHARE: Final = 0.4  # hot on too many lattices to leave out, on too few to count on
_QUEEN: Final = np.ones((3, 3), dtype=np.int64)  # cells that touch at a corner are neighbours
PARTS: Final = ("core", "fringe")


@dataclass(frozen=True, slots=True)
class Landmark:
    """A place that an area can be named after.

    Parameters
    ----------
    name
        Its name.
    lon, lat
        Degrees, WGS-84.
    """

    name: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True, eq=False)
class HotspotArea:
    """Hot cells that touch.

    Parameters
    ----------
    id
        Stays when a later area is followed to this one; see `followed`.
    name
        For people; stays with the id.
    rank
        1 for the area with most incidents.
    cells
        Positions in the grid, rising, shape (n,).
    core
        Whether each is hot on nearly every lattice, shape (n,).
    count
        Incidents in it.
    share_of_incidents
        Of all incidents in cells at risk.
    area_m2
        Its land.
    share_of_area
        Of the land at risk.
    came_from
        Ids of earlier areas whose land it has in part: more than one after a merger; also
        the one that a part was split from.
    """

    id: str
    name: str
    rank: int
    cells: NDArray[np.int64]
    core: NDArray[np.bool_]
    count: int
    share_of_incidents: float
    area_m2: float
    share_of_area: float
    came_from: tuple[str, ...] = ()


def hotspot_areas(
    incidents: Incidents,
    grid: Grid,
    at_risk: NDArray[np.bool_],
    stability: Stability,
    *,
    landmarks: Sequence[Landmark] = (),
    min_support: int = 3,
) -> tuple[HotspotArea, ...]:
    """Return the areas that stay hot when the lattice is changed.

    A cell is in an area when it is hot on at least 40 % of the lattices, and in its core from
    80 % on. Areas that no lattice but a few calls hot are not drawn at all.

    Parameters
    ----------
    incidents
        The incidents that stability was worked out from.
    grid
        The grid.
    at_risk
        The cells that were tested, shape (n_cells,).
    stability
        Of the same.
    landmarks
        Places to name areas after; without one in it or next to it an area has the name of its
        district. Areas of one name are numbered by rank.
    min_support
        Least number of incidents of an area.

    Returns
    -------
    tuple of HotspotArea
        By rank: most incidents first, then most land, then the lower cell.
    """
    share = np.nan_to_num(stability.share)
    member = at_risk & (share >= FRINGE_SHARE)
    position = grid.position_at(incidents.lon, incidents.lat)
    counts = np.bincount(position[position >= 0], minlength=len(grid))
    dense = np.asarray(grid.dense(member, fill=False))
    labels = np.asarray(label(dense, structure=_QUEEN)[0]).ravel()[grid.cells]
    groups = [np.flatnonzero(labels == number) for number in range(1, int(labels.max()) + 1)]
    groups = [group for group in groups if counts[group].sum() >= min_support]
    groups.sort(key=lambda g: (-counts[g].sum(), -grid.area_m2[g].sum(), g[0]))
    total, land = int(counts[at_risk].sum()), float(grid.area_m2[at_risk].sum())
    plain = [_called(grid, group, counts, landmarks) for group in groups]
    areas = []
    for rank, (group, name) in enumerate(zip(groups, _numbered(plain), strict=True), start=1):
        count, area_m2 = int(counts[group].sum()), float(grid.area_m2[group].sum())
        areas.append(
            HotspotArea(
                id=grid.spec.codes(grid.cells[[_peak(group, share, counts)]])[0],
                name=name,
                rank=rank,
                cells=group,
                core=share[group] >= CORE_SHARE,
                count=count,
                share_of_incidents=count / total if total else 0.0,
                area_m2=area_m2,
                share_of_area=area_m2 / land,
            )
        )
    return tuple(areas)


def _peak(
    group: NDArray[np.int64], share: NDArray[np.float64], counts: NDArray[np.int64]
) -> np.int64:
    """Return the steadiest cell of an area, of those the fullest, of those the first."""
    peak: np.int64 = group[np.lexsort((group, -counts[group], -share[group]))[0]]
    return peak


def _called(
    grid: Grid,
    group: NDArray[np.int64],
    counts: NDArray[np.int64],
    landmarks: Sequence[Landmark],
) -> str:
    """Return the name of the landmark in the fullest cell that has one, or of the district."""
    if landmarks:
        at = grid.position_at([one.lon for one in landmarks], [one.lat for one in landmarks])
        inside = np.flatnonzero(np.isin(at, group))
        if inside.size:
            fullest = inside[np.argmax(counts[at[inside]])]
            return landmarks[int(fullest)].name
    districts, held = np.unique(grid.district[group], return_counts=True)
    return str(grid.boundary.names[int(districts[np.argmax(held)])])


def _numbered(names: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """Return names of which none is taken or there twice: the second of a name gets a 2."""
    used, unique = set(taken), []
    for name in names:
        number, candidate = 1, name
        while candidate in used:
            number += 1
            candidate = f"{name} {number}"
        used.add(candidate)
        unique.append(candidate)
    return unique


def followed(
    areas: Sequence[HotspotArea], earlier: Sequence[HotspotArea], grid: Grid
) -> tuple[HotspotArea, ...]:
    """Return areas with the ids and names of the earlier ones that they continue.

    Pairs are made from the one that shares most land on: each id goes on in one area at most.
    When an area splits, the largest part keeps its id; when two merge, the one that gives most
    land does.

    Parameters
    ----------
    areas
        Of now.
    earlier
        Of before, on the same lattice.
    grid
        The grid of both.

    Returns
    -------
    tuple of HotspotArea
        In the same order. What continues nothing keeps its own id, with a number where an
        earlier area has it.
    """
    shared = [
        (float(grid.area_m2[np.intersect1d(now.cells, before.cells)].sum()), i, j)
        for i, now in enumerate(areas)
        for j, before in enumerate(earlier)
    ]
    shared = [pair for pair in shared if pair[0] > 0.0]
    heirs: dict[int, int] = {}
    for _, i, j in sorted(shared, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if i not in heirs and j not in heirs.values():
            heirs[i] = j
    fresh = [i for i in range(len(areas)) if i not in heirs]
    ids = _numbered((areas[i].id for i in fresh), (one.id for one in earlier))
    names = _numbered((areas[i].name for i in fresh), (one.name for one in earlier))
    called = dict(zip(fresh, zip(ids, names, strict=True), strict=True))
    called |= {i: (earlier[j].id, earlier[j].name) for i, j in heirs.items()}
    return tuple(
        replace(
            area,
            id=called[i][0],
            name=called[i][1],
            came_from=tuple(sorted({earlier[j].id for _, now, j in shared if now == i})),
        )
        for i, area in enumerate(areas)
    )


def areas_frame(areas: Sequence[HotspotArea], grid: Grid) -> gpd.GeoDataFrame:
    """Return areas as polygons: the core to be drawn solid, the fringe hatched.

    Parameters
    ----------
    areas
        The areas.
    grid
        Their grid.

    Returns
    -------
    geopandas.GeoDataFrame
        WGS-84, a row for each part that an area has; index ``id`` (the area's, with the part),
        columns ``area`` ``name`` ``part`` ``rank`` ``count`` ``share_of_incidents`` ``area_m2``
        ``share_of_area`` (of the area as a whole), ``came_from`` and ``cells`` (codes of the
        part's cells, with spaces between).
    """
    rows: list[dict[str, Any]] = []
    for area in areas:
        for part, there in zip(PARTS, (area.core, ~area.core), strict=True):
            cells = area.cells[there]
            if not cells.size:
                continue
            keep = np.zeros(len(grid), dtype=np.bool_)
            keep[cells] = True
            rows.append(
                {
                    "id": f"{area.id}-{part}",
                    "area": area.id,
                    "name": area.name,
                    "part": part,
                    "rank": area.rank,
                    "count": area.count,
                    "share_of_incidents": area.share_of_incidents,
                    "area_m2": area.area_m2,
                    "share_of_area": area.share_of_area,
                    "came_from": " ".join(area.came_from),
                    "cells": " ".join(grid.spec.codes(grid.cells[cells])),
                    "geometry": union_all(cell_polygons(grid, keep)),
                }
            )
    columns = ["id", "area", "name", "part", "rank", "count", "share_of_incidents", "area_m2"]
    columns += ["share_of_area", "came_from", "cells", "geometry"]
    frame = gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=WGS84)
    return frame.set_index("id")


def areas_of_frame(frame: gpd.GeoDataFrame, grid: Grid) -> tuple[HotspotArea, ...]:
    """Return the areas that a file of them holds.

    Parameters
    ----------
    frame
        As `areas_frame` makes it.
    grid
        The grid; cells that it has no more are left out.

    Returns
    -------
    tuple of HotspotArea
        By rank.

    Raises
    ------
    InputError
        The columns are not those of areas.
    """
    needed = {"area", "name", "part", "rank", "count", "share_of_incidents", "area_m2", "cells"}
    missing = sorted((needed | {"share_of_area"}) - set(frame.columns))
    if missing:
        raise InputError("this is no file of hotspot areas: it lacks {missing}", missing=missing)
    known = {code: at for at, code in enumerate(grid.codes())}
    areas = []
    for identity, parts in frame.groupby("area", sort=False):
        first = parts.iloc[0]
        cells, core = [], []
        for part, codes in zip(parts["part"], parts["cells"], strict=True):
            at = [known[code] for code in str(codes).split() if code in known]
            cells += at
            core += [part == PARTS[0]] * len(at)
        order = np.argsort(cells)
        areas.append(
            HotspotArea(
                id=str(identity),
                name=str(first["name"]),
                rank=int(first["rank"]),
                cells=np.array(cells, dtype=np.int64)[order],
                core=np.array(core, dtype=np.bool_)[order],
                count=int(first["count"]),
                share_of_incidents=float(first["share_of_incidents"]),
                area_m2=float(first["area_m2"]),
                share_of_area=float(first["share_of_area"]),
            )
        )
    return tuple(sorted(areas, key=lambda area: area.rank))
