"""Short-lived alerts around fresh incidents, where near repeats were found.

A band of the Knox test in which pairs are significantly and clearly more than chance gives says:
after an incident, another one that near and that soon is more likely than usual. The cells
within the band's distance of each incident that is young enough are on alert, until the band of
time ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.hotspot_params import HotspotParams
from geogrid.analysis.incident_days import DatedIncidents, day_text, require_used
from geogrid.analysis.multiple_testing import adjusted_p
from geogrid.analysis.near_repeat import PERMUTATIONS, Bands, KnoxTable, knox
from geogrid.crs import WGS84, transformer
from geogrid.errors import InputError
from geogrid.i18n import retold
from geogrid.kernels.knox import mark_reach
from geogrid.model.cells import CellTable, Field
from geogrid.model.grid import Grid

LEAST_RATIO: Final = 1.2  # Ratcliffe & Rengert (2008): a fifth more than chance is worth an alert
ALERT_REASONS: Final = {
    "alert": "on alert to the end of {until}: {fresh} fresh incidents in reach",
    "calm": "no fresh incident in reach",
    "unfounded": "no near repeats were found, so no alert is given",
}
FIELDS: Final = (
    Field("alert", "Near-repeat alert", meaning="1 where a repeat is to be expected now, else 0"),
    Field(
        "alert_days",
        "Days of alert left",
        unit="d",
        meaning="days to the end of the alert, the day asked about included; 0 without alert",
    ),
    Field("fresh", "Fresh incidents in reach", meaning="incidents whose alert reaches the cell"),
    Field("count", "Incidents", meaning="incidents in the cell"),
    Field("reason", "Reason", scale="text", meaning="Why the cell is on alert or not"),
)


@dataclass(frozen=True, slots=True)
class NearRepeatParams:
    """How near repeats are looked for, and when they are worth an alert.

    Parameters
    ----------
    base
        Correction and rate for the bands of the table; ``min_support`` is the least number of
        pairs in a band; nothing else.
    bands
        Bands of distance and time.
    permutations
        How often days are dealt to places, >= 1.
    least_ratio
        Least ratio of observed to expected pairs of a band that gives alerts, >= 1.

    Raises
    ------
    InputError
        A value is out of its range, or has no use here.
    """

    base: HotspotParams = field(default_factory=HotspotParams)
    bands: Bands = field(default_factory=Bands)
    permutations: int = PERMUTATIONS
    least_ratio: float = LEAST_RATIO

    def __post_init__(self) -> None:
        require_used(self.base, "near-repeat", "correction", "q", "min_support")
        if self.least_ratio < 1.0:
            raise InputError(
                "the least ratio of an alert must be 1 or more, got {ratio:g}",
                ratio=self.least_ratio,
            )


def near_repeat(
    dated: DatedIncidents,
    grid: Grid,
    *,
    rng: np.random.Generator,
    params: NearRepeatParams | None = None,
) -> CellTable:
    """Return which cells are on alert for near repeats on the last day of the record.

    All incidents in the grid count, whatever their weight.

    Parameters
    ----------
    dated
        The incidents by day; alerts are those of ``last_day``.
    grid
        The grid; distances are taken in its CRS.
    rng
        Source of chance of the test.
    params
        Bands, permutations, correction; the defaults if ``None``.

    Returns
    -------
    CellTable
        Columns ``alert``, ``alert_days``, ``fresh``, ``count`` and ``reason``, known in every
        cell. Its summary has ``method``, ``as_of``, ``cells`` ``tested`` ``hot`` (cells on
        alert) ``cold`` (0) ``incidents`` ``counted`` ``outside`` ``pairs`` (all there are), the
        parameters, ``mask`` (null) ``off_mask`` (0) ``p_floor``, and ``table``: by band
        ``space_from`` ``space_to`` (metres; null for no limit) ``time_from`` ``time_to`` (days)
        ``observed`` ``expected`` ``sd`` ``ratio`` ``p`` ``q`` and ``alert``, whether it gives
        alerts. Bands are half-open.

    Raises
    ------
    InputError
        `geogrid.analysis.near_repeat.knox` refuses the incidents.
    """
    params = params or NearRepeatParams()
    position = grid.position_at(dated.incidents.lon, dated.incidents.lat)
    inside = position >= 0
    x, y = transformer(WGS84, grid.spec.crs).transform(
        dated.incidents.lon[inside], dated.incidents.lat[inside]
    )
    day = dated.day[inside]
    found = knox(x, y, day, bands=params.bands, permutations=params.permutations, rng=rng)
    q = adjusted_p(found.p.ravel(), params.base.correction).reshape(found.p.shape)
    gives = _alerting(found, q, params)
    fresh, left = _reach(grid, (x, y), dated.last_day - day, found.bands, gives)
    columns: dict[str, NDArray[np.generic]] = {
        "alert": (fresh > 0).astype(np.float64),
        "alert_days": left.astype(np.float64),
        "fresh": fresh.astype(np.float64),
        "count": np.bincount(position[inside], minlength=len(grid)).astype(np.float64),
        "reason": _sentences(fresh, left, dated.last_day, founded=bool(gives.any())),
    }
    summary = _summary(dated, params, found, int(inside.sum())) | {
        "cells": len(grid),
        "tested": len(grid),
        "hot": int((fresh > 0).sum()),
        "cold": 0,
        "table": _rows(found, q, gives),
    }
    return CellTable(grid, FIELDS, columns, summary)


def _summary(
    dated: DatedIncidents, params: NearRepeatParams, found: KnoxTable, counted: int
) -> dict[str, Any]:
    """Return what was asked, and of how many incidents."""
    return {
        "method": "near-repeat",
        "as_of": day_text(dated.last_day),
        "null": "days dealt to places",
        "mask": None,
        "off_mask": 0,
        "p_floor": 1.0 / (params.permutations + 1),
        "incidents": len(dated.incidents),
        "counted": counted,
        "outside": len(dated.incidents) - counted,
        "pairs": counted * (counted - 1) // 2,
        "metric": found.bands.metric,
        "permutations": params.permutations,
        "least_ratio": params.least_ratio,
        "correction": params.base.correction,
        "q": params.base.q,
        "min_support": params.base.min_support,
    }


def _alerting(
    found: KnoxTable, q: NDArray[np.float64], params: NearRepeatParams
) -> NDArray[np.bool_]:
    """Return which bands give alerts: clearly more than chance, and with an end.

    An alert begins with its incident: after a band of time that gives none, none follows.
    """
    enough = found.observed >= params.base.min_support
    clear = np.nan_to_num(found.ratio) >= params.least_ratio
    near, soon = np.isfinite(found.bands.space[1:]), np.isfinite(found.bands.time[1:])
    sure = q <= params.base.q
    gives = sure & clear & enough & np.outer(near, soon)
    return np.asarray(np.logical_and.accumulate(gives, axis=1), dtype=np.bool_)


def _reach(
    grid: Grid,
    place: tuple[NDArray[np.float64], NDArray[np.float64]],
    age: NDArray[np.int64],
    bands: Bands,
    gives: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return by cell how many fresh incidents reach it, and for how many days still."""
    spec = grid.spec
    fresh, left = np.zeros(len(grid), dtype=np.int64), np.zeros(len(grid), dtype=np.int64)
    time = np.array(bands.time)
    band = np.searchsorted(time, age, side="right") - 1
    timely = (band >= 0) & (band < gives.shape[1])
    timely[timely] = gives[:, band[timely]].any(axis=0)
    if not timely.any():
        return fresh, left
    edges = np.array(bands.space) / spec.cell_size
    rings = np.zeros((int(timely.sum()), gives.shape[0], 2))
    on = gives[:, band[timely]].T
    rings[on] = np.broadcast_to(np.column_stack([edges[:-1], edges[1:]]), rings.shape)[on]
    u = (place[0][timely] - spec.x_min) / spec.cell_size
    v = (place[1][timely] - spec.y_min) / spec.cell_size
    far = float(rings.max())
    col_0, row_0 = (max(0, int(np.floor(part.min() - far))) for part in (u, v))
    n_cols = min(spec.n_cols, int(np.floor(u.max() + far)) + 1) - col_0
    n_rows = min(spec.n_rows, int(np.floor(v.max() + far)) + 1) - row_0
    reached = np.zeros((n_rows, n_cols), dtype=np.int64)
    days = np.zeros_like(reached)
    left_of = (time[band[timely] + 1] - age[timely]).astype(np.int64)
    mark_reach(u - col_0, v - row_0, left_of, rings, bands.metric == "manhattan", (reached, days))
    row, col = np.divmod(grid.cells, spec.n_cols)
    row, col = row - row_0, col - col_0
    seen = (row >= 0) & (row < n_rows) & (col >= 0) & (col < n_cols)
    fresh[seen], left[seen] = reached[row[seen], col[seen]], days[row[seen], col[seen]]
    return fresh, left


