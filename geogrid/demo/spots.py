"""Places beside roads, drawn by chance: where cameras, rooms, venues and incidents are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geogrid.demo.ground import Floats, Ground, Ints
from geogrid.demo.roads import RoadNet

_SPARE = 1.2  # so many more are drawn than needed, since some fall over a border


@dataclass(frozen=True, slots=True)
class Spots:
    """Points (n, 2) beside roads.

    ``road`` is the road of each, ``share`` how far along, ``bearing_deg`` the road's
    direction clockwise from north, ``district`` where the point lies.
    """

    xy: Floats
    road: Ints
    share: Floats
    bearing_deg: Floats
    district: Ints

    def first(self, n: int) -> Spots:
        """Return the first ``n``.

        Parameters
        ----------
        n
            All when there are fewer.

        Returns
        -------
        Spots
            In their order.
        """
        return self.take(np.arange(min(n, len(self.xy))))

    def take(self, rows: Ints) -> Spots:
        """Return some rows.

        Parameters
        ----------
        rows
            Positions.

        Returns
        -------
        Spots
            In the order of ``rows``.
        """
        return Spots(
            self.xy[rows],
            self.road[rows],
            self.share[rows],
            self.bearing_deg[rows],
            self.district[rows],
        )


def roadside(
    net: RoadNet,
    ground: Ground,
    weight: Floats,
    n: int,
    *,
    aside_m: tuple[float, float],
    rng: np.random.Generator,
) -> Spots:
    """Return spots beside roads that lie in the district of their road.

    Parameters
    ----------
    net, ground
        Roads and districts.
    weight
        Shape (roads,), >= 0: the chance of each road for each metre of its length.
    n
        How many.
    aside_m
        Least and most distance from the road's middle line, metres; either side.
    rng
        Source of chance.

    Returns
    -------
    Spots
        Exactly ``n``, in active districts only.
    """
    chance = weight * net.length_m * np.isin(net.district, ground.active)
    total = np.cumsum(chance)
    found: list[Spots] = []
    missing = n
    while missing > 0:
        m = int(missing * _SPARE) + 8
        road = np.searchsorted(total, rng.random(m) * total[-1], side="right").astype(np.int64)
        spots = _beside(net, ground, road, rng.random(m), _aside(aside_m, m, rng))
        spots = spots.take(np.flatnonzero(spots.district == net.district[spots.road]))
        found.append(spots.first(missing))
        missing -= len(found[-1].xy)
    return Spots(
        np.concatenate([part.xy for part in found]),
        np.concatenate([part.road for part in found]),
        np.concatenate([part.share for part in found]),
        np.concatenate([part.bearing_deg for part in found]),
        np.concatenate([part.district for part in found]),
    )


def _aside(aside_m: tuple[float, float], n: int, rng: np.random.Generator) -> Floats:
    """Return signed distances from the middle line."""
    side = rng.integers(0, 2, n) * 2 - 1
    return side * rng.uniform(*aside_m, n)


def _beside(net: RoadNet, ground: Ground, road: Ints, share: Floats, aside_m: Floats) -> Spots:
    """Return points at a share of each road's length, moved aside."""
    lengths = np.array([len(item.xy) for item in net.roads])
    start = np.concatenate([[0], np.cumsum(lengths)])
    line = np.concatenate([item.xy for item in net.roads])
    step = np.hypot(*np.diff(line, axis=0, prepend=line[:1]).T)
    step[start[:-1]] = 0.0
    run = np.cumsum(step)
    at = run[start[road]] + share * (run[start[road + 1] - 1] - run[start[road]])
    vertex = np.searchsorted(run, at, side="right")
    vertex = np.clip(vertex, start[road] + 1, start[road + 1] - 1)
    tail, head = line[vertex - 1], line[vertex]
    along = (head - tail) / np.maximum(np.hypot(*(head - tail).T), 1e-9)[:, None]
    part = np.clip(at - run[vertex - 1], 0.0, None)
    xy = (
        tail
        + along * part[:, None]
        + np.column_stack([along[:, 1], -along[:, 0]]) * (aside_m[:, None])
    )
    return Spots(
        xy=xy,
        road=road,
        share=share,
        bearing_deg=np.degrees(np.arctan2(along[:, 0], along[:, 1])) % 360.0,
        district=ground.district_of(xy),
    )


def centrality(net: RoadNet, ground: Ground) -> Floats:
    """Return how central each road's middle is: 1 in a seat's centre, falling outwards.

    Parameters
    ----------
    net, ground
        Roads and towns.

    Returns
    -------
    ndarray of float, shape (roads,)
        Between 0.01 (far from towns) and 1.
    """
    middle = net.nodes[net.ends].mean(axis=1)
    rank = {"seat": 1.0, "street": 0.75, "town": 0.42, "township": 0.28}
    score = np.full(len(middle), 0.01)
    for town in ground.towns:
        far = np.hypot(middle[:, 0] - town.x, middle[:, 1] - town.y) / town.radius_m
        score = np.maximum(score, rank[town.kind] * np.exp(-0.5 * (far / 0.9) ** 2))
    return score
