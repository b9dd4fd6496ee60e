"""Cameras and checkpoints of the synthetic city."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geogrid.demo.ground import Floats, Ground
from geogrid.demo.roads import RoadNet
from geogrid.demo.spots import Spots, centrality, roadside

_STREAM_CAMERAS, _STREAM_CHECKPOINTS = 31, 32
_SECTOR_SHARE: Final = 0.60
_NO_BEARING_SHARE: Final = 0.04
_PER_POLE: Final = (0.52, 0.27, 0.13, 0.08)  # chance of 1, 2, 3, 4 cameras on a pole
_CORNER_SHARE: Final = 0.45  # poles that stand at a crossing
_BESIDE_CROSSING_M: Final = 12.0


@dataclass(frozen=True, slots=True)
class Cameras:
    """Cameras by column; places in the plane, NaN where not known."""

    id: Sequence[str]
    xy: Floats
    name: Sequence[str]
    bearing_deg: Floats
    view_angle_deg: Floats
    range_m: Floats
    height_m: Floats
    status: NDArray[np.str_]
    purpose: NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """Checkpoints by column; places in the plane."""

    id: Sequence[str]
    xy: Floats
    name: Sequence[str]


def draw_cameras(net: RoadNet, ground: Ground, n: int, *, seed: int) -> Cameras:
    """Return cameras on poles beside streets and main roads.

    Parameters
    ----------
    net, ground
        Roads and districts.
    n
        How many cameras.
    seed
        The same seed gives the same cameras.

    Returns
    -------
    Cameras
        Sectors face along a street; the others are domes that see all around; a few sectors
        have no known bearing.
    """
    rng = np.random.default_rng([seed, _STREAM_CAMERAS])
    size = rng.choice(4, n, p=_PER_POLE) + 1
    pole = np.repeat(np.arange(n), size)[:n]
    rank = (np.arange(n) - np.searchsorted(pole, pole)).astype(np.int64)
    spots = _poles(net, ground, int(pole[-1]) + 1, rng)
    dome = rng.random(n) >= _SECTOR_SHARE + _NO_BEARING_SHARE
    unknown = ~dome & (rng.random(n) < _NO_BEARING_SHARE / (_SECTOR_SHARE + _NO_BEARING_SHARE))
    facing = spots.bearing_deg[pole] + np.array([0.0, 180.0, 90.0, 270.0])[rank]
    facing = np.round((facing + rng.normal(0.0, 9.0, n)) % 360.0) % 360.0
    height_m = np.where(dome, rng.choice([6.0, 8.0, 12.0], n), rng.choice([4.0, 5.0, 6.0], n))
    reach = np.where(
        dome, rng.choice([30.0, 40.0, 60.0], n), rng.choice([40.0, 60.0, 80.0, 120.0], n)
    )
    labels = _pole_names(net, ground, spots)
    return Cameras(
        id=[f"CAM-{k + 1:05d}" for k in range(n)],
        xy=spots.xy[pole],
        name=[
            labels[p] + ("" if r == 0 else f"{r + 1}号机") for p, r in zip(pole, rank, strict=True)
        ],
        bearing_deg=np.where(dome | unknown, np.nan, facing),
        view_angle_deg=np.where(dome, 360.0, rng.choice([45.0, 60.0, 75.0, 90.0], n)),
        range_m=reach,
        height_m=height_m,
        status=rng.choice(["on", "off", "planned"], n, p=[0.93, 0.05, 0.02]),
        purpose=np.where(
            dome, "overview", rng.choice(["overview", "recognise", "plate"], n, p=[0.4, 0.38, 0.22])
        ),
    )


def _poles(net: RoadNet, ground: Ground, n: int, rng: np.random.Generator) -> Spots:
    """Return places of poles, close to crossings for a good part of them."""
    per_metre = {"street": 1.0, "county": 0.25, "national": 0.5, "expressway": 0.35}
    base = np.array([per_metre[kind] for kind in net.road_class])
    wide = np.array([road.speed_kmh > 30.0 and road.town >= 0 for road in net.roads])
    weight = base * np.where(wide, 2.0, 1.0) * (0.012 + centrality(net, ground))
    spots = roadside(net, ground, weight, n, aside_m=(5.0, 9.0), rng=rng)
    length = net.length_m[spots.road]
    corner = (rng.random(n) < _CORNER_SHARE) & (net.town[spots.road] >= 0)
    near_end = np.where(spots.share < 0.5, 0.0, 1.0)
    share = near_end + np.where(near_end > 0.5, -1.0, 1.0) * _BESIDE_CROSSING_M / length
    tips = net.nodes[net.ends[spots.road]]
    along = (tips[:, 1] - tips[:, 0]) / length[:, None]
    side = rng.integers(0, 2, n) * 2 - 1
    across = np.column_stack([along[:, 1], -along[:, 0]]) * (7.0 * side)[:, None]
    at_corner = tips[:, 0] + (tips[:, 1] - tips[:, 0]) * share[:, None] + across
    corner &= ground.district_of(at_corner) == spots.district
    return Spots(
        np.where(corner[:, None], at_corner, spots.xy),
        spots.road,
        np.where(corner, share, spots.share),
        spots.bearing_deg,
        spots.district,
    )


def _pole_names(net: RoadNet, ground: Ground, spots: Spots) -> list[str]:
    """Return a place name for each pole: the crossing it stands at, or the road."""
    met = _names_at_nodes(net)
    length = net.length_m[spots.road]
    names = []
    for row, road_number in enumerate(spots.road):
        road = net.roads[road_number]
        share = spots.share[row]
        end = net.ends[road_number, 0 if share < 0.5 else 1]
        near = min(share, 1.0 - share) * length[row] <= _BESIDE_CROSSING_M + 1.0
        other = [name for name in met[int(end)] if name != road.name]
        if near and other and road.town >= 0:
            names.append(f"{road.name}与{other[0]}路口")
        elif road.town >= 0:
            town = ground.towns[road.town].short_name
            names.append(f"{town}{road.name}{round(share * length[row] / 5.0) * 2 + 1}号旁")
        else:
            names.append(f"{road.name}{share * length[row] / 1000.0:.1f}公里处")
    return names


def _names_at_nodes(net: RoadNet) -> Mapping[int, list[str]]:
    """Return the names of the roads that meet at each node, each once."""
    met: dict[int, list[str]] = {}
    for road, ends in zip(net.roads, net.ends, strict=True):
        for node in ends:
            names = met.setdefault(int(node), [])
            if road.name not in names:
                names.append(road.name)
    return met


def draw_checkpoints(net: RoadNet, ground: Ground, n: int, *, seed: int) -> Checkpoints:
    """Return checkpoints where main roads cross the borders of active districts.

    Parameters
    ----------
    net, ground
        Roads and districts.
    n
        How many; the crossings of expressways and national roads come first.
    seed
        The same seed gives the same choice.

    Returns
    -------
    Checkpoints
        Each up to 60 m from the border inside an active district, 1.5 km apart where that
        many crossings are.
    """
    rng = np.random.default_rng([seed, _STREAM_CHECKPOINTS])
    found = _crossings(net, ground)
    rank = {"expressway": 0, "national": 1, "county": 2}
    order = sorted(
        range(len(found)), key=lambda k: (rank[net.roads[found[k][0]].road_class], rng.random())
    )
    chosen: list[int] = []
    for apart_m in (4_000.0, 1_500.0, 300.0):
        for k in order:
            clear = all(np.hypot(*(found[k][1] - found[c][1])) > apart_m for c in chosen)
            if len(chosen) < n and clear:
                chosen.append(k)
    chosen.sort()
    return Checkpoints(
        id=[f"CP-{number + 1:02d}" for number in range(len(chosen))],
        xy=np.array([found[k][1] for k in chosen]),
        name=[f"{net.roads[found[k][0]].name}{ground.names[found[k][2]]}检查站" for k in chosen],
    )


def _crossings(net: RoadNet, ground: Ground) -> list[tuple[int, Floats, int]]:
    """Return road, place just inside and district of the crossings of main roads and borders."""
    plain = [not road.tunnel and not road.bridge for road in net.roads]
    main = np.flatnonzero((net.road_class != "street") & np.array(plain))
    lines = [shapely.LineString(net.roads[number].xy) for number in main]
    tree = shapely.STRtree(lines)
    found: list[tuple[int, Floats, int]] = []
    for district in ground.active:
        rim = shapely.boundary(ground.outlines[district])
        for hit in np.sort(tree.query(rim, predicate="intersects")):
            line = lines[hit]
            for point in shapely.get_coordinates(shapely.intersection(line, rim)):
                at = line.project(shapely.Point(point))
                beside = [line.interpolate(max(0.0, at + step)) for step in (40.0, -40.0)]
                xy = np.array([[place.x, place.y] for place in beside])
                inside = np.flatnonzero(ground.district_of(xy) == district)
                if len(inside):
                    found.append((int(main[hit]), xy[inside[0]], district))
    return found
