"""Roads as a graph: nodes where lines meet, edges straight from node to node.

Lines meet where they have a vertex at the same place, and on the ground also where they cross
or where one ends on the other. A bridge or a tunnel passes over or under what it crosses: it
meets other levels at its own ends only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from scipy import sparse
from scipy.sparse import csgraph

from geogrid.analysis.road_lengths import require_lines
from geogrid.crs import WGS84, reprojection
from geogrid.errors import InputError
from geogrid.model.places import Places

JOIN_M: Final = 0.2  # twice the step of a sixth decimal of a degree
_SAME_M: Final = 1e-3  # vertices of one place differ by less


@dataclass(frozen=True, slots=True, eq=False)
class RoadGraph:
    """Places where roads meet or bend, and the straight pieces between them.

    Parameters
    ----------
    xy
        Places in a projected CRS, metres, shape (n, 2).
    ends
        Nodes at both ends of each edge, shape (m, 2).
    road
        Position of each edge's road in the register, shape (m,).
    """

    xy: NDArray[np.float64]
    ends: NDArray[np.int64]
    road: NDArray[np.int64]

    @property
    def degree(self) -> NDArray[np.int64]:
        """The number of edges that meet at each node, shape (n,)."""
        return np.asarray(np.bincount(self.ends.ravel(), minlength=len(self.xy)))

    @property
    def length_m(self) -> NDArray[np.float64]:
        """Length of each edge, metres, shape (m,)."""
        step = self.xy[self.ends[:, 1]] - self.xy[self.ends[:, 0]]
        return np.asarray(np.hypot(step[:, 0], step[:, 1]))

    def lines(self) -> NDArray[np.object_]:
        """Return the edges as lines, shape (m,)."""
        return np.asarray(shapely.linestrings(self.xy[self.ends]), dtype=object)

    def where(self, kept: NDArray[np.bool_]) -> RoadGraph:
        """Return the graph of some edges; all nodes stay.

        Parameters
        ----------
        kept
            Which edges stay, shape (m,).

        Returns
        -------
        RoadGraph
            Fewer edges.
        """
        return RoadGraph(self.xy, self.ends[kept], self.road[kept])

    def with_nodes(
        self, edge: NDArray[np.int64], share: NDArray[np.float64]
    ) -> tuple[RoadGraph, NDArray[np.int64]]:
        """Return the graph with further nodes on its edges.

        Parameters
        ----------
        edge
            Edge of each new node, shape (k,).
        share
            Where on the edge, over 0 and under 1, shape (k,).

        Returns
        -------
        graph : RoadGraph
            New nodes come after the old ones, in the order given.
        parent : ndarray of int
            Edge of this graph that each edge of the new one is a part of, rising.
        """
        start, step = self.xy[self.ends[edge, 0]], np.diff(self.xy[self.ends[edge]], axis=1)[:, 0]
        xy = np.concatenate([self.xy, start + share[:, None] * step])
        node = len(self.xy) + np.arange(len(edge))
        ends, parent = _cut(self.ends, edge, share, node)
        return RoadGraph(xy, ends, self.road[parent]), parent


def with_short_edges(graph: RoadGraph, longest_m: float) -> RoadGraph:
    """Return the graph with nodes at equal steps on its long edges.

    Parameters
    ----------
    graph
        The graph.
    longest_m
        Length above which an edge is parted, metres, > 0.

    Returns
    -------
    RoadGraph
        No edge is longer.
    """
    count = np.ceil(graph.length_m / longest_m).astype(np.int64).clip(1)
    edge = np.repeat(np.arange(len(count)), count - 1)
    first = np.cumsum(count - 1) - (count - 1)
    step = 1 + np.arange(len(edge)) - first[edge]
    return graph.with_nodes(edge, step / count[edge])[0]


def road_graph(roads: Places, crs: CRS, *, level: NDArray[np.int64] | None = None) -> RoadGraph:
    """Return roads as a graph.

    Parameters
    ----------
    roads
        Lines, WGS-84.
    crs
        CRS of the graph, projected in metres.
    level
        1 for a bridge, -1 for a tunnel, 0 for a road on the ground, shape (n_roads,); all on
        the ground if ``None``.

    Returns
    -------
    RoadGraph
        In ``crs``. Pieces beyond the projection's reach, or without length, are left out.

    Raises
    ------
    InputError
        A road is no line, or there are not as many levels as roads.

    Notes
    -----
    An end of a line within 0.2 m of a road on the ground ends on it: positions of six decimals
    are that coarse. Two lines with a common vertex inside both meet if they are at one level.
    """
    require_lines(roads)
    level = np.zeros(len(roads), dtype=np.int64) if level is None else level
    if len(level) != len(roads):
        raise InputError("roads and their levels need arrays of equal length")
    bends = _Bends.of(roads, crs, level)
    if not len(bends.ends):
        return RoadGraph(np.empty((0, 2)), np.empty((0, 2), dtype=np.int64), bends.road)
    return _joined(bends)


@dataclass(frozen=True, slots=True, eq=False)
class _Bends:
    """Roads as drawn: a node for each place and level, before crossings are looked for."""

    xy: NDArray[np.float64]
    ends: NDArray[np.int64]
    road: NDArray[np.int64]
    ground: NDArray[np.bool_]  # of each edge
    tip: NDArray[np.int64]  # nodes at which a line ends

    @classmethod
    def of(cls, roads: Places, crs: CRS, level: NDArray[np.int64]) -> _Bends:
        parts, road_of_part = shapely.get_parts(roads.geometry, return_index=True)
        lonlat, line = shapely.get_coordinates(parts, return_index=True)
        xy = reprojection(WGS84, crs)(lonlat) if len(lonlat) else lonlat
        first = np.diff(line, prepend=-1) != 0
        tip = first | (np.diff(line, append=len(parts)) != 0)
        own = level[road_of_part[line]] if len(line) else np.empty(0, dtype=np.int64)
        reachable = np.asarray(np.isfinite(xy).all(axis=1), dtype=np.bool_)
        steps = np.round(np.where(reachable[:, None], xy, 0.0) / _SAME_M).astype(np.int64)
        place = np.unique(steps, axis=0, return_inverse=True)[1].ravel()
        # A level that has an end at a place meets the ground there, with all of its lines.
        landed = np.unique(np.column_stack([place, own])[tip], axis=0)
        inside = ~_rows_in(np.column_stack([place, own]), landed)
        key = np.column_stack([place, np.where(inside, own, 0)])
        _, at, node = np.unique(key, axis=0, return_index=True, return_inverse=True)
        node = node.ravel()
        joined = np.flatnonzero(~first[1:] & reachable[1:] & reachable[:-1]) if len(line) else line
        ends = np.column_stack([node[joined], node[joined + 1]])
        long = ends[:, 0] != ends[:, 1]
        joined, ends = joined[long], ends[long]
        return cls(
            xy[at],
            ends,
            road_of_part[line[joined]].astype(np.int64),
            own[joined] == 0,
            np.unique(node[tip & reachable]),
        )


def _rows_in(rows: NDArray[np.int64], some: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which rows (place, level) are among some."""
    return np.isin(rows[:, 0] * 4 + rows[:, 1], some[:, 0] * 4 + some[:, 1])


