"""Where roads cross a zone's edge, which crossings are guarded, and what closes the zone.

A crossing is a place on the edge where a road inside meets one outside. It is guarded when a
checkpoint stands on that road, before the next turning. The fewest further points come from
`geogrid.analysis.cordon_cut`: one at a bridge may do for three leaks behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from geogrid.analysis.cordon_cut import ClosingSet, Closure, closing_set
from geogrid.analysis.road_graph import RoadGraph, with_short_edges
from geogrid.errors import InputError
from geogrid.model.points_inside import points_inside_or_on

__all__ = ["ClosingSet", "Closure", "Cordon", "CordonParams", "CordonZone", "cordon"]

_SAME_M: Final = 1e-3  # crossings of one edge that are nearer are one
_NODES_IN_BAND: Final = 8  # on a straight road through it, so that its depth is seen
_AREAL: Final = ("Polygon", "MultiPolygon")


@dataclass(frozen=True, slots=True)
class CordonParams:
    """What guards a crossing, and how wide the ground is where points may stand.

    Parameters
    ----------
    guard_m
        A crossing is guarded from a checkpoint this far along its road, metres, > 0.
    band_m
        Width of the band on either side of the zone's edge, metres, > 0.
    watch_m
        A checkpoint stands on every road within this, metres, > 0; both carriageways, and all
        arms of the junction that it stands at.

    Raises
    ------
    InputError
        A distance is not positive.
    """

    guard_m: float = 200.0
    band_m: float = 1_000.0
    watch_m: float = 30.0

    def __post_init__(self) -> None:
        for name in ("guard_m", "band_m", "watch_m"):
            value = getattr(self, name)
            if not 0.0 < value < np.inf:
                raise InputError(
                    "distance {name} of a cordon must be over 0 m, got {got}",
                    name=name.removesuffix("_m"),
                    got=value,
                )


@dataclass(frozen=True, slots=True, eq=False)
class CordonZone:
    """What is to be closed.

    Parameters
    ----------
    outline
        The zone, in the CRS of the roads.
    inner
        What is to be protected inside of it; ``None`` for all that lies deeper than the band.
    known
        Ground on which all roads are registered: a road that ends outside the zone and beyond
        this ground goes on. ``None`` where roads end as registered.

    Raises
    ------
    InputError
        A zone is no polygon.
    """

    outline: Polygon | MultiPolygon
    inner: Polygon | MultiPolygon | None = None
    known: Polygon | MultiPolygon | None = None

    def __post_init__(self) -> None:
        for shape in (self.outline, self.inner, self.known):
            if shape is not None and (shape.geom_type not in _AREAL or shape.is_empty):
                raise InputError("a zone must be a polygon, got {kind}", kind=shape.geom_type)


@dataclass(frozen=True, slots=True, eq=False)
class Cordon:
    """The crossings of a zone's edge, and the points that close it.

    Parameters
    ----------
    xy
        Crossings, in the CRS of the roads, by place, shape (n, 2).
    road
        Position of each crossing's road in the register, shape (n,).
    guards
        Checkpoints that guard each crossing, as positions; none for a leak.
    closure
        The fewest further points, or why there are none.
    """

    xy: NDArray[np.float64]
    road: NDArray[np.int64]
    guards: tuple[tuple[int, ...], ...]
    closure: Closure

    @property
    def leaks(self) -> NDArray[np.int64]:
        """The positions of the crossings that nobody guards."""
        return np.array([at for at, by in enumerate(self.guards) if not by], dtype=np.int64)


def cordon(
    graph: RoadGraph,
    zone: CordonZone,
    checkpoints: NDArray[np.float64],
    *,
    road_cost: NDArray[np.float64] | None = None,
    params: CordonParams | None = None,
) -> Cordon:
    """Return where roads cross a zone's edge, the leaks, and the fewest points that close it.

    Parameters
    ----------
    graph
        The roads.
    zone
        What is to be closed, in the CRS of the graph.
    checkpoints
        Places of the checkpoints in service, in the CRS of the graph, shape (k, 2).
    road_cost
        Cost of a point by position of its road in the register, over 0, to a hundredth; 1 each
        if ``None``.
    params
        Distances; the defaults if ``None``.

    Returns
    -------
    Cordon
        A crossing is one place: a junction on the edge is one, a road that crosses twice two.

    Raises
    ------
    InputError
        A cost is not positive, or what is to be protected lies outside the zone.

    Notes
    -----
    From a crossing its roads are followed as far as ``guard_m`` or the next place where
    another road meets them. A checkpoint beyond a turning does not guard: who turns off before
    it is not seen. A crossing is guarded when all of its roads inside, or all outside, are.
    """
    params = params or CordonParams()
    graph = with_short_edges(graph, params.band_m / _NODES_IN_BAND)
    parts, inside = _parted(graph, zone.outline)
    nodes = _crossing_nodes(parts, inside)
    watch = _Watch.of(parts, checkpoints, params.watch_m)
    walker = _Walker(parts, watch, params.guard_m)
    guards = tuple(walker.guards(node, inside) for node in nodes.tolist())
    points = ClosingSet(parts, zone.outline, watch.edge, params.band_m)
    closure = closing_set(points, inner=zone.inner, known=zone.known, road_cost=road_cost)
    return Cordon(parts.xy[nodes], walker.road_of(nodes, inside), guards, closure)


def _parted(
    graph: RoadGraph, outline: Polygon | MultiPolygon
) -> tuple[RoadGraph, NDArray[np.bool_]]:
    """Return the graph with nodes on a zone's edge, and which edges are inside."""
    rim = shapely.boundary(outline)
    shapely.prepare(rim)
    lines = graph.lines()
    hit = np.flatnonzero(shapely.intersects(rim, lines))
    met, piece = shapely.get_coordinates(shapely.intersection(lines[hit], rim), return_index=True)
    edge = hit[piece]
    length = graph.length_m[edge]
    start, step = graph.xy[graph.ends[edge, 0]], np.diff(graph.xy[graph.ends[edge]], axis=1)[:, 0]
    along = ((met - start) * step).sum(axis=1) / length
    between = np.flatnonzero((along > _SAME_M) & (along < length - _SAME_M))
    key = np.column_stack([edge, np.round(along / _SAME_M).astype(np.int64)])[between]
    between = between[np.unique(key, axis=0, return_index=True)[1]]
    parts, _ = graph.with_nodes(edge[between], (along / length)[between])
    middle = parts.xy[parts.ends].mean(axis=1)
    return parts, points_inside_or_on(outline, middle[:, 0], middle[:, 1])


