"""The fewest further points that close a zone: a minimum cut of the roads in a band.

By Ford and Fulkerson (1956) the least cost of edges whose removal parts two sets of nodes is
the greatest flow between them. A point costs the same anywhere between two turnings, so such a
stretch is one edge; the point stands where the stretch is nearest to the zone's edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph
from shapely.geometry import MultiPolygon, Polygon

from geogrid.analysis.road_graph import RoadGraph, stretches
from geogrid.errors import InputError
from geogrid.model.points_inside import points_inside_or_on

_UNITS: Final = 100  # costs are whole hundredths
_MOST: Final = 2**31 - 1  # of SciPy's flow
_MOST_COST: Final = 10_000.0
_SAME_M: Final = 1e-3  # order of places does not hang on less
_ASIDE_M: Final = 10.0  # a point stands beside a junction or the edge, not on it
SOURCE: Final = 0
SINK: Final = 1
REASONS: Final = {
    "no_core": "no road lies deeper inside the zone than the band is wide: name what is to be "
    "protected, or take a narrower band",
    "no_outside": "no road is registered beyond the band: nothing says where roads lead to",
}


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """The fewest further points that close a zone.

    Parameters
    ----------
    xy
        Where they stand, in the CRS of the roads, from west to east, shape (n, 2).
    road
        Position of each point's road in the register, shape (n,).
    cost
        Cost of each, shape (n,).
    reason
        Empty; or a key of `REASONS`: why it is not known what closes the zone.
    """

    xy: NDArray[np.float64]
    road: NDArray[np.int64]
    cost: NDArray[np.float64]
    reason: str = ""

    @classmethod
    def unknown(cls, reason: str) -> Closure:
        """Return no points, for a reason.

        Parameters
        ----------
        reason
            A key of `REASONS`.

        Returns
        -------
        Closure
            Without points.
        """
        return cls(np.empty((0, 2)), np.empty(0, dtype=np.int64), np.empty(0), reason)


@dataclass(frozen=True, slots=True, eq=False)
class ClosingSet:
    """Roads that have nodes where they cross a zone's edge, and what stands on them already.

    Parameters
    ----------
    graph
        The roads.
    outline
        The zone.
    watched
        Edges on which a checkpoint stands.
    band_m
        Points stand no farther than this from the zone's edge, metres.
    """

    graph: RoadGraph
    outline: Polygon | MultiPolygon
    watched: NDArray[np.int64]
    band_m: float


def closing_set(
    asked: ClosingSet,
    *,
    inner: Polygon | MultiPolygon | None = None,
    known: Polygon | MultiPolygon | None = None,
    road_cost: NDArray[np.float64] | None = None,
) -> Closure:
    """Return points of least cost that part what is to be protected from what is outside.

    Parameters
    ----------
    asked
        Roads and zone.
    inner
        What is to be protected; all nodes deeper inside than the band if ``None``.
    known
        Ground on which all roads are registered; see `geogrid.analysis.cordon.CordonZone`.
    road_cost
        Cost of a point by position of its road, over 0, to a hundredth; 1 each if ``None``.

    Returns
    -------
    Closure
        Of all sets of least cost that lie nearest to, or farthest from, what is to be
        protected, the one with fewer points, then the one nearer to the edge.

    Raises
    ------
    InputError
        A cost is not positive, or what is to be protected lies outside the zone.
    """
    terminal = _terminals(asked, inner, known)
    for side, reason in ((SOURCE, "no_core"), (SINK, "no_outside")):
        if not (terminal == side).any():
            return Closure.unknown(reason)
    net = _Net.of(asked, terminal, _edge_units(asked.graph, road_cost))
    chosen = net.cut()
    edge = net.edge[chosen]
    xy = _beside(asked, edge)
    order = np.lexsort(np.round(xy / _SAME_M).T[::-1])
    cost = net.units[chosen] / _UNITS
    return Closure(xy[order], asked.graph.road[edge][order], cost[order])


def _edge_units(graph: RoadGraph, road_cost: NDArray[np.float64] | None) -> NDArray[np.int64]:
    """Return the cost of a point on each edge in whole hundredths."""
    if road_cost is None:
        return np.full(len(graph.road), _UNITS, dtype=np.int64)
    usable = (road_cost >= 1.0 / _UNITS) & (road_cost <= _MOST_COST)
    if not usable.all():
        raise InputError(
            "the cost of a point must be from {least:g} to {most:g}, got {got}",
            least=1.0 / _UNITS,
            most=_MOST_COST,
            got=float(road_cost[np.argmax(~usable)]),
        )
    return np.round(road_cost[graph.road] * _UNITS).astype(np.int64)


def _terminals(
    asked: ClosingSet,
    inner: Polygon | MultiPolygon | None,
    known: Polygon | MultiPolygon | None,
) -> NDArray[np.int64]:
    """Return `SOURCE` for nodes to be protected, `SINK` for those outside, -1 for others."""
    x, y = asked.graph.xy.T
    rim = shapely.boundary(asked.outline)
    shapely.prepare(rim)
    band = shapely.dwithin(rim, shapely.points(x, y), asked.band_m)
    inside = points_inside_or_on(asked.outline, x, y)
    degree = asked.graph.degree
    terminal = np.full(len(x), -1, dtype=np.int64)
    terminal[~inside & ~band] = SINK
    if known is not None:
        terminal[~inside & (degree == 1) & ~points_inside_or_on(known, x, y)] = SINK
    if inner is None:
        terminal[inside & ~band] = SOURCE
    else:
        core = points_inside_or_on(inner, x, y)
        if (core & ~inside).any():
            raise InputError("what is to be protected must lie inside the zone")
        terminal[core] = SOURCE
    terminal[degree == 0] = -1
    return terminal


@dataclass(frozen=True, slots=True, eq=False)
class _Net:
    """Stretches of road between turnings, terminals drawn together to one node each."""

    ends: NDArray[np.int64]
    units: NDArray[np.int64]  # cost of a point; 0 where one stands already
    edge: NDArray[np.int64]  # on which the point would stand
    off_m: NDArray[np.float64]  # distance of that edge from the zone's edge
    n_nodes: int

    @classmethod
    def of(cls, asked: ClosingSet, terminal: NDArray[np.int64], units: NDArray[np.int64]) -> _Net:
        graph = asked.graph
        label = stretches(graph, terminal >= 0)
        units = units.copy()
        units[asked.watched] = 0
        off_m = _distance_to_edge(asked)
        order = np.lexsort((off_m, units, label))
        edge = order[np.flatnonzero(np.diff(label[order], prepend=-1))]
        stop = (graph.degree != 2) | (terminal >= 0)
        number = np.where(terminal >= 0, terminal, 2 + np.arange(len(terminal)))
        node, owner = graph.ends.ravel(), np.repeat(label, 2)
        owner, node = owner[stop[node]], number[node[stop[node]]]
        pairs = np.argsort(owner, kind="stable").reshape(-1, 2)  # each stretch has two ends
        ends, which = node[pairs], edge[owner[pairs[:, 0]]]
        real = ends[:, 0] != ends[:, 1]
        ends, which = ends[real], which[real]
        used, ends = np.unique(np.append([SOURCE, SINK], ends.ravel()), return_inverse=True)
        return cls(ends[2:].reshape(-1, 2), units[which], which, off_m[which], n_nodes=len(used))

    def cut(self) -> NDArray[np.int64]:
        """Return the stretches of a cut of least cost."""
        if int(self.units[(self.ends == SOURCE).any(axis=1)].sum()) > _MOST:
            raise InputError(
                "costs of points add up to over {most:,}; give smaller ones", most=_MOST // _UNITS
            )
        both = np.concatenate([self.ends, self.ends[:, ::-1]])
        shape = (self.n_nodes, self.n_nodes)
        limit = sparse.coo_array((np.tile(self.units, 2), (both[:, 0], both[:, 1])), shape=shape)
        capacity = sparse.csr_array(limit.astype(np.int32))
        flow = csgraph.maximum_flow(capacity, SOURCE, SINK).flow
        left = sparse.csr_array(capacity - flow)
        left.eliminate_zeros()
        sides = []
        for matrix, start in ((left, SOURCE), (sparse.csr_array(left.T), SINK)):
            reached = np.zeros(self.n_nodes, dtype=bool)
            reached[csgraph.breadth_first_order(matrix, start, return_predecessors=False)] = True
            crossed = reached[self.ends[:, 0]] != reached[self.ends[:, 1]]
            sides.append(np.flatnonzero(crossed & (self.units > 0)))
        return min(sides, key=lambda side: (len(side), float(self.off_m[side].sum())))


def _distance_to_edge(asked: ClosingSet) -> NDArray[np.float64]:
    """Return how far each edge's nearer end lies from the zone's edge, metres."""
    rim = shapely.get_parts(shapely.boundary(asked.outline))
    xy, line = shapely.get_coordinates(rim, return_index=True)
    joined = line[1:] == line[:-1]
    sides = shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1)[joined])
    points = shapely.points(asked.graph.xy)
    (_, _), off_m = shapely.STRtree(sides).query_nearest(
        points, return_distance=True, all_matches=False
    )
    return np.asarray(off_m[asked.graph.ends].min(axis=1))


def _beside(asked: ClosingSet, edge: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return a place on each edge beside its end that is nearer to the zone's edge."""
    graph = asked.graph
    ends = graph.xy[graph.ends[edge]]
    off = np.asarray(shapely.distance(shapely.points(ends), shapely.boundary(asked.outline)))
    far_first = off[:, 0] > off[:, 1]
    ends[far_first] = ends[far_first][:, ::-1]
    length = graph.length_m[edge]
    share = np.minimum(_ASIDE_M, length / 2.0) / length
    return np.asarray(ends[:, 0] + share[:, None] * (ends[:, 1] - ends[:, 0]))
