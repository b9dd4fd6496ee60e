"""Roads between the towns: expressways, national and county roads, ways to villages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import shapely
from scipy import sparse
from scipy.sparse import csgraph
from scipy.spatial import Delaunay

from geogrid.demo.ground import Flags, Floats, Ground, Ints, Warp
from geogrid.demo.roads import ARTERIAL_KMH, SPEED_KMH, Road, RoadNet, join_roads
from geogrid.demo.streets import Streets, lay_streets

_STREAM_STREETS, _STREAM_MAIN, _STREAM_VILLAGES, _STREAM_WARP = 11, 12, 13, 14
_STEP_M: Final = 130.0  # distance of vertices on main roads
_DETOUR: Final = 1.7  # a further road is built where the way round is longer than this
_VILLAGE_KM2: Final = 14.0  # land for each village that gets a way
_EXITS: Final = 12  # roads that leave the city
# (chance, fewest and most vertices) of tunnels and bridges by class
_TUNNEL: Final = {"expressway": (0.30, 4, 16), "national": (0.10, 3, 8), "county": (0.03, 3, 5)}
_BRIDGE: Final = {"expressway": (0.25, 3, 6), "national": (0.15, 2, 4), "county": (0.12, 2, 3)}


def build_roads(ground: Ground, *, seed: int) -> RoadNet:
    """Return the whole road net: main roads everywhere, streets in the active districts.

    Parameters
    ----------
    ground
        Districts and towns.
    seed
        The same seed gives the same net.

    Returns
    -------
    RoadNet
        Pieces of a few kilometres outside towns and of one block inside.
    """
    rng = np.random.default_rng([seed, _STREAM_WARP])
    bend = Warp.draw([(900.0, 2_600.0, 38.0)], rng)
    wind = Warp.draw([(9_000.0, 30_000.0, 1_300.0), (2_500.0, 7_000.0, 330.0)], rng)
    links = _town_links(ground)
    laid = [_streets_of(ground, number, links, bend, seed) for number in range(len(ground.towns))]
    rng = np.random.default_rng([seed, _STREAM_MAIN])
    roads = [road for number, streets in enumerate(laid) for road in _as_roads(streets, number)]
    roads += _town_roads(ground, links, laid, wind, rng)
    roads += _expressways(ground, laid, wind, rng)
    roads += _exits(ground, laid, wind, rng)
    roads += _village_ways(ground, roads, wind, np.random.default_rng([seed, _STREAM_VILLAGES]))
    return join_roads(_shown(roads, ground), ground)


def _shown(roads: Sequence[Road], ground: Ground) -> list[Road]:
    """Return the pieces in the net: main roads everywhere, others where life is."""
    tips = ground.district_of(np.concatenate([road.xy[[0, -1]] for road in roads]))
    alive = np.isin(tips, ground.active).reshape(-1, 2).max(axis=1)
    main = ("expressway", "national")
    return [road for road, own in zip(roads, alive, strict=True) if own or road.road_class in main]


def _streets_of(ground: Ground, number: int, links: Ints, bend: Warp, seed: int) -> Streets:
    """Return the streets of one town; of a town in a sleeping district only its seat."""
    town = ground.towns[number]
    if town.district not in ground.active:
        none = np.zeros(0, dtype=np.bool_)
        seat = np.array([[town.x, town.y]])
        return Streets(seat, np.zeros((0, 2), np.int64), none, none, np.array([], dtype=np.str_))
    mine = links[(links == number).any(axis=1)]
    others = np.where(mine[:, 0] == number, mine[:, 1], mine[:, 0])
    away = np.array([[ground.towns[k].x - town.x, ground.towns[k].y - town.y] for k in others])
    nearest = away[np.hypot(away[:, 0], away[:, 1]).argmin()]
    return lay_streets(
        town,
        ground,
        heading=float(np.arctan2(nearest[1], nearest[0])),
        warp=bend,
        rng=np.random.default_rng([seed, _STREAM_STREETS, number]),
    )


def _as_roads(streets: Streets, town: int) -> Iterator[Road]:
    """Yield the pieces of a town's streets."""
    for piece, (tail, head) in enumerate(streets.ends):
        wide = bool(streets.arterial[piece])
        yield Road(
            streets.xy[[tail, head]],
            "street",
            ARTERIAL_KMH if wide else SPEED_KMH["street"],
            str(streets.names[piece]),
            town=town,
            oneway=bool(streets.oneway[piece]),
        )


