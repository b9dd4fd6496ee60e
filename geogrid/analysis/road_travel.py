"""Minutes by road: roads as a network of times, and places that reach it over open ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from geogrid.analysis.road_graph import RoadGraph
from geogrid.analysis.travel_speeds import minutes_at

_LEAST_MIN: Final = 1e-9  # a stored zero of a sparse matrix is easily lost
_PIECE_SHARE: Final = 0.01  # parts of the network under this share of its length are islets
_AT_END: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Footing:
    """Where places come onto the roads.

    Parameters
    ----------
    edge
        Edge of the network, shape (n,); -1 where there is none.
    share
        Where on the edge, 0 at its first end, 1 at its second.
    leg_m
        Straight line from the place to the road, metres.
    x, y
        The point on the road, in the network's CRS.
    """

    edge: NDArray[np.int64]
    share: NDArray[np.float64]
    leg_m: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class RoadNetwork:
    """Roads with the minutes that driving them takes.

    Parameters
    ----------
    graph
        Nodes and edges; an edge runs the way its road was drawn.
    onward
        Minutes along each edge, shape (m,), > 0.
    back
        Minutes against it; infinite on a one-way road.
    landing
        Edges onto which a place may come, shape (m,): those of the main parts of the network,
        within which every place reaches every other.
    tree
        Those edges as lines, to find the nearest.
    """

    graph: RoadGraph
    onward: NDArray[np.float64]
    back: NDArray[np.float64]
    landing: NDArray[np.bool_]
    tree: shapely.STRtree

    @classmethod
    def of(
        cls, graph: RoadGraph, kmh: NDArray[np.float64], oneway: NDArray[np.bool_]
    ) -> RoadNetwork:
        """Return a graph as a network of times.

        Parameters
        ----------
        graph
            The roads.
        kmh
            Speed on each road of the register, shape (n_roads,), > 0.
        oneway
            Whether a road may only be driven as it is drawn.

        Returns
        -------
        RoadNetwork
            Parts that hold under 1 % of the length are islets: nobody comes onto them.
        """
        length = graph.length_m
        onward = np.maximum(minutes_at(length, kmh[graph.road]), _LEAST_MIN)
        back = np.where(oneway[graph.road], np.inf, onward)
        times = _both_ways(graph, onward, back)
        part = csgraph.connected_components(times, connection="strong")[1]
        inside = part[graph.ends[:, 0]] == part[graph.ends[:, 1]]
        metres = np.bincount(part[graph.ends[inside, 0]], length[inside], minlength=len(graph.xy))
        main = metres >= _PIECE_SHARE * metres.sum()
        landing = inside & main[part[graph.ends[:, 0]]]
        lines = shapely.linestrings(graph.xy[graph.ends[landing]])
        return cls(graph, onward, back, landing, shapely.STRtree(lines))

    def footing(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> Footing:
        """Return the nearest point of the roads to each place.

        Parameters
        ----------
        x, y
            Places in the network's CRS, shape (n,).

        Returns
        -------
        Footing
            On edges that may be landed on.
        """
        usable = np.flatnonzero(self.landing)
        if not usable.size or not x.size:
            none = np.full(x.shape, np.inf)
            return Footing(np.full(x.shape, -1), np.zeros(x.shape), none, none, none)
        edge = usable[self.tree.nearest(shapely.points(x, y))]
        start = self.graph.xy[self.graph.ends[edge, 0]]
        step = self.graph.xy[self.graph.ends[edge, 1]] - start
        length2 = np.maximum((step**2).sum(axis=1), _LEAST_MIN)
        share = ((x - start[:, 0]) * step[:, 0] + (y - start[:, 1]) * step[:, 1]) / length2
        share = np.clip(share, 0.0, 1.0)
        on = start + share[:, None] * step
        leg = np.hypot(on[:, 0] - x, on[:, 1] - y)
        return Footing(edge, share, leg, on[:, 0], on[:, 1])


def _both_ways(
    graph: RoadGraph, onward: NDArray[np.float64], back: NDArray[np.float64]
) -> sparse.csr_array:
    """Return minutes from node to node."""
    ends = np.concatenate([graph.ends, graph.ends[:, ::-1]])
    return _least(ends, np.concatenate([onward, back]), len(graph.xy))


def _least(ends: NDArray[np.int64], minutes: NDArray[np.float64], n: int) -> sparse.csr_array:
    """Return the sparse matrix of the least entry of each pair; scipy would add them up."""
    known = np.isfinite(minutes) & (ends[:, 0] != ends[:, 1])
    ends, minutes = ends[known], minutes[known]
    order = np.lexsort((minutes, ends[:, 1], ends[:, 0]))
    ends, minutes = ends[order], minutes[order]
    first = np.ones(len(ends), dtype=np.bool_)
    first[1:] = (ends[1:] != ends[:-1]).any(axis=1)
    return sparse.csr_array((minutes[first], (ends[first, 0], ends[first, 1])), shape=(n, n))


@dataclass(frozen=True, slots=True, eq=False)
class Starts:
    """A network with places to start from as nodes of its own.

    Parameters
    ----------
    network
        The network without them.
    minutes
        Matrix from node to node, starts last.
    node
        Node of each start, shape (k,).
    parent
        Edge of the network that each part of a cut edge comes from, rising, shape (p,).
    begin
        Share of the parent at which the part begins.
    ends
        Nodes at both ends of each part, shape (p, 2).
    onward, back
        Minutes along each part, and against it.
    """

    network: RoadNetwork
    minutes: sparse.csr_array
    node: NDArray[np.int64]
    parent: NDArray[np.int64]
    begin: NDArray[np.float64]
    ends: NDArray[np.int64]
    onward: NDArray[np.float64]
    back: NDArray[np.float64]

    @classmethod
    def of(cls, network: RoadNetwork, footing: Footing, leg_min: NDArray[np.float64]) -> Starts:
        """Return a network with starts.

        Parameters
        ----------
        network
            The network.
        footing
            Where each start comes onto the roads; all on some edge.
        leg_min
            Minutes from each start to the road, and from the road to it.

        Returns
        -------
        Starts
            Edges are cut where a start comes onto them.
        """
        share = np.clip(footing.share, _AT_END, 1.0 - _AT_END)
        cut, parent = network.graph.with_nodes(footing.edge, share)
        first = np.diff(parent, prepend=-1) != 0
        begin = np.zeros(len(parent))
        begin[~first] = share[np.lexsort((share, footing.edge))]
        stop = np.append(begin[1:], 1.0)
        stop[np.append(first[1:], True)] = 1.0
        onward = np.maximum(network.onward[parent] * (stop - begin), _LEAST_MIN)
        back = np.where(np.isfinite(network.back[parent]), onward, np.inf)
        landing = len(network.graph.xy) + np.arange(len(share))
        node = len(cut.xy) + np.arange(len(share))
        yard = np.column_stack([node, landing])
        leg = np.maximum(leg_min, _LEAST_MIN)
        # Who comes onto a road at its end is at the crossing, also where the road is one-way.
        crossing = _at_crossings(network, footing, landing)
        here = np.full(len(crossing), _LEAST_MIN)
        matrix = _least(
            np.concatenate([cut.ends, cut.ends[:, ::-1], yard, yard[:, ::-1], crossing]),
            np.concatenate([onward, back, leg, leg, here]),
            len(cut.xy) + len(share),
        )
        return cls(network, matrix, node, parent, begin, cut.ends, onward, back)

    def nearest(self, starts: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return minutes to every node from the nearest of some starts (Dijkstra 1959).

        Parameters
        ----------
        starts
            Positions of starts, shape (j,); of equally near ones the least node wins.

        Returns
        -------
        minutes : ndarray of float, shape (n_nodes,)
            Infinite where no way leads.
        start : ndarray of int
            The nearest start's position; -1 where no way leads.
        """
        if not starts.size:
            n = self.minutes.shape[0]
            return np.full(n, np.inf), np.full(n, -1)
        minutes, _, source = csgraph.dijkstra(
            self.minutes, indices=self.node[starts], min_only=True, return_predecessors=True
        )
        return minutes, np.where(np.isfinite(minutes), source - self.node[0], -1)

    def onto(self, footing: Footing) -> Landing:
        """Return where places come onto the cut edges.

        Parameters
        ----------
        footing
            Places on the uncut network.

        Returns
        -------
        Landing
            Ask it for minutes as often as there are sets of starts.
        """
        key = self.parent + self.begin
        at = np.searchsorted(key, footing.edge + footing.share, side="right") - 1
        at = np.where(self.parent[at] == footing.edge, at, at - 1)  # share 1 of the edge before
        before = (footing.share - self.begin[at]).clip(0.0)
        whole = self.network.onward[footing.edge]
        after = (self.onward[at] - before * whole).clip(0.0)
        reverse = np.where(np.isfinite(self.back[at]), after, np.inf)
        reverse = np.where(footing.share >= 1.0 - _AT_END, 0.0, reverse)
        return Landing(self.ends[at, 0], self.ends[at, 1], before * whole, reverse)