def _joined(bends: _Bends) -> RoadGraph:
    """Return the graph with crossings and ends on other roads joined."""
    ground = np.flatnonzero(bends.ground)
    lines = np.asarray(shapely.linestrings(bends.xy[bends.ends[ground]]), dtype=object)
    crossed = _crossings(lines, bends.ends[ground], len(bends.xy))
    touched = _touches(lines, bends, ground)
    edge = ground[np.concatenate([crossed[0], touched[0]])]
    node = np.concatenate([crossed[1], touched[1]])
    xy = np.concatenate([bends.xy, crossed[2]])
    start, end = bends.xy[bends.ends[edge, 0]], bends.xy[bends.ends[edge, 1]]
    step = end - start
    length = np.hypot(step[:, 0], step[:, 1])
    along = ((xy[node] - start) * step).sum(axis=1) / length
    same = [
        np.column_stack([node, bends.ends[edge, 0]])[along < JOIN_M],
        np.column_stack([node, bends.ends[edge, 1]])[along > length - JOIN_M],
    ]
    between = (along >= JOIN_M) & (along <= length - JOIN_M)
    share = (along / length)[between]
    ends, parent = _cut(bends.ends, edge[between], share, node[between])
    return _merged(xy, ends, bends.road[parent], np.concatenate(same))