def _town_links(ground: Ground) -> Ints:
    """Return pairs of towns that a road links: a spanning tree and what shortens detours."""
    at = np.array([[town.x, town.y] for town in ground.towns])
    corners = Delaunay(at).simplices
    sides = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    sides = np.unique(np.sort(sides, axis=1), axis=0).astype(np.int64)
    length = np.hypot(*(at[sides[:, 0]] - at[sides[:, 1]]).T)
    whole = shapely.union_all(list(ground.outlines)).simplify(300.0)
    lines = shapely.linestrings(at[sides])
    outside = 1.0 - shapely.length(shapely.intersection(lines, whole)) / length
    cost = length * (1.0 + 4.0 * outside)
    n = len(at)
    tree = csgraph.minimum_spanning_tree(
        sparse.coo_array((cost, (sides[:, 0], sides[:, 1])), shape=(n, n))
    ).tocoo()
    chosen = {(int(a), int(b)) for a, b in zip(tree.row, tree.col, strict=True)}
    chosen = {(min(pair), max(pair)) for pair in chosen}
    for side in np.argsort(cost, kind="stable"):
        a, b = (int(end) for end in sides[side])
        if (a, b) in chosen or outside[side] > 0.05 or length[side] > 32_000.0:
            continue
        pairs = np.array(sorted(chosen))
        span = np.hypot(*(at[pairs[:, 0]] - at[pairs[:, 1]]).T)
        graph = sparse.coo_array((span, (pairs[:, 0], pairs[:, 1])), shape=(n, n)).tocsr()
        way = csgraph.dijkstra(graph, directed=False, indices=np.array([a]))
        if way[0, b] > _DETOUR * length[side]:
            chosen.add((a, b))
    return np.array(sorted(chosen), dtype=np.int64)


def _trunk(ground: Ground, links: Ints) -> Flags:
    """Tell which links lie on the shortest ways between neighbouring seats of districts."""
    at = np.array([[town.x, town.y] for town in ground.towns])
    seats = np.array([k for k, town in enumerate(ground.towns) if town.kind == "seat"])
    n = len(at)
    span = np.hypot(*(at[links[:, 0]] - at[links[:, 1]]).T)
    graph = sparse.coo_array((span, (links[:, 0], links[:, 1])), shape=(n, n)).tocsr()
    far, before = csgraph.dijkstra(graph, directed=False, indices=seats, return_predecessors=True)
    position = {(int(a), int(b)): k for k, (a, b) in enumerate(links)}
    trunk = np.zeros(len(links), dtype=np.bool_)
    for row in range(len(seats)):
        for seat in seats[np.argsort(far[row, seats], kind="stable")[1:4]]:
            head = int(seat)
            while head != seats[row]:
                tail = int(before[row, head])
                trunk[position[min(tail, head), max(tail, head)]] = True
                head = tail
    return trunk


def _gate(streets: Streets, centre: Floats, target: Floats) -> Floats:
    """Return the crossing where the road towards ``target`` leaves a town."""
    away = (target - centre) / np.hypot(*(target - centre))
    offset = streets.xy - centre
    ahead = offset @ away
    aside = np.abs(offset @ np.array([-away[1], away[0]]))
    gate: Floats = streets.xy[np.argmax(ahead - 0.8 * aside)]
    return gate


def _winding(start: Floats, end: Floats, warp: Warp, *, calm: float = 1.0) -> Floats:
    """Return a line from ``start`` to ``end`` that winds; ``calm`` below 1 winds less."""
    length = float(np.hypot(*(end - start)))
    share = np.linspace(0.0, 1.0, max(4, int(length / _STEP_M) + 1))[:, None]
    straight = start + share * (end - start)
    move = warp.at(straight)
    move -= move[0] + share * (move[-1] - move[0])
    bound = 0.16 * length  # a short road cannot swing as far as a long one
    size = np.hypot(move[:, 0], move[:, 1])[:, None]
    return straight + calm * move * bound / (bound + size)


