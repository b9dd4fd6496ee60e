"""Which roads were driven: fixes joined along the roads, and lengths told by piece.

Roads are cut where they meet and bend, and into pieces of at most 50 m. Two fixes of a unit that
moves are joined by the way along the roads that is shortest, counting how far each fix lies from
its road (at most 30 m); no way is taken that is over 1.5 times the straight line and 60 m more. A
piece is patrolled when a way goes over its middle. So a way's end is out by half a piece, 25 m;
a road that runs beside another, nearer to it than positions are sure, may be taken for it; and
where silences are long nothing is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from geogrid.analysis.day_walk import walked_day
from geogrid.analysis.patrol_day import hour_edges, local_hours
from geogrid.analysis.patrol_rules import STANDING_SPEED_M_S, PatrolRules
from geogrid.analysis.road_graph import road_graph, with_short_edges
from geogrid.errors import InputError
from geogrid.kernels.near_roads import NearRoads, RoadNet, near_roads
from geogrid.kernels.road_match import Matching, driven_hours
from geogrid.model.places import Places
from geogrid.model.projection import FastProjection
from geogrid.model.tracks import Tracks

PIECE_M: Final = 50.0
WITHIN_M: Final = 30.0  # GPS in streets is out by 5 to 20 m; lanes add half a road
DETOUR: Final = 1.5
METHOD: Final = 1  # kept days are of one method
_LONGEST_EDGE_M: Final = 500.0
_SQUARE_M: Final = 100.0
_MOST_SQUARES: Final = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class RoadPieces:
    """The pieces of all roads.

    Parameters
    ----------
    segments
        Ends ``x0, y0, x1, y1`` of each piece in a projected CRS, metres, shape (n, 4).
    road
        Position of each piece's road in the register, shape (n,).
    """

    segments: NDArray[np.float64]
    road: NDArray[np.int64]

    @property
    def length_m(self) -> NDArray[np.float64]:
        """Length of each piece, metres, shape (n,)."""
        step = self.segments[:, 2:] - self.segments[:, :2]
        return np.asarray(np.hypot(step[:, 0], step[:, 1]))

    @property
    def middle(self) -> NDArray[np.float64]:
        """Middle of each piece, shape (n, 2)."""
        return np.asarray(0.5 * (self.segments[:, :2] + self.segments[:, 2:]))


@dataclass(frozen=True, slots=True, eq=False)
class MatchedRoads:
    """Roads that fixes can be matched to.

    Parameters
    ----------
    net
        Graph and pieces.
    near
        Edges near each place.
    pieces
        The pieces, as ``net`` numbers them.
    """

    net: RoadNet
    near: NearRoads
    pieces: RoadPieces

    @classmethod
    def of(cls, roads: Places, crs: CRS, *, level: NDArray[np.int64] | None = None) -> MatchedRoads:
        """Return roads cut into pieces.

        Parameters
        ----------
        roads
            Lines, WGS-84.
        crs
            Projected, in metres.
        level
            As `geogrid.analysis.road_graph.road_graph` takes it.

        Returns
        -------
        MatchedRoads
            The same pieces in the same order for the same roads.

        Raises
        ------
        InputError
            A road is no line, or none lies in the projection's reach.
        """
        graph = with_short_edges(road_graph(roads, crs, level=level), _LONGEST_EDGE_M)
        length = graph.length_m
        if not length.size:
            raise InputError("no road lies where the map's projection reaches")
        node = graph.ends.ravel()
        order = np.argsort(node, kind="stable")
        parts = np.ceil(length / PIECE_M).astype(np.int64).clip(1)
        net = RoadNet(
            graph.xy[:, 0].copy(),
            graph.xy[:, 1].copy(),
            np.ascontiguousarray(graph.ends),
            length,
            np.searchsorted(node[order], np.arange(len(graph.xy) + 1)),
            np.repeat(np.arange(length.size), 2)[order],
            np.append(0, np.cumsum(parts)),
        )
        edge = np.repeat(np.arange(length.size), parts)
        number = (np.arange(edge.size) - net.piece[edge])[:, None]
        start = graph.xy[graph.ends[edge, 0]]
        step = (np.diff(graph.xy[graph.ends], axis=1)[:, 0] / parts[:, None])[edge]
        segments = np.hstack([start + number * step, start + (number + 1) * step])
        return cls(net, _near(graph.xy, net), RoadPieces(segments, graph.road[edge]))


def _near(xy: NDArray[np.float64], net: RoadNet) -> NearRoads:
    """Return the edges near each square; squares grow where the roads reach very far."""
    low, high = xy.min(axis=0) - WITHIN_M, xy.max(axis=0) + WITHIN_M
    size = max(_SQUARE_M, float(np.sqrt(np.prod(high - low) / _MOST_SQUARES)))
    n_cols, n_rows = np.ceil((high - low) / size).astype(int).tolist()
    west, south = low.tolist()
    return near_roads(net, west, south, size, (n_rows, n_cols), WITHIN_M)


def driven_in_day(
    tracks: Tracks,
    day: date,
    time_zone: str,
    projection: FastProjection,
    *,
    roads: MatchedRoads,
    rules: PatrolRules,
) -> NDArray[np.int32]:
    """Return in which hours of a local day each piece of road was driven.

    Parameters
    ----------
    tracks
        Fixes of the day and each unit's last three before and first three after it.
    day
        The local day.
    time_zone
        IANA name.
    projection
        Onto the workspace's lattice, in the CRS of the roads.
    roads
        The roads.
    rules
        Thresholds of patrol time: fixes are cleaned, and silent, standing and rejected time is
        left out, as for patrol coverage.

    Returns
    -------
    ndarray of int32, shape (n_pieces,)
        Bit ``h`` is set for hour h of the local clock in which the way began.
    """
    edges = hour_edges(day, time_zone)
    found = walked_day(tracks, edges, projection, rules=rules)
    size, (west, south) = projection.spec.cell_size, projection.spec.origin
    matching = Matching(
        WITHIN_M,
        DETOUR,
        round(rules.max_gap_s * 1000),
        STANDING_SPEED_M_S / 1e3,
        rules.max_speed_kmh / 3600.0,
    )
    fixes = (found.unit, found.t, found.x * size + west, found.y * size + south)
    return driven_hours(
        roads.net, roads.near, fixes, matching, edges, local_hours(edges, time_zone)
    )


def share_by(
    key: NDArray[np.int64], length_m: NDArray[np.float64], driven: NDArray[np.bool_], n: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the length of road and the driven part of it, by some number of each piece.

    Parameters
    ----------
    key
        Such as the number of the piece's district; pieces below 0 are left out, shape (n_pieces,).
    length_m
        Of each piece, metres.
    driven
        Which pieces were driven.
    n
        How many numbers there are.

    Returns
    -------
    total_m, driven_m : ndarray of float, shape (n,)
        Metres.
    """
    inside = key >= 0
    total = np.bincount(key[inside], length_m[inside], n).astype(np.float64)
    part = np.bincount(key[inside], (length_m * driven)[inside], n).astype(np.float64)
    return total, part
