"""The road net of the synthetic city: pieces of line that meet at nodes, and its graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from geogrid.demo.ground import Flags, Floats, Ground, Ints

SPEED_KMH: Final = {"expressway": 100.0, "national": 70.0, "county": 50.0, "street": 30.0}
ARTERIAL_KMH: Final = 50.0


@dataclass(frozen=True, slots=True)
class Road:
    """One piece of road: vertices (k, 2) in the plane and what is known of it.

    ``town`` is the position of the town whose street it is, -1 outside towns.
    """

    xy: Floats
    road_class: str
    speed_kmh: float
    name: str
    town: int = -1
    bridge: bool = False
    tunnel: bool = False
    oneway: bool = False


@dataclass(frozen=True, slots=True)
class RoadNet:
    """Roads with the nodes where they meet.

    ``ends`` (m, 2) are node positions of each road's first and last vertex; ``length_m``
    (m,) its length; ``district`` (m,) the district of its middle, -1 outside; ``nodes``
    (n, 2) in the plane.
    """

    roads: tuple[Road, ...]
    nodes: Floats
    ends: Ints
    length_m: Floats
    district: Ints
    node_district: Ints

    @property
    def road_class(self) -> NDArray[np.str_]:
        """The class of each road."""
        return np.array([road.road_class for road in self.roads])

    @property
    def town(self) -> Ints:
        """The town of each road, -1 outside."""
        return np.array([road.town for road in self.roads], dtype=np.int64)


def join_roads(roads: Sequence[Road], ground: Ground) -> RoadNet:
    """Return the net of roads that meet where their ends have the same millimetre.

    Parameters
    ----------
    roads
        Pieces; of two between the same nodes the first is kept, a piece that ends where it
        begins is left out.
    ground
        For the district of each piece and node.

    Returns
    -------
    RoadNet
        The joined net.
    """
    tips = np.array([[road.xy[0], road.xy[-1]] for road in roads])
    keys = np.round(tips.reshape(-1, 2) * 1000.0).astype(np.int64)
    _, first, number = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    ends = number.reshape(-1, 2).astype(np.int64)
    pairs = np.sort(ends, axis=1)
    _, unique = np.unique(pairs, axis=0, return_index=True)
    kept = np.sort(unique[pairs[unique, 0] != pairs[unique, 1]])
    chosen = tuple(roads[k] for k in kept)
    nodes = tips.reshape(-1, 2)[first]
    middles = np.array([_middle(road.xy) for road in chosen])
    return RoadNet(
        roads=chosen,
        nodes=nodes,
        ends=ends[kept],
        length_m=np.array([line_length_m(road.xy) for road in chosen]),
        district=ground.district_of(middles),
        node_district=ground.district_of(nodes),
    )


def line_length_m(xy: Floats) -> float:
    """Return the length of a line.

    Parameters
    ----------
    xy
        Vertices (k, 2), metres.

    Returns
    -------
    float
        Metres.
    """
    step = np.diff(xy, axis=0)
    return float(np.hypot(step[:, 0], step[:, 1]).sum())


def _middle(xy: Floats) -> Floats:
    """Return a point near the middle of a line."""
    half = len(xy) // 2
    middle: Floats = (xy[half - 1] + xy[half]) / 2.0 if len(xy) % 2 == 0 else xy[half]
    return middle


@dataclass(frozen=True, slots=True)
class RoadGraph:
    """The net as a directed graph: an arc for each way a road may be driven.

    Arc ``a`` has vertices ``line[start[a]:start[a + 1]]``, speed ``speed_kmh[a]`` and the
    flag ``tunnel[a]``; ``key`` (rising) is tail * number of nodes + head. ``seconds`` is the
    sparse matrix of what routing counts.
    """

    n_nodes: int
    key: Ints
    start: Ints
    line: Floats
    speed_kmh: Floats
    tunnel: Flags
    seconds: sparse.csr_array

    def arcs_along(self, path: Ints) -> Ints:
        """Return the arcs between the successive nodes of a path.

        Parameters
        ----------
        path
            Nodes (k,); an arc leads from each to the next.

        Returns
        -------
        ndarray of int, shape (k - 1,)
            Positions of arcs.
        """
        found: Ints = np.searchsorted(self.key, path[:-1] * self.n_nodes + path[1:])
        return found

    def place_of(self, node: int) -> Floats:
        """Return the place of a node.

        Parameters
        ----------
        node
            Some arc leaves it.

        Returns
        -------
        ndarray of float, shape (2,)
            In the plane, metres.
        """
        arc = int(np.searchsorted(self.key, node * self.n_nodes))
        place: Floats = self.line[self.start[arc]]
        return place


def road_graph(net: RoadNet, *, shunned: Sequence[tuple[float, float, float]] = ()) -> RoadGraph:
    """Return the graph that cars drive on.

    Parameters
    ----------
    net
        The roads.
    shunned
        Circles (x, y, radius in metres) that routes go around: each second in them counts
        ten times.

    Returns
    -------
    RoadGraph
        Two-way roads give two arcs.
    """
    n = len(net.nodes)
    both = np.array([not road.oneway for road in net.roads])
    ahead = np.arange(len(net.roads))
    arcs = np.concatenate([ahead, ahead[both]])
    turned = np.arange(len(arcs)) >= len(ahead)
    ends = net.ends[arcs]
    ends[turned] = ends[turned, ::-1]
    key = ends[:, 0] * n + ends[:, 1]
    order = np.argsort(key, kind="stable")
    lines = [
        net.roads[road].xy[::-1] if back else net.roads[road].xy
        for road, back in zip(arcs[order], turned[order], strict=True)
    ]
    roads = [net.roads[road] for road in arcs[order]]
    speed = np.array([road.speed_kmh for road in roads])
    cost = net.length_m[arcs[order]] / speed * 3.6
    middle = net.nodes[ends[order]].mean(axis=1)
    for x, y, radius_m in shunned:
        cost[np.hypot(middle[:, 0] - x, middle[:, 1] - y) < radius_m] *= 10.0
    tails, heads = ends[order, 0], ends[order, 1]
    return RoadGraph(
        n_nodes=n,
        key=key[order],
        start=np.concatenate([[0], np.cumsum([len(line) for line in lines])]),
        line=np.concatenate(lines),
        speed_kmh=speed,
        tunnel=np.array([road.tunnel for road in roads]),
        seconds=sparse.csr_array(
            sparse.coo_array((cost, (tails, heads)), shape=(n, n)),
        ),
    )


def drivable_nodes(graph: RoadGraph) -> Flags:
    """Tell which nodes belong to the largest part where every node reaches every other.

    Parameters
    ----------
    graph
        The roads with their directions.

    Returns
    -------
    ndarray of bool, shape (nodes,)
        False where a car would be stuck.
    """
    _, part = csgraph.connected_components(graph.seconds, directed=True, connection="strong")
    return np.asarray(part == np.bincount(part).argmax(), dtype=np.bool_)