def _crossing_nodes(graph: RoadGraph, inside: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the nodes at which roads inside meet roads outside, from west to east."""
    meets = [np.zeros(len(graph.xy), dtype=bool), np.zeros(len(graph.xy), dtype=bool)]
    for seen, which in zip(meets, (inside, ~inside), strict=True):
        seen[graph.ends[which].ravel()] = True
    nodes = np.flatnonzero(meets[0] & meets[1])
    steps = np.round(graph.xy[nodes] / _SAME_M)
    return np.asarray(nodes[np.lexsort((steps[:, 1], steps[:, 0]))])


@dataclass(frozen=True, slots=True, eq=False)
class _Watch:
    """Which checkpoint stands where on which edge."""

    checkpoint: NDArray[np.int64]
    edge: NDArray[np.int64]
    share: NDArray[np.float64]

    @classmethod
    def of(cls, graph: RoadGraph, places: NDArray[np.float64], watch_m: float) -> _Watch:
        lines = graph.lines()
        points = np.asarray(shapely.points(places.reshape(-1, 2)), dtype=object)
        tree = shapely.STRtree(lines)
        checkpoint, edge = tree.query(points, predicate="dwithin", distance=watch_m)
        share = shapely.line_locate_point(lines[edge], points[checkpoint], normalized=True)
        return cls(checkpoint, edge, np.asarray(share))


class _Walker:
    """Follows roads from crossings to checkpoints."""

    def __init__(self, graph: RoadGraph, watch: _Watch, guard_m: float) -> None:
        self._guard_m = guard_m
        self._ends, self._length = graph.ends, graph.length_m
        self._road = graph.road
        order = np.argsort(graph.ends.ravel(), kind="stable")
        self._at = np.append(0, np.cumsum(graph.degree))
        self._edges = order // 2
        self._watch: dict[int, list[tuple[int, float]]] = {}
        for checkpoint, edge, share in zip(
            watch.checkpoint.tolist(), watch.edge.tolist(), watch.share.tolist(), strict=True
        ):
            self._watch.setdefault(edge, []).append((checkpoint, share))

    def _meeting(self, node: int) -> list[int]:
        """Return the edges that meet at a node."""
        return [int(edge) for edge in self._edges[self._at[node] : self._at[node + 1]]]

    def road_of(self, nodes: NDArray[np.int64], inside: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the road inside each crossing, the first registered where several meet."""
        return np.array(
            [min(self._road[e] for e in self._meeting(node) if inside[e]) for node in nodes],
            dtype=np.int64,
        )

    def guards(self, node: int, inside: NDArray[np.bool_]) -> tuple[int, ...]:
        """Return the checkpoints that guard a crossing."""
        by: set[int] = set()
        for side in (True, False):
            arms = [set(self._seen(node, e)) for e in self._meeting(node) if inside[e] == side]
            if all(arms):
                by.update(*arms)
        return tuple(sorted(by))

    def _seen(self, node: int, edge: int) -> Iterator[int]:
        """Yield the checkpoints on a road from a node on, before the next turning."""
        gone = 0.0
        while gone <= self._guard_m:
            ahead = self._ends[edge, 0] == node
            for checkpoint, share in self._watch.get(edge, ()):
                way = share if ahead else 1.0 - share
                if gone + way * self._length[edge] <= self._guard_m:
                    yield checkpoint
            gone += self._length[edge]
            node = int(self._ends[edge, 1 if ahead else 0])
            meeting = self._meeting(node)
            if len(meeting) != 2:
                return
            edge = meeting[1] if meeting[0] == edge else meeting[0]
