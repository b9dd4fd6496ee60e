"""What is planted in the city so that analyses have something true to find."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from geogrid.demo.ground import Flags, Floats, Ground
from geogrid.demo.roads import RoadNet

_STREAM: Final = 21
# (factor, first day, last day as shares of the period, category or "" for all)
_KINDS: Final = (
    (9.0, 0.0, 1.0, ""),
    (7.0, 0.0, 1.0, "theft"),
    (12.0, 0.85, 1.0, ""),  # new: the last months only
    (8.0, 0.0, 0.4, ""),  # over: gone since long
)


@dataclass(frozen=True, slots=True)
class Plant:
    """A circle where incidents are ``factor`` times as many as around it.

    ``first_share`` and ``last_share`` bound the time it lasts, as shares of the period;
    ``category`` is empty when all kinds rise; cars go around it when ``under_patrolled``.
    """

    x: float
    y: float
    radius_m: float
    factor: float
    first_share: float
    last_share: float
    category: str
    under_patrolled: bool

    def holds(self, xy: Floats) -> Flags:
        """Tell which plane points lie inside.

        Parameters
        ----------
        xy
            Shape (n, 2), metres.

        Returns
        -------
        ndarray of bool, shape (n,)
            True inside the circle.
        """
        inside = np.hypot(xy[:, 0] - self.x, xy[:, 1] - self.y) < self.radius_m
        return np.asarray(inside, dtype=np.bool_)


def draw_plants(net: RoadNet, ground: Ground, *, seed: int) -> tuple[Plant, ...]:
    """Return the planted circles: in each active district two hotspots and a neglected one.

    Parameters
    ----------
    net
        Circles are centred on crossings of the larger towns.
    ground
        The districts.
    seed
        The same seed gives the same circles.

    Returns
    -------
    tuple of Plant
        Apart from each other by at least three of the larger radius.
    """
    rng = np.random.default_rng([seed, _STREAM])
    plants: list[Plant] = []
    for turn, district in enumerate(ground.active):
        crossings = _crossings(net, ground, district)
        for number in range(3):
            neglected = number == 2
            radius_m = float(rng.uniform(380.0, 450.0) if neglected else rng.uniform(260.0, 360.0))
            place = _free_place(crossings[rng.permutation(len(crossings))], plants, radius_m)
            if place is None:
                continue
            kind = _KINDS[(2 * turn + number) % len(_KINDS)]
            factor, first, last, category = (5.0, 0.0, 1.0, "") if neglected else kind
            plants.append(
                Plant(place[0], place[1], radius_m, factor, first, last, category, neglected)
            )
    return tuple(plants)


def _crossings(net: RoadNet, ground: Ground, district: int) -> Floats:
    """Return the crossings in a district's larger towns that have streets all around."""
    crossings = np.zeros((0, 2))
    for number, town in enumerate(ground.towns):
        if town.district != district or town.kind not in ("seat", "street"):
            continue
        nodes = net.nodes[np.unique(net.ends[net.town == number])]
        gap = np.hypot(*(nodes[:, None] - nodes[None]).transpose(2, 0, 1))
        around = (gap < 450.0).sum(axis=1)
        crossings = np.concatenate([crossings, nodes[around >= np.quantile(around, 0.4)]])
    return crossings


def _free_place(
    crossings: Floats, plants: list[Plant], radius_m: float
) -> tuple[float, float] | None:
    """Return the first crossing far enough from all plants so far."""
    for x, y in crossings:
        clear = (
            np.hypot(x - plant.x, y - plant.y) > 2.2 * max(radius_m, plant.radius_m)
            for plant in plants
        )
        if all(clear):
            return float(x), float(y)
    return None