def _built_up(ground: Ground) -> Floats:
    """Return circles (x, y, radius) around towns, one for towns that have grown together."""
    at = np.array([[town.x, town.y] for town in ground.towns])
    radius = np.array([town.radius_m for town in ground.towns])
    apart = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    touching = sparse.csr_array(apart < 1.15 * (radius[:, None] + radius[None]))
    n, cluster = csgraph.connected_components(touching, directed=False)
    circles = []
    for number in range(n):
        mine = cluster == number
        centre = at[mine].mean(axis=0)
        reach = np.hypot(*(at[mine] - centre).T) + 1.35 * radius[mine]
        circles.append([centre[0], centre[1], reach.max()])
    return np.array(circles)


def _outside(place: Floats, circles: Floats) -> Floats:
    """Return a place moved out of the circles that hold it, to 300 m from their rims."""
    for x, y, keep_m in circles:
        far = float(np.hypot(place[0] - x, place[1] - y))
        if far < keep_m + 300.0:
            place = (x, y) + (place - (x, y)) / max(far, 1.0) * (keep_m + 300.0)
    return place


def _skirt(line: Floats, circles: Floats) -> Floats:
    """Return a line that goes around circles instead of through them; its ends stay."""
    moved = line.copy()
    for _ in range(4):
        for x, y, keep_m in circles:
            offset = moved - (x, y)
            far = np.maximum(np.hypot(offset[:, 0], offset[:, 1]), 1.0)
            close = far < keep_m
            out = keep_m * (0.85 + 0.15 * far[close] / keep_m) / far[close]
            moved[close] = (x, y) + offset[close] * out[:, None]
        moved[[0, -1]] = line[[0, -1]]
        for _ in range(12):
            moved[1:-1] = (moved[:-2] + 2.0 * moved[1:-1] + moved[2:]) / 4.0
    return moved


def _crosses_town(line: Floats, ground: Ground) -> bool:
    """Tell whether a line has more than its first vertices inside a town."""
    near = [
        np.hypot(line[:, 0] - town.x, line[:, 1] - town.y) < 1.1 * town.radius_m
        for town in ground.towns
        if abs(town.x - line[0, 0]) + abs(town.y - line[0, 1]) < 20_000.0
    ]
    return any(int(inside[2:].sum()) > 0 for inside in near)


def _pieces(line: Floats, road_class: str, name: str, rng: np.random.Generator) -> Iterator[Road]:
    """Yield a line cut into ordinary pieces, tunnels and bridges."""
    at = 0
    plain = True
    while at < len(line) - 1:
        kind = "plain"
        count = int(rng.integers(12, 26))
        draw = rng.random()
        if not plain:
            for kind_tried, table in (("tunnel", _TUNNEL), ("bridge", _BRIDGE)):
                chance, fewest, most = table[road_class]
                if kind == "plain" and draw < chance:
                    kind, count = kind_tried, int(rng.integers(fewest, most + 1))
                draw -= chance
        stop = len(line) - 1 if len(line) - 1 - at - count < 3 else at + count
        yield Road(
            line[at : stop + 1],
            road_class,
            SPEED_KMH[road_class],
            name,
            tunnel=kind == "tunnel" and stop - at < 20,
            bridge=kind == "bridge" and stop - at < 10,
        )
        at, plain = stop, not plain


def _town_roads(
    ground: Ground, links: Ints, laid: Sequence[Streets], warp: Warp, rng: np.random.Generator
) -> list[Road]:
    """Return the national and county roads between linked towns."""
    roads: list[Road] = []
    at = np.array([[town.x, town.y] for town in ground.towns])
    trunk = _trunk(ground, links)
    for (a, b), national in zip(links, trunk, strict=True):
        start, end = _gate(laid[a], at[a], at[b]), _gate(laid[b], at[b], at[a])
        road_class = "national" if national else "county"
        name = f"{ground.towns[a].short_name}{ground.towns[b].short_name}公路"
        roads += _pieces(_winding(start, end, warp), road_class, name, rng)
    return roads


