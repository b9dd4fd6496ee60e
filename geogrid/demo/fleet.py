"""Patrol cars: who works when, where they drive and stop. True fixes, before any dirt.

A car begins and ends its shift at its home yard, drives from waypoint to waypoint on the
quickest road, stops at some, and stands at police rooms. Times are seconds of local time
(UTC+8, no daylight saving) since 1970-01-01 00:00 local.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import csgraph

from geogrid.demo.city import City
from geogrid.demo.ground import Flags, Floats, Ints
from geogrid.demo.places import NamedPlaces
from geogrid.demo.roads import RoadGraph, drivable_nodes
from geogrid.demo.spots import centrality

FIX_EVERY_S: Final = 10
DAY_S: Final = 86_400
_STREAM_CARS, _STREAM_SHIFT, _STREAM_WAYPOINTS = 51, 52, 53
_WAYPOINTS, _ROOMS = 90, 25  # crossings and rooms that cars drive to in each district
_OFF_SHARE: Final = 0.02  # days on which a car stays in the yard
STARTS_H: Final = (8, 15, 22)  # day, evening, night
_LENGTHS_H: Final = ((8.0, 0.20), (10.0, 0.20), (12.0, 0.60))
_OUTLYING_SHARE: Final = 0.25  # cars whose yard is a room outside the seat
_STOP_SHARE: Final = 0.55


@dataclass(frozen=True, slots=True)
class Car:
    """One patrol car: its name, group, district and the place in the table of waypoints."""

    unit: str
    group: str
    district: int
    home: int
    turn: int  # which of the three shifts it works this week
    second: int  # its fixes fall on this second of each ten


@dataclass(frozen=True, slots=True)
class Beats:
    """Waypoints of one district and the quickest roads between them.

    ``node`` (w,) are graph nodes, ``pull`` (w,) how often each is chosen; ``is_room`` marks
    those at a police room; ``seconds`` (w, w) and ``before`` (w, n) are Dijkstra's answer.
    """

    node: Ints
    pull: Floats
    is_room: Flags
    seconds: Floats
    before: Ints


@dataclass(frozen=True, slots=True)
class Fixes:
    """Fixes by column: car number, local second, plane place, km/h, heading, flags."""

    car: Ints
    time_s: Ints
    xy: Floats
    speed_kmh: Floats
    heading_deg: Floats
    standing: Flags
    tunnel: Flags

    def take(self, rows: Ints | Flags) -> Fixes:
        """Return some rows.

        Parameters
        ----------
        rows
            Positions, or flags of shape (n,).

        Returns
        -------
        Fixes
            In the order of ``rows``.
        """
        return Fixes(
            self.car[rows],
            self.time_s[rows],
            self.xy[rows],
            self.speed_kmh[rows],
            self.heading_deg[rows],
            self.standing[rows],
            self.tunnel[rows],
        )


def together(parts: Sequence[Fixes]) -> Fixes:
    """Return several lots of fixes as one.

    Parameters
    ----------
    parts
        At least one lot.

    Returns
    -------
    Fixes
        In the order of ``parts``.
    """
    return Fixes(
        np.concatenate([part.car for part in parts]),
        np.concatenate([part.time_s for part in parts]),
        np.concatenate([part.xy for part in parts]),
        np.concatenate([part.speed_kmh for part in parts]),
        np.concatenate([part.heading_deg for part in parts]),
        np.concatenate([part.standing for part in parts]),
        np.concatenate([part.tunnel for part in parts]),
    )


@dataclass(frozen=True, slots=True)
class Fleet:
    """All cars with the waypoints they drive between."""

    cars: tuple[Car, ...]
    beats: dict[int, Beats]
    graph: RoadGraph
    seed: int

    def day(self, first_day_s: int, day: int) -> Fixes:
        """Return the fixes of the shifts that begin on one day, by car and time.

        Parameters
        ----------
        first_day_s
            Local midnight of day 0.
        day
            Day number; -1 is the day before, whose night shifts reach into day 0.

        Returns
        -------
        Fixes
            Without noise; some fall on the next day.
        """
        start_s = first_day_s + day * DAY_S
        shifts = [_drive_shift(self, number, start_s, day) for number in range(len(self.cars))]
        return together([shift for shift in shifts if shift is not None])


def draw_fleet(city: City, rooms: NamedPlaces, n: int) -> Fleet:
    """Return a fleet dealt to the active districts by population.

    Parameters
    ----------
    city
        Roads and districts; no waypoint lies in an under-patrolled circle.
    rooms
        Police rooms; the first of each district is the yard of most of its cars.
    n
        How many cars; each district has at least six.

    Returns
    -------
    Fleet
        Units are named ``SM-ddnn`` by district and number.
    """
    rng = np.random.default_rng([city.seed, _STREAM_CARS])
    reach = _Reach(drivable_nodes(city.graph), _node_scores(city))
    beats = {district: _lay_beats(city, reach, rooms, district) for district in city.ground.active}
    cars = []
    for district, count in city.ground.share(n, least=6).items():
        at_rooms = np.flatnonzero(beats[district].is_room)
        for number in range(count):
            outlying = rng.random() < _OUTLYING_SHARE
            cars.append(
                Car(
                    unit=f"SM-{district + 1:02d}{number + 1:02d}",
                    group=f"{city.ground.names[district]}巡逻队",
                    district=district,
                    home=int(rng.choice(at_rooms[1:])) if outlying else int(at_rooms[0]),
                    turn=int(rng.choice(3, p=[0.42, 0.34, 0.24])),
                    second=int(rng.integers(FIX_EVERY_S)),
                )
            )
    return Fleet(tuple(cars), beats, city.graph, city.seed)


@dataclass(frozen=True, slots=True)
class _Reach:
    """Which nodes cars can drive to and back (n,), and how central each is (n,)."""

    drivable: Flags
    score: Floats


def _node_scores(city: City) -> Floats:
    """Return how central each node is: as central as its most central road."""
    score = np.zeros(len(city.net.nodes))
    ends = city.net.ends.ravel()
    np.maximum.at(score, ends, np.repeat(centrality(city.net, city.ground), 2))
    return score


def _lay_beats(city: City, reach: _Reach, rooms: NamedPlaces, district: int) -> Beats:
    """Return a district's waypoints: rooms first, then crossings, most of them central."""
    rng = np.random.default_rng([city.seed, _STREAM_WAYPOINTS, district])
    nodes = city.net.nodes
    open_nodes = np.flatnonzero(reach.drivable & (city.net.node_district == district))
    for plant in city.plants:
        if plant.under_patrolled:
            apart = np.hypot(nodes[open_nodes, 0] - plant.x, nodes[open_nodes, 1] - plant.y)
            open_nodes = open_nodes[apart > plant.radius_m]
    own = rooms.xy[rooms.district == district]
    gap = np.hypot(*(own[:, None] - nodes[open_nodes][None]).transpose(2, 0, 1))
    nearest, first = np.unique(open_nodes[gap.argmin(axis=1)], return_index=True)
    at_rooms = nearest[np.argsort(first, kind="stable")][:_ROOMS]
    weight = 0.02 + reach.score[open_nodes]
    count = min(_WAYPOINTS, len(open_nodes))
    others = rng.choice(open_nodes, count, replace=False, p=weight / weight.sum())
    node = np.concatenate([at_rooms, np.setdiff1d(others, at_rooms)])
    seconds, before = csgraph.dijkstra(city.graph.seconds, indices=node, return_predecessors=True)
    return Beats(
        node=node,
        pull=(0.05 + reach.score[node]) * rng.lognormal(0.0, 0.5, len(node)),
        is_room=np.arange(len(node)) < len(at_rooms),
        seconds=seconds[:, node],
        before=before.astype(np.int64),
    )