def _crossings(
    lines: NDArray[np.object_], ends: NDArray[np.int64], n_nodes: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return edge and node of each crossing, both edges of a pair, and the new nodes' places."""
    one, other = shapely.STRtree(lines).query(lines, predicate="intersects")
    new = one < other
    one, other = one[new], other[new]
    new = (ends[one][:, :, None] != ends[other][:, None, :]).all(axis=(1, 2))
    one, other = one[new], other[new]
    met = shapely.intersection(lines[one], lines[other])
    # Roads drawn over each other meet in a line: both of its ends are crossings.
    xy, pair = shapely.get_coordinates(met, return_index=True)
    node = n_nodes + np.arange(len(xy))
    return np.concatenate([one[pair], other[pair]]), np.concatenate([node, node]), xy


def _touches(
    lines: NDArray[np.object_], bends: _Bends, ground: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return edges of the ground, and the line's end that lies on each."""
    points = shapely.points(bends.xy[bends.tip])
    tip, edge = shapely.STRtree(lines).query(points, predicate="dwithin", distance=JOIN_M)
    node = bends.tip[tip]
    other = (bends.ends[ground[edge]] != node[:, None]).all(axis=1)
    return edge[other], node[other]


def _cut(
    ends: NDArray[np.int64],
    edge: NDArray[np.int64],
    share: NDArray[np.float64],
    node: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the ends of the parts of edges that are cut at nodes, and whose part each is."""
    every = np.arange(len(ends))
    owner = np.concatenate([every, edge, every])
    place = np.concatenate([np.zeros(len(ends)), share, np.ones(len(ends))])
    order = np.lexsort((place, owner))
    owner, stop = owner[order], np.concatenate([ends[:, 0], node, ends[:, 1]])[order]
    joined = np.flatnonzero(owner[1:] == owner[:-1])
    return np.column_stack([stop[joined], stop[joined + 1]]), owner[joined]


def _merged(
    xy: NDArray[np.float64],
    ends: NDArray[np.int64],
    road: NDArray[np.int64],
    same: NDArray[np.int64],
) -> RoadGraph:
    """Return the graph in which pairs of nodes are one, and no node is without an edge."""
    link = sparse.coo_array(
        (np.ones(len(same), dtype=np.int8), (same[:, 0], same[:, 1])), shape=(len(xy), len(xy))
    )
    label = csgraph.connected_components(link, directed=False)[1]
    kept = label[ends[:, 0]] != label[ends[:, 1]]
    used, merged = np.unique(label[ends[kept]], return_inverse=True)
    at = np.full(label.max() + 1, len(xy))
    np.minimum.at(at, label, np.arange(len(xy)))
    return RoadGraph(xy[at[used]], merged.reshape(-1, 2), road[kept])


def stretches(graph: RoadGraph, stops: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return which edges follow each other without a turning or a stop between them.

    Parameters
    ----------
    graph
        The graph.
    stops
        Nodes at which a stretch ends although only two edges meet, shape (n,).

    Returns
    -------
    ndarray of int, shape (m,)
        Number of the stretch of each edge.
    """
    through = (graph.degree == 2) & ~stops
    node, edge = graph.ends.ravel(), np.repeat(np.arange(len(graph.ends)), 2)
    edge, node = edge[through[node]], node[through[node]]
    pairs = edge[np.argsort(node, kind="stable")].reshape(-1, 2)
    link = sparse.coo_array(
        (np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])),
        shape=(len(graph.ends), len(graph.ends)),
    )
    return np.asarray(csgraph.connected_components(link, directed=False)[1], dtype=np.int64)
