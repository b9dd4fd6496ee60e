"""Police rooms, the cars' home yards, hazard sites and venues of the synthetic city."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.demo.ground import Floats, Ground, Ints
from geogrid.demo.roads import RoadNet
from geogrid.demo.spots import Spots, centrality, roadside

_STREAM_ROOMS, _STREAM_HAZARDS, _STREAM_VENUES = 41, 42, 43
_HAZARDS: Final = ("加油站", "加气站", "危险化学品仓库", "烟花爆竹仓库", "液氨冷库")
_VENUE_WORDS: Final = "悦来 金桥 银河 绿洲 星光 海天 云杉 明珠 东方 锦绣 佳和 天马 蓝湾 丽景"
_VENUE_KINDS: Final = {"hotel": "宾馆", "karaoke": "歌厅", "internet_cafe": "网吧"}
_HOTEL_SHARE: Final = 0.7  # of hotels and karaoke bars together


@dataclass(frozen=True, slots=True)
class NamedPlaces:
    """Places by column in the plane; ``kind`` is a class for rooms."""

    id: Sequence[str]
    xy: Floats
    kind: NDArray[np.str_]
    name: Sequence[str]
    district: Ints


def draw_rooms(net: RoadNet, ground: Ground, n: int, *, seed: int) -> NamedPlaces:
    """Return police rooms of the classes 1, 2 and 3.

    Parameters
    ----------
    net, ground
        Roads and districts.
    n
        How many; each active district has at least four.
    seed
        The same seed gives the same rooms.

    Returns
    -------
    NamedPlaces
        The first room of each district is of class 1 and stands in its seat.
    """
    rng = np.random.default_rng([seed, _STREAM_ROOMS])
    central = centrality(net, ground)
    parts, kinds, names = [], [], []
    for district, count in ground.share(n, least=4).items():
        mine = net.district == district
        seat = np.array(
            [road.town >= 0 and ground.towns[road.town].kind == "seat" for road in net.roads]
        )
        first = roadside(net, ground, mine * seat * central**3, 1, aside_m=(15.0, 25.0), rng=rng)
        street = np.where(net.town >= 0, 0.2 + central, 0.004)
        rest = roadside(net, ground, mine * street, count - 1, aside_m=(12.0, 25.0), rng=rng)
        parts += [first, rest]
        kind = rng.choice(["1", "2", "3"], count, p=[0.08, 0.32, 0.60])
        kind[0] = "1"
        kinds.append(kind)
        towns = _town_names(net, ground, np.concatenate([first.road, rest.road]), district)
        names += [f"{town}第{number + 1}警务室" for number, town in enumerate(towns)]
        names[-count] = f"{ground.names[district]}中心警务站"
    spots = _together(parts)
    return NamedPlaces(
        [f"R-{k + 1:03d}" for k in range(n)], spots.xy, np.concatenate(kinds), names, spots.district
    )


def draw_hazards(net: RoadNet, ground: Ground, n: int, *, seed: int) -> NamedPlaces:
    """Return hazard sites (fuel, chemicals, fireworks) near the rims of towns.

    Parameters
    ----------
    net, ground
        Roads and districts.
    n
        How many.
    seed
        The same seed gives the same sites.

    Returns
    -------
    NamedPlaces
        All of kind ``hazard``.
    """
    rng = np.random.default_rng([seed, _STREAM_HAZARDS])
    central = centrality(net, ground)
    main = np.isin(net.road_class, ("national", "county"))
    weight = np.where(main, 1.0, 0.4) * ((central > 0.03) & (central < 0.35))
    parts = [
        roadside(
            net, ground, weight * (net.district == district), count, aside_m=(40.0, 140.0), rng=rng
        )
        for district, count in ground.share(n).items()
    ]
    spots = _together(parts)
    what = rng.choice(len(_HAZARDS), n)
    names = [
        f"{ground.names[district][:2]}{_HAZARDS[w]}{k + 1}号"
        for k, (district, w) in enumerate(zip(spots.district, what, strict=True))
    ]
    kind = np.full(n, "hazard")
    return NamedPlaces([f"H-{k + 1:02d}" for k in range(n)], spots.xy, kind, names, spots.district)


def draw_venues(
    net: RoadNet, ground: Ground, *, lodgings: int, internet_cafes: int, seed: int
) -> NamedPlaces:
    """Return hotels, karaoke bars and internet cafes on town streets.

    Parameters
    ----------
    net, ground
        Roads and districts.
    lodgings
        Hotels and karaoke bars together.
    internet_cafes
        How many of these.
    seed
        The same seed gives the same venues.

    Returns
    -------
    NamedPlaces
        Kinds ``hotel``, ``karaoke``, ``internet_cafe``; made-up names.
    """
    rng = np.random.default_rng([seed, _STREAM_VENUES])
    weight = np.where(net.town >= 0, centrality(net, ground) ** 1.5, 0.0)
    n = lodgings + internet_cafes
    parts = [
        roadside(
            net, ground, weight * (net.district == district), count, aside_m=(10.0, 30.0), rng=rng
        )
        for district, count in ground.share(n).items()
    ]
    spots = _together(parts)
    hotels = round(lodgings * _HOTEL_SHARE)
    kind = np.repeat(
        ["hotel", "karaoke", "internet_cafe"], [hotels, lodgings - hotels, internet_cafes]
    )
    kind = rng.permutation(kind)
    words = rng.choice(_VENUE_WORDS.split(), n)
    names = [
        f"{ground.towns[net.roads[road].town].short_name}{word}{_VENUE_KINDS[str(k)]}"
        for road, word, k in zip(spots.road, words, kind, strict=True)
    ]
    return NamedPlaces([f"V-{k + 1:03d}" for k in range(n)], spots.xy, kind, names, spots.district)


def _town_names(net: RoadNet, ground: Ground, roads: Ints, district: int) -> list[str]:
    """Return the town of each road, or the nearest town of the district."""
    names = []
    for road in roads:
        town = net.roads[road].town
        if town < 0:
            x, y = net.nodes[net.ends[road]].mean(axis=0)
            own = [k for k, item in enumerate(ground.towns) if item.district == district]
            town = min(
                own, key=lambda k: float(np.hypot(ground.towns[k].x - x, ground.towns[k].y - y))
            )
        names.append(ground.towns[town].short_name)
    return names


def _together(parts: Sequence[Spots]) -> Spots:
    """Return several lots of spots as one."""
    return Spots(
        np.concatenate([part.xy for part in parts]),
        np.concatenate([part.road for part in parts]),
        np.concatenate([part.share for part in parts]),
        np.concatenate([part.bearing_deg for part in parts]),
        np.concatenate([part.district for part in parts]),
    )