def _at_crossings(
    network: RoadNetwork, footing: Footing, landing: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return ways from landings that are at an end of their edge to that end, and back."""
    ends = network.graph.ends[footing.edge]
    first, second = footing.share <= _AT_END, footing.share >= 1.0 - _AT_END
    ways = np.concatenate(
        [
            np.column_stack([landing[first], ends[first, 0]]),
            np.column_stack([landing[second], ends[second, 1]]),
        ]
    )
    return np.concatenate([ways, ways[:, ::-1]])


@dataclass(frozen=True, slots=True, eq=False)
class Landing:
    """Places between two nodes: minutes from each end to them.

    Parameters
    ----------
    one, other
        Nodes at both ends of the edge, shape (n,).
    from_one, from_other
        Minutes; infinite where the edge may not be driven so.
    """

    one: NDArray[np.int64]
    other: NDArray[np.int64]
    from_one: NDArray[np.float64]
    from_other: NDArray[np.float64]

    def minutes(
        self, node_min: NDArray[np.float64], start: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return minutes to each place, and the start they are counted from.

        Parameters
        ----------
        node_min, start
            Of every node; see `Starts.nearest`.

        Returns
        -------
        minutes : ndarray of float, shape (n,)
            Infinite where no way leads.
        start : ndarray of int
            -1 where no way leads.
        """
        here, there = node_min[self.one] + self.from_one, node_min[self.other] + self.from_other
        nearer = here <= there
        minutes = np.where(nearer, here, there)
        who = np.where(nearer, start[self.one], start[self.other])
        return minutes, np.where(np.isfinite(minutes), who, -1)