@dataclass(frozen=True, slots=True)
class _Leg:
    """Vertices (k, 2) reached at ``time_s`` (k,), with the flags of the way to the next."""

    xy: Floats
    time_s: Floats
    standing: Flags
    tunnel: Flags


def _drive_shift(fleet: Fleet, number: int, start_s: int, day: int) -> Fixes | None:
    """Return the fixes of one car's shift that begins on a day; None on a day off."""
    rng = np.random.default_rng([fleet.seed, _STREAM_SHIFT, number, day + 1])
    car = fleet.cars[number]
    if rng.random() < _OFF_SHARE:
        return None
    hours, chances = zip(*_LENGTHS_H, strict=True)
    begin_s = start_s + STARTS_H[car.turn] * 3600.0 + rng.normal(0.0, 420.0)
    end_s = begin_s + float(rng.choice(hours, p=chances)) * 3600.0 + rng.normal(0.0, 420.0)
    legs = list(_legs(fleet, car, begin_s, end_s, rng))
    time_s = np.concatenate([leg.time_s for leg in legs])
    xy = np.concatenate([leg.xy for leg in legs])
    standing = np.concatenate([leg.standing for leg in legs])
    tunnel = np.concatenate([leg.tunnel for leg in legs])
    first = int(np.ceil((begin_s - car.second) / FIX_EVERY_S)) * FIX_EVERY_S + car.second
    at = np.arange(first, int(end_s), FIX_EVERY_S, dtype=np.int64)
    part = np.clip(np.searchsorted(time_s, at, side="right") - 1, 0, len(time_s) - 2)
    span_s = np.maximum(time_s[part + 1] - time_s[part], 1e-6)
    step = xy[part + 1] - xy[part]
    share = np.clip((at - time_s[part]) / span_s, 0.0, 1.0)
    still = standing[part]
    speed = np.where(still, 0.0, np.hypot(step[:, 0], step[:, 1]) / span_s * 3.6)
    return Fixes(
        car=np.full(len(at), number, dtype=np.int64),
        time_s=at,
        xy=xy[part] + step * share[:, None],
        speed_kmh=speed,
        heading_deg=np.where(still, 0.0, np.degrees(np.arctan2(step[:, 0], step[:, 1])) % 360.0),
        standing=still,
        tunnel=tunnel[part],
    )


