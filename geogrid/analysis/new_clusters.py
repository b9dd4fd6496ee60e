"""New clusters of incidents as columns of cells; see `geogrid.analysis.space_time_scan`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.incident_days import DatedIncidents, day_text
from geogrid.analysis.space_time_scan import Cluster, Scan, ScanParams, scan
from geogrid.crs import WGS84, transformer
from geogrid.i18n import retold
from geogrid.kernels.window_sums import disc_half_widths
from geogrid.model.cells import CellTable, Field
from geogrid.model.grid import Grid

CLUSTER_REASONS: Final = {
    "in": "cluster {rank}: {observed} incidents in {days} days, {expected} expected; chance of "
    "such a cluster anywhere {p}",
    "out": "in no new cluster",
}
FIELDS: Final = (
    Field("cluster", "New cluster", meaning="rank of the cluster that the cell is in; 0 for none"),
    Field(
        "cluster_p",
        "Chance of the cluster",
        scale="share",
        meaning="chance of as unlikely a cluster anywhere in the city; null outside clusters",
    ),
    Field("observed", "Incidents in the cluster", meaning="null outside clusters"),
    Field(
        "expected",
        "Incidents expected in the cluster",
        meaning="what its place and its days by themselves lead to expect; null outside clusters",
    ),
    Field("recent", "Recent incidents", meaning="incidents in the cell in the days looked at"),
    Field("count", "Incidents", meaning="incidents in the cell"),
    Field("reason", "Reason", scale="text", meaning="Why the cell is in a cluster or not"),
)


def new_clusters(
    dated: DatedIncidents,
    grid: Grid,
    *,
    rng: np.random.Generator,
    params: ScanParams | None = None,
) -> CellTable:
    """Return which cells are in a cluster that is new in the last days of a record.

    Parameters
    ----------
    dated
        The incidents by day.
    grid
        The grid.
    rng
        Source of chance; the same state gives the same p.
    params
        Radius, days, permutations; the defaults if ``None``.

    Returns
    -------
    CellTable
        Columns ``cluster``, ``cluster_p``, ``observed``, ``expected``, ``recent``, ``count``
        and ``reason``; of clusters whose chance is at most ``q``. Its summary has ``method``
        ``as_of`` ``cells`` ``tested`` (cells around which discs were drawn) ``hot`` (cells in
        called clusters) ``cold`` (0) ``incidents`` ``counted`` ``outside``, the parameters,
        ``mask`` (null) ``off_mask`` (0), ``p_floor``, and
        ``clusters``, called or not: ``rank`` ``cell`` ``lon`` ``lat`` ``radius_m`` (0 for the
        one cell) ``days`` ``from`` ``to`` ``observed`` ``expected`` ``ratio`` ``llr`` ``p``
        ``p_gumbel`` ``recurrence_days`` (how often chance gives as much to one who looks every
        day) and ``called``.

    Raises
    ------
    InputError
        `geogrid.analysis.space_time_scan.scan` refuses the incidents.
    """
    params = params or ScanParams()
    found = scan(dated, grid, rng=rng, params=params)
    called = [cluster for cluster in found.clusters if cluster.p <= params.base.q]
    rank = np.zeros(len(grid), dtype=np.int64)
    for number, cluster in reversed(list(enumerate(called, start=1))):
        rank[_cells_of(grid, cluster)] = number
    position = grid.position_at(dated.incidents.lon, dated.incidents.lat)
    inside = position >= 0
    recent = inside & (dated.day > dated.last_day - params.max_days)
    columns: dict[str, NDArray[np.generic]] = {
        "cluster": rank.astype(np.float64),
        "cluster_p": _spread(rank, [cluster.p for cluster in called]),
        "observed": _spread(rank, [cluster.observed for cluster in called]),
        "expected": _spread(rank, [cluster.expected for cluster in called]),
        "recent": np.bincount(position[recent], minlength=len(grid)).astype(np.float64),
        "count": np.bincount(position[inside], minlength=len(grid)).astype(np.float64),
        "reason": np.array([CLUSTER_REASONS["out"], *map(_sentence, enumerate(called, 1))], object)[
            rank
        ],
    }
    summary = _summary(dated, grid, found, params) | {
        "hot": int((rank > 0).sum()),
        "outside": int((~inside).sum()),
    }
    return CellTable(grid, FIELDS, columns, summary)


def _summary(dated: DatedIncidents, grid: Grid, found: Scan, params: ScanParams) -> dict[str, Any]:
    return {
        "method": "scan",
        "as_of": day_text(dated.last_day),
        "cells": len(grid),
        "tested": found.centres,
        "hot": 0,
        "cold": 0,
        "null": "days dealt to places",
        "mask": None,
        "off_mask": 0,
        "p_floor": 1.0 / (params.permutations + 1),
        "incidents": len(dated.incidents),
        "counted": found.counted,
        "radius_m": params.radii(grid.spec.cell_size)[-1] * grid.spec.cell_size,
        "max_days": params.max_days,
        "permutations": params.permutations,
        "q": params.base.q,
        "min_support": params.base.min_support,
        "clusters": [
            _cluster_json(grid, dated.last_day, rank, cluster, called=cluster.p <= params.base.q)
            for rank, cluster in enumerate(found.clusters, start=1)
        ],
    }


def _cluster_json(
    grid: Grid, last_day: int, rank: int, cluster: Cluster, *, called: bool
) -> dict[str, Any]:
    """Return a cluster as JSON values."""
    cell = grid.cells[[cluster.position]]
    x, y = grid.spec.centres(cell)
    lon, lat = transformer(grid.spec.crs, WGS84).transform(float(x[0]), float(y[0]))
    return {
        "rank": rank,
        "cell": grid.spec.codes(cell)[0],
        "lon": round(lon, 7),
        "lat": round(lat, 7),
        "radius_m": cluster.radius_cells * grid.spec.cell_size,
        "days": cluster.days,
        "from": day_text(last_day - cluster.days + 1),
        "to": day_text(last_day),
        "observed": cluster.observed,
        "expected": cluster.expected,
        "ratio": cluster.observed / cluster.expected,
        "llr": cluster.llr,
        "p": cluster.p,
        "p_gumbel": None if math.isnan(cluster.p_gumbel) else cluster.p_gumbel,
        "recurrence_days": 1.0 / cluster.p,
        "called": called,
    }


def _cells_of(grid: Grid, cluster: Cluster) -> NDArray[np.int64]:
    """Return the positions of the cells of a cluster's disc."""
    row, col = divmod(int(grid.cells[cluster.position]), grid.spec.n_cols)
    half_widths = disc_half_widths(cluster.radius_cells)
    reach = half_widths.size // 2
    cells = [
        at_row * grid.spec.n_cols + at_col
        for at_row, half in enumerate(half_widths.tolist(), start=row - reach)
        if 0 <= at_row < grid.spec.n_rows
        for at_col in range(max(0, col - half), min(grid.spec.n_cols, col + half + 1))
    ]
    position = grid.position_of(cells)
    return position[position >= 0]


def _spread(rank: NDArray[np.int64], values: list[float] | list[int]) -> NDArray[np.float64]:
    """Return the value of each cell's cluster; NaN for none."""
    return np.array([np.nan, *values], dtype=np.float64)[rank]


def _sentence(ranked: tuple[int, Cluster]) -> str:
    rank, cluster = ranked
    return CLUSTER_REASONS["in"].format(
        rank=rank,
        observed=cluster.observed,
        days=cluster.days,
        expected=f"{cluster.expected:.1f}",
        p=f"{cluster.p:.3g}",
    )


def translated_cluster(sentence: str, translate: Callable[[str], str]) -> str:
    """Return the sentence of a cell in another language.

    Parameters
    ----------
    sentence
        In English, from the column ``reason`` of `new_clusters`.
    translate
        Returns a template in another language; see `geogrid.i18n.translator`.

    Returns
    -------
    str
        The sentence; unchanged if it is none of those.
    """
    return retold(sentence, CLUSTER_REASONS.values(), translate)