def _expressways(
    ground: Ground, laid: Sequence[Streets], warp: Warp, rng: np.random.Generator
) -> list[Road]:
    """Return expressways between the seats, each seat with one junction and a feeder."""
    seats = [k for k, town in enumerate(ground.towns) if town.kind == "seat"]
    seats = [k for k in seats if ground.codes[ground.towns[k].district] != "350403"]  # with Meilie
    at = np.array([[ground.towns[k].x, ground.towns[k].y] for k in seats])
    middle = at.mean(axis=0)
    circles = _built_up(ground)
    junctions, roads = [], []
    for k, seat in enumerate(seats):
        inward = (middle - at[k]) / max(1.0, float(np.hypot(*(middle - at[k]))))
        junction = at[k] + inward * (1.7 * ground.towns[seat].radius_m + 900.0)
        junction = _outside(junction, circles)
        junctions.append(junction)
        feeder = _winding(_gate(laid[seat], at[k], junction), junction, warp)
        roads.append(
            Road(feeder, "county", SPEED_KMH["county"], f"{ground.towns[seat].short_name}连接线")
        )
    span = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    tree = csgraph.minimum_spanning_tree(sparse.csr_array(span)).tocoo()
    pairs = {(int(min(a, b)), int(max(a, b))) for a, b in zip(tree.row, tree.col, strict=True)}
    for a in range(len(seats)):
        b = int(np.argsort(span[a], kind="stable")[2])
        pairs.add((min(a, b), max(a, b)))
    for a, b in sorted(pairs):
        line = _skirt(_winding(junctions[a], junctions[b], warp, calm=0.6), circles)
        names = (ground.towns[seats[a]].short_name, ground.towns[seats[b]].short_name)
        roads += _pieces(line, "expressway", f"{names[0]}{names[1]}高速", rng)
    return roads


def _exits(
    ground: Ground, laid: Sequence[Streets], warp: Warp, rng: np.random.Generator
) -> list[Road]:
    """Return national roads from towns near the outer border to 1.5 km beyond it."""
    rim = shapely.boundary(shapely.union_all(list(ground.outlines)))
    at = np.array([[town.x, town.y] for town in ground.towns])
    far = shapely.distance(shapely.points(at), rim)
    chosen: list[int] = []
    for k in np.argsort(far, kind="stable"):
        if all(np.hypot(*(at[k] - at[other])) > 35_000.0 for other in chosen):
            chosen.append(int(k))
        if len(chosen) == _EXITS:
            break
    roads: list[Road] = []
    for k in chosen:
        _, border = shapely.get_coordinates(shapely.shortest_line(shapely.Point(at[k]), rim))
        end = border + (border - at[k]) / np.hypot(*(border - at[k])) * 1_500.0
        line = _winding(_gate(laid[k], at[k], end), end, warp, calm=0.5)
        roads += _pieces(line, "national", f"{ground.towns[k].short_name}出市公路", rng)
    return roads


def _village_ways(
    ground: Ground, roads: Sequence[Road], warp: Warp, rng: np.random.Generator
) -> list[Road]:
    """Return dead-end ways from the nearest road, or nearer village, to made-up villages."""
    tips = [
        road.xy[-1]
        for road in roads
        if road.road_class in ("national", "county") and not (road.tunnel or road.bridge)
    ]
    known = np.array(tips)
    ways: list[Road] = []
    for district in ground.active:
        outline = ground.outlines[district]
        x_min, y_min, x_max, y_max = shapely.bounds(outline)
        n = int(float(shapely.area(outline)) / 1e6 / _VILLAGE_KM2)
        spots = rng.uniform((x_min, y_min), (x_max, y_max), (6 * n, 2))
        spots = spots[shapely.contains_xy(outline, spots[:, 0], spots[:, 1])][:n]
        near = np.array([np.hypot(*(known - spot).T).min() for spot in spots])
        for spot in spots[np.argsort(near, kind="stable")]:
            gap_m = np.hypot(*(known - spot).T)
            root = known[gap_m.argmin()]
            if 700.0 < gap_m.min() < 7_000.0:
                line = _winding(root, spot, warp)
                if not _crosses_town(line, ground):
                    ways.append(Road(line, "county", 30.0, "村道"))
                    known = np.concatenate([known, spot[None]])
    return ways
