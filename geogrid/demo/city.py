"""The synthetic city as one value: districts, roads, and what is planted on them."""

from __future__ import annotations

from dataclasses import dataclass

from geogrid.demo.ground import Ground
from geogrid.demo.highways import build_roads
from geogrid.demo.plants import Plant, draw_plants
from geogrid.demo.roads import RoadGraph, RoadNet, road_graph


@dataclass(frozen=True, slots=True)
class City:
    """Everything that cars, sensors and incidents are drawn upon.

    All chance in it comes from ``seed``.
    """

    ground: Ground
    net: RoadNet
    graph: RoadGraph
    plants: tuple[Plant, ...]
    seed: int


def build_city(ground: Ground, *, seed: int) -> City:
    """Return a city on some ground.

    Parameters
    ----------
    ground
        Districts and towns.
    seed
        The same seed gives the same city.

    Returns
    -------
    City
        Its graph goes around the under-patrolled circles.
    """
    net = build_roads(ground, seed=seed)
    plants = draw_plants(net, ground, seed=seed)
    shunned = [(plant.x, plant.y, plant.radius_m) for plant in plants if plant.under_patrolled]
    return City(ground, net, road_graph(net, shunned=shunned), plants, seed)