def _sentences(
    fresh: NDArray[np.int64], left: NDArray[np.int64], as_of: int, *, founded: bool
) -> NDArray[np.object_]:
    """Return a sentence for each cell, in English, made from `ALERT_REASONS`."""
    sentences = np.full(fresh.size, ALERT_REASONS["calm" if founded else "unfounded"], object)
    on = np.flatnonzero(fresh > 0)
    cases, case = np.unique(np.column_stack([fresh[on], left[on]]), axis=0, return_inverse=True)
    told = [
        ALERT_REASONS["alert"].format(fresh=count, until=day_text(as_of + days - 1))
        for count, days in cases.tolist()
    ]
    sentences[on] = np.array(told, dtype=object)[case.ravel()]
    return sentences


def _rows(
    found: KnoxTable, q: NDArray[np.float64], gives: NDArray[np.bool_]
) -> list[dict[str, Any]]:
    """Return the table as JSON values: a row per band, nearer bands first."""
    space, time = found.bands.space, found.bands.time
    ratio = found.ratio
    return [
        {
            "space_from": _edge(space[i]),
            "space_to": _edge(space[i + 1]),
            "time_from": _edge(time[j]),
            "time_to": _edge(time[j + 1]),
            "observed": int(found.observed[i, j]),
            "expected": float(found.expected[i, j]),
            "sd": _number(float(found.sd[i, j])),
            "ratio": _number(float(ratio[i, j])),
            "p": float(found.p[i, j]),
            "q": float(q[i, j]),
            "alert": bool(gives[i, j]),
        }
        for i, j in np.ndindex(found.observed.shape)
    ]


def _edge(value: float) -> float | int | None:
    """Return an edge as a JSON value: whole where it is, null for no limit."""
    if not np.isfinite(value):
        return None
    return int(value) if float(value).is_integer() else float(value)


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None


def translated_alert(sentence: str, translate: Callable[[str], str]) -> str:
    """Return the sentence of a cell in another language.

    Parameters
    ----------
    sentence
        In English, from the column ``reason`` of `near_repeat`.
    translate
        Returns a template in another language; see `geogrid.i18n.translator`.

    Returns
    -------
    str
        The sentence; unchanged if it is none of those.
    """
    return retold(sentence, ALERT_REASONS.values(), translate)