def _legs(
    fleet: Fleet, car: Car, begin_s: float, end_s: float, rng: np.random.Generator
) -> Iterator[_Leg]:
    """Yield what a car does in a shift: stand, drive, stop, drive home, stand."""
    beats = fleet.beats[car.district]
    here, now = car.home, begin_s
    meal_s = begin_s + (end_s - begin_s) * rng.uniform(0.4, 0.6)
    middle = rng.choice(len(beats.node), p=_odds(beats.pull))
    haunts = beats.pull * np.exp(-beats.seconds[middle] / 500.0)
    pause_s = float(rng.uniform(240.0, 1_500.0))
    yield _stand(fleet, beats, here, now, now + pause_s)
    now += pause_s
    while now < end_s - 1_200.0:
        home_s = beats.seconds[here, car.home] * 1.5
        if now + home_s + 900.0 > end_s or (now > meal_s and here != car.home):
            target, pause_s = car.home, float(rng.uniform(1_500.0, 2_700.0))
            meal_s = np.inf
        else:
            target = _next_waypoint(beats, here, haunts, end_s - now, rng)
            pause_s = _pause_s(bool(beats.is_room[target]), rng)
        leg = _drive(fleet.graph, beats, (here, target), now, rng)
        now, here = float(leg.time_s[-1]), target
        yield leg
        if pause_s > 0.0:
            yield _stand(fleet, beats, here, now, now + pause_s)
            now += pause_s
    if now < end_s:
        yield _stand(fleet, beats, here, now, end_s)


def _pause_s(at_room: bool, rng: np.random.Generator) -> float:  # noqa: FBT001 - one fact
    """Return how long a car stops: 5 to 20 minutes at many places, longer at rooms."""
    if at_room and rng.random() < 0.7:
        return float(rng.uniform(480.0, 1_500.0))
    return float(rng.uniform(300.0, 1_200.0)) if rng.random() < _STOP_SHARE else 0.0


def _odds(weight: Floats) -> Floats:
    """Return weights as chances."""
    chances: Floats = weight / weight.sum()
    return chances


def _next_waypoint(
    beats: Beats, here: int, haunts: Floats, left_s: float, rng: np.random.Generator
) -> int:
    """Return where to go next: mostly the car's haunts, sometimes anywhere in reach."""
    near = np.exp(-beats.seconds[here] / 700.0)
    weight = (haunts + 0.06 * beats.pull) * (0.03 + near)
    weight = np.where(beats.seconds[here] * 1.6 < left_s - 900.0, weight, 0.0)
    weight[here] = 0.0
    if weight.sum() == 0.0:
        weight = near
        weight[here] = 0.0
    return int(rng.choice(len(weight), p=_odds(weight)))


def _stand(fleet: Fleet, beats: Beats, here: int, from_s: float, to_s: float) -> _Leg:
    """Return a stay at a waypoint."""
    place = fleet.graph.place_of(int(beats.node[here]))
    flags = np.array([True, False])
    return _Leg(np.stack([place, place]), np.array([from_s, to_s]), flags, np.zeros(2, np.bool_))


def _drive(
    graph: RoadGraph, beats: Beats, way: tuple[int, int], now: float, rng: np.random.Generator
) -> _Leg:
    """Return the way between two waypoints on the quickest road, at a speed for the hour."""
    here, target = way
    path = [int(beats.node[target])]
    while path[-1] != beats.node[here]:
        path.append(int(beats.before[here, path[-1]]))
    arcs = graph.arcs_along(np.array(path[::-1]))
    if len(arcs) == 0:
        place = graph.place_of(path[0])
        none = np.zeros(1, np.bool_)
        return _Leg(place[None], np.array([now]), none, none)
    lines = [graph.line[graph.start[arc] : graph.start[arc + 1] - 1] for arc in arcs]
    last = graph.line[graph.start[arcs[-1] + 1] - 1]
    xy = np.concatenate([*lines, last[None]])
    counts = [len(line) for line in lines]
    hour = now % DAY_S / 3600.0
    pace = rng.uniform(0.72, 0.95) if hour < 6.5 or hour > 21.0 else rng.uniform(0.5, 0.85)
    speed = np.repeat(graph.speed_kmh[arcs] * pace * rng.uniform(0.8, 1.1, len(arcs)), counts)
    step = np.hypot(*np.diff(xy, axis=0).T)
    time_s = now + np.concatenate([[0.0], np.cumsum(step / speed * 3.6)])
    tunnel = np.append(np.repeat(graph.tunnel[arcs], counts), False)
    return _Leg(xy, time_s, np.zeros(len(xy), np.bool_), tunnel)
