"""Two years of incidents with rhythms and planted hotspots. Places and times only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.demo.city import City
from geogrid.demo.ground import Flags, Floats, Ground, Ints
from geogrid.demo.plants import Plant
from geogrid.demo.roads import RoadNet
from geogrid.demo.spots import centrality, roadside

DAY_S: Final = 86_400
NO_TIME: Final = np.iinfo(np.int64).min  # a time that is not known
_STREAM: Final = 61
# category: share, weight of one, hour of the peak, strength of the daily swing
_CATEGORIES: Final = {
    "traffic": (0.27, 1.0, 17.5, 0.8),
    "theft": (0.21, 2.0, 15.0, 0.6),
    "dispute": (0.20, 1.0, 20.5, 0.8),
    "burglary": (0.09, 4.0, 3.0, 0.5),
    "assault": (0.08, 4.0, 22.5, 0.9),
    "fraud_scene": (0.06, 2.0, 11.0, 0.9),
    "disturbance": (0.06, 1.0, 23.0, 0.9),
    "damage": (0.03, 2.0, 1.0, 0.6),
}
_SOURCES: Final = {"call": 0.72, "officer": 0.17, "sensor": 0.07, "unknown": 0.04}
_WEEK: Final = (0.95, 0.93, 0.94, 0.97, 1.10, 1.14, 1.00)  # Monday first
_RANGE_SHARE: Final = 0.35  # of burglaries and thefts: found out later
_HEAPED_SHARE: Final = 0.08  # times told to the full hour
_TIMED_CALLS_SHARE: Final = 0.88  # calls with a dispatch record
_FIRST_WEEKDAY: Final = 3  # 1970-01-01 was a Thursday


@dataclass(frozen=True, slots=True)
class Incidents:
    """Incidents by column in the order of their numbers.

    Times are local seconds; ``NO_TIME`` where there is none. Where the time is known,
    ``time_s``, ``from_s`` and ``to_s`` are equal; else ``time_s`` is empty.
    """

    id: Sequence[str]
    xy: Floats
    time_s: Ints
    from_s: Ints
    to_s: Ints
    category: NDArray[np.str_]
    source: NDArray[np.str_]
    weight: Floats
    received_s: Ints
    dispatched_s: Ints
    arrived_s: Ints


def draw_incidents(city: City, *, n: int, period_s: tuple[int, int]) -> Incidents:
    """Return incidents along the roads of the active districts.

    Parameters
    ----------
    city
        Roads and plants: inside each plant, for its time and category, the rate is
        ``factor`` times what it would be.
    n
        How many, plants included.
    period_s
        Local seconds of the first midnight and of the midnight after the last day.

    Returns
    -------
    Incidents
        By time.
    """
    rng = np.random.default_rng([city.seed, _STREAM])
    weight = _road_weight(city.net, city.ground)
    mass = weight * city.net.length_m
    middle = city.net.nodes[city.net.ends].mean(axis=1)
    extra = np.array([_extra_share(plant, mass, plant.holds(middle)) for plant in city.plants])
    added = np.floor(extra * (n / (1.0 + extra.sum()))).astype(np.int64)
    wholes = [(weight, n - int(added.sum()), None)]
    parts = [
        (weight * plant.holds(middle), int(count), plant)
        for plant, count in zip(city.plants, added, strict=True)
    ]
    lots = [
        _lot(city, by_road, count, plant, rng)
        for by_road, count, plant in [*wholes, *parts]
        if count > 0
    ]
    xy = np.concatenate([lot[0] for lot in lots])
    category = np.concatenate([lot[1] for lot in lots])
    begun_s = _times(category, np.concatenate([lot[2] for lot in lots]), period_s, rng)
    order = np.argsort(begun_s, kind="stable")
    return _record(xy[order], category[order], begun_s[order], period_s[1], rng)


def _road_weight(net: RoadNet, ground: Ground) -> Floats:
    """Return the rate of incidents for a metre of each road, uneven between districts."""
    per_metre = {"street": 1.0, "county": 0.12, "national": 0.2, "expressway": 0.06}
    base = np.array([per_metre[kind] for kind in net.road_class])
    weight = base * (0.02 + centrality(net, ground)) * np.isin(net.district, ground.active)
    people = ground.share(1_000_000)
    for district, share in people.items():
        mine = net.district == district
        weight[mine] *= share / (weight[mine] * net.length_m[mine]).sum()
    return weight


def _extra_share(plant: Plant, mass: Floats, inside: Flags) -> float:
    """Return the incidents a plant adds for each one of the base."""
    share = float(mass[inside].sum() / mass.sum()) * (plant.last_share - plant.first_share)
    of_kind = _CATEGORIES[plant.category][0] if plant.category else 1.0
    return share * of_kind * (plant.factor - 1.0)


def _lot(
    city: City, weight: Floats, n: int, plant: Plant | None, rng: np.random.Generator
) -> tuple[Floats, NDArray[np.str_], Floats]:
    """Return places, categories and shares of the period of ``n`` incidents."""
    spots = roadside(city.net, city.ground, weight, n, aside_m=(2.0, 32.0), rng=rng)
    shares = np.array([share for share, *_ in _CATEGORIES.values()])
    category = rng.choice(list(_CATEGORIES), n, p=shares / shares.sum())
    if plant is None:
        return spots.xy, category, rng.random(n)
    if plant.category:
        category = np.full(n, plant.category)
    return spots.xy, category, rng.uniform(plant.first_share, plant.last_share, n)


def _times(
    category: NDArray[np.str_], share: Floats, period_s: tuple[int, int], rng: np.random.Generator
) -> Ints:
    """Return local seconds: days by week and season near the drawn share, hours by category."""
    first_s, last_s = period_s
    days = (last_s - first_s) // DAY_S
    day = np.minimum((share * days).astype(np.int64), days - 1)
    for _ in range(4):  # move what a slow day does not hold to a day close by
        number = first_s // DAY_S + day
        season = 1.0 + 0.14 * np.cos(2.0 * np.pi * (number % 365.25 - 200.0) / 365.25)
        keep = np.array(_WEEK)[(number + _FIRST_WEEKDAY) % 7] * season / 1.30
        near = np.clip(day + rng.integers(-10, 11, len(day)), 0, days - 1)
        day = np.where(rng.random(len(day)) < keep, day, near)
    hour = np.zeros(len(category))
    grid_h = (np.arange(288) + 0.5) / 12.0
    for kind, (_, _, peak_h, swing) in _CATEGORIES.items():
        mine = np.flatnonzero(category == kind)
        rate = 1.0 + swing * np.cos(2.0 * np.pi * (grid_h - peak_h) / 24.0)
        hour[mine] = rng.choice(grid_h, len(mine), p=rate / rate.sum())
    second = hour * 3600.0 + rng.uniform(-150.0, 150.0, len(hour))
    heaped = rng.random(len(hour)) < _HEAPED_SHARE
    second = np.where(heaped, np.floor(hour) * 3600.0, second)
    return first_s + day * DAY_S + second.astype(np.int64)


def _record(
    xy: Floats,
    category: NDArray[np.str_],
    begun_s: Ints,
    end_s: int,
    rng: np.random.Generator,
) -> Incidents:
    """Return incidents as an office records them: source, weight, ranges, call times."""
    n = len(begun_s)
    source = rng.choice(list(_SOURCES), n, p=list(_SOURCES.values()))
    ranged = np.isin(category, ("burglary", "theft")) & (rng.random(n) < _RANGE_SHARE)
    ranged &= source != "sensor"
    to_s = np.minimum(begun_s + rng.integers(3_600, 13 * 3_600, n), end_s - 1)
    known_s = np.where(ranged, to_s, begun_s)
    called = (source == "call") & (rng.random(n) < _TIMED_CALLS_SHARE)
    received_s = known_s + rng.integers(20, 900, n)
    dispatched_s = received_s + rng.integers(30, 240, n)
    arrived_s = dispatched_s + np.clip(rng.lognormal(6.1, 0.55, n), 60, 7_200).astype(np.int64)
    arrived = called & (rng.random(n) < 0.94)
    base = np.array([_CATEGORIES[str(kind)][1] for kind in category])
    return Incidents(
        id=[f"IN-{k + 1:06d}" for k in range(n)],
        xy=xy,
        time_s=np.where(ranged, NO_TIME, begun_s),
        from_s=begun_s,
        to_s=known_s,
        category=category,
        source=source,
        weight=base,
        received_s=np.where(called, received_s, NO_TIME),
        dispatched_s=np.where(called, dispatched_s, NO_TIME),
        arrived_s=np.where(arrived, arrived_s, NO_TIME),
    )
